"""The one writer connection of a process to the workspace's SQLite file."""

import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlite_utils

from reviewer.db.disk_reserve import DiskReserve
from reviewer.db.table_sums import RowChanges
from reviewer.db.write_lock import WriteLock
from reviewer.errors import Damaged, Unavailable

T = TypeVar("T")
Row = dict[str, Any]
Parameters = Sequence[Any] | Mapping[str, Any]
_WAL_IS_SAFE_FROM = (3, 51, 3)
_BUSY_SECONDS = 30.0
_BESIDE = ("-journal", "-wal", "-shm", ".turn", ".reserve")


def require_regular_files(path: Path) -> None:
    """Raises Unavailable if a workspace file, or one of those beside it, is a pipe, a device or a folder.

    SQLite would wait for a pipe for ever. Those beside it may not be links either, because they are written.
    """
    for suffix in ("", *_BESIDE):
        file = path.with_name(path.name + suffix)
        with suppress(OSError):  # SQLite says of what cannot be reached why not
            if not stat.S_ISREG((file.lstat() if suffix else file.stat()).st_mode):
                problem = "not a regular file"
                raise Unavailable("WORKSPACE_FILE_NOT_OPENED", file=file.name, problem=problem)


class Database:
    """A SQLite file with our pragmas, a fair write lock, and transactions that may be nested.

    All threads of a process share the one connection, one statement or transaction at a time. Two Databases
    of one file in one process take turns like two processes; opening a transaction of one inside a
    transaction of the other raises RuntimeError.
    """

    def __init__(self, path: Path) -> None:
        require_regular_files(path)
        self.path = path
        self.reserve = DiskReserve(path.with_name(path.name + ".reserve"))
        self._lock = threading.RLock()
        self._writer: int | None = None  # the thread whose transaction is open
        self._changes: RowChanges | None = None
        self._before_commit: Callable[[], None] = lambda: None
        self._check_schema: Callable[[sqlite3.Connection], None] | None = None
        self._schema_version = -1
        try:
            self._write_lock = WriteLock(path.with_name(path.name + ".turn"))
        except OSError as error:
            problem = error.strerror or str(error)
            raise Unavailable("WORKSPACE_FILE_NOT_OPENED", file=path.name, problem=problem) from error
        try:
            self._connection = _connect(path)
        except BaseException:
            self._write_lock.close()
            raise
        self.tables = sqlite_utils.Database(self._connection)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Makes all writes inside one commit; nested calls join the outermost.

        The outermost call waits for the write lock, then begins at once (BEGIN IMMEDIATE).
        Raises Unavailable when the disk or another process prevents it, Damaged for a row that breaks the
        rules of its own table: the conflicts that can happen are caught by those who write.
        """
        try:
            if self._writer == threading.get_ident():
                yield
                return
            with self._joined_transaction():
                yield
        except sqlite3.IntegrityError as error:
            raise Damaged("WORKSPACE_ROW_DAMAGED") from error

    @contextmanager
    def _joined_transaction(self) -> Iterator[None]:
        if self._writer == threading.get_ident():
            yield
            return
        # The write lock before SQLite's: waiting for it does not keep others from reading.
        with self._write_lock, self._lock:
            self._begin()
            try:
                yield
                self.flush()
            except BaseException:
                self._writer = None
                self._connection.rollback()
                self.take_changes()
                raise
            self._commit()

    def guard_schema(self, check: Callable[[sqlite3.Connection], None]) -> None:
        """Runs ``check`` now, and in each transaction before which a table or trigger was changed.

        A trigger that another program adds would run inside our own transactions. Raises what ``check``
        raises.
        """
        with self._lock, translated():
            self._connection.execute("BEGIN")
            try:
                self._schema_version = self._read_schema_version()
                check(self._connection)
            finally:
                self._connection.rollback()
        self._check_schema = check

    def before_commit(self, listener: Callable[[], None]) -> None:
        """From now on changed rows are summed, and ``listener`` runs at the end of each transaction."""
        with self._lock, translated():
            self._changes = RowChanges(self._connection)
        self._before_commit = listener

    def flush(self) -> None:
        """Runs the listener now, if a transaction is open: before a key is dropped that it needs."""
        if self._writer == threading.get_ident():
            with translated():
                self._before_commit()

    def take_changes(self) -> dict[str, int]:
        """What the sums of tables changed by since the last call, by table."""
        return self._changes.take() if self._changes else {}

    def raw(self) -> sqlite3.Connection:
        """The connection, for what the listener stores; raises RuntimeError outside a transaction."""
        self.require_transaction()
        return self._connection

    def require_transaction(self) -> None:
        """Raises RuntimeError outside a transaction of this thread: what follows must be one commit."""
        if self._writer != threading.get_ident():
            raise RuntimeError("this must run inside a transaction")

    def require_no_transaction(self) -> None:
        """Raises RuntimeError inside a transaction of this thread: what follows cannot be rolled back."""
        if self._writer == threading.get_ident():
            raise RuntimeError("this must not run inside a transaction")

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Runs one writing statement (in the open transaction, or its own); returns the number of rows."""
        return self._written(lambda: self._connection.execute(sql, parameters).rowcount)

    def insert(self, table: str, values: Mapping[str, Any]) -> None:
        """Adds one row: a value for each column that is named."""
        self.insert_all(table, [values])

    def insert_all(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Adds rows that name the same columns in the same order; inside a transaction if there are several.

        Where one of them fails, those before it are added until the transaction is rolled back.
        """
        if not rows:
            return
        if len(rows) > 1:
            self.require_transaction()
        names, marks = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        values = [tuple(row.values()) for row in rows]
        self._written(lambda: self._connection.executemany(sql, values).rowcount)

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of a query (or of a statement with RETURNING, inside a transaction).

        No two columns have the same name.
        """
        with self._lock:
            return self._undone_if_it_fails(lambda: self._read(sql, parameters))

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        with self._lock, translated():
            found = self._connection.execute(sql, parameters).fetchone()
        return found[0] if found else None

    def copy_to(self, target: Path) -> None:
        """Copies the file as of the last commit, through SQLite's backup. Raises Unavailable, Damaged.

        Inside a transaction of this thread SQLite would wait for its end for ever: raises RuntimeError.
        """
        self.require_no_transaction()
        with self._lock, translated(), closing(sqlite3.connect(target)) as copy:
            self._connection.backup(copy)

    def close(self) -> None:
        with self._lock:
            self._connection.close()
            self._write_lock.close()

    def _read(self, sql: str, parameters: Parameters) -> list[Row]:
        cursor = self._connection.execute(sql, parameters)
        cursor.row_factory = None  # tuples: a dict of a sqlite3.Row compares each name with all others
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _written(self, write: Callable[[], int]) -> int:
        """Runs one writing statement; an import has some for each clip, so nothing more is entered."""
        if self._writer == threading.get_ident():
            return self._undone_if_it_fails(write)
        with self._joined_transaction():
            return self._undone_if_it_fails(write)

    def _undone_if_it_fails(self, statement: Callable[[], T]) -> T:
        """Runs a statement. What a failing one wrote SQLite undoes without a word to its triggers."""
        kept = None if self._changes is None else self._changes.copy()
        try:
            with translated():
                return statement()
        except BaseException:
            if self._changes is not None and kept is not None:
                self._changes.restore(kept)
            raise

    def _begin(self) -> None:
        with translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._require_schema()
            except BaseException:
                self._connection.rollback()
                raise
        self._writer = threading.get_ident()

    def _require_schema(self) -> None:
        if self._check_schema is None or (version := self._read_schema_version()) == self._schema_version:
            return
        self._check_schema(self._connection)
        self._schema_version = version

    def _read_schema_version(self) -> int:
        return int(self._connection.execute("PRAGMA schema_version").fetchone()[0])

    def _commit(self) -> None:
        self._writer = None
        try:
            with translated():
                self._connection.execute("COMMIT")
        except BaseException:
            self._connection.rollback()
            raise


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise Unavailable("WORKSPACE_FILE_NOT_OPENED", file=path.name, problem=str(error)) from error
    try:
        with translated():
            for pragma in _pragmas():
                connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def _pragmas() -> tuple[str, ...]:
    wal = sqlite3.sqlite_version_info >= _WAL_IS_SAFE_FROM
    return (
        f"journal_mode={'WAL' if wal else 'TRUNCATE'}",
        "synchronous=FULL",
        "fullfsync=ON",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
        "mmap_size=0",
        "trusted_schema=OFF",
    )


@contextmanager
def translated() -> Iterator[None]:
    """Translates the driver's errors; those caused by our own bugs pass unchanged."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Unavailable("WORKSPACE_FILE_FAILED", problem=str(error)) from error
    except sqlite3.DatabaseError as error:
        if type(error) is sqlite3.DatabaseError:  # not a subclass: the file itself is damaged
            raise _damaged(error) from error
        raise
    except OverflowError as error:  # computed from a number of the file, and too large for it
        raise Damaged("WORKSPACE_ROW_DAMAGED") from error
    except UnicodeDecodeError as error:  # also a message in which SQLite quotes a broken schema
        raise _damaged(error) from error


def _damaged(error: Exception) -> Damaged:
    return Damaged("WORKSPACE_FILE_DAMAGED", problem=str(error))
