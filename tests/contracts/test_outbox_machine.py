"""Whatever the network does, and whenever the program is killed: each act arrives once, or is refused."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.errors import Unavailable
from reviewer.model.task import SkipReason
from reviewer.queue.outbox import Claim, Outbox, Release, Skip, Submit
from reviewer.queue.sqlite import SqliteQueue
from tests.benches.capabilities import capabilities
from tests.contracts.queue_contract import LEASE_SECONDS, RULES, TRANSCRIBE, sealed
from tests.fakes.clock import FakeClock
from tests.fakes.remote_queue import Fault, RemoteQueue

PEOPLE = st.sampled_from(["ann", "ben"])


class OutboxMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FakeClock()
        self.faults = []
        self.here = Database(Path(self.folder.name) / "workspace.db")
        self.there = Database(Path(self.folder.name) / "server.db")
        self.server = SqliteQueue(self.there, self.clock, RULES)
        self.remote = RemoteQueue(self.server, lambda: self.faults.pop() if self.faults else Fault.NONE)
        self.held = {"ann": [], "ben": []}
        self.texts = {}  # annotation id -> text that was handed in
        self.refused = set()

    @initialize(clips=st.integers(1, 5))
    def fill(self, clips):
        for database in (self.here, self.there):
            migrate(database)
        for number in range(clips):
            self.server.add_clip(f"c{number}", passes=2, sort_key=number)
        self.restart()

    @rule()
    def restart(self):
        """A program that was killed knows what is in its file, and nothing else."""
        self.outbox = Outbox(self.here, self.remote, self.clock)

    @rule(faults=st.lists(st.sampled_from(Fault), max_size=6))
    def network(self, faults):
        self.faults = faults

    @rule(seconds=st.sampled_from([60, LEASE_SECONDS]))
    def time_passes(self, seconds):
        self.clock.advance(seconds)

    @rule(person=PEOPLE)
    def claim(self, person):
        if not any(isinstance(entry.request, Claim) for entry in self.outbox.pending(person)):
            self.add(person, Claim(person, TRANSCRIBE))

    @rule(person=PEOPLE, text=st.binary(min_size=1, max_size=3))
    def submit(self, person, text):
        if self.held[person]:
            lease = self.held[person].pop()
            work = sealed(lease, text)
            self.texts[work.id] = text
            self.add(person, Submit(lease, work))

    @rule(person=PEOPLE, is_skip=st.booleans())
    def give_back(self, person, is_skip):
        if self.held[person]:
            lease = self.held[person].pop()
            self.add(person, Skip(lease, SkipReason.TECHNICAL) if is_skip else Release(lease))

    @rule(person=PEOPLE)
    def deliver(self, person):
        """In order, until the network fails."""
        for entry in self.outbox.pending(person):
            try:
                answer = self.outbox.deliver(entry)
            except Unavailable:
                return
            with self.here.transaction():
                self.outbox.settle(entry)
            if isinstance(entry.request, Claim) and answer.value is not None:
                self.held[person].append(answer.value)
            if isinstance(entry.request, Submit) and answer.refusal is not None:
                self.refused.add(entry.request.work.id)

    def add(self, person, request):
        with self.here.transaction():
            self.outbox.add(person, request)

    def teardown(self):
        self.faults = []
        for person in ("ann", "ben"):
            self.deliver(person)
            assert self.outbox.pending(person) == []
        arrived = {row["id"]: row["sealed"] for row in self.there.rows("SELECT id, sealed FROM annotation")}
        expected = {name: text for name, text in self.texts.items() if name not in self.refused}
        assert arrived == expected
        held = {(lease.task_id, lease.token) for leases in self.held.values() for lease in leases}
        out = {(lease.task_id, lease.token) for lease in self.server.leases()}
        assert out <= held  # no lease is out that nobody knows of
        self.here.close()
        self.there.close()
        self.folder.cleanup()


TestOutboxMachine = OutboxMachine.TestCase
TestOutboxMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_request_is_kept_and_settled_in_the_transaction_of_its_row_alone(tmp_path):
    with capabilities(tmp_path) as bench:
        outbox = Outbox(bench.database, bench.queue, bench.clock)
        with pytest.raises(RuntimeError):
            outbox.add("ann", Claim("ann", TRANSCRIBE))
        assert outbox.pending("ann") == []
        with bench.database.transaction():
            entry = outbox.add("ann", Claim("ann", TRANSCRIBE))
        with pytest.raises(RuntimeError):
            outbox.settle(entry, outbox.deliver(entry))
        assert outbox.pending("ann") == [entry]
