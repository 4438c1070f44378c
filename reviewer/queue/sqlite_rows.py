"""The rows of a queue in the workspace's own file, to move them from there or to there."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from reviewer.db.connection import Database
from reviewer.errors import Damaged, Refused
from reviewer.model.clock import Clock, to_micros
from reviewer.queue.queue_rows import OF_CLIPS, TABLES, Row, Rows, request_answer

_NAMES = {"request": "queue_request"}
_COLUMNS: Mapping[tuple[str, str], str] = {
    ("task", "place"): "rowid",
    ("annotation", "place"): "rowid",
    ("person_language", "tag"): "language",
}
_PASSES_AGREE = "EXISTS (SELECT 1 FROM passes_agree p WHERE p.clip_id = queue_clip.clip_id)"
_EMPTIED = (
    "passes_agree", "late_draft", "final", "verdict", "task_refusal", "annotation", "task", "queue_clip",
    "queue_route", "person_language", "person_skill", "queue_request",
)  # fmt: skip
_KEPT = "annotation_no_delete"  # the trigger that keeps annotations


class SqliteQueueRows:
    """Satisfies ``QueueRows``; what is written is in the open transaction."""

    is_in_workspace = True

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def clip_ids(self, after: str, limit: int) -> list[str]:
        rows = self._database.rows(
            "SELECT clip_id FROM queue_clip WHERE clip_id > ? ORDER BY clip_id LIMIT ?", (after, limit)
        )
        return [row["clip_id"] for row in rows]

    def of_clips(self, clip_ids: Sequence[str]) -> Rows:
        some = " WHERE clip_id IN (SELECT value FROM json_each(?))"
        return {table: self._selected(table, some, (json.dumps(list(clip_ids)),)) for table in OF_CLIPS}

    def of_all(self) -> Rows:
        requests = self._selected("request")
        return {
            "queue_route": self._selected("queue_route"),
            "person_language": self._selected("person_language"),
            "person_skill": self._selected("person_skill"),
            "request": [(key, request_answer(answer), at) for key, answer, at in requests],
        }

    def live_leases(self) -> int:
        now = to_micros(self._clock.now())
        found = self._database.value(
            "SELECT count(*) FROM task WHERE state = 'leased' AND lease_until > ?", (now,)
        )
        return int(found)

    def require_ours(self) -> None:
        """Nothing: the file has been opened, so it is this workspace's, and of this version."""

    def begin(self) -> None:
        self.require_free()

    def begin_to_leave(self) -> None:
        """Nothing: a copy of the file is another file."""

    def require_free(self) -> None:
        if self._database.value("SELECT 1 FROM queue_clip"):
            raise Refused("MOVE_TARGET_USED")

    def add(self, rows: Rows) -> None:
        try:
            for table, those in rows.items():
                self._database.insert_all(
                    _NAMES.get(table, table), [self._values(table, row) for row in those]
                )
        except sqlite3.IntegrityError as error:
            raise Refused("MOVE_ROW_CLASH", table=table) from error
        agreeing = [row[0] for row in rows.get("queue_clip", ()) if row[-1]]
        self._database.insert_all("passes_agree", [{"clip_id": clip_id} for clip_id in agreeing])

    def clear(self) -> None:
        database = self._database
        kept = str(database.value("SELECT sql FROM sqlite_schema WHERE name = ?", (_KEPT,)))
        database.execute(f"DROP TRIGGER {_KEPT}")
        for table in _EMPTIED:
            database.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
        database.execute(kept)

    @contextmanager
    def filling(self) -> Iterator[None]:
        """One transaction, in which references are checked at the end: tasks and annotations name each other,
        and SQLite would look for each of them in tables without an index."""
        if self._is_filling():  # also inside another one
            yield
            return
        self._database.rows("PRAGMA foreign_keys=OFF")
        try:
            with self._database.transaction():
                yield
                self._require_references()
        finally:
            self._database.rows("PRAGMA foreign_keys=ON")

    def held_still(self) -> "nullcontext[None]":
        return nullcontext()

    def finish(self) -> None:
        """Nothing: who may use this file is not the queue's to say."""

    def settle(self) -> None:
        """Nothing: the file is filled in one transaction."""

    def retire(self) -> None:
        with self.filling():
            self.clear()
        self._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def _is_filling(self) -> bool:
        return not self._database.value("PRAGMA foreign_keys")

    def _require_references(self) -> None:
        for table in _EMPTIED:
            if self._database.rows(f"PRAGMA foreign_key_check({table})"):
                raise Damaged("WORKSPACE_ROW_DAMAGED")

    def _selected(self, table: str, some: str = "", values: tuple[Any, ...] = ()) -> list[Row]:
        columns = ", ".join(f"{_stored_as(table, column)} AS {column}" for column in TABLES[table])
        found = self._database.rows(
            f"SELECT {columns} FROM {_NAMES.get(table, table)}{some} ORDER BY 1",  # noqa: S608
            values,
        )
        return [tuple(row.values()) for row in found]

    @staticmethod
    def _values(table: str, row: Row) -> dict[str, Any]:
        named = zip(TABLES[table], row, strict=True)
        return {
            _COLUMNS.get((table, column), column): value
            for column, value in named
            if column != "passes_agree"
        }


def _stored_as(table: str, column: str) -> str:
    return _PASSES_AGREE if column == "passes_agree" else _COLUMNS.get((table, column), column)
