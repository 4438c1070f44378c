"""What only QA has: selecting submissions, one's own version first, then both, and a verdict."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import LeaseLost, Unavailable
from reviewer.model.annotation import Flag
from reviewer.model.task import DailyCounts, VerdictKind
from reviewer.session.differences import Side
from reviewer.stats.wer import diff_words
from reviewer.ui.comparison.marked_text import MarkedText
from reviewer.ui.qa.page import QaPage
from tests.benches.clip_page import CTRL, SHIFT, ClipPageBench
from tests.fakes.work_session import FakeQa, a_hypothesis, typed

THEIRS = "turn left at the next light"
MINE = "turn right at the next light please"


def page_of(bench: ClipPageBench) -> QaPage:
    assert isinstance(bench.page, QaPage)
    return bench.page


def compare(bench: ClipPageBench, mine: str = MINE, *, theirs: tuple[str, ...] = (THEIRS, "go on")) -> QaPage:
    """Takes the first review and submits one's own version of it."""
    bench.open(FakeQa(*theirs))
    bench.finish(mine)
    page = page_of(bench)
    assert page.is_comparing
    return page


def test_submissions_are_selected_before_a_review_is_claimed(bench: ClipPageBench) -> None:
    bench.open(FakeQa(THEIRS))
    calls = bench.work.calls
    assert calls.index("draw") < calls.index("claim") < calls.index("open")


def test_when_nothing_waits_the_page_says_how_the_selection_went(bench: ClipPageBench) -> None:
    bench.open(FakeQa())
    assert not bench.is_clip_shown
    assert "2 accepted without review" in bench.message


def test_neither_what_was_submitted_nor_a_machine_s_draft_is_anywhere_while_one_types(
    bench: ClipPageBench,
) -> None:
    bench.open(FakeQa(THEIRS, hypotheses=(a_hypothesis(THEIRS),)))
    assert "stays hidden" in bench.message
    shown = [part.toPlainText() for part in bench.page.findChildren(QTextEdit)]
    assert not any("turn left" in text for text in shown)
    assert not bench.page.findChild(QWidget, "notice").isVisible()
    bench.press(Qt.Key.Key_M, CTRL | SHIFT)
    assert bench.field.text == ""


def test_what_had_been_typed_before_is_there_and_the_page_says_so(bench: ClipPageBench) -> None:
    bench.open(FakeQa(THEIRS, draft=typed("turn")))
    assert bench.field.text == "turn"
    assert "draft was restored" in bench.message


def test_one_s_own_version_has_form_and_flags_and_then_both_are_shown(bench: ClipPageBench) -> None:
    bench.open(FakeQa(THEIRS, "go on"))
    bench.type(MINE)
    bench.answer()
    bench.press(Qt.Key.Key_4, CTRL | SHIFT)
    bench.hear()
    bench.submit()
    (mine,) = bench.work.submitted
    assert (mine.text_verbatim, mine.flags) == (MINE, {Flag.PERSONAL_DATA})
    assert mine.labels == {"speech_quality": "clear", "speakers": "one"}
    panel = page_of(bench).comparison
    assert (panel.theirs.toPlainText(), panel.mine.toPlainText()) == (THEIRS, MINE)
    assert (panel.theirs.marked, panel.mine.marked) == (("left",), ("right", "please"))
    assert panel.their_answers.text() == "No labels or flags."
    assert panel.my_answers.text().split(" · ")[0] == "≠ Personal data"
    assert panel.figures.text().startswith("2 of 7 words differ")
    assert "28.6 %" in panel.figures.text()
    assert QApplication.focusWidget() is panel.comment


def test_labels_and_flags_that_both_have_are_not_marked(bench: ClipPageBench) -> None:
    session = FakeQa(THEIRS)
    labels = {"speech_quality": "clear", "speakers": "two"}
    session.theirs["task-1"] = typed(THEIRS, labels=labels, flags=frozenset({Flag.PERSONAL_DATA}))
    bench.open(session)
    bench.finish(THEIRS)
    panel = page_of(bench).comparison
    assert panel.figures.text() == "The training texts are the same word for word."
    parts = panel.their_answers.text().split(" · ")
    assert parts == [
        "≠ Speakers: Two",
        "≠ Personal data",
        "Speech quality: Clear",
    ]  # what differs comes first


def test_personal_data_in_one_s_own_version_must_become_a_tag_before_both_are_shown(
    bench: ClipPageBench,
) -> None:
    bench.open(FakeQa(THEIRS))
    bench.finish("write to jo.doe@example.org")
    page = page_of(bench)
    assert not page.is_comparing
    assert "personal data" in bench.message
    assert "label" not in bench.message  # nothing else is required of a reviewer
    bench.press(Qt.Key.Key_Y, CTRL | SHIFT)
    bench.submit()
    assert page.is_comparing
    assert "[pii:email]" in page.comparison.mine.toPlainText()


def test_one_s_own_version_cannot_be_changed_once_it_is_submitted(bench: ClipPageBench) -> None:
    compare(bench)
    before = bench.workspace.view.annotation
    saves = bench.work.calls.count("save_draft")
    bench.press(Qt.Key.Key_3, CTRL | SHIFT)
    bench.workspace.view.transcription.flags.toggle(Flag.UNUSABLE)
    bench.workspace.view.transcription.editor.replace_text("x")
    bench.save()
    assert bench.workspace.view.annotation == before
    assert bench.work.calls.count("save_draft") == saves


