"""Holds and quarantines of a queue elsewhere: begun and ended in one act, wherever a program is killed."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from reviewer.access.signed_facts import kept_back
from reviewer.errors import Refused, Unavailable
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.event import Action
from reviewer.model.held_back import ReleaseReason
from reviewer.model.hold import HoldReason
from reviewer.model.intervals import Span
from reviewer.model.people import Role
from reviewer.model.redaction import RedactionSource, RedactionState
from reviewer.model.task import Lease
from reviewer.queue.outbox import EndHold, Outbox
from reviewer.queue.postgres import PostgresQueue
from reviewer.session.keeping_back import KeptBackClips
from reviewer.session.redactions import propose
from tests.benches.forked_python import ForkedPython
from tests.benches.killed import Killed, killed_at
from tests.benches.own_folders import Office, office_elsewhere
from tests.benches.workspace import LEAD, Bench, write_clips

pytest.importorskip("obstore")
ANA, BEN = "Amara Diallo", "Bruno Keller"
WITH_A_NUMBER = "call me at 0151 23456789 tomorrow"
HEARD = [
    {"text": word, "start": place / 20, "end": place / 20 + 0.04, "confidence": 0.5}
    for place, word in enumerate(["my", "number", "is", "0151", "23456789"])
]
BODY = json.dumps({"text": "my number is 0151 23456789", "engine": "x", "words": HEARD})
RECOGNISER = f"import sys; sys.stdin.buffer.read(); print({BODY!r})"
ASR = (
    "[asr]\nhidden_share = 0.0\n[[asr.recogniser]]\nkind = 'command'\n"
    f"command = {json.dumps([sys.executable, '-c', RECOGNISER])}\n"
)


@pytest.fixture(scope="module")
def one_office(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Thirteen clips, seven of them in quarantine, and a contractor with a folder of her own."""
    folder = tmp_path_factory.mktemp("office")
    with office_elsewhere(folder, postgres, ASR) as made:
        drafts = [WITH_A_NUMBER] * 7 + [""] * 6
        made.lead.person(LEAD).lead.import_manifest(
            write_clips(folder / "in", made.clock, drafts), IntakeOptions()
        )
        made.start_broker()
        made.lead.agree(LEAD)
        for name in (ANA, BEN):
            made.admit(name, Role.CONTRACTOR).agree(name)
        yield made
        made.close_verified()


@pytest.fixture
def lease(office: Office) -> Iterator[Lease]:
    """Ana's, of a clip that is open to her; it is closed and given back afterwards."""
    work = office.windows[ANA].work(ANA)
    found = work.claim()
    assert found is not None
    work.open(found)
    work.close(found)
    yield found
    with suppress(Refused):  # it is lost
        work.release(found)


def away(*_given: object, **_named: object) -> None:
    raise Unavailable("QUEUE_UNREACHABLE")


def server_hold(office: Office, clip_id: str) -> str:
    ((hold,),) = office.sql("SELECT hold FROM reviewer_data.queue_clip WHERE clip_id = %s", clip_id)
    return str(hold)


def server_state(office: Office, clip_id: str) -> str:
    ((state,),) = office.sql("SELECT state FROM reviewer_data.queue_clip WHERE clip_id = %s", clip_id)
    return str(state)


def opens(window: Bench, name: str, lease: Lease) -> str:
    """Empty, or by which code the clip does not open."""
    try:
        window.work(name).open(lease)
    except Refused as refusal:
        return refusal.code
    window.work(name).close(lease)
    return ""


def go_on(office: Office) -> None:
    """What each look at the held clips does, and the broker each minute."""
    lead = office.lead.person(LEAD).lead
    lead.redactions.take_marks(lead.identity)


def about(office: Office, clip_id: str, *actions: Action) -> list[Action]:
    return [event.action for event in office.lead.events(*actions) if event.object == clip_id]


DEATHS = [("end_hold", False), ("end_hold", True), ("_record", False)]


def patched(patch: pytest.MonkeyPatch, name: str, *, is_after: bool) -> None:
    kind = KeptBackClips if name == "_record" else PostgresQueue
    patch.setattr(kind, name, killed_at(getattr(kind, name), is_after=is_after))


