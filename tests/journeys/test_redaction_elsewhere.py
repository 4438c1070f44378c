"""Personal data that somebody marks in a folder of their own is removed, over server, bucket and broker.

``REVIEWER_KILLS``: processes are killed outright too.
"""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import soundfile

from reviewer.access.release_comparison import Lack, compare
from reviewer.clips.content import ClipContent
from reviewer.clips.former_keys import FormerKeys
from reviewer.clips.repository import ClipRepository
from reviewer.errors import LeaseLost, Refused, Unavailable
from reviewer.model.annotation import Flag, PersonalDataKind, PersonalDataSpan
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.model.redaction import Redaction, RedactionState
from reviewer.model.task import Lease
from reviewer.queue.postgres import PostgresQueue
from reviewer.queue.postgres_connection import QueueServer
from reviewer.session.unit_of_work import UnitOfWork
from tests.benches.forked_python import ForkedPython
from tests.benches.killed import Killed, killed_at
from tests.benches.own_folders import Office, office_elsewhere
from tests.benches.workspace import LEAD, annotation, hear

pytest.importorskip("obstore")
NUMBER = "five five five two six seven one"
START, END = 2000, 5000
KILLS = int(os.environ.get("REVIEWER_KILLS", "0"))
ANA, BEN = "Amara Diallo", "Bruno Keller"


