"""QA's comparison of a dialogue: rows of both versions, what differs, and the sound of each difference."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication

from reviewer.labels.schema import Choice, Field, FieldKind, Schema
from reviewer.model.annotation import Annotation, Segment
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.session.differences import Side, compare_segments
from reviewer.transcript.aligned_texts import AlignedText, AlignedTexts
from reviewer.ui.comparison.comparison_panel import ComparisonPanel
from reviewer.ui.comparison.row_facts import facts_of
from reviewer.ui.comparison.segment_comparison import DIFFERS, FACTS, MINE, THEIRS
from reviewer.ui.qa.page import QaPage
from tests.benches.clip_page import CTRL, SHIFT, ClipPageBench
from tests.fakes.work_session import FakeQa, a_lease

RATE = 16_000
HEARD = Hypothesis(
    "h1", "clip-1", "engine", "1", "yes no maybe", (Word("mohu", 6_000, 7_000), Word("nic", 30_000, 31_000))
)


def segment(name: str, start: float, end: float, text: str, speaker: str = "", **more: object) -> Segment:
    return Segment(name, round(start * RATE), round(end * RATE), text, speaker, **more)  # type: ignore[arg-type]


THEIRS_SEGMENTS = (
    segment("a", 0, 0.5, "jak vám mohu pomoci", "S1"),
    segment("b", 0.45, 1, "volám kvůli faktuře", "S2", flags=frozenset({"distressing"})),
    segment("c", 1, 1.4, "ano", "S1"),
    segment("d", 1.5, 2, "na shledanou", "S2"),
)
MINE_SEGMENTS = (
    segment("1", 0, 0.5, "jak vám můžu pomoci", "S1"),
    segment("2", 0.45, 1.1, "volám kvůli té faktuře", "S2"),
    segment("4", 1.5, 2, "na shledanou", "S1"),
)


def compared(
    bench: ClipPageBench,
    theirs: tuple[Segment, ...] = THEIRS_SEGMENTS,
    mine: tuple[Segment, ...] = MINE_SEGMENTS,
) -> ComparisonPanel:
    session = FakeQa("x", "y", blind=Annotation(mine), hypotheses=(HEARD,))
    session.theirs["task-1"] = Annotation(theirs)
    bench.open(session)
    assert isinstance(bench.page, QaPage)
    assert bench.page.is_comparing
    return bench.page.comparison


def cells(panel: ComparisonPanel, column: int) -> list[str]:
    rows = panel.segments.rows
    return [rows.index(row, column).data() for row in range(rows.rowCount())]


def bars(bench: ClipPageBench) -> list[tuple[str, bool]]:
    return [(bar.id, bar.is_current) for bar in bench.workspace.view.waveform.waves._bars]


def test_both_versions_stand_beside_each_other_segment_by_segment(bench: ClipPageBench) -> None:
    panel = compared(bench)
    assert cells(panel, THEIRS) == [each.text for each in THEIRS_SEGMENTS]
    assert cells(panel, MINE) == ["jak vám můžu pomoci", "volám kvůli té faktuře", "", "na shledanou"]
    assert not panel.theirs.isVisible()
    assert panel.figures.text() == "3 of 10 words differ in the training text · WER 30.0 % against my version"


def test_a_row_says_its_times_and_speaker_and_whatever_else_differs(bench: ClipPageBench) -> None:
    assert [facts.split("\n") for facts in cells(compared(bench), FACTS)] == [
        ["00:00.000 – 00:00.500", "S1"],
        ["00:00.450 – 00:01.000", "S2", "≠ ends 0.10 s later in mine", "≠ Distressing: only submitted"],
        ["00:01.000 – 00:01.400", "S1", "≠ only submitted"],
        ["00:01.500 – 00:02.000", "≠ S2, mine: S1"],
    ]


def test_each_difference_is_one_key_from_its_sound(bench: ClipPageBench) -> None:
    panel = compared(bench)
    played: list[tuple[int, int]] = []
    panel.sound_requested.connect(lambda start, end: played.append((start, end)))
    steps = []
    for _ in range(6):
        bench.press(Qt.Key.Key_F8)
        steps.append((panel.segments.currentIndex().row(), *panel.segments.selected_words.values()))
    assert steps == [(0, "mohu", "můžu"), (1,), (1, "té"), (2,), (3,), (0, "mohu", "můžu")]
    assert played[0] == (6_000 - 1_600, 8_000)
    assert played[3] == (16_000, 22_400)
    assert bench.player.is_playing
    assert panel.place.text() == "Difference 1 of 5"
    assert QApplication.focusWidget() is panel.comment


def test_a_differing_word_is_played_where_the_submitted_version_was_aligned(bench: ClipPageBench) -> None:
    words = (Word("mohu", 3_200, 3_600), Word("pomoci", 3_600, 4_000))
    first = THEIRS_SEGMENTS[0]
    session = FakeQa("x", blind=Annotation(MINE_SEGMENTS))
    session.theirs["task-1"] = Annotation(THEIRS_SEGMENTS)
    session.aligned = {
        Side.THEIRS: AlignedTexts.of([AlignedText(first.id, first.start, first.end, first.text, words)])
    }
    bench.open(session)
    played: list[tuple[int, int]] = []
    bench.page.comparison.sound_requested.connect(lambda start, end: played.append((start, end)))
    bench.press(Qt.Key.Key_F8)
    assert played == [(3_200 - 1_600, 3_600 + 1_600)]  # with a tenth of a second on both sides


def test_the_key_back_goes_to_the_last_difference_first(bench: ClipPageBench) -> None:
    panel = compared(bench)
    for row in (3, 2):
        bench.press(Qt.Key.Key_F8, CTRL | SHIFT)
        assert panel.segments.currentIndex().row() == row


def test_the_waveform_shows_the_submitted_segments_and_the_one_that_is_looked_at(
    bench: ClipPageBench,
) -> None:
    compared(bench)
    assert bars(bench) == [("a", False), ("b", False), ("c", False), ("d", False)]
    for _ in range(2):
        bench.press(Qt.Key.Key_F8)
    assert bars(bench) == [("a", False), ("b", True), ("c", False), ("d", False)]
    bench.workspace.playback.pause()
    bench.hear()
    bench.click("qa_accept")
    assert bench.work.verdicts
    assert bars(bench) == []


def test_a_bar_that_is_pressed_selects_its_row_and_is_gone_to(bench: ClipPageBench) -> None:
    panel = compared(bench)
    bench.workspace.view.waveform.waves.segment_activated.emit("c")
    assert panel.segments.currentIndex().row() == 2
    assert bench.workspace.playback.position == RATE
    bench.press(Qt.Key.Key_F8)
    assert panel.place.text() == "Difference 4 of 5"


def test_a_single_segment_is_shown_as_one_text_and_its_words_have_the_same_key(bench: ClipPageBench) -> None:
    panel = compared(bench, (segment("a", 0, 2, "tak jak vám mohu"),), (segment("1", 0, 2, "jak vám můžu"),))
    assert (panel.theirs.isVisible(), panel.segments.isVisible()) == (True, False)
    words = []
    for _ in range(2):
        bench.press(Qt.Key.Key_F8)
        words.append(panel.theirs.textCursor().selectedText())
    assert words == ["tak", "mohu"]
    assert panel.mine.textCursor().selectedText() == "můžu"
    assert bench.player.is_playing
    assert bars(bench) == []


def test_a_segment_of_a_right_to_left_text_begins_at_the_right(bench: ClipPageBench) -> None:
    panel = compared(
        bench,
        (segment("a", 0, 1, "[laugh] שלום", "דנה"), segment("b", 1, 2, "hello")),
        (segment("1", 0, 1, "[laugh] שלום", "דנה"), segment("2", 1, 2, "hello")),
    )
    table = panel.segments
    picture = table.viewport().grab().toImage()
    for row, is_right in ((0, True), (1, False)):
        area: QRect = table.visualRect(table.rows.index(row, THEIRS)).adjusted(2, 2, -2, -4)
        ground = picture.pixel(area.center())
        inked = [
            x
            for x in range(area.left(), area.right())
            if any(picture.pixel(x, y) != ground for y in range(area.top(), area.bottom()))
        ]
        assert inked
        assert (min(inked) > area.center().x()) is is_right
        assert (max(inked) < area.center().x()) is not is_right
    assert cells(panel, FACTS)[0].startswith("00:00.000 – 00:01.000")


@pytest.mark.parametrize("count", [600])
def test_of_a_long_clip_only_the_rows_in_view_get_their_height(bench: ClipPageBench, count: int) -> None:
    texts = [segment(f"{at}", at / 400, (at + 1) / 400, "a few words of this " * 12) for at in range(count)]
    panel = compared(bench, tuple(texts), tuple(texts[:-1]))
    table = panel.segments
    assert table.rows.rowCount() == count
    assert len(table._fitted) < 20
    bench.press(Qt.Key.Key_F8)
    index = table.currentIndex()
    assert index.row() == count - 1
    assert table.viewport().rect().contains(table.visualRect(index).center())
    assert table.rowHeight(count - 1) >= table.sizeHintForRow(count - 1)


OLD_FORM = Schema(
    "default",
    "0",
    "Before",
    (Field("mood", FieldKind.ONE_OF, "Which mood?", choices=(Choice("low", "Low"),)),),
)


def compared_under(bench: ClipPageBench, *theirs: Segment, **labels: str) -> ComparisonPanel:
    """A comparison with work that was submitted under an earlier form."""
    panel = compared(bench, theirs)
    made = bench.session.compare(replace(a_lease(1), blind_annotation="a"))
    made.theirs, made.their_form = (
        replace(made.theirs, labels=labels, earlier={"default@0": labels}),
        OLD_FORM,
    )
    panel.show_comparison(made)
    return panel


def test_submitted_answers_are_said_in_the_words_of_their_own_form(bench: ClipPageBench) -> None:
    panel = compared_under(bench, *THEIRS_SEGMENTS, mood="low")
    assert "Which mood? Low" in panel.their_answers.text()


def test_answers_of_segments_are_said_in_the_words_of_their_own_form(bench: ClipPageBench) -> None:
    theirs = tuple(replace(each, labels={"mood": "low"}) for each in THEIRS_SEGMENTS)
    row = compare_segments(theirs, tuple(replace(each, labels={"mood": "low?"}) for each in theirs), RATE)[0]
    assert f"{DIFFERS}Which mood? Low, mine: low?" in facts_of(row, RATE, Schema("d", "1", "", ()), OLD_FORM)