@pytest.mark.parametrize(("name", "is_after"), DEATHS)
def test_hold_whose_end_was_killed_ends_with_the_next_look(
    office: Office, lease: Lease, name: str, *, is_after: bool
) -> None:
    lead = office.lead.person(LEAD).lead
    lead.clip_list.hold(lead.identity, lease.clip_id, HoldReason.TECHNICAL)
    assert opens(office.windows[ANA], ANA, lease) == "CLIP_ON_HOLD"
    with pytest.MonkeyPatch.context() as patch:
        patched(patch, name, is_after=is_after)
        with pytest.raises(Killed):
            lead.clip_list.release(lead.identity, lease.clip_id)
    assert opens(office.windows[ANA], ANA, lease) == "CLIP_ON_HOLD"  # no key before the row
    go_on(office)
    assert server_hold(office, lease.clip_id) == ""
    assert opens(office.windows[ANA], ANA, lease) == ""
    assert about(office, lease.clip_id, Action.HOLD_BEGUN, Action.HOLD_ENDED)[-2:] == [
        Action.HOLD_BEGUN,
        Action.HOLD_ENDED,
    ]
    go_on(office)
    assert lead.verify_log().ok


@pytest.mark.parametrize(("name", "is_after"), [("hold", False), ("hold", True), ("_record", False)])
def test_hold_that_was_killed_is_begun_by_the_next_look(
    office: Office, lease: Lease, name: str, *, is_after: bool
) -> None:
    lead = office.lead.person(LEAD).lead
    with pytest.MonkeyPatch.context() as patch:
        patched(patch, name, is_after=is_after)
        with pytest.raises(Killed):
            lead.clip_list.hold(lead.identity, lease.clip_id, HoldReason.RESERVED)
    go_on(office)
    assert server_hold(office, lease.clip_id) == "reserved"
    assert opens(office.windows[ANA], ANA, lease) == "CLIP_ON_HOLD"
    lead.clip_list.release(lead.identity, lease.clip_id)
    assert opens(office.windows[ANA], ANA, lease) == ""


CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from reviewer import backends
from reviewer.clips.keys import KdfParameters
from reviewer.clips.store import LocalClipStore
from reviewer.queue.postgres import PostgresQueue
from reviewer.workspace import open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

folder, now, clip_id = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3]
backends.clip_store = lambda *_place: LocalClipStore(folder / backends.CLIPS_FOLDER)
whole = PostgresQueue.end_hold

def call(*given):
    whole(*given)
    os.kill(os.getpid(), signal.SIGKILL)

PostgresQueue.end_hold = call
with open_workspace(folder, clock=FakeClock(now), parameters=KdfParameters.cheap()) as workspace:
    lead = workspace.sign_in(LEAD, PASSPHRASE).lead
    lead.clip_list.release(lead.identity, clip_id)
