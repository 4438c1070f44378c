"""Listening: one clock, what was heard is told, and without sound all else goes on."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.samples import Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import Notice
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.playback.controller import SPEEDS, PlaybackAction, PlaybackController
from reviewer.ui.playback.key_bindings import bind_playback_keys, connect_waveform
from reviewer.ui.playback.play_bar import PlayBar
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.waveform_view import WaveformView
from tests.benches.clip_page import ALT, CTRL, NO_KEY, SHIFT
from tests.fakes.clock import FakeClock
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import speech_like

Show = Callable[[QWidget], None]

RATE = 16_000


@pytest.fixture
def player() -> FakePlayer:
    return FakePlayer()


def ten_seconds() -> Samples:
    return Samples(RATE, speech_like(seconds=10))


@pytest.fixture
def playback(player: FakePlayer, themed: QApplication) -> PlaybackController:
    made = PlaybackController(player)
    made.load(ten_seconds())
    return made


@pytest.fixture
def told(playback: PlaybackController) -> list[list[HeardRange]]:
    """What was told to have been heard."""
    made: list[list[HeardRange]] = []
    playback.heard_due.connect(made.append)
    return made


def listen(playback: PlaybackController, player: FakePlayer, seconds: float = 1) -> None:
    """Plays so much, from where it is, and pauses."""
    playback.toggle()
    player.listen(round(seconds * RATE))
    playback.pause()


def test_playing_moves_the_position_until_it_is_paused(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.toggle()
    player.listen(RATE)
    with qtbot.waitSignal(playback.position_changed, check_params_cb=lambda frame: frame == RATE):
        pass
    playback.toggle()
    assert not playback.is_playing
    with qtbot.assertNotEmitted(playback.position_changed, wait=50):
        pass


@pytest.mark.parametrize("speed", [100, 110])
def test_what_was_heard_is_told_once_at_each_stop_with_its_speed(
    playback: PlaybackController, player: FakePlayer, told: list[list[HeardRange]], speed: int
) -> None:
    if speed != 100:
        playback.perform(PlaybackAction.FASTER)
    listen(playback, player)
    playback.pause()
    playback.report_heard()
    assert told == [[HeardRange(0, RATE, speed)]]


def test_the_end_of_the_clip_tells_what_was_heard(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.toggle()
    with qtbot.waitSignal(playback.heard_due) as told:
        player.listen(10 * RATE)
    assert told.args == [[HeardRange(0, 10 * RATE)]]
    assert playback.coverage.percent == 100


def test_while_it_plays_what_was_heard_is_reported_again_and_again(
    player: FakePlayer, themed: QApplication, qtbot: QtBot
) -> None:
    playback = PlaybackController(player, report_every_ms=1)
    playback.load(ten_seconds())
    playback.toggle()
    reported = []
    playback.heard_due.connect(reported.append)
    for end in (1, 2):
        player.listen(RATE)
        qtbot.waitUntil(lambda end=end: len(reported) == end)
    assert reported == [[HeardRange(0, RATE)], [HeardRange(RATE, 2 * RATE)]]
    assert playback.is_playing
    playback.pause()


@pytest.mark.parametrize("is_looping", [False, True])
def test_only_playing_that_somebody_started_lately_counts_as_work(
    player: FakePlayer, themed: QApplication, is_looping: bool
) -> None:
    clock, five_minutes = FakeClock(), timedelta(minutes=5)
    playback = PlaybackController(player, clock=clock)
    playback.load(Samples(RATE, speech_like(seconds=10)))
    assert not playback.is_attended(five_minutes)
    if is_looping:
        playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    clock.advance(299)
    assert playback.is_attended(five_minutes)
    clock.advance(2)
    assert playback.is_playing
    assert not playback.is_attended(five_minutes)
    playback.perform(PlaybackAction.BACK)
    playback.perform(PlaybackAction.NEXT_UNHEARD)
    assert playback.is_attended(five_minutes)
    playback.pause()
    assert not playback.is_attended(five_minutes)


def test_another_clip_begins_with_nothing_heard_and_is_not_looped(
    playback: PlaybackController, player: FakePlayer, told: list[list[HeardRange]]
) -> None:
    playback.select(RATE, 2 * RATE)
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    player.listen(RATE)
    playback.load(Samples(RATE, speech_like(seconds=1)))
    assert told == [[HeardRange(RATE, 2 * RATE)]]
    assert (playback.coverage.heard, playback.coverage.percent, playback.position) == ((), 0, 0)
    assert not playback.is_looping


def test_all_but_a_little_is_not_all(playback: PlaybackController, player: FakePlayer) -> None:
    listen(playback, player, 10 - 1 / RATE)
    assert playback.coverage.percent == 99


def test_a_part_heard_twice_counts_once(playback: PlaybackController, player: FakePlayer) -> None:
    for _ in range(2):
        playback.seek(0)
        listen(playback, player, 5)
    assert playback.coverage.percent == 50


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [
        (5, PlaybackAction.BACK, 3),
        (5, PlaybackAction.FORWARD, 7),
        (5, PlaybackAction.START, 0),
        (0, PlaybackAction.BACK, 0),
        (9, PlaybackAction.FORWARD, 10),
    ],
)
def test_steps_are_two_seconds_of_the_clip_and_end_at_its_borders(
    playback: PlaybackController, before: int, act: PlaybackAction, after: int
) -> None:
    playback.seek(before * RATE)
    playback.perform(act)
    assert playback.position == after * RATE


def test_speed_goes_over_a_clean_grid_and_stops_at_its_ends(playback: PlaybackController) -> None:
    speeds = []
    for act in (PlaybackAction.SLOWER,) * len(SPEEDS) + (PlaybackAction.FASTER,) * len(SPEEDS):
        playback.perform(act)
        speeds.append(playback.speed_percent)
    assert set(speeds) == set(SPEEDS)
    assert playback.speed_percent == SPEEDS[-1]
    playback.perform(PlaybackAction.NORMAL_SPEED)
    assert playback.speed_percent == 100


def test_again_plays_the_last_two_seconds_slower_then_goes_on_as_before(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.perform(PlaybackAction.FASTER)
    before = playback.speed_percent
    playback.seek(5 * RATE)
    playback.perform(PlaybackAction.AGAIN)
    assert (playback.position, playback.speed_percent) == (3 * RATE, 75)
    player.listen(2 * RATE)
    qtbot.waitUntil(lambda: playback.speed_percent == before)
    assert playback.is_playing
    playback.pause()


@pytest.mark.parametrize("times", [1, 2])
def test_pausing_during_again_gives_the_speed_back_also_the_second_time(
    playback: PlaybackController, times: int
) -> None:
    playback.seek(5 * RATE)
    for _ in range(times):
        playback.perform(PlaybackAction.AGAIN)
    playback.pause()
    assert playback.speed_percent == 100


@pytest.mark.parametrize("act", list(PlaybackAction))
def test_without_a_clip_no_act_does_anything(act: PlaybackAction, themed: QApplication) -> None:
    player = FakePlayer()
    playback = PlaybackController(player)
    playback.perform(act)
    assert (player.position, player.speed_percent, player.is_playing) == (0, 100, False)


def test_without_sound_play_does_nothing_and_the_bar_says_why(themed: QApplication, qtbot: QtBot) -> None:
    playback = PlaybackController(FakePlayer(Notice("NO_OUTPUT_DEVICE")))
    bar = bar_of(playback, qtbot)
    playback.load(ten_seconds())
    assert text(bar, "play_problem").startswith("No sound: no output device")
    playback.toggle()
    assert not playback.is_playing
    playback.seek(RATE)
    assert playback.position == RATE


def test_closing_tells_the_last_of_it_and_lets_the_device_go(
    playback: PlaybackController, player: FakePlayer, told: list[list[HeardRange]]
) -> None:
    playback.toggle()
    player.listen(RATE)
    playback.close()
    assert told == [[HeardRange(0, RATE)]]
    assert player.is_closed


@pytest.mark.parametrize(("start", "end", "seconds", "position"), [(1, 2, 5.5, 1.5), (0, 0, 11, 1)])
def test_a_loop_plays_the_selection_round_and_round_or_else_the_clip(
    playback: PlaybackController, player: FakePlayer, start: int, end: int, seconds: float, position: float
) -> None:
    playback.select(start * RATE, end * RATE)
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    player.listen(round(seconds * RATE))
    assert (playback.is_playing, playback.position) == (True, position * RATE)
    playback.pause()
    assert playback.coverage.heard == (Span(start * RATE, (end or 10) * RATE),)


def test_a_selection_of_a_few_samples_is_looped_with_what_is_around_it(
    playback: PlaybackController, player: FakePlayer
) -> None:
    playback.select(RATE, RATE + 20)
    playback.perform(PlaybackAction.LOOP)
    listen(playback, player)
    assert playback.coverage.heard == (Span(RATE - 300, RATE + 320),)


def test_a_loop_resumes_where_it_was_paused(playback: PlaybackController, player: FakePlayer) -> None:
    playback.select(RATE, 2 * RATE)
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    player.listen(RATE // 4)
    playback.toggle()
    playback.toggle()
    assert playback.position == RATE * 5 // 4
    playback.pause()


def test_loop_on_and_off_while_playing_goes_on_in_place(
    playback: PlaybackController, player: FakePlayer
) -> None:
    playback.select(RATE, 3 * RATE)
    playback.seek(2 * RATE)
    playback.toggle()
    playback.perform(PlaybackAction.LOOP)
    assert (playback.is_playing, playback.position) == (True, 2 * RATE)
    player.listen(2 * RATE)
    assert playback.position == 2 * RATE
    playback.perform(PlaybackAction.LOOP)
    player.listen(3 * RATE)
    assert playback.position == 5 * RATE
    playback.pause()


def test_another_selection_while_looping_is_looped_at_once(
    playback: PlaybackController, player: FakePlayer
) -> None:
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    playback.select(4 * RATE, 5 * RATE)
    assert (playback.is_playing, playback.position) == (True, 4 * RATE)
    playback.pause()


@pytest.mark.parametrize(("act", "edge"), [(PlaybackAction.IN_EDGE, 4), (PlaybackAction.OUT_EDGE, 6)])
def test_an_edge_is_heard_half_a_second_on_each_side(
    playback: PlaybackController, player: FakePlayer, act: PlaybackAction, edge: int
) -> None:
    playback.select(4 * RATE, 6 * RATE)
    playback.perform(act)
    player.listen(10 * RATE)
    playback.report_heard()
    assert playback.coverage.heard == (Span(edge * RATE - RATE // 2, edge * RATE + RATE // 2),)
    assert not playback.is_playing


def test_the_edges_of_the_clip_are_heard_where_nothing_is_selected(
    playback: PlaybackController, player: FakePlayer
) -> None:
    for act in (PlaybackAction.IN_EDGE, PlaybackAction.OUT_EDGE):
        playback.perform(act)
        player.listen(RATE)
    playback.report_heard()
    assert playback.coverage.heard == (Span(0, RATE // 2), Span(19 * RATE // 2, 10 * RATE))


def test_a_pause_goes_back_as_far_as_was_chosen(playback: PlaybackController, player: FakePlayer) -> None:
    found = []
    for _ in range(5):
        playback.seek(5 * RATE)
        playback.toggle()
        playback.toggle()
        found.append((5 * RATE - playback.position) / RATE)
        playback.perform(PlaybackAction.BACKSTEP)
    assert found == [0, 0.25, 0.5, 1, 0]


def test_a_pause_near_the_beginning_goes_back_to_it_and_in_a_loop_to_the_loops(
    playback: PlaybackController,
) -> None:
    for _ in range(3):
        playback.perform(PlaybackAction.BACKSTEP)
    playback.seek(RATE // 2)
    playback.toggle()
    playback.toggle()
    assert playback.position == 0
    playback.select(4 * RATE, 6 * RATE)
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    playback.toggle()
    assert playback.position == 4 * RATE


def test_neither_seek_nor_end_nor_a_stop_by_the_page_goes_back(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.perform(PlaybackAction.BACKSTEP)
    playback.toggle()
    playback.seek(5 * RATE)
    assert playback.position == 5 * RATE
    playback.pause()
    assert playback.position == 5 * RATE
    playback.toggle()
    with qtbot.waitSignal(playback.heard_due):
        player.listen(5 * RATE)
    assert playback.position == 10 * RATE


def test_again_in_a_loop_goes_on_with_the_loop(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.select(4 * RATE, 6 * RATE)
    playback.perform(PlaybackAction.LOOP)
    playback.seek(5 * RATE)
    playback.perform(PlaybackAction.AGAIN)
    player.listen(2 * RATE)
    qtbot.waitUntil(lambda: playback.speed_percent == 100)
    player.listen(RATE + RATE // 2)
    assert playback.position == 4 * RATE + RATE // 2
    playback.pause()


def bar_of(playback: PlaybackController, qtbot: QtBot) -> PlayBar:
    made = PlayBar(Scope.DESK)
    qtbot.addWidget(made)
    made.follow(playback)
    return made


@pytest.fixture
def bar(playback: PlaybackController, qtbot: QtBot) -> PlayBar:
    return bar_of(playback, qtbot)


def button(bar: PlayBar, name: str) -> QToolButton:
    return bar.findChild(QToolButton, f"play_{name}")


def text(bar: PlayBar, name: str) -> str:
    return bar.findChild(QWidget, name).text()


def test_the_bar_shows_what_was_heard_and_the_speed(
    bar: PlayBar, playback: PlaybackController, player: FakePlayer
) -> None:
    playback.perform(PlaybackAction.SLOWER)
    listen(playback, player, 5)
    assert text(bar, "play_heard") == "heard 50 %"
    assert text(bar, "play_normal_speed") == "0.90x"


def test_the_bar_shows_the_loop_and_how_far_a_pause_goes_back(
    bar: PlayBar, playback: PlaybackController
) -> None:
    for _ in range(2):
        playback.perform(PlaybackAction.BACKSTEP)
    assert text(bar, "play_backstep") == "0.50 s"
    assert button(bar, "backstep").accessibleName() == "Rewind on pause: 0.50 s"
    for is_looping in (True, False):
        playback.perform(PlaybackAction.LOOP)
        assert button(bar, "loop").isChecked() is is_looping


def test_the_play_button_says_what_it_will_do_and_waits_for_a_clip(
    bar: PlayBar, playback: PlaybackController
) -> None:
    play = button(bar, "play")
    assert play.accessibleName() == "Play"
    playback.toggle()
    assert play.accessibleName() == "Pause"
    playback.unload()
    assert not play.isEnabled()


@pytest.mark.parametrize("act", list(PlaybackAction))
def test_each_button_asks_for_its_act_and_names_its_key(
    bar: PlayBar, playback: PlaybackController, act: PlaybackAction, qtbot: QtBot
) -> None:
    playback.load(ten_seconds(), [Span(RATE, 2 * RATE)])
    with qtbot.waitSignal(bar.action_requested) as asked:
        qtbot.mouseClick(button(bar, act), Qt.MouseButton.LeftButton)
    assert asked.args == [act]
    assert shortcut(f"desk.{act}").shown in button(bar, act).toolTip()


@pytest.fixture
def view(themed: QApplication) -> WaveformView:
    return WaveformView()


@pytest.fixture
def page(view: WaveformView, playback: PlaybackController, show: Show) -> QWidget:
    made = QWidget()
    view.setParent(made)
    view.resize(600, 200)
    samples = ten_seconds()
    view.show_clip(samples, PeakPyramid.from_samples(samples.data))
    connect_waveform(view, playback)
    bind_playback_keys(made, Scope.DESK, playback, view)
    show(made)
    return made


PRESSES = {
    PlaybackAction.PLAY: (Qt.Key.Key_Space, CTRL),
    PlaybackAction.BACK: (Qt.Key.Key_F2, NO_KEY),
    PlaybackAction.FORWARD: (Qt.Key.Key_F3, NO_KEY),
    PlaybackAction.START: (Qt.Key.Key_F2, SHIFT),
    PlaybackAction.AGAIN: (Qt.Key.Key_F4, SHIFT),
    PlaybackAction.SLOWER: (Qt.Key.Key_F5, NO_KEY),
    PlaybackAction.NORMAL_SPEED: (Qt.Key.Key_F6, NO_KEY),
    PlaybackAction.FASTER: (Qt.Key.Key_F7, NO_KEY),
    PlaybackAction.LOOP: (Qt.Key.Key_F3, SHIFT),
    PlaybackAction.IN_EDGE: (Qt.Key.Key_F5, SHIFT),
    PlaybackAction.OUT_EDGE: (Qt.Key.Key_F6, SHIFT),
    PlaybackAction.BACKSTEP: (Qt.Key.Key_F9, SHIFT),
    PlaybackAction.PREVIOUS_SEGMENT: (Qt.Key.Key_F2, CTRL),
    PlaybackAction.NEXT_SEGMENT: (Qt.Key.Key_F3, CTRL),
    PlaybackAction.NEXT_UNHEARD: (Qt.Key.Key_F8, CTRL),
}


def state(playback: PlaybackController) -> tuple[int, bool, int, bool, int]:
    return (
        playback.position,
        playback.is_playing,
        playback.speed_percent,
        playback.is_looping,
        playback.preferences.backstep_ms,
    )


@pytest.mark.parametrize("act", list(PlaybackAction))
def test_every_act_has_a_key_that_does_it(
    act: PlaybackAction, page: QWidget, playback: PlaybackController, qtbot: QtBot
) -> None:
    twin = PlaybackController(FakePlayer())
    twin.load(ten_seconds())
    for each in (playback, twin):
        each.seek(5 * RATE)
        each.perform(PlaybackAction.FASTER)
    twin.perform(act)
    qtbot.keyClick(page, *PRESSES[act])
    assert state(playback) == state(twin)
    for each in (playback, twin):
        each.pause()


def test_picture_and_sound_show_the_same_moment_and_what_is_selected_is_looped(
    page: QWidget, view: WaveformView, playback: PlaybackController
) -> None:
    playback.seek(2 * RATE)
    assert view.position == 2 * RATE
    view.seek_requested.emit(3 * RATE)
    assert playback.position == 3 * RATE
    view.selection_changed.emit(RATE, 2 * RATE)
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    assert playback.position == RATE
    playback.pause()


@pytest.mark.parametrize(
    ("key", "modifiers", "moves"),
    [
        (Qt.Key.Key_Equal, CTRL, "zoom_in"),
        (Qt.Key.Key_Minus, CTRL, "zoom_out"),
        (Qt.Key.Key_0, CTRL, "zoom_whole"),
        (Qt.Key.Key_PageUp, ALT, "pan_left"),
        (Qt.Key.Key_PageDown, ALT, "pan_right"),
    ],
)
def test_every_zoom_has_a_key(
    key: Qt.Key, modifiers: Qt.KeyboardModifier, moves: str, page: QWidget, view: WaveformView, qtbot: QtBot
) -> None:
    for prepare in (view.zoom_in, view.zoom_in, partial(view.show_position, 5 * RATE), view.pan_right):
        prepare()
    before = view.view_window
    getattr(view, moves)()
    after = view.view_window
    view.set_window(before)
    qtbot.keyClick(page, key, modifiers)
    assert view.view_window == after != before


@pytest.mark.parametrize(
    ("key", "modifiers", "selection"),
    [
        (Qt.Key.Key_F7, SHIFT, (3 * RATE, 5 * RATE)),
        (Qt.Key.Key_F8, SHIFT, (RATE, 3 * RATE)),
        (Qt.Key.Key_Escape, NO_KEY, (0, 0)),
    ],
    ids=["from", "to", "none"],
)
def test_the_selection_has_keys(
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier,
    selection: tuple[int, int],
    page: QWidget,
    view: WaveformView,
    qtbot: QtBot,
) -> None:
    view.select(Selection(RATE, 5 * RATE))
    view.show_position(3 * RATE)
    with qtbot.waitSignal(view.selection_changed) as told:
        qtbot.keyClick(page, key, modifiers)
    assert tuple(told.args) == selection