@pytest.fixture(scope="module")
def one_office(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Clips of two passes, two contractors, each with a folder of their own."""
    with office_elsewhere(tmp_path_factory.mktemp("office"), postgres, passes=2) as made:
        made.import_clips(7)
        made.start_broker()
        made.lead.agree(LEAD)
        for name in (ANA, BEN):
            made.admit(name, Role.CONTRACTOR).agree(name)
        yield made
        made.close_verified()


def lead_of(office: Office) -> tuple[UnitOfWork, Any]:
    return office.lead.workspace._unit, office.lead.person(LEAD).lead


def both_on_one_clip(office: Office) -> tuple[Lease, Lease]:
    """Ana and Ben have the two passes of the next clip open, and heard all of it."""
    queue, leases = lead_of(office)[0].queue, []
    for name in (ANA, BEN):
        lease = office.windows[name].work(name).claim()
        assert lease is not None
        hear(office.windows[name].work(name), lease)
        queue.set_priority([lease.clip_id], -50 if leases else 50)  # the next test takes another
        leases.append(lease)
    assert leases[0].clip_id == leases[1].clip_id
    return leases[0], leases[1]


def lose(office: Office, lease: Lease, text: str) -> None:
    """Ben's window finds that the lease has ended, and saves what was typed last."""
    work = office.windows[BEN].work(BEN)
    work.sending.begin(lambda: None)
    office.clock.advance(61)  # type: ignore[attr-defined]
    work.beat(lease)
    work.sending.send()
    with pytest.raises(LeaseLost):
        work.beat(lease)
    with pytest.raises(LeaseLost):
        work.save_draft(lease, annotation(text), 9)
    work.close(lease)


def mark_and_hand_in(office: Office, lease: Lease) -> None:
    """Ana marks the number and hands in a text that has it."""
    work = office.windows[ANA].work(ANA)
    muted = work.redactions.mark(lease, START, END, PersonalDataKind.NUMBER)
    assert not muted.samples.read(START, END).any()
    work.submit(lease, annotation(f"call {NUMBER} please"))
    work.close(lease)


def the_redaction(office: Office, clip_id: str) -> Redaction:
    _, lead = lead_of(office)
    (found,) = lead.redactions.of_clip(lead.identity, clip_id)
    return found


def texts(office: Office, clip_id: str) -> list[str]:
    """Every text that the queue keeps of a clip, as the lead's keys open it."""
    unit, lead = lead_of(office)
    keyring = lead.identity.keyring
    return [
        unit.content.unseal(keyring, clip_id, one.kind, one.name, one.sealed).decode()
        for one in unit.queue.sealed_texts(clip_id)
    ]


def is_held(office: Office, clip_id: str) -> bool:
    query = "SELECT hold FROM reviewer_data.queue_clip WHERE clip_id = %s"
    return office.sql(query, clip_id) == [("personal_data",)]


def test_marked_sound_is_gone_everywhere_and_everybodys_work_is_kept(office: Office) -> None:
    unit, lead = lead_of(office)
    anas, bens = both_on_one_clip(office)
    clip_id, ben = anas.clip_id, office.windows[BEN].work(BEN)
    ben.save_draft(bens, annotation("call"), 1)
    old_name, old_key = unit.clips.stored_as(clip_id), unit.content.clip_key(lead.identity.keyring, clip_id)
    work = office.windows[ANA].work(ANA)
    work.redactions.mark(anas, START, END, PersonalDataKind.NUMBER)
    assert is_held(office, clip_id)
    query = "SELECT sealed FROM reviewer_data.personal_data_mark WHERE clip_id = %s"
    ((sealed,),) = office.sql(query, clip_id)
    assert len(sealed) > 96
    assert b"2000" not in sealed
    assert b"number" not in sealed
    work.beat(anas)  # who marked it goes on
    with pytest.raises(Refused, match=r"NOT_LEASED|LEASE_LOST"):  # everybody else does not
        office.windows[BEN].workspace._access._unsealing._source(ben.identity).clip_key(bens)
    lose(office, bens, f"call {NUMBER}")
    ben.sending.send()

    assert clip_id in [held.clip.id for held in lead.held_back.clips(lead.identity)]
    marked = the_redaction(office, clip_id)
    assert (marked.start, marked.end, marked.kind) == (START, END, PersonalDataKind.NUMBER)
    assert lead.redactions.confirm(lead.identity, marked.id).state is RedactionState.CONFIRMED  # Ana works
    work.submit(anas, annotation(f"call {NUMBER} please"))
    work.close(anas)
    assert len(texts(office, clip_id)) == 2
    assert all(NUMBER in text for text in texts(office, clip_id))

    assert lead.redactions.apply_all(lead.identity) == 1
    assert the_redaction(office, clip_id).state is RedactionState.APPLIED
    assert not is_held(office, clip_id)
    assert all(NUMBER not in text for text in texts(office, clip_id))
    (late,) = [each for each in lead.overview().late_drafts if each.clip_id == clip_id]
    assert late.person_id == ben.identity.person.id
    new = unit.content.clip_key(lead.identity.keyring, clip_id)
    assert new.key != old_key.key
    assert old_name not in unit.content._store.clip_ids()
    assert FormerKeys(unit.database).clips() == []
    actions = [event.action for event in office.lead.events() if event.object == clip_id]
    wanted = [Action.REDACTION_PROPOSED, Action.REDACTION_CONFIRMED, Action.REDACTION_PREPARED]
    wanted += [Action.REDACTION_APPLIED, Action.INCIDENT]
    assert [each for each in actions if each in wanted] == wanted
    (own,) = [e for e in office.windows[ANA].events(Action.REDACTION_PROPOSED) if e.object == clip_id]
    (taken,) = [e for e in office.lead.events(Action.REDACTION_PROPOSED) if e.object == clip_id]
    assert taken.detail == {**own.detail, "marked_by": anas.person_id, "is_readable": True}

    unit.queue.set_priority([clip_id], 50)
    again = ben.claim()  # the pass that was taken from Ben is open to everybody again
    assert again is not None
    assert again.clip_id == clip_id
    opened = hear(ben, again)
    assert not np.any(opened.samples.read(START, END))
    assert np.any(opened.samples.read(0, START // 2))
    ben.submit(again, annotation("call [pii:id] please"))
    ben.close(again)
    ben.sending.send()
    exported_without_the_number(office, clip_id)


def exported_without_the_number(office: Office, clip_id: str) -> None:
    """Both passes are accepted, and the set has neither the words nor the sound.

    Clips that earlier tests redacted are in the set as well.
    """
    unit, lead = lead_of(office)
    office.pass_undrawn()
    assert unit.queue.clip_state(clip_id).value == "final"
    assert clip_id in {row.clip_id for row in lead.preview_export(["nemo"]).rows}
    out = office.folder / f"set {clip_id}"
    lead.export(out, ["nemo"])
    (found,) = out.rglob("*.jsonl")
    rows = [json.loads(line) for line in found.read_text("utf-8").splitlines()]
    for row in rows:
        assert row["text"] == "call please"
        samples, _ = soundfile.read(found.parent / row["audio_filepath"], dtype="int16")
        assert not np.any(samples[START:END])
        assert np.any(samples[: START // 2])


def test_verdict_from_before_a_redaction_counts_for_the_text_without_the_number(office: Office) -> None:
    """The clip has another key, and its text another digest, than those that were signed."""
    unit, lead = lead_of(office)
    anas, bens = both_on_one_clip(office)
    ben = office.windows[BEN].work(BEN)
    ben.submit(bens, annotation("call [pii:id] please"))
    ben.close(bens)
    ben.sending.send()
    mark_and_hand_in(office, anas)
    office.pass_undrawn()
    digests = {one.id: one.digest for one in unit.queue.sealed_texts(anas.clip_id)}
    forget_leases(office)
    confirm_all(office, anas.clip_id)
    assert lead.redactions.apply_all(lead.identity) == 1
    for one in unit.queue.sealed_texts(anas.clip_id):
        assert one.digest != digests[one.id]
    exported_without_the_number(office, anas.clip_id)
    forget = "DELETE FROM reviewer_data.verdict WHERE clip_id = %s"
    office.sql("DELETE FROM reviewer_data.final WHERE clip_id = %s", anas.clip_id)
    office.sql(forget, anas.clip_id)
    assert lead.preview_export(["nemo"]).left_out["verdict_not_signed"] == 1


def test_rejected_mark_lets_the_clip_go_on_and_the_sound_comes_back(office: Office) -> None:
    _, lead = lead_of(office)
    work = office.windows[ANA].work(ANA)
    lease = work.claim()
    assert lease is not None
    hear(work, lease)
    work.redactions.mark(lease, START, END, PersonalDataKind.NAME)
    logs = [office.folder / "lead", office.own_folder(ANA)]
    (hidden,) = [each for each in compare([office.folder / "broker"], logs).differences if not each.task_id]
    assert (hidden.lack, hidden.clip_id) == (Lack.NOT_TAKEN, lease.clip_id)
    lead.redactions.take_marks(lead.identity)
    assert all(each.task_id for each in compare([office.folder / "broker"], logs).differences)
    redaction = the_redaction(office, lease.clip_id)
    lead.redactions.reject(lead.identity, redaction.id)
    assert not is_held(office, lease.clip_id)
    work.close(lease)
    assert np.any(work.open(lease).samples.read(START, END))
    tagged = PersonalDataSpan(6000, 7000, PersonalDataKind.NAME)
    work.submit(lease, replace(annotation("call [pii:name]", Flag.PERSONAL_DATA), spans=(tagged,)))
    work.close(lease)
    work.deliver()
    assert is_held(office, lease.clip_id)  # what the text tags is marked too
    assert lead.redactions.take_marks(lead.identity) == 1
    later = lead.redactions.of_clip(lead.identity, lease.clip_id)[-1]
    assert (later.start, later.end) == (6000, 7000)
    lead.redactions.reject(lead.identity, later.id)


def confirm_all(office: Office, clip_id: str) -> None:
    _, lead = lead_of(office)
    lead.redactions.take_marks(lead.identity)
    for one in lead.redactions.of_clip(lead.identity, clip_id):
        lead.redactions.record_decision(lead.identity, one.id, RedactionState.CONFIRMED)


def forget_leases(office: Office) -> None:
    """As if the leases that ended for a redaction would have run out by now."""
    office.sql("UPDATE reviewer_data.redaction_lease SET until = 0")


def test_text_that_comes_while_the_queue_is_asked_is_sealed_again_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, lead = lead_of(office)
    anas, bens = both_on_one_clip(office)
    mark_and_hand_in(office, anas)
    nonsense = b"nonsense of own code"
    office.windows[ANA].workspace._unit.queue.keep_late_draft(anas, nonsense, key="own")
    lose(office, bens, f"it is {NUMBER}")
    confirm_all(office, anas.clip_id)
    assert lead.redactions.apply_all(lead.identity) == 0  # what Ben typed may still come
    assert unit.former_keys.clips() == []
    forget_leases(office)
    with monkeypatch.context() as patch:
        patch.setattr(PostgresQueue, "replace_seals", away)
        assert lead.redactions.apply_all(lead.identity) == 0
    office.windows[BEN].work(BEN).sending.send()
    assert lead.redactions.apply_all(lead.identity) == 1
    (as_it_was,) = [one for one in unit.queue.sealed_texts(anas.clip_id) if one.sealed == nonsense]
    office.sql("DELETE FROM reviewer_data.late_draft WHERE id = %s", as_it_was.id)
    assert [NUMBER in text for text in texts(office, anas.clip_id)] == [False, False]
    assert unit.former_keys.clips() == []


def test_work_under_a_key_that_is_gone_is_refused_and_a_mark_mutes_the_whole_clip(office: Office) -> None:
    _, lead = lead_of(office)
    anas, bens = both_on_one_clip(office)
    clip_id, ben = anas.clip_id, office.windows[BEN].work(BEN)
    with pytest.MonkeyPatch.context() as patch:  # Ben marks something too, and his machine is away
        patch.setattr(QueueServer, "_call", away)
        muted = ben.redactions.mark(bens, 2100, 4900, PersonalDataKind.NAME)
    assert not muted.samples.read(2100, 4900).any()
    mark_and_hand_in(office, anas)
    forget_leases(office)
    confirm_all(office, clip_id)
    assert lead.redactions.apply_all(lead.identity) == 1
    lose(office, bens, f"it is {NUMBER}")
    with suppress(Unavailable):
        ben.sending.send()
    assert len(texts(office, clip_id)) == 1
    refused = office.windows[BEN].events(Action.SUBMISSION_REFUSED)[-1]
    assert (refused.object, refused.reason, refused.detail["late"]) == (clip_id, "CLIP_CHANGED", True)
    assert is_held(office, clip_id)
    assert lead.redactions.take_marks(lead.identity) == 1
    whole = lead.redactions.of_clip(lead.identity, clip_id)[0]
    assert (whole.start, whole.end, whole.proposed_by) == (0, 8000, bens.person_id)
    lead.redactions.reject(lead.identity, whole.id)
    assert not is_held(office, clip_id)


def away(*_arguments: object, **_named: object) -> None:
    raise Unavailable("QUEUE_UNREACHABLE")


DEATHS: list[tuple[type, str, bool]] = [
    (PostgresQueue, "open_marks", True),
    (PostgresQueue, "begin_redaction", True),
    (PostgresQueue, "sealed_texts", True),
    (ClipContent, "sync_new", True),
    (ClipContent, "remove_former", False),
    (ClipContent, "remove_former", True),
    (PostgresQueue, "replace_seals", False),
    (PostgresQueue, "replace_seals", True),
    (PostgresQueue, "put_clip_facts", True),
    (FormerKeys, "delete", True),
    (ClipRepository, "truncate_wal", False),
    (PostgresQueue, "end_redaction", False),
    (PostgresQueue, "end_redaction", True),
]
"""Where the lead's process is killed, one after the other: before or after these."""
FIRST_COMMITTED = 4


def about_to_be_redacted(office: Office) -> str:
    """A clip with a confirmed redaction, a text that was handed in and a late draft; its id."""
    anas, bens = both_on_one_clip(office)
    mark_and_hand_in(office, anas)
    lose(office, bens, f"it is {NUMBER}")
    office.windows[BEN].work(BEN).sending.send()
    confirm_all(office, anas.clip_id)
    return anas.clip_id


def require_gone(office: Office, clip_id: str) -> None:
    """The next run finishes it, once, and nothing of the old clip is left."""
    unit, lead = lead_of(office)
    lead.redactions.apply_all(lead.identity)
    assert the_redaction(office, clip_id).state is RedactionState.APPLIED
    assert not is_held(office, clip_id)
    assert all(NUMBER not in text for text in texts(office, clip_id))
    unit.content.sweep()  # of what a process wrote that was killed before its commit
    assert unit.content._store.clip_ids() == unit.clips.all_stored_as()
    assert len([e for e in office.lead.events(Action.REDACTION_APPLIED) if e.object == clip_id]) == 1
    assert lead.verify_log().ok


def test_redaction_interrupted_at_each_step_goes_on_and_loses_nothing(office: Office) -> None:
    unit, lead = lead_of(office)
    clip_id = about_to_be_redacted(office)
    old_name = unit.clips.stored_as(clip_id)
    for number, (kind, name, is_after) in enumerate(DEATHS):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kind, name, killed_at(getattr(kind, name), is_after=is_after))
            with pytest.raises(Killed):
                lead.redactions.apply_all(lead.identity)
        assert (unit.clips.stored_as(clip_id) != old_name) is (number >= FIRST_COMMITTED), name
        assert len(texts(office, clip_id)) == 2, (name, is_after)
        if number < len(DEATHS) - 1:
            assert is_held(office, clip_id), (name, is_after)
    require_gone(office, clip_id)


CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
import tests.journeys.test_redaction_elsewhere as journey
from reviewer import backends
from reviewer.clips.keys import KdfParameters
from reviewer.clips.store import LocalClipStore
from reviewer.workspace import open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

folder, now, number = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
if not os.environ.get("REVIEWER_BUCKET"):
    backends.clip_store = lambda *_place: LocalClipStore(folder / backends.CLIPS_FOLDER)
kind, name, is_after = journey.DEATHS[number]
whole = getattr(kind, name)

def call(*given, **named):
    if is_after:
        whole(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(kind, name, call)
with open_workspace(folder, clock=FakeClock(now), parameters=KdfParameters.cheap()) as workspace:
    lead = workspace.sign_in(LEAD, PASSPHRASE).lead
    lead.redactions.apply_all(lead.identity)
"""


@pytest.mark.skipif(
    not KILLS, reason="REVIEWER_KILLS sets that processes are killed, which takes seconds each"
)
@pytest.mark.timeout(120)
def test_redaction_killed_outright_at_each_step_goes_on_and_loses_nothing(
    forked_python: ForkedPython, office: Office
) -> None:
    unit, _ = lead_of(office)
    clip_id = about_to_be_redacted(office)
    old_name = unit.clips.stored_as(clip_id)
    folder, now = office.folder / "lead", office.clock.now().isoformat()
    for number, (_, name, is_after) in enumerate(DEATHS):
        ended = forked_python.run(CHILD, folder, now, number)
        assert ended.returncode == -signal.SIGKILL, (name, is_after, ended.stderr)
        assert (unit.clips.stored_as(clip_id) != old_name) is (number >= FIRST_COMMITTED), name
        assert len(texts(office, clip_id)) == 2, (name, is_after)
    require_gone(office, clip_id)
