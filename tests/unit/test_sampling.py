"""Drawing a sample of clips."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reviewer.privacy.offer import ManifestRow

from reviewer.errors import Refused
from reviewer.lead.sampling import draw
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
    assert draw(rows(100), 10, seed=5) == draw(rows(100), 10, seed=5)


def test_another_seed_draws_others() -> None:
    assert draw(rows(100), 10, seed=5) != draw(rows(100), 10, seed=6)


def test_the_order_of_the_lines_plays_no_part() -> None:
    offered = rows(100)
    there, back = draw(offered, 30, 1, ("locale",)), draw(offered[::-1], 30, 1, ("locale",))
    assert sources(offered, there) == sources(offered[::-1], back)


def test_each_group_gets_its_proportional_share() -> None:
    offered = rows(60, ("en-US", "en-US", "en-US", "de-DE", "de-DE", "cs-CZ"))
    drawn = draw(offered, 12, 3, ("locale",))
    assert Counter(offered[place].locale for place in drawn) == {"en-US": 6, "de-DE": 4, "cs-CZ": 2}


def test_what_rounding_leaves_goes_to_the_largest_remainders() -> None:
    offered = rows(10, ("en-US",) * 7 + ("de-DE",) * 2 + ("cs-CZ",))
    drawn = draw(offered, 4, 0, ("locale",))
    assert Counter(offered[place].locale for place in drawn) == {"en-US": 3, "de-DE": 1}


def test_several_fields_make_groups_together() -> None:
    offered = [
        a_manifest_row(source_id=f"s{n}", locale=locale, product=product)
        for n, (locale, product) in enumerate(
            [("en-US", "windows"), ("en-US", "cortana"), ("de-DE", "windows")] * 10
        )
    ]
    drawn = draw(offered, 6, 0, ("locale", "product"))
    assert set(Counter((offered[place].locale, offered[place].product) for place in drawn).values()) == {2}


def test_a_sample_larger_than_what_there_is_takes_all() -> None:
    assert draw(rows(5), 9, 0) == frozenset(range(5))


def test_a_larger_sample_holds_the_smaller_one() -> None:
    assert draw(rows(50), 10, 2) < draw(rows(50), 20, 2)


@pytest.mark.parametrize("size", [0, -1])
def test_a_sample_of_nothing_is_refused(size: int) -> None:
    with pytest.raises(Refused, match="at least one"):
        draw(rows(5), size, 0)


@pytest.mark.parametrize("field", ["source_id", "draft", "nonsense"])
def test_only_some_fields_can_be_stratified_by(field: str) -> None:
    with pytest.raises(Refused, match="stratified"):
        draw(rows(5), 2, 0, (field,))


@given(st.lists(st.sampled_from(LOCALES), max_size=60), st.integers(1, 70), st.integers())
def test_a_sample_has_the_size_asked_for_and_fair_shares(locales: list[str], size: int, seed: int) -> None:
    offered = [a_manifest_row(source_id=f"s{n}", locale=locale) for n, locale in enumerate(locales)]
    drawn = draw(offered, size, seed, ("locale",))
    assert len(drawn) == min(size, len(offered))
    counts, all_counts = Counter(offered[place].locale for place in drawn), Counter(locales)
    for locale, count in all_counts.items():
        assert abs(counts[locale] - count * len(drawn) / len(locales)) < 1
