"""The next clip is made ready in a real workspace: under every rule of opening, and for nobody's ear."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.desk.session import DeskSession
from reviewer.errors import NdaRequired, NotLeased, Refused, Unavailable
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action, Event, HeardRange
from reviewer.model.task import Lease
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, Bench, annotation, hear, make_bench

YEARS_SECONDS = 3 * 366 * 24 * 3600


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Five clips; Ana and Ben have agreed."""
    made = make_bench(tmp_path, drafts=["", "", "", "", ""])
    made.agree(ANA, BEN)
    yield made
    made.workspace.close()


@pytest.fixture
def desk(bench: Bench) -> DeskSession:
    return bench.person(ANA).desk


def opened(desk: DeskSession) -> Lease:
    """The next clip, opened and heard."""
    lease = desk.claim()
    assert lease is not None
    return hear(desk, lease)


def prepared(desk: DeskSession) -> Lease:
    lease = desk.claim_ahead()
    assert lease is not None
    desk.prepare(lease)
    return lease


def events(bench: Bench, clip_id: str) -> list[Event]:
    """What the access log tells of a clip since it came in."""
    rows = [row.event() for row in bench.workspace.ledger.rows()]
    return [event for event in rows if event.object == clip_id and event.action is not Action.CLIP_IMPORTED]


def actions(bench: Bench, clip_id: str) -> list[Action]:
    return [event.action for event in events(bench, clip_id)]


def is_in_memory(bench: Bench) -> bool:
    return bool(bench.workspace.listening._prepared)


def take_away_sealed_audio(bench: Bench, clip_id: str) -> None:
    """From now on the clip can be opened only by whoever has it already."""
    assert bench.workspace.store.has(clip_id, ContentKind.AUDIO)
    bench.workspace.store.remove(clip_id)


def test_what_was_prepared_is_not_unsealed_again(bench: Bench, desk: DeskSession) -> None:
    first, ahead = opened(desk), prepared(desk)
    take_away_sealed_audio(bench, ahead.clip_id)
    desk.submit(first, annotation("hello there"))
    second = desk.claim()
    assert second is not None
    clip = desk.open(second)
    assert (clip.clip.id, clip.samples.frames) == (ahead.clip_id, 8000)
    assert not is_in_memory(bench)


def test_the_log_tells_of_the_claim_the_preparing_and_the_opening(bench: Bench, desk: DeskSession) -> None:
    first, ahead = opened(desk), prepared(desk)
    desk.submit(first, annotation("hello there"))
    second = opened(desk)
    told = [event for event in events(bench, ahead.clip_id) if event.action is not Action.CLIP_HEARD]
    assert [event.action for event in told] == [
        Action.TASK_CLAIMED,
        Action.CLIP_PREPARED,
        Action.TASK_CLAIMED,
        Action.CLIP_OPENED,
    ]
    assert [event.detail.get("ahead", False) for event in told] == [True, True, False, False]
    assert [event.detail["token"] for event in told] == [ahead.token] * 2 + [second.token] * 2
    assert told[1].detail["purpose"] == "transcribe"
    assert told[3].detail["prepared"] is True
    assert told[1].detail["nda"] == told[3].detail["nda"]


def test_a_clip_that_was_not_prepared_is_not_called_so(bench: Bench, desk: DeskSession) -> None:
    lease = opened(desk)
    (told,) = [event for event in events(bench, lease.clip_id) if event.action is Action.CLIP_OPENED]
    assert "prepared" not in told.detail


def test_the_row_of_preparing_comes_before_a_byte_is_unsealed(bench: Bench, desk: DeskSession) -> None:
    opened(desk)
    ahead = desk.claim_ahead()
    assert ahead is not None
    take_away_sealed_audio(bench, ahead.clip_id)
    with pytest.raises(Exception, match="missing"):
        desk.prepare(ahead)
    assert actions(bench, ahead.clip_id)[-1] is Action.CLIP_PREPARED
    assert not is_in_memory(bench)


def test_nothing_is_heard_of_a_clip_that_is_only_prepared(bench: Bench, desk: DeskSession) -> None:
    opened(desk)
    ahead = prepared(desk)
    with pytest.raises(Refused, match="not open"):
        desk.heard(ahead.clip_id, [HeardRange(0, 100)])
    assert Action.CLIP_HEARD not in actions(bench, ahead.clip_id)


def test_a_lease_ahead_opens_nothing_and_a_whole_one_is_not_for_preparing(desk: DeskSession) -> None:
    first, ahead = opened(desk), prepared(desk)
    for forged in (ahead, replace(ahead, is_ahead=False)):
        with pytest.raises(NotLeased):
            desk.open(forged)
    for forged in (first, replace(first, is_ahead=True)):
        with pytest.raises(NotLeased):
            desk.prepare(forged)


