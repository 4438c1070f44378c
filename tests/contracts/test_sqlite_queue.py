"""The SQLite queue keeps the contract, joins transactions, and stays in order."""

from contextlib import suppress

import pytest

from reviewer.db.connection import Database
from reviewer.db.schema import migrate, migrations
from reviewer.errors import Refused
from reviewer.model.clock import to_micros
from reviewer.model.serialization import to_columns
from reviewer.model.task import TaskKind
from reviewer.queue import sqlite_queries as queries
from reviewer.queue.sqlite import SqliteQueue
from tests.contracts.queue_contract import ANN, BEN, LEASE_SECONDS, RULES, QueueContract
from tests.factories import NOON, a_clip


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

    def test_claim_searches_the_open_tasks_of_a_route_and_scans_no_table(self, queue, database):
        for number in range(50):
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number, locale="en" if number else "cs")
        values = {"person": ANN, "kind": TaskKind.TRANSCRIBE, "now": 0, "routes": '["cs", "de"]'}
        plan = [row["detail"] for row in database.rows(f"EXPLAIN QUERY PLAN {queries.NEXT}", values)]
        assert any("task_open (kind=? AND route=?)" in step for step in plan)
        assert not [step for step in plan if step.startswith(("SCAN t", "SCAN task", "SCAN own", "SCAN q"))]

    @pytest.mark.parametrize("query", [queries.NEXT, queries.WITHOUT_TAKER, *queries.NEXT_OWN])
    def test_whether_somebody_had_a_clip_is_read_from_its_few_annotations(self, query, database):
        values = {"person": ANN, "kind": TaskKind.TRANSCRIBE, "now": 0, "routes": "[]"}
        plan = database.rows(
            f"EXPLAIN QUERY PLAN {query}", values | {"takers": "[]", "kinds": '["transcribe"]'}
        )
        used = {row["detail"] for row in plan if row["detail"].startswith("SEARCH a ")}
        assert used <= {"SEARCH a USING INDEX annotation_by_clip (clip_id=?)"}

    def test_migration_gives_tasks_of_an_older_workspace_the_locale_of_their_clip(self, tmp_path):
        old = Database(tmp_path / "old.db")
        migrations.apply(old.tables, stop_before="m002_languages")
        old.insert("clip", to_columns(a_clip(id="c1", locale="cs-CZ")) | {"imported_at": 0})
        for clip_id in ("c1", "c2"):
            old.insert("queue_clip", {"clip_id": clip_id, "state": "ready", "passes": 1})
            old.insert(
                "task",
                {"id": clip_id, "clip_id": clip_id, "kind": "transcribe", "round": 1, "state": "open"}
                | {"sort_key": (1 << 62) - 1 if clip_id == "c1" else 1 << 60},
            )
        migrate(old)
        in_order = old.rows("SELECT id, sort_key FROM task ORDER BY sort_key")
        assert [row["id"] for row in in_order] == ["c2", "c1"]
        assert in_order[-1]["sort_key"] < to_micros(NOON)  # what is imported from now on
        found = {row["id"]: row["route"] for row in old.rows("SELECT id, route FROM task")}
        assert found == {"c1": "cs-CZ", "c2": "und"}
        routes = {tuple(row.values()) for row in old.rows("SELECT route, skill, locale FROM queue_route")}
        assert routes == {("cs-CZ", "", "cs-CZ"), ("und", "", "und")}
        old.close()

    def test_migration_moves_distressing_marks_into_the_queue_and_removes_older_word_times(
        self, tmp_path, clock
    ):
        old = Database(tmp_path / "old.db")
        migrations.apply(old.tables, stop_before="m010_word_times_and_distressing_marks")
        for clip_id in ("c1", "c2"):
            facts = to_columns(a_clip(id=clip_id)) | {"source_hash": clip_id, "samples_hash": clip_id}
            old.insert("clip", facts | {"imported_at": 0})
            old.insert("queue_clip", {"clip_id": clip_id, "state": "ready", "passes": 1})
        old.insert("distressing_clip", {"clip_id": "c1"})
        old.execute("INSERT INTO alignment VALUES ('a1', 'c1', 'engine', '1', x'00', 0)")
        migrate(old)
        queue = SqliteQueue(old, clock, RULES)
        assert (queue.is_distressing("c1"), queue.is_distressing("c2")) == (True, False)
        assert old.value("SELECT count(*) FROM alignment") == 0
        old.close()
