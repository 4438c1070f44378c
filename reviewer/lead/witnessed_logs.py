"""What the server of a team's queue saw of everybody's access log, and who has gone silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reviewer.access.checkpoint import parse_checkpoint
from reviewer.access.log_keys import LogKeys
from reviewer.errors import Damaged
from reviewer.queue.server_api import WitnessedLog

OwnLogKeys = Mapping[str, tuple[str, bytes]]
SILENT_AFTER = timedelta(hours=1)
"""A window shows its log every minute while somebody is signed in; work without it for so long is silence."""


class LogState(StrEnum):
    """What the server's record shows about a person's log."""

    SEEN = "seen"
    SILENT = "silent"
    """They worked for longer than ``SILENT_AFTER`` after the last that was seen, or it was never seen."""
    IDLE = "idle"
    """Nothing was seen, and they never worked."""
    FOREIGN = "foreign"
    """What was shown is no checkpoint of this workspace's log, nor of one that was admitted for them."""


@dataclass(frozen=True, slots=True)
class SeenLog:
    """One line of the list: a person's log, of how many rows its end was seen last, and when they worked.

    ``unsent``: how much of their work waited on their machine, the oldest of it since when.
    """

    person_id: str
    log_id: str
    size: int
    seen_at: datetime | None
    worked_at: datetime | None
    state: LogState
    unsent: int
    unsent_since: datetime | None


def seen_logs(logs: list[WitnessedLog], keys: LogKeys, own: OwnLogKeys) -> list[SeenLog]:
    """What the server saw, each note checked by its own signature, and against the keys of this workspace's
    log or of the log that a lead admitted for this person (``own``: log -> person and key)."""
    return [
        SeenLog(
            each.person_id,
            each.log_id,
            each.size,
            each.witnessed_at,
            each.worked_at,
            _state(each, keys, own),
            each.unsent,
            each.unsent_since,
        )
        for each in logs
    ]


def _state(seen: WitnessedLog, keys: LogKeys, own: OwnLogKeys) -> LogState:
    if seen.witnessed_at is None:
        return LogState.IDLE if seen.worked_at is None else LogState.SILENT
    try:
        note = parse_checkpoint(seen.note)
    except Damaged:
        return LogState.FOREIGN
    if (note.log_id, note.size) != (seen.log_id, seen.size):
        return LogState.FOREIGN
    is_ours = note.log_id == keys.log_id and note.public_key in keys.every
    is_theirs = own.get(note.log_id) == (seen.person_id, note.every_key[-1])
    if not (is_ours or is_theirs):
        return LogState.FOREIGN
    worked = seen.worked_at
    is_silent = worked is not None and worked > seen.witnessed_at + SILENT_AFTER
    return LogState.SILENT if is_silent else LogState.SEEN
