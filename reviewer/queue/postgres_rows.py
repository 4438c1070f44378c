"""The rows of a queue on a PostgreSQL server, for the owner of its database, to move them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from psycopg import errors, sql

from reviewer.errors import Refused
from reviewer.model.language_tags import NO_LANGUAGE, subtags
from reviewer.queue.postgres_connection import meaning
from reviewer.queue.postgres_schema import TABLES_VERSION
from reviewer.queue.queue_rows import OF_CLIPS, TABLES, Row, Rows, person_of_answer, request_answer

_PEOPLE = "reviewer_contractor, reviewer_qa, reviewer_lead"
_CYCLE = (
    "SELECT conname FROM pg_constraint WHERE contype = 'f'"
    " AND conrelid = 'reviewer_data.task'::regclass AND confrelid = 'reviewer_data.annotation'::regclass"
)
_EMPTIED = (
    "draw, clip_facts, late_draft, final, verdict, lease_given, task_refusal, annotation, task, queue_clip,"
    " queue_route, person_language, person_skill, person_turn, request, unsent_work, personal_data_mark,"
    " redaction, redaction_lease, resealed_clip, limits_lifted"
)
_LEASED = "task_id, token, person_id, at"
# What SQLite does not keep: tags in their parts, and whose request it was.
_ADDED: Mapping[str, tuple[str, ...]] = {
    "queue_route": ("language", "script", "region"),
    "person_language": ("language", "script", "region"),
    "request": ("person_id",),
}


class PostgresQueueRows:
    """Satisfies ``QueueRows``, over a connection of the owner that commits by itself.

    While rows are moved there or away, no login of a person can use the schema.
    """

    is_in_workspace = False

    def __init__(
        self, connection: psycopg.Connection[Any], workspace_id: str, set_up: Callable[[], None]
    ) -> None:
        """``set_up`` makes tables and functions, and the login of the lead who moves."""
        self._connection = connection
        self._workspace_id = workspace_id
        self._set_up = set_up

    def clip_ids(self, after: str, limit: int) -> list[str]:
        rows = self._rows(
            "SELECT clip_id FROM reviewer_data.queue_clip WHERE clip_id > %s ORDER BY clip_id LIMIT %s",
            (after, limit),
        )
        return [row[0] for row in rows]

    def of_clips(self, clip_ids: Sequence[str]) -> Rows:
        return {
            table: self._selected(table, " WHERE clip_id = ANY (%s)", (list(clip_ids),)) for table in OF_CLIPS
        }

    def of_all(self) -> Rows:
        requests = self._rows("SELECT key, answer::text, at FROM reviewer_data.request")
        return {
            "queue_route": self._selected("queue_route"),
            "person_language": self._selected("person_language"),
            "person_skill": self._selected("person_skill"),
            "request": [(key, request_answer(answer or "null"), at) for key, answer, at in requests],
        }

    def live_leases(self) -> int:
        rows = self._rows(
            "SELECT count(*) FROM reviewer_data.task"
            " WHERE state = 'leased' AND lease_until > reviewer_data.now_micros()"
        )
        return int(rows[0][0])

    def require_ours(self) -> None:
        if not self._is_there("meta"):
            raise Refused("QUEUE_SERVER_OLD")
        ((workspace_id, version),) = self._rows("SELECT workspace_id, tables_version FROM reviewer_data.meta")
        if workspace_id != self._workspace_id:
            raise Refused("QUEUE_OTHER_WORKSPACE")
        if version != TABLES_VERSION:
            raise Refused("QUEUE_SERVER_OLD" if version < TABLES_VERSION else "QUEUE_SERVER_NEW")

    def require_free(self) -> None:
        if not self._is_there("meta"):
            return
        self.require_ours()
        if not self._is_there("move") and self._rows("SELECT 1 FROM reviewer_data.queue_clip LIMIT 1"):
            raise Refused("MOVE_TARGET_USED")

    def begin(self) -> None:
        self.require_free()
        with _translated(), self._connection.transaction():
            self._set_up()
            self._do(f"REVOKE USAGE ON SCHEMA reviewer FROM {_PEOPLE}")
            self._do("CREATE TABLE IF NOT EXISTS reviewer_data.move (begun_at timestamptz DEFAULT now())")
            self._do("DROP TABLE IF EXISTS reviewer_data.moving_away")
            self._set_cycle("DEFERRABLE INITIALLY IMMEDIATE")

    def begin_to_leave(self) -> None:
        with _translated():
            self._do("CREATE TABLE IF NOT EXISTS reviewer_data.moving_away (at timestamptz DEFAULT now())")

    def add(self, rows: Rows) -> None:
        with _translated(), self._connection.transaction():
            self._do("SET CONSTRAINTS ALL DEFERRED")
            for table, those in rows.items():
                self._copy(
                    table, [*TABLES[table], *_ADDED.get(table, ())], [_added(table, row) for row in those]
                )
            self._copy("lease_given", _LEASED.split(", "), _leases(rows.get("task", ())))

    def clear(self) -> None:
        with _translated():
            self._do(f"TRUNCATE {_qualified(_EMPTIED)}")

    def filling(self) -> "nullcontext[None]":
        return nullcontext()

    @contextmanager
    def held_still(self) -> Iterator[None]:
        with _translated(), self._connection.transaction():
            self._do(f"LOCK TABLE {_qualified(_EMPTIED)} IN SHARE MODE")
            yield

    def finish(self) -> None:
        with _translated(), self._connection.transaction():
            for table in ("task", "annotation"):
                self._do(
                    f"SELECT setval(pg_get_serial_sequence('reviewer_data.{table}', 'place'),"  # noqa: S608
                    f" greatest(max(place), 1), max(place) IS NOT NULL) FROM reviewer_data.{table}"
                )
            self._set_cycle("NOT DEFERRABLE")
            self._do(f"GRANT USAGE ON SCHEMA reviewer TO {_PEOPLE}")

    def settle(self) -> None:
        with _translated():
            self._do("DROP TABLE IF EXISTS reviewer_data.move")

    def retire(self) -> None:
        with _translated(), self._connection.transaction():
            if not self._is_there("moving_away"):
                return
            self._do(f"REVOKE USAGE ON SCHEMA reviewer FROM {_PEOPLE}")
            self._do(f"TRUNCATE {_qualified(f'{_EMPTIED}, agreement_signed, person_login, team_policy')}")
            self._do("DROP TABLE reviewer_data.moving_away")

    def _is_there(self, table: str) -> bool:
        ((is_there,),) = self._rows("SELECT to_regclass(%s) IS NOT NULL", (f"reviewer_data.{table}",))
        return bool(is_there)

    def _set_cycle(self, when: str) -> None:
        """Tasks and annotations name each other: while they are filled, that is checked at a commit."""
        for (name,) in self._rows(_CYCLE):
            altered = sql.SQL("ALTER TABLE reviewer_data.task ALTER CONSTRAINT {} " + when)
            self._connection.execute(altered.format(sql.Identifier(name)))

    def _copy(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        if not rows:
            return
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier("reviewer_data", table), names)
        with self._connection.cursor() as cursor, cursor.copy(into) as copying:
            for row in rows:
                copying.write_row(row)

    def _selected(self, table: str, some: str = "", values: tuple[Any, ...] = ()) -> list[Row]:
        columns = ", ".join(TABLES[table])
        return self._rows(f"SELECT {columns} FROM reviewer_data.{table}{some} ORDER BY 1", values)  # noqa: S608

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Row]:
        with _translated():
            found = self._connection.execute(query.encode(), values).fetchall()
        return [tuple(int(value) if isinstance(value, bool) else value for value in row) for row in found]

    def _do(self, statement: str) -> None:
        self._connection.execute(statement.encode())


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except errors.UniqueViolation as error:
        raise Refused("MOVE_ROW_CLASH", table=error.diag.table_name or "") from error
    except psycopg.Error as error:
        raise meaning(error) from error


def _added(table: str, row: Row) -> Row:
    """A row with the columns that only a server has."""
    if table == "request":
        return (*row, person_of_answer(row[1]))
    if table not in _ADDED:
        return row
    language, script, region = subtags(row[-1])
    is_for_all = table == "queue_route" and language in NO_LANGUAGE
    return (*row, "" if is_for_all else language, script, region)


def _leases(tasks: Sequence[Row]) -> list[Row]:
    """The leases that tasks have: the server keeps late work only from who had one."""
    named = [dict(zip(TABLES["task"], row, strict=True)) for row in tasks]
    return [
        (task["id"], task["token"], task["person_id"], task["lease_started"])
        for task in named
        if task["state"] == "leased"
    ]


def _qualified(tables: str) -> str:
    return ", ".join(f"reviewer_data.{table}" for table in tables.split(", "))
