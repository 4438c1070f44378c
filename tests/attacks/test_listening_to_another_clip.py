"""Listening to one clip does not count for another, nor in another's name."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.model.event import Action, HeardRange
from reviewer.model.task import Lease
from reviewer.session.coverage import Unheard
from reviewer.session.work_session import WorkSession
from tests.benches.workspace import ANA, BEN, Bench, annotation, claim_and_hear, make_bench

ALL = [HeardRange(0, 8000)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path, drafts=["", "", ""])
    made.agree(ANA, BEN)
    yield made
    made.workspace.close()


ENDINGS: dict[str, Callable[[WorkSession, Lease], object]] = {
    "submitted": lambda work, lease: work.submit(lease, annotation("heard and typed")),
    "closed": lambda work, lease: (work.submit(lease, annotation("typed")), work.close(lease)),
    "released": lambda work, lease: (work.release(lease), work.close(lease)),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_clip_that_was_left_does_not_count_for_the_next(bench: Bench, ending: str) -> None:
    work = bench.work(ANA)
    first = claim_and_hear(work)
    ENDINGS[ending](work, first)
    bench.person(BEN).desk.work.claim()
    second = work.claim()
    work.open(second)
    for each in (first, replace(first, task_id=second.task_id)):
        try:
            work.heard(each, ALL)
        except Refused:
            continue
    if second.clip_id != first.clip_id:
        with pytest.raises(Unheard):
            work.submit(second, annotation("made up"))


def test_a_closed_clip_is_not_heard(bench: Bench) -> None:
    work = bench.work(ANA)
    first = claim_and_hear(work)
    ENDINGS["closed"](work, first)
    before = len(bench.events(Action.CLIP_HEARD))
    with pytest.raises(Refused, match="CLIP_NOT_OPEN"):
        work.heard(first, ALL)
    assert len(bench.events(Action.CLIP_HEARD)) == before


def test_a_claimed_clip_is_not_heard_while_only_another_one_is_open(bench: Bench) -> None:
    work = bench.work(ANA)
    first = claim_and_hear(work)
    ENDINGS["submitted"](work, first)  # it stays open until it is closed
    second = work.claim()
    assert second.clip_id != first.clip_id
    for crafted in (second, replace(first, clip_id=second.clip_id)):
        with pytest.raises(Refused, match="CLIP_NOT_OPEN"):
            work.heard(crafted, ALL)
    assert {event.object for event in bench.events(Action.CLIP_HEARD)} == {first.clip_id}


def test_rows_hung_on_another_clip_in_the_index_do_not_count(bench: Bench) -> None:
    work = bench.work(ANA)
    first = claim_and_hear(work)
    ENDINGS["submitted"](work, first)
    second = work.claim()
    work.open(second)
    work.heard(first, ALL)  # it is not closed yet
    assert bench.events(Action.CLIP_HEARD)[-1].object == first.clip_id
    with bench.database() as database:
        database.execute(
            "INSERT OR IGNORE INTO log_about SELECT ?, seq FROM log_about WHERE object = ?",
            (second.clip_id, first.clip_id),
        )
    with pytest.raises(Unheard):
        work.submit(second, annotation("made up"))


def test_nobody_hears_or_closes_in_the_name_of_somebody_signed_out(bench: Bench) -> None:
    ana, ben = bench.person(ANA).identity, bench.person(BEN).identity
    bench.sign_out(ANA)
    lease = claim_and_hear(bench.work(BEN))
    before = bench.events()
    forged = replace(ben, person=ana.person)
    work = bench.workspace.desk(forged).work
    with pytest.raises(Refused, match="SIGNED_OUT"):
        work.heard(replace(lease, person_id=ana.person.id), ALL)
    assert [event.actor for event in bench.events()] == [event.actor for event in before]
