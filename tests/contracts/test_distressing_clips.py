"""Whoever opens a clip that somebody found distressing is told, and may skip it without listening."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.model.annotation import Flag
from reviewer.model.task import Lease, SkipReason
from reviewer.session.coverage import Unheard
from reviewer.session.work_session import WorkSession
from tests.benches.workspace import ANA, BEN, LEAD, Bench, annotation, hear, make_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path, drafts=("one",))
    made.agree(ANA, BEN)
    yield made
    made.workspace.close()


def skipped(bench: Bench) -> Lease:
    """Ana hears the clip and skips it as distressing."""
    work = bench.work(ANA)
    lease = work.claim()
    assert not hear(work, lease).is_distressing
    work.skip(lease, SkipReason.DISTRESSING)
    work.close(lease)
    return lease


def opened_by_ben(bench: Bench) -> tuple[WorkSession, Lease, bool]:
    work = bench.work(BEN)
    lease = work.claim()
    return work, lease, work.open(lease).is_distressing


def test_the_next_person_is_told_and_skips_without_listening(bench: Bench):
    first = skipped(bench)
    work, lease, is_distressing = opened_by_ben(bench)
    assert lease.clip_id == first.clip_id
    assert is_distressing
    work.skip(lease, SkipReason.CANNOT_UNDERSTAND)
    assert work.claim() is None


def test_a_skip_for_another_reason_warns_nobody_and_asks_for_listening(bench: Bench):
    work = bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    work.skip(lease, SkipReason.KNOWN_SPEAKER)
    other, lease, is_distressing = opened_by_ben(bench)
    assert not is_distressing
    with pytest.raises(Unheard):
        other.skip(lease, SkipReason.DISTRESSING)


def skips(bench: Bench) -> dict[str, int]:
    people = bench.person(LEAD).lead.overview().people
    return {progress.person.name: progress.work.skipped for progress in people}


def test_a_skip_of_a_distressing_clip_is_not_among_a_persons_skips_whatever_its_reason(bench: Bench):
    skipped(bench)
    work, lease, _ = opened_by_ben(bench)
    work.skip(lease, SkipReason.KNOWN_SPEAKER)
    assert skips(bench) == {ANA: 0, BEN: 0}


def test_a_skip_of_another_clip_is_counted(bench: Bench):
    work = bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    work.skip(lease, SkipReason.KNOWN_SPEAKER)
    assert skips(bench)[ANA] == 1


def test_the_flag_of_submitted_work_is_kept_for_whoever_comes_next(bench: Bench):
    work = bench.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    work.submit(lease, annotation("", Flag.DISTRESSING, frames=opened.clip.frames))
    assert bench.workspace._unit.queue.is_distressing(lease.clip_id)
