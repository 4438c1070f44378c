"""Past imports as the access log has them: when, by whom, what became of the lines, and why."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reviewer.access.log_chain import LogRow
from reviewer.access.log_search import LogFilter
from reviewer.errors import Notice, Refused
from reviewer.lead.intake_report import IntakeReport, ReportRow
from reviewer.model.event import CLIP_IDS, Action, DetailValue, Event
from reviewer.privacy.manifest_row import Outcome, RefusalCode

UNFINISHED = "unfinished"
FindRows = Callable[[LogFilter], Iterator[LogRow]]
"""All rows of the access log that match, newest first."""
_OUTCOMES = {
    Action.CLIP_IMPORTED: Outcome.ACCEPTED,
    Action.CLIP_REFUSED: Outcome.REFUSED,
    Action.CLIP_QUARANTINED: Outcome.QUARANTINED,
}


@dataclass(frozen=True, slots=True)
class PastImport:
    """One import. ``outcome`` is ok, cancelled, failed, or unfinished where the program was killed; then the
    counts are not known."""

    id: str
    begun_at: datetime
    person_id: str
    lines: int
    accepted: int
    refused: int
    quarantined: int
    not_drawn: int
    is_dry_run: bool
    outcome: str
    first_row: int
    last_row: int
    """Of the log; 0 for one that has no end."""
    consent_from: str = ""
    """Where a mapping file says that the consent is on record."""


def past_imports(find: FindRows) -> list[PastImport]:
    """Every import and every dry run, the newest first. Raises Damaged."""
    ends = {row.event().object: row for row in find(LogFilter(action=Action.IMPORT_ENDED))}
    begun = find(LogFilter(action=Action.IMPORT_STARTED))
    return [_past_import(row, ends.get(row.event().object)) for row in begun]


def report_of(find: FindRows, import_id: str) -> IntakeReport:
    """The lines of a past import, as far as the log has them: no names of files, no warnings about audio.

    Of a dry run there are none. Raises Refused (code NO_IMPORT), Damaged.
    """
    found = next((one for one in past_imports(find) if one.id == import_id), None)
    if found is None:
        raise Refused("NO_IMPORT", id=import_id)
    rows = []
    for action, outcome in _OUTCOMES.items():
        for row in find(LogFilter(action=action)):
            if row.seq < found.first_row:
                break
            event = row.event()
            if event.detail.get("import") == import_id:
                rows += _report_rows(outcome, event)
    rows.sort(key=lambda row: row.line)
    was_cancelled = found.outcome == "cancelled"
    return IntakeReport(tuple(rows), found.not_drawn, found.is_dry_run, was_cancelled, found.consent_from)


def _past_import(row: LogRow, end: LogRow | None) -> PastImport:
    begun = row.event()
    ended = end.event() if end is not None else None
    counts = {} if ended is None else ended.detail
    return PastImport(
        id=begun.object,
        begun_at=row.at(),
        person_id=begun.actor,
        lines=_number(begun.detail, "lines"),
        accepted=_number(counts, Outcome.ACCEPTED),
        refused=_number(counts, Outcome.REFUSED),
        quarantined=_number(counts, Outcome.QUARANTINED),
        not_drawn=_number(counts, "not_drawn"),
        is_dry_run=bool(begun.detail.get("dry_run")),
        outcome=UNFINISHED if ended is None else ended.outcome,
        first_row=row.seq,
        last_row=0 if end is None else end.seq,
        consent_from=str(begun.detail.get("consent_from", "")),
    )


def _report_rows(outcome: Outcome, event: Event) -> list[ReportRow]:
    """The lines that a row of the log lists; one of an earlier version is about a single line."""
    code = RefusalCode(event.reason) if event.reason in set(RefusalCode) else None
    notice = Notice(f"REASON_{code}") if code else None
    lines, clips = event.detail.get("lines"), event.detail.get(CLIP_IDS)
    if not isinstance(lines, list):
        lines, clips = [_number(event.detail, "line")], [event.object]
    if not isinstance(clips, list):
        clips = [""] * len(lines)
    return [
        ReportRow(int(str(line)), "", outcome, code, notice, str(clip))
        for line, clip in zip(lines, clips, strict=True)
    ]


def _number(detail: Mapping[str, DetailValue], name: str) -> int:
    value = detail.get(name)
    return value if isinstance(value, int) else 0
