"""The next clip is prefetched in a real workspace: under every rule of opening, and unseen."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.errors import NdaRequired, NotLeased, Refused, ReviewerError
from reviewer.model.event import Action, Event, HeardRange
from reviewer.session.acts import HandIn
from reviewer.session.submission_checks import Incomplete
from reviewer.session.work_session import WorkSession
from tests.benches.workspace import ANA, BEN, LEAD, Bench, annotation, claim_and_hear, make_bench

YEARS_SECONDS = 3 * 366 * 24 * 3600
DONE = annotation("hello there")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Five clips; Ana and Ben have agreed."""
    made = make_bench(tmp_path, drafts=["the recogniser's text"] * 5)
    made.agree(ANA, BEN, LEAD)
    yield made
    made.workspace.close()


@pytest.fixture
def work(bench: Bench) -> WorkSession:
    return bench.work(ANA)


def prefetched(bench: Bench, work: WorkSession) -> str:
    """Prefetches the next clip; gives its id."""
    assert work.prefetch() is not None
    return bench.events(Action.CLIP_PREFETCHED)[-1].object


def of_clip(bench: Bench, clip_id: str) -> list[Event]:
    """What the access log tells of a clip since it came in, without what was heard."""
    left_out = (Action.CLIP_IMPORTED, Action.CLIP_HEARD)
    return [event for event in bench.events() if event.object == clip_id and event.action not in left_out]


def take_away_sealed_audio(bench: Bench, clip_id: str) -> None:
    """From now on the clip can be opened only by whoever has it already."""
    files = list((bench.workspace.path / "clips").glob(f"{clip_id}.audio.*"))
    assert files
    for file in files:
        file.unlink()


@pytest.mark.parametrize("in_one", [True, False])
def test_what_was_prefetched_opens_without_unsealing_it_again_and_the_log_tells_each_step(
    bench: Bench, work: WorkSession, *, in_one: bool
) -> None:
    first, clip_id = claim_and_hear(work), prefetched(bench, work)
    take_away_sealed_audio(bench, clip_id)
    if in_one:
        clip = work.hand_over(HandIn(first, DONE))
    else:
        work.submit(first, DONE)
        work.close(first)
        clip = work.open(work.claim())
    assert (clip.clip.id, clip.samples.frames) == (clip_id, 8000)
    assert [hypothesis.text for hypothesis in clip.hypotheses] == ["the recogniser's text"]
    told = of_clip(bench, clip_id)
    assert [event.action for event in told] == [
        Action.TASK_CLAIMED,
        Action.CLIP_PREFETCHED,
        Action.TASK_CLAIMED,
        Action.CLIP_OPENED,
    ]
    assert told[3].detail["prefetched"] is True
    assert told[1].detail["nda"] == told[3].detail["nda"]
    mine = [event.action for event in of_clip(bench, first.clip_id)]
    assert mine[-2:] == [Action.SUBMITTED, Action.CLIP_CLOSED]
    assert work.history()[0].text == "hello there"
    assert bench.person(LEAD).lead.overview().counts.tasks["leased"] == 1


def test_the_row_of_the_prefetch_comes_before_a_byte_is_unsealed(bench: Bench, work: WorkSession) -> None:
    claim_and_hear(work)
    take_away_sealed_audio(bench, "*")
    with pytest.raises(ReviewerError):
        work.prefetch()
    assert len(bench.events(Action.CLIP_PREFETCHED)) == 1


def test_nothing_is_heard_or_opened_of_a_clip_that_is_only_prefetched(
    bench: Bench, work: WorkSession
) -> None:
    first, clip_id = claim_and_hear(work), prefetched(bench, work)
    lease = next(one for one in bench.person(LEAD).lead.overview().leases if one.clip_id == clip_id)
    assert lease.is_prefetch
    with pytest.raises(Refused, match="CLIP_NOT_OPEN"):
        work.heard(lease, [HeardRange(0, 100)])
    for forged in (lease, replace(lease, is_prefetch=False), replace(first, clip_id=clip_id)):
        with pytest.raises(NotLeased):
            work.open(forged)
    with pytest.raises(NotLeased):
        bench.work(BEN).open(replace(lease, person_id=bench.person(BEN).identity.person.id))


