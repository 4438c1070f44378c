"""The access log: rows are added, never changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from reviewer.access import signing
from reviewer.access.activity import ActivityCounts
from reviewer.access.checkpoint import Checkpoint, parse_checkpoint, write_checkpoint
from reviewer.access.log_chain import GENESIS, VERSION, LogRow, canonical, link_hash
from reviewer.db.connection import Database
from reviewer.errors import Damaged, Refused, ReviewerError
from reviewer.model.clock import Clock, to_micros
from reviewer.model.event import Action, Event

CHECKPOINT_EVERY = 256
MAY_BE_UNSIGNED = frozenset({Action.WORKSPACE_MADE, Action.SIGN_IN_FAILED, Action.ENROL_FAILED})
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """The length of the log and the hash of its last row (zeros while it is empty)."""

    size: int
    hash: bytes


class AuditLog:
    """Writes the ``log`` table of one workspace.

    From ``unlock`` on every row is signed. Before that only the acts in ``MAY_BE_UNSIGNED`` can be written,
    because a verifier must not have to trust any other unsigned row.
    """

    def __init__(
        self, database: Database, clock: Clock, log_id: str, *, app_version: str | None = None, boot: str = ""
    ) -> None:
        self._database = database
        self._clock = clock
        self.log_id = log_id
        self._app_version = version("reviewer") if app_version is None else app_version
        self._boot = boot
        self._activity = ActivityCounts(database)
        self._log_key: bytes | None = None
        self._holders = 0

    def unlock(self, log_key: bytes) -> None:
        """Signs every row from now on; each ``unlock`` needs one ``lock``.

        Several people may be signed in to one process: all hold the same log key.

        Raises Damaged for another key.
        """
        if self._log_key is not None and self._log_key != log_key:
            raise Damaged("LOG_KEYS_DIFFER")
        self._log_key = log_key
        self._holders += 1

    def lock(self) -> None:
        """Reverts one ``unlock``; the last one drops the key."""
        self._holders = max(0, self._holders - 1)
        if not self._holders:
            self._log_key = None

    @property
    def is_unlocked(self) -> bool:
        """Whether rows are being signed."""
        return self._log_key is not None

    def record(self, event: Event) -> int:
        """Signs and adds one row, in the open transaction if there is one; returns its number.

        Every 256 rows a checkpoint follows. Raises Refused when nobody is signed in and the act needs a
        signature, Unavailable when it cannot be written; the act must not happen then.
        """
        if self._log_key is None and event.action not in MAY_BE_UNSIGNED:
            raise Refused("NOT_LOGGED_NOBODY_SIGNED_IN")
        with self._database.transaction():
            seq = self._append(event)
            if self.is_unlocked and seq - self._newest_size() >= CHECKPOINT_EVERY:
                self.checkpoint("rows")
        return seq

    def checkpoint(self, reason: str) -> Checkpoint:
        """Signs the present end of the log, including the row that records the checkpoint.

        ``reason`` is one lower-case word. Raises Refused while nobody is signed in.
        """
        log_key = self._log_key
        if log_key is None:
            raise Refused("CHECKPOINT_NOBODY_SIGNED_IN")
        with self._database.transaction():
            newest = self.newest_checkpoint()
            self._append(Event(Action.CHECKPOINT, reason=reason))
            head = self.head()
            previous = newest.digest() if newest else b""
            made = write_checkpoint(
                log_key, self.log_id, head.size, head.hash, self._clock.now(), previous, reason
            )
            self._database.execute(
                "INSERT INTO checkpoint (size, note, made_at) VALUES (?, ?, ?)",
                (made.size, made.text, to_micros(made.made_at)),
            )
        return made

    def newest_checkpoint(self) -> Checkpoint | None:
        """The last checkpoint made, or None; raises Damaged when it cannot be read."""
        note = self._database.value("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")
        return None if note is None else parse_checkpoint(note)

    def mark_witnessed(self, size: int) -> None:
        """Notes that an outside memory holds the checkpoint of this size; raises Refused if there is none."""
        touched = self._database.execute(
            "UPDATE checkpoint SET witnessed_at = ? WHERE size = ?", (to_micros(self._clock.now()), size)
        )
        if not touched:
            raise Refused("NO_CHECKPOINT", rows=size)

    def head(self) -> Head:
        """The present end of the log."""
        row = self._database.row("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1")
        return Head(row["seq"], row["hash"]) if row else Head(0, GENESIS)

    def rows(self, since: int = 1, limit: int | None = None) -> Iterator[LogRow]:
        """Rows from number ``since`` on, in order, at most ``limit``; may include rows added meanwhile."""
        left = limit
        while left is None or left > 0:
            page = self._database.rows(
                "SELECT seq, body, prev, hash, signature FROM log WHERE seq >= ? ORDER BY seq LIMIT ?",
                (since, _PAGE if left is None else min(_PAGE, left)),
            )
            if not page:
                return
            yield from (LogRow(**row) for row in page)
            since = page[-1]["seq"] + 1
            left = None if left is None else left - len(page)

    def about(self, target: str) -> list[LogRow]:
        """The rows of acts on one clip or person, in order."""
        found = self._database.rows(
            "SELECT l.seq, l.body, l.prev, l.hash, l.signature FROM log_about a JOIN log l ON l.seq = a.seq"
            " WHERE a.object = ? ORDER BY a.seq",
            (target,),
        )
        # The row's object is signed; the index beside it is not.
        rows = (LogRow(**row) for row in found)
        return [row for row in rows if row.fields().get("object") == target]

    def unwitnessed(self) -> int:
        """The number of rows that no external checkpoint covers yet."""
        seen = self._database.value("SELECT max(size) FROM checkpoint WHERE witnessed_at IS NOT NULL")
        return self.head().size - (seen or 0)

    def _newest_size(self) -> int:
        return self._database.value("SELECT max(size) FROM checkpoint") or 0

    def _append(self, event: Event) -> int:
        head = self.head()
        body = canonical(self._body(event, head.size + 1))
        row_hash = link_hash(head.hash, body)
        signature = signing.sign(self._log_key, row_hash) if self._log_key else b""
        try:
            self._database.execute(
                "INSERT INTO log (seq, body, prev, hash, signature) VALUES (?, ?, ?, ?, ?)",
                (head.size + 1, body, head.hash, row_hash, signature),
            )
            if event.object:
                self._database.execute(
                    "INSERT INTO log_about (object, seq) VALUES (?, ?)", (event.object, head.size + 1)
                )
        except sqlite3.IntegrityError as error:
            raise Damaged("LOG_TAKES_NO_ROW") from error
        self._activity.note(event, self._clock.now())
        return head.size + 1

    def _body(self, event: Event, seq: int) -> dict[str, object]:
        body: dict[str, object] = {
            "v": VERSION,
            "log_id": self.log_id,
            "seq": seq,
            "ts": to_micros(self._clock.now()),
            "mono": int(self._clock.monotonic() * 1_000_000_000),
            "actor": event.actor,
            "role": event.role,
            "session": event.session,
            "action": event.action,
            "object": event.object,
            "outcome": event.outcome,
            "reason": event.reason,
            "detail": event.detail,
            "app_version": self._app_version,
        }
        if self._boot:
            body["boot"] = self._boot
        return body


def newest_row_time(file: Path) -> datetime | None:
    """The time of a workspace file's newest row; None if there is none or it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(
                "SELECT seq, body, prev, hash, signature FROM log ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            return LogRow(*row).at() if row else None
    except (sqlite3.Error, ReviewerError):
        return None
