"""No order of acts reaches a clip without a live acknowledgement: a state machine tries."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reviewer.clips.keys import KdfParameters
from reviewer.errors import OpenElsewhere, ReviewerError
from reviewer.model.event import Action, HeardRange
from reviewer.model.task import Lease
from reviewer.places import resource
from reviewer.session.acts import HandIn
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, agree, annotation, make_bench

PEOPLE = st.sampled_from([ANA, BEN, QUINN])
NDA_DAYS = 30


class Gate(RuleBasedStateMachine):
    """People sign in, agree, decline, forge and wait in any order; whatever opens must be allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="gate-"))
        project = f"nda_days = {NDA_DAYS}\n[queue]\nqa_rate = 1.0\nlease_minutes = 100000\n"
        self.bench = make_bench(self.folder, drafts=("", "", "", "", "", ""), project=project)
        self.nda = self.bench.workspace.path / "nda"
        shutil.copytree(resource("nda"), self.nda)
        self.bench.sign_policy()
        self.bench.workspace.close()
        self.reopen()
        self.version = 1
        self.signed: dict[str, tuple[int, object]] = {}
        self.revoked: set[str] = set()
        self.leases: list[Lease] = []
        self.opened = 0

    def reopen(self) -> None:
        self.bench.signed_in.clear()
        self.bench.workspace = open_workspace(
            self.folder / "ws", clock=self.bench.clock, parameters=KdfParameters.cheap()
        )

    def may_open(self, name: str) -> bool:
        if name in self.revoked or name not in self.signed or name not in self.bench.signed_in:
            return False
        version, at = self.signed[name]
        return version == self.version and self.bench.clock.now() < at + timedelta(days=NDA_DAYS)

    @rule(name=PEOPLE)
    def sign_in(self, name: str) -> None:
        if name not in self.revoked:
            self.bench.person(name)

    @rule(name=PEOPLE)
    def sign_out(self, name: str) -> None:
        if name in self.bench.signed_in:
            self.bench.sign_out(name)

    @rule(name=PEOPLE)
    def read_and_sign(self, name: str) -> None:
        if name in self.bench.signed_in and name not in self.revoked:
            agree(self.bench.workspace.agreement, self.bench.person(name).identity, self.bench.clock)
            self.signed[name] = (self.version, self.bench.clock.now())

    @rule(name=PEOPLE)
    def sign_with_a_wrong_passphrase(self, name: str) -> None:
        if name in self.bench.signed_in and name not in self.revoked:
            agreement, identity = self.bench.workspace.agreement, self.bench.person(name).identity
            try:
                agreement.accept(identity, agreement.text(), typed_name=name, passphrase="not this one")
            except ReviewerError:
                self.bench.clock.advance(3601)  # past any wait that the failure caused
            else:
                raise AssertionError("signed with a wrong passphrase")

    @rule(name=PEOPLE)
    def decline(self, name: str) -> None:
        if name in self.bench.signed_in and name not in self.revoked:
            agreement = self.bench.workspace.agreement
            agreement.decline(self.bench.person(name).identity, agreement.text())

    @precondition(lambda self: self.version < 4)
    @rule()
    def publish_a_new_version(self) -> None:
        newest = max(self.nda.iterdir(), key=lambda folder: folder.name if folder.is_dir() else "")
        self.version += 1
        fresh = self.nda / f"{self.version}.0"
        shutil.copytree(newest, fresh)
        about = fresh / "nda.toml"
        about.write_text(
            about.read_text(encoding="utf-8").replace(f'"{newest.name}"', f'"{fresh.name}"'), encoding="utf-8"
        )
        for text in fresh.glob("*.txt"):
            text.write_text(
                text.read_text(encoding="utf-8") + f"\nVersion {self.version}.\n", encoding="utf-8"
            )
        self.bench.sign_policy()

    @rule(days=st.sampled_from([1, 10, NDA_DAYS]))
    def wait(self, days: int) -> None:
        self.bench.clock.advance(days * 86_400)

    @rule(name=st.sampled_from([BEN]))
    def revoke(self, name: str) -> None:
        if name not in self.revoked:
            self.bench.person(LEAD).lead.revoke(name)
            self.revoked.add(name)

    @rule(name=PEOPLE, prefetches=st.booleans())
    def claim_and_open(self, name: str, *, prefetches: bool) -> None:
        if name not in self.bench.signed_in:
            return
        work = self.bench.work(name)
        try:
            if name == QUINN:
                self.bench.person(QUINN).qa.draw()
            lease = work.claim()
            if lease is not None:
                self.leases.append(lease)
                work.open(lease)
            if prefetches:
                work.prefetch()
        except OpenElsewhere:
            self.leases = self.leases[:-1]
        except ReviewerError:
            assert not self.may_open(name)
        else:
            assert self.may_open(name)
            self.opened += lease is not None

    @precondition(lambda self: self.leases)
    @rule(name=PEOPLE, data=st.data())
    def open_a_lease_once_seen(self, name: str, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        if name not in self.bench.signed_in:
            return
        person = self.bench.person(name)
        try:
            self.bench.work(name).open(lease)
        except ReviewerError:
            return
        assert lease.person_id == person.identity.person.id
        assert self.may_open(name)
        self.opened += 1

    @precondition(lambda self: self.leases)
    @rule(name=PEOPLE, data=st.data(), hands_over=st.booleans())
    def hear_and_hand_in(self, name: str, data: st.DataObject, *, hands_over: bool) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        if name not in self.bench.signed_in:
            return
        work = self.bench.work(name)
        try:
            work.heard(lease, [HeardRange(0, 8000)])
            if hands_over:
                self.opened += work.hand_over(HandIn(lease, annotation("words"))) is not None
            else:
                work.submit(lease, annotation("words"))
        except ReviewerError:
            return
        assert self.may_open(name)

    @precondition(lambda self: self.leases)
    @rule(name=PEOPLE, data=st.data())
    def beat(self, name: str, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        if name not in self.bench.signed_in:
            return
        try:
            self.bench.work(name).beat(lease)
        except ReviewerError:
            return
        assert self.may_open(name)

    @invariant()
    def every_opening_is_in_the_log(self) -> None:
        openings = self.bench.events(Action.CLIP_OPENED)
        assert len(openings) == self.opened
        assert all(event.detail["nda"] for event in openings)

    def teardown(self) -> None:
        self.bench.workspace.close()
        shutil.rmtree(self.folder)


TestGate = Gate.TestCase
TestGate.settings = settings(max_examples=12, stateful_step_count=30, deadline=None)
