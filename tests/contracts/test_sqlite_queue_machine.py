"""Any order of acts leaves the SQLite queue where a plain model of it is, with nothing typed lost."""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from reviewer.db.connection import Database
from reviewer.db.migrations import migrate
from reviewer.errors import LeaseLost, NotLeased, Refused
from reviewer.model.task import SkipReason, Verdict
from reviewer.queue.sqlite import SqliteQueue
from tests.contracts.queue_ahead_contract import AHEAD_SECONDS
from tests.contracts.queue_model import QueueModel
from tests.contracts.queue_setting import LEASE_SECONDS, RULES
from tests.fakes.clock import FakeClock

PEOPLE = st.sampled_from(["ann", "ben", "cem", "dee"])
CHECKERS = st.sampled_from(["que", "rex", "ann"])


class QueueMachine(RuleBasedStateMachine):
    leases = Bundle("leases")
    leases_ahead = Bundle("leases_ahead")
    checks = Bundle("checks")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(Path(self.folder.name) / "workspace.db")
        self.clock = FakeClock()
        self.queue = SqliteQueue(self.database, self.clock, RULES)
        self.model = QueueModel()
        self.typed = {}  # submission key or check -> what somebody typed and must find again
        self.gone = set()  # clips that were withdrawn
        self.given = {}  # (task, token) -> person: no lease is given twice
        self.clip_of_key = {}

    @initialize(passes=st.lists(st.integers(1, 3), min_size=1, max_size=4))
    def fill(self, passes):
        migrate(self.database)
        for number, count in enumerate(passes):
            self.queue.add_clip(f"clip-{number}", passes=count, sort_key=number)
            self.model.add(f"clip-{number}", count)

    def now(self):
        return self.clock.monotonic()

    @rule(seconds=st.sampled_from([60, AHEAD_SECONDS, LEASE_SECONDS - 60, LEASE_SECONDS]))
    def time_passes(self, seconds):
        self.clock.advance(seconds)

    @rule(target=leases, person=PEOPLE)
    def claim(self, person):
        waiting = self.queue.today(person, self.clock.now()).waiting
        assert waiting == len(self.model.waiting(person, self.now()))
        lease = self.queue.claim(person)
        expected = self.model.claim(person, self.now())
        if expected is None:
            assert lease is None
            return multiple()
        assert (lease.clip_id, lease.pass_number) == (expected.clip, expected.number)
        assert lease.returned_from == (expected.submission if expected.author == person else None)
        assert (lease.task_id, lease.token) not in self.given
        self.given[lease.task_id, lease.token] = person
        self.clip_of_key[lease.submission_key] = lease.clip_id
        expected.state, expected.person, expected.lease = "leased", person, lease
        expected.until, expected.is_ahead = self.now() + LEASE_SECONDS, False
        return lease

    @rule(target=leases_ahead, person=PEOPLE)
    def claim_ahead(self, person):
        lease = self.queue.claim_ahead(person)
        expected = self.model.claim_ahead(person, self.now())
        if expected is None:
            assert lease is None
            return multiple()
        assert (lease.clip_id, lease.pass_number, lease.is_ahead) == (expected.clip, expected.number, True)
        if not expected.is_ahead:
            assert (lease.task_id, lease.token) not in self.given
            self.given[lease.task_id, lease.token] = person
        self.clip_of_key[lease.submission_key] = lease.clip_id
        expected.state, expected.person, expected.lease = "leased", person, lease
        expected.until, expected.is_ahead = self.now() + AHEAD_SECONDS, True
        return lease

    @rule(person=PEOPLE)
    def release_ahead(self, person):
        lease = self.queue.release_ahead(person)
        held = self.model.ahead_of(person)
        assert ([lease.task_id] if lease else []) == [self.number_of(task) for task in held]
        for task in held:
            self.model.give_back(task)

    @rule(lease=leases_ahead)
    def work_under_a_lease_ahead(self, lease):
        for act in (self.queue.renew, self.queue.release):
            try:
                act(lease)
            except Refused:
                continue
            raise AssertionError(act)

    @rule(person=PEOPLE)
    def resume(self, person):
        held = [task for task in self.model.tasks if task.state == "leased" and task.person == person]
        held = [task for task in held if not task.is_ahead and not self.model.clips[task.clip].held]
        lease = self.queue.resume(person)
        assert (lease is None) == (not held)
        if lease is not None:
            task = self.model.tasks[lease.task_id - 1]
            assert task in held
            if task.until <= self.now():
                task.until = self.now() + LEASE_SECONDS

    @rule(lease=leases)
    def renew(self, lease):
        task = self.model.holder_of(lease)
        try:
            renewed = self.queue.renew(lease)
        except Refused:
            assert task is None or task.until <= self.now()
        else:
            assert renewed.until >= self.clock.now()
            task.until = max(
                task.until, self.now() + (renewed.until - self.clock.now()) / timedelta(seconds=1)
            )
            for ahead in self.model.ahead_of(lease.person_id):
                ahead.until = max(ahead.until, self.now() + AHEAD_SECONDS)

    @rule(lease=leases)
    def release(self, lease):
        task = self.model.holder_of(lease)
        try:
            self.queue.release(lease)
        except (NotLeased, LeaseLost):
            assert task is None
        else:
            self.model.release(task)

    @rule(lease=leases, reason=st.sampled_from(SkipReason))
    def skip(self, lease, reason):
        task = self.model.holder_of(lease)
        try:
            self.queue.skip(lease, reason)
        except (NotLeased, LeaseLost):
            assert task is None
        else:
            self.model.refuse(task)

    @rule(lease=leases, text=st.binary(min_size=1, max_size=3))
    def submit(self, lease, text):
        task = self.model.holder_of(lease)
        earlier = self.typed.get(("submission", lease.submission_key))
        try:
            receipt = self.queue.submit(lease, text, b"digest" + text)
        except LeaseLost:
            assert task is None
            self.typed["late", lease.submission_key] = text
        except Refused:
            assert task is None
            assert earlier not in (None, text) or lease.clip_id in self.gone or self.was_returned(lease)
        else:
            assert receipt.repeated == (earlier == text)
            if not receipt.repeated:
                self.model.submit(task, receipt.submission_id)
                self.typed["submission", lease.submission_key] = text

    @rule(lease=leases, text=st.binary(min_size=1, max_size=3))
    def submit_twice(self, lease, text):
        self.submit(lease, text)
        self.submit(lease, text)

    @rule(drawn=st.sets(st.integers(0, 5)))
    def draw(self, drawn):
        # By place, not by id: ids are random, and the same example must run the same way twice.
        submitted = [task for task in self.model.tasks if task.state == "submitted"]
        chosen = {task.submission for place, task in enumerate(submitted) if place in drawn}
        result = self.queue.draw(lambda submission_id: submission_id in chosen)
        for task in submitted:
            task.state = "qa_pending" if task.submission in chosen else "accepted"
        assert (set(result.drawn), len(result.passed)) == (chosen, len(submitted) - len(chosen))

    @rule(target=checks, person=CHECKERS)
    def claim_check(self, person):
        check = self.queue.claim_check(person)
        if check is None:
            return multiple()
        assert self.task_of(check).state == "qa_pending"
        assert not any(
            task.clip == check.submission.clip_id and person in (task.person, task.author)
            for task in self.model.tasks
        )
        self.model.clips[check.submission.clip_id].had_by.add(person)
        return check

    @rule(check=checks, text=st.binary(min_size=1, max_size=3))
    def keep_blind(self, check, text):
        try:
            self.queue.keep_blind(check, text)
        except Refused:
            return
        self.typed["blind", (check.submission.id, check.token)] = text

    @rule(check=consumes(checks), verdict=st.sampled_from(Verdict))
    def decide(self, check, verdict):
        task = self.task_of(check)
        try:
            self.queue.decide(check, verdict, b"comment")
        except Refused:
            return
        if task.state == "qa_pending" and task.submission == check.submission.id:
            task.state = str(verdict)

    @rule(data=st.data())
    def withdraw(self, data):
        clip = data.draw(st.sampled_from(sorted(self.model.clips)))
        self.queue.withdraw_clip(clip, "consent")
        self.gone.add(clip)
        self.model.clips[clip].held = "purged"
        for task in self.model.tasks:
            if task.clip == clip:
                task.state, task.person, task.lease, task.is_ahead = "withdrawn", None, None, False

    @rule(data=st.data())
    def lead_takes_or_puts_back(self, data):
        number = data.draw(st.integers(1, len(self.model.tasks)))
        task = self.model.tasks[number - 1]
        try:
            self.queue.lead_release(number)
        except Refused:
            assert task.state in ("submitted", "qa_pending", "accepted", "withdrawn")
            return
        clip = self.model.clips[task.clip]
        if task.state == "leased" and not task.is_ahead:
            clip.had_by.add(task.person)
        task.state, task.person, task.is_ahead, clip.held = "open", None, False, ""

    @invariant()
    def every_task_and_clip_is_where_the_model_is(self):
        if not self.model.tasks:
            return
        rows = self.database.rows("SELECT clip_id, pass_number, state FROM task ORDER BY id")
        assert [tuple(row.values()) for row in rows] == [
            (task.clip, task.number, task.state) for task in self.model.tasks
        ]
        for clip in self.model.clips:
            assert self.queue.clip_state(clip) == self.model.state_of(clip)

    @invariant()
    def nobody_gave_two_submissions_of_a_clip_except_returned_work(self):
        rows = self.database.rows("SELECT clip_id, person_id, task_id FROM submission") if self.given else []
        tasks = {}
        for row in rows:
            tasks.setdefault((row["clip_id"], row["person_id"]), set()).add(row["task_id"])
        assert all(len(ids) == 1 for ids in tasks.values())

    @invariant()
    def nothing_typed_is_lost(self):
        if not self.typed:
            return
        kept = {}
        for row in self.database.rows("SELECT submission_key, clip_id, sealed FROM submission"):
            kept["submission", row["submission_key"]] = row["sealed"]
        for row in self.database.rows("SELECT submission_key, sealed FROM late_draft"):
            kept["late", row["submission_key"]] = row["sealed"]
            if row["submission_key"].startswith("check:"):
                _, submission, token = row["submission_key"].split(":")
                kept["blind", (submission, int(token))] = row["sealed"]
        for row in self.database.rows("SELECT * FROM qa_check WHERE blind IS NOT NULL"):
            kept["blind", (row["submission_id"], row["token"])] = row["blind"]
        for key, text in self.typed.items():
            if self.clip_of(key) in self.gone:
                assert not kept.get(key)
            else:
                assert kept[key] == text

    def teardown(self):
        self.database.close()
        self.folder.cleanup()

    def task_of(self, check):
        return self.model.tasks[check.submission.task_id - 1]

    def number_of(self, task):
        return self.model.tasks.index(task) + 1

    def was_returned(self, lease):
        """Whether the author released returned work: theirs still, but not leased."""
        task = self.model.tasks[lease.task_id - 1]
        return task.state == "returned" or task.submission is not None

    def clip_of(self, key):
        kind, name = key
        if kind == "blind":
            return self.queue.submission(name[0]).clip_id
        return self.clip_of_key[name]


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
