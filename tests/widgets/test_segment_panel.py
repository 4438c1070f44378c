"""The segments' table and buttons: as one sees them, types into them, and what is left when a clip leaves."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.labels.schema import load_schema
from reviewer.model.annotation import Annotation, Segment
from reviewer.model.intervals import Span
from reviewer.places import resource
from reviewer.ui.clip.transcription_panel import TranscriptionPanel
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.transcript.segment_table import SPEAKER, START, TEXT
from reviewer.ui.waveform.waveform_view import waveform_heights
from reviewer.ui.widgets.elided_label import ElidedLabel
from tests.benches.clip_page import ClipPageBench
from tests.fakes.work_session import FakeDesk, an_open_clip, conventions_of, speech_like
from tests.widgets.test_transcription_panel import PanelBench

FRAMES = an_open_clip().samples.frames
HALF = FRAMES // 2
TWO = ((0, HALF, "S1", "so"), (HALF, FRAMES, "S2", "then"))
HEBREW = "שלום, מה שלומך?"
KEY = Qt.Key


@pytest.fixture
def desk(themed: QApplication, qtbot: QtBot, show: Callable[[QWidget], None]) -> PanelBench:
    panel = TranscriptionPanel(Scope.DESK, load_schema(resource("schemas", "default.toml")), conventions_of())
    panel.resize(1000, 600)
    show(panel)
    return PanelBench(panel, qtbot)


def cell_editor(desk: PanelBench, row: int, column: int) -> QLineEdit:
    """The field that F2 opens in a cell."""
    desk.table.setFocus()
    desk.table.setCurrentIndex(desk.table.rows.index(row, column))
    desk.qtbot.keyClick(desk.table, KEY.Key_F2)
    return desk.table.findChild(QLineEdit)


def button(desk: PanelBench, name: str) -> QToolButton:
    found = desk.panel.findChild(QToolButton, name)
    assert found is not None, name
    return found


def assert_says_why(disabled: QToolButton) -> None:
    why = disabled.toolTip().partition("\n")[2]
    assert why
    assert disabled.accessibleDescription().endswith(why)


def problem_line(desk: PanelBench) -> str:
    line = desk.panel.findChild(ElidedLabel, "transcript_problems")
    assert line is not None
    return line.accessibleDescription()


def test_a_right_to_left_text_is_shown_from_the_right_and_edited_as_it_is(desk: PanelBench) -> None:
    desk.open((0, HALF, "דנה", HEBREW), (HALF, FRAMES, "S2", "then"))
    rows = desk.table.rows
    sides = [rows.data(rows.index(row, TEXT), Qt.ItemDataRole.TextAlignmentRole) for row in (0, 1)]
    assert [bool(side & Qt.AlignmentFlag.AlignRight.value) for side in sides] == [True, False]
    assert rows.data(rows.index(0, TEXT)) != HEBREW
    assert HEBREW in rows.data(rows.index(0, TEXT))
    assert rows.data(rows.index(0, SPEAKER), Qt.ItemDataRole.EditRole) == "דנה"


def test_times_are_typed_by_keys_alone(desk: PanelBench) -> None:
    desk.open((0, HALF, "S1", "so"), (HALF, FRAMES, "S1", "then"))
    editor = cell_editor(desk, 1, START)
    editor.selectAll()
    desk.qtbot.keyClicks(editor, "00:01.200")
    desk.qtbot.keyClick(editor, KEY.Key_Return)
    desk.qtbot.waitUntil(lambda: desk.rows[1][0] == 19_200)
    desk.qtbot.waitUntil(lambda: desk.table.findChild(QLineEdit) is None)
    assert desk.table.hasFocus()


def test_digits_typed_into_a_cell_are_no_speakers(desk: PanelBench) -> None:
    desk.open(*TWO)
    editor = cell_editor(desk, 0, SPEAKER)
    editor.selectAll()
    desk.qtbot.keyClicks(editor, "2")
    assert editor.text() == "2"
    assert desk.rows[0][2] == "S1"


def test_undo_in_a_cell_takes_back_what_was_typed_there_alone(desk: PanelBench) -> None:
    desk.open(*TWO)
    desk.panel.act("next_row")
    desk.type(" x")
    editor = cell_editor(desk, 1, SPEAKER)
    editor.selectAll()
    desk.qtbot.keyClicks(editor, "Bo")
    desk.qtbot.keySequence(editor, QKeySequence.StandardKey.Undo)
    assert editor.text() == "S2"
    assert desk.rows[1][3] == "then x"


@pytest.mark.parametrize("leave", ["clear", "lock", "other_clip"])
def test_nothing_that_is_open_stays_when_the_clip_leaves(desk: PanelBench, leave: str) -> None:
    desk.open(*TWO)
    desk.panel.segments.ask_speaker_name()
    desk.qtbot.keyClicks(cell_editor(desk, 0, SPEAKER), "secret")
    if leave == "clear":
        desk.panel.clear()
    elif leave == "lock":
        desk.panel.set_locked(is_locked=True)
    else:
        desk.open((0, HALF, "A", "other"), (HALF, FRAMES, "B", "clip"))
    desk.qtbot.waitUntil(lambda: desk.table.findChild(QLineEdit) is None)
    desk.qtbot.waitUntil(lambda: not desk.panel.findChildren(QInputDialog))
    assert "secret" not in str(desk.rows)


def test_deleting_a_segment_while_its_time_is_typed_leaves_the_others_alone(desk: PanelBench) -> None:
    desk.open(*TWO)
    desk.qtbot.keyClicks(cell_editor(desk, 0, START), "1")
    desk.panel.act("delete_segment")
    desk.qtbot.waitUntil(lambda: desk.table.findChild(QLineEdit) is None)
    assert [row[3] for row in desk.rows] == ["then"]


def test_a_locked_panel_offers_neither_acts_nor_a_new_name(desk: PanelBench) -> None:
    desk.open(*TWO)
    desk.panel.set_locked(is_locked=True)
    desk.panel.choose_segment("s1")  # its speaker's button is another one then
    assert not any(each.isEnabled() for each in desk.panel.segments.findChildren(QToolButton))
    desk.panel.segments.ask_speaker_name()
    assert not desk.panel.findChildren(QInputDialog)


def test_a_disabled_act_says_why(desk: PanelBench) -> None:
    desk.open((0, FRAMES, "S1", "so"))
    for name in ("segment_join", "segment_delete_segment", "segment_extend"):
        assert not button(desk, name).isEnabled()
        assert_says_why(button(desk, name))
    assert "Ctrl+M" in button(desk, "segment_mark").toolTip()


def test_unlocking_enables_only_what_can_be_done(desk: PanelBench) -> None:
    desk.open((0, FRAMES, "S1", "so"))
    for is_locked in (True, False):
        desk.panel.set_locked(is_locked=is_locked)
    assert button(desk, "segment_mark").isEnabled()
    assert not button(desk, "segment_join").isEnabled()


def test_return_in_the_last_segment_says_how_to_go_on(desk: PanelBench) -> None:
    desk.open(*TWO)
    for _ in range(2):
        desk.press(KEY.Key_Return)
    assert "last segment" in problem_line(desk)
    assert "Ctrl+Return" in problem_line(desk) or "Ctrl+Enter" in problem_line(desk)


def test_many_long_names_fit_in_the_bar_as_numbers_with_the_names_spoken(desk: PanelBench) -> None:
    names = [f"Somebody with a long name {number}" for number in range(11)]
    step = FRAMES // len(names)
    desk.open(*((n * step, (n + 1) * step, name, "x") for n, name in enumerate(names)))
    QApplication.processEvents()
    assert desk.panel.segments.minimumSizeHint().width() <= 672
    assert names[8] in button(desk, "speaker_9").accessibleName()
    assert names[8] in button(desk, "speaker_9").toolTip()


def test_marks_at_the_start_and_at_the_end_change_nothing(desk: PanelBench) -> None:
    desk.open()
    for desk.playhead in (0, FRAMES):
        desk.press(KEY.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert desk.rows == [(0, FRAMES, "", "")]


def test_the_table_grows_a_little_with_the_text(desk: PanelBench) -> None:
    desk.open(*TWO)
    before = desk.table.font().pixelSize()
    desk.panel.heights.set_text_px(29)
    assert desk.table.font().pixelSize() == before + 3


def test_the_spectrogram_gives_way_to_the_lanes_of_segments() -> None:
    waves, spectrum = waveform_heights(735, has_spectrogram=True)
    beside, less = waveform_heights(735, has_spectrogram=True, lane_px=30)
    assert waves + spectrum == beside + less
    assert beside - 30 - 52 >= 100


@pytest.mark.parametrize("has_spectrogram", [False, True])
def test_in_a_usual_window_four_rows_and_two_lines_have_room(
    bench: ClipPageBench, has_spectrogram: bool
) -> None:
    data = speech_like(40)
    step = len(data) // 20
    segments = tuple(Segment(f"s{n}", n * step, (n + 1) * step, "so", f"S{n % 2}") for n in range(20))
    bench.open(FakeDesk(an_open_clip(data=data, draft=Annotation(segments))))
    if has_spectrogram:
        bench.workspace.view.waveform.spectrogram.toggle()
    assert bench.page is not None
    bench.page.resize(1143, 735)
    for _ in range(3):
        QApplication.processEvents()
    view = bench.workspace.view
    table, field = view.transcription.segments.table, view.findChild(QWidget, "transcript_text")
    assert field is not None
    assert table.viewport().height() >= 4 * table.rowHeight(0)
    assert field.height() >= 2 * field.fontMetrics().lineSpacing()
    waves = view.waveform.waves
    spectrum = view.waveform.spectrogram.height() if has_spectrogram else 0
    assert waves.height() - spectrum - waves.lane_px - 52 >= 100
    assert view.height() <= 735


def test_join_and_find_speech_are_disabled_with_a_reason_where_they_do_nothing(desk: PanelBench) -> None:
    desk.open((0, FRAMES // 2, "S1", "so"), (FRAMES // 2, FRAMES, "S2", "well"))
    for name in ("segment_join", "segment_propose"):
        assert not button(desk, name).isEnabled()
        assert_says_why(button(desk, name))


def test_find_speech_is_enabled_where_speech_has_no_segment_yet(desk: PanelBench) -> None:
    desk.open((0, FRAMES // 2, "S1", "so"))
    panel = desk.panel.segments
    for speech, is_enabled in ((Span(0, FRAMES // 2), False), (Span(FRAMES // 2 + 8_000, FRAMES), True)):
        panel.show_speech((speech,), FRAMES, desk.panel.rate_hz)
        panel.show_document(desk.panel.document, desk.panel.rate_hz)
        assert button(desk, "segment_propose").isEnabled() is is_enabled
