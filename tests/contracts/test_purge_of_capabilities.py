"""After a purge nothing that belonged to the clip can be read, and nothing of another clip is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.clips.draft_versions import StoredVersion
from reviewer.errors import Refused
from reviewer.model.hypothesis import Hypothesis
from reviewer.queue.outbox import Outbox, Submit
from tests.benches.capabilities import ANN, BEN, Capabilities, capabilities
from tests.fakes.clock import START

LEASE_SECONDS = 24 * 60 * 60


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Capabilities]:
    with capabilities(tmp_path) as made:
        for clip_id in ("c1", "c2"):
            made.import_clip(clip_id, passes=2)
            made.hypotheses.add(made.keyring, Hypothesis(f"h-{clip_id}", clip_id, "engine", "1", "text"))
            made.drafts.save(f"t-{clip_id}", ANN, clip_id, "window", 1, b"draft", START)
            version = StoredVersion(f"w-{clip_id}", "pause", b"version", START)
            made.versions.add(f"t-{clip_id}", ANN, clip_id, version)
        yield made


def keep_late_draft(bench: Capabilities) -> str:
    """Ann's lease runs out, Ben takes the task, Ann's work comes late; gives the clip."""
    lease = bench.claim(ANN)
    bench.clock.advance(LEASE_SECONDS)
    while bench.claim(BEN).task_id != lease.task_id:
        pass
    bench.queue.keep_late_draft(lease, b"late", key=lease.submission_key)
    return lease.clip_id


def test_late_draft_kept_before_a_purge_goes_with_the_clip(bench: Capabilities) -> None:
    clip_id = keep_late_draft(bench)
    assert [late.clip_id for late in bench.queue.late_drafts()] == [clip_id]
    bench.purge("c2" if clip_id == "c1" else "c1")
    assert [late.clip_id for late in bench.queue.late_drafts()] == [clip_id]
    bench.purge(clip_id)
    assert bench.queue.late_drafts() == []
    assert bench.database.value("SELECT count(*) FROM late_draft WHERE clip_id = ?", (clip_id,)) == 0


def test_drafts_and_hypotheses_of_the_purged_clip_go_and_those_of_another_stay(bench: Capabilities) -> None:
    bench.purge("c1")
    assert bench.drafts.get("t-c1", ANN) is None
    assert bench.drafts.get("t-c2", ANN) is not None
    assert [one.id for each in ("t-c1", "t-c2") for one in bench.versions.of(each, ANN)] == ["w-c2"]
    assert bench.hypotheses.of_clip(bench.keyring, "c1") == ()
    assert [one.id for one in bench.hypotheses.of_clip(bench.keyring, "c2")] == ["h-c2"]
    with bench.content.audio(bench.keyring, "c2") as stream:
        assert stream.read() == b"flac of c2"


def test_work_that_waits_in_the_outbox_for_a_purged_clip_is_refused_and_its_content_forgotten(
    bench: Capabilities,
) -> None:
    outbox = Outbox(bench.database, bench.queue, bench.clock)
    lease = bench.claim(ANN)
    with bench.database.transaction():
        entry = outbox.add(ANN, Submit(lease, bench.sealed(lease, b"typed before the purge")))
    bench.purge(lease.clip_id)
    with pytest.raises(Refused):
        outbox.deliver(entry)
    with bench.database.transaction():
        outbox.settle(entry)
    assert outbox.pending(ANN) == []
    assert bench.database.value("SELECT payload FROM outbox") is None


def test_prefetch_lease_that_was_given_back_is_lost(bench: Capabilities) -> None:
    bench.claim(ANN)
    prefetched = bench.prefetch(ANN)
    bench.queue.release_prefetched(ANN, key="k1")
    with pytest.raises(Refused, match="LEASE_LOST"):
        bench.queue.begin_prefetched(prefetched)


def test_quarantined_clip_gives_no_accepted_work_whatever_its_tasks_say(bench: Capabilities) -> None:
    bench.import_clip("c3")
    for person in (ANN, BEN):
        while (lease := bench.claim(person)) is not None:
            bench.hand_in(lease, b"text")
    bench.queue.draw(lambda _: False)
    assert "c3" in {work.clip_id for work in bench.queue.accepted()}
    bench.database.execute("UPDATE queue_clip SET state = 'quarantined' WHERE clip_id = 'c3'")
    assert "c3" not in {work.clip_id for work in bench.queue.accepted()}
