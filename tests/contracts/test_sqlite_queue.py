"""The SQLite queue keeps the contract, joins transactions, and stays in order."""

from contextlib import suppress

import pytest

from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.errors import Refused
from reviewer.queue.sqlite import SqliteQueue
from tests.contracts.queue_contract import ANN, BEN, LEASE_SECONDS, RULES, QueueContract


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
            self.claim(queue, ANN)
            raise ZeroDivisionError
        assert self.claimed(queue, BEN).token == 1

    def test_task_of_a_clip_in_quarantine_is_neither_assigned_nor_released(self, queue, database):
        queue.add_clip("private", passes=1, quarantined=True)
        task = database.value("SELECT id FROM task")
        for attempt in (lambda: queue.assign(task, ANN), lambda: queue.lead_release(task)):
            with pytest.raises(Refused) as refused:
                attempt()
            assert refused.value.code == "CLIP_QUARANTINED"

    def test_work_of_an_earlier_version_is_drawn_by_its_own_id_also_after_it_was_taken_back(
        self, queue, clip, database
    ):
        work = self.submitted(queue, ANN)
        database.execute("UPDATE task SET draw_id = NULL")
        self.submit(queue, queue.take_back(ANN, work.id, key="key"), b"better")
        asked = []
        queue.draw(lambda annotation_id: bool(asked.append(annotation_id)))
        assert asked == [work.id]

    def test_order_holds_between_open_and_expired_tasks(self, queue, clock):
        queue.add_clip("first", passes=1, sort_key=1)
        self.claimed(queue, ANN)
        queue.add_clip("second", passes=1, sort_key=2)
        clock.advance(LEASE_SECONDS)
        assert self.claimed(queue, BEN).clip_id == "first"

    def test_annotation_is_never_changed_or_deleted_only_its_content_erased(self, queue, clip, database):
        work = self.submitted(queue, ANN)
        for statement in (
            "UPDATE annotation SET sealed = x'01'",
            "UPDATE annotation SET digest = x'02'",
            "UPDATE annotation SET sealed = x'', author = 'ben'",
            "DELETE FROM annotation",
        ):
            with pytest.raises(Exception, match="append-only"):
                database.execute(statement)
        database.execute("UPDATE annotation SET sealed = x''")
        assert queue.annotation(work.id).sealed == b""
