"""The rows of an import's report: filtered, sorted, counted by reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.lead.intake_report import ReportRow
from reviewer.lead.report_rows import (
    ReportColumn,
    ReportFilter,
    ReportOrder,
    arranged_rows,
    line_ranges,
    reasons,
)
from reviewer.privacy.manifest_row import Outcome, RefusalCode


def a_row(
    line: int, audio: str, outcome: Outcome, code: RefusalCode | None = None, clip: str = ""
) -> ReportRow:
    return ReportRow(line, audio, outcome, code, None, clip)


ROWS = (
    a_row(1, "b.wav", Outcome.ACCEPTED, clip="c0ffee"),
    a_row(2, "C.WAV", Outcome.REFUSED, RefusalCode.DUPLICATE),
    a_row(12, "a.wav", Outcome.REFUSED, RefusalCode.BAD_VALUE),
    a_row(13, "d.wav", Outcome.QUARANTINED, RefusalCode.PII_FLAGGED, "c1"),
    a_row(14, "e.wav", Outcome.REFUSED, RefusalCode.DUPLICATE),
)


ALL, BY_LINE = ReportFilter(), ReportOrder()


def found(wanted: ReportFilter = ALL, order: ReportOrder = BY_LINE) -> list[int]:
    return [row.line for row in arranged_rows(ROWS, wanted, order, lambda row: row.audio[::-1])]


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        (ReportFilter(), [1, 2, 12, 13, 14]),
        (ReportFilter(outcome="refused"), [2, 12, 14]),
        (ReportFilter(code="DUPLICATE"), [2, 14]),
        (ReportFilter(outcome="accepted", code="DUPLICATE"), []),
        (ReportFilter(text=" c.wav"), [2]),
        (ReportFilter(text="c0ff"), [1]),
        (ReportFilter(text="2"), [2]),
    ],
)
def test_a_filter_lets_through_what_every_part_of_it_says(wanted: ReportFilter, lines: list[int]) -> None:
    assert found(wanted) == lines


@pytest.mark.parametrize(
    ("column", "lines"),
    [
        (ReportColumn.LINE, [1, 2, 12, 13, 14]),
        (ReportColumn.AUDIO, [2, 12, 1, 13, 14]),
        (ReportColumn.OUTCOME, [1, 13, 2, 12, 14]),
        (ReportColumn.CODE, [1, 12, 2, 14, 13]),
        (ReportColumn.WHY, [2, 12, 1, 13, 14]),
    ],
)
def test_every_column_sorts_and_equal_rows_keep_the_order_of_their_lines(
    column: ReportColumn, lines: list[int]
) -> None:
    assert found(order=ReportOrder(column)) == lines
    assert found(order=ReportOrder(column, is_descending=True)) == lines[::-1]


def test_reasons_are_counted_with_their_lines_the_most_frequent_first() -> None:
    assert [(each.code.value, each.lines) for each in reasons(reversed(ROWS))] == [
        ("DUPLICATE", (2, 14)),
        ("BAD_VALUE", (12,)),
        ("PII_FLAGGED", (13,)),
    ]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([], ""),
        ([3], "3"),
        ([3, 4], "3-4"),
        ([3, 7, 8, 9, 12], "3, 7-9, 12"),
        ([1, 3, 5, 7], "1, 3, …"),
        ([1, 2, 4], "1-2, 4"),
    ],
)
def test_lines_are_told_in_short(lines: list[int], text: str) -> None:
    assert line_ranges(lines, most=2 if "…" in text else 40) == text


@given(st.sets(st.integers(1, 300)))
@settings(max_examples=50)
def test_no_line_is_lost_where_all_ranges_are_told(lines: set[int]) -> None:
    told: set[int] = set()
    for part in filter(None, line_ranges(sorted(lines), most=1000).split(", ")):
        first, _, last = part.partition("-")
        told.update(range(int(first), int(last or first) + 1))
    assert told == lines
