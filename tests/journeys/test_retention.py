"""Retention: extended by a decision, ended by its date, whoever is signed in then."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reviewer.clips.repository import PurgeReason
from reviewer.db.workspace_meta import read_meta
from reviewer.errors import NotAllowed, Refused, Unavailable
from reviewer.lead.retention import DueClip, RetentionExtension, due_clips
from reviewer.model.clip import ClipState
from reviewer.model.clock import to_iso
from reviewer.model.event import Action
from reviewer.model.project import IntakeRules
from reviewer.session.due_purges import LONGEST_SILENCE, DuePurges
from tests.benches.lead import LeadBench, Replaced
from tests.benches.workspace import ANA, BEN, PASSPHRASE, QUINN
from tests.journeys.test_purge import add_clip, state

DAY = timedelta(days=1)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LeadBench]:
    made = LeadBench(tmp_path / "ws")
    yield made
    made.close()


def extension(bench: LeadBench) -> RetentionExtension:
    return RetentionExtension(bench.unit, IntakeRules())


def ending(bench: LeadBench, clip_id: str, days: int = 10, **changes: Any) -> None:
    """A clip whose retention ends in so many days."""
    add_clip(bench, clip_id, purge_at=bench.clock.now() + days * DAY, **changes)
    bench.unit.queue.keep_open_until(clip_id, bench.clock.now() + days * DAY)


def test_extended_clip_is_kept_and_handed_out_until_the_new_date(bench: LeadBench) -> None:
    ending(bench, "c1", passes=2)
    ending(bench, "c2")
    until = bench.clock.now() + 100 * DAY
    (made,) = extension(bench).extend(bench.lead, ["c1", "c1"], until, "  sampled for\n training ")
    assert (made.clip_id, made.until, made.why) == ("c1", until, "sampled for training")
    assert bench.unit.retention.standing() == [made]
    due = DuePurges(bench.unit)
    bench.clock.advance(10 * 86_400)
    assert due.purge(bench.lead) == ("c2",)
    bench.clock.advance(89 * 86_400)
    assert bench.claim(ANA).clip_id == "c1"
    due.release()
    assert due.purge(bench.lead) == ()
    bench.clock.advance(86_400)
    assert bench.claim(BEN) is None
    assert due.purge(bench.lead) == ("c1",)
    assert bench.unit.retention.standing() == []


def test_decision_is_in_the_log_with_who_why_and_until(bench: LeadBench) -> None:
    ending(bench, "c1")
    was, until = bench.clock.now() + 10 * DAY, bench.clock.now() + 20 * DAY
    extension(bench).extend(bench.lead, ["c1"], until, "asked for by research")
    extension(bench).extend(bench.lead, ["c1"], until + DAY, "once more")
    rows = [row.event() for row in bench.unit.log.rows()]
    events = [event for event in rows if event.action == Action.RETENTION_EXTENDED]
    assert [(event.actor, event.object) for event in events] == [(bench.lead.person.id, "c1")] * 2
    assert events[0].detail == {"until": to_iso(until), "was": to_iso(was), "why": "asked for by research"}
    (standing,) = bench.unit.retention.standing()
    assert (standing.until, standing.was, standing.why) == (until + DAY, until, "once more")
    ending(bench, "c2")
    extension(bench).extend(bench.lead, ["c2"], until, "also")
    assert [each.clip_id for each in bench.unit.retention.standing()] == ["c2", "c1"]


def test_no_decision_reaches_past_a_withdrawal(bench: LeadBench) -> None:
    ending(bench, "c1", consent_withdrawn_at=bench.clock.now() + 15 * DAY)
    with pytest.raises(Refused, match="RETENTION_PAST_WITHDRAWAL"):
        extension(bench).extend(bench.lead, ["c1"], bench.clock.now() + 16 * DAY, "why")
    extension(bench).extend(bench.lead, ["c1"], bench.clock.now() + 15 * DAY, "why")
    ending(bench, "c2")
    extension(bench).extend(bench.lead, ["c2"], bench.clock.now() + 99 * DAY, "why")
    bench.withdraw_consent("c2")
    assert DuePurges(bench.unit).purge(bench.lead) == ("c2",)


@pytest.mark.parametrize(
    ("clips", "days", "why", "code"),
    [
        (["c1"], 731, "why", "RETENTION_TOO_LONG"),
        (["c1"], 10, "why", "RETENTION_NOT_LONGER"),
        (["c1"], 20, " \n", "RETENTION_NO_REASON"),
        (["c1"], 20, "w" * 201, "RETENTION_NO_REASON"),
        (["c1"], 20, "why\x1b[2J", "RETENTION_NO_REASON"),
        (["c1"], 20, "asked for by jane@doe.com", "NOTE_HAS_PERSONAL_DATA"),
        (["c1", "nowhere"], 20, "why", "NO_SUCH_CLIP"),
        (["c1", "held"], 20, "why", "RETENTION_NOT_SAMPLED"),
        (["c1", "over"], 20, "why", "RETENTION_OVER"),
        (["c1", "gone"], 20, "why", "PURGED"),
    ],
)
def test_decision_that_cannot_be_changes_nothing(
    bench: LeadBench, clips: list[str], days: int, why: str, code: str
) -> None:
    ending(bench, "c1")
    ending(bench, "held", quarantined=True)
    ending(bench, "gone", days=0)
    assert DuePurges(bench.unit).purge(bench.lead) == ("gone",)
    ending(bench, "over", days=0)
    before = state(bench)
    with pytest.raises(Refused, match=code):
        extension(bench).extend(bench.lead, clips, bench.clock.now() + days * DAY, why)
    assert state(bench) == before
    assert bench.unit.retention.standing() == []


def test_a_date_without_a_time_zone_is_no_date(bench: LeadBench) -> None:
    ending(bench, "c1")
    until = (bench.clock.now() + 20 * DAY).replace(tzinfo=None)
    with pytest.raises(Refused, match="NOT_A_DATE"):
        extension(bench).extend(bench.lead, ["c1"], until, "why")


def test_whatever_is_in_the_queue_may_be_kept_for_longer_but_not_what_is_in_quarantine(
    bench: LeadBench,
) -> None:
    ending(bench, "c1")
    kept = []
    for days, each in enumerate(ClipState, 20):
        bench.unit.database.execute("UPDATE queue_clip SET state = ?", (each,))
        with suppress(Refused):
            extension(bench).extend(bench.lead, ["c1"], bench.clock.now() + days * DAY, "why")
            kept.append(each)
    assert set(ClipState) - set(kept) == {ClipState.QUARANTINED, ClipState.PURGED}


def test_clips_are_due_at_the_first_of_their_dates_and_listed_in_its_order(bench: LeadBench) -> None:
    now = bench.clock.now()
    ending(bench, "c1", 20)
    ending(bench, "c2", 10, consent_withdrawn_at=now + 3 * DAY)
    ending(bench, "c3", 5, consent_withdrawn_at=now + 30 * DAY)
    ending(bench, "c4", 4)
    assert due_clips(bench.unit, now + 2 * DAY) == ()
    assert due_clips(bench.unit, now + 5 * DAY) == (
        DueClip("c2", now + 3 * DAY, PurgeReason.CONSENT_ENDED),
        DueClip("c4", now + 4 * DAY, PurgeReason.RETENTION_ENDED),
        DueClip("c3", now + 5 * DAY, PurgeReason.RETENTION_ENDED),
    )


def test_nobody_but_a_lead_extends(bench: LeadBench) -> None:
    ending(bench, "c1")
    with pytest.raises(NotAllowed):
        extension(bench).extend(
            bench.sign_in.sign_in(QUINN, PASSPHRASE), ["c1"], bench.clock.now() + 20 * DAY, "why"
        )


@pytest.mark.parametrize("name", [ANA, QUINN])
def test_whoever_is_signed_in_purges_what_is_due_in_their_name_and_nothing_else(
    bench: LeadBench, name: str
) -> None:
    ending(bench, "c1", days=0)
    ending(bench, "c2")
    who = bench.sign_in.sign_in(name, PASSPHRASE)
    assert DuePurges(bench.unit).purge(who) == ("c1",)
    assert bench.unit.clips.ids() == {"c2"}
    assert {path.name.split(".")[0] for path in (bench.folder / "clips").iterdir()} == {"c2"}
    (row,) = [row.event() for row in bench.unit.log.rows() if row.event().action == Action.PURGED]
    assert (row.actor, row.reason, row.detail["by_date"]) == (who.person.id, "retention", True)
    assert DuePurges(bench.unit).purge(who) == ()


def test_clip_with_a_lease_is_purged_all_the_same(bench: LeadBench) -> None:
    ending(bench, "c1", days=1)
    lease = bench.claim(ANA)
    bench.clock.advance(86_400)
    assert DuePurges(bench.unit).purge(bench.lead) == ("c1",)
    with pytest.raises(Refused):
        bench.unit.queue.check_lease(lease)


def test_purge_by_date_that_fails_is_whole_for_each_clip(bench: LeadBench) -> None:
    ending(bench, "c1", days=0)
    ending(bench, "c2", days=0)

    def fail(clip: str, reason: str) -> None:
        if clip == "c2":
            raise Unavailable("DISK_FULL")
        bench.unit.queue.withdraw_clip(clip, reason)

    unit = bench.replaced(queue=Replaced(bench.unit.queue, withdraw_clip=fail))
    with pytest.raises(Unavailable):
        DuePurges(unit).purge(bench.lead)
    assert bench.unit.clips.ids() == {"c2"}
    assert bench.unit.queue.clip_state("c2") is ClipState.READY
    assert DuePurges(bench.unit).purge(bench.lead) == ("c2",)


def test_clip_that_the_queue_does_not_know_yet_keeps_no_other_from_being_purged(bench: LeadBench) -> None:
    ending(bench, "c1", days=0)
    ending(bench, "c2", days=0)

    def clip_state(clip: str) -> ClipState:
        if clip == "c1":
            raise Refused("NO_CLIP", clip=clip)
        return bench.unit.queue.clip_state(clip)

    unit = bench.replaced(queue=Replaced(bench.unit.queue, clip_state=clip_state))
    due = DuePurges(unit)
    assert due.purge(bench.lead) == ("c2",)
    assert list(due.due()) == ["c1"]


def test_clock_that_leaps_ahead_destroys_nothing_until_a_lead_has_looked(bench: LeadBench) -> None:
    ending(bench, "c1", days=40)
    ending(bench, "c2", days=300)
    bench.clock.advance(LONGEST_SILENCE.total_seconds() + 10 * 86_400)
    for _ in range(2):  # a second start finds rows of the same wrong day
        due = DuePurges(bench.unit)
        assert due.purge(bench.sign_in.sign_in(ANA, PASSPHRASE)) == ()
        assert due.is_held()
        assert list(due.due()) == ["c1"]
    meta = read_meta(bench.unit.database)
    assert bench.purge().purge_clips(bench.lead, [], retention=True).purged == (("c1", "retention"),)
    assert not DuePurges(bench.unit).is_held()
    assert read_meta(bench.unit.database) == meta


def test_clock_that_is_put_right_lets_purging_by_date_go_on(bench: LeadBench) -> None:
    ending(bench, "c1", days=1)
    bench.clock.advance(1000 * 86_400)
    assert DuePurges(bench.unit).is_held()
    bench.sign_in.sign_in(ANA, PASSPHRASE)
    bench.clock.set_back(998 * 86_400)
    assert DuePurges(bench.unit).purge(bench.lead) == ("c1",)
