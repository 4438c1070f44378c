"""The picture of a clip answers to mouse, wheel and calls, and shows what the samples are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
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
from tests.benches.mouse import LEFT, NO_KEY, drag, turn_wheel
from tests.fakes.work_session import speech_like

Keys = Qt.KeyboardModifier
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


def zoom_in(view: WaveformView, times: int) -> None:
    for _ in range(times):
        view.zoom_in()


def middle(view: WaveformView) -> float:
    return (view.view_window.start + view.view_window.end) / 2


def wheel(view: WaveformView, x: int, turned: int, *, sideways: int = 0, keys: Keys = NO_KEY) -> None:
    turn_wheel(view, QPointF(x, HEIGHT / 2), turned, sideways=sideways, keys=keys)


def test_a_clip_is_shown_whole_with_the_cursor_at_its_start(shown: WaveformView) -> None:
    assert shown.view_window.is_whole
    assert plot_of(shown).cursor_x == 0


def test_a_click_asks_to_go_there_and_moves_nothing_itself(shown: WaveformView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.seek_requested) as asked:
        qtbot.mouseClick(shown, LEFT, pos=QPoint(WIDTH // 4, HEIGHT // 2))
    assert asked.args[0] == pytest.approx(RATE, abs=RATE / 100)
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


@pytest.mark.parametrize(
    "turn", [{"turned": -120, "keys": Qt.KeyboardModifier.ShiftModifier}, {"turned": 0, "sideways": -120}]
)
def test_shift_and_wheel_or_a_sideways_wheel_moves_the_picture_sideways(
    shown: WaveformView, turn: dict[str, Any]
) -> None:
    wheel(shown, 0, 480)
    start, span = shown.view_window.start, shown.view_window.span
    wheel(shown, 400, **turn)
    assert shown.view_window.start > start
    assert shown.view_window.span == pytest.approx(span)


def test_a_drag_with_the_middle_button_moves_the_picture_and_seeks_nowhere(
    shown: WaveformView, qtbot: QtBot
) -> None:
    zoom_in(shown, 2)
    start = shown.view_window.start
    with qtbot.assertNotEmitted(shown.seek_requested), qtbot.assertNotEmitted(shown.selection_changed):
        drag(shown, 150, 500, 400, 300, button=Qt.MouseButton.MiddleButton)
    assert shown.view_window.start > start


@pytest.mark.parametrize(("start", "end"), [(200, 400), (400, 200)])
def test_a_drag_selects_in_whole_frames_and_tells_it_once(
    shown: WaveformView, qtbot: QtBot, start: int, end: int
) -> None:
    told: list[tuple[int, int]] = []
    shown.selection_changed.connect(lambda first, last: told.append((first, last)))
    with qtbot.assertNotEmitted(shown.seek_requested):
        drag(shown, 150, start, 300, end)
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
    marked = []
    begin, end = shown.select_from, shown.select_to
    for second, mark in ((1, begin), (2, end), (3, begin), (2, end)):
        shown.show_position(second * RATE)
        mark()
        marked.append((shown.selection.start / RATE, shown.selection.end / RATE))
    assert marked == [(1, 4), (1, 2), (3, 4), (0, 2)]


def test_another_clip_has_nothing_selected_and_says_so(shown: WaveformView, qtbot: QtBot) -> None:
    shown.select(Selection(RATE, 2 * RATE))
    with qtbot.waitSignal(shown.selection_changed) as told:
        put_on(shown, speech_like(seconds=1))
    assert told.args == [0, 0]
    assert plot_of(shown).selection_x is None


def test_without_a_clip_mouse_and_wheel_do_nothing_and_nothing_can_be_selected(
    view: WaveformView, qtbot: QtBot
) -> None:
    view.show_nothing()
    with qtbot.assertNotEmitted(view.selection_changed), qtbot.assertNotEmitted(view.seek_requested):
        drag(view, 150, 200, 300, 400)
        qtbot.mouseClick(view, LEFT, pos=QPoint(100, 100))
        view.select_from()
        view.select_to()
        wheel(view, 100, 120)
    assert view.selection.is_empty
    assert view.view_window.is_whole


def test_zoom_by_key_keeps_the_cursor_in_place_and_the_whole_clip_comes_back_at_once(
    shown: WaveformView,
) -> None:
    shown.show_position(RATE)
    before = shown.view_window.x_of(RATE, WIDTH)
    shown.zoom_in()
    assert shown.view_window.x_of(RATE, WIDTH) == pytest.approx(before, abs=0.5)
    shown.zoom_whole()
    assert shown.view_window.is_whole


def test_zoom_by_key_with_the_cursor_elsewhere_keeps_the_middle(shown: WaveformView) -> None:
    zoom_in(shown, 3)
    shown.pan_right()
    shown.pan_right()
    before = middle(shown)
    shown.zoom_in()
    assert middle(shown) == pytest.approx(before, abs=1)


def test_the_page_turns_when_the_cursor_runs_out_of_it(shown: WaveformView) -> None:
    zoom_in(shown, 4)
    shown.show_position(shown.view_window.end - 1, follow=True)
    beyond = shown.view_window.end + 10
    shown.show_position(beyond, follow=True)
    assert shown.view_window.start <= beyond < shown.view_window.end


def test_the_page_stays_where_the_user_moved_it(shown: WaveformView) -> None:
    zoom_in(shown, 4)
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


def test_without_a_clip_a_sentence_says_what_will_be_here(view: WaveformView) -> None:
    view.show_nothing("The next clip will be here.")
    assert not view.grab().isNull()
    assert view.findChild(object, "waveform_empty").text() == "The next clip will be here."


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
    zoom_in(shown, 4)
    with qtbot.waitSignal(shown.seek_requested) as asked:
        qtbot.mouseClick(minimap_of(shown), LEFT, pos=QPoint(WIDTH // 2, 10))
    assert asked.args[0] == pytest.approx(2 * RATE, abs=RATE / 50)
    assert shown.view_window.start < 2 * RATE < shown.view_window.end


def test_dragging_on_the_minimap_moves_the_view_only(shown: WaveformView, qtbot: QtBot) -> None:
    zoom_in(shown, 4)
    with qtbot.assertNotEmitted(shown.seek_requested):
        drag(minimap_of(shown), 10, 20, 400, 600)
    assert middle(shown) == pytest.approx(3 * RATE, abs=RATE / 50)


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
