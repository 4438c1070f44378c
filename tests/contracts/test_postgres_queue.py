"""The queue on PostgreSQL keeps the contract, each person over a database login of their own."""

import pytest
from hypothesis import settings

from tests.contracts.queue_contract import RULES, QueueContract
from tests.contracts.test_queue_machine import QueueMachine
from tests.fakes.postgres_server import TeamQueue, TeamServer


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
