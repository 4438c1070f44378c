"""Segments, speakers and undo at the desk: what one types and presses is what the annotation holds."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.labels.schema import load_schema
from reviewer.model.annotation import Annotation, Flag, Segment
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.places import resource
from reviewer.transcript.edits import Edge
from reviewer.transcript.find import Match
from reviewer.ui.clip.transcription_panel import TranscriptionPanel
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.transcript.segment_table import END, SPEAKER, START, TEXT, SegmentTable
from reviewer.ui.transcript.text_edit import TextField
from reviewer.ui.waveform.segment_bars import EdgeDrag
from tests.fakes.work_session import a_hypothesis, an_open_clip, conventions_of, typed

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


class PanelBench:
    """A shown panel with a clip of four seconds at 8 kHz, and a playhead that tests move."""

    def __init__(self, panel: TranscriptionPanel, qtbot: QtBot) -> None:
        self.panel, self.qtbot = panel, qtbot
        self.playhead = 0
        self.entered: list[tuple[int, int]] = []
        panel.playhead = lambda: self.playhead
        panel.segment_entered.connect(lambda start, end: self.entered.append((start, end)))

    @property
    def field(self) -> TextField:
        return self.panel.findChild(TextField)

    @property
    def table(self) -> SegmentTable:
        return self.panel.segments.table

    @property
    def rows(self) -> list[tuple[int, int, str, str]]:
        return [(one.start, one.end, one.speaker, one.text) for one in self.panel.annotation.segments]

    def open(self, *segments: tuple[int, int, str, str]) -> None:
        made = tuple(
            Segment(f"s{n}", start, end, text, speaker)
            for n, (start, end, speaker, text) in enumerate(segments)
        )
        self.panel.show_clip(an_open_clip(draft=Annotation(made) if made else None))

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.field, text)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.field, key, modifiers)


@pytest.fixture
def bench(themed: QApplication, qtbot: QtBot, show: Callable[[QWidget], None]) -> PanelBench:
    panel = TranscriptionPanel(Scope.DESK, load_schema(resource("schemas", "default.toml")), conventions_of())
    panel.resize(1000, 500)
    panel.side.setMaximumWidth(320)  # as its owner does
    show(panel)
    made = PanelBench(panel, qtbot)
    made.open()
    return made


FRAMES = an_open_clip().samples.frames
HALF = FRAMES // 2


def test_a_short_clip_is_one_segment_and_shows_no_table(bench: PanelBench) -> None:
    bench.type("hello")
    assert bench.rows == [(0, FRAMES, "", "hello")]
    assert not bench.panel.segments.isVisible()


def test_a_dialogue_is_typed_with_a_mark_and_a_speaker_for_each_turn(bench: PanelBench) -> None:
    bench.press(Qt.Key.Key_1, CTRL)
    bench.type("hello there")
    bench.playhead = HALF
    bench.press(Qt.Key.Key_M, CTRL)
    bench.press(Qt.Key.Key_2, CTRL)
    bench.type("hi")
    assert bench.rows == [(0, HALF, "S1", "hello there"), (HALF, FRAMES, "S2", "hi")]
    assert bench.table.isVisible()
    assert bench.table.currentIndex().row() == 1


def test_return_goes_to_the_next_segment_which_is_played_and_shift_return_back(bench: PanelBench) -> None:
    bench.open((0, HALF, "", "so"), (HALF, FRAMES, "", "then"))
    bench.press(Qt.Key.Key_Return)
    assert bench.field.text == "then"
    bench.type(" now")
    bench.press(Qt.Key.Key_Return, SHIFT)
    assert bench.field.text == "so"
    assert bench.entered == [(HALF, FRAMES), (0, HALF)]
    assert bench.rows[1][3] == "then now"


def test_return_in_the_last_segment_changes_nothing(bench: PanelBench) -> None:
    bench.open((0, HALF, "", "so"), (HALF, FRAMES, "", "then"))
    bench.press(Qt.Key.Key_Return)
    bench.press(Qt.Key.Key_Return)
    assert bench.field.text == "then"
    assert len(bench.entered) == 1


def test_a_split_at_the_cursor_and_a_join_keep_every_word(bench: PanelBench) -> None:
    bench.type("so then")
    for _ in range(5):
        bench.press(Qt.Key.Key_Left)
    bench.playhead = HALF
    bench.press(Qt.Key.Key_B, CTRL)
    assert bench.rows == [(0, HALF, "", "so"), (HALF, FRAMES, "", "then")]
    bench.press(Qt.Key.Key_Up, ALT)
    bench.press(Qt.Key.Key_J, CTRL)
    assert bench.rows == [(0, FRAMES, "", "so then")]


def test_undo_goes_back_word_by_word_over_segments_and_both_keys_of_redo_bring_it_back(
    bench: PanelBench,
) -> None:
    bench.type("hello big world")
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.field.text == "hello big "
    bench.playhead = HALF
    bench.press(Qt.Key.Key_M, CTRL)
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.rows == [(0, FRAMES, "", "hello big ")]
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.field.text == "hello "
    bench.press(Qt.Key.Key_Y, CTRL)
    bench.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert bench.rows == [(0, HALF, "", "hello big"), (HALF, FRAMES, "", "")]


def test_undo_never_brings_back_another_clip_s_text(bench: PanelBench) -> None:
    bench.type("of the clip before")
    bench.open()
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.field.text == ""


def test_flags_and_answers_are_undone_too(bench: PanelBench) -> None:
    bench.press(Qt.Key.Key_3, CTRL | SHIFT)
    assert bench.panel.annotation.flags
    bench.press(Qt.Key.Key_Z, CTRL)
    assert not bench.panel.annotation.flags
    assert not bench.panel.flags.flags


def test_deleting_after_typing_and_typing_elsewhere_are_steps_of_their_own(bench: PanelBench) -> None:
    bench.type("abc")
    bench.press(Qt.Key.Key_Backspace)
    bench.press(Qt.Key.Key_Backspace)
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.field.text == "abc"
    bench.press(Qt.Key.Key_Home)
    bench.type("x")
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.field.text == "abc"


def test_the_machine_s_draft_can_be_undone(bench: PanelBench) -> None:
    bench.type("mine")
    bench.panel.drafts.use_requested.emit(a_hypothesis("the machine's"))
    assert bench.field.text == "the machine's"
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.field.text == "mine"


def test_times_and_speakers_typed_in_the_table_are_exact(bench: PanelBench) -> None:
    bench.open((0, HALF, "S1", "so"), (HALF, FRAMES, "S2", "then"))
    rows = bench.table.rows
    rate = bench.panel.rate_hz
    assert rows.setData(rows.index(0, END), "0:00.250")
    assert rows.setData(rows.index(1, SPEAKER), "Ana")
    assert bench.rows == [(0, rate // 4, "S1", "so"), (HALF, FRAMES, "Ana", "then")]
    assert not rows.setData(rows.index(0, START), "half past")
    assert not rows.setData(rows.index(0, START), "9:00")


def test_a_click_on_a_row_makes_it_current_and_a_digit_in_the_table_gives_its_speaker(
    bench: PanelBench,
) -> None:
    bench.open((0, HALF, "S1", "so"), (HALF, FRAMES, "S2", "then"))
    place = bench.table.visualRect(bench.table.rows.index(1, TEXT)).center()
    bench.qtbot.mouseClick(bench.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.field.text == "then"
    assert bench.entered == [(HALF, FRAMES)]
    bench.qtbot.keyClick(bench.table, Qt.Key.Key_1)
    assert bench.rows[1][2] == "S1"


def test_speakers_are_buttons_with_their_numbers_and_the_next_is_new(bench: PanelBench) -> None:
    bench.open((0, HALF, "Ana", "so"), (HALF, FRAMES, "Ben", "then"))
    texts = [bench.panel.findChild(QToolButton, f"speaker_{n}").text().strip() for n in (1, 2, 3)]
    assert texts == ["Ana", "Ben", "+"]
    bench.panel.findChild(QToolButton, "speaker_2").click()
    assert [row[2] for row in bench.rows] == ["Ben", "Ben"]


def test_speakers_who_talk_at_once_are_not_merged_and_that_is_said(bench: PanelBench) -> None:
    bench.open((0, HALF, "Ana", "so"), (HALF // 2, FRAMES, "Ben", "then"))
    with bench.qtbot.waitSignal(bench.panel.speakers_overlap) as told:
        bench.panel.segments.speaker_renamed.emit("Ana", "Ben")
    assert told.args == ["Ana", "Ben"]
    assert [row[2] for row in bench.rows] == ["Ana", "Ben"]


def test_the_next_problem_may_be_in_another_segment(bench: PanelBench) -> None:
    bench.open((0, HALF, "", "fine"), (HALF, FRAMES, "", "the 3 of them"))
    bench.press(Qt.Key.Key_F8)
    assert bench.field.textCursor().selectedText() == "3"
    assert bench.table.currentIndex().row() == 1


def test_a_locked_panel_shows_but_changes_nothing(bench: PanelBench) -> None:
    bench.open((0, HALF, "", "so"), (HALF, FRAMES, "", "then"))
    bench.panel.set_locked(is_locked=True)
    before = bench.rows
    bench.type("x")
    bench.playhead = HALF // 2
    bench.press(Qt.Key.Key_M, CTRL)
    bench.press(Qt.Key.Key_1, CTRL)
    assert bench.rows == before


def test_a_long_text_is_shown_in_paragraphs_and_stored_in_one_line(bench: PanelBench) -> None:
    text = " ".join(f"word{n}." for n in range(2000))
    bench.open((0, FRAMES, "", text))
    assert bench.field.document().blockCount() > 5
    assert bench.field.text == text
    bench.type(" end")
    assert bench.rows[0][3] == f"{text} end"


def test_a_paragraph_that_grows_is_broken_between_words(bench: PanelBench) -> None:
    bench.panel.drafts.use_requested.emit(a_hypothesis("word " * 319 + "wor"))
    blocks = bench.field.document().blockCount()
    bench.type("d and on")
    assert bench.field.document().blockCount() == blocks + 1
    assert bench.rows[0][3] == "word " * 320 + "and on"


def test_the_text_cursor_and_the_playhead_find_each_other_by_the_recogniser_s_words(
    bench: PanelBench,
) -> None:
    words = (Word("one", 0, 4_000), Word("two", 8_000, 12_000), Word("three", 20_000, 24_000))
    heard = Hypothesis("h", "clip-1", "engine", "1", "one two three", words)
    bench.panel.show_clip(an_open_clip(draft=typed("one too three"), hypotheses=(heard,)))
    bench.press(Qt.Key.Key_Home)
    for _ in range(5):
        bench.press(Qt.Key.Key_Right)
    with bench.qtbot.waitSignal(bench.panel.seek_requested) as asked:
        bench.press(Qt.Key.Key_D, CTRL)
    assert asked.args == [8_000]
    bench.playhead = 21_000
    bench.press(Qt.Key.Key_K, CTRL)
    assert bench.panel.editor.caret == len("one too ")
    bench.playhead = 20_000
    bench.press(Qt.Key.Key_X, CTRL | SHIFT)
    assert bench.rows == [(0, 20_000, "", "one too"), (20_000, FRAMES, "", "three")]


def test_a_draft_goes_to_several_segments_by_the_times_of_its_words(bench: PanelBench) -> None:
    words = (Word("one", 0, 4_000), Word("two", 20_000, 24_000))
    bench.open((0, HALF, "S1", ""), (HALF, FRAMES, "S2", ""))
    draft = Hypothesis("h", "clip-1", "engine", "1", "one two", words)
    bench.panel.drafts.use_requested.emit(draft)
    assert [row[3] for row in bench.rows] == ["one", "two"]
    bench.press(Qt.Key.Key_Z, CTRL)
    assert [row[3] for row in bench.rows] == ["", ""]


def test_a_dragged_edge_snaps_to_a_neighbour_and_is_one_step_of_undo(bench: PanelBench) -> None:
    bench.open((0, 10_000, "S1", "so"), (16_000, FRAMES, "S2", "then"))
    for frame, is_final in ((12_000, False), (15_900, False), (15_900, True)):
        bench.panel.drag_edge(EdgeDrag("s0", Edge.END, frame, is_final, is_snapping=True))
    assert bench.rows[0][:2] == (0, 16_000)
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.rows[0][:2] == (0, 10_000)


def test_a_version_that_is_restored_can_be_undone(bench: PanelBench) -> None:
    bench.type("newer")
    bench.panel.replace_annotation(typed("older"))
    assert bench.field.text == "older"
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.field.text == "newer"


def test_undo_and_redo_come_back_with_the_draft(bench: PanelBench) -> None:
    bench.type("hello there")
    bench.press(Qt.Key.Key_Z, CTRL)
    history = bench.panel.history
    bench.open()
    bench.panel.show_clip(an_open_clip(draft=history.present.annotation, draft_history=history))
    assert bench.field.text == "hello "
    bench.press(Qt.Key.Key_Y, CTRL)
    assert bench.field.text == "hello there"


def test_a_tag_for_personal_data_sets_the_flag(bench: PanelBench) -> None:
    bench.type("my name is [pii:name]")
    assert Flag.PERSONAL_DATA in bench.panel.annotation.flags


def test_the_questions_about_a_segment_are_answered_for_each(
    themed: QApplication, qtbot: QtBot, show: Callable[[QWidget], None], tmp_path: Path
) -> None:
    file = tmp_path / "form.toml"
    file.write_text(
        'name = "per"\nversion = "1"\ntitle = "Turns"\n[[field]]\nkey = "style"\nkind = "one_of"\n'
        'label = "Style"\nper = "segment"\n'
        'choices = [{value = "read", label = "Read"}, {value = "free", label = "Free"}]\n'
    )
    panel = TranscriptionPanel(Scope.DESK, load_schema(file), conventions_of())
    show(panel)
    made = PanelBench(panel, qtbot)
    made.open((0, HALF, "", "so"), (HALF, FRAMES, "", "then"))
    panel.segment_form.labels_changed.emit({"style": "read"})
    made.press(Qt.Key.Key_Return)
    assert panel.segment_form.labels == {}
    panel.segment_form.labels_changed.emit({"style": "free"})
    assert [dict(one.labels) for one in panel.annotation.segments] == [{"style": "read"}, {"style": "free"}]
    panel.clear()
    assert panel.segment_form.labels == {}


def test_replacing_after_the_rows_changed_places_changes_no_other_segment(bench: PanelBench) -> None:
    bench.open((0, 9000, "A", "one"), (2000, 12000, "B", "teh end"), (3000, 14000, "C", "three"))
    bar = bench.panel.editor.find_bar
    bench.press(Qt.Key.Key_Home)
    bench.panel.editor.find_and_replace()
    bar.wanted.setText("teh")
    bar.replacement.setText("the")
    bench.panel.choose_segment("s0")
    bench.qtbot.waitUntil(lambda: len(bar.matches) == 1)
    bench.panel.drag_edge(EdgeDrag("s1", Edge.START, 4000, is_snapping=False, is_final=True))
    assert [match.row for match in bar.matches] == [2]
    bar.replace_all()
    assert {one.id: one.text for one in bench.panel.annotation.segments} == {
        "s0": "one",
        "s1": "the end",
        "s2": "three",
    }


def test_a_selection_over_two_shown_paragraphs_is_found(bench: PanelBench) -> None:
    bench.open((0, FRAMES, "", "word " * 300 + "end"))
    bench.field.selectAll()
    bench.panel.editor.find_text()
    assert bench.panel.editor.find_bar.matches == (Match(0, 0, 1503),)


def test_a_text_typed_in_decomposed_form_is_split_at_the_cursor_and_found_in_its_place(
    bench: PanelBench,
) -> None:
    bench.field.insertPlainText("e\u0301e\u0301e\u0301 abc def")
    for _ in range(3):
        bench.press(Qt.Key.Key_Left)
    bench.panel.act("split")
    assert [row[3] for row in bench.rows] == ["\u00e9\u00e9\u00e9 abc", "def"]


def test_a_match_in_a_text_typed_in_decomposed_form_is_selected(bench: PanelBench) -> None:
    bench.field.insertPlainText("e\u0301e\u0301e\u0301 abc def")
    bench.panel.editor.find_text()
    bench.panel.editor.find_bar.wanted.setText("abc")
    assert bench.field.textCursor().selectedText() == "abc"


def test_a_mark_typed_within_a_text_leaves_the_cursor_behind_it(bench: PanelBench) -> None:
    bench.type("caf noir")
    for _ in range(5):
        bench.press(Qt.Key.Key_Left)
    for typed_by_key in ("e", "\u0301", "s"):
        bench.field.insertPlainText(typed_by_key)
    assert bench.field.text == "caf\u00e9s noir"
    assert bench.field.caret == 5
    assert bench.rows[0][3] == "caf\u00e9s noir"


def test_a_commit_beside_text_that_is_still_composed_waits_for_its_end(bench: PanelBench) -> None:
    for composed, committed in (("o", "e\u0301"), ("", "o\u0302")):
        event = QInputMethodEvent(composed, [])
        event.setCommitString(committed)
        QApplication.sendEvent(bench.field, event)
        layout = bench.field.textCursor().block().layout()
        assert not composed or layout.preeditAreaPosition() == bench.field.textCursor().position()
    assert bench.field.text == "\u00e9\u00f4"