def test_dropped_it_is_closed_in_the_log_and_waits_for_anybody(bench: Bench, work: WorkSession) -> None:
    claim_and_hear(work)
    clip_id = prefetched(bench, work)
    work.drop_prefetched()
    assert [event.action for event in of_clip(bench, clip_id)][-2:] == [
        Action.CLIP_CLOSED,
        Action.TASK_RELEASED,
    ]
    theirs = bench.work(BEN).claim()
    assert theirs.clip_id == clip_id
    before = len(bench.events())
    work.drop_prefetched()
    assert len(bench.events()) == before


@pytest.mark.parametrize("ending", ["key", "retention", "colleague"])
def test_a_prefetched_clip_that_may_no_longer_be_opened_is_not_shown_and_the_work_is_handed_in(
    bench: Bench, work: WorkSession, ending: str
) -> None:
    first, clip_id = claim_and_hear(work), prefetched(bench, work)
    if change := {"key": "wrapped_key = NULL", "retention": "purge_at = 0"}.get(ending):
        with bench.database() as database:
            database.execute(f"UPDATE clip SET {change} WHERE id = ?", (clip_id,))
    else:
        bench.clock.advance(10 * 60)
        theirs = bench.work(BEN).claim()
        assert theirs.clip_id == clip_id
    assert work.hand_over(HandIn(first, DONE)) is None
    second = work.claim()
    assert second.clip_id != clip_id
    work.open(second)
    mine = [event for event in of_clip(bench, clip_id) if event.actor == work.identity.person.id]
    assert Action.CLIP_OPENED not in [event.action for event in mine]
    assert Action.CLIP_CLOSED in [event.action for event in mine]
    assert len(work.history()) == 1


def test_an_agreement_that_ran_out_opens_nothing_and_can_still_give_back(
    bench: Bench, work: WorkSession
) -> None:
    first = claim_and_hear(work)
    prefetched(bench, work)
    bench.clock.advance(YEARS_SECONDS)
    for attempt in (work.claim, work.prefetch, lambda: work.hand_over(HandIn(first, DONE))):
        with pytest.raises(NdaRequired):
            attempt()
    work.drop_prefetched()


def test_a_sign_out_closes_what_was_prefetched(bench: Bench, work: WorkSession) -> None:
    claim_and_hear(work)
    clip_id = prefetched(bench, work)
    bench.sign_out(ANA)
    assert of_clip(bench, clip_id)[-1].action is Action.CLIP_CLOSED


def test_work_that_is_refused_leaves_all_as_it_was(bench: Bench, work: WorkSession) -> None:
    first, clip_id = claim_and_hear(work), prefetched(bench, work)
    before = len(bench.events())
    with pytest.raises(Incomplete):
        work.hand_over(HandIn(first, annotation("")))
    assert len(bench.events()) == before
    assert work.hand_over(HandIn(first, DONE)).clip.id == clip_id


def test_a_commit_that_fails_shows_nothing_and_keeps_both_clips(bench: Bench, work: WorkSession) -> None:
    first, clip_id = claim_and_hear(work), prefetched(bench, work)
    before = len(bench.events())
    database = bench.workspace._database
    database.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON annotation BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    with pytest.raises(Exception, match="WORKSPACE_ROW_DAMAGED"):
        work.hand_over(HandIn(first, DONE))
    database.execute("DROP TRIGGER full")
    assert len(bench.events()) == before
    work.heard(first, [HeardRange(0, 100)])
    assert work.hand_over(HandIn(first, DONE)).clip.id == clip_id


def test_after_a_crash_the_clip_that_was_worked_on_comes_back(bench: Bench, work: WorkSession) -> None:
    first, clip_id = claim_and_hear(work), prefetched(bench, work)
    work.save_draft(first, annotation("half a sen"), 1)
    bench.clock.advance(60)
    after = bench.another_window()
    with after.workspace:
        again = after.work(ANA)
        resumed = again.resume()
        assert resumed == first
        draft = again.open(resumed).draft
        assert draft.text_verbatim == "half a sen"
        assert prefetched(bench, again) == clip_id
