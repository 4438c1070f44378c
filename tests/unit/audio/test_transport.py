"""The transport, against the simplest model that could be right."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reviewer.audio.play.transport import FASTEST_PERCENT, SLOWEST_PERCENT, Loop, Transport


def test_seek_beyond_the_range_plays_to_the_end_of_the_clip() -> None:
    assert Transport.loaded(100).play(10, 20).seek(50).stop == 100


def test_speed_keeps_the_place_and_goes_on() -> None:
    transport = Transport.loaded(100).play().advance(40).at_speed(150)

    assert (transport.position, transport.is_playing, transport.speed_percent) == (40, True, 150)


@given(st.integers(-1_000, 1_000))
def test_speed_stays_where_speech_can_be_heard(percent: int) -> None:
    assert SLOWEST_PERCENT <= Transport().at_speed(percent).speed_percent <= FASTEST_PERCENT


def test_a_loop_reaches_before_and_after_but_not_out_of_the_clip() -> None:
    assert Transport.loaded(100).play_loop(10, 90, 30, 5).loop == Loop(0, 95)


def test_seek_inside_a_loop_stays_in_it_and_outside_leaves_it() -> None:
    looping = Transport.loaded(100).play_loop(10, 20)

    assert looping.seek(15).loop == Loop(10, 20)
    assert (looping.seek(50).loop, looping.seek(50).stop, looping.seek(50).is_playing) == (None, 100, True)


def test_pause_ends_the_loop_and_keeps_the_place() -> None:
    transport = Transport.loaded(100).play_loop(10, 20).advance(37).pause()

    assert (transport.position, transport.loop, transport.stop) == (17, None, 100)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 39), st.integers(0, 200))
def test_the_spans_of_a_loop_are_the_frames_that_were_played(
    start: int, frames: int, into: int, count: int
) -> None:
    loop = Loop(start, start + frames)
    first = start + into % frames
    tiled = np.tile(np.arange(start, start + frames), 1 + (into + count) // frames + 1)
    played = tiled[first - start : first - start + count]

    assert [loop.wrapped(first + step) for step in range(count)] == played.tolist()
    spans = loop.spans(first, first + count)
    assert {frame for low, high in spans for frame in range(low, high)} == set(played.tolist())
    assert sum(high - low for low, high in spans) == len(set(played.tolist()))


_FRAMES = st.integers(-5, 130)


class TransportAgainstPlainNumbers(RuleBasedStateMachine):
    """The transport beside the simplest thing that could be right: four numbers changed in place."""

    def __init__(self) -> None:
        super().__init__()
        self.frames = 120
        self.transport = Transport.loaded(self.frames)
        self.at = 0
        self.end = self.frames
        self.runs = False
        self.again: int | None = None

    def _limit(self, frame: int) -> int:
        return min(max(frame, 0), self.frames)

    @rule(start=st.none() | _FRAMES, until=st.none() | _FRAMES)
    def play(self, start: int | None, until: int | None) -> None:
        self.transport = self.transport.play(start, until)
        self.at = (0 if self.at == self.frames else self.at) if start is None else self._limit(start)
        self.end = self.frames if until is None else self._limit(until)
        self.runs = self.end > self.at
        self.again = None

    @rule(start=_FRAMES, length=st.integers(-3, 60), pre=st.integers(0, 20), at=st.none() | _FRAMES)
    def play_loop(self, start: int, length: int, pre: int, at: int | None) -> None:
        self.transport = self.transport.play_loop(start, start + length, pre, 2 * pre, at)
        first, self.end = self._limit(start - pre), self._limit(start + length + 2 * pre)
        self.runs = length > 0 and self.end > first
        self.again = first if self.runs else None
        if self.runs:
            self.at = at if at is not None and first <= at < self.end else first

    @rule()
    def pause(self) -> None:
        self.transport = self.transport.pause()
        self.runs = False
        self.again = None

    @rule(frame=_FRAMES)
    def seek(self, frame: int) -> None:
        self.transport = self.transport.seek(frame)
        self.at = self._limit(frame)
        if self.again is not None and not self.again <= self.at < self.end:
            self.again, self.end = None, self.frames
        if self.at >= self.end:
            self.end = self.frames
        self.runs = self.runs and self.at < self.end

    @rule(frame=_FRAMES)
    def sound_was_heard_up_to(self, frame: int) -> None:
        self.transport = self.transport.advance(frame)
        if self.runs and self.again is not None:
            self.at = max(frame, self.again)
            while self.at >= self.end:
                self.at -= self.end - self.again
        elif self.runs:
            self.at = min(max(self.at, frame), self.end)
            self.runs = self.at < self.end

    @rule(percent=st.integers(0, 400))
    def change_speed(self, percent: int) -> None:
        self.transport = self.transport.at_speed(percent)

    @invariant()
    def both_say_the_same(self) -> None:
        assert (self.transport.position, self.transport.is_playing) == (self.at, self.runs)

    @invariant()
    def it_stays_inside_the_clip(self) -> None:
        assert 0 <= self.transport.position <= self.transport.stop <= self.frames
        assert not self.transport.is_playing or self.transport.position < self.transport.stop


TestTransportAgainstPlainNumbers = TransportAgainstPlainNumbers.TestCase
