"""Signs the sums over the rows of all tables, so that an edit by anything but this program is found.

Each commit by somebody who is signed in renews the seal: the log's key signs the sums together with the end
of the log. Nothing is signed on top of a seal that does not verify, and what another program writes changes
no sum, so its edit stays visible for ever.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, ClassVar

from reviewer.access import signing
from reviewer.access.audit_log import AuditLog, Head
from reviewer.access.log_walk import LogWalk, Mismatch
from reviewer.db.connection import Database
from reviewer.db.schema import count_migrations, migrate, migrations
from reviewer.db.schema_objects import require_own_objects
from reviewer.db.table_sums import different_tables, store_sums, stored_sums, table_sums
from reviewer.db.workspace_meta import read_meta
from reviewer.errors import Damaged, Notice, Refused
from reviewer.model.clock import Clock
from reviewer.model.event import Action, Event

MIGRATIONS = "migrations"
"""In the details of a row: how many migrations the tables had when they were summed anew."""


def upgrade(database: Database, clock: Clock) -> None:
    """Migrates a workspace file, and lets nothing be written to it while its tables or triggers are not ours.

    What a migration changes is summed anew, so nothing may have been changed by another program before.

    Raises: Refused for another version's file; Damaged for one that another program changed.
    """
    if migrations.pending(database.tables):
        _require_signed_sums(database, clock)
    migrate(database)
    database.guard_schema(require_own_objects)


@dataclass(frozen=True, slots=True)
class TableSeal:
    """The end of the log at a commit, the number of migrations of the file, and the signature."""

    head: Head
    migrations: int
    signature: bytes

    def verifies(self, public_key: bytes, log_id: str, sums: Mapping[str, int]) -> bool:
        """Whether these sums were signed."""
        message = _message(log_id, self.head, self.migrations, sums)
        return signing.verify(public_key, message, self.signature)


class TableSeals:
    """Renews the seal at every commit of one connection."""

    def __init__(self, database: Database, log: AuditLog) -> None:
        self._database = database
        self._log = log
        self._own: TableSeal | None = None
        database.before_commit(self._renew)

    def begin(self, log_key: bytes) -> None:
        """Sums all rows as they are, and signs."""
        connection = self._database.raw()
        self._database.take_changes()
        connection.execute("DELETE FROM table_sum")
        sums = table_sums(connection)
        store_sums(connection, sums)
        self._sign(log_key, sums)

    def _renew(self) -> None:
        """Adds what this commit changed to the sums and signs.

        Raises Refused for a change while nobody is signed in: the rows would never fit their sums again.
        """
        changes = self._database.take_changes()
        log_key = self._log.signing_key
        connection = self._database.raw()
        seal = _read(connection)
        if log_key is None:
            if seal is not None and any(changes.values()):
                raise Refused("NOT_LOGGED_NOBODY_SIGNED_IN")
            return
        if seal is None:
            if not self._was_sealed():
                self._begin_anew(log_key)
            return
        if not changes and seal == self._own and seal.head == self._log.head():
            return
        sums = stored_sums(connection)
        public_key = self._log.keys().at(seal.head.size + 1)
        if seal != self._own and not seal.verifies(public_key, self._log.log_id, sums):
            return
        if seal.migrations != count_migrations(connection):
            self._begin_anew(log_key)
            return
        changed = {name: sums.get(name, 0) + change for name, change in changes.items()}
        store_sums(connection, changed)
        self._sign(log_key, stored_sums(connection))

    def _begin_anew(self, log_key: bytes) -> None:
        """Sums and signs the tables of a file of an earlier version, with a row in the log."""
        count = count_migrations(self._database.raw())
        self._log.record(Event(Action.TABLES_SEALED, detail={MIGRATIONS: count}))
        self.begin(log_key)

    def _was_sealed(self) -> bool:
        if self._database.value("SELECT 1 FROM log_index WHERE action = ?", (Action.TABLES_SEALED,)):
            return True
        return any(MIGRATIONS in row.fields()["detail"] for row in self._log.rows(1, 1))

    def _sign(self, log_key: bytes, sums: Mapping[str, int]) -> None:
        connection, head = self._database.raw(), self._log.head()
        count = count_migrations(connection)
        seal = TableSeal(head, count, signing.sign(log_key, _message(self._log.log_id, head, count, sums)))
        connection.execute("DELETE FROM table_seal")
        connection.execute(
            "INSERT INTO table_seal (size, head, migrations, signature) VALUES (?, ?, ?, ?)",
            (head.size, head.hash, count, seal.signature),
        )
        self._own = seal


@dataclass(slots=True)
class SealRows:
    """The rows of the log that say that the tables have been summed, in order."""

    actions: ClassVar[frozenset[Action]] = frozenset({Action.WORKSPACE_MADE, Action.TABLES_SEALED})
    counts: list[int] = field(default_factory=list)

    def add(self, seq: int, fields: dict[str, Any]) -> None:
        """Takes a row that verified; the tables may be summed again only for a new version of them."""
        count = fields["detail"].get(MIGRATIONS)
        if not isinstance(count, int):
            return
        if self.counts and count <= self.counts[-1]:
            raise Mismatch(seq, Notice("TABLES_SUMMED_AGAIN", {"row": seq}))
        self.counts.append(count)


@dataclass(frozen=True, slots=True)
class SealedTables:
    """The seal and the sums, stored and computed, read in the snapshot in which the log's end was read."""

    seal: TableSeal | None
    stored: Mapping[str, int]
    computed: Mapping[str, int]
    later: int
    """How many signed rows the log has after the seal."""
    are_forms_whole: bool = True

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> "SealedTables":
        """Reads them; a file of an earlier version has none."""
        exists = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'table_seal'").fetchone()
        seal = _read(connection) if exists else None
        if seal is None:
            return cls(None, {}, {}, 0)
        later = connection.execute(
            "SELECT count(*) FROM log WHERE seq > ? AND length(signature) > 0", (seal.head.size,)
        ).fetchone()[0]
        forms = connection.execute("SELECT sha256, id, body FROM label_schema").fetchall()
        return cls(
            seal,
            stored_sums(connection),
            table_sums(connection),
            later=int(later),
            are_forms_whole=all(_is_whole_form(*form) for form in forms),
        )

    def match(self, walk: LogWalk, rows: SealRows) -> None:
        """Raises Mismatch when any table is not as this program left it."""
        if self.seal is None:
            if rows.counts:
                raise Mismatch(None, Notice("TABLE_SEAL_MISSING"))
            return
        end = walk.ends.get(self.seal.head.size)
        is_newest = not self.later and end is not None and end[0] == self.seal.head.hash
        public_key = walk.keys.at(self.seal.head.size + 1)
        if not is_newest or not self.seal.verifies(public_key, walk.log_id, self.stored):
            raise Mismatch(None, Notice("TABLE_SEAL_WRONG"))
        names = different_tables(self.stored, self.computed)
        names += [] if self.are_forms_whole else ["label_schema"]
        if names:
            raise Mismatch(None, Notice("TABLES_DIFFER", {"names": ", ".join(names)}))


