"""Samples of a manifest, the order in which its clips are handed out, and the draw of what is reviewed."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.lead.sampling import SPREAD_MICROS, draw_sample, interleaved_sort_keys
from reviewer.privacy.manifest_row import ManifestRow
from reviewer.qa.sampling import is_drawn
from tests.factories import a_manifest_row

NOW = 1_790_000_000_000_000
LOCALES = ("en-US", "de-DE", "cs-CZ")


def rows(count: int, locales: Sequence[str] = LOCALES) -> list[ManifestRow]:
    return [
        a_manifest_row(source_id=f"s{n:04d}", locale=locales[n % len(locales)], speaker=f"v{n % 7}")
        for n in range(count)
    ]


def sources(offered: list[ManifestRow], drawn: frozenset[int]) -> set[str]:
    return {offered[place].source_id for place in drawn}


def test_a_seed_draws_the_same_clips_again_and_more_of_them_for_a_larger_sample() -> None:
    drawn = draw_sample(rows(100), 10, seed=5)
    assert drawn == draw_sample(rows(100), 10, seed=5) != draw_sample(rows(100), 10, seed=6)
    assert drawn < draw_sample(rows(100), 20, seed=5)
    assert draw_sample(rows(5), 9, 0) == frozenset(range(5))


def test_the_order_of_the_lines_plays_no_part() -> None:
    offered = rows(100)
    there, back = draw_sample(offered, 30, 1, ("locale",)), draw_sample(offered[::-1], 30, 1, ("locale",))
    assert sources(offered, there) == sources(offered[::-1], back)


@pytest.mark.parametrize(
    ("offered", "size", "shares"),
    [
        ({"en-US": 30, "de-DE": 20, "cs-CZ": 10}, 12, {"en-US": 6, "de-DE": 4, "cs-CZ": 2}),
        ({"en-US": 7, "de-DE": 2, "cs-CZ": 1}, 4, {"en-US": 3, "de-DE": 1}),
    ],
    ids=["proportional", "what rounding leaves goes to the largest remainders"],
)
def test_each_group_gets_its_share(offered: dict[str, int], size: int, shares: dict[str, int]) -> None:
    lines = rows(sum(offered.values()), list(Counter(offered).elements()))
    drawn = draw_sample(lines, size, 3, ("locale",))
    assert Counter(lines[place].locale for place in drawn) == shares


def test_several_fields_make_groups_together() -> None:
    offered = [
        a_manifest_row(source_id=f"s{n}", locale=locale, product=product)
        for n, (locale, product) in enumerate(
            [("en-US", "windows"), ("en-US", "cortana"), ("de-DE", "windows")] * 10
        )
    ]
    drawn = draw_sample(offered, 6, 0, ("locale", "product"))
    assert set(Counter((offered[place].locale, offered[place].product) for place in drawn).values()) == {2}


@pytest.mark.parametrize(
    ("size", "fields", "code"),
    [
        (0, (), "SAMPLE_EMPTY"),
        (-1, (), "SAMPLE_EMPTY"),
        (2, ("source_id",), "STRATUM_UNKNOWN"),
        (2, ("draft",), "STRATUM_UNKNOWN"),
        (2, ("nonsense",), "STRATUM_UNKNOWN"),
    ],
)
def test_a_sample_of_nothing_or_stratified_by_another_field_is_refused(
    size: int, fields: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        draw_sample(rows(5), size, 0, fields)


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
    return [each for _, each in sorted(zip(interleaved_sort_keys(speakers, NOW), speakers, strict=True))]


def test_clips_of_one_speaker_are_interleaved_with_those_of_others() -> None:
    queue = in_queue([a_speaker(n // 10) for n in range(60)])
    neighbours = sum(a == b for a, b in pairwise(queue))
    assert neighbours == 0


def test_a_rare_speaker_falls_somewhere_among_a_frequent_one() -> None:
    places = {in_queue([a_speaker(0)] * 20 + [a_speaker(n)]).index(a_speaker(n)) for n in range(1, 30)}
    assert len(places) > 8


@given(st.lists(st.integers(0, 8), max_size=80))
def test_keys_fit_the_database_and_steps_are_even(numbers: list[int]) -> None:
    speakers = [a_speaker(number) for number in numbers]
    keys = interleaved_sort_keys(speakers, NOW)
    assert all(NOW <= key < NOW + SPREAD_MICROS for key in keys)
    for each, count in Counter(speakers).items():
        own = [key for key, whose in zip(keys, speakers, strict=True) if whose == each]
        assert {b - a for a, b in pairwise(own)} <= {SPREAD_MICROS // count}


def test_clips_of_one_speaker_over_many_imports_are_not_neighbours() -> None:
    """One clip of each of twenty speakers a day, as an import of the day before has it."""
    speakers = [a_speaker(n) for n in range(20)]
    keyed = [
        (key, speaker)
        for day in range(20)
        for key, speaker in zip(interleaved_sort_keys(speakers, NOW + day), speakers, strict=True)
    ]
    queue = [speaker for _, speaker in sorted(keyed)]
    assert sum(a == b for a, b in pairwise(queue)) < 50  # all but 20 of 400 where the hash alone decides


def test_no_clip_is_overtaken_by_what_is_imported_a_month_later_however_much_that_is() -> None:
    first = interleaved_sort_keys([a_speaker(n % 3) for n in range(50)], NOW)
    later = interleaved_sort_keys([a_speaker(n) for n in range(500)], NOW + SPREAD_MICROS)
    assert max(first) < min(later)


def test_small_shares_of_an_import_come_as_evenly_as_large_ones() -> None:
    """By speaker here; what a product or language has of the speakers comes in the same proportion."""
    queue = in_queue([a_speaker(n) for n in range(90) for _ in range(10)] + [a_speaker(99)] * 10)
    places = [place for place, speaker in enumerate(queue) if speaker == a_speaker(99)]
    assert max(b - a for a, b in pairwise(places)) < 2 * len(queue) / 10


@pytest.mark.parametrize(("submission", "hmac"), [("a1", "9add03444a86e265"), ("a2", "3d23917f67c89338")])
def test_work_is_drawn_by_its_hmac_under_the_secret_and_nobody_without_it_can_tell(
    submission: str, hmac: str
) -> None:
    """The first 64 bits of ``openssl dgst -sha256 -mac HMAC``, as a fraction."""
    share = int(hmac, 16) / 2**64
    assert not is_drawn(b"q" * 32, submission, share - 1e-9)
    assert is_drawn(b"q" * 32, submission, share + 1e-9)
    assert is_drawn(b"q" * 32, submission, 1)
    assert not is_drawn(b"q" * 32, submission, 0)
