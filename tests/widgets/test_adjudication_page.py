"""Two passes side by side on QA's page, over a real workspace: one is taken, or edited into a third."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from reviewer.access.verification import verify_file
from reviewer.model.annotation import Annotation, Segment
from reviewer.model.people import Role
from reviewer.places import DATABASE_FILE
from reviewer.ui.qa.page import QaPage
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from tests.benches.clip_page import CTRL, SHIFT, ClipPageBench
from tests.benches.workspace import (
    ANA,
    BEN,
    FRAMES,
    LABELS,
    LEAD,
    PASSPHRASE,
    QUINN,
    Bench,
    annotation,
    hear,
    make_bench,
)

CARA = "Cara Third"
LEFT, RIGHT = "turn left at the light", "turn right at the light"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Bench]:
    project = "[queue]\nqa_rate = 0.0\npasses = 2\n[asr]\nhidden_share = 0.0\n"
    made = make_bench(tmp_path, drafts=("",), project=project)
    made.agree(ANA, BEN, QUINN)
    yield made
    made.workspace.close()


def opened(
    bench: ClipPageBench, workspace: Bench, *works: Annotation, is_heard: bool = True
) -> tuple[QaPage, list[str]]:
    """Ana and Ben transcribe, Quinn opens the adjudication; gives the page and the texts of A and B."""
    for name, work in zip((ANA, BEN), works or (annotation(LEFT), annotation(RIGHT)), strict=True):
        session = workspace.work(name)
        lease = session.claim()
        hear(session, lease)
        session.submit(lease, work)
        session.close(lease)
    bench.open(workspace.person(QUINN).qa)
    page = bench.page
    assert isinstance(page, QaPage)
    assert page.is_comparing
    if is_heard:
        bench.hear()
    return page, [page.comparison.theirs.toPlainText(), page.comparison.mine.toPlainText()]


def final_text(workspace: Bench) -> str:
    """The text that counts, and with it the check of the whole log."""
    assert verify_file(workspace.workspace.path / DATABASE_FILE).ok
    (work,) = workspace.person(QUINN).qa.work.history()
    return work.text


def test_both_versions_are_shown_with_their_words_marked_and_without_a_name_or_a_comment(
    bench: ClipPageBench, workspace: Bench
) -> None:
    page, texts = opened(bench, workspace)
    assert sorted(texts) == [LEFT, RIGHT]
    assert {*page.comparison.theirs.marked, *page.comparison.mine.marked} == {"left", "right"}
    assert bench.message.startswith("The passes of this clip differ.")
    assert page.comparison.figures.text().startswith("1 of 5 words differ")
    assert not page.comparison.comment.isVisible()
    assert not bench.button("qa_accept").isVisible()
    assert [bench.button(f"qa_use_{side}").text() for side in "ab"] == ["A is right", "B is right"]


@pytest.mark.parametrize(("key", "place"), [(Qt.Key.Key_1, 0), (Qt.Key.Key_A, 0), (Qt.Key.Key_2, 1)])
def test_a_key_takes_a_version_as_it_is(
    bench: ClipPageBench, workspace: Bench, key: Qt.Key, place: int
) -> None:
    _page, texts = opened(bench, workspace)
    bench.press(key)
    assert not bench.is_clip_shown
    assert bench.message.startswith("Adjudicated")
    assert final_text(workspace) == texts[place]


def test_a_space_decides_nothing(bench: ClipPageBench, workspace: Bench) -> None:
    page, _texts = opened(bench, workspace)
    bench.press(Qt.Key.Key_Space)
    assert page.is_comparing


def test_nothing_is_taken_before_the_speech_was_heard(bench: ClipPageBench, workspace: Bench) -> None:
    page, texts = opened(bench, workspace, is_heard=False)
    bench.press(Qt.Key.Key_2)
    assert page.is_comparing
    assert bench.workspace.view.annotation.text_verbatim == ""
    bench.hear()
    bench.press(Qt.Key.Key_2)
    assert final_text(workspace) == texts[1]


def test_a_version_is_edited_into_a_third_and_both_can_be_seen_again(
    bench: ClipPageBench, workspace: Bench
) -> None:
    page, texts = opened(bench, workspace)
    bench.press(Qt.Key.Key_E, SHIFT)
    assert bench.field.text == texts[1]
    bench.press(Qt.Key.Key_1)
    assert bench.field.text != texts[1]  # here a digit is text
    bench.workspace.view.transcription.editor.replace_text("turn around")
    bench.press(Qt.Key.Key_U, CTRL | SHIFT)
    assert page.is_comparing
    bench.click("qa_edit_b")
    bench.workspace.view.transcription.editor.replace_text("turn around at the light")
    bench.submit()
    assert not bench.is_clip_shown
    assert final_text(workspace) == "turn around at the light"


def test_an_edited_version_is_there_after_a_restart_and_the_page_says_so(
    bench: ClipPageBench, workspace: Bench
) -> None:
    opened(bench, workspace)
    bench.click("qa_edit_a")
    bench.workspace.view.transcription.editor.replace_text("turn around")
    bench.close()
    bench.open(workspace.person(QUINN).qa)
    assert bench.field.text == "turn around"
    assert "draft was restored" in bench.message
    bench.click("qa_compare")
    assert bench.page.is_comparing


def test_the_pass_that_an_edited_version_came_from_is_kept_over_a_restart_and_an_undo(
    bench: ClipPageBench, workspace: Bench
) -> None:
    _page, texts = opened(bench, workspace)
    bench.click("qa_edit_a")
    bench.click("qa_compare")
    bench.click("qa_edit_b")
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.field.text == texts[0]
    bench.workspace.view.transcription.editor.replace_text("turn around")
    bench.close()
    qa = workspace.person(QUINN).qa
    bench.open(qa)
    bench.submit()
    assert final_text(workspace) == "turn around"
    (work,) = qa.work.history()
    queue = workspace.workspace._unit.queue
    parent = queue.annotation(queue.annotation(work.annotation_id).parent)
    authors = {workspace.person(name).identity.person.id: name for name in (ANA, BEN)}
    assert {ANA: LEFT, BEN: RIGHT}[authors[parent.author]] == texts[0]


def test_personal_data_in_an_own_version_is_refused_until_it_is_a_tag_with_a_span(
    bench: ClipPageBench, workspace: Bench
) -> None:
    page, _texts = opened(bench, workspace)
    bench.click("qa_edit_a")
    bench.workspace.view.transcription.editor.replace_text("write to jo.doe@example.org")
    bench.submit()
    assert bench.is_clip_shown
    assert not page.findChildren(ConfirmDialog)
    assert "personal data" in bench.message
    bench.press(Qt.Key.Key_Y, CTRL | SHIFT)
    assert bench.field.text == "write to [pii:email]"
    assert len(bench.workspace.view.annotation.spans) == 1
    bench.submit()
    assert final_text(workspace) == "write to [pii:email]"


def test_each_of_three_passes_is_shown_beside_each_other_one(bench: ClipPageBench, tmp_path: Path) -> None:
    project = "[queue]\nqa_rate = 0.0\npasses = 3\n[asr]\nhidden_share = 0.0\n"
    made = make_bench(tmp_path / "three", drafts=("",), project=project)
    made.workspace.enrol(CARA, made.person(LEAD).lead.add_person(CARA, Role.CONTRACTOR).code, PASSPHRASE)
    made.agree(ANA, BEN, CARA, QUINN)
    said = {ANA: "turn left", BEN: "turn right", CARA: "turn round"}
    for name, text in said.items():
        session = made.work(name)
        lease = session.claim()
        hear(session, lease)
        session.submit(lease, annotation(text))
        session.close(lease)
    bench.open(made.person(QUINN).qa)
    pairs, titles = [], []
    for _ in range(3):
        pairs.append(
            frozenset((bench.page.comparison.theirs.toPlainText(), bench.page.comparison.mine.toPlainText()))
        )
        titles.append((bench.button("qa_use_a").text(), bench.button("qa_use_b").text()))
        bench.press(Qt.Key.Key_N)
    assert set(pairs) == {frozenset(pair) for pair in combinations(said.values(), 2)}
    assert titles == [
        ("A is right", "B is right"),
        ("A is right", "C is right"),
        ("B is right", "C is right"),
    ]
    bench.press(Qt.Key.Key_N)
    bench.press(Qt.Key.Key_N)
    assert bench.button("qa_next_version").text() == "Next: A and B"
    bench.hear()
    bench.press(Qt.Key.Key_2)
    assert bench.message.startswith("Adjudicated")
    bench.close()
    made.workspace.close()


def test_segments_are_compared_by_letters(bench: ClipPageBench, workspace: Bench) -> None:
    halves = (
        Segment("s1", 0, 4000, "turn left", speaker="S1"),
        Segment("s2", 4000, FRAMES, "at the light", speaker="S1"),
    )
    page, _texts = opened(bench, workspace, Annotation(halves, labels=LABELS), annotation(LEFT))
    model = page.comparison.segments.rows
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in (1, 2)]
    assert titles == ["A (struck through: not in B)", "B (underlined: not in A)"]
    facts = " ".join(model.rows[0].facts)
    assert "segments: " in facts
    assert "mine" not in facts
    bench.press(Qt.Key.Key_1)
    assert not bench.is_clip_shown


def test_a_version_that_may_hold_personal_data_is_asked_about_before_it_counts(
    bench: ClipPageBench, workspace: Bench
) -> None:
    page, texts = opened(
        bench, workspace, annotation("the code is five five five two six seven one"), annotation(LEFT)
    )
    bench.press((Qt.Key.Key_1, Qt.Key.Key_2)["code" in texts[1]])
    (dialog,) = page.findChildren(ConfirmDialog)
    assert "five five five" in dialog.findChild(QLabel, "confirm_text").text()
    dialog.accept()
    bench.settle()
    assert not bench.is_clip_shown
