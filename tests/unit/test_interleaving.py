"""The order of clips in the queue."""

import hashlib
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reviewer.lead.interleaving import spread


def voice(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def in_queue(voices: list[str]) -> list[str]:
    return [each for _, each in sorted(zip(spread(voices), voices, strict=True))]


def test_a_voice_that_came_in_a_row_is_spread() -> None:
    queue = in_queue([voice(n // 10) for n in range(60)])
    neighbours = sum(a == b for a, b in pairwise(queue))
    assert neighbours == 0


def test_a_rare_voice_falls_somewhere_among_a_frequent_one() -> None:
    places = {in_queue([voice(0)] * 20 + [voice(n)]).index(voice(n)) for n in range(1, 30)}
    assert len(places) > 8


def test_the_clips_of_a_voice_keep_their_order() -> None:
    keys = spread([voice(1)] * 9)
    assert keys == sorted(keys)


def test_no_clips_have_no_order() -> None:
    assert spread([]) == []


@given(st.lists(st.integers(0, 8), max_size=80))
def test_keys_fit_the_database_and_steps_are_even(numbers: list[int]) -> None:
    voices = [voice(number) for number in numbers]
    keys = spread(voices)
    assert all(0 <= key < 1 << 62 for key in keys)
    for each, count in Counter(voices).items():
        own = [key for key, whose in zip(keys, voices, strict=True) if whose == each]
        assert {b - a for a, b in pairwise(own)} <= {(1 << 62) // count}
