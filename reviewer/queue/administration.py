"""Sets up the server of a team's queue, and its people's logins, as the owner of its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from reviewer.errors import Refused
from reviewer.model.people import Person, PersonState
from reviewer.queue.api import DatabaseOwner
from reviewer.queue.limited_connection import CALL_SECONDS, MOST_BYTES, LimitedConnection, limits
from reviewer.queue.postgres_connection import QueueAddress, meaning
from reviewer.queue.postgres_rows import PostgresQueueRows
from reviewer.queue.postgres_schema import ServerRules, add_login, set_up, tells_too_much

_LONG_SECONDS = 600
"""A statement that makes an index, or copies some thousand rows, takes longer than a call of a window."""
_LOCK_SECONDS = 30  # while a table's lock is waited for, everybody who uses it waits
_IDLE_SECONDS = 3600  # a move home checks the whole file while it holds the server still
_MARGIN_SECONDS = 5
_MOST_BYTES = 1 << 30  # requests and routes are read whole


class QueueAdministration:
    """What a lead does on the server; without an owner, name and password come from the environment."""

    def __init__(
        self,
        address: QueueAddress,
        workspace_id: str,
        rules: ServerRules,
        owner: DatabaseOwner | None = None,
    ) -> None:
        said = {} if owner is None else {"user": owner.name, "password": owner.password}
        login = {key: value for key, value in said.items() if value}
        self._conninfo = make_conninfo(address.conninfo, **login)
        self._workspace_id = workspace_id
        self._rules = rules

    def set_up(self) -> None:
        """Makes or updates tables, functions and rules. Raises Refused, Unavailable; then nothing changed."""
        with self._connection(_LONG_SECONDS) as connection:
            set_up(connection, self._workspace_id, self._rules)

    def tells_too_much(self) -> bool:
        """Whether people's logins can still see each other's work, until a superuser has taken that from
        them.

        Raises Refused, Unavailable.
        """
        with self._connection() as connection:
            return tells_too_much(connection)

    def add_login(self, login: str, person: Person, verifier: str) -> None:
        """Makes the login of a person, or gives it another verifier.

        Raises: Refused, also (code NO_ACCOUNT) for somebody who is not enrolled now, as by an old request;
            Unavailable.
        """
        if person.state is not PersonState.ACTIVE:
            raise Refused("NO_ACCOUNT")
        with self._connection() as connection:
            add_login(connection, login, person.id, person.role, verifier)

    @contextmanager
    def rows(self, login: str, person: Person, verifier: str) -> Iterator[PostgresQueueRows]:
        """All rows of the queue, to be moved; setting up also makes a login for this person."""
        with self._connection(_LONG_SECONDS, most_bytes=_MOST_BYTES) as connection:

            def make() -> None:
                set_up(connection, self._workspace_id, self._rules)
                add_login(connection, login, person.id, person.role, verifier)

            yield PostgresQueueRows(connection, self._workspace_id, make)

    @contextmanager
    def _connection(
        self, seconds: int = CALL_SECONDS, most_bytes: int = MOST_BYTES
    ) -> Iterator[psycopg.Connection[Any]]:
        """A connection as the owner, with this limit for each statement."""
        limited = limits(
            call_seconds=seconds, lock_seconds=min(seconds, _LOCK_SECONDS), idle_seconds=_IDLE_SECONDS
        )
        try:
            with LimitedConnection.connect(self._conninfo, autocommit=True, **limited) as connection:
                connection.answer_seconds = seconds + _MARGIN_SECONDS
                connection.most_bytes = most_bytes
                yield connection
        except psycopg.Error as error:
            raise meaning(error) from error
