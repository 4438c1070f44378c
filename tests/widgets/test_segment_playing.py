"""Segments, rolls, again, unheard speech: what a listener's keys do with a clip that has segments."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.audio.samples import Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.playback.controller import PlaybackAction, PlaybackController
from reviewer.ui.playback.key_bindings import bind_playback_keys, connect_waveform
from reviewer.ui.playback.player_clock import still_to_hear
from reviewer.ui.preferences import Preferences
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.waveform_view import WaveformView
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import speech_like

RATE = 16_000
SPEECH = [Span(2 * RATE, 4 * RATE), Span(5 * RATE, 6 * RATE), Span(8 * RATE, 9 * RATE)]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NEXT, PREVIOUS = Qt.Key.Key_F3, Qt.Key.Key_F2


class Bench:
    """A page with waves, keys and a field that has the focus, and a player of which the test is the clock."""

    def __init__(self, qtbot: QtBot, show: Callable[[QWidget], None]) -> None:
        self._qtbot = qtbot
        self.preferences = Preferences()
        self.player = FakePlayer()
        self.page = QWidget()
        self.view = WaveformView(self.page)
        self.field = QPlainTextEdit(self.page)
        column = QVBoxLayout(self.page)
        column.addWidget(self.view, 1)
        column.addWidget(self.field)
        self.playback = PlaybackController(self.player, self.page, preferences=self.preferences)
        connect_waveform(self.view, self.playback)
        bind_playback_keys(self.page, Scope.DESK, self.playback, self.view)
        samples = Samples(RATE, speech_like(seconds=10))
        self.playback.load(samples, SPEECH)
        self.view.show_clip(samples, PeakPyramid.from_samples(samples.data))
        self.page.resize(1000, 500)
        show(self.page)
        self.field.setFocus()

    def press(self, pressed: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(self.field, pressed, modifiers)

    def hear(self, seconds: float) -> None:
        self.player.listen(round(seconds * RATE))

    def heard(self) -> list[tuple[float, float]]:
        """In seconds; what plays is stopped first."""
        self.playback.pause()
        self.playback.report_heard()
        return [(each.start / RATE, each.end / RATE) for each in self.playback.coverage.heard]

    @property
    def at(self) -> float:
        return self.playback.position / RATE

    @property
    def selected(self) -> tuple[float, float]:
        return (self.view.selection.start / RATE, self.view.selection.end / RATE)


@pytest.fixture
def bench(themed: QApplication, qtbot: QtBot, show: Callable[[QWidget], None]) -> Bench:
    return Bench(qtbot, show)


def test_the_next_segment_is_selected_and_played_to_its_end(bench: Bench) -> None:
    bench.press(NEXT, CTRL)
    assert (bench.playback.is_playing, bench.at, bench.selected) == (True, 2, (2, 4))
    bench.hear(5)
    assert (bench.playback.is_playing, bench.at) == (False, 4)
    assert bench.heard() == [(2, 4)]


def test_segment_after_segment_is_gone_to_and_the_last_is_the_last(bench: Bench) -> None:
    seen = []
    for _ in range(4):
        bench.press(NEXT, CTRL)
        seen.append(bench.selected)
        bench.hear(5)
    assert seen == [(2, 4), (5, 6), (8, 9), (8, 9)]
    assert bench.heard() == [(2, 4), (5, 6), (8, 9)]


def test_the_key_for_the_one_before_plays_this_one_again_first(bench: Bench) -> None:
    bench.playback.seek(8 * RATE)
    bench.press(NEXT, CTRL)
    bench.hear(2)
    seen = []
    for _ in range(3):
        bench.press(PREVIOUS, CTRL)
        seen.append(bench.selected)
    assert seen == [(5, 6), (2, 4), (2, 4)]
    bench.hear(1.5)
    bench.press(PREVIOUS, CTRL)
    assert (bench.at, bench.selected) == (2, (2, 4))
    bench.playback.pause()


def test_who_does_not_want_it_gets_no_sound_at_a_segment(bench: Bench) -> None:
    bench.preferences.put("listening.auto_play", False)
    bench.press(NEXT, CTRL)
    assert (bench.playback.is_playing, bench.at, bench.selected) == (False, 2, (2, 4))


def loop(bench: Bench, at: float) -> None:
    """Loops what is there, from there."""
    bench.playback.seek(round(at * RATE))
    bench.press(Qt.Key.Key_F3, SHIFT)
    bench.press(Qt.Key.Key_F4)


def test_a_segment_has_its_rolls(bench: Bench) -> None:
    bench.preferences.put("listening.pre_roll_ms", 250)
    bench.preferences.put("listening.post_roll_ms", 1500)
    bench.press(NEXT, CTRL)
    bench.hear(9)
    assert (bench.at, bench.selected) == (5.5, (2, 4))
    bench.press(NEXT, CTRL)
    assert bench.selected == (5, 6)  # although the roll went into it
    bench.hear(9)
    assert bench.heard() == [(1.75, 7.5)]


def test_a_selection_by_mouse_plays_nothing(bench: Bench, qtbot: QtBot) -> None:
    for x in (100, 300):
        qtbot.mousePress(bench.view, Qt.MouseButton.LeftButton, pos=QPoint(x, 150))
        qtbot.mouseMove(bench.view, QPoint(x + 100, 150))
        qtbot.mouseRelease(bench.view, Qt.MouseButton.LeftButton, pos=QPoint(x + 100, 150))
    qtbot.mouseClick(bench.view, Qt.MouseButton.LeftButton, SHIFT, QPoint(600, 150))
    assert not bench.view.selection.is_empty
    assert not bench.playback.is_playing


@pytest.mark.parametrize(
    ("at", "selection", "looped"),
    [
        (5.5, Selection(), (5, 6)),
        (5.5, Selection(RATE, 3 * RATE), (1, 3)),
        (0, Selection(), (0, 10)),
    ],
    ids=["the segment under the cursor", "the selection before it", "between segments the clip"],
)
def test_a_loop_is_of(bench: Bench, at: float, selection: Selection, looped: tuple[float, float]) -> None:
    bench.view.select(selection)
    loop(bench, at)
    bench.hear(11)
    assert bench.heard() == [looped]


def test_a_looped_segment_has_its_rolls_and_goes_on_where_it_was_paused_in_one(bench: Bench) -> None:
    bench.preferences.put("listening.pre_roll_ms", 500)
    loop(bench, 5)
    bench.hear(1.25)
    assert bench.at == 4.75  # the pre-roll of the second round, where no segment is
    bench.playback.toggle()
    bench.playback.toggle()
    bench.hear(2)
    assert bench.heard() == [(4.5, 6)]


def test_going_on_while_looping_loops_the_next_segment(bench: Bench) -> None:
    bench.playback.perform(PlaybackAction.LOOP)
    bench.press(NEXT, CTRL)
    bench.hear(5)
    assert bench.heard() == [(2, 4)]
    bench.press(NEXT, CTRL)
    bench.hear(3)
    assert bench.heard() == [(2, 4), (5, 6)]


def test_a_seek_while_looping_loops_the_segment_there(bench: Bench) -> None:
    loop(bench, 2)
    bench.playback.seek(round(8.5 * RATE))
    bench.hear(3)
    assert bench.heard() == [(8, 9)]


def test_the_edges_are_those_of_the_segment_and_as_long_as_was_chosen(bench: Bench) -> None:
    bench.preferences.put("listening.edge_ms", 250)
    bench.playback.seek(3 * RATE)
    bench.press(Qt.Key.Key_F5, SHIFT)
    bench.hear(5)
    assert bench.heard() == [(1.75, 2.25)]


def test_steps_are_as_long_as_was_chosen(bench: Bench) -> None:
    bench.preferences.put("listening.step_ms", 750)
    bench.playback.seek(5 * RATE)
    for _ in range(2):
        bench.press(Qt.Key.Key_F2)
    assert bench.at == 3.5


def test_again_goes_further_back_each_time_and_on_at_the_old_speed_from_where_it_was_first(
    bench: Bench, qtbot: QtBot
) -> None:
    bench.preferences.put("listening.step_ms", 1000)
    bench.preferences.put("listening.again_percent", 50)
    bench.playback.perform(PlaybackAction.FASTER)
    bench.playback.seek(6 * RATE)
    seen = []
    for _ in range(3):
        bench.press(Qt.Key.Key_F4, SHIFT)
        seen.append((bench.at, bench.playback.speed_percent))
        bench.hear(0.25)
    assert seen == [(5, 50), (4, 50), (3, 50)]
    bench.hear(2.5)
    assert bench.playback.speed_percent == 50
    bench.hear(0.5)
    qtbot.waitUntil(lambda: bench.playback.speed_percent == 110)
    assert bench.playback.is_playing
    bench.playback.pause()


def test_again_is_never_faster_than_before(bench: Bench) -> None:
    for _ in range(4):
        bench.playback.perform(PlaybackAction.SLOWER)
    bench.playback.seek(6 * RATE)
    bench.playback.perform(PlaybackAction.AGAIN)
    assert bench.playback.speed_percent == 25
    bench.playback.pause()


def test_unheard_speech_is_played_part_by_part_and_round_again_until_there_is_none(bench: Bench) -> None:
    bench.playback.seek(round(5.5 * RATE))
    for _ in range(4):
        bench.press(Qt.Key.Key_F8, CTRL)
        bench.hear(9)
    assert bench.heard() == [(2, 4), (5, 6), (8, 9)]
    assert not bench.playback.is_all_heard_shown
    bench.press(Qt.Key.Key_F8, CTRL)
    assert bench.playback.is_all_heard_shown
    assert not bench.playback.is_playing
    bench.press(Qt.Key.Key_F2)
    assert not bench.playback.is_all_heard_shown


def test_a_sliver_nobody_heard_is_played_long_enough_to_be_heard(bench: Bench) -> None:
    bench.playback.load(Samples(RATE, speech_like(seconds=10)), [Span(2 * RATE, 2 * RATE + 80)])
    bench.press(Qt.Key.Key_F8, CTRL)
    bench.hear(3)
    assert bench.heard() == [(2, 2.25)]


def test_without_segments_all_of_the_clip_counts(bench: Bench) -> None:
    bench.playback.load(Samples(RATE, speech_like(seconds=10)), [])
    bench.press(NEXT, CTRL)
    bench.press(PREVIOUS, CTRL)
    assert (bench.playback.is_playing, bench.at) == (False, 0)
    bench.press(Qt.Key.Key_F8, CTRL)
    bench.hear(20)
    assert bench.heard() == [(0, 10)]
    assert bench.playback.coverage.percent == 100


def test_speech_is_what_is_counted_and_another_clip_has_none_of_the_one_before(bench: Bench) -> None:
    bench.press(NEXT, CTRL)
    bench.hear(9)
    bench.playback.pause()
    bench.playback.report_heard()
    assert bench.playback.coverage.percent == 50
    assert still_to_hear(bench.playback.coverage) == tuple(SPEECH[1:])
    bench.playback.load(Samples(RATE, speech_like(seconds=1)))
    assert not bench.playback.has_segments
    assert still_to_hear(bench.playback.coverage) == (Span(0, RATE),)


@pytest.mark.parametrize("act", list(PlaybackAction))
def test_none_of_these_keys_types_anything(bench: Bench, act: PlaybackAction) -> None:
    pressed = shortcut(f"desk.{act}").sequences[0][0]
    bench.press(pressed.key(), pressed.keyboardModifiers())
    assert (bench.field.toPlainText(), bench.field.hasFocus()) == ("", True)
    bench.playback.pause()


def test_two_hundred_rounds_of_a_segment_with_its_rolls_have_no_gap_and_no_repeated_sample(
    themed: QApplication,
) -> None:
    device, preferences = VirtualDevice(), Preferences()
    for name in ("pre_roll_ms", "post_roll_ms"):
        preferences.put(f"listening.{name}", 10)
    playback = PlaybackController(Player(device, fade_seconds=0.0), preferences=preferences)
    samples = Samples(RATE, speech_like(seconds=2))
    playback.load(samples, [Span(8_000, 8_480)])
    playback.seek(8_000)
    playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    one_round = samples.data[8_000 - 160 : 8_480 + 160]
    wanted = np.tile(one_round, (201, 1))[160 : 160 + 200 * one_round.shape[0]]
    while device.played().shape[0] < wanted.shape[0]:
        device.pull(777)
    assert np.array_equal(device.played()[: wanted.shape[0]], wanted)
    playback.close()


def test_a_device_lost_while_playing_is_told_and_play_goes_on_with_the_next(
    themed: QApplication, qtbot: QtBot
) -> None:
    device = VirtualDevice()
    playback = PlaybackController(Player(device, fade_seconds=0.0))
    playback.load(Samples(RATE, speech_like(seconds=10)))
    playback.toggle()
    device.pull(2 * RATE)
    with qtbot.waitSignal(playback.heard_due) as told:
        device.stream.unplug()
    assert told.args == [[HeardRange(0, 2 * RATE)]]
    assert "was disconnected. Press play" in playback.problem
    assert not playback.is_playing
    playback.perform(PlaybackAction.PLAY)
    device.pull(RATE)
    assert (playback.problem, playback.position) == ("", 3 * RATE)
    playback.close()
