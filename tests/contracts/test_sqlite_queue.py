"""The SQLite queue keeps the contract, joins transactions, and stays one walk however long it is."""

from contextlib import suppress

import pytest

from reviewer.db.connection import Database
from reviewer.db.migrations import migrate
from reviewer.errors import LeaseLost
from reviewer.queue.sqlite import SqliteQueue
from tests.contracts.queue_contract import QueueContract
from tests.contracts.queue_setting import ANN, BEN, LEASE_SECONDS, RULES


class TestSqliteQueue(QueueContract):
    @pytest.fixture
    def database(self, tmp_path):
        database = Database(tmp_path / "workspace.db")
        migrate(database)
        yield database
        database.close()

    @pytest.fixture
    def queue(self, database, clock):
        return SqliteQueue(database, clock, RULES)

    def test_claim_is_undone_with_the_transaction_it_joined(self, queue, clip, database):
        with suppress(ZeroDivisionError), database.transaction():
            queue.claim(ANN)
            raise ZeroDivisionError
        assert self.claimed(queue, BEN).token == 1

    def test_late_draft_is_kept_when_the_caller_catches_inside_the_transaction(
        self, queue, clip, database, clock
    ):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        queue.claim(BEN)
        with database.transaction(), pytest.raises(LeaseLost):
            queue.submit(lease, b"late", b"digest")
        assert len(queue.late_drafts()) == 1

    def test_drafts_of_a_withdrawn_clip_are_deleted(self, queue, clip, database):
        lease = self.claimed(queue, ANN)
        database.execute(
            "INSERT INTO draft VALUES (?, ?, ?, ?, x'00', 0)",
            (lease.task_id, ANN, clip, lease.submission_key),
        )
        queue.withdraw_clip(clip, "retention")
        assert database.value("SELECT count(*) FROM draft") == 0

    def test_order_holds_between_open_and_lapsed_tasks(self, queue, clock):
        queue.add_clip("first", passes=1, sort_key=1)
        self.claimed(queue, ANN)
        queue.add_clip("second", passes=1, sort_key=2)
        clock.advance(LEASE_SECONDS)
        assert self.claimed(queue, BEN).clip_id == "first"
