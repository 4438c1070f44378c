"""No order of acts reaches a clip's sound or text unless every condition holds: a state machine tries.

What may open is decided here a second time, from the rows of the workspace file and from what the machine
did, never by the program's own checks. ``REVIEWER_STEPS`` sets how many steps are tried (a release: 100,000).
"""

import os
import shutil
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from reviewer.access.audit_log import newest_row_time
from reviewer.clips.keys import KdfParameters
from reviewer.errors import ReviewerError
from reviewer.lead.withdrawals import Withdrawal
from reviewer.model.clock import to_micros
from reviewer.model.event import Action, HeardRange
from reviewer.model.people import Role
from reviewer.model.task import Lease, SkipReason, VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.session.acts import HandIn, Release, Skip
from reviewer.transcript.find import Query
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, agree, annotation, make_bench

STEPS = int(os.environ.get("REVIEWER_STEPS", "250"))
STEPS_A_RUN = 50
NDA_DAYS = 30
CLIPS = 6
DAY, HOUR = 86_400, 3_600
WORKERS = st.sampled_from([ANA, BEN, QUINN])
WINDOWS = st.sampled_from([0, 1])
SOURCES = st.integers(0, CLIPS - 1)
SELDOM, HARDLY_EVER = st.integers(0, 5), st.integers(0, 30)
QUEUE = "[queue]\nqa_rate = 1.0\nlease_minutes = 60\npasses = 2\n"
PROJECT = f"nda_days = {NDA_DAYS}\n{QUEUE}[limits]\nopens_per_hour = 0\n"
OPENINGS = (Action.CLIP_OPENED, Action.CLIP_PREFETCHED, Action.TEXT_OPENED)