"""


def test_process_that_is_killed_once_the_server_has_answered_leaves_no_clip_without_a_key(
    forked_python: ForkedPython, office: Office, lease: Lease
) -> None:
    lead = office.lead.person(LEAD).lead
    lead.clip_list.hold(lead.identity, lease.clip_id, HoldReason.TECHNICAL)
    now = office.clock.now().isoformat()
    ended = forked_python.run(CHILD, office.folder / "lead", now, lease.clip_id)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert server_hold(office, lease.clip_id) == ""
    assert opens(office.windows[ANA], ANA, lease) == "CLIP_ON_HOLD"
    lead.overview()  # the page that a lead's window opens with
    assert opens(office.windows[ANA], ANA, lease) == ""


def test_hold_that_the_server_lost_is_ended_by_a_release(office: Office, lease: Lease) -> None:
    """As an earlier version left a clip whose release was killed."""
    lead = office.lead.person(LEAD).lead
    lead.clip_list.hold(lead.identity, lease.clip_id, HoldReason.TECHNICAL)
    office.sql("UPDATE reviewer_data.queue_clip SET hold = '' WHERE clip_id = %s", lease.clip_id)
    assert opens(office.windows[ANA], ANA, lease) == "CLIP_ON_HOLD"
    assert lead.clip_list.release(lead.identity, lease.clip_id) == "hold"
    assert opens(office.windows[ANA], ANA, lease) == ""


def test_acts_that_wait_come_in_their_order_and_a_stale_one_changes_nothing(
    office: Office, lease: Lease
) -> None:
    lead, clip_id = office.lead.person(LEAD).lead, lease.clip_id
    clips, identity = lead.clip_list, lead.identity
    clips.hold(identity, clip_id, HoldReason.TECHNICAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PostgresQueue, "end_hold", away)
        with pytest.raises(Unavailable):
            clips.release(identity, clip_id)
    clips.hold(identity, clip_id, HoldReason.RESERVED)  # by another lead, who does not wait
    assert server_hold(office, clip_id) == "reserved"
    unit, whole = office.lead.workspace._unit, Outbox.deliver
    with unit.transaction():
        stale = unit.outbox.add(identity.person.id, EndHold(clip_id))

    def meanwhile(outbox: Outbox, entry: Any) -> Any:  # another process did it, and began a new hold
        answer = whole(outbox, entry)
        with unit.transaction():
            outbox.settle(stale)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Outbox, "deliver", meanwhile)
        go_on(office)
    assert server_hold(office, clip_id) == "reserved"
    clips.release(identity, clip_id)
    assert opens(office.windows[ANA], ANA, lease) == ""


def in_quarantine(office: Office) -> str:
    lead = office.lead.person(LEAD).lead
    return next(one.clip.id for one in lead.held_back.clips(lead.identity) if one.state == "quarantined")


QUARANTINE_DEATHS = [("end_quarantine", False), ("end_quarantine", True), ("_record", False)]


@pytest.mark.parametrize(("name", "is_after"), QUARANTINE_DEATHS)
@pytest.mark.parametrize("to", ["", ANA])
def test_quarantine_whose_end_was_killed_ends_with_the_next_look(
    office: Office, name: str, to: str, *, is_after: bool
) -> None:
    lead, clip_id, unit = office.lead.person(LEAD).lead, in_quarantine(office), office.lead.workspace._unit
    lead.held_back.drop_drafts(lead.identity, clip_id)
    with pytest.MonkeyPatch.context() as patch:
        patched(patch, name, is_after=is_after)
        let_go = partial(lead.held_back.release, lead.identity, clip_id, ReleaseReason.CHECKED)
        assign = partial(lead.held_back.reassign, lead.identity, clip_id, to)
        with pytest.raises(Killed):
            (assign if to else let_go)()
    lead.overview()
    assert server_state(office, clip_id) == "ready"
    assert kept_back(row.event() for row in unit.log.about(clip_id)) == ""  # what the broker asks
    assert clip_id not in [find.clip_id for find in unit.held_finds.all()]
    query = "SELECT coalesce(assigned_to, '') FROM reviewer_data.task WHERE clip_id = %s"
    person_id = office.windows[ANA].person(ANA).identity.person.id
    assert office.sql(query, clip_id) == [(person_id if to else "",)]
    assert about(office, clip_id, Action.HELD_RELEASED) == [Action.HELD_RELEASED]


def test_quarantine_stays_where_the_person_may_not_have_the_clip(office: Office) -> None:
    lead, clip_id, unit = office.lead.person(LEAD).lead, in_quarantine(office), office.lead.workspace._unit
    unit.queue.set_clip_skill([clip_id], "medical")
    with pytest.raises(Refused, match="SKILL_MISSING"):
        lead.held_back.reassign(lead.identity, clip_id, BEN)
    assert server_state(office, clip_id) == "quarantined"
    assert about(office, clip_id, Action.HELD_RELEASED) == []
    assert unit.outbox.waiting() == 0
    unit.queue.set_clip_skill([clip_id], "")


def test_clip_that_a_recogniser_muted_is_given_to_nobody_until_a_lead_decides(
    office: Office, lease: Lease
) -> None:
    unit, lead = office.lead.workspace._unit, office.lead.person(LEAD).lead
    lead.make_drafts()
    muted = {one.clip_id for one in unit.redactions.in_state(RedactionState.PROPOSED)}
    assert lease.clip_id in muted
    assert {one.source for one in unit.redactions.of_clip(lease.clip_id)} == {RedactionSource.DRAFT}
    for clip_id in muted:
        is_away = server_state(office, clip_id) == "quarantined"
        assert is_away or server_hold(office, clip_id) == "personal_data"
    assert office.windows[ANA].work(ANA).claim() is None  # nor is what she had
    assert opens(office.windows[ANA], ANA, lease) == "LEASE_LOST"
    for clip_id in muted:
        for one in unit.redactions.of_clip(clip_id):
            if one.state is RedactionState.PROPOSED:
                lead.redactions.reject(lead.identity, one.id)
        assert server_hold(office, clip_id) == ""
    again = office.windows[ANA].work(ANA).claim()
    assert again is not None
    assert opens(office.windows[ANA], ANA, again) == ""
    office.windows[ANA].work(ANA).release(again)


def test_server_that_was_away_is_told_by_the_next_look(office: Office, lease: Lease) -> None:
    unit, lead = office.lead.workspace._unit, office.lead.person(LEAD).lead
    clip = unit.clips.get(lease.clip_id)
    with unit.transaction():
        one = propose(unit, lead.identity, clip, Span(1, 99), PersonalDataKind.NAME, RedactionSource.DRAFT)
    assert one is not None
    assert server_hold(office, clip.id) == ""
    lead.overview()
    assert server_hold(office, clip.id) == "personal_data"
    lead.redactions.reject(lead.identity, one.id)
    assert server_hold(office, clip.id) == ""
