"""Describes rows of the access log for the lead: actions, ids and counts, never content."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reviewer.errors import Damaged
from reviewer.model.clock import from_micros
from reviewer.model.people import Role
from reviewer.ui.messages import term

if TYPE_CHECKING:
    from reviewer.access.log_chain import LogRow

_LONG_ID = re.compile(r"\b[0-9a-f]{16,}\b")
_KEPT = 4
_RANGE_PARTS = 3
_OWN_SPEED = 100
_NOTHING: tuple[object, ...] = ("", (), [], None)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One row as shown; ``is_bad`` if its body is invalid."""

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
    """Describes a row; ``names`` maps person ids to names."""
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
        role=term("ROLE", event.role) if event.role in set(Role) else event.role,
        action=term("ACTION", event.action),
        object=names.get(event.object, event.object),
        outcome=outcome,
        is_refusal=event.outcome != "ok",
        detail="  ".join(_item(key, value) for key, value in event.detail.items() if value not in _NOTHING),
    )


def shortened(text: str) -> str:
    """Shortens long hexadecimal ids in the middle."""
    return _LONG_ID.sub(lambda found: f"{found[0][:_KEPT]}…{found[0][-_KEPT:]}", text)


def _item(key: str, value: object) -> str:
    if key == "ranges" and isinstance(value, (list, tuple)):
        return f"{key} {', '.join(_range(part) for part in value)}"
    if isinstance(value, (list, tuple)):
        return f"{key} {', '.join(str(part) for part in value)}"
    return f"{key} {value}"


def _range(part: object) -> str:
    """Frames heard, and at what speed if not the original: ``0–16,000 at 75 %``."""
    if not (isinstance(part, (list, tuple)) and len(part) == _RANGE_PARTS):
        return str(part)
    start, end, percent = part
    speed = "" if percent == _OWN_SPEED else f" at {percent} %"
    return f"{start:,}–{end:,}{speed}"
