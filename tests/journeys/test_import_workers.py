"""Imports whose clips are prepared in worker processes."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from reviewer.clips.store import LocalClipStore
from reviewer.errors import Refused, Unavailable
from reviewer.lead import clip_preparation, intake
from reviewer.lead.clip_preparation import ClipPreparation, PreparedClip, PreparingProcess
from reviewer.lead.intake_report import IntakeOptions, IntakeReport
from reviewer.model.project import DecodeLimits
from tests.benches.workspace import LEAD, Bench, make_bench, write_clips
from tests.fakes.clock import FakeClock
from tests.unit.test_manifest_fields import GOOD

PARENT = """
import sys
from pathlib import Path
from reviewer.clips.store import LocalClipStore
from reviewer.lead.clip_preparation import PreparingProcess
from reviewer.model.project import DecodeLimits
folder = Path(sys.argv[1])
worker = PreparingProcess(LocalClipStore(folder), folder, "w1", DecodeLimits())
worker.ask([Path(sys.argv[2])])
worker.answer()
print(worker._process.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[PreparingProcess]:
    folder = tmp_path / "clips"
    made = PreparingProcess(LocalClipStore(folder), folder, "w1", DecodeLimits())
    yield made
    made.close()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    write_clips(tmp_path / "in", FakeClock(), [""])
    return tmp_path / "in" / "clip0.wav"


class _Discardable:
    is_discarded = False

    def discard(self) -> None:
        self.is_discarded = True


def pid_of(worker: PreparingProcess) -> int:
    assert worker._process is not None
    return worker._process.pid


def answer(worker: PreparingProcess, *paths: Path) -> list[PreparedClip | Refused]:
    worker.ask(paths)
    return worker.answer()


def prepared(worker: PreparingProcess, path: Path) -> PreparedClip:
    (made,) = answer(worker, path)
    assert isinstance(made, PreparedClip)
    made.new.discard()
    return made


def imported(folder: Path, manifest: Path) -> tuple[Bench, IntakeReport]:
    bench = make_bench(folder, drafts=())
    return bench, bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())


