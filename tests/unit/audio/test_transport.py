"""The transport, against the simplest model that could be right."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reviewer.audio.play.transport import Loop, Transport


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
        self.percent = 100

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
        self.again, self.end = None, self.frames

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
        self.percent = min(max(percent, 25), 300)

    @invariant()
    def both_say_the_same(self) -> None:
        assert (self.transport.position, self.transport.is_playing) == (self.at, self.runs)
        assert self.transport.speed_percent == self.percent
        assert self.transport.stop == (self.end if self.runs else self.frames)
        assert self.transport.loop == (None if self.again is None else Loop(self.again, self.end))

    @invariant()
    def it_stays_inside_the_clip(self) -> None:
        assert 0 <= self.transport.position <= self.transport.stop <= self.frames
        assert not self.transport.is_playing or self.transport.position < self.transport.stop


TestTransportAgainstPlainNumbers = TransportAgainstPlainNumbers.TestCase
