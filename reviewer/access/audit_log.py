"""The access log: rows are added, never changed."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from reviewer.access import signing
from reviewer.access.activity import ActivityCounts
from reviewer.access.checkpoint import (
    COSIGNATURES,
    Checkpoint,
    cosignatures_sum,
    parse_checkpoint,
    write_checkpoint,
)
from reviewer.access.log_chain import (
    GENESIS,
    VERSION,
    LogRow,
    canonical,
    leaf_of,
    link_hash,
    objects_of,
    stored_row,
)
from reviewer.access.log_keys import ENDORSEMENT, KEY, LogKeys, endorse
from reviewer.access.merkle import Frontier, consistency_proof
from reviewer.db.connection import Database, require_regular_files
from reviewer.errors import Damaged, Refused, ReviewerError
from reviewer.model.clock import Clock, ForwardClock, from_micros, to_micros
from reviewer.model.event import Action, DetailValue, Event

CHECKPOINT_EVERY = 256
CHECKPOINT_SECONDS = 300
SEGMENT_ROWS = 100_000
"""A segment ends at the first checkpoint over so many rows, the next at the first over twice so many..."""
MAY_BE_UNSIGNED = frozenset({Action.WORKSPACE_MADE, Action.SIGN_IN_FAILED, Action.ENROL_FAILED})
SESSION_ENDS = frozenset({Action.SIGN_OUT, Action.LOCK})
"""No row of a session follows one of these."""
_PAGE = 1000
_FEW = 25
_STEP = timedelta(seconds=2)
_WALK_BACK = 64
_COLUMNS = "seq, body, prev, hash, signature"


@dataclass(frozen=True, slots=True)
class Head:
    """The length of the log and the hash of its last row (zeros while it is empty)."""

    size: int
    hash: bytes


class AuditLog:
    """Writes the ``log`` table of one workspace.

    From ``unlock`` on every row is signed. Before that only the acts in ``MAY_BE_UNSIGNED`` can be written,
    because a verifier must not have to trust any other unsigned row. Nothing is signed on top of a row that
    another program wrote without the key: so a valid signature vouches for every row before it.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        log_id: str,
        *,
        app_version: str | None = None,
        public_key: bytes = b"",
    ) -> None:
        """``public_key`` is the key with which the log began; without it, the first that is unlocked."""
        self._database = database
        self._clock = ForwardClock.of(clock)
        self.log_id = log_id
        self._app_version = version("reviewer") if app_version is None else app_version
        self._activity = ActivityCounts(database)
        self._first_key = public_key
        self._keys, self._keys_named_in = LogKeys(log_id, public_key), list[int]()
        self._private_keys: dict[bytes, bytes] = {}
        self._signers: dict[bytes, Callable[[bytes], bytes]] = {}
        self._new_keys: Callable[[], Iterable[bytes]] = tuple
        self._holders = 0
        self._ended_sessions: set[str] = set()
        self._written = Head(0, GENESIS)
        self._signs_next = b""
        """The public key that signs the row after ``_written``; empty if the log must be asked."""
        self._is_step_logged = False
        if public_key:
            with suppress(Damaged):  # sign-in and verification say what is wrong with the log
                self._require_signed_end()

    def unlock(self, log_key: bytes) -> None:
        """Signs every row from now on; each ``unlock`` needs one ``lock``.

        Several people may be signed in to one process: all hold the same log key, or know where to find the
        one that replaced it (``find_new_keys``).

        Raises Damaged for a key that is none of this log's.
        """
        public_key = signing.public_key_of(log_key)
        self._first_key = self._first_key or public_key
        if public_key not in self.keys().every:
            raise Damaged("LOG_KEYS_DIFFER")
        self._private_keys[public_key] = log_key
        self._holders += 1

    def find_new_keys(self, find: Callable[[], Iterable[bytes]]) -> None:
        """Registers how this process finds the log's key after another process has replaced it."""
        self._new_keys = find

    def keys(self) -> LogKeys:
        """The keys of this log by row, as its rows name them now."""
        found = self._database.rows(
            "SELECT seq FROM log_index WHERE action = ? ORDER BY seq", (Action.KEYS_REPLACED,)
        )
        named_in = [row["seq"] for row in found]
        if named_in != self._keys_named_in or self._keys.first != self._first_key:
            self._keys, self._keys_named_in = LogKeys(self.log_id, self._first_key), named_in
            for row in (row for seq in named_in for row in self.rows(seq, 1)):
                fields = row.fields()
                if fields["action"] == Action.KEYS_REPLACED:  # else the index was edited
                    self._keys.add(row.seq, fields)
        return self._keys

    def replace_key(self, log_key: bytes, event: Event) -> None:
        """Writes ``event``, the last row that the present key signs, and a checkpoint under the new key.

        Needs a transaction: if that is rolled back, the present key stays.
        """
        present = self.signing_key
        if present is None:
            raise Refused("NOT_LOGGED_NOBODY_SIGNED_IN")
        public_key = signing.public_key_of(log_key)
        detail: dict[str, DetailValue] = {
            **event.detail,
            KEY: public_key.hex(),
            ENDORSEMENT: endorse(present, self.log_id, public_key).hex(),
        }
        self._private_keys[public_key] = log_key
        self.record(replace(event, detail=detail), seal="keys_replaced")

    def lock(self) -> None:
        """Reverts one ``unlock``; the last one drops the key."""
        self._holders = max(0, self._holders - 1)
        if not self._holders:
            self._database.flush()
            self._private_keys.clear()
            self._signers.clear()

    @property
    def signing_key(self) -> bytes | None:
        """The log's present private key; None unless somebody who holds it is signed in."""
        return self._private_key(self.keys().current) if self.is_unlocked else None

    @property
    def is_unlocked(self) -> bool:
        """Whether rows are being signed."""
        return bool(self._private_keys)

    def record(self, event: Event, *, seal: str = "") -> int:
        """Signs and adds one row, in the open transaction if there is one; returns its number.

        A checkpoint follows every 256 rows, when the newest is five minutes old, and when ``seal`` gives a
        reason for one. Raises Refused when nobody is signed in and the act needs a signature, or when its
        session has ended (somebody else may be signed in by now); Unavailable when it cannot be written; the
        act must not happen then.
        """
        if not self.is_unlocked and event.action not in MAY_BE_UNSIGNED:
            raise Refused("NOT_LOGGED_NOBODY_SIGNED_IN")
        with self._database.transaction():
            seq = self._append(event)
            if self.is_unlocked:
                reason = seal or self._due(seq)
                if reason:
                    self.checkpoint(reason)
                self._log_clock_step()
        return seq

    def seal_if_due(self) -> Checkpoint | None:
        """Makes a checkpoint if the newest one is five minutes old, so that idle time is sealed too."""
        if not self.is_unlocked:
            return None
        with self._database.transaction():
            return self.checkpoint("idle") if self._due(self.head().size) else None

    def checkpoint(self, reason: str) -> Checkpoint:
        """Signs the present end of the log, including the row that records the checkpoint.

        ``reason`` is one lower-case word. Raises Refused while nobody is signed in.
        """
        if not self.is_unlocked:
            raise Refused("CHECKPOINT_NOBODY_SIGNED_IN")
        with self._database.transaction():
            newest = self.newest_checkpoint()
            self._append(Event(Action.CHECKPOINT, reason=reason))
            log_key = self._required_key(self.keys().current)
            head, tree = self.head(), self._grown(newest)
            previous = newest.digest() if newest else b""
            made = write_checkpoint(
                log_key,
                self.log_id,
                head.size,
                head.hash,
                self._clock.now(),
                previous,
                reason,
                root=tree.root(),
                endorsements=self.keys().endorsements,
            )
            self._database.execute(
                "INSERT INTO checkpoint (size, note, made_at, tree) VALUES (?, ?, ?, ?)",
                (made.size, made.text, to_micros(made.made_at), tree.to_bytes()),
            )
        return made

    def newest_checkpoint(self) -> Checkpoint | None:
        """The last checkpoint made, or None; raises Damaged when it cannot be read."""
        note = self._database.value("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")
        return None if note is None else parse_checkpoint(note)

    def mark_witnessed(self, size: int, event: Event, cosignatures: tuple[str, ...] = ()) -> None:
        """Writes ``event``, the row that says that a witness keeps the checkpoint of this size, and marks it.

        The row names the sum of the countersignatures that are kept beside the checkpoint.
        Raises Refused if there is no such checkpoint.
        """
        text = "".join(f"{line}\n" for line in cosignatures)
        row = replace(event, detail={**event.detail, COSIGNATURES: cosignatures_sum(text)})
        with self._database.transaction():
            if not self._database.value("SELECT 1 FROM checkpoint WHERE size = ?", (size,)):
                raise Refused("NO_CHECKPOINT", rows=size)
            seq = self.record(row)
            self._database.execute(
                "UPDATE checkpoint SET witnessed_at = ?, witnessed_row = ?, cosignatures = ? WHERE size = ?",
                (to_micros(self._clock.now()), seq, text, size),
            )

    def checkpoint_of(self, size: int) -> Checkpoint:
        """The checkpoint over this many rows; raises Refused if there is none."""
        note = self._database.value("SELECT note FROM checkpoint WHERE size = ?", (size,))
        if note is None:
            raise Refused("NO_CHECKPOINT", rows=size)
        return parse_checkpoint(note)

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The proof (RFC 6962) that the rows of one checkpoint are the first rows of a later one.

        Raises Refused if the first is no checkpoint, or one of an earlier version.
        """
        data = self._database.value("SELECT tree FROM checkpoint WHERE size = ?", (old_size,))
        if data is None or new_size < old_size:
            raise Refused("NO_CHECKPOINT", rows=old_size)
        leaves = (leaf_of(row) for row in self.rows(old_size + 1, new_size - old_size))
        try:
            return consistency_proof(Frontier.from_bytes(old_size, data), leaves)
        except ValueError as error:
            raise Damaged("CHECKPOINT_DAMAGED", rows=old_size) from error

    def witnessed_sizes(self, limit: int) -> list[int]:
        """The sizes of the newest checkpoints that a witness keeps, newest first."""
        found = self._database.rows(
            "SELECT size FROM checkpoint WHERE witnessed_row IS NOT NULL AND tree IS NOT NULL"
            " ORDER BY size DESC LIMIT ?",
            (limit,),
        )
        return [row["size"] for row in found]

    def segments(self) -> list[tuple[int, int]]:
        """The closed segments: the first and last row of each, in order."""
        found: list[tuple[int, int]] = []
        while True:
            last = self._database.value(
                "SELECT min(size) FROM checkpoint WHERE tree IS NOT NULL AND size >= ?",
                ((len(found) + 1) * SEGMENT_ROWS,),
            )
            if last is None or (found and last <= found[-1][1]):
                return found
            found.append((found[-1][1] + 1 if found else 1, last))

    def notes(self, since: int, until: int) -> list[str]:
        """The checkpoints over ``since`` to ``until`` rows, in order, as stored."""
        found = self._database.rows(
            "SELECT note FROM checkpoint WHERE size BETWEEN ? AND ? ORDER BY size", (since, until)
        )
        return [row["note"] for row in found]

    def head(self) -> Head:
        """The present end of the log."""
        row = self._database.row("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1")
        if row is not None and not isinstance(row["hash"], bytes):
            raise Damaged("LOG_ROW_UNREADABLE", row=row["seq"])
        return Head(row["seq"], row["hash"]) if row else Head(0, GENESIS)

    def rows(self, since: int = 1, limit: int | None = None) -> Iterator[LogRow]:
        """Rows from number ``since`` on, in order, at most ``limit``; may include rows added meanwhile."""
        left = limit
        while left is None or left > 0:
            page = self._database.rows(
                f"SELECT {_COLUMNS} FROM log WHERE seq >= ? ORDER BY seq LIMIT ?",  # noqa: S608
                (since, _PAGE if left is None else min(_PAGE, left)),
            )
            if not page:
                return
            yield from (stored_row(row) for row in page)
            since = page[-1]["seq"] + 1
            left = None if left is None else left - len(page)

    def first_since(self, moment: datetime) -> int:
        """The number of the first row that was written then or later; after the last if there is none."""
        found = self._database.value("SELECT min(seq) FROM log_index WHERE at >= ?", (to_micros(moment),))
        return self.head().size + 1 if found is None else int(found)

    def newest_number(self, action: Action) -> int | None:
        """The number of the last row of an act, which is not verified here; None if there is none."""
        seq: int | None = self._database.value("SELECT max(seq) FROM log_index WHERE action = ?", (action,))
        return seq

    def newest(self, action: Action) -> LogRow | None:
        """The last row of an act, which must be signed. Raises Damaged."""
        seq = self.newest_number(action)
        row = None if seq is None else next(self.rows(seq, 1), None)
        if row is None:
            return None
        is_whole = row.hash == link_hash(row.prev, row.body) and row.fields().get("action") == action
        if not is_whole or not signing.verify(self.keys().at(row.seq), row.hash, row.signature):
            raise Damaged("LOG_SIGNATURE_WRONG", row=row.seq)
        return row

    def newest_first(self, action: Action) -> Iterator[LogRow]:
        """The rows of one act, the last first; read as far as somebody asks."""
        before = self.head().size + 1
        while page := self._database.rows(
            "SELECT l.seq, l.body, l.prev, l.hash, l.signature FROM log_index i JOIN log l ON l.seq = i.seq"
            " WHERE i.action = ? AND i.seq < ? ORDER BY i.seq DESC LIMIT ?",
            (action, before, _FEW),
        ):
            yield from (row for row in map(stored_row, page) if row.fields().get("action") == action)
            before = page[-1]["seq"]

    def of_action(self, action: Action, since: int = 0) -> list[LogRow]:
        """The rows of one act after the row ``since``, in order."""
        found = self._database.rows(
            "SELECT l.seq, l.body, l.prev, l.hash, l.signature FROM log_index i JOIN log l ON l.seq = i.seq"
            " WHERE i.action = ? AND i.seq > ? ORDER BY i.seq",
            (action, since),
        )
        return [row for row in map(stored_row, found) if row.fields().get("action") == action]

    def about(self, target: str) -> list[LogRow]:
        """The rows of acts on one clip or person, in order."""
        found = self._database.rows(
            "SELECT l.seq, l.body, l.prev, l.hash, l.signature FROM log_about a JOIN log l ON l.seq = a.seq"
            " WHERE a.object = ? ORDER BY a.seq",
            (target,),
        )
        # The row's object is signed; the index beside it is not.
        rows = (stored_row(row) for row in found)
        return [row for row in rows if target in _objects(row)]

    def first_about(self, target: str) -> LogRow | None:
        """The first row of an act on one clip or person: of a clip, the row of its import."""
        found = self._database.rows(
            "SELECT l.seq, l.body, l.prev, l.hash, l.signature FROM log_about a JOIN log l ON l.seq = a.seq"
            " WHERE a.object = ? ORDER BY a.seq LIMIT 1",
            (target,),
        )
        rows = [row for row in (stored_row(each) for each in found) if target in _objects(row)]
        return rows[0] if rows else None

    def has_session(self, actor: str, session: str, since: datetime) -> bool:
        """Whether somebody has a row of this session, written at ``since`` or later."""
        # The plus keeps SQLite from the index of everything that the actor ever did.
        found = self._database.value(
            "SELECT 1 FROM log_index i JOIN log l ON l.seq = i.seq"
            " WHERE i.at >= ? AND +i.actor = ? AND instr(l.body, ?) LIMIT 1",
            (to_micros(since), actor, canonical({"session": session})[1:-1]),
        )
        return found is not None

    def unwitnessed(self) -> int:
        """The number of rows that no external checkpoint covers yet, without those that record one."""
        seen = self._database.value("SELECT max(size) FROM checkpoint WHERE witnessed_row IS NOT NULL") or 0
        marks = self._database.value("SELECT count(*) FROM checkpoint WHERE witnessed_row > ?", (seen,))
        return int(self.head().size - seen - marks)

    def _due(self, size: int) -> str:
        """Why the log needs a checkpoint now; empty if it does not."""
        newest = self._database.row("SELECT size, made_at FROM checkpoint ORDER BY size DESC LIMIT 1")
        if size - (newest["size"] if newest else 0) >= CHECKPOINT_EVERY:
            return "rows"
        is_old = newest and to_micros(self._clock.now()) - newest["made_at"] > CHECKPOINT_SECONDS * 1_000_000
        return "time" if is_old else ""

    def _grown(self, newest: Checkpoint | None) -> Frontier:
        """The tree over all rows: the one of the newest checkpoint, and the rows since."""
        tree = Frontier()
        if newest is not None and newest.root:
            data = self._database.value("SELECT tree FROM checkpoint WHERE size = ?", (newest.size,))
            with suppress(ValueError):
                kept = Frontier.from_bytes(newest.size, data or b"")
                tree = kept if kept.root() == newest.root else tree
        for row in self.rows(tree.size + 1):
            tree.add(leaf_of(row))
        return tree

    def _log_clock_step(self) -> None:
        """Records once that the machine's clock is behind the newest row."""
        behind = self._clock.behind()
        if behind < _STEP:
            self._is_step_logged = False
        elif not self._is_step_logged:
            self._is_step_logged = True
            self._append(Event(Action.CLOCK_SET_BACK, detail={"seconds": int(behind.total_seconds())}))

    def _append(self, event: Event) -> int:
        if event.session in self._ended_sessions:
            raise Refused("SIGNED_OUT")
        newest = self._database.row(f"SELECT {_COLUMNS} FROM log ORDER BY seq DESC LIMIT 1")  # noqa: S608
        last = stored_row(newest) if newest else None
        head = Head(last.seq, last.hash) if last else Head(0, GENESIS)
        sign, public_key = None, b""
        if self.is_unlocked:
            if head != self._written:
                self._require_signed_end()
            else:
                public_key = self._signs_next
            public_key = public_key or self.keys().current
            sign = self._signer(public_key)
        at = to_micros(self._clock.now())
        body = canonical(self._body(event, head.size + 1, at))
        row_hash = link_hash(head.hash, body)
        signature = sign(row_hash) if sign else b""
        try:
            self._database.execute(
                f"INSERT INTO log ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
                (head.size + 1, body, head.hash, row_hash, signature),
            )
            self._database.execute(
                "INSERT INTO log_index (seq, at, actor, action) VALUES (?, ?, ?, ?)",
                (head.size + 1, at, event.actor, event.action),
            )
            about = objects_of(event.object, event.detail)
            self._database.insert_all("log_about", [{"object": each, "seq": head.size + 1} for each in about])
        except sqlite3.IntegrityError as error:
            raise Damaged("LOG_TAKES_NO_ROW") from error
        if sign is not None:
            self._written = Head(head.size + 1, row_hash)
            self._signs_next = b"" if event.action == Action.KEYS_REPLACED else public_key
        if event.action in SESSION_ENDS:
            self._ended_sessions.add(event.session)
        self._clock.not_before(from_micros(at))
        self._activity.note(event, self._clock.now())
        return head.size + 1

    def _private_key(self, public_key: bytes) -> bytes | None:
        if public_key not in self._private_keys:
            for found in self._new_keys():
                self._private_keys[signing.public_key_of(found)] = found
        return self._private_keys.get(public_key)

    def _required_key(self, public_key: bytes) -> bytes:
        """The private key of the next row. Raises Refused for people who were not given it."""
        log_key = self._private_key(public_key)
        if log_key is None:
            raise Refused("KEYS_REPLACED")
        return log_key

    def _signer(self, public_key: bytes) -> Callable[[bytes], bytes]:
        if public_key not in self._signers:
            self._signers[public_key] = signing.signer(self._required_key(public_key))
        return self._signers[public_key]

    def _require_signed_end(self) -> None:
        """Checks that the last row that must be signed is signed, and that the clock is not before its time.

        Rows of this process need no such check, and every other process makes it before it writes. So one
        valid signature vouches for all rows before it. Raises Damaged.
        """
        end, keys = self.head().size, self.keys()
        while end > 0:
            start = max(1, end - _WALK_BACK + 1)
            for row in reversed(list(self.rows(start, end - start + 1))):
                is_chained = row.hash == link_hash(row.prev, row.body)
                if is_chained and row.signature and signing.verify(keys.at(row.seq), row.hash, row.signature):
                    self._clock.not_before(row.at())
                    return
                if row.signature or not is_chained or row.fields().get("action") not in MAY_BE_UNSIGNED:
                    raise Damaged("LOG_END_NOT_OURS", row=row.seq)
            end = start - 1

    def _body(self, event: Event, seq: int, at: int) -> dict[str, object]:
        return {
            "v": VERSION,
            "log_id": self.log_id,
            "seq": seq,
            "ts": at,
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


def _objects(row: LogRow) -> tuple[str, ...]:
    event = row.event()
    return objects_of(event.object, event.detail)


def newest_row_time(file: Path) -> datetime | None:
    """The time of a workspace file's newest row; None if there is none or it cannot be read."""
    try:
        require_regular_files(file)
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(
                "SELECT seq, body, prev, hash, signature FROM log ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            return LogRow(*row).at() if row else None
    except (sqlite3.Error, ReviewerError):
        return None
