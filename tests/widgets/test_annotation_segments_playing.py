"""Playback goes by the annotation's segments once there are several."""

import pytest
from PySide6.QtWidgets import QApplication

from reviewer.audio.samples import Samples
from reviewer.model.intervals import Span
from reviewer.ui.playback.controller import PlaybackAction, PlaybackController
from reviewer.ui.preferences import Preferences
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import speech_like

RATE = 1000
SPEECH = [Span(2000, 4000)]
SEGMENTS = [Span(1000, 3000), Span(5000, 6000)]


class Bench:
    """A playback whose clock is the test."""

    def __init__(self) -> None:
        self.preferences = Preferences()
        self.player = FakePlayer()
        self.playback = PlaybackController(self.player, preferences=self.preferences)
        self.playback.load(Samples(RATE, speech_like(seconds=1)[:10_000]), SPEECH)
        self.asked: list[tuple[int, int]] = []
        self.playback.select_requested.connect(self.playback.select)
        self.playback.select_requested.connect(lambda start, end: self.asked.append((start, end)))

    def heard(self) -> list[tuple[int, int]]:
        self.playback.pause()
        self.playback.report_heard()
        return [(each.start, each.end) for each in self.playback.coverage.heard]


@pytest.fixture
def bench(themed: QApplication) -> Bench:
    return Bench()


def test_next_and_previous_go_by_several_segments(bench: Bench) -> None:
    bench.playback.set_segments(SEGMENTS)
    for action in (PlaybackAction.NEXT_SEGMENT, PlaybackAction.NEXT_SEGMENT, PlaybackAction.PREVIOUS_SEGMENT):
        bench.playback.perform(action)
    assert bench.asked == [(1000, 3000), (5000, 6000), (1000, 3000)]
    bench.playback.pause()


@pytest.mark.parametrize("spans", [[], [Span(0, 10_000)]], ids=["none", "one over the whole clip"])
def test_without_several_segments_passages_of_speech_are_gone_to(bench: Bench, spans: list[Span]) -> None:
    bench.playback.set_segments(SEGMENTS)
    bench.playback.set_segments(spans)
    bench.playback.perform(PlaybackAction.NEXT_SEGMENT)
    assert bench.asked == [(2000, 4000)]
    bench.playback.pause()


def test_segments_do_not_change_what_must_be_heard(bench: Bench) -> None:
    bench.playback.set_segments(SEGMENTS)
    bench.playback.play_span(2000, 4000)
    bench.player.listen(9000)
    assert bench.heard() == [(2000, 4000)]
    assert bench.playback.coverage.percent == 100


def test_a_border_moved_while_it_plays_changes_neither_position_nor_end(bench: Bench) -> None:
    bench.playback.set_segments(SEGMENTS)
    bench.playback.play_span(1000, 3000)
    bench.player.listen(500)
    bench.playback.set_segments([Span(1000, 2000), Span(5000, 6000)])
    assert (bench.playback.is_playing, bench.playback.position) == (True, 1500)
    bench.player.listen(9000)
    assert bench.heard() == [(1000, 3000)]


def test_a_span_is_played_once_with_its_rolls_although_a_loop_is_on(bench: Bench) -> None:
    bench.preferences.put("listening.pre_roll_ms", 250)
    bench.preferences.put("listening.post_roll_ms", 100)
    bench.playback.perform(PlaybackAction.LOOP)
    bench.playback.play_span(1000, 3000)
    bench.player.listen(9000)
    assert bench.heard() == [(750, 3100)]


def test_a_segment_that_becomes_current_is_played_and_nothing_is_selected(bench: Bench) -> None:
    bench.playback.enter_segment(5000, 6000)
    bench.player.listen(9000)
    assert (bench.heard(), bench.asked) == ([(5000, 6000)], [])


def test_a_segment_that_becomes_current_while_a_loop_is_on_is_looped(bench: Bench) -> None:
    bench.playback.perform(PlaybackAction.LOOP)
    bench.playback.enter_segment(1000, 3000)
    bench.player.listen(5000)
    assert bench.playback.is_playing
    assert bench.heard() == [(1000, 3000)]


def test_who_does_not_want_sound_on_arrival_gets_the_playhead_there(bench: Bench) -> None:
    bench.preferences.put("listening.auto_play", False)
    bench.playback.enter_segment(5000, 6000)
    assert (bench.playback.is_playing, bench.playback.position) == (False, 5000)


def test_a_span_outside_the_clip_plays_nothing(bench: Bench) -> None:
    bench.playback.play_span(10_000, 12_000)
    bench.playback.enter_segment(12_000, 13_000)
    assert not bench.playback.is_playing