def _read(connection: sqlite3.Connection) -> TableSeal | None:
    row = connection.execute("SELECT size, head, migrations, signature FROM table_seal").fetchone()
    if row is None:
        return None
    size, head, migrations, signature = row
    return TableSeal(Head(size, head), migrations, signature)


def _require_signed_sums(database: Database, clock: Clock) -> None:
    """Raises Damaged where the sums that a migration compares rows with are not those that were signed."""
    if not database.value("SELECT 1 FROM sqlite_schema WHERE name = 'table_seal'"):
        return
    meta = read_meta(database)
    keys = AuditLog(database, clock, meta.log_id, public_key=meta.log_public_key).keys()
    with database.transaction():
        seal, sums = _read(database.raw()), stored_sums(database.raw())
    if seal is not None and not seal.verifies(keys.at(seal.head.size + 1), meta.log_id, sums):
        raise Damaged("TABLE_SEAL_WRONG")


def _message(log_id: str, head: Head, migrations: int, sums: Mapping[str, int]) -> bytes:
    listed = "\n".join(f"{name} {total:x}" for name, total in sorted(sums.items()))
    digest = sha256(listed.encode()).hexdigest()
    return f"reviewer tables\n{log_id}\n{head.size}\n{head.hash.hex()}\n{migrations}\n{digest}\n".encode()


def _is_whole_form(digest: str, schema_id: str, body: object) -> bool:
    """Whether a label form says what its digest is of, and bears its own name, by which work refers to it."""
    if not isinstance(body, str) or sha256(body.encode()).hexdigest() != digest:
        return False
    try:
        return schema_id.partition("+")[0] == "{name}@{version}".format_map(json.loads(body))
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