def test_workers_give_the_rows_that_threads_give_and_sound_that_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = write_clips(tmp_path / "in", FakeClock(), ["hello", "", ""])
    (tmp_path / "in" / "text.wav").write_text("no sound")
    rest = [
        GOOD | {"audio": name, "source_id": f"s-{name}"} for name in ("text.wav", "gone.wav", "clip0.wav")
    ]
    with manifest.open("a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in rest)
    by_threads, expected = imported(tmp_path / "threads", manifest)
    by_threads.workspace.close()
    monkeypatch.setattr(clip_preparation, "FILES_WORTH_A_PROCESS", 1)
    monkeypatch.setattr(intake, "_LARGE_MANIFEST_BYTES", 0)  # they start before the lines are read
    bench, report = imported(tmp_path / "workers", manifest)

    def told(rows: IntakeReport) -> list[tuple[object, ...]]:
        return [(row.line, row.audio, row.outcome, row.code, row.notice, row.notes) for row in rows.rows]

    assert told(report) == told(expected)
    assert (report.accepted, report.refused) == (3, 3)
    lead = bench.person(LEAD)
    assert lead.lead.verify_log().ok
    content, keyring = bench.workspace._unit.content, lead.identity.keyring
    for row in report.rows[:3]:
        with content.audio(keyring, row.clip) as stream:
            assert stream.read(4) == b"fLaC"
    assert not list((bench.workspace.path / "clips").glob(".*"))
    bench.workspace.close()


def test_workers_that_started_for_a_manifest_that_is_refused_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_LARGE_MANIFEST_BYTES", 0)
    started: list[subprocess.Popen[bytes]] = []
    start_python = clip_preparation.start_python

    def noted(*given: Any, **named: Any) -> subprocess.Popen[bytes]:
        started.append(start_python(*given, **named))
        return started[-1]

    monkeypatch.setattr(clip_preparation, "start_python", noted)
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text("", encoding="utf-8")
    bench = make_bench(tmp_path / "bench", drafts=())
    with pytest.raises(Refused) as refused:
        bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    assert refused.value.code == "SOURCE_EMPTY"
    assert started
    assert all(process.poll() is not None for process in started)
    bench.workspace.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_worker_that_was_killed_is_replaced(worker: PreparingProcess, clip: Path) -> None:
    first = prepared(worker, clip)
    killed = pid_of(worker)
    os.kill(killed, signal.SIGKILL)
    again = prepared(worker, clip)
    assert pid_of(worker) != killed
    assert again.decoded.samples_sha256 == first.decoded.samples_sha256
    assert again.new.key != first.new.key


def test_what_was_asked_of_a_worker_that_was_killed_is_asked_again_and_answered_in_order(
    worker: PreparingProcess, tmp_path: Path
) -> None:
    write_clips(tmp_path / "in", FakeClock(), [""] * 4)
    clips = [tmp_path / "in" / f"clip{number}.wav" for number in range(4)]
    expected = [prepared(worker, clip).decoded.samples_sha256 for clip in clips]
    os.kill(pid_of(worker), signal.SIGSTOP)
    worker.ask(clips[:2])
    worker.ask(clips[2:3])
    os.kill(pid_of(worker), signal.SIGKILL)
    answered = worker.answer()
    worker.ask(clips[3:])
    answered += worker.answer() + worker.answer()
    assert [isinstance(each, PreparedClip) and each.decoded.samples_sha256 for each in answered] == expected
    for each in answered:
        assert isinstance(each, PreparedClip)
        each.new.discard()
    assert list((tmp_path / "clips").iterdir()) == []


def test_a_file_at_which_two_workers_ended_is_refused(
    worker: PreparingProcess, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_preparation, "_WORKER", "tests.fakes.ending_worker")
    refused = answer(worker, clip)[0]
    assert isinstance(refused, Refused)
    assert (refused.code, dict(refused.parameters)) == ("UNDECODABLE_CRASH", {"signal": 7})


def test_a_file_at_which_workers_end_does_no_harm_to_those_that_went_with_it(
    worker: PreparingProcess, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_preparation, "_WORKER", "tests.fakes.worker_ending_at_a_file")
    bad = clip.with_name("ending.wav")
    bad.write_bytes(clip.read_bytes())
    first, refused, last = answer(worker, clip, bad, clip)
    assert isinstance(refused, Refused)
    assert (refused.code, dict(refused.parameters)) == ("UNDECODABLE_CRASH", {"signal": 7})
    assert isinstance(first, PreparedClip)
    assert isinstance(last, PreparedClip)
    assert first.decoded.samples_sha256 == last.decoded.samples_sha256
    first.new.discard()
    last.new.discard()


def test_a_failure_that_is_not_of_a_file_leaves_nothing_of_those_that_went_with_it(
    worker: PreparingProcess, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_preparation, "_WORKER", "tests.fakes.worker_ending_at_a_file")
    full = clip.with_name("full.wav")
    full.write_bytes(clip.read_bytes())
    with pytest.raises(Unavailable) as failed:
        answer(worker, clip, full)
    assert failed.value.code == "CLIP_NOT_WRITTEN"
    assert list((tmp_path / "clips").iterdir()) == []


def test_clips_that_nobody_took_are_discarded(tmp_path: Path) -> None:
    made: list[_Discardable] = []

    class Making(PreparingProcess):
        def __init__(self) -> None:
            self.start = lambda: None  # type: ignore[method-assign]
            self.asked: list[Sequence[Path]] = []

        def ask(self, paths: Sequence[Path]) -> None:
            self.asked.append(paths)

        def answer(self) -> list[PreparedClip | Refused]:
            new = [_Discardable() for _ in self.asked.pop(0)]
            made.extend(new)
            return [PreparedClip("c1", cast("Any", each), cast("Any", None)) for each in new]

        def close(self) -> None:
            return None

    with ClipPreparation[int](Making, Making, files=100) as preparation:
        clips = preparation.prepared((number, tmp_path) for number in range(40))
        assert [next(clips)[0] for _ in range(3)] == [0, 1, 2]
        clips.close()
    assert len(made) > 8
    assert [each.is_discarded for each in made].count(False) == 3


def test_a_worker_that_cannot_start_is_not_the_fault_of_the_file(
    worker: PreparingProcess, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_preparation, "_WORKER", "tests.fakes.no_such_worker")
    with pytest.raises(Unavailable) as failed:
        answer(worker, clip)
    assert failed.value.code == "DECODER_NOT_STARTED"


def test_files_that_another_process_swept_before_they_were_opened_are_made_again(
    worker: PreparingProcess, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, adopt, swept = worker._store, LocalClipStore.adopt, list[int]()

    def sweep_first(*given: object) -> object:
        if not swept:
            swept.append(store.sweep(set()))
        return adopt(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(LocalClipStore, "adopt", sweep_first)
    worker.ask([clip])
    worker.ask([clip])
    made, other = worker.answer()[0], worker.answer()[0]
    assert isinstance(made, PreparedClip)
    assert isinstance(other, PreparedClip)
    other.new.discard()
    assert swept[0] in (1, 2)  # the other may be written already
    assert store.sweep(set()) == 1  # and after they were opened it does no harm
    made.new.keep()
    made.new.discard()
    assert store.clip_ids() == {made.clip_id}
    assert not list((tmp_path / "clips").glob(".*"))


@pytest.mark.skipif(sys.platform != "linux", reason="it ends with the file that it is at elsewhere")
def test_a_worker_dumps_no_core_and_ends_with_its_parent(
    tmp_path: Path, clip: Path, repository: Path
) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "clips"), str(clip)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(repository)},
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
        assert "Max core file size        0                    0" in limits
        worker = os.pidfd_open(pid)
        os.kill(pid, signal.SIGSTOP)  # it cannot see that its input ends
        parent.kill()
        ended, _, _ = select.select([worker], [], [], 20)
        os.close(worker)
    assert ended
