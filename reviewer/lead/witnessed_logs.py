"""What the server of a team's queue saw of everybody's access log, and who has gone silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from reviewer.access.checkpoint import Checkpoint, parse_checkpoint
from reviewer.access.log_keys import LogKeys
from reviewer.access.seen_ends import SeenEnd
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
    CUT = "cut"
    """A lead saw a longer end of it on the server before, or another of the same length: the server's memory
    was put back."""
    REPLACED = "replaced"
    """They joined with another folder since: that one's log counts."""


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


def seen_logs(
    logs: Sequence[WitnessedLog],
    keys: LogKeys,
    own: OwnLogKeys,
    newest: Mapping[str, str],
    before: Mapping[tuple[str, str], SeenEnd],
) -> tuple[list[SeenLog], list[SeenEnd]]:
    """What the server saw, and what of it the lead's log does not remember yet.

    Each note is checked by its own signature, against the keys of this workspace's log or of the log that a
    lead admitted for this person, and against what a lead saw before. A log that was admitted and never
    shown has a line, too.

    Args:
        logs: what the server says.
        keys: those of this workspace's log.
        own: log -> person and key, of each log that was admitted.
        newest: person -> the log with which they joined last.
        before: the ends that rows of the lead's log remember.
    """
    found, ends = list[SeenLog](), list[SeenEnd]()
    for each in (*logs, *_not_shown(logs, newest)):
        note = _genuine(each, keys, own)
        state = _state(each, note, newest, before)
        times = each.witnessed_at, each.worked_at
        waiting = each.unsent, each.unsent_since
        found.append(SeenLog(each.person_id, each.log_id, each.size, *times, state, *waiting))
        if note is not None and note.root and state is not LogState.CUT:
            end = SeenEnd(each.person_id, each.log_id, note.size, note.root)
            if before.get((end.person_id, end.log_id)) != end:
                ends.append(end)
    return sorted(found, key=lambda one: (one.person_id, one.log_id)), ends


def _not_shown(logs: Sequence[WitnessedLog], newest: Mapping[str, str]) -> list[WitnessedLog]:
    """A line for each log that was admitted last and of which the server says nothing."""
    shown = {(each.person_id, each.log_id) for each in logs}
    known = {each.person_id: each for each in logs if each.log_id}
    return [
        replace(known[person_id], log_id=log_id, size=0, note="", witnessed_at=None)
        for person_id, log_id in newest.items()
        if person_id in known and (person_id, log_id) not in shown
    ]


def _genuine(seen: WitnessedLog, keys: LogKeys, own: OwnLogKeys) -> Checkpoint | None:
    """The note that was shown, if it is of this workspace's log or of one that was admitted for them."""
    try:
        note = parse_checkpoint(seen.note)
    except Damaged:
        return None
    if (note.log_id, note.size) != (seen.log_id, seen.size):
        return None
    is_ours = note.log_id == keys.log_id and note.public_key in keys.every
    is_theirs = own.get(note.log_id) == (seen.person_id, note.every_key[-1])
    return note if is_ours or is_theirs else None


def _state(
    seen: WitnessedLog,
    note: Checkpoint | None,
    newest: Mapping[str, str],
    before: Mapping[tuple[str, str], SeenEnd],
) -> LogState:
    present = newest.get(seen.person_id, seen.log_id)
    last = before.get((seen.person_id, seen.log_id or present))
    if note is not None and seen.log_id != present:
        return LogState.REPLACED
    if seen.witnessed_at is None:
        if last is not None:
            return LogState.CUT
        return LogState.IDLE if seen.worked_at is None else LogState.SILENT
    if note is None:
        return LogState.FOREIGN
    if last is not None and (note.size < last.size or (note.size == last.size and note.root != last.root)):
        return LogState.CUT
    worked = seen.worked_at
    is_silent = worked is not None and worked > seen.witnessed_at + SILENT_AFTER
    return LogState.SILENT if is_silent else LogState.SEEN
