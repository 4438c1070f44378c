"""A share of the tasks hides its drafts, and every hand-in is measured against them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviewer.errors import NotAllowed
from reviewer.model.event import Action
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, make_bench

DRAFTS = tuple(f"the draft {number}" for number in ("one", "two", "three", "four"))
Open = Callable[[float], Bench]


@pytest.fixture
def open_bench(tmp_path: Path) -> Iterator[Open]:
    made: list[Bench] = []

    def open_with(share: float) -> Bench:
        project = f"[queue]\nqa_rate = 1.0\n[asr]\nhidden_share = {share}\n"
        made.append(make_bench(tmp_path / str(share), drafts=DRAFTS, project=project))
        made[-1].agree(ANA, BEN, QUINN)
        return made[-1]

    yield open_with
    for bench in made:
        bench.workspace.close()


def test_a_hidden_draft_never_reaches_the_window_and_its_distance_is_kept(open_bench: Open) -> None:
    bench = open_bench(1.0)
    work = bench.work(ANA)
    lease = work.claim()
    opened = work.open(lease)
    assert (opened.hypotheses, opened.is_draft_hidden) == ((), True)
    work.close(lease)
    bench.submitted(ANA, "a draft one")
    (mean,) = bench.person(LEAD).lead.draft_distances()
    assert (mean.engine, mean.is_hidden, mean.texts, mean.words.reference_words) == ("manifest", True, 1, 3)
    assert mean.words.errors >= 1
    assert bench.events(Action.SUBMITTED)[0].detail["drafts_hidden"] is True


def test_a_prefetched_clip_hides_its_draft_too(open_bench: Open) -> None:
    bench = open_bench(1.0)
    work = bench.work(ANA)
    first = work.claim()
    work.open(first)
    assert work.prefetch() is not None
    work.release(first)
    work.close(first)
    while (lease := work.claim()) is not None and lease.task_id == first.task_id:
        work.release(lease)
    assert lease is not None
    assert work.open(lease).hypotheses == ()


def test_shown_drafts_are_measured_alike_and_reviews_are_not(open_bench: Open) -> None:
    bench = open_bench(0.0)
    work = bench.work(ANA)
    lease = work.claim()
    opened = work.open(lease)
    assert not opened.is_draft_hidden
    text = opened.hypotheses[0].text
    work.close(lease)
    bench.submitted(ANA, text)
    bench.submitted(BEN, "nothing alike at all here")
    bench.blind(QUINN, "something else")
    (mean,) = bench.person(LEAD).lead.draft_distances()
    assert (mean.is_hidden, mean.texts, mean.words.reference_words) == (False, 2, 8)
    assert mean.words.errors == 5
    assert mean.mean_rate == 0.5


def test_the_same_task_is_drawn_alike_at_every_opening_and_by_the_lead(open_bench: Open) -> None:
    bench = open_bench(0.5)
    work = bench.work(ANA)
    seen = {}
    for _ in DRAFTS:
        lease = work.claim()
        seen[lease.task_id] = [work.open(lease).is_draft_hidden for _again in range(2)]
        work.close(lease)
        bench.submitted(ANA, "some words for it")
    measurement = work._measurement
    lead = bench.person(LEAD).identity
    assert seen == {task: [measurement.is_hidden(lead, task)] * 2 for task in seen}
    assert sum(mean.texts for mean in bench.person(LEAD).lead.draft_distances()) == 4


def test_a_contractor_does_not_see_how_drafts_pull(open_bench: Open) -> None:
    with pytest.raises(NotAllowed):
        open_bench(0.0).person(ANA).lead.draft_distances()


def test_nothing_is_measured_of_a_clip_that_was_purged(open_bench: Open) -> None:
    bench = open_bench(0.0)
    bench.submitted(ANA, "some words")
    bench.clock.advance(3 * 366 * 24 * 3600)
    bench.sign_out(LEAD)
    bench.person(LEAD).lead.purge(retention=True)
    assert bench.person(LEAD).lead.draft_distances() == []