def test_a_lease_ahead_of_somebody_else_prepares_nothing(bench: Bench, desk: DeskSession) -> None:
    opened(desk)
    ahead = desk.claim_ahead()
    assert ahead is not None
    with pytest.raises(NotLeased):
        bench.person(BEN).desk.prepare(ahead)
    with pytest.raises(NotLeased):
        bench.person(BEN).desk.prepare(replace(ahead, person_id=bench.person(BEN).identity.person.id))
    assert Action.CLIP_PREPARED not in actions(bench, ahead.clip_id)


def test_given_back_it_is_closed_in_the_log_and_forgotten(bench: Bench, desk: DeskSession) -> None:
    opened(desk)
    ahead = prepared(desk)
    desk.give_back_ahead()
    assert not is_in_memory(bench)
    assert actions(bench, ahead.clip_id)[-2:] == [Action.CLIP_CLOSED, Action.TASK_RELEASED]
    assert bench.workspace.queue.counts().tasks == {"leased": 1, "open": 4}
    other = bench.person(BEN).desk.claim()
    assert other is not None
    assert other.clip_id == ahead.clip_id


def test_giving_back_nothing_says_nothing(bench: Bench, desk: DeskSession) -> None:
    before = bench.workspace.ledger.head().size
    desk.give_back_ahead()
    assert bench.workspace.ledger.head().size == before


def test_consent_withdrawn_after_preparing_shows_nothing(bench: Bench, desk: DeskSession) -> None:
    first, ahead = opened(desk), prepared(desk)
    bench.workspace.queue.withdraw_clip(ahead.clip_id, "consent_withdrawn")
    bench.workspace.vault.destroy(ahead.clip_id)
    desk.submit(first, annotation("hello there"))
    second = opened(desk)
    assert second.clip_id != ahead.clip_id
    assert not is_in_memory(bench)
    assert Action.CLIP_OPENED not in actions(bench, ahead.clip_id)
    assert actions(bench, ahead.clip_id)[-1] is Action.CLIP_CLOSED


def test_a_key_destroyed_between_claim_and_opening_shows_nothing(bench: Bench, desk: DeskSession) -> None:
    first, ahead = opened(desk), prepared(desk)
    desk.submit(first, annotation("hello there"))
    second = desk.claim()
    assert second is not None
    bench.workspace.vault.destroy(ahead.clip_id)
    with pytest.raises(Refused, match="destroyed"):
        desk.open(second)
    assert Action.CLIP_OPENED not in actions(bench, ahead.clip_id)
    assert not is_in_memory(bench)


def test_a_clip_whose_time_ran_out_after_preparing_is_not_shown(bench: Bench, desk: DeskSession) -> None:
    first, ahead = opened(desk), prepared(desk)
    bench.clock.advance(YEARS_SECONDS)
    bench.agree(ANA)
    desk.submit(first, annotation("hello there"))
    second = desk.claim()
    assert second is not None
    assert second.clip_id == ahead.clip_id
    with pytest.raises(Refused, match="may be kept"):
        desk.open(second)
    assert Action.CLIP_OPENED not in actions(bench, ahead.clip_id)
    assert not is_in_memory(bench)


def test_an_agreement_that_ran_out_opens_nothing_and_can_give_back(bench: Bench, desk: DeskSession) -> None:
    opened(desk)
    ahead = prepared(desk)
    bench.clock.advance(YEARS_SECONDS)
    for attempt in (desk.claim, desk.claim_ahead, lambda: desk.prepare(ahead)):
        with pytest.raises(NdaRequired):
            attempt()
    desk.give_back_ahead()
    assert not is_in_memory(bench)
    assert bench.workspace.queue.counts().tasks == {"leased": 1, "open": 4}


def test_a_revoked_person_s_leases_go_back_and_nothing_stays_in_memory(
    bench: Bench, desk: DeskSession
) -> None:
    opened(desk)
    prepared(desk)
    bench.person(LEAD).lead.revoke(ANA)
    assert bench.workspace.queue.counts().tasks == {"open": 5}
    with pytest.raises(Refused, match="closed"):
        desk.give_back_ahead()
    assert not is_in_memory(bench)


