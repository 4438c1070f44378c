"""Which ends of people's access logs a lead saw on the server: rows of the lead's own log remember them.

The server of a queue is a witness whose owner can put back an earlier end, so that a log that was cut
extends it again. The lead's log, which others witness, says what the server had before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewer.access.audit_log import AuditLog
from reviewer.model.event import Action, DetailValue

MOST_IN_A_ROW = 500
MOST_ROWS = 20
"""So many rows are read at most, and those that name every end."""
_EVERY = "every"


@dataclass(frozen=True, slots=True)
class SeenEnd:
    """A person's log had ``size`` rows under the Merkle root ``root``."""

    person_id: str
    log_id: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class SeenEnds:
    """The last end of each person's log that rows remember, by person and log.

    ``rows``: how many had to be read for it.
    """

    last: Mapping[tuple[str, str], SeenEnd]
    rows: int


def seen_ends(log: AuditLog) -> SeenEnds:
    """Reads back to the last rows that name every end, or to the beginning. Raises Damaged."""
    last: dict[tuple[str, str], SeenEnd] = {}
    read = 0
    for row in log.newest_first(Action.LOG_SEEN):
        detail = row.event().detail
        for end in ends_of(detail):
            last.setdefault((end.person_id, end.log_id), end)
        read += 1
        if detail.get(_EVERY):
            break
    return SeenEnds(last, read)


def ends_of(detail: Mapping[str, DetailValue]) -> Iterator[SeenEnd]:
    """What one row remembers; nothing of a row in another form."""
    lists = [detail.get(name) for name in ("people", "logs", "rows", "roots")]
    if all(isinstance(each, list) for each in lists):
        for person_id, log_id, size, root in zip(*lists, strict=False):
            yield SeenEnd(str(person_id), str(log_id), int(str(size)), bytes.fromhex(str(root)))


def details(new: Sequence[SeenEnd], before: SeenEnds) -> Iterator[dict[str, DetailValue]]:
    """The details of the rows that remember these ends.

    Now and then they name every end, so that nobody has to read further back; the first of them says so.
    These rows and the reading of ``before`` must be one transaction: else an end that another process
    remembers in between would be forgotten.
    """
    is_every = before.rows >= MOST_ROWS
    ends = [*new]
    if is_every:
        ends = [*{**before.last, **{(end.person_id, end.log_id): end for end in new}}.values()]
    for start in range(0, len(ends), MOST_IN_A_ROW):
        some = ends[start : start + MOST_IN_A_ROW]
        named: dict[str, DetailValue] = {_EVERY: True} if is_every and start == 0 else {}
        yield named | {
            "people": [each.person_id for each in some],
            "logs": [each.log_id for each in some],
            "rows": [each.size for each in some],
            "roots": [each.root.hex() for each in some],
        }
