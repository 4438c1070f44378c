"""Which ends of people's access logs a lead saw on the server: rows of the lead's own log remember them.

The server of a queue is a witness whose owner can put back an earlier end, so that a log that was cut
extends it again. The lead's log, which others witness, says what the server had before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewer.access.audit_log import AuditLog
from reviewer.model.event import Action, DetailValue

MOST_IN_A_ROW = 500


@dataclass(frozen=True, slots=True)
class SeenEnd:
    """A person's log had ``size`` rows under the Merkle root ``root``."""

    person_id: str
    log_id: str
    size: int
    root: bytes


def seen_ends(log: AuditLog) -> dict[tuple[str, str], SeenEnd]:
    """The last end of each person's log that rows remember, by person and log."""
    found = (end for row in log.of_action(Action.LOG_SEEN) for end in ends_of(row.event().detail))
    return {(end.person_id, end.log_id): end for end in found}


def ends_of(detail: Mapping[str, DetailValue]) -> Iterator[SeenEnd]:
    """What one row remembers; nothing of a row that is none of ours."""
    lists = [detail.get(name) for name in ("people", "logs", "rows", "roots")]
    if all(isinstance(each, list) for each in lists):
        for person_id, log_id, size, root in zip(*lists, strict=False):
            yield SeenEnd(str(person_id), str(log_id), int(str(size)), bytes.fromhex(str(root)))


def details(ends: Sequence[SeenEnd]) -> Iterable[dict[str, DetailValue]]:
    """The details of the rows that remember these ends."""
    for start in range(0, len(ends), MOST_IN_A_ROW):
        some = ends[start : start + MOST_IN_A_ROW]
        yield {
            "people": [each.person_id for each in some],
            "logs": [each.log_id for each in some],
            "rows": [each.size for each in some],
            "roots": [each.root.hex() for each in some],
        }
