"""Samples of a manifest, the order in which its clips are handed out, and the draw of submissions."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.lead.sampling import draw_sample, interleaved_sort_keys
from reviewer.privacy.manifest_row import ManifestRow
from reviewer.qa.sampling import is_drawn
from tests.factories import a_manifest_row

LOCALES = ("en-US", "de-DE", "cs-CZ")


def rows(count: int, locales: Sequence[str] = LOCALES) -> list[ManifestRow]:
    return [
        a_manifest_row(source_id=f"s{n:04d}", locale=locales[n % len(locales)], speaker=f"v{n % 7}")
        for n in range(count)
    ]


def sources(offered: list[ManifestRow], drawn: frozenset[int]) -> set[str]:
    return {offered[place].source_id for place in drawn}


def test_the_same_seed_draws_the_same_clips() -> None:
    assert draw_sample(rows(100), 10, seed=5) == draw_sample(rows(100), 10, seed=5)


def test_another_seed_draws_others() -> None:
    assert draw_sample(rows(100), 10, seed=5) != draw_sample(rows(100), 10, seed=6)


def test_the_order_of_the_lines_plays_no_part() -> None:
    offered = rows(100)
    there, back = draw_sample(offered, 30, 1, ("locale",)), draw_sample(offered[::-1], 30, 1, ("locale",))
    assert sources(offered, there) == sources(offered[::-1], back)


def test_each_group_gets_its_proportional_share() -> None:
    offered = rows(60, ("en-US", "en-US", "en-US", "de-DE", "de-DE", "cs-CZ"))
    drawn = draw_sample(offered, 12, 3, ("locale",))
    assert Counter(offered[place].locale for place in drawn) == {"en-US": 6, "de-DE": 4, "cs-CZ": 2}


def test_what_rounding_leaves_goes_to_the_largest_remainders() -> None:
    offered = rows(10, ("en-US",) * 7 + ("de-DE",) * 2 + ("cs-CZ",))
    drawn = draw_sample(offered, 4, 0, ("locale",))
    assert Counter(offered[place].locale for place in drawn) == {"en-US": 3, "de-DE": 1}


def test_several_fields_make_groups_together() -> None:
    offered = [
        a_manifest_row(source_id=f"s{n}", locale=locale, product=product)
        for n, (locale, product) in enumerate(
            [("en-US", "windows"), ("en-US", "cortana"), ("de-DE", "windows")] * 10
        )
    ]
    drawn = draw_sample(offered, 6, 0, ("locale", "product"))
    assert set(Counter((offered[place].locale, offered[place].product) for place in drawn).values()) == {2}


def test_a_sample_larger_than_what_there_is_takes_all() -> None:
    assert draw_sample(rows(5), 9, 0) == frozenset(range(5))


def test_a_larger_sample_holds_the_smaller_one() -> None:
    assert draw_sample(rows(50), 10, 2) < draw_sample(rows(50), 20, 2)


@pytest.mark.parametrize("size", [0, -1])
def test_a_sample_of_nothing_is_refused(size: int) -> None:
    with pytest.raises(Refused, match="SAMPLE_EMPTY"):
        draw_sample(rows(5), size, 0)


@pytest.mark.parametrize("field", ["source_id", "draft", "nonsense"])
def test_only_some_fields_can_be_stratified_by(field: str) -> None:
    with pytest.raises(Refused, match="STRATUM_UNKNOWN"):
        draw_sample(rows(5), 2, 0, (field,))


@given(st.lists(st.sampled_from(LOCALES), max_size=60), st.integers(1, 70), st.integers())
def test_a_sample_has_the_size_asked_for_and_fair_shares(locales: list[str], size: int, seed: int) -> None:
    offered = [a_manifest_row(source_id=f"s{n}", locale=locale) for n, locale in enumerate(locales)]
    drawn = draw_sample(offered, size, seed, ("locale",))
    assert len(drawn) == min(size, len(offered))
    counts, all_counts = Counter(offered[place].locale for place in drawn), Counter(locales)
    for locale, count in all_counts.items():
        assert abs(counts[locale] - count * len(drawn) / len(locales)) < 1


def a_speaker(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def in_queue(speakers: list[str]) -> list[str]:
    return [each for _, each in sorted(zip(interleaved_sort_keys(speakers), speakers, strict=True))]


def test_clips_of_one_speaker_are_interleaved_with_those_of_others() -> None:
    queue = in_queue([a_speaker(n // 10) for n in range(60)])
    neighbours = sum(a == b for a, b in pairwise(queue))
    assert neighbours == 0


def test_a_rare_speaker_falls_somewhere_among_a_frequent_one() -> None:
    places = {in_queue([a_speaker(0)] * 20 + [a_speaker(n)]).index(a_speaker(n)) for n in range(1, 30)}
    assert len(places) > 8


def test_the_clips_of_a_speaker_keep_their_order() -> None:
    keys = interleaved_sort_keys([a_speaker(1)] * 9)
    assert keys == sorted(keys)


@given(st.lists(st.integers(0, 8), max_size=80))
def test_keys_fit_the_database_and_steps_are_even(numbers: list[int]) -> None:
    speakers = [a_speaker(number) for number in numbers]
    keys = interleaved_sort_keys(speakers)
    assert all(0 <= key < 1 << 62 for key in keys)
    for each, count in Counter(speakers).items():
        own = [key for key, whose in zip(keys, speakers, strict=True) if whose == each]
        assert {b - a for a, b in pairwise(own)} <= {(1 << 62) // count}


def test_which_submissions_are_reviewed_hangs_on_the_secret_and_the_rate() -> None:
    ids = [f"a{number}" for number in range(1000)]

    def drawn(secret: bytes, rate: float) -> set[str]:
        return {each for each in ids if is_drawn(secret * 32, each, rate)}

    assert 70 < len(drawn(b"1", 0.1)) < 130
    assert drawn(b"1", 0.1) != drawn(b"2", 0.1)
    assert drawn(b"1", 0.1) < drawn(b"1", 0.5)
    assert (drawn(b"1", 0.0), drawn(b"1", 1.0)) == (set(), set(ids))
