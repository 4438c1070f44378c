"""The waves under a hand: edges that can be dragged, two fingers, what moves while it plays."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QNativeGestureEvent, QPaintEvent, QPointingDevice
from PySide6.QtWidgets import QApplication, QGestureEvent, QPinchGesture, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.samples import IntSamples, Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.ui import theme
from reviewer.ui.jobs import Jobs
from reviewer.ui.preferences import Preferences
from reviewer.ui.waveform.minimap import Minimap
from reviewer.ui.waveform.plot import WaveformPlot
from reviewer.ui.waveform.ruler import Ruler
from reviewer.ui.waveform.ruler_ticks import RulerUnit
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.spectrogram import Spectrogram
from reviewer.ui.waveform.waveform_preferences import CENTRED, RULER, WaveformPreferences
from reviewer.ui.waveform.waveform_view import WaveformView
from tests.benches.mouse import LEFT, drag, send_mouse
from tests.fakes.work_session import speech_like

Show = Callable[[QWidget], None]

RATE, SECONDS = 16_000, 4
WIDTH, HEIGHT = 800, 240
WAVE_Y = 150


def show_on(view: WaveformView, data: IntSamples | None = None) -> WaveformView:
    data = speech_like(seconds=SECONDS) if data is None else data
    view.show_clip(Samples(RATE, data), PeakPyramid.from_samples(data))
    return view


@pytest.fixture
def view(themed: QApplication, show: Show) -> WaveformView:
    made = WaveformView()
    made.resize(WIDTH, HEIGHT)
    show(made)
    return show_on(made)


def drag_on(view: WaveformView, start: float, *stops: float) -> None:
    drag(view, WAVE_Y, start, *stops)


def move(view: WaveformView, x: float, held: Qt.MouseButton = LEFT) -> None:
    send_mouse(view, QEvent.Type.MouseMove, QPointF(x, WAVE_Y), held)


def told_by(view: WaveformView) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    view.selection_changed.connect(lambda start, end: told.append((start, end)))
    return told


@pytest.mark.parametrize(
    ("stops", "selected"),
    [
        *(([400 + off, 450 + off, 500 + off], (1, 2.5)) for off in (-3, 0, 3)),
        ([200, 300, 600], (2, 3)),
        ([600, 650, 700], (3, 3.5)),
    ],
    ids=["before", "on", "behind", "the left one across the right one", "begins anew away from both"],
)
def test_a_drag_near_an_edge_moves_that_edge_by_as_much(
    view: WaveformView, qtbot: QtBot, stops: list[int], selected: tuple[float, float]
) -> None:
    view.select(Selection(RATE, 2 * RATE))
    told = told_by(view)
    with qtbot.assertNotEmitted(view.seek_requested):
        drag_on(view, *stops)
    assert told == [(selected[0] * RATE, selected[1] * RATE)]


def test_a_click_on_an_edge_goes_there_and_moves_nothing(view: WaveformView, qtbot: QtBot) -> None:
    view.select(Selection(RATE, 2 * RATE))
    told = told_by(view)
    with qtbot.waitSignal(view.seek_requested):
        drag_on(view, 401, 402)
    assert view.selection == Selection(RATE, 2 * RATE)
    assert told == []


def test_an_edge_is_told_by_the_shape_of_the_pointer(view: WaveformView) -> None:
    view.select(Selection(RATE, 2 * RATE))
    shapes = []
    for x in (300, 397, 404, 406):
        move(view, x, Qt.MouseButton.NoButton)
        shapes.append(view.cursor().shape())
    arrow, split = Qt.CursorShape.ArrowCursor, Qt.CursorShape.SplitHCursor
    assert shapes == [arrow, split, split, arrow]


def test_an_edge_stays_on_its_frame_when_the_picture_is_zoomed_under_the_drag(view: WaveformView) -> None:
    send_mouse(view, QEvent.Type.MouseButtonPress, QPointF(200, WAVE_Y), LEFT)
    move(view, 300)
    view.zoom_in()
    move(view, 400)
    assert view.selection.start == RATE


def native_pinch(view: WaveformView, x: float, widened: float) -> None:
    at = QPointF(x, WAVE_Y)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        view.mapToGlobal(at),
        widened,
        QPointF(),
    )
    QApplication.sendEvent(view, event)


def touch_pinch(view: WaveformView, x: float, factor: float) -> None:
    pinch = QPinchGesture()
    pinch.setScaleFactor(factor)
    pinch.setCenterPoint(view.mapToGlobal(QPointF(x, WAVE_Y)))
    view.event(QGestureEvent([pinch]))


@pytest.mark.parametrize("pinch", [native_pinch, lambda view, x, share: touch_pinch(view, x, 1 + share)])
def test_two_fingers_zoom_where_they_are(view: WaveformView, pinch: Callable[..., None]) -> None:
    before = view.view_window.frame_at(600, WIDTH)
    pinch(view, 600, 0.5)
    assert view.view_window.span == pytest.approx(SECONDS * RATE / 1.5)
    assert view.view_window.frame_at(600, WIDTH) == pytest.approx(before, abs=1)
    pinch(view, 600, -0.5)
    assert view.view_window.is_whole


def test_two_fingers_do_nothing_without_a_clip(view: WaveformView) -> None:
    view.show_nothing()
    native_pinch(view, 400, 0.5)
    touch_pinch(view, 400, 1.5)
    assert view.view_window.is_whole


def test_a_pinch_is_no_click_and_no_drag(view: WaveformView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.seek_requested), qtbot.assertNotEmitted(view.selection_changed):
        send_mouse(view, QEvent.Type.MouseButtonPress, QPointF(300, WAVE_Y), LEFT)
        touch_pinch(view, 300, 1.5)
        send_mouse(view, QEvent.Type.MouseButtonRelease, QPointF(300, WAVE_Y), Qt.MouseButton.NoButton)


@pytest.fixture
def playing(view: WaveformView) -> WaveformView:
    """A view of half a second of the clip, in centred mode."""
    for _ in range(4):
        view.zoom_in()
    view.set_centred(is_centred=True)
    return view


def cursor_column(view: WaveformView) -> int:
    return int(view.findChild(WaveformPlot).cursor_x + 1e-6)


def test_a_centred_cursor_stands_still_while_the_picture_moves(playing: WaveformView) -> None:
    columns, starts = set(), []
    for frame in np.linspace(RATE, 3 * RATE, 200):
        playing.show_position(float(frame), follow=True)
        columns.add(cursor_column(playing))
        starts.append(playing.view_window.start)
    assert columns == {round(WIDTH * playing.devicePixelRatioF() / 2)}
    assert starts == sorted(starts)
    assert starts[-1] - starts[0] == pytest.approx(2 * RATE, abs=playing.view_window.span / WIDTH + 1)


def test_a_moving_picture_moves_by_whole_columns(playing: WaveformView) -> None:
    step = playing.view_window.span / round(WIDTH * playing.devicePixelRatioF())
    for frame in (RATE, RATE + 17.3, RATE + 101.9):
        playing.show_position(frame, follow=True)
        columns = playing.view_window.start / step
        assert columns == pytest.approx(round(columns), abs=1e-6)


def test_at_the_ends_of_the_clip_the_cursor_moves(playing: WaveformView) -> None:
    playing.show_position(10, follow=True)
    assert playing.view_window.start == 0
    assert cursor_column(playing) < WIDTH / 10
    playing.show_position(2 * RATE, follow=True)
    playing.show_position(SECONDS * RATE - 10, follow=True)
    assert playing.view_window.end == SECONDS * RATE
    assert cursor_column(playing) > WIDTH * 9 / 10


def test_a_picture_that_was_moved_away_from_the_cursor_stays_there(playing: WaveformView) -> None:
    playing.show_position(RATE, follow=True)
    for _ in range(8):
        playing.pan_right()
    window = playing.view_window
    playing.show_position(RATE + 100, follow=True)
    assert playing.view_window == window


def test_a_click_does_not_pull_the_picture_away_from_under_the_pointer(
    playing: WaveformView, qtbot: QtBot
) -> None:
    playing.show_position(RATE, follow=True)
    playing.seek_requested.connect(lambda frame: playing.show_position(frame, follow=True))
    window = playing.view_window
    drag_on(playing, 700, 700)
    assert playing.view_window == window
    assert cursor_column(playing) == pytest.approx(700, abs=1)


class Painted(QObject):
    """Which parts of a widget were painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.parts: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.parts += list(event.region())
        return super().eventFilter(watched, event)


