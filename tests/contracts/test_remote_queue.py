"""A queue on another machine keeps the same contract, whatever the network does to its answers."""

import random

import pytest

from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.queue.sqlite import SqliteQueue
from tests.contracts.queue_contract import RULES, QueueContract
from tests.fakes.remote_queue import Fault, PatientQueue, RemoteQueue


@pytest.fixture
def local(tmp_path, clock):
    database = Database(tmp_path / "server.db")
    migrate(database)
    yield SqliteQueue(database, clock, RULES)
    database.close()


class TestRemoteQueue(QueueContract):
    @pytest.fixture
    def queue(self, local):
        return RemoteQueue(local)


class TestRemoteQueueOverABadNetwork(QueueContract):
    @pytest.fixture
    def queue(self, local):
        chance = random.Random(8)
        return PatientQueue(RemoteQueue(local, lambda: chance.choice(list(Fault))))
