"""Several programs at work on one workspace at once: nothing is lost, and nothing comes twice."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from reviewer.access.verification import verify_file
from reviewer.backends import CLIPS_FOLDER
from reviewer.clips.keys import KdfParameters
from reviewer.clips.store import LocalClipStore
from reviewer.errors import Refused, ReviewerError
from reviewer.lead.intake_report import IntakeOptions
from reviewer.places import DATABASE_FILE
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, Bench, annotation, hear, make_bench, write_clips
from tests.fakes.clock import FakeClock

CLIPS = 12


@contextmanager
def at_work(folder: Path, now: FakeClock, name: str) -> Iterator[Bench]:
    with open_workspace(folder, clock=now, parameters=KdfParameters.cheap()) as workspace:
        bench = Bench(workspace, now)
        bench.person(name)
        try:
            yield bench
        except ReviewerError as error:  # its parameters do not go from one process to another
            raise AssertionError(f"{name}: {error.code} {dict(error.parameters)}") from error
        bench.sign_out(name)


def hand_in_all(folder: Path, now: FakeClock, name: str) -> list[str]:
    """Works until nothing is left; gives the annotations that were acknowledged."""
    done = []
    with at_work(folder, now, name) as bench:
        work = bench.work(name)
        while (lease := work.claim()) is not None:
            try:
                hear(work, lease)
                work.save_draft(lease, annotation("a draft"), 1)
                done.append(work.submit(lease, annotation(f"the work of {name}")).annotation_id)
            except Refused:  # purged while it was open
                continue
            finally:
                work.close(lease)
    return done


def purge_some(folder: Path, now: FakeClock) -> int:
    with at_work(folder, now, LEAD) as bench:
        lead = bench.person(LEAD).lead
        return sum(len(lead.purge([f"source-{n:04d}"]).purged) for n in range(0, CLIPS, 4))


def import_more(folder: Path, now: FakeClock, manifest: Path) -> int:
    with at_work(folder, now, LEAD) as bench:
        return bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions()).accepted


def test_two_contractors_a_purge_and_an_import_at_once_lose_nothing(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, drafts=[""] * CLIPS)
    bench.agree(ANA, BEN)
    manifest = write_clips(tmp_path / "more", bench.clock, [""] * (CLIPS + 4))
    for name in (ANA, BEN, LEAD):
        bench.sign_out(name)
    bench.workspace.close()
    folder = bench.workspace.path
    with ProcessPoolExecutor(4, multiprocessing.get_context("fork")) as pool:
        works = [pool.submit(hand_in_all, folder, bench.clock, name) for name in (ANA, BEN)]
        purged = pool.submit(purge_some, folder, bench.clock)
        imported = pool.submit(import_more, folder, bench.clock, manifest)
        acknowledged = [name for work in works for name in work.result()]
        assert (purged.result(), imported.result()) == (3, 4)
    with bench.database() as database:
        rows = database.rows(
            "SELECT a.id, a.task_id, length(a.sealed) > 0 AS has_text, c.wrapped_key IS NOT NULL AS has_key"
            " FROM annotation a JOIN clip c ON c.id = a.clip_id"
        )
        kept = {row["id"] for row in database.rows("SELECT id FROM clip WHERE wrapped_key IS NOT NULL")}
    assert sorted(row["id"] for row in rows) == sorted(acknowledged)
    assert len({row["task_id"] for row in rows}) == len(rows)
    assert all(row["has_text"] == row["has_key"] for row in rows)
    assert LocalClipStore(folder / CLIPS_FOLDER).clip_ids() == kept
    assert verify_file(folder / DATABASE_FILE).ok
