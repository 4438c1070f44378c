"""Any order of acts leaves a queue, local or over a bad network, where a plain model of it is."""

import random
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
from reviewer.db.schema import migrate
from reviewer.errors import LeaseLost, NotLeased, Refused
from reviewer.model.task import SkipReason, Verdict, VerdictKind
from reviewer.queue.sqlite import SqliteQueue
from tests.contracts.queue_contract import (
    LEASE_SECONDS,
    PREFETCH_SECONDS,
    REVIEW,
    RULES,
    TRANSCRIBE,
    new_key,
    sealed,
)
from tests.contracts.queue_model import QueueModel
from tests.fakes.clock import FakeClock
from tests.fakes.remote_queue import Fault, PatientQueue, RemoteQueue

PEOPLE = st.sampled_from(["ann", "ben", "cem", "dee"])
LOCALES = ["en-US", "de-DE", "und", "en-GB"]
LANGUAGES = st.lists(st.sampled_from(["en", "en-GB", "de"]), max_size=2)
SKILLS = ["", "medical", "legal"]
CHECKERS = st.sampled_from(["que", "rex", "ann"])


class QueueMachine(RuleBasedStateMachine):
    leases = Bundle("leases")
    prefetch_leases = Bundle("prefetch_leases")
    checks = Bundle("checks")

    def __init__(self):
        super().__init__()
        self.clock = FakeClock()
        self.queue = self.make_queue()
        self.model = QueueModel()
        self.typed = {}  # submission key or check -> what somebody typed and must find again
        self.gone = set()  # clips that were withdrawn
        self.given = {}  # (task, token) -> person: no lease is given twice
        self.clip_of_key = {}

    def make_queue(self):
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(Path(self.folder.name) / "workspace.db")
        migrate(self.database)
        return SqliteQueue(self.database, self.clock, RULES)

    def rows(self, query, *values):
        """Rows of the queue's tables, as they are stored."""
        return self.database.rows(query, values)

    @initialize(passes=st.lists(st.integers(1, 3), min_size=1, max_size=4))
    def fill(self, passes):
        for number, count in enumerate(passes):
            locale = LOCALES[number % len(LOCALES)]
            self.queue.add_clip(f"clip-{number}", passes=count, sort_key=number, locale=locale)
            self.model.add(f"clip-{number}", count, locale)

    def now(self):
        return self.clock.monotonic()

    @rule(seconds=st.sampled_from([60, PREFETCH_SECONDS, LEASE_SECONDS - 60, LEASE_SECONDS]))
    def time_passes(self, seconds):
        self.clock.advance(seconds)

    @rule(person=PEOPLE, languages=LANGUAGES)
    def set_languages(self, person, languages):
        self.queue.set_languages(person, languages, key=new_key())
        self.model.languages[person] = languages

    @rule(person=PEOPLE, skills=st.lists(st.sampled_from(SKILLS[1:]), max_size=2))
    def set_skills(self, person, skills):
        self.queue.set_skills(person, skills, key=new_key())
        self.model.skills[person] = skills

    @rule(data=st.data(), skill=st.sampled_from(SKILLS), priority=st.integers(-1, 1))
    def route_clips(self, data, skill, priority):
        clips = data.draw(st.lists(st.sampled_from(sorted(self.model.clips)), max_size=2))
        self.queue.set_clip_skill(clips, skill)
        self.queue.set_priority(clips, priority)
        for clip in clips:
            self.model.clips[clip].skill, self.model.clips[clip].priority = skill, priority

    @rule(people=st.lists(PEOPLE, max_size=2))
    def count_what_nobody_takes(self, people):
        untaken = self.queue.without_taker(dict.fromkeys(TRANSCRIBE, people))
        assert sum(each.count for each in untaken) == self.model.nobody_can_take(people, self.now())

    @rule(target=leases, person=PEOPLE)
    def claim(self, person):
        waiting = self.queue.daily_counts(person, TRANSCRIBE, self.clock.now()).waiting
        assert waiting == len(self.model.waiting(person, self.now()))
        lease = self.queue.claim(person, TRANSCRIBE, key=new_key())
        expected = self.model.claim(person, self.now())
        if expected is None:
            assert lease is None
            return multiple()
        assert (lease.clip_id, lease.round) == (expected.clip, expected.number)
        assert lease.returned_annotation == (expected.submission if expected.author == person else None)
        assert (lease.task_id, lease.token) not in self.given
        self.given[lease.task_id, lease.token] = person
        self.clip_of_key[lease.submission_key] = lease.clip_id
        expected.state, expected.person, expected.lease = "leased", person, lease
        expected.until, expected.is_prefetch = self.now() + LEASE_SECONDS, False
        return lease

    @rule(target=prefetch_leases, person=PEOPLE)
    def claim_prefetch(self, person):
        lease = self.queue.claim_prefetch(person, TRANSCRIBE, key=new_key())
        expected = self.model.claim_prefetch(person, self.now())
        if expected is None:
            assert lease is None
            return multiple()
        assert (lease.clip_id, lease.round, lease.is_prefetch) == (expected.clip, expected.number, True)
        if not expected.is_prefetch:
            assert (lease.task_id, lease.token) not in self.given
            self.given[lease.task_id, lease.token] = person
        self.clip_of_key[lease.submission_key] = lease.clip_id
        expected.state, expected.person, expected.lease = "leased", person, lease
        expected.until, expected.is_prefetch = self.now() + PREFETCH_SECONDS, True
        return lease

    @rule(person=PEOPLE)
    def release_prefetched(self, person):
        lease = self.queue.release_prefetched(person, key=new_key())
        held = self.model.prefetched_of(person)
        assert ([lease.task_id] if lease else []) == [self.id_of(task) for task in held]
        for task in held:
            self.model.give_back(task)

    @rule(lease=prefetch_leases)
    def work_under_a_prefetch_lease(self, lease):
        for act in (
            lambda: self.queue.renew(lease),
            lambda: self.queue.release(lease, key=new_key()),
            lambda: self.queue.submit(lease, sealed(lease, b"text")),
        ):
            try:
                act()
            except Refused:
                continue
            raise AssertionError(lease)

    @rule(person=PEOPLE)
    def resume(self, person):
        held = [task for task in self.model.tasks if task.state == "leased" and task.person == person]
        held = [task for task in held if not task.is_prefetch and not self.model.clips[task.clip].held]
        lease = self.queue.resume(person, TRANSCRIBE)
        assert (lease is None) == (not held)
        if lease is not None:
            task = self.task_with(lease.task_id)
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
            for ahead in self.model.prefetched_of(lease.person_id):
                ahead.until = max(ahead.until, self.now() + PREFETCH_SECONDS)
            self.others_are_renewed(task)

    def others_are_renewed(self, renewed):
        until = {lease.task_id: lease.until for lease in self.queue.leases()}
        for other in self.model.tasks:
            is_held = other.state == "leased" and other.person == renewed.person and not other.is_prefetch
            if is_held and other is not renewed and other.until > self.now():
                left = (until[self.id_of(other)] - self.clock.now()) / timedelta(seconds=1)
                assert other.until <= self.now() + left <= max(other.until, self.now() + LEASE_SECONDS)
                other.until = self.now() + left

    @rule(target=leases, person=PEOPLE, data=st.data())
    def take_back(self, person, data):
        work = [task for task in self.model.tasks if task.submission is not None]
        if not work:
            return multiple()
        task = data.draw(st.sampled_from(work))
        may = task.state == "submitted" and task.author == person and not self.model.clips[task.clip].held
        try:
            lease = self.queue.take_back(person, task.submission, key=new_key())
        except Refused:
            assert not may
            return multiple()
        assert may
        assert (lease.clip_id, lease.round, lease.returned_annotation) == (
            task.clip,
            task.number,
            task.submission,
        )
        assert (lease.task_id, lease.token) not in self.given
        self.given[lease.task_id, lease.token] = person
        self.clip_of_key[lease.submission_key] = lease.clip_id
        task.state, task.lease, task.until = "leased", lease, self.now() + LEASE_SECONDS
        task.is_taken_back = True
        return lease

    @rule(lease=leases)
    def release(self, lease):
        task = self.model.holder_of(lease)
        try:
            self.queue.release(lease, key=new_key())
        except (NotLeased, LeaseLost):
            assert task is None
        else:
            self.model.release(task)

    @rule(lease=leases, reason=st.sampled_from(SkipReason))
    def skip(self, lease, reason):
        task = self.model.holder_of(lease)
        try:
            self.queue.skip(lease, reason, key=new_key())
        except (NotLeased, LeaseLost):
            assert task is None
        else:
            self.model.refuse(task, counts=reason is not SkipReason.NOT_MY_LANGUAGE)

    @rule(lease=leases, text=st.binary(min_size=1, max_size=3))
    def submit(self, lease, text):
        task = self.model.holder_of(lease)
        earlier = self.typed.get(("submission", lease.submission_key))
        try:
            receipt = self.queue.submit(lease, sealed(lease, text))
        except LeaseLost:
            assert task is None
            self.queue.keep_late_draft(lease, text, key=lease.submission_key)
            self.typed["late", lease.submission_key] = text
        except Refused:
            assert task is None
            assert earlier not in (None, text) or lease.clip_id in self.gone or self.was_returned(lease)
        else:
            assert receipt.is_repeated or earlier is None
            assert earlier in (None, text)
            if earlier is None:  # a first answer that was lost comes as a repeated one
                self.model.submit(task, receipt.annotation_id)
                self.typed["submission", lease.submission_key] = text

    @rule(lease=leases, text=st.binary(min_size=1, max_size=3))
    def submit_twice(self, lease, text):
        self.submit(lease, text)
        self.submit(lease, text)

    @rule(drawn=st.sets(st.integers(0, 5)))
    def draw(self, drawn):
        # By place, not by id: ids are random, and the same example must run the same way twice.
        submitted = self.model.to_draw(self.now())
        chosen = {task.draw_id for place, task in enumerate(submitted) if place in drawn}
        result = self.queue.draw(lambda annotation_id: annotation_id in chosen)
        for task in submitted:
            task.state = "qa_pending" if task.draw_id in chosen else "accepted"
            task.is_taken_back = False
        selected = {task.submission for task in submitted if task.draw_id in chosen}
        assert (set(result.selected), len(result.passed)) == (selected, len(submitted) - len(selected))

    @rule(target=checks, person=CHECKERS)
    def claim_review(self, person):
        check = self.queue.resume(person, REVIEW) or self.queue.claim(person, REVIEW, key=new_key())
        if check is None:
            return multiple()
        assert self.reviewed(check).state == "qa_pending"
        assert not any(
            task.clip == check.clip_id and person in (task.person, task.author) for task in self.model.tasks
        )
        self.model.clips[check.clip_id].had_by.add(person)
        self.clip_of_key[check.submission_key] = check.clip_id
        return check

    @rule(check=checks, text=st.binary(min_size=1, max_size=3))
    def keep_blind(self, check, text):
        try:
            receipt = self.queue.submit(check, sealed(check, text))
        except Refused:
            return
        if ("submission", check.submission_key) not in self.typed:
            assert receipt.annotation_id
            self.typed["submission", check.submission_key] = text

    @rule(check=consumes(checks), kind=st.sampled_from([VerdictKind.ACCEPTED, VerdictKind.RETURNED]))
    def decide(self, check, kind):
        task = self.reviewed(check)
        verdict = Verdict(
            new_key(),
            check.task_id,
            check.clip_id,
            check.reviewed_annotation,
            kind,
            check.person_id,
            check.until,
        )
        try:
            self.queue.decide(check, verdict)
        except Refused:
            return
        assert ("submission", check.submission_key) in self.typed
        assert (task.state, task.submission) == ("qa_pending", check.reviewed_annotation)
        task.state = str(kind)
        if kind is VerdictKind.RETURNED:
            task.draw_id = None

    @rule(data=st.data())
    def withdraw(self, data):
        clip = data.draw(st.sampled_from(sorted(self.model.clips)))
        self.queue.withdraw_clip(clip, "consent")
        self.gone.add(clip)
        self.model.clips[clip].held = "purged"
        for task in self.model.tasks:
            if task.clip == clip:
                task.state, task.person, task.lease, task.is_prefetch = "withdrawn", None, None, False
                task.is_taken_back = False

    @rule(data=st.data())
    def lead_takes_or_puts_back(self, data):
        number = data.draw(st.integers(1, len(self.model.tasks)))
        task = self.model.tasks[number - 1]
        try:
            self.queue.lead_release(self.id_of(task))
        except Refused:
            assert task.state in ("submitted", "qa_pending", "accepted", "withdrawn")
            return
        clip = self.model.clips[task.clip]
        if task.is_taken_back:
            self.model.release(task)
            return
        if task.state == "leased" and not task.is_prefetch:
            clip.had_by.add(task.person)
        task.state, task.person, task.is_prefetch, clip.held = "open", None, False, ""

    @invariant()
    def every_task_and_clip_is_where_the_model_is(self):
        if not self.model.tasks:
            return
        rows = self.rows("SELECT clip_id, round, state FROM task WHERE kind = 'transcribe' ORDER BY rowid")
        assert [tuple(row.values()) for row in rows] == [
            (task.clip, task.number, task.state) for task in self.model.tasks
        ]
        for clip in self.model.clips:
            assert self.queue.clip_state(clip) == self.model.state_of(clip)

    @invariant()
    def nobody_handed_in_two_passes_of_a_clip(self):
        query = "SELECT clip_id, author, task_id FROM annotation"
        tasks = {}
        for row in self.rows(query) if self.given else []:
            tasks.setdefault((row["clip_id"], row["author"]), set()).add(row["task_id"])
        by_pass = {key: {self.pass_of(task) for task in ids} for key, ids in tasks.items()}
        assert all(len(passes) == 1 for passes in by_pass.values())

    @invariant()
    def nothing_typed_is_lost_or_there_twice(self):
        if not self.typed:
            return
        kept = {}
        for kind, query in (
            ("submission", "SELECT submission_key AS key, sealed FROM annotation"),
            ("late", "SELECT key, sealed FROM late_draft"),
        ):
            for row in self.rows(query):
                assert (kind, row["key"]) not in kept
                kept[kind, row["key"]] = row["sealed"]
        for key, text in self.typed.items():
            if self.clip_of_key[key[1]] in self.gone:
                assert not kept.get(key)
            else:
                assert kept[key] == text

    def teardown(self):
        self.database.close()
        self.folder.cleanup()

    def task_ids(self):
        rows = self.rows("SELECT id FROM task WHERE kind = 'transcribe' ORDER BY rowid")
        return [row["id"] for row in rows]

    def task_with(self, task_id):
        return self.model.tasks[self.task_ids().index(task_id)]

    def id_of(self, task):
        return self.task_ids()[self.model.tasks.index(task)]

    def pass_of(self, task_id):
        """The pass that a task is, or reviews."""
        (row,) = self.rows("SELECT parent_id FROM task WHERE id = ?", task_id)
        return row["parent_id"] or task_id

    def reviewed(self, check):
        return self.task_with(self.pass_of(check.task_id))

    def was_returned(self, lease):
        """Whether the author released returned work: theirs still, but not leased."""
        task = self.task_with(lease.task_id)
        return task.state == "returned" or task.submission is not None


class RemoteQueueMachine(QueueMachine):
    def make_queue(self):
        chance = random.Random(8)
        return PatientQueue(RemoteQueue(super().make_queue(), lambda: chance.choice(list(Fault))))


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestRemoteQueueMachine = RemoteQueueMachine.TestCase
TestRemoteQueueMachine.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
