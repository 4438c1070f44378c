"""How the list of all clips is filtered and sorted."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.lead.export_filter import parse_list_filter
from reviewer.model.clip import ClipState
from reviewer.model.clip_list import (
    ClipColumn,
    ClipFilter,
    ClipOrder,
    ListedClip,
    Withheld,
    arranged,
    place_in,
)
from reviewer.model.clock import to_micros
from reviewer.model.held_back import HeldCode
from reviewer.model.hold import HoldReason
from reviewer.model.sorting import sorted_in_runs


def a_row(name: str = "c1", **changes: object) -> ListedClip:
    day = to_micros(datetime.fromisoformat("2026-11-28T12:00:00+00:00"))
    row = ListedClip(
        name, ClipState.READY, "en-US", "translator", 4.0, has=(), assigned=(), did=(), changed_at=day,
        passes=1, done=0, refusals=(),
    )  # fmt: skip
    return row._replace(**changes)


ROWS = (
    a_row("c1", state=ClipState.FINAL, did=("Ana",), done=1, seconds=1.5),
    a_row("c2", locale="he-IL", has=("Ben",), state=ClipState.IN_REVIEW, passes=2, seconds=9.0),
    a_row("c3", product="cortana", refusals=("distressing", "expiry", "distressing"), assigned=("Cem",)),
    a_row("c4", hold="technical", changed_at=0, passes=2, done=1),
    a_row("c5", held_back=(HeldCode.PENDING,), state=ClipState.QUARANTINED),
)


def found(wanted: ClipFilter) -> str:
    return "".join(row.id[1] for row in arranged(ROWS, wanted, ClipOrder(ClipColumn.ID, is_descending=False)))


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (ClipFilter(), "12345"),
        (ClipFilter(state="final"), "1"),
        (ClipFilter(locale="he-IL"), "2"),
        (ClipFilter(product="cortana"), "3"),
        (ClipFilter(person="Ana"), "1"),
        (ClipFilter(person="Ben"), "2"),
        (ClipFilter(person="Cem"), "3"),
        (ClipFilter(refusal="distressing"), "3"),
        (ClipFilter(refusal="expiry"), "3"),
        (ClipFilter(withheld=Withheld.ON_HOLD), "4"),
        (ClipFilter(withheld=HoldReason.TECHNICAL), "4"),
        (ClipFilter(withheld=HoldReason.RESERVED), ""),
        (ClipFilter(withheld=Withheld.HELD_BACK), "5"),
        (ClipFilter(withheld=Withheld.NEITHER), "123"),
        (ClipFilter(withheld="a word of a later version"), ""),
        (ClipFilter(passes="none"), "235"),
        (ClipFilter(passes="some"), "4"),
        (ClipFilter(passes="all"), "1"),
        (ClipFilter(shortest=4), "2345"),
        (ClipFilter(longest=4), "1345"),
        (ClipFilter(since="2026-11-28"), "1235"),
        (ClipFilter(since="2026-11-29"), ""),
        (ClipFilter(until="2026-11-28"), "12345"),
        (ClipFilter(until="2026-11-27"), "4"),
        (ClipFilter(id_part=" C3 "), "3"),
        (ClipFilter(state="ready", longest=4, id_part="c"), "34"),
    ],
)
def test_a_filter_lets_through_what_every_part_of_it_says(wanted: ClipFilter, ids: str) -> None:
    assert found(wanted) == ids


def test_a_day_that_is_none_is_an_error_and_not_an_empty_list() -> None:
    with pytest.raises(ValueError, match="2026-13-01"):
        found(ClipFilter(since="2026-13-01"))


@pytest.mark.parametrize(
    ("column", "ids"),
    [
        (ClipColumn.ID, "12345"),
        (ClipColumn.STATE, "34215"),
        (ClipColumn.LOCALE, "13452"),
        (ClipColumn.PRODUCT, "31245"),
        (ClipColumn.LENGTH, "13452"),
        (ClipColumn.HAS, "14523"),
        (ClipColumn.DID, "23451"),
        (ClipColumn.WHEN, "41235"),
        (ClipColumn.PASSES, "23541"),
        (ClipColumn.SKIPS, "12453"),
        (ClipColumn.WITHHELD, "12354"),
    ],
)
def test_every_column_sorts_both_ways_and_equal_ones_by_id(column: ClipColumn, ids: str) -> None:
    def order(*, is_descending: bool) -> str:
        rows = arranged(ROWS, ClipFilter(), ClipOrder(column, is_descending))
        return "".join(row.id[1] for row in rows)

    assert order(is_descending=False) == ids
    assert order(is_descending=True) == ids[::-1]


@given(st.lists(st.integers(0, 50), max_size=6000).map(lambda some: some * 2), st.booleans())
@settings(max_examples=8, deadline=None)
def test_sorting_in_runs_sorts_like_sorting_at_once(numbers: list[int], is_descending: bool) -> None:
    rows = list(enumerate(numbers))
    expected = sorted(rows, key=lambda row: row[1])
    assert sorted_in_runs(rows, lambda row: row[1], False) == expected
    assert sorted_in_runs(rows, lambda row: row[1], is_descending) == (
        expected[::-1] if is_descending else expected
    )


def test_a_filter_is_kept_as_text_and_read_back() -> None:
    wanted = ClipFilter(state="ready", longest=4.5, person="Ana", since="2026-11-28")
    assert ClipFilter.from_json(wanted.to_json()) == wanted
    assert wanted.to_json() == '{"longest": 4.5, "person": "Ana", "since": "2026-11-28", "state": "ready"}'
    assert ClipFilter().is_empty


@pytest.mark.parametrize(
    "text",
    ["", "nothing", "[]", '{"later": "x"}', '{"state": 4}', '{"longest": "x"}', '{"shortest": true}'],
)
def test_a_stored_filter_that_cannot_be_read_lets_everything_through(text: str) -> None:
    assert ClipFilter.from_json(text) == ClipFilter()


def test_refusals_are_counted_by_reason_and_people_once() -> None:
    assert ROWS[2].reasons == {"distressing": 2, "expiry": 1}
    assert a_row(has=("Ana",), did=("Ana", "Ben")).people == ("Ana", "Ben")


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ('id = "c3"', "3"),
        ('state = "ready" and not product = "cortana"', "4"),
        ('locale in ("he-IL", "de-DE")', "2"),
        ('person = "Cem" or person = "Ana"', "13"),
        ('skipped = "distressing"', "3"),
        ('hold = "technical" or held_back = "redaction_pending"', "45"),
        ('hold = ""', "1235"),
        ('changed >= "2026-11-28"', "1235"),
        ("duration > 4 and skips = 0", "2"),
        ("passes = 2 and done = 1", "4"),
    ],
)
def test_commands_filter_the_list_in_the_language_of_exports(where: str, ids: str) -> None:
    lets_through = parse_list_filter(where)
    assert "".join(row.id[1] for row in ROWS if lets_through(row)) == ids


@pytest.mark.parametrize(
    "where",
    [
        'state = "nothing"',
        'flag("distressing")',
        "words > 3",
        'hold = "x"',
        "skips >",
        'label("speakers") = "one"',
        'skipped = "no reason"',
        'locale > "en"',
        "x" * 3000,
    ],
)
def test_a_filter_of_what_the_list_does_not_have_is_refused(where: str) -> None:
    with pytest.raises(Refused):
        parse_list_filter(where)


@pytest.mark.parametrize("column", list(ClipColumn))
@pytest.mark.parametrize("is_descending", [True, False])
def test_a_clip_that_changed_finds_its_place_among_the_others(column: ClipColumn, is_descending: bool):
    order = ClipOrder(column, is_descending)
    for changed in (*ROWS, *(row._replace(id=other.id) for row in ROWS for other in ROWS)):
        others = [row for row in ROWS if row.id != changed.id]
        among = arranged(others, ClipFilter(), order)
        among.insert(place_in(among, changed, order), changed)
        by_id = sorted([*others, changed], key=lambda row: row.id)
        assert among == arranged(by_id, ClipFilter(), order)
