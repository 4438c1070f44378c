"""The rows of a queue as values that are the same in every backend, to copy and to compare them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import shake_256
from typing import Any, Protocol

from reviewer.model.serialization import from_json, to_json
from reviewer.model.task import Lease

_DIGEST_BITS = 2048
_MODULUS = 1 << _DIGEST_BITS
PAGE = 500
"""How many clips are read, or copied in one transaction, at a time."""

Row = tuple[Any, ...]
Rows = Mapping[str, Sequence[Row]]
"""The rows of some tables by the table's name, their values in the order of ``TABLES``."""

# ``place`` is the order in which rows were added: SQLite's rowid, the column ``place`` on a server.
OF_CLIPS: Mapping[str, tuple[str, ...]] = {
    "queue_clip": (
        "clip_id", "state", "passes", "open_until", "reason", "hold", "route", "is_distressing",
        "passes_agree",
    ),
    "task": (
        "place", "id", "clip_id", "kind", "round", "state", "priority", "sort_key", "route", "person_id",
        "token", "lease_until", "lease_started", "prefetch", "submission_key", "annotation_id", "reviewed_id",
        "parent_id", "assigned_to", "draw_id", "taken_back",
    ),
    "task_refusal": ("at", "task_id", "clip_id", "person_id", "kind", "reason"),
    "annotation": (
        "place", "id", "submission_key", "task_id", "clip_id", "author", "parent", "schema_version",
        "conventions_version", "digest", "sealed", "made_at",
    ),
    "verdict": (
        "id", "task_id", "clip_id", "annotation_id", "kind", "comment", "person_id", "token", "at", "signed",
    ),
    "final": ("clip_id", "annotation_id", "verdict_id"),
    "late_draft": (
        "kept_at", "id", "task_id", "clip_id", "person_id", "key", "sealed", "state", "reason",
        "annotation_id", "decided_at",
    ),
}  # fmt: skip
OF_ALL: Mapping[str, tuple[str, ...]] = {
    "queue_route": ("route", "skill", "locale"),
    "person_language": ("person_id", "tag"),
    "person_skill": ("person_id", "skill"),
    "request": ("key", "answer", "at"),
}
TABLES: Mapping[str, tuple[str, ...]] = {**OF_ALL, **OF_CLIPS}


class QueueRows(Protocol):
    """All rows of one queue, for its owner."""

    @property
    def is_in_workspace(self) -> bool:
        """Whether the rows are in the workspace's own file, and so part of its transactions."""
        ...

    def clip_ids(self, after: str, limit: int) -> list[str]:
        """The next clips after one, in the order of their ids; the first for an empty one."""
        ...

    def of_clips(self, clip_ids: Sequence[str]) -> Rows:
        """The rows of these clips in each table of ``OF_CLIPS``, in their order."""
        ...

    def of_all(self) -> Rows:
        """The rows of each table of ``OF_ALL``."""
        ...

    def live_leases(self) -> int:
        """How many tasks somebody has now."""
        ...

    def require_ours(self) -> None:
        """Raises Refused unless this workspace's queue is here, as this version of the program knows it."""
        ...

    def require_free(self) -> None:
        """Raises Refused when another workspace's queue, or one that is in use, is here."""
        ...

    def begin(self) -> None:
        """Makes the place ready to be filled, or goes on with one that was begun. Raises Refused."""
        ...

    def begin_to_leave(self) -> None:
        """Marks the place that will be emptied, so that ``retire`` spares one that was moved to again."""
        ...

    def add(self, rows: Rows) -> None:
        """Adds rows, all of them or none. Raises Refused."""
        ...

    def clear(self) -> None:
        """Removes every row."""
        ...

    def filling(self) -> AbstractContextManager[None]:
        """The block in which rows that refer to each other may be added or removed."""
        ...

    def held_still(self) -> AbstractContextManager[None]:
        """Keeps everybody else from changing rows until the block ends, even by an error."""
        ...

    def finish(self) -> None:
        """Lets people use what was filled; until ``settle`` it can still be filled anew."""
        ...

    def settle(self) -> None:
        """Ends the move there: from now on the place is in use."""
        ...

    def retire(self) -> None:
        """Removes every row, and lets nobody use the place any more."""
        ...


@dataclass(frozen=True, slots=True)
class TableDigest:
    """A table's rows: how many, and a sum of their hashes, which does not depend on their order."""

    rows: int = 0
    sum: int = 0

    def plus(self, table: str, rows: Sequence[Row]) -> "TableDigest":
        """With more rows."""
        return TableDigest(
            self.rows + len(rows), (self.sum + sum(_hash(table, row) for row in rows)) % _MODULUS
        )


def digests(queue: QueueRows) -> dict[str, TableDigest]:
    """The digest of every table; equal rows give equal digests in every backend."""
    found = dict.fromkeys(TABLES, TableDigest())
    for rows in (queue.of_all(), *_clips_of(queue)):
        for table, those in rows.items():
            found[table] = found[table].plus(table, those)
    return found


def copy_rows(source: QueueRows, target: QueueRows) -> None:
    """Copies what the target lacks, some clips in a transaction; a target that differs is filled anew."""
    if not _copy_missing(source, target):
        with target.filling():
            target.clear()
        _copy_missing(source, target)


def request_answer(text: str) -> str:
    """The answer to a request in one form, however a backend keeps it. Raises Damaged."""
    return to_json(from_json(Lease, text))


def person_of_answer(answer: str) -> str:
    """Whose lease an answer is; empty for what is not an answer."""
    lease = json.loads(answer)
    return str(lease["person_id"]) if lease else ""


def _copy_missing(source: QueueRows, target: QueueRows) -> bool:
    """False when the target has rows that are not the source's as they are now."""
    wanted, there = source.of_all(), target.of_all()
    if any(there.values()):
        if not _is_equal(wanted, there):
            return False
    else:
        target.add(wanted)
    for clip_ids in _pages(source, PAGE):
        wanted, there = source.of_clips(clip_ids), target.of_clips(clip_ids)
        if not there["queue_clip"]:
            target.add(wanted)
        elif not _is_equal(wanted, there):
            return False
    return True


def _is_equal(one: Rows, other: Rows) -> bool:
    return all(
        TableDigest().plus(table, one[table]) == TableDigest().plus(table, other[table]) for table in one
    )


def _clips_of(queue: QueueRows) -> Iterator[Rows]:
    for clip_ids in _pages(queue, PAGE):
        yield queue.of_clips(clip_ids)


def _pages(queue: QueueRows, limit: int) -> Iterator[list[str]]:
    after = ""
    while clip_ids := queue.clip_ids(after, limit):
        yield clip_ids
        after = clip_ids[-1]


def _hash(table: str, row: Row) -> int:
    """``repr`` tells NULL, numbers, text and bytes apart."""
    return int.from_bytes(shake_256(repr((table, row)).encode()).digest(_DIGEST_BITS // 8), "big")