def test_what_a_colleague_took_meanwhile_is_closed_when_another_clip_opens(
    bench: Bench, desk: DeskSession
) -> None:
    first, ahead = opened(desk), prepared(desk)
    bench.clock.advance(10 * 60)
    theirs = bench.person(BEN).desk.claim()
    assert theirs is not None
    assert theirs.clip_id == ahead.clip_id
    desk.submit(first, annotation("hello there"))
    second = opened(desk)
    assert second.clip_id != ahead.clip_id
    assert not is_in_memory(bench)
    mine = [event.action for event in events(bench, ahead.clip_id) if event.detail.get("ahead")]
    assert mine == [Action.TASK_CLAIMED, Action.CLIP_PREPARED, Action.CLIP_CLOSED]


def test_after_a_crash_the_clip_that_was_worked_on_comes_back_and_the_other_is_ahead_again(
    bench: Bench, desk: DeskSession
) -> None:
    first, ahead = opened(desk), prepared(desk)
    desk.save_draft(first, annotation("half a sen"))
    again = bench.workspace.sign_in(ANA, PASSPHRASE).desk
    resumed = again.resume()
    assert resumed is not None
    draft = again.open(resumed).draft
    assert draft is not None
    assert draft.text_verbatim == "half a sen"
    assert prepared(again).task_id == ahead.task_id


def test_the_lead_sees_both_leases(bench: Bench, desk: DeskSession) -> None:
    leases = [opened(desk), prepared(desk)]
    overview = bench.person(LEAD).lead.overview()
    assert {lease.task_id for lease in overview.leases} == {lease.task_id for lease in leases}
    assert desk.today().waiting == 4


def test_handed_in_and_gone_on_with_in_one_step_tells_the_same_as_step_by_step(
    bench: Bench, desk: DeskSession
) -> None:
    first, ahead = opened(desk), prepared(desk)
    clip = desk.go_on(lambda: desk.submit(first, annotation("hello there")))
    assert clip is not None
    assert clip.clip.id == ahead.clip_id
    assert bench.workspace.queue.counts().tasks["leased"] == 1
    assert Action.SUBMITTED in actions(bench, first.clip_id)
    assert actions(bench, ahead.clip_id) == [
        Action.TASK_CLAIMED,
        Action.CLIP_PREPARED,
        Action.TASK_CLAIMED,
        Action.CLIP_OPENED,
    ]
    assert not is_in_memory(bench)
    desk.heard(ahead.clip_id, [HeardRange(0, 100)])


def test_with_nothing_prepared_nothing_is_done_in_one_step(bench: Bench, desk: DeskSession) -> None:
    first = opened(desk)
    before = bench.workspace.ledger.head()
    assert desk.go_on(lambda: desk.submit(first, annotation("hello there"))) is None
    assert bench.workspace.ledger.head() == before
    desk.submit(first, annotation("hello there"))


def test_work_that_is_refused_leaves_all_as_it_was(bench: Bench, desk: DeskSession) -> None:
    first, ahead = opened(desk), prepared(desk)
    before = bench.workspace.ledger.head()
    assert desk.go_on(lambda: desk.submit(first, annotation(""))) is None
    assert bench.workspace.ledger.head() == before
    assert is_in_memory(bench)
    clip = desk.go_on(lambda: desk.submit(first, annotation("hello there")))
    assert clip is not None
    assert clip.clip.id == ahead.clip_id


def test_a_prepared_clip_that_may_no_longer_be_opened_takes_no_work_with_it(
    bench: Bench, desk: DeskSession
) -> None:
    first, ahead = opened(desk), prepared(desk)
    before = bench.workspace.ledger.head()
    bench.workspace.vault.destroy(ahead.clip_id)
    assert desk.go_on(lambda: desk.submit(first, annotation("hello there"))) is None
    assert bench.workspace.ledger.head() == before
    desk.submit(first, annotation("hello there"))
    second = desk.claim()
    assert second is not None
    with pytest.raises(Refused):
        desk.open(second)
    assert actions(bench, ahead.clip_id)[-1] is Action.CLIP_CLOSED
    assert not is_in_memory(bench)


def test_a_commit_that_fails_shows_nothing_and_keeps_the_clip_prepared(
    bench: Bench, desk: DeskSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, ahead = opened(desk), prepared(desk)
    database = bench.workspace.database
    before = bench.workspace.ledger.head()

    def full() -> None:
        database._writer = None
        database._connection.rollback()
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(database, "_commit", full)
        assert desk.go_on(lambda: desk.submit(first, annotation("hello there"))) is None
    assert bench.workspace.ledger.head() == before
    assert is_in_memory(bench)
    with pytest.raises(Refused, match="not open"):
        desk.heard(ahead.clip_id, [HeardRange(0, 100)])
    desk.heard(first.clip_id, [HeardRange(0, 100)])
    assert desk.go_on(lambda: desk.submit(first, annotation("hello there"))) is not None