@pytest.mark.parametrize("fails", [False, True])
def test_accepting_needs_no_comment_brings_the_next_review_and_can_be_tried_again(
    bench: ClipPageBench, fails: bool
) -> None:
    page = compare(bench)
    if fails:
        bench.work.errors["decide"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
        bench.click("qa_accept")
        assert page.is_comparing
    bench.click("qa_accept")
    assert bench.work.verdicts == [(VerdictKind.ACCEPTED, "")]
    assert bench.is_clip_shown
    assert not page.is_comparing
    assert bench.message.startswith("Accepted.")
    assert page.comparison.theirs.toPlainText() == page.comparison.mine.toPlainText() == ""
    assert bench.field.text == ""


@pytest.mark.parametrize("way", ["button", "key"])
def test_work_is_returned_only_with_a_comment(bench: ClipPageBench, way: str) -> None:
    page = compare(bench)
    for comment in ("", "   "):
        page.comparison.comment.setText(comment)
        assert not bench.button("qa_return").isEnabled()
    page.comparison.comment.setText("Listen again.")
    if way == "button":
        bench.click("qa_return")
    else:
        bench.press(Qt.Key.Key_R, CTRL | SHIFT)
    assert bench.work.verdicts == [(VerdictKind.RETURNED, "Listen again.")]


def test_accepting_has_a_key(bench: ClipPageBench) -> None:
    compare(bench)
    bench.press(Qt.Key.Key_A, CTRL | SHIFT)
    assert bench.work.verdicts == [(VerdictKind.ACCEPTED, "")]


def test_after_the_last_review_the_verdict_and_the_selection_are_on_the_empty_page(
    bench: ClipPageBench,
) -> None:
    compare(bench, theirs=(THEIRS,))
    bench.click("qa_accept")
    assert not bench.is_clip_shown
    assert bench.message.startswith("Accepted.")
    assert bench.player.loaded is None


def test_a_review_whose_own_version_was_submitted_goes_on_at_the_comparison(bench: ClipPageBench) -> None:
    compare(bench)
    bench.close()
    bench.open(bench.session)
    page = page_of(bench)
    assert page.is_comparing
    assert page.comparison.mine.toPlainText() == MINE
    bench.close()
    assert "release" not in bench.work.calls


@pytest.mark.parametrize("fails", ["submit", "compare"])
def test_a_comparison_that_fails_keeps_what_was_typed_and_can_be_tried_again(
    bench: ClipPageBench, fails: str
) -> None:
    bench.open(FakeQa(THEIRS))
    bench.work.errors[fails] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.finish(MINE)
    assert not page_of(bench).is_comparing
    assert bench.field.text == MINE
    assert "could not be read or written" in bench.message
    bench.click("qa_message_retry")
    assert page_of(bench).is_comparing


def test_a_review_that_is_lost_at_the_comparison_leaves_the_screen(bench: ClipPageBench) -> None:
    page = compare(bench)
    bench.work.errors["decide"] = [LeaseLost()]
    bench.click("qa_accept")
    assert not bench.is_clip_shown
    assert page.comparison.theirs.toPlainText() == ""
    assert "colleague" in bench.message


def test_what_was_heard_is_logged_before_the_verdict(bench: ClipPageBench) -> None:
    compare(bench)
    bench.workspace.playback.seek(0)
    bench.workspace.playback.toggle()
    bench.player.listen(800)
    bench.click("qa_accept")
    calls = bench.work.calls
    assert len(calls) - 1 - calls[::-1].index("heard") < calls.index("decide")


@pytest.mark.parametrize("side", list(Side))
def test_marks_are_seen_without_colour(themed: QApplication, qtbot: QtBot, side: Side) -> None:
    view = MarkedText(side, "m", "m")
    qtbot.addWidget(view)
    view.show_text("a" if side is Side.THEIRS else "b", diff_words("a", "b"))
    cursor = QTextCursor(view.document())
    cursor.movePosition(QTextCursor.MoveOperation.Right)
    shape = cursor.charFormat()
    struck, underlined = shape.fontStrikeOut(), shape.underlineStyle()
    assert struck == (side is Side.THEIRS)
    assert (underlined is QTextCharFormat.UnderlineStyle.SingleUnderline) == (side is Side.MINE)


def test_marks_stand_right_after_letters_outside_the_basic_plane(themed: QApplication, qtbot: QtBot) -> None:
    view = MarkedText(Side.MINE, "m", "m")
    qtbot.addWidget(view)
    view.show_text("😀 b", diff_words("😀 a", "😀 b"))
    cursor = QTextCursor(view.document())
    cursor.setPosition(3)
    cursor.movePosition(QTextCursor.MoveOperation.Right)
    assert cursor.charFormat().underlineStyle() is QTextCharFormat.UnderlineStyle.SingleUnderline
    cursor.setPosition(2)
    assert cursor.charFormat().underlineStyle() is QTextCharFormat.UnderlineStyle.NoUnderline


def test_submissions_that_no_draw_has_dealt_with_are_named_beside_the_reviews_that_wait(bench: ClipPageBench):
    qa = FakeQa()
    qa.work.daily_counts = lambda: DailyCounts(0, 2, 0, undrawn=6_435)  # type: ignore[method-assign]
    bench.open(qa, take=False)
    counts = bench.text_of("empty_counts")
    assert counts.startswith("0 waiting for you")
    assert "6,435 new submissions" in counts
    qa.work.daily_counts = lambda: DailyCounts(0, 2, 0)  # type: ignore[method-assign]
    bench.page.refresh_facts()
    bench.settle()
    assert "new submissions" not in bench.text_of("empty_counts")
