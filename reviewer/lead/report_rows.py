"""The rows of an import's report: filtered, sorted, and counted by reason."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from reviewer.lead.intake_report import ReportRow
from reviewer.model.sorting import sorted_in_runs
from reviewer.privacy.manifest_row import Outcome, RefusalCode

Sentence = Callable[[ReportRow], str]
_MOST_RANGES = 40


class ReportColumn(StrEnum):
    """The columns of the report, in their order."""

    LINE = "line"
    AUDIO = "audio"
    OUTCOME = "outcome"
    CODE = "code"
    WHY = "why"


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """By which column the report is sorted; rows that are equal there keep the order of their lines."""

    column: ReportColumn = ReportColumn.LINE
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which rows are shown; an empty part lets all through. ``text`` is part of the line's number, its audio
    or its clip, in any case of letters."""

    outcome: str = ""
    code: str = ""
    text: str = ""

    def lets_through(self, row: ReportRow) -> bool:
        if self.outcome and row.outcome != self.outcome:
            return False
        if self.code and row.code != self.code:
            return False
        part = self.text.strip().casefold()
        return not part or part in row.audio.casefold() or part in row.clip or part == str(row.line)


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many lines ended for one reason, and which, in order; ``where`` says so in short."""

    outcome: Outcome
    code: RefusalCode
    lines: tuple[int, ...]
    where: str


def arranged_rows(
    rows: Iterable[ReportRow],
    wanted: ReportFilter,
    order: ReportOrder,
    sentence: Sentence,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[ReportRow]:
    """The rows that the filter lets through, sorted; ``rows`` come in the order of their lines."""
    keys: dict[ReportColumn, Callable[[ReportRow], Any]] = {
        ReportColumn.LINE: lambda row: row.line,
        ReportColumn.AUDIO: lambda row: row.audio,
        ReportColumn.OUTCOME: lambda row: row.outcome.value,
        ReportColumn.CODE: lambda row: row.code.value if row.code else "",
        ReportColumn.WHY: sentence,
    }
    found = [row for row in rows if wanted.lets_through(row)]
    return sorted_in_runs(found, keys[order.column], order.is_descending, cancelled)


def reasons(rows: Iterable[ReportRow]) -> list[ReasonCount]:
    """The reasons for refusals and quarantines, the most frequent first."""
    lines: dict[tuple[Outcome, RefusalCode], list[int]] = {}
    for row in rows:
        if row.code is not None:
            lines.setdefault((row.outcome, row.code), []).append(row.line)
    for its in lines.values():
        its.sort()
    found = [
        ReasonCount(outcome, code, tuple(its), line_ranges(its)) for (outcome, code), its in lines.items()
    ]
    return sorted(found, key=lambda reason: (-len(reason.lines), reason.code))


def line_ranges(lines: Sequence[int], most: int = _MOST_RANGES) -> str:
    """Sorted numbers of lines in short: ``3, 7-12, 40``; after so many parts an ellipsis."""
    if not lines:
        return ""
    ends = [place for place, (one, other) in enumerate(pairwise(lines), 1) if other != one + 1]
    parts = []
    for first, end in pairwise((0, *ends[:most], *([len(lines)] if len(ends) < most else []))):
        begin, last = lines[first], lines[end - 1]
        parts.append(str(begin) if begin == last else f"{begin}-{last}")
    return ", ".join(parts) + (", …" if len(ends) >= most else "")
