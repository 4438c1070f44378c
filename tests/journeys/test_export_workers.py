"""Exports whose sound is unsealed and written by a worker process, into files of its own or into shards."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reviewer.access.log_chain import objects_of
from reviewer.audio.io.flac import encode_flac
from reviewer.audio.samples import Samples
from reviewer.clips.seal import CHUNK_BYTES, SealContext, seal
from reviewer.clips.store import LocalClipStore
from reviewer.errors import Damaged, Unavailable
from reviewer.formats import passport
from reviewer.lead import export_sounds
from reviewer.lead.set_options import SetOptions
from reviewer.lead.sound_worker import Request, Sounds, StoredSound, write_sound
from reviewer.lead.sound_worker import Samples as ShardSamples
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action
from reviewer.session import export_access
from tests.benches.lead import LeadBench

CLIPS = 5
FORMATS = pytest.mark.parametrize("formats", [("nemo", "csv"), ("webdataset",)])


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LeadBench]:
    monkeypatch.setattr(export_sounds, "SOUNDS_WORTH_A_PROCESS", 1)
    monkeypatch.setattr(export_access, "CLIPS_A_BATCH", 2)
    made = LeadBench(tmp_path / "ws")
    made.agree()
    for number in range(CLIPS):
        made.accepted(f"c{number}", f"words number {['one', 'two', 'three', 'four', 'five'][number]}")
    yield made
    made.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "sets").mkdir()
    return tmp_path / "sets" / "first"


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every worker process that is started."""
    started: list[subprocess.Popen[bytes]] = []
    start = export_sounds.start_python

    def noted(module: str, arguments: list[str], *, stdin: int, stdout: int) -> subprocess.Popen[bytes]:
        started.append(start(module, arguments, stdin=stdin, stdout=stdout))
        return started[-1]

    monkeypatch.setattr(export_sounds, "start_python", noted)
    return started


