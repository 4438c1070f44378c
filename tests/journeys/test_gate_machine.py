"""No order of acts reaches a clip without a live acknowledgement: a state machine tries."""

import shutil
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reviewer.clips.keys import KdfParameters
from reviewer.errors import Refused, ReviewerError
from reviewer.model.event import Action, HeardRange
from reviewer.model.people import Identity
from reviewer.model.task import Check, Lease
from reviewer.places import resource
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, agree, annotation, make_bench

PEOPLE = st.sampled_from([ANA, BEN, QUINN])
NDA_DAYS = 30


class Gate(RuleBasedStateMachine):
    """People sign in, agree, decline, forge and wait in any order; whatever opens must be allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="gate-"))
        project = f"nda_days = {NDA_DAYS}\n[queue]\nqa_rate = 1.0\nlease_minutes = 600000\n"
        self.bench = make_bench(self.folder, drafts=("", "", "", "", "", ""), project=project)
        self.nda = self.bench.workspace.path / "nda"
        shutil.copytree(resource("nda"), self.nda)
        self.bench.workspace.close()
        self.reopen()
        self.version = 1
        self.signed: dict[str, tuple[int, object]] = {}
        self.revoked: set[str] = set()
        self.leases: list[Lease] = []
        self.checks: list[Check] = []
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
            self.bench.workspace.sign_out(self.bench.signed_in.pop(name))

    @rule(name=PEOPLE)
    def read_and_sign(self, name: str) -> None:
        if name in self.bench.signed_in and name not in self.revoked:
            agree(self.bench.workspace.agreement, self.bench.person(name).identity, self.bench.clock)
            self.signed[name] = (self.version, self.bench.clock.now())

    @rule(name=PEOPLE)
    def sign_with_a_wrong_passphrase(self, name: str) -> None:
        if name in self.bench.signed_in and name not in self.revoked:
            agreement, identity = self.bench.workspace.agreement, self.bench.person(name).identity
            now = self.bench.clock.now()
            try:
                agreement.accept(
                    identity,
                    agreement.text(),
                    typed_name=name,
                    passphrase="not this one",
                    shown_at=now,
                    end_reached_at=now,
                )
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

    @rule(days=st.sampled_from([1, 10, NDA_DAYS]))
    def wait(self, days: int) -> None:
        self.bench.clock.advance(days * 86_400)

    @rule(name=st.sampled_from([BEN]))
    def revoke(self, name: str) -> None:
        if name not in self.revoked:
            self.bench.person(LEAD).lead.revoke(name)
            self.revoked.add(name)

    @rule(name=st.sampled_from([ANA, BEN]), forge=st.booleans())
    def claim_and_open(self, name: str, forge: bool) -> None:
        if name not in self.bench.signed_in:
            return
        desk = self.bench.person(name).desk
        if forge:
            desk.identity = replace(desk.identity, session_id="0" * 16)
        allowed = self.may_open(name) and not forge
        try:
            lease = desk.claim()
            if lease is not None:
                self.leases.append(lease)
                desk.open(lease)
        except ReviewerError:
            assert not allowed
        else:
            assert allowed
            self.opened += lease is not None
        desk.identity = self.bench.person(name).identity

    @precondition(lambda self: self.leases)
    @rule(name=PEOPLE, data=st.data())
    def open_a_lease_once_seen(self, name: str, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        if name not in self.bench.signed_in:
            return
        person = self.bench.person(name)
        mine = lease.person_id == person.identity.person.id
        try:
            person.desk.open(lease)
        except ReviewerError:
            return
        assert mine
        assert self.may_open(name)
        self.opened += 1

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def hand_in(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        for name in (ANA, BEN):
            if name in self.bench.signed_in:
                try:
                    desk = self.bench.person(name).desk
                    desk.heard(lease.clip_id, [HeardRange(0, 8000)])
                    desk.submit(lease, annotation("words"))
                except ReviewerError:
                    continue
                assert self.may_open(name)

    @rule()
    def check(self) -> None:
        if QUINN not in self.bench.signed_in:
            return
        qa = self.bench.person(QUINN).qa
        try:
            qa.draw()
            check = qa.claim()
            if check is not None:
                self.checks.append(check)
                qa.open(check)
                self.opened += 1
        except ReviewerError:
            assert not self.may_open(QUINN)
        else:
            assert self.may_open(QUINN)

    @precondition(lambda self: self.checks)
    @rule(data=st.data())
    def open_a_check_once_seen(self, data: st.DataObject) -> None:
        check = data.draw(st.sampled_from(self.checks))
        if QUINN not in self.bench.signed_in:
            return
        try:
            self.bench.person(QUINN).qa.open(check)
        except ReviewerError:
            return
        assert self.may_open(QUINN)
        self.opened += 1

    @invariant()
    def every_opening_is_in_the_log(self) -> None:
        rows = [row.event() for row in self.bench.workspace.ledger.rows()]
        openings = [event for event in rows if event.action in (Action.CLIP_OPENED, Action.QA_OPENED)]
        assert len(openings) == self.opened
        assert all(event.detail["nda"] for event in openings)

    def teardown(self) -> None:
        self.bench.workspace.close()
        shutil.rmtree(self.folder)


TestGate = Gate.TestCase
TestGate.settings = settings(max_examples=12, stateful_step_count=30, deadline=None)


def test_an_identity_made_by_hand_is_nobody(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, drafts=("",))
    bench.agree(ANA)
    real = bench.person(ANA).identity
    forged = Identity(real.person, real.session_id, real.keyring)
    desk = bench.workspace.desk(forged)
    with bench.workspace, pytest.raises(Refused, match="signed out"):
        desk.claim()
