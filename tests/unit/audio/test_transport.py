import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reviewer.audio.transport import FASTEST_PERCENT, SLOWEST_PERCENT, Transport


def test_a_loaded_clip_stands_at_its_beginning() -> None:
    transport = Transport.loaded(100)

    assert (transport.position, transport.is_playing, transport.stop) == (0, False, 100)


def test_play_goes_on_from_where_it_stands() -> None:
    transport = Transport.loaded(100).seek(30).play()

    assert (transport.position, transport.stop, transport.is_playing) == (30, 100, True)


def test_play_at_the_end_begins_again() -> None:
    assert Transport.loaded(100).seek(100).play().position == 0


def test_play_of_a_range_stops_at_its_end() -> None:
    transport = Transport.loaded(100).play(10, 20).advance(25)

    assert (transport.position, transport.is_playing) == (20, False)


def test_after_a_range_play_goes_on_to_the_end() -> None:
    transport = Transport.loaded(100).play(10, 20).advance(20).play()

    assert (transport.position, transport.stop) == (20, 100)


@pytest.mark.parametrize(("start", "until"), [(20, 20), (20, 10), (100, None), (500, 600)])
def test_an_empty_range_plays_nothing(start: int, until: int | None) -> None:
    assert not Transport.loaded(100).play(start, until).is_playing


def test_an_empty_clip_plays_nothing() -> None:
    assert not Transport.loaded(0).play().is_playing


def test_pause_keeps_the_place() -> None:
    transport = Transport.loaded(100).play().advance(40).pause()

    assert (transport.position, transport.is_playing) == (40, False)


def test_seek_goes_on_playing() -> None:
    transport = Transport.loaded(100).play().seek(70)

    assert (transport.position, transport.is_playing) == (70, True)


def test_seek_beyond_the_range_plays_to_the_end_of_the_clip() -> None:
    assert Transport.loaded(100).play(10, 20).seek(50).stop == 100


def test_seek_to_the_end_stops() -> None:
    assert not Transport.loaded(100).play().seek(100).is_playing


def test_position_does_not_go_back_while_playing() -> None:
    assert Transport.loaded(100).play().advance(40).advance(30).position == 40


def test_paused_transport_does_not_advance() -> None:
    assert Transport.loaded(100).advance(40).position == 0


def test_speed_keeps_the_place_and_goes_on() -> None:
    transport = Transport.loaded(100).play().advance(40).at_speed(150)

    assert (transport.position, transport.is_playing, transport.speed_percent) == (40, True, 150)


@given(st.integers(-1_000, 1_000))
def test_speed_stays_where_speech_can_be_heard(percent: int) -> None:
    assert SLOWEST_PERCENT <= Transport().at_speed(percent).speed_percent <= FASTEST_PERCENT


_FRAMES = st.integers(-5, 130)


class TransportAgainstPlainNumbers(RuleBasedStateMachine):
    """The transport beside the simplest thing that could be right: three numbers changed in place."""

    def __init__(self) -> None:
        super().__init__()
        self.frames = 120
        self.transport = Transport.loaded(self.frames)
        self.at = 0
        self.end = self.frames
        self.runs = False

    def _limit(self, frame: int) -> int:
        return min(max(frame, 0), self.frames)

    @rule(start=st.none() | _FRAMES, until=st.none() | _FRAMES)
    def play(self, start: int | None, until: int | None) -> None:
        self.transport = self.transport.play(start, until)
        self.at = (0 if self.at == self.frames else self.at) if start is None else self._limit(start)
        self.end = self.frames if until is None else self._limit(until)
        self.runs = self.end > self.at

    @rule()
    def pause(self) -> None:
        self.transport = self.transport.pause()
        self.runs = False

    @rule(frame=_FRAMES)
    def seek(self, frame: int) -> None:
        self.transport = self.transport.seek(frame)
        self.at = self._limit(frame)
        if self.at >= self.end:
            self.end = self.frames
        self.runs = self.runs and self.at < self.end

    @rule(frame=_FRAMES)
    def sound_was_heard_up_to(self, frame: int) -> None:
        self.transport = self.transport.advance(frame)
        if self.runs:
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
