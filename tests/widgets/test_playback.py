"""Listening: one clock, what was heard is told, and without sound all else goes on."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.audio.samples import Samples
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.playback.controller import SPEEDS, PlaybackAction, PlaybackController
from reviewer.ui.playback.key_bindings import bind_playback_keys, connect_waveform
from reviewer.ui.playback.play_bar import PlayBar
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.waveform_view import WaveformView
from tests.fakes.clock import FakeClock
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import speech_like

Show = Callable[[QWidget], None]

RATE = 16_000


@pytest.fixture
def player() -> FakePlayer:
    return FakePlayer()


@pytest.fixture
def playback(player: FakePlayer, themed: QApplication) -> PlaybackController:
    made = PlaybackController(player)
    made.load(Samples(RATE, speech_like(seconds=10)))
    return made


def test_playing_moves_the_position_until_it_is_paused(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.toggle()
    player.listen(RATE)
    with qtbot.waitSignal(playback.position_changed, check_params_cb=lambda frame: frame == RATE):
        pass
    playback.toggle()
    assert not playback.is_playing


def test_what_was_heard_is_told_at_each_stop(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.toggle()
    player.listen(RATE)
    with qtbot.waitSignal(playback.heard_due) as told:
        playback.pause()
    assert told.args == [[HeardRange(0, RATE)]]


def test_what_was_heard_is_told_once(playback: PlaybackController, player: FakePlayer, qtbot: QtBot) -> None:
    playback.toggle()
    player.listen(RATE)
    playback.pause()
    with qtbot.assertNotEmitted(playback.heard_due):
        playback.pause()
        playback.report_heard()


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
    playback.load(Samples(RATE, speech_like(seconds=10)))
    playback.toggle()
    reported = []
    playback.heard_due.connect(reported.append)
    for end in (1, 2):
        player.listen(RATE)
        qtbot.waitUntil(lambda end=end: len(reported) == end)
    assert reported == [[HeardRange(0, RATE)], [HeardRange(RATE, 2 * RATE)]]
    assert playback.is_playing
    playback.pause()


def test_the_position_is_read_only_while_it_plays(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.toggle()
    player.listen(RATE)
    with qtbot.waitSignal(playback.position_changed, check_params_cb=lambda frame: frame == RATE):
        pass
    playback.pause()
    with qtbot.assertNotEmitted(playback.position_changed, wait=50):
        pass


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


def test_another_clip_begins_with_nothing_heard(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.toggle()
    player.listen(RATE)
    with qtbot.waitSignal(playback.heard_due):
        playback.load(Samples(RATE, speech_like(seconds=1)))
    assert playback.coverage.heard == ()
    assert playback.coverage.percent == 0
    assert playback.position == 0


def test_all_but_a_little_is_not_all(playback: PlaybackController, player: FakePlayer) -> None:
    playback.toggle()
    player.listen(10 * RATE - 1)
    playback.pause()
    assert playback.coverage.percent == 99


def test_a_part_heard_twice_counts_once(playback: PlaybackController, player: FakePlayer) -> None:
    for _ in range(2):
        playback.seek(0)
        playback.toggle()
        player.listen(5 * RATE)
        playback.pause()
    assert playback.coverage.percent == 50


@pytest.mark.parametrize(
    ("act", "seconds"),
    [(PlaybackAction.BACK, 3), (PlaybackAction.FORWARD, 7), (PlaybackAction.START, 0)],
    ids=["back", "forward", "start"],
)
def test_steps_are_two_seconds_of_the_clip(
    playback: PlaybackController, act: PlaybackAction, seconds: int
) -> None:
    playback.seek(5 * RATE)
    playback.perform(act)
    assert playback.position == seconds * RATE


def test_a_step_ends_at_the_borders(playback: PlaybackController) -> None:
    playback.perform(PlaybackAction.BACK)
    assert playback.position == 0
    playback.seek(9 * RATE)
    playback.perform(PlaybackAction.FORWARD)
    assert playback.position == 10 * RATE


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


def test_pausing_during_again_gives_the_speed_back(playback: PlaybackController) -> None:
    playback.seek(5 * RATE)
    playback.perform(PlaybackAction.AGAIN)
    playback.pause()
    assert playback.speed_percent == 100


def test_again_twice_still_knows_the_speed_of_before(playback: PlaybackController) -> None:
    playback.seek(5 * RATE)
    playback.perform(PlaybackAction.AGAIN)
    playback.perform(PlaybackAction.AGAIN)
    playback.pause()
    assert playback.speed_percent == 100


def test_heard_ranges_carry_the_speed_they_were_heard_at(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.perform(PlaybackAction.FASTER)
    playback.toggle()
    player.listen(RATE)
    with qtbot.waitSignal(playback.heard_due) as told:
        playback.pause()
    assert told.args == [[HeardRange(0, RATE, 110)]]


@pytest.mark.parametrize("act", list(PlaybackAction))
def test_without_a_clip_no_act_does_anything(act: PlaybackAction, themed: QApplication) -> None:
    player = FakePlayer()
    playback = PlaybackController(player)
    playback.perform(act)
    assert (player.position, player.speed_percent, player.is_playing) == (0, 100, False)


def test_without_sound_play_does_nothing_and_says_why(themed: QApplication) -> None:
    playback = PlaybackController(FakePlayer("No sound here. Install libportaudio2."))
    playback.load(Samples(RATE, speech_like()))
    playback.toggle()
    assert not playback.is_playing
    assert playback.problem == "No sound here. Install libportaudio2."
    playback.seek(RATE)
    assert playback.position == RATE


def test_closing_tells_the_last_of_it_and_lets_the_device_go(
    playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    playback.toggle()
    player.listen(RATE)
    with qtbot.waitSignal(playback.heard_due):
        playback.close()
    assert player.is_closed


def test_a_loop_plays_the_selection_round_and_round(playback: PlaybackController, player: FakePlayer) -> None:
    playback.select(RATE, 2 * RATE)
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    player.listen(5 * RATE + RATE // 2)
    assert (playback.is_playing, playback.position) == (True, RATE * 3 // 2)
    playback.pause()
    assert playback.coverage.heard == (Span(RATE, 2 * RATE),)


def test_without_a_selection_the_whole_clip_is_looped(
    playback: PlaybackController, player: FakePlayer
) -> None:
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    player.listen(11 * RATE)
    assert (playback.is_playing, playback.position) == (True, RATE)
    playback.pause()


def test_a_selection_of_a_few_samples_is_looped_with_what_is_around_it(
    playback: PlaybackController, player: FakePlayer
) -> None:
    playback.select(RATE, RATE + 20)
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    player.listen(RATE)
    playback.pause()
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


def test_another_clip_is_not_looped(playback: PlaybackController) -> None:
    playback.select(RATE, 2 * RATE)
    playback.perform(PlaybackAction.LOOP)
    playback.load(Samples(RATE, speech_like(seconds=1)))
    assert not playback.is_looping


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


@pytest.fixture
def bar(playback: PlaybackController, qtbot: QtBot) -> PlayBar:
    made = PlayBar(Scope.DESK)
    qtbot.addWidget(made)
    made.follow(playback)
    playback.seek(0)
    return made


def text(bar: PlayBar, name: str) -> str:
    return bar.findChild(QWidget, name).text()


def test_the_bar_shows_position_and_length(bar: PlayBar, playback: PlaybackController) -> None:
    playback.seek(RATE * 3 + RATE // 2)
    assert text(bar, "play_time") == "00:03.500 / 00:10.000"


def test_the_time_takes_the_same_room_whatever_it_shows(bar: PlayBar, playback: PlaybackController) -> None:
    button = bar.findChild(QToolButton, "play_time")
    before = button.minimumWidth()
    playback.seek(RATE * 7 + 1_776)
    assert button.minimumWidth() == button.maximumWidth() == before


def test_the_bar_shows_what_was_heard_and_the_speed(
    bar: PlayBar, playback: PlaybackController, player: FakePlayer
) -> None:
    playback.perform(PlaybackAction.SLOWER)
    playback.toggle()
    player.listen(5 * RATE)
    playback.pause()
    assert text(bar, "play_heard") == "heard 50 %"
    assert text(bar, "play_normal_speed") == "0.90x"


def test_the_bar_shows_the_loop_and_how_far_a_pause_goes_back(
    bar: PlayBar, playback: PlaybackController
) -> None:
    assert text(bar, "play_backstep") == "off"
    for _ in range(2):
        playback.perform(PlaybackAction.BACKSTEP)
    playback.perform(PlaybackAction.LOOP)
    assert text(bar, "play_backstep") == "0.50 s"
    assert bar.findChild(QToolButton, "play_backstep").accessibleName() == "Rewind on pause: 0.50 s"
    assert bar.findChild(QToolButton, "play_loop").isChecked()
    playback.perform(PlaybackAction.LOOP)
    assert not bar.findChild(QToolButton, "play_loop").isChecked()


def test_a_narrow_bar_leaves_the_edges_to_their_keys_and_shows_them_again(bar: PlayBar, show: Show) -> None:
    show(bar)
    edge = bar.findChild(QWidget, "play_in_edge")
    seen = []
    for width in (1_300, 700, 1_300):
        bar.resize(width, bar.height())
        QApplication.processEvents()
        seen.append((bar.width(), edge.isVisible()))
    assert seen == [(1_300, True), (700, False), (1_300, True)]


def test_the_play_button_says_what_it_will_do(bar: PlayBar, playback: PlaybackController) -> None:
    button = bar.findChild(QToolButton, "play_play")
    assert button.accessibleName() == "Play"
    playback.toggle()
    assert button.accessibleName() == "Pause"
    playback.pause()


@pytest.mark.parametrize("act", [act for act in PlaybackAction if act is not PlaybackAction.NORMAL_SPEED])
def test_each_button_asks_for_its_act_and_names_its_key(
    bar: PlayBar, playback: PlaybackController, act: PlaybackAction, qtbot: QtBot
) -> None:
    playback.load(Samples(RATE, speech_like(seconds=10)), [Span(RATE, 2 * RATE)])
    button = bar.findChild(QToolButton, f"play_{act}")
    with qtbot.waitSignal(bar.action_requested) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == [act]
    assert shortcut(f"desk.{act}").shown in button.toolTip()


def test_a_click_on_the_speed_makes_it_normal(
    bar: PlayBar, playback: PlaybackController, qtbot: QtBot
) -> None:
    playback.perform(PlaybackAction.FASTER)
    qtbot.mouseClick(bar.findChild(QToolButton, "play_normal_speed"), Qt.MouseButton.LeftButton)
    assert playback.speed_percent == 100


def test_without_a_clip_the_buttons_wait(themed: QApplication, qtbot: QtBot) -> None:
    bar = PlayBar(Scope.QA)
    qtbot.addWidget(bar)
    bar.follow(PlaybackController(FakePlayer(), bar))
    assert not bar.findChild(QToolButton, "play_play").isEnabled()


def test_without_sound_one_sentence_stands_in_the_bar(themed: QApplication, qtbot: QtBot) -> None:
    bar = PlayBar(Scope.DESK)
    qtbot.addWidget(bar)
    playback = PlaybackController(FakePlayer("No sound here."), bar)
    bar.follow(playback)
    playback.load(Samples(RATE, speech_like()))
    assert text(bar, "play_problem") == "No sound here."


@pytest.fixture
def page(playback: PlaybackController, qtbot: QtBot, show: Show) -> QWidget:
    made = QWidget()
    view = WaveformView(made)
    view.resize(600, 200)
    connect_waveform(view, playback)
    bind_playback_keys(made, Scope.DESK, playback, view)
    show(made)
    return made


PRESSES = {
    PlaybackAction.PLAY: (Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier),
    PlaybackAction.BACK: (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier),
    PlaybackAction.FORWARD: (Qt.Key.Key_F3, Qt.KeyboardModifier.NoModifier),
    PlaybackAction.START: (Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier),
    PlaybackAction.AGAIN: (Qt.Key.Key_F4, Qt.KeyboardModifier.ShiftModifier),
    PlaybackAction.SLOWER: (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier),
    PlaybackAction.NORMAL_SPEED: (Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier),
    PlaybackAction.FASTER: (Qt.Key.Key_F7, Qt.KeyboardModifier.NoModifier),
    PlaybackAction.LOOP: (Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier),
    PlaybackAction.IN_EDGE: (Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier),
    PlaybackAction.OUT_EDGE: (Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier),
    PlaybackAction.BACKSTEP: (Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier),
    PlaybackAction.PREVIOUS_SEGMENT: (Qt.Key.Key_F2, Qt.KeyboardModifier.ControlModifier),
    PlaybackAction.NEXT_SEGMENT: (Qt.Key.Key_F3, Qt.KeyboardModifier.ControlModifier),
    PlaybackAction.NEXT_UNHEARD: (Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier),
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
    act: PlaybackAction, page: QWidget, playback: PlaybackController, player: FakePlayer, qtbot: QtBot
) -> None:
    twin_player = FakePlayer()
    twin = PlaybackController(twin_player)
    twin.load(Samples(RATE, speech_like(seconds=10)))
    for each in (playback, twin):
        each.seek(5 * RATE)
        each.perform(PlaybackAction.FASTER)
    twin.perform(act)
    qtbot.keyClick(page, *PRESSES[act])
    assert state(playback) == state(twin)
    for each in (playback, twin):
        each.pause()


def test_picture_and_sound_show_the_same_moment(page: QWidget, playback: PlaybackController) -> None:
    view = page.findChild(WaveformView)
    playback.seek(2 * RATE)
    assert view.position == 2 * RATE
    view.seek_requested.emit(3 * RATE)
    assert playback.position == 3 * RATE


@pytest.mark.parametrize(
    ("keys", "moves"),
    [
        ((Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier), "zoom_in"),
        ((Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier), "zoom_out"),
        ((Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier), "zoom_whole"),
        ((Qt.Key.Key_PageUp, Qt.KeyboardModifier.AltModifier), "pan_left"),
        ((Qt.Key.Key_PageDown, Qt.KeyboardModifier.AltModifier), "pan_right"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_every_zoom_has_a_key(
    keys: tuple[Qt.Key, Qt.KeyboardModifier], moves: str, page: QWidget, qtbot: QtBot
) -> None:
    from reviewer.audio.view.peaks import PeakPyramid

    view = page.findChild(WaveformView)
    samples = Samples(RATE, speech_like(seconds=10))
    view.show_clip(samples, PeakPyramid.from_samples(samples.data))
    for prepare in (view.zoom_in, view.zoom_in, partial(view.show_position, 5 * RATE), view.pan_right):
        prepare()
    before = view.view_window
    getattr(view, moves)()
    after = view.view_window
    view.set_window(before)
    qtbot.keyClick(page, *keys)
    assert view.view_window == after != before


@pytest.mark.parametrize(
    ("keys", "selection"),
    [
        ((Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier), (3 * RATE, 5 * RATE)),
        ((Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier), (RATE, 3 * RATE)),
        ((Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier), (0, 0)),
    ],
    ids=["from", "to", "none"],
)
def test_the_selection_has_keys(
    keys: tuple[Qt.Key, Qt.KeyboardModifier], selection: tuple[int, int], page: QWidget, qtbot: QtBot
) -> None:
    from reviewer.audio.view.peaks import PeakPyramid

    view = page.findChild(WaveformView)
    samples = Samples(RATE, speech_like(seconds=10))
    view.show_clip(samples, PeakPyramid.from_samples(samples.data))
    view.select(Selection(RATE, 5 * RATE))
    view.show_position(3 * RATE)
    with qtbot.waitSignal(view.selection_changed) as told:
        qtbot.keyClick(page, *keys)
    assert tuple(told.args) == selection


def test_what_is_selected_in_the_picture_is_what_is_looped(
    page: QWidget, playback: PlaybackController
) -> None:
    page.findChild(WaveformView).selection_changed.emit(RATE, 2 * RATE)
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    assert playback.position == RATE
    playback.pause()


def test_the_real_player_is_followed_frame_by_frame(themed: QApplication, qtbot: QtBot) -> None:
    device = VirtualDevice()
    playback = PlaybackController(Player(device))
    playback.load(Samples(RATE, speech_like(seconds=10)))
    playback.toggle()
    device.pull(RATE)
    device.pull(RATE)
    with qtbot.waitSignal(playback.heard_due) as told:
        playback.pause()
    assert told.args == [[HeardRange(0, 2 * RATE)]]
    assert playback.coverage.percent == 20
    assert playback.position == 2 * RATE
    playback.close()
