"""Rows of the lead's log remember the ends of others' logs."""

from collections.abc import Mapping

import pytest

from reviewer.access.seen_ends import MOST_IN_A_ROW, SeenEnd, SeenEnds, details, ends_of
from reviewer.model.event import DetailValue

ENDS = [SeenEnd(f"p{number}", f"l{number}", number, bytes([number % 256]) * 32) for number in range(1, 9)]
NONE = SeenEnds({}, 0)


def test_ends_come_back_in_their_order_from_as_many_rows_as_they_need() -> None:
    many = (ENDS * MOST_IN_A_ROW)[: 2 * MOST_IN_A_ROW + 1]
    rows = list(details(many, NONE))
    assert [len(row["people"]) for row in rows] == [MOST_IN_A_ROW, MOST_IN_A_ROW, 1]  # type: ignore[arg-type]
    assert [end for row in rows for end in ends_of(row)] == many
    assert list(details([], NONE)) == []


@pytest.mark.parametrize("change", [{"roots": "none"}, {"rows": 7}, {"people": None}])
def test_a_row_of_another_form_remembers_nothing(change: Mapping[str, DetailValue]) -> None:
    (row,) = details(ENDS, NONE)
    assert list(ends_of({**row, **change})) == []
    assert list(ends_of({})) == []
