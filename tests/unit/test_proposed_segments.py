"""Segments that speech detection proposes: phrases with their breath, never over one another."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.intervals import Span, merge, subtract
from reviewer.transcript.proposed_segments import proposed_segments

RATE = 1000  # a frame is a millisecond
FRAMES = 120_000


def proposed(*speech: tuple[int, int], frames: int = FRAMES) -> list[tuple[int, int]]:
    found = proposed_segments([Span(*each) for each in speech], frames, RATE)
    return [(each.start, each.end) for each in found]


def test_each_passage_is_a_segment_with_a_tenth_of_a_second_around_it() -> None:
    assert proposed((1000, 2000), (3000, 4000)) == [(900, 2100), (2900, 4100)]


def test_a_pause_shorter_than_two_tenths_ends_nothing() -> None:
    assert proposed((1000, 2000), (2199, 3000)) == [(900, 3100)]
    assert proposed((1000, 2000), (2200, 3000)) == [(900, 2100), (2100, 3100)]


def test_a_long_run_is_split_at_its_longest_pause() -> None:
    run = [(1000, 3000), (3050, 4500), (4650, 6500), (6550, 8000)]
    assert proposed(*run) == [(900, 4575), (4575, 8100)]


def test_of_equal_pauses_the_one_in_the_middle_splits() -> None:
    run = [(0, 2000), (2100, 4000), (4100, 8000)]
    assert proposed(*run) == [(0, 4050), (4050, 8100)]


def test_speech_without_a_pause_stays_whole_however_long() -> None:
    assert proposed((1000, 41_000)) == [(900, 41_100)]


def test_parts_with_little_between_them_meet_in_the_middle() -> None:
    assert proposed((0, 10_000), (10_080, 20_000)) == [(0, 10_040), (10_040, 20_100)]


def test_nothing_reaches_beyond_the_clip() -> None:
    assert proposed((50, 950), frames=1000) == [(0, 1000)]
    assert proposed((900, 5000), (6000, 7000), frames=1000) == [(800, 1000)]


def test_no_speech_gives_no_segments() -> None:
    assert proposed() == []


PASSAGES = st.lists(
    st.builds(lambda start, long: Span(start, start + long), st.integers(0, FRAMES), st.integers(1, 20_000)),
    max_size=40,
)


@given(PASSAGES)
def test_all_speech_is_inside_in_order_and_nothing_overlaps(speech: list[Span]) -> None:
    found = proposed_segments(speech, FRAMES, RATE)
    inside = [Span(each.start, min(each.end, FRAMES)) for each in speech if each.start < FRAMES]
    assert subtract(inside, [Span(each.start, each.end) for each in found]) == ()
    assert all(one.end <= next_one.start for one, next_one in pairwise(found))
    assert all(0 <= each.start < each.end <= FRAMES for each in found)
    assert len({each.id for each in found}) == len(found)


@given(PASSAGES)
def test_what_is_longer_than_six_seconds_has_no_pause(speech: list[Span]) -> None:
    passages = merge(Span(each.start, min(each.end, FRAMES)) for each in speech if each.start < FRAMES)
    for each in proposed_segments(speech, FRAMES, RATE):
        within = [span for span in passages if each.start <= span.start and span.end <= each.end]
        assert len(within) == 1 or within[-1].end - within[0].start <= 6_000
