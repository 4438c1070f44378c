"""A lead's list of all clips over a real workspace: listening, assigning, holding, releasing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.access.verification import verify_file
from reviewer.db.table_sums import store_sums, table_sums
from reviewer.errors import ClipOnHold, NdaRequired, NotAllowed, Refused
from reviewer.lead.clip_list import ClipList
from reviewer.lead.export import NothingToExport
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.clip import ClipState
from reviewer.model.clip_list import ListedClip
from reviewer.model.event import HeardRange
from reviewer.model.held_back import HeldCode
from reviewer.model.hold import HoldReason, ListenReason
from reviewer.model.people import Identity
from reviewer.model.task import SkipReason, TaskKind, VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.transcript.history import History
from tests.benches.spoken import write_spoken
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, annotation, hear, make_bench

DAY = 86_400


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path)
    made.agree(LEAD, ANA, BEN, QUINN)
    yield made
    made.workspace.close()


def desk(bench: Bench) -> tuple[ClipList, Identity]:
    lead = bench.person(LEAD).lead
    return lead.clip_list, lead.identity


def rows(bench: Bench) -> dict[str, ListedClip]:
    clips, lead = desk(bench)
    return {row.id: row for row in clips.rows(lead)}


def verifies(bench: Bench) -> bool:
    return verify_file(bench.workspace.path / DATABASE_FILE).ok


def test_the_list_has_every_clip_with_who_had_it_and_why_it_was_skipped(bench: Bench) -> None:
    lease = bench.work(ANA).claim()
    bench.submitted(BEN, "some words")
    hear(bench.work(ANA), lease)
    bench.work(ANA).skip(lease, SkipReason.TECHNICAL)
    bench.work(ANA).close(lease)
    found = rows(bench)
    assert len(found) == 3
    skipped = found[lease.clip_id]
    assert (skipped.state, skipped.refusals, skipped.locale) == (ClipState.READY, ("technical",), "en-US")
    assert (skipped.product, skipped.seconds) == ("translator", 1.0)
    (done,) = [row for row in found.values() if row.did]
    assert (done.did, done.state, done.done) == ((BEN,), ClipState.REVIEWED, 1)
    assert all(row.changed_at for row in found.values())


def test_a_lead_listens_with_a_reason_and_a_row_and_what_was_heard_is_logged(bench: Bench) -> None:
    clips, lead = desk(bench)
    clip_id = next(iter(rows(bench)))
    sound = clips.open(lead, clip_id, ListenReason.SOUND, "  crackles at\tthe end ")
    assert sound.samples.read(0, 100).shape == (100, 1)
    clips.heard(lead, clip_id, [HeardRange(0, 100)])
    clips.close(lead, clip_id)
    (opened,) = bench.events("clip.opened")
    assert (opened.object, opened.detail["purpose"], opened.detail["why"]) == (clip_id, "listen", "sound")
    assert opened.detail["note"] == "crackles at the end"
    (heard,) = bench.events("clip.heard")
    assert (heard.detail["purpose"], heard.detail["ranges"]) == ("listen", [[0, 100, 100]])
    assert len(bench.events("clip.closed")) == 1
    with pytest.raises(Refused):
        clips.heard(lead, clip_id, [HeardRange(0, 100)])


@pytest.mark.parametrize("note", ["x" * 121, "call 415 555 2671 back", "mail ana@example.com"])
def test_a_note_is_short_and_holds_no_personal_data(bench: Bench, note: str) -> None:
    clips, lead = desk(bench)
    with pytest.raises(Refused):
        clips.open(lead, next(iter(rows(bench))), ListenReason.AUDIT, note)
    assert bench.events("clip.opened") == []


def test_what_is_muted_is_muted_for_the_lead_and_a_later_mark_closes_the_clip(bench: Bench) -> None:
    clips, lead = desk(bench)
    work = bench.work(ANA)
    lease = work.claim()
    work.open(lease)
    work.redactions.mark(lease, 1000, 2000, PersonalDataKind.NUMBER)
    sound = clips.open(lead, lease.clip_id, ListenReason.QUESTION)
    assert not sound.samples.read(1200, 1800).any()
    assert sound.samples.read(3000, 4000).any()
    assert rows(bench)[lease.clip_id].held_back == (HeldCode.PENDING,)
    clips.beat(lead, lease.clip_id)
    work.redactions.mark(lease, 5000, 6000, PersonalDataKind.NUMBER)
    with pytest.raises(Refused) as refused:
        clips.beat(lead, lease.clip_id)
    assert refused.value.code == "CLIP_MUTED"
    assert [event.reason for event in bench.events("clip.put_away")] == ["CLIP_MUTED"]


def test_nobody_but_a_lead_with_an_agreement_listens_and_not_once_consent_is_over(bench: Bench) -> None:
    clips, lead = desk(bench)
    clip_id = next(iter(rows(bench)))
    with pytest.raises(NotAllowed):
        clips.open(bench.person(ANA).identity, clip_id, ListenReason.AUDIT)
    clips.open(lead, clip_id, ListenReason.AUDIT)
    bench.clock.advance(400 * DAY)
    with pytest.raises(NdaRequired):
        clips.beat(lead, clip_id)
    with pytest.raises(NdaRequired):
        clips.open(lead, clip_id, ListenReason.AUDIT)
    bench.clock.advance(400 * DAY)
    bench.agree(LEAD)
    with pytest.raises(Refused) as refused:
        clips.open(lead, clip_id, ListenReason.AUDIT)
    assert refused.value.code == "RETENTION_ENDED"


def test_a_clip_in_quarantine_is_not_heard_from_the_list(bench: Bench, tmp_path: Path) -> None:
    manifest = write_spoken(
        tmp_path / "q", bench.clock, ["call four one five five five five two six seven one"]
    )
    report = bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    clips, lead = desk(bench)
    held = report.rows[0].clip
    assert HeldCode.DRAFT in rows(bench)[held].held_back
    with pytest.raises(Refused) as refused:
        clips.open(lead, held, ListenReason.AUDIT)
    assert refused.value.code == "LISTEN_QUARANTINED"


def test_a_hold_takes_the_clip_from_the_screen_keeps_the_text_and_gives_the_clip_back(bench: Bench) -> None:
    clips, lead = desk(bench)
    work = bench.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    clips.hold(lead, lease.clip_id, HoldReason.CONSENT_QUESTION)
    with pytest.raises(ClipOnHold):
        work.beat(lease)
    typed = annotation("typed so far", frames=opened.clip.frames)
    work.save_draft(lease, History.of(typed), 1)
    bench.clock.advance(1)
    assert work.claim().clip_id != lease.clip_id
    assert rows(bench)[lease.clip_id].hold == "consent_question"
    assert clips.release(lead, lease.clip_id) == "hold"
    again = work.resume()
    assert again.clip_id == lease.clip_id
    assert work.open(again).draft.text_verbatim == "typed so far"
    begun, ended = bench.events("hold.begun", "hold.ended")
    assert (begun.object, begun.reason, ended.object) == (lease.clip_id, "consent_question", lease.clip_id)
    assert verifies(bench)


def test_an_export_leaves_out_what_is_on_hold_and_says_so(bench: Bench, tmp_path: Path) -> None:
    clips, lead = desk(bench)
    bench.submitted(ANA, "some words")
    done = bench.reviewed(QUINN, "some words", VerdictKind.ACCEPTED).clip_id
    clips.hold(lead, done, HoldReason.RESERVED)
    with pytest.raises(NothingToExport) as nothing:
        bench.person(LEAD).lead.export(tmp_path / "set", ["csv"])
    assert nothing.value.left_out["on_hold"] == 1
    clips.release(lead, done)
    assert bench.person(LEAD).lead.export(tmp_path / "set", ["csv"]).clips == 1


def test_verification_replays_holds_also_where_somebody_made_the_sums_anew(bench: Bench) -> None:
    clips, lead = desk(bench)
    first, second, third = rows(bench)
    clips.hold(lead, first, HoldReason.TECHNICAL)
    clips.hold(lead, second, HoldReason.TECHNICAL)
    clips.release(lead, second)
    clips.hold(lead, third, HoldReason.TECHNICAL)
    bench.person(LEAD).lead.held_back._purge.purge_clip(lead, third, "personal_data")
    assert verifies(bench)
    with bench.database() as database, database.transaction():
        database.execute("UPDATE queue_clip SET hold = '' WHERE clip_id = ?", (first,))
        connection = database.raw()
        store_sums(connection, table_sums(connection))
    finding = verify_file(bench.workspace.path / DATABASE_FILE)
    assert (finding.notice.code, finding.notice.parameters) == ("HOLD_DIFFERS", {"clip": first})


def test_a_clip_is_assigned_by_name_and_released_from_whoever_has_it(bench: Bench) -> None:
    clips, lead = desk(bench)
    last = list(rows(bench))[-1]
    clips.assign(lead, last, BEN)
    assert rows(bench)[last].assigned == (BEN,)
    lease = bench.work(BEN).claim()
    assert lease.clip_id == last
    assert rows(bench)[last].has == (BEN,)
    with pytest.raises(Refused) as refused:
        clips.assign(lead, last, ANA)
    assert refused.value.code == "NO_OPEN_PASS"
    assert clips.release(lead, last) == "leases"
    assert (rows(bench)[last].has, rows(bench)[last].refusals) == ((), ("taken",))
    with pytest.raises(Refused) as refused:
        clips.release(lead, last)
    assert refused.value.code == "NOTHING_TO_RELEASE"
    with pytest.raises(Refused):
        clips.assign(lead, last, QUINN)


def test_finished_work_is_corrected_by_somebody_from_qa_who_had_no_part_in_it(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, drafts=("",), project="[queue]\nqa_rate = 0.0\n")
    bench.agree(LEAD, ANA, QUINN)
    clips, lead = desk(bench)
    clip_id = bench.workspace._unit.queue.annotation(bench.submitted(ANA, "some words")).clip_id
    bench.person(QUINN).qa.draw()
    assert rows(bench)[clip_id].state is ClipState.FINAL
    for name, code in ((BEN, "NO_OPEN_PASS"), ("Nobody", "NO_OPEN_PASS")):
        with pytest.raises(Refused) as refused:
            clips.assign(lead, clip_id, name)
        assert refused.value.code == code
    clips.assign(lead, clip_id, QUINN)
    work = bench.person(QUINN).qa.work
    lease = work.claim()
    assert (lease.clip_id, lease.kind) == (clip_id, TaskKind.ADJUDICATE)
    assert bench.person(QUINN).qa.pass_versions(lease) == ()
    hear(work, lease)
    receipt = work.submit(lease, annotation("typed anew"))
    assert bench.workspace._unit.queue.final(clip_id).annotation_id == receipt.annotation_id
    with pytest.raises(Refused):
        clips.assign(lead, clip_id, QUINN)
    assert verifies(bench)
    bench.workspace.close()


def test_a_clip_that_was_skipped_too_often_is_released_into_the_queue(bench: Bench) -> None:
    clips, lead = desk(bench)
    with bench.database() as database:
        database.execute("UPDATE queue_clip SET state = 'with_lead'")
    some = next(iter(rows(bench)))
    assert clips.release(lead, some) == "with_lead"
    assert rows(bench)[some].state is ClipState.READY