def test_a_moving_cursor_paints_its_strips_only(view: WaveformView) -> None:
    view.show_position(RATE)
    QApplication.processEvents()
    plot = view.findChild(WaveformPlot)
    painted = Painted(plot.surface)
    view.show_position(3 * RATE, follow=True)
    QApplication.processEvents()
    assert painted.parts
    assert sum(part.width() for part in painted.parts) <= 12
    assert {part.left() // 100 for part in painted.parts} <= {1, 2, 5, 6}


def test_a_cursor_that_leaves_leaves_nothing_behind(view: WaveformView) -> None:
    view.show_position(RATE)
    fresh = view.grab().toImage()
    for frame in (RATE + 40, 2 * RATE + 7, 3 * RATE + 11, RATE):
        view.show_position(frame)
        QApplication.processEvents()
    assert view.grab().toImage() == fresh


def test_the_clip_after_has_no_speech_and_nothing_heard_of_the_one_before(view: WaveformView) -> None:
    plain = view.grab().toImage()
    view.show_speech([Span(0, RATE)])
    view.show_unheard([Span(0, RATE)])
    view.show_heard([HeardRange(0, RATE)])
    assert view.grab().toImage() != plain
    assert show_on(view).grab().toImage() == plain


def test_no_speech_left_unheard_takes_the_hatching_off(view: WaveformView) -> None:
    plain = view.grab().toImage()
    view.show_unheard([Span(RATE, 2 * RATE)])
    assert view.grab().toImage() != plain
    view.show_unheard([])
    assert view.grab().toImage() == plain


def test_the_minimap_shows_speech_as_a_band_over_the_strip(view: WaveformView) -> None:
    view.show_speech([Span(RATE, 2 * RATE)])
    picture = view.findChild(Minimap).grab().toImage()
    row, band = picture.height() - 5, theme.DARK.dim.lower()
    assert [picture.pixelColor(x, row).name() == band for x in (100, 300, 500)] == [False, True, False]


def test_the_minimap_hatches_what_was_not_heard(view: WaveformView) -> None:
    view.show_unheard([Span(RATE, 2 * RATE)])
    picture = view.findChild(Minimap).grab().toImage()
    warn = theme.DARK.warn.lower()
    hatched = [[picture.pixelColor(x, y).name() == warn for x in range(210, 390)] for y in range(3, 8)]
    assert all(any(row) and not all(row) for row in hatched)


@pytest.mark.parametrize(("channels", "has_names"), [(1, False), (2, True), (3, True)])
def test_channels_are_named_where_there_is_more_than_one(
    view: WaveformView, channels: int, has_names: bool
) -> None:
    show_on(view, np.zeros((RATE, channels), dtype=np.int16)).show_position(RATE / 2)
    picture, surface = view.findChild(WaveformPlot).grab().toImage(), theme.DARK.surface.lower()
    corner = {picture.pixelColor(x, y).name() for x in range(6, 14) for y in range(6, 14)}
    assert (corner != {surface}) == has_names


def test_dots_stand_on_samples_once_these_are_far_apart(view: WaveformView) -> None:
    plot = show_on(view, np.zeros((RATE, 1), dtype=np.int16)).findChild(WaveformPlot)
    heights = []
    for span in (RATE, 64):
        view.set_window(view.view_window.zoomed(view.view_window.span / span, 8_000))
        picture = plot.grab().toImage()
        x = round(view.view_window.x_of(8_010, WIDTH))
        wave = theme.DARK.wave.lower()
        heights.append(sum(picture.pixelColor(x, y).name() == wave for y in range(picture.height())))
    assert heights[1] >= heights[0] + 2


def test_the_unit_on_the_ruler_asks_for_the_other_one_and_seeks_nowhere(
    view: WaveformView, qtbot: QtBot
) -> None:
    button = view.findChild(QToolButton, "ruler_unit")
    with qtbot.waitSignal(view.unit_requested), qtbot.assertNotEmitted(view.seek_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_ruler_writes_samples_when_it_counts_them(view: WaveformView) -> None:
    time = view.findChild(Ruler).grab().toImage()
    view.set_unit(RulerUnit.SAMPLES)
    assert view.unit is RulerUnit.SAMPLES
    assert view.unit_button.text() == "samples"
    assert view.findChild(Ruler).grab().toImage() != time
    view.set_unit(RulerUnit.TIME)
    assert view.findChild(Ruler).grab().toImage() == time


def test_choices_are_put_on_kept_and_made_on_another_page_too(view: WaveformView, qtbot: QtBot) -> None:
    preferences, other = Preferences(), WaveformView()
    qtbot.addWidget(other)
    preferences.put(CENTRED, True)
    preferences.put(RULER, "furlongs")
    choices = WaveformPreferences(view, preferences, view)
    WaveformPreferences(other, preferences, other)
    assert (view.is_centred, view.unit) == (True, RulerUnit.TIME)
    choices.toggle_centred()
    view.unit_requested.emit()
    for each in (view, other):
        assert (each.is_centred, each.unit) == (False, RulerUnit.SAMPLES)
    assert preferences.text(RULER) == "samples"
    assert not preferences.is_on(CENTRED, default=True)
    choices.toggle_unit()
    assert other.unit is RulerUnit.TIME


def test_an_edge_can_be_taken_over_the_spectrogram_too(
    themed: QApplication, jobs: Jobs, show: Show, qtbot: QtBot
) -> None:
    view = WaveformView()
    under = Spectrogram(jobs, view)
    view.put_under(under)
    view.resize(WIDTH, 400)
    show(view)
    show_on(view)
    under.toggle()
    QApplication.processEvents()
    view.select(Selection(RATE, 2 * RATE))
    at = QPoint(400, under.height() // 2)
    qtbot.mouseMove(under, QPoint(600, 20))
    qtbot.mouseMove(under, at)
    assert view.cursor().shape() == Qt.CursorShape.SplitHCursor
    qtbot.mousePress(under, LEFT, pos=at)
    qtbot.mouseMove(under, QPoint(500, 20))
    qtbot.mouseRelease(under, LEFT, pos=QPoint(500, 20))
    assert view.selection.start == RATE
    view.show_nothing()
