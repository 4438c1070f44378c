"""Both queues tell monitoring the same figures."""

from dataclasses import asdict

import pytest

from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.errors import Refused
from reviewer.model.people import Role
from reviewer.model.task import SkipReason
from reviewer.queue.sqlite import SqliteQueue
from tests.contracts.queue_contract import ANN, BEN, LEASE_SECONDS, RULES, QueueSetting, new_key

HOUR = 3600


class FiguresContract(QueueSetting):
    def test_empty_queue_has_zeros(self, queue):
        found = queue.figures()
        assert found.clips == {}
        assert found.waiting == {"transcribe": 0, "review": 0, "adjudicate": 0}
        assert found.leases == {"live": 0, "prefetch": 0, "expired": 0}
        assert found.oldest_waiting == {"review": 0, "adjudicate": 0}
        assert (found.oldest_lease, found.claims, found.submissions, found.late_drafts) == (0, 0, 0, 0)
        assert (found.unsent, found.oldest_unsent) == (0, 0)

    def test_work_is_counted_where_it_stands(self, queue, clock):
        for number in range(5):
            queue.add_clip(f"clip-{number}", passes=1)
        queue.add_clip("held", passes=1, quarantined=True)
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        clock.advance(60)
        self.claimed(queue, ANN)
        self.prefetched(queue, ANN)
        clock.advance(90)
        found = queue.figures()
        assert found.clips == {"in_review": 2, "reviewed": 1, "ready": 2, "quarantined": 1}
        assert found.tasks["transcribe"] == {"qa_pending": 1, "leased": 2, "open": 3}
        assert found.tasks["review"] == {"open": 1}
        assert found.waiting == {"transcribe": 2, "review": 1, "adjudicate": 0}
        assert found.leases == {"live": 1, "prefetch": 1, "expired": 0}
        assert found.oldest_waiting == {"review": 150, "adjudicate": 0}
        assert (found.oldest_lease, found.claims, found.submissions) == (90, 3, 1)

    def test_lease_that_expired_waits_again(self, queue, clip, clock):
        self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        found = queue.figures()
        assert found.leases == {"live": 0, "prefetch": 0, "expired": 1}
        assert (found.waiting["transcribe"], found.oldest_lease) == (1, 0)

    def test_what_is_older_than_an_hour_is_not_of_the_last_hour(self, queue, clip, clock):
        self.submitted(queue, ANN)
        clock.advance(HOUR + LEASE_SECONDS)
        found = queue.figures()
        assert (found.claims, found.submissions) == (0, 0)

    def test_adjudication_and_late_drafts_are_counted(self, queue, clip, clock):
        self.late(queue, clock)
        assert queue.figures().late_drafts == 1
        queue.add_clip("clip-2", passes=2)
        for person in ("cy", "di"):
            self.submitted(queue, person, person.encode())
        queue.draw(lambda _: False)
        queue.add_adjudication("clip-2")
        clock.advance(5)
        found = queue.figures()
        assert (found.waiting["adjudicate"], found.oldest_waiting["adjudicate"]) == (1, 5)

    def test_no_figure_names_anybody(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.skip(lease, SkipReason.TECHNICAL, key=new_key())
        self.claimed(queue, BEN)
        text = str(asdict(queue.figures()))
        assert not [name for name in (ANN, BEN, "clip-1", lease.task_id) if f"'{name}'" in text]


class TestSqliteFigures(FiguresContract):
    @pytest.fixture
    def queue(self, tmp_path, clock):
        database = Database(tmp_path / "workspace.db")
        migrate(database)
        yield SqliteQueue(database, clock, RULES)
        database.close()


class TestPostgresFigures(FiguresContract):
    @pytest.fixture
    def queue(self, postgres, clock):
        from tests.fakes.postgres_server import TeamQueue, TeamServer

        server = TeamServer(postgres, RULES)
        server.clear()
        queue = TeamQueue(server)
        queue.clock = clock
        yield queue
        queue.close()
        server.close()

    def test_unsent_work_is_what_programs_told_last_and_ages(self, queue, clip, clock):
        ann, ben = (queue.server.queue(person, Role.CONTRACTOR) for person in (ANN, BEN))
        queue.figures()  # sets the server's clock
        ann.tell_unsent(2, 30.0)
        ben.tell_unsent(1, 600.0)
        clock.advance(60)
        found = queue.figures()
        assert (found.unsent, found.oldest_unsent) == (3, 660)
        logs = {each.person_id: each for each in queue.witnessed_logs()}
        assert (logs[ANN].unsent, (clock.now() - logs[ANN].unsent_since).total_seconds()) == (2, 90)
        ben.tell_unsent(0, 0.0)
        found = queue.figures()
        assert (found.unsent, found.oldest_unsent) == (2, 90)
        for nonsense in ((-1, 0.0), (1, -1.0), (1, float("nan")), (1, float("inf"))):
            with pytest.raises(Refused):
                ann.tell_unsent(*nonsense)
        ann.close()
        ben.close()

    def test_only_a_lead_is_told(self, queue):
        for role in (Role.CONTRACTOR, Role.QA):
            own = queue.server.queue(f"curious-{role}", role)
            with pytest.raises(Refused) as refused:
                own.figures()
            assert refused.value.code == "NOT_ALLOWED"
            own.close()