class Access(RuleBasedStateMachine):
    """Two windows of one workspace: people come, agree, lock, work and go; clips are withdrawn and age."""

    steps = openings = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="access-"))
        first = make_bench(self.folder, drafts=("one draft",) + ("",) * (CLIPS - 1), project=PROJECT)
        self.clock = first.clock
        self.windows = [first, self._opened()]
        self.signed_at: dict[str, datetime] = {}
        self.revoked: set[str] = set()
        self.other_role: set[str] = set()
        self.was_edited = False
        self.leases: list[Lease] = []

    def _opened(self) -> Bench:
        workspace = open_workspace(self.folder / "ws", clock=self.clock, parameters=KdfParameters.cheap())
        return Bench(workspace, self.clock)

    @initialize()
    def everybody_has_agreed_in_one_window(self) -> None:
        """Most of what can go wrong goes wrong at work."""
        for name in (ANA, BEN, QUINN):
            self.windows[0].person(name)
            self.read_and_sign(name, 0)

    # People

    @rule(name=WORKERS, place=WINDOWS)
    def sign_in(self, name: str, place: int) -> None:
        bench = self.windows[place]
        if name in bench.signed_in:
            return
        try:
            bench.person(name)
        except ReviewerError:  # too many failures, for example, also when the clock was set back
            return
        assert name not in self.revoked | self.other_role

    @rule(name=WORKERS, place=WINDOWS, locked=st.booleans())
    def sign_out_or_lock(self, name: str, place: int, *, locked: bool) -> None:
        bench = self.windows[place]
        if name in bench.signed_in:
            identity = bench.signed_in.pop(name).identity
            bench.workspace.sessions.sign_out(identity, locked=locked)

    @rule(name=WORKERS, place=WINDOWS)
    def read_and_sign(self, name: str, place: int) -> None:
        bench = self.windows[place]
        if name in bench.signed_in:
            try:
                agree(bench.workspace.agreement, bench.person(name).identity, self.clock)
            except ReviewerError:
                return
            self.signed_at[name] = self._now()

    @rule(name=WORKERS, place=WINDOWS)
    def sign_with_a_wrong_passphrase(self, name: str, place: int) -> None:
        bench = self.windows[place]
        if name in bench.signed_in:
            agreement, identity = bench.workspace.agreement, bench.person(name).identity
            try:
                agreement.accept(identity, agreement.text(), typed_name=name, passphrase="not this one")
            except ReviewerError:
                self.clock.advance(HOUR + 1)  # past any wait that the failure caused
            else:
                raise AssertionError("signed with a wrong passphrase")

    @rule(name=WORKERS, chance=SELDOM)
    def revoke(self, name: str, chance: int) -> None:
        if not chance and name in {ANA, BEN} and not self.revoked:
            self._lead().revoke(name)
            self.revoked.add(name)

    @rule(name=WORKERS, chance=SELDOM)
    def give_another_role_or_the_old_one_back(self, name: str, chance: int) -> None:
        """As somebody would who can write the file."""
        if chance and name not in self.other_role:
            return
        was = Role.QA if name == QUINN else Role.CONTRACTOR
        other = Role.CONTRACTOR if name == QUINN else Role.QA
        with self.windows[0].database() as database:
            role = was if name in self.other_role else other
            database.execute("UPDATE person SET role = ? WHERE name = ?", (role, name))
        self.other_role ^= {name}
        self.was_edited = True

    # Clips and time

    @rule(source=SOURCES, days=st.sampled_from([0, 0, 1, 20]), chance=SELDOM)
    def withdraw(self, source: int, days: int, chance: int) -> None:
        if chance:
            return
        at = None if days == 0 else self.clock.now() + timedelta(days=days)
        try:
            self._lead().withdraw([Withdrawal(f"source-{source:04d}", at)])
        except ReviewerError:
            assert not self._clips()

    @rule(seconds=st.sampled_from([60, 60, 60, 600, 600, HOUR, 3 * HOUR, DAY, 10 * DAY]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(chance=HARDLY_EVER)
    def wait_for_retention(self, chance: int) -> None:
        if not chance:
            self.clock.advance(350 * DAY)

    @rule(seconds=st.sampled_from([60, HOUR]))
    def set_the_clock_back(self, seconds: int) -> None:
        self.clock.set_back(seconds)

    # Work

    @rule(name=WORKERS, place=WINDOWS, prefetches=st.booleans())
    def claim_and_open(self, name: str, place: int, *, prefetches: bool) -> None:
        bench = self.windows[place]
        if name not in bench.signed_in:
            return
        work = bench.work(name)
        try:
            if name == QUINN:
                bench.person(QUINN).qa.draw()
            lease = work.claim()
        except ReviewerError:
            return
        if lease is not None:
            self.leases.append(lease)
            self._try(name, place, lease, lambda: work.open(lease))
        if prefetches:
            before = self._rows()
            try:
                work.prefetch()
            except ReviewerError:
                return
            self._require_each(name, place, before)

    @precondition(lambda self: self.leases)
    @rule(name=WORKERS, place=WINDOWS, data=st.data())
    def open_a_lease_once_seen(self, name: str, place: int, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        if name in self.windows[place].signed_in:
            self._try(name, place, lease, lambda: self.windows[place].work(name).open(lease))

    @precondition(lambda self: self.leases)
    @rule(
        name=WORKERS,
        place=WINDOWS,
        data=st.data(),
        act=st.sampled_from(["in", "over", "skip", "free", "back"]),
    )
    def end_work(self, name: str, place: int, data: st.DataObject, act: str) -> None:
        if name in self.windows[place].signed_in:
            self._end(name, place, data.draw(st.sampled_from(self.leases)), act)

    def _end(self, name: str, place: int, lease: Lease, act: str) -> None:
        work, before = self.windows[place].work(name), self._rows()
        acts = {
            "in": lambda: work.submit(lease, annotation("words")),
            "over": lambda: work.hand_over(HandIn(lease, annotation("words"))),
            "skip": lambda: work.hand_over(Skip(lease, SkipReason.NOT_MY_LANGUAGE)),
            "free": lambda: work.hand_over(Release(lease)),
            "back": work.take_back,
        }
        with suppress(ReviewerError):
            work.heard(lease, [HeardRange(0, 8000)])
        try:
            acts[act]()
        except ReviewerError:
            return
        self._require_each(name, place, before)

    @rule(name=WORKERS, place=WINDOWS)
    def work_on_a_whole_clip(self, name: str, place: int) -> None:
        for _ in range(2):
            self.claim_and_open(name, place, prefetches=True)
            if self.leases and name in self.windows[place].signed_in:
                self._end(name, place, self.leases[-1], "over")

    @precondition(lambda self: self.leases)
    @rule(name=WORKERS, place=WINDOWS, data=st.data())
    def beat(self, name: str, place: int, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        if name not in self.windows[place].signed_in:
            return
        try:
            self.windows[place].work(name).beat(lease)
        except ReviewerError:
            return
        self._require(name, place, lease.clip_id)

    @rule(name=WORKERS, place=WINDOWS)
    def read_past_texts(self, name: str, place: int) -> None:
        bench = self.windows[place]
        if name not in bench.signed_in:
            return
        for read in (
            lambda: bench.work(name).history(),
            lambda: bench.work(name).search_today(Query("words")),
        ):
            before = self._rows()
            try:
                read()
            except ReviewerError:
                continue
            self._require_each(name, place, before)

    @precondition(lambda self: self.leases)
    @rule(place=WINDOWS, data=st.data())
    def compare_and_decide(self, place: int, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        bench = self.windows[place]
        if QUINN not in bench.signed_in:
            return
        before = self._rows()
        try:
            bench.person(QUINN).qa.compare(lease)
            bench.person(QUINN).qa.decide(lease, VerdictKind.ACCEPTED)
        except ReviewerError:
            return
        self._require_each(QUINN, place, before)

    # The second opinion

    def _try(self, name: str, place: int, lease: Lease, opening) -> None:
        before = self._rows()
        try:
            opening()
        except ReviewerError:
            return
        person = self.windows[place].signed_in[name].identity.person.id
        assert lease.person_id == person
        with self.windows[0].database() as database:
            task = database.row("SELECT * FROM task WHERE id = ?", (lease.task_id,))
        assert task["state"] == "leased"
        assert (task["person_id"], task["token"]) == (person, lease.token)
        assert self._require_each(name, place, before) > 0, "no row, and yet it opened"

    def _require_each(self, name: str, place: int, before: int) -> int:
        """Every opening since then was allowed; how many there were."""
        opened = self.windows[0].events(*OPENINGS)[before:]
        for event in opened:
            if event.object:
                self._require(name, place, event.object)
            assert event.actor == self.windows[place].signed_in[name].identity.person.id
        Access.openings += len(opened)
        return len(opened)

    def _require(self, name: str, place: int, clip_id: str) -> None:
        now = self._now()
        assert name in self.windows[place].signed_in
        assert name not in self.revoked
        assert name not in self.other_role
        assert name in self.signed_at, "without any agreement"
        assert now < self.signed_at[name] + timedelta(days=NDA_DAYS), "after the agreement ran out"
        with self.windows[0].database() as database:
            clip = database.row("SELECT * FROM clip WHERE id = ?", (clip_id,))
        assert clip["wrapped_key"] is not None, "after its key was destroyed"
        assert clip["purge_at"] > to_micros(now), "after retention"
        withdrawn = clip["consent_withdrawn_at"]
        assert withdrawn is None or withdrawn > to_micros(now), "after consent was withdrawn"

    def _now(self) -> datetime:
        """Time runs on from the newest row although the machine's clock was set back."""
        newest = newest_row_time(self.folder / "ws" / DATABASE_FILE)
        return max(self.clock.now(), newest or self.clock.now())

    def _rows(self) -> int:
        return len(self.windows[0].events(*OPENINGS))

    def _clips(self) -> list[str]:
        with self.windows[0].database() as database:
            found = database.rows("SELECT id FROM clip WHERE wrapped_key IS NOT NULL")
        return [row["id"] for row in found]

    def _lead(self):
        return self.windows[0].person(LEAD).lead

    @invariant()
    def the_log_verifies_and_nobody_signed_out_holds_a_clip(self) -> None:
        Access.steps += 1
        for bench in self.windows:
            here = {each.identity.session_id for each in bench.signed_in.values()}
            access = bench.workspace._access
            assert {session for session, _ in access._open} <= here
            assert access._prefetched.keys() <= here

    def teardown(self) -> None:
        finding = self.windows[0].person(LEAD).lead.verify_log()
        assert finding.ok or self.was_edited, finding
        assert not (finding.ok and self.other_role), "an edit of the file is found"
        for bench in self.windows:
            bench.workspace.close()
        shutil.rmtree(self.folder)


def test_no_order_of_acts_reaches_a_clip_unless_every_condition_holds() -> None:
    runs = settings(
        max_examples=max(4, STEPS // STEPS_A_RUN),
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    Access.steps = Access.openings = 0
    while Access.steps < STEPS:
        run_state_machine_as_test(Access, settings=runs)
    print(f"{Access.steps} steps, {Access.openings} openings")  # noqa: T201 - the figure for a release
