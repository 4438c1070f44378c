"""The queue on PostgreSQL keeps the contract, each person over a database login of their own."""

import select
from contextlib import closing

import psycopg
import pytest
from hypothesis import settings

from reviewer.errors import Unavailable
from reviewer.model.people import Role
from reviewer.model.task import TaskKind
from tests.contracts.queue_contract import RULES, QueueContract
from tests.contracts.test_queue_machine import QueueMachine
from tests.fakes.clock import FakeClock
from tests.fakes.postgres_server import PASSWORD, TeamQueue, TeamServer


@pytest.fixture(scope="session")
def team(postgres):
    """A queue on the server, for all tests."""
    server = TeamServer(postgres, RULES)
    queue = PostgresQueueMachine.team = TeamQueue(server)
    yield queue
    queue.close()
    server.close()


class TestPostgresQueue(QueueContract):
    @pytest.fixture
    def queue(self, team, clock):
        team.server.clear()
        team.clock = clock
        return team


class PostgresQueueMachine(QueueMachine):
    team = None

    def make_queue(self):
        self.team.server.clear()
        self.team.clock = self.clock
        return self.team

    def rows(self, query, *values):
        return self.team.server.rows(query, *values)

    def teardown(self):
        """The server is kept for the next example."""


@pytest.mark.usefixtures("team")
class TestPostgresQueueMachine(PostgresQueueMachine.TestCase):
    settings = settings(max_examples=6, stateful_step_count=40, deadline=None)


def read_until_the_end(notices):
    """What the server said last comes before its end."""
    for _ in range(10):
        assert select.select([notices], [], [], 10)[0]
        assert not notices.has_come()


def test_contractor_hears_of_a_lead_s_work_and_that_the_server_is_gone(team):
    team.server.clear()
    with closing(team.server.queue("tess", Role.CONTRACTOR)) as queue:
        notices = queue.new_work_notices()
        assert not notices.has_come()
        team.add_clip("new", passes=1)
        assert select.select([notices], [], [], 10)[0]
        assert notices.has_come()
        assert not notices.has_come()
        team.server.owner.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'person_tess'"
        )
        with pytest.raises(Unavailable):
            read_until_the_end(notices)


def test_nobody_hears_of_a_colleague_s_work(team):
    team.server.clear()
    team.clock = FakeClock()
    team.add_clip("c", passes=1)
    team.server.login("tess", Role.CONTRACTOR)
    heard = []
    with psycopg.connect(
        team.server.uri, user="person_tess", password=PASSWORD, autocommit=True
    ) as connection:
        connection.add_notify_handler(heard.append)
        connection.execute("LISTEN reviewer_new_work")
        lease = team.claim("ben", frozenset({TaskKind.TRANSCRIBE}), key="claim")
        team.release(lease, key="release")
        connection.execute("SELECT 1")
        assert heard == []
        team.lead_release(lease.task_id)
        connection.execute("SELECT 1")
        assert [notice.payload for notice in heard] == [""]
