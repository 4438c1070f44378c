"""The picture of a clip answers to mouse, wheel and calls, and shows what the samples are."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.samples import IntSamples, Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.model.event import HeardRange
from reviewer.ui import theme
from reviewer.ui.waveform.minimap import Minimap
from reviewer.ui.waveform.plot import WaveformPlot
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.view_window import MIN_FRAMES
from reviewer.ui.waveform.waveform_view import WaveformView
from tests.fakes.work_session import speech_like

Show = Callable[[QWidget], None]

RATE = 16_000
WIDTH, HEIGHT = 800, 240


def put_on(view: WaveformView, data: IntSamples, rate_hz: int = RATE) -> None:
    view.show_clip(Samples(rate_hz, data), PeakPyramid.from_samples(data))


@pytest.fixture
def view(themed: QApplication, qtbot: QtBot, show: Show) -> WaveformView:
    made = WaveformView()
    made.resize(WIDTH, HEIGHT)
    show(made)
    return made


@pytest.fixture
def shown(view: WaveformView) -> WaveformView:
    put_on(view, speech_like(seconds=4))
    return view


def plot_of(view: WaveformView) -> WaveformPlot:
    return view.findChild(WaveformPlot)


def wheel(view: WaveformView, x: int, turned: int, *, shift: bool = False, sideways: int = 0) -> None:
    at = QPointF(x, HEIGHT / 2)
    modifiers = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        at,
        view.mapToGlobal(at),
        QPoint(),
        QPoint(sideways, turned),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_a_clip_is_shown_whole_with_the_cursor_at_its_start(shown: WaveformView) -> None:
    assert shown.view_window.is_whole
    assert plot_of(shown).cursor_x == 0


def test_a_click_asks_to_go_there(shown: WaveformView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.seek_requested) as asked:
        qtbot.mouseClick(shown, Qt.MouseButton.LeftButton, pos=QPoint(WIDTH // 4, HEIGHT // 2))
    assert asked.args[0] == pytest.approx(RATE, abs=RATE / 100)


def test_a_click_asks_only_and_moves_nothing_itself(shown: WaveformView, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown, Qt.MouseButton.LeftButton, pos=QPoint(WIDTH // 2, HEIGHT // 2))
    assert shown.position == 0


def test_the_wheel_zooms_and_the_frame_under_the_pointer_stays(shown: WaveformView) -> None:
    before = shown.view_window.frame_at(300, WIDTH)
    wheel(shown, 300, 120)
    assert shown.view_window.span < 4 * RATE
    assert shown.view_window.frame_at(300, WIDTH) == pytest.approx(before, abs=1)


def test_the_wheel_zooms_down_to_samples_and_back_to_the_whole(shown: WaveformView) -> None:
    for _ in range(40):
        wheel(shown, 400, 120)
    assert shown.view_window.span == MIN_FRAMES
    for _ in range(40):
        wheel(shown, 400, -120)
    assert shown.view_window.is_whole


def test_shift_and_wheel_moves_the_picture_sideways(shown: WaveformView) -> None:
    wheel(shown, 0, 480)
    start, span = shown.view_window.start, shown.view_window.span
    wheel(shown, 400, -120, shift=True)
    assert shown.view_window.start > start
    assert shown.view_window.span == pytest.approx(span)


def test_a_sideways_wheel_moves_the_picture_too(shown: WaveformView) -> None:
    wheel(shown, 0, 480)
    wheel(shown, 400, 0, sideways=-120)
    assert shown.view_window.start > 0


def drag(qtbot: QtBot, view: WaveformView, start: int, end: int, button: Qt.MouseButton) -> None:
    qtbot.mousePress(view, button, pos=QPoint(start, 150))
    for x in ((start + end) // 2, end):
        at = QPointF(x, 150)
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            view.mapToGlobal(at),
            Qt.MouseButton.NoButton,
            button,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(view, event)
    qtbot.mouseRelease(view, button, pos=QPoint(end, 150))


LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def test_a_drag_with_the_middle_button_moves_the_picture_and_seeks_nowhere(
    shown: WaveformView, qtbot: QtBot
) -> None:
    shown.zoom_in()
    shown.zoom_in()
    start = shown.view_window.start
    with qtbot.assertNotEmitted(shown.seek_requested), qtbot.assertNotEmitted(shown.selection_changed):
        drag(qtbot, shown, 500, 300, MIDDLE)
    assert shown.view_window.start > start


@pytest.mark.parametrize(("start", "end"), [(200, 400), (400, 200)])
def test_a_drag_selects_in_whole_frames_and_tells_it_once(
    shown: WaveformView, qtbot: QtBot, start: int, end: int
) -> None:
    told: list[tuple[int, int]] = []
    shown.selection_changed.connect(lambda first, last: told.append((first, last)))
    with qtbot.assertNotEmitted(shown.seek_requested):
        drag(qtbot, shown, start, end, LEFT)
    assert told == [(RATE, 2 * RATE)]
    assert shown.selection == Selection(RATE, 2 * RATE)
    assert shown.view_window.is_whole


def test_the_selection_is_shown_as_a_region_with_edges_at_any_zoom(shown: WaveformView, qtbot: QtBot) -> None:
    assert plot_of(shown).selection_x is None
    shown.select(Selection(RATE, 2 * RATE))
    scale = shown.devicePixelRatioF()
    assert plot_of(shown).selection_x == pytest.approx((200 * scale, 400 * scale))
    shown.show_position(RATE)
    shown.zoom_in()
    left, right = plot_of(shown).selection_x
    assert (left, right - left) == pytest.approx((200 * scale, 200 * 1.6 * scale))


def test_shift_and_click_moves_the_nearer_edge(shown: WaveformView, qtbot: QtBot) -> None:
    shown.select(Selection(RATE, 2 * RATE))
    for x in (500, 100):
        qtbot.mouseClick(shown, LEFT, Qt.KeyboardModifier.ShiftModifier, QPoint(x, 150))
    assert shown.selection == Selection(RATE // 2, RATE * 5 // 2)


def test_shift_and_click_without_a_selection_selects_from_the_cursor(
    shown: WaveformView, qtbot: QtBot
) -> None:
    shown.show_position(RATE)
    with qtbot.assertNotEmitted(shown.seek_requested):
        qtbot.mouseClick(shown, LEFT, Qt.KeyboardModifier.ShiftModifier, QPoint(600, 150))
    assert shown.selection == Selection(RATE, 3 * RATE)


def test_the_cursor_marks_beginning_and_end_without_a_mouse(shown: WaveformView) -> None:
    shown.show_position(RATE)
    shown.select_from()
    assert shown.selection == Selection(RATE, 4 * RATE)
    shown.show_position(2 * RATE)
    shown.select_to()
    assert shown.selection == Selection(RATE, 2 * RATE)
    shown.show_position(3 * RATE)
    shown.select_from()
    assert shown.selection == Selection(3 * RATE, 4 * RATE)
    shown.show_position(2 * RATE)
    shown.select_to()
    assert shown.selection == Selection(0, 2 * RATE)


def test_another_clip_has_nothing_selected_and_says_so(shown: WaveformView, qtbot: QtBot) -> None:
    shown.select(Selection(RATE, 2 * RATE))
    with qtbot.waitSignal(shown.selection_changed) as told:
        put_on(shown, speech_like(seconds=1))
    assert told.args == [0, 0]
    assert plot_of(shown).selection_x is None


def test_without_a_clip_nothing_can_be_selected(view: WaveformView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.selection_changed):
        drag(qtbot, view, 200, 400, LEFT)
        view.select_from()
        view.select_to()
    assert view.selection.is_empty


def test_zoom_by_key_keeps_the_cursor_in_place(shown: WaveformView) -> None:
    shown.show_position(RATE)
    before = shown.view_window.x_of(RATE, WIDTH)
    shown.zoom_in()
    assert shown.view_window.x_of(RATE, WIDTH) == pytest.approx(before, abs=0.5)


def test_zoom_by_key_with_the_cursor_elsewhere_keeps_the_middle(shown: WaveformView) -> None:
    shown.zoom_in()
    shown.zoom_in()
    shown.zoom_in()
    shown.pan_right()
    shown.pan_right()
    middle = (shown.view_window.start + shown.view_window.end) / 2
    shown.zoom_in()
    assert (shown.view_window.start + shown.view_window.end) / 2 == pytest.approx(middle, abs=1)


def test_the_whole_clip_comes_back_at_once(shown: WaveformView) -> None:
    for _ in range(5):
        shown.zoom_in()
    shown.zoom_whole()
    assert shown.view_window.is_whole


def test_the_page_turns_when_the_cursor_runs_out_of_it(shown: WaveformView) -> None:
    for _ in range(4):
        shown.zoom_in()
    shown.show_position(shown.view_window.end - 1, follow=True)
    beyond = shown.view_window.end + 10
    shown.show_position(beyond, follow=True)
    assert shown.view_window.start <= beyond < shown.view_window.end


def test_the_page_stays_where_the_user_moved_it(shown: WaveformView) -> None:
    for _ in range(4):
        shown.zoom_in()
    shown.pan_right()
    shown.pan_right()
    window = shown.view_window
    shown.show_position(10, follow=True)
    assert shown.view_window == window


def test_the_cursor_stands_over_its_frame(shown: WaveformView) -> None:
    shown.show_position(2 * RATE)
    plot = plot_of(shown)
    assert plot.cursor_x == pytest.approx(plot.width() * plot.devicePixelRatioF() / 2, abs=1)


def test_channels_are_stacked_each_in_its_own_lane(view: WaveformView) -> None:
    data = speech_like(seconds=1, channels=2)
    put_on(view, data)
    left, right = plot_of(view).traces
    assert left.min() > -0.5
    assert right.max() < -0.5


def test_what_is_drawn_is_at_most_two_points_a_pixel(view: WaveformView) -> None:
    put_on(view, np.tile(speech_like(seconds=4), (120, 1)))
    (trace,) = plot_of(view).traces
    assert len(trace) <= 2 * WIDTH * view.devicePixelRatioF()


@pytest.mark.parametrize("frames", [1, 2, 63, 4_800])
def test_short_clips_are_shown(view: WaveformView, frames: int) -> None:
    put_on(view, speech_like(seconds=1)[:frames])
    view.zoom_in()
    view.show_position(frames)
    assert len(plot_of(view).traces[0]) > 0
    assert not view.grab().isNull()


def test_silence_is_a_line_in_the_middle(view: WaveformView) -> None:
    put_on(view, np.zeros((RATE, 1), dtype=np.int16))
    (trace,) = plot_of(view).traces
    assert not trace.any()


def test_without_a_clip_a_sentence_says_what_will_be_here(view: WaveformView) -> None:
    view.show_nothing("The next clip will be here.")
    assert not view.grab().isNull()
    assert view.findChild(object, "waveform_empty").text() == "The next clip will be here."


def test_without_a_clip_mouse_and_wheel_do_nothing(view: WaveformView, qtbot: QtBot) -> None:
    view.show_nothing()
    with qtbot.assertNotEmitted(view.seek_requested):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
        wheel(view, 100, 120)
    assert view.view_window.is_whole


def test_a_second_clip_leaves_nothing_of_the_first(shown: WaveformView) -> None:
    shown.zoom_in()
    shown.show_position(RATE)
    put_on(shown, speech_like(seconds=1, channels=2))
    assert shown.view_window.is_whole
    assert shown.position == 0
    assert len(plot_of(shown).traces) == 2


def test_the_window_tells_each_change_once(shown: WaveformView, qtbot: QtBot) -> None:
    told = []
    shown.window_changed.connect(told.append)
    shown.zoom_in()
    shown.zoom_whole()
    shown.zoom_whole()
    assert len(told) == 2


def test_the_other_theme_repaints_the_waves(shown: WaveformView, themed: QApplication) -> None:
    dark = shown.grab().toImage()
    theme.apply(themed, theme.Scheme.LIGHT)
    light = shown.grab().toImage()
    middle = QPoint(light.width() - 5, light.height() - 5)
    assert light.pixelColor(middle).lightness() > dark.pixelColor(middle).lightness()


def minimap_of(view: WaveformView) -> Minimap:
    return view.findChild(Minimap)


def test_a_click_on_the_minimap_goes_there_and_shows_it(shown: WaveformView, qtbot: QtBot) -> None:
    for _ in range(4):
        shown.zoom_in()
    with qtbot.waitSignal(shown.seek_requested) as asked:
        qtbot.mouseClick(minimap_of(shown), Qt.MouseButton.LeftButton, pos=QPoint(WIDTH // 2, 10))
    assert asked.args[0] == pytest.approx(2 * RATE, abs=RATE / 50)
    assert shown.view_window.start < 2 * RATE < shown.view_window.end


def test_dragging_on_the_minimap_moves_the_view_only(shown: WaveformView, qtbot: QtBot) -> None:
    for _ in range(4):
        shown.zoom_in()
    minimap = minimap_of(shown)
    with qtbot.assertNotEmitted(shown.seek_requested):
        qtbot.mousePress(minimap, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
        qtbot.mouseMove(minimap, QPoint(400, 10))
        qtbot.mouseMove(minimap, QPoint(600, 10))
        qtbot.mouseRelease(minimap, Qt.MouseButton.LeftButton, pos=QPoint(600, 10))
    middle = (shown.view_window.start + shown.view_window.end) / 2
    assert middle == pytest.approx(3 * RATE, abs=RATE / 50)


def test_the_strip_under_the_minimap_shows_what_was_heard(shown: WaveformView) -> None:
    shown.show_heard([HeardRange(0, 2 * RATE)])
    picture = minimap_of(shown).grab().toImage()
    bottom = picture.height() - 2
    heard = theme.DARK.heard.lower()
    assert picture.pixelColor(picture.width() // 4, bottom).name() == heard
    assert picture.pixelColor(picture.width() * 3 // 4, bottom).name() != heard


@pytest.mark.parametrize("part", ["waveform", "wave_minimap", "wave_ruler"])
def test_every_part_has_a_name_for_a_screen_reader(shown: WaveformView, part: str) -> None:
    found = shown if part == "waveform" else shown.findChild(object, part)
    assert found.accessibleName()
