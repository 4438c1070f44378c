"""Segments in the waveform: pressed, dragged by an edge, and drawn where they are."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.samples import Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.model.intervals import Span
from reviewer.transcript.edits import Edge
from reviewer.ui import theme
from reviewer.ui.jobs import Jobs
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.key_bindings import connect_waveform
from reviewer.ui.waveform.minimap import Minimap
from reviewer.ui.waveform.plot import WaveformPlot
from reviewer.ui.waveform.segment_bars import EdgeDrag, SegmentBar
from reviewer.ui.waveform.segment_lane import LANE_PX, SegmentLane
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.speaker_colours import speaker_colours
from reviewer.ui.waveform.spectrogram import Spectrogram
from reviewer.ui.waveform.waveform_view import WaveformView
from tests.benches.mouse import send_mouse
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import speech_like

RATE, SECONDS, WIDTH = 16_000, 4, 800
A_PIXEL = RATE * SECONDS // WIDTH
LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
NO_KEY = Qt.KeyboardModifier.NoModifier


def at(x: int) -> int:
    """The frame at a pixel of the whole clip."""
    return x * A_PIXEL


BARS = [
    SegmentBar("a", at(100), at(300), 1, "good morning"),
    SegmentBar("b", at(300), at(500), 2, "hello", is_current=True),
    SegmentBar("c", at(600), at(700), 1),
]


class Bench:
    """A waveform below a text that has the focus, with its playback."""

    def __init__(self, show: Callable[[QWidget], None]) -> None:
        self.page = QWidget()
        self.text = QPlainTextEdit(self.page)
        self.view = WaveformView(self.page)
        column = QVBoxLayout(self.page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text)
        column.addWidget(self.view, 1)
        self.player = FakePlayer()
        self.playback = PlaybackController(self.player, self.page)
        connect_waveform(self.view, self.playback)
        samples = Samples(RATE, speech_like(seconds=SECONDS))
        self.playback.load(samples)
        self.view.show_clip(samples, PeakPyramid.from_samples(samples.data))
        self.view.show_segments(BARS)
        self.page.resize(WIDTH, 700)
        show(self.page)
        self.text.setFocus()
        (self.lane,) = self.view.findChildren(SegmentLane)
        self.drags: list[EdgeDrag] = []
        self.view.edge_dragged.connect(self.drags.append)

    def press(self, x: int, y: int = 8) -> None:
        QTest.mousePress(self.lane, LEFT, NO_KEY, QPoint(x, y))

    def move(self, x: int, y: int = 8, held: Qt.MouseButton = LEFT) -> None:
        send_mouse(self.lane, QEvent.Type.MouseMove, QPointF(x, y), held)

    def release(self, x: int, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.mouseRelease(self.lane, LEFT, keys, QPoint(x, 8))


@pytest.fixture
def bench(themed: QApplication, show: Callable[[QWidget], None]) -> Bench:
    return Bench(show)


def test_a_press_on_a_bar_names_its_segment_and_seeks_nothing(bench: Bench, qtbot: QtBot) -> None:
    with (
        qtbot.assertNotEmitted(bench.view.seek_requested),
        qtbot.waitSignal(bench.view.segment_activated) as told,
    ):
        QTest.mouseClick(bench.lane, LEFT, NO_KEY, QPoint(200, 8))
    assert told.args == ["a"]
    assert bench.drags == []


def test_a_press_between_bars_seeks_as_it_does_in_the_waves(bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.view.seek_requested) as told:
        QTest.mouseClick(bench.lane, LEFT, NO_KEY, QPoint(550, 8))
    assert told.args == [at(550)]


def test_a_dragged_edge_tells_each_place_and_the_last_keeping_its_distance_from_the_pointer(
    bench: Bench,
) -> None:
    bench.press(602)
    bench.move(630)
    bench.move(642)
    bench.release(652)
    told = [(each.segment_id, each.edge, each.frame, each.is_final) for each in bench.drags]
    assert told == [
        ("c", Edge.START, at(628), False),
        ("c", Edge.START, at(640), False),
        ("c", Edge.START, at(650), True),
    ]
    assert all(each.is_snapping for each in bench.drags)


def test_a_modifier_turns_snapping_off(bench: Bench) -> None:
    bench.press(600)
    bench.move(630)
    bench.release(640, ALT)
    assert [each.is_snapping for each in bench.drags] == [True, False]


def test_a_click_on_an_edge_moves_nothing(bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.view.segment_activated) as told:
        bench.press(600)
        bench.move(601)
        bench.release(601)
    assert (told.args, bench.drags) == (["c"], [])


def test_a_drag_past_the_end_stops_at_the_end_of_the_clip(bench: Bench) -> None:
    bench.press(700)
    bench.move(WIDTH + 50)
    bench.release(WIDTH + 50)
    assert bench.drags[-1].frame == RATE * SECONDS


def test_escape_takes_a_drag_back_wherever_the_focus_is_and_does_nothing_else(bench: Bench) -> None:
    others: list[bool] = []
    escape = QShortcut(Qt.Key.Key_Escape, bench.page)
    escape.activated.connect(lambda: others.append(True))
    bench.press(600)
    bench.move(630)
    QTest.keyClick(bench.text, Qt.Key.Key_Escape)
    bench.move(640)
    bench.release(650)
    assert [(each.frame, each.is_final) for each in bench.drags] == [(at(630), False), (at(600), True)]
    assert others == []
    QTest.keyClick(bench.text, Qt.Key.Key_Escape)
    assert others == [True]


def test_an_edge_dragged_while_it_plays_leaves_playback_alone(bench: Bench) -> None:
    bench.playback.set_segments([Span(bar.start, bar.end) for bar in BARS])
    bench.playback.seek(at(320))
    bench.playback.toggle()
    bench.player.listen(A_PIXEL)
    bench.view.edge_dragged.connect(
        lambda told: bench.playback.set_segments([Span(0, told.frame), Span(told.frame, RATE * SECONDS)])
    )
    bench.press(300)
    bench.move(400)
    bench.release(400)
    assert len(bench.drags) == 2
    assert (bench.playback.is_playing, bench.playback.position) == (True, at(321))
    assert bench.view.selection.is_empty
    bench.playback.pause()


@pytest.mark.parametrize("is_clip_gone", [False, True], ids=["segment", "clip"])
def test_a_drag_ends_silently_when_what_it_moves_is_gone(bench: Bench, is_clip_gone: bool) -> None:
    bench.press(600)
    bench.move(650)
    if is_clip_gone:
        bench.view.show_nothing()
    else:
        bench.view.show_segments(BARS[:2])
    bench.release(650)
    assert [each.is_final for each in bench.drags] == [False]


def test_an_edge_is_told_by_the_shape_of_the_pointer(bench: Bench) -> None:
    shapes = []
    for x in (200, 297, 303, 550):
        bench.move(x, held=Qt.MouseButton.NoButton)
        shapes.append(bench.lane.cursor().shape())
    arrow, split = Qt.CursorShape.ArrowCursor, Qt.CursorShape.SplitHCursor
    assert shapes == [arrow, split, split, arrow]


def test_dragging_in_the_waves_selects_although_a_border_is_there(bench: Bench) -> None:
    below = bench.lane.geometry().bottom() + 20
    QTest.mousePress(bench.view, LEFT, NO_KEY, QPoint(300, below))
    send_mouse(bench.view, QEvent.Type.MouseMove, QPointF(400, below), LEFT)
    QTest.mouseRelease(bench.view, LEFT, NO_KEY, QPoint(400, below))
    assert bench.view.selection == Selection(at(300), at(400))
    assert bench.drags == []


@pytest.mark.parametrize(("x", "is_marked"), [(450, True), (600, False)], ids=["on it", "beside it"])
def test_a_double_click_on_the_selection_marks_it(bench: Bench, x: int, is_marked: bool) -> None:
    marked: list[tuple[int, int]] = []
    bench.view.span_marked.connect(lambda start, end: marked.append((start, end)))
    bench.view.select(Selection(at(400), at(500)))
    QTest.mouseDClick(bench.view, LEFT, NO_KEY, QPoint(x, bench.lane.geometry().bottom() + 20))
    assert marked == ([(at(400), at(500))] if is_marked else [])


@pytest.mark.parametrize("bars", [[], [SegmentBar("a", 0, RATE * SECONDS, 1, "all", is_current=True)]])
def test_a_clip_of_one_segment_looks_as_if_it_had_none(bench: Bench, bars: list[SegmentBar]) -> None:
    bench.view.show_segments([])
    QApplication.processEvents()
    before = bench.view.grab().toImage()
    bench.view.show_segments(bars)
    assert not bench.lane.isVisible()
    assert bench.view.grab().toImage() == before


def test_overlapping_speakers_have_a_lane_each_and_are_pressed_there(bench: Bench, qtbot: QtBot) -> None:
    bench.view.show_segments([BARS[0], SegmentBar("over", at(200), at(400), 2)])
    assert bench.lane.height() == 2 * LANE_PX[1]
    for y, wanted in ((4, "a"), (20, "over")):
        with qtbot.waitSignal(bench.view.segment_activated) as told:
            QTest.mouseClick(bench.lane, LEFT, NO_KEY, QPoint(250, y))
        assert told.args == [wanted]


def test_bars_and_borders_have_the_hue_of_their_speaker(bench: Bench, jobs: Jobs) -> None:
    under = Spectrogram(jobs, bench.view)
    bench.view.put_under(under)
    under.toggle()
    QApplication.processEvents()
    hues = [QColor(each.line) for each in speaker_colours(theme.DARK)]
    lane, (plot,) = bench.lane.grab().toImage(), bench.view.findChildren(WaveformPlot)
    assert lane.pixelColor(250, bench.lane.height() - 2) == hues[1]
    assert lane.pixelColor(400, bench.lane.height() - 2) == hues[2]
    assert plot.grab().toImage().pixelColor(100, 20) == hues[1]
    assert plot.grab().toImage().pixelColor(400, 1) == hues[2]  # the frame of the current one
    assert under.grab().toImage().pixelColor(100, 20) == hues[1]
    (minimap,) = bench.view.findChildren(Minimap)
    strip = minimap.grab().toImage()
    assert [strip.pixelColor(x, 1) for x in (200, 400)] == hues[1:3]
    assert [strip.pixelColor(x, 6) == hue for x, hue in ((200, hues[1]), (400, hues[2]))] == [False, True]


def test_a_text_from_the_right_begins_at_the_right_of_its_bar(bench: Bench) -> None:
    def inked(text: str) -> float:
        """Where the text's pixels are, on average, as a share of the bar."""
        bench.view.show_segments([SegmentBar("a", at(100), at(500), 0, text), BARS[2]])
        row = bench.lane.grab().toImage()
        ground = QColor(speaker_colours(theme.DARK)[0].fill)
        columns = [x for x in range(104, 496) if any(row.pixelColor(x, y) != ground for y in range(2, 14))]
        return (float(np.mean(columns)) - 100) / 400

    assert inked("[noise] one") < 0.3
    assert inked("[noise] שלום") > 0.7


def test_a_key_typed_into_a_segment_repaints_nothing_but_the_lane(bench: Bench, qtbot: QtBot) -> None:
    (plot,) = bench.view.findChildren(WaveformPlot)
    QApplication.processEvents()
    image = plot._picture.image
    bench.view.show_segments([*BARS[:2], SegmentBar("c", at(600), at(700), 1, "typed")])
    QApplication.processEvents()
    assert plot._picture.image is image
    bench.view.show_segments([*BARS[:2], SegmentBar("c", at(610), at(700), 1, "typed")])
    QApplication.processEvents()
    assert plot._picture.image is not image
