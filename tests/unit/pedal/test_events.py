"""Press and release are two events, and nothing is told twice."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reviewer.pedal.report import Pedal, PedalEvent, pedal_events

STATES = st.lists(st.frozensets(st.sampled_from(Pedal)), max_size=40)


def test_a_pedal_that_goes_down_is_told():
    assert pedal_events(set(), {Pedal.LEFT}) == (PedalEvent(Pedal.LEFT, is_down=True),)


def test_a_pedal_that_comes_up_is_told():
    assert pedal_events({Pedal.LEFT}, set()) == (PedalEvent(Pedal.LEFT, is_down=False),)


def test_a_foot_that_slides_over_lets_go_before_it_presses():
    assert pedal_events({Pedal.RIGHT}, {Pedal.LEFT}) == (
        PedalEvent(Pedal.RIGHT, is_down=False),
        PedalEvent(Pedal.LEFT, is_down=True),
    )


def test_a_held_pedal_tells_nothing():
    assert pedal_events({Pedal.MIDDLE}, {Pedal.MIDDLE}) == ()


def _oracle(states: list[frozenset[Pedal]]) -> dict[Pedal, list[bool]]:
    """What each pedal alone does: its states with repetitions taken out, from up on."""
    told = {}
    for pedal in Pedal:
        line = [False, *(pedal in state for state in states)]
        told[pedal] = [now for before, now in pairwise(line) if before != now]
    return told


@given(STATES)
def test_events_say_of_each_pedal_exactly_when_it_turned(states: list[frozenset[Pedal]]):
    told: dict[Pedal, list[bool]] = {pedal: [] for pedal in Pedal}
    before: frozenset[Pedal] = frozenset()
    for now in states:
        for event in pedal_events(before, now):
            told[event.pedal].append(event.is_down)
        before = now
    assert told == _oracle(states)


@given(STATES)
def test_who_follows_the_events_knows_what_is_down(states: list[frozenset[Pedal]]):
    down: set[Pedal] = set()
    before: frozenset[Pedal] = frozenset()
    for now in states:
        for event in pedal_events(before, now):
            (down.add if event.is_down else down.remove)(event.pedal)
        assert down == now
        before = now
