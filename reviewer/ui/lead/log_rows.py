"""Rows of the access log in words for the lead: acts, ids and counts, never content."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reviewer.errors import Damaged
from reviewer.model.clock import from_micros

if TYPE_CHECKING:
    from reviewer.access.chain import LogRow

_KEPT_APART = ("heard", "ranges")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One row as it is shown; ``is_bad`` when its body is not one of ours."""

    seq: int
    at: datetime | None
    actor: str
    role: str
    action: str
    object: str
    outcome: str
    detail: str
    is_refusal: bool = False
    is_bad: bool = False


def line_of(row: "LogRow", names: dict[str, str]) -> LogLine:
    """Puts a row into words; people get their names from ``names``, by id."""
    try:
        event, fields = row.event(), row.fields()
        at = from_micros(int(fields["ts"]))
    except (Damaged, KeyError, TypeError, ValueError):
        return LogLine(row.seq, None, "", "", "", "", "", "", is_bad=True)
    outcome = event.outcome if not event.reason else f"{event.outcome}: {event.reason}"
    return LogLine(
        seq=row.seq,
        at=at,
        actor=names.get(event.actor, event.actor),
        role=event.role,
        action=event.action.value,
        object=names.get(event.object, event.object),
        outcome=outcome,
        is_refusal=event.outcome != "ok",
        detail="  ".join(_item(key, value) for key, value in event.detail.items()),
    )


def _item(key: str, value: object) -> str:
    if key in _KEPT_APART and isinstance(value, (list, tuple)):
        return f"{key} {len(value)}"
    if isinstance(value, (list, tuple)):
        return f"{key} {', '.join(str(part) for part in value)}"
    return f"{key} {value}"