def files_of(folder: Path) -> dict[str, bytes]:
    """All files of a set but the passport, which says when it was made."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != passport.NAME
    }


@pytest.mark.parametrize(("formats", "told"), [(("nemo", "csv"), range(1, 6)), (("webdataset",), (1, 3, 5))])
def test_a_worker_writes_the_files_that_this_process_would_write(
    bench: LeadBench,
    out: Path,
    workers: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    formats: tuple[str, ...],
    told: Sequence[int],
) -> None:
    seen: list[tuple[int, int]] = []
    split = SetOptions(split=(50, 30, 20))
    result = bench.run_export(out, formats=formats, options=split, progress=lambda *done: seen.append(done))
    assert result.clips == CLIPS
    assert seen == [(number, CLIPS) for number in told]
    (worker,) = workers
    assert worker.returncode is not None  # it has ended
    monkeypatch.setattr(export_sounds, "SOUNDS_WORTH_A_PROCESS", 100)
    bench.run_export(out.with_name("here"), formats=formats, options=split)
    assert len(workers) == 1
    assert files_of(out) == files_of(out.with_name("here"))
    assert passport.validate(out) == []


@FORMATS
def test_a_worker_starts_before_the_first_text_is_opened(
    bench: LeadBench,
    out: Path,
    workers: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    formats: tuple[str, ...],
) -> None:
    texts, started = export_access.ExportAccess.texts, list[int]()

    def noted(access: export_access.ExportAccess, *given: Any) -> list[Annotation | None]:
        started.append(len(workers))
        return texts(access, *given)

    monkeypatch.setattr(export_access.ExportAccess, "texts", noted)
    bench.run_export(out, formats=formats)
    assert started[0] == 1


def test_a_worker_writes_sound_of_several_chunks_whole_or_not_at_all(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(-9000, 9000, size=(70_000, 1), dtype=np.int16)
    flac, key = encode_flac(Samples(16_000, noise)), os.urandom(32)
    assert len(flac) > CHUNK_BYTES
    sealed, written = tmp_path / "c1.sealed", tmp_path / "c1.flac"
    sealed.write_bytes(seal(key, SealContext("w", "c1", ContentKind.AUDIO), flac))
    form = (70_000, 16_000, 1)
    sound = StoredSound(os.fsencode(sealed), key, "w", "c1", form, os.fsencode(written))
    found = write_sound(sound)
    assert found is not None
    assert written.read_bytes() == flac
    assert found.digest == hashlib.sha256(flac).digest()
    assert found.size == len(flac)
    assert (found.inode, found.changed_ns) == (written.stat().st_ino, written.stat().st_mtime_ns)
    written.unlink()
    damaged = bytearray(sealed.read_bytes())
    damaged[-1] ^= 1  # in the last chunk
    sealed.write_bytes(damaged)
    assert write_sound(sound) is None
    if sys.platform != "win32":
        sealed.unlink()
        os.mkfifo(sealed)  # is not waited for
        assert write_sound(sound) is None
    assert not written.exists()


def test_sound_that_is_encoded_anew_needs_no_worker(
    bench: LeadBench, out: Path, workers: list[subprocess.Popen[bytes]]
) -> None:
    assert bench.run_export(out, options=SetOptions(channel=1)).rows == CLIPS
    assert workers == []
    assert passport.validate(out) == []


@FORMATS
def test_the_row_is_committed_before_a_worker_gets_the_key(
    bench: LeadBench, out: Path, monkeypatch: pytest.MonkeyPatch, formats: tuple[str, ...]
) -> None:
    begin, given = export_sounds.SoundWorker.begin, set[str]()

    def noted(worker: export_sounds.SoundWorker, request: Sounds | ShardSamples) -> None:
        if isinstance(request, Sounds):
            given.update(one.clip_id for one in request.sounds)
        elif isinstance(request, ShardSamples):
            given.update(one.sound.clip_id for one in request.samples)
        assert bench.opened(Action.CLIP_OPENED) >= given
        items = bench.unit.database.rows("SELECT clip_id FROM export_item")
        assert {row["clip_id"] for row in items} >= given
        begin(worker, request)

    monkeypatch.setattr(export_sounds.SoundWorker, "begin", noted)
    bench.run_export(out, formats=formats)
    assert len(given) == CLIPS


@FORMATS
@pytest.mark.parametrize("module", ["tests.fakes.ending_worker", "tests.fakes.no_such_worker"])
def test_what_a_worker_does_not_do_is_done_here(
    bench: LeadBench, out: Path, monkeypatch: pytest.MonkeyPatch, module: str, formats: tuple[str, ...]
) -> None:
    monkeypatch.setattr(export_sounds, "_WORKER", module)
    assert bench.run_export(out, formats=formats).clips == CLIPS
    assert passport.validate(out) == []
    assert len(bench.unit.database.rows("SELECT clip_id FROM export_item")) == CLIPS


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_worker_that_is_killed_leaves_no_part_of_a_shard(
    bench: LeadBench, out: Path, workers: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, requests = export_sounds.SoundWorker.begin, list[object]()

    def killed(worker: export_sounds.SoundWorker, request: Request) -> None:
        requests.append(request)
        if len(requests) == 2:  # a batch is in the shard
            os.kill(workers[0].pid, signal.SIGKILL)
            workers[0].wait()
        begin(worker, request)

    monkeypatch.setattr(export_sounds.SoundWorker, "begin", killed)
    assert bench.run_export(out, formats=("webdataset",)).clips == CLIPS
    assert len(requests) == 2
    assert passport.validate(out) == []
    assert len(bench.unit.database.rows("SELECT clip_id FROM export_item")) == CLIPS


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_worker_that_is_killed_leaves_no_part_of_a_file(
    bench: LeadBench, out: Path, workers: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = export_sounds.SoundWorker.begin

    def killed(worker: export_sounds.SoundWorker, request: Sounds) -> None:
        if workers[0].returncode is None:
            Path(os.fsdecode(request.sounds[0].out)).write_bytes(b"fLaC, and no more")
            os.kill(workers[0].pid, signal.SIGKILL)
            workers[0].wait()
        begin(worker, request)

    monkeypatch.setattr(export_sounds.SoundWorker, "begin", killed)
    assert bench.run_export(out).clips == CLIPS
    assert passport.validate(out) == []


@FORMATS
def test_sound_that_does_not_verify_is_named_and_no_set_is_left(
    bench: LeadBench, out: Path, formats: tuple[str, ...]
) -> None:
    (sealed,) = (bench.folder / "clips").glob("c0.audio.sealed")
    data = bytearray(sealed.read_bytes())
    data[-20] ^= 1
    sealed.write_bytes(data)
    with pytest.raises(Damaged, match="SEALED_OBJECT_DAMAGED"):
        bench.run_export(out, formats=formats)
    assert list(out.parent.iterdir()) == []


@FORMATS
def test_a_full_disk_is_said_and_no_set_is_left(
    bench: LeadBench, out: Path, monkeypatch: pytest.MonkeyPatch, formats: tuple[str, ...]
) -> None:
    monkeypatch.setattr(export_sounds, "_WORKER", "tests.fakes.refusing_sound_worker")
    with pytest.raises(Unavailable) as failed:
        bench.run_export(out, formats=formats)
    assert (failed.value.code, failed.value.parameters["problem"]) == (
        "SET_NOT_WRITTEN",
        "No space left on device",
    )
    assert list(out.parent.iterdir()) == []


def test_a_cancelled_export_ends_its_worker_and_leaves_nothing(
    bench: LeadBench, out: Path, workers: list[subprocess.Popen[bytes]]
) -> None:
    done: list[int] = []
    with pytest.raises(Unavailable, match="EXPORT_CANCELLED"):
        bench.run_export(
            out, progress=lambda number, _all: done.append(number), is_cancelled=lambda: bool(done)
        )
    assert done == [1]
    assert [worker.returncode is not None for worker in workers] == [True]
    assert list(out.parent.iterdir()) == []


@FORMATS
def test_clips_of_a_store_without_files_are_written_here(
    bench: LeadBench,
    out: Path,
    workers: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    formats: tuple[str, ...],
) -> None:
    monkeypatch.setattr(LocalClipStore, "has_files", False)
    monkeypatch.setattr(LocalClipStore, "local_path", lambda *_given: None)
    assert bench.run_export(out, formats=formats).clips == CLIPS
    assert workers == []


def test_shards_of_which_a_later_clip_has_no_file_are_written_here(
    bench: LeadBench, out: Path, workers: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    local_path, asked = LocalClipStore.local_path, set[str]()

    def without_the_last(store: LocalClipStore, name: str, kind: ContentKind) -> str | None:
        asked.add(name)
        return None if len(asked) == CLIPS else local_path(store, name, kind)

    monkeypatch.setattr(LocalClipStore, "local_path", without_the_last)
    assert bench.run_export(out, formats=("webdataset",)).clips == CLIPS
    assert len(workers) == 1
    assert passport.validate(out) == []
    assert len(bench.unit.database.rows("SELECT clip_id FROM export_item")) == CLIPS


@pytest.mark.parametrize(("clips", "at_once"), [(0, 250), (2_000, 286), (4_000, 500), (90_000, 500)])
def test_large_exports_open_more_clips_by_one_row(clips: int, at_once: int) -> None:
    assert export_access.batch_size(clips) == at_once


@FORMATS
@pytest.mark.parametrize("steps", [1, 4])
def test_each_batch_is_opened_by_one_row_of_the_log(
    bench: LeadBench,
    out: Path,
    formats: tuple[str, ...],
    steps: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export_access, "CLIPS_A_BATCH", 3)
    monkeypatch.setattr(export_access, "_STEPS_A_BATCH", steps)
    bench.run_export(out, formats=formats)
    rows = [row.event() for row in bench.unit.log.rows()]
    for action in (Action.TEXT_OPENED, Action.CLIP_OPENED):
        opened = [objects_of(one.object, one.detail) for one in rows if one.action == action]
        assert [len(clips) for clips in opened] == [2, 3]
