"""How fast an export is beside a plain verified copy of the same clips, and how much memory it takes.

Run: .venv/bin/pytest -o norecursedirs=".*" tests/benchmarks/test_export.py -s
``REVIEWER_EXPORT_CLIPS`` sets the number of clips (2,000); the memory test takes ten times as many.

Both are brought to the disk by one sync of their file system, inside the time that is taken. The copy is of
files in the clear that were just written. Each is done ``_TIMES`` times in turn, and the fastest of each
counts: others use the machine too. Processor time is that of this process and of its workers.
"""

import gc
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import pytest

from reviewer.audio.io.flac import encode_flac
from reviewer.audio.samples import Samples
from reviewer.files import sync_tree
from reviewer.lead.set_options import SetOptions
from reviewer.model.annotation import Annotation
from tests.benches.clips import add_clip
from tests.benches.lead import LeadBench
from tests.benches.workspace import ANA
from tests.benchmarks.table import ROWS, Row
from tests.conftest import REPOSITORY
from tests.factories import a_clip

CLIPS = int(os.environ.get("REVIEWER_EXPORT_CLIPS", "2000"))
SECONDS = 5.5
RATE_HZ = 16_000
SENTENCE = (
    "so we went down to the river and looked at boats until it was nearly dark then she said that nobody had "
    "seen them before but I think they were wrong about everything because one of those men told me yesterday"
)
WORDS = SENTENCE.split()
WORDS_A_CLIP = 17
_TIMES = 3


def speech_like() -> np.ndarray:
    """Noise whose level rises and falls, which FLAC packs about as well as speech."""
    frames = int(SECONDS * RATE_HZ)
    level = 600 * (1 + np.sin(np.arange(frames) / 2000))
    noise = np.random.default_rng(1).normal(size=frames) * level
    return noise.astype(np.int16).reshape(-1, 1)


def filled(folder: Path, clips: int) -> LeadBench:
    """A workspace of accepted clips; the files of all are sealed one by one, as an import does."""
    bench = LeadBench(folder / "ws")
    bench.agree()
    samples = speech_like()
    random = Random(1)  # no two clips say the same
    content, keyring, unit = bench.unit.content, bench.lead.keyring, bench.unit
    for number in range(clips):
        data = samples.copy()
        data[:64, 0] = number % 251
        clip_id = f"c{number:07}"
        clip = a_clip(
            id=clip_id,
            frames=len(data),
            rate_hz=RATE_HZ,
            source_hash=f"source {number}",
            samples_hash=f"samples {number}",
            speaker_hash=f"voice {number % 97}",
        )
        add_clip(
            content,
            keyring,
            clip,
            encode_flac(Samples(RATE_HZ, data)),
            b"peaks",
            lambda i=clip_id, n=number: unit.queue.add_clip(i, passes=1, sort_key=n),
        )
        lease = bench.claim(ANA)
        text = " ".join(random.choices(WORDS, k=WORDS_A_CLIP))
        bench.submit_annotation(lease, Annotation.of_text(text, len(data)))
    bench.accept_all()
    return bench


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """Milliseconds a clip: by the clock, and of processors."""

    wall: float
    processor: float


@contextmanager
def taken(clips: int, into: list[Cost]) -> Iterator[None]:
    """Adds the cost of what is done inside."""
    begun, before = time.perf_counter(), os.times()
    yield
    wall, after = time.perf_counter() - begun, os.times()
    into.append(Cost(wall * 1000 / clips, (sum(after[:4]) - sum(before[:4])) * 1000 / clips))


def plain_copy(source: Path, out: Path) -> None:
    """Reads, hashes and writes each file, and a line of JSON for it; then syncs, as an export does."""
    out.mkdir()
    with (out / "list.jsonl").open("w", encoding="utf-8") as lines:
        for path in sorted(source.iterdir()):
            data = path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            (out / path.name).write_bytes(data)
            lines.write(json.dumps({"path": path.name, "sha256": digest, "bytes": len(data)}) + "\n")
    sync_tree(out)


def export(bench: LeadBench, out: Path, *formats: str) -> None:
    result = bench.export().export_set(bench.lead, out, formats, options=SetOptions(split=(80, 10, 10)))
    assert result.rows + sum(result.left_out.values()) == CLIPS  # made of words, one may look like a number


def test_export_beside_a_plain_verified_copy(tmp_path: Path) -> None:
    bench = filled(tmp_path, CLIPS)
    gc.freeze()  # as the command and the window do
    gc.set_threshold(20_000)  # as the command does; the window has it done elsewhere than on this thread
    loose, shards, copied = list[Cost](), list[Cost](), list[Cost]()
    anew = "UPDATE queue_clip SET state = 'final' WHERE state = 'exported'"
    for _ in range(_TIMES):
        bench.unit.database.execute(anew)
        with taken(CLIPS, loose):
            export(bench, tmp_path / "loose", "nemo")
        bench.unit.database.execute(anew)
        with taken(CLIPS, shards):
            export(bench, tmp_path / "shards", "webdataset")
        with taken(CLIPS, copied):
            plain_copy(tmp_path / "loose" / "clips", tmp_path / "copy")
        for name in ("loose", "shards", "copy"):
            shutil.rmtree(tmp_path / name)
    bench.close()
    floor, of_nemo, of_shards = min(copied), min(loose), min(shards)
    add_row("plain verified copy", floor, floor, "copy", 0)
    add_row("export, nemo", of_nemo, floor, "the copy", 0.8)
    add_row("export, webdataset", of_shards, of_nemo, "nemo", 2)


def add_row(figure: str, cost: Cost, other: Cost, name: str, least: float) -> None:
    """A row of the table: how many times as fast as something else, by the clock and by processor time."""
    ratio, by_processor = other.wall / cost.wall, other.processor / cost.processor
    told = f"{1000 / cost.wall:,.0f} clips/s, {cost.wall:.3f} ms a clip ({cost.processor:.3f} of processors)"
    if cost is not other:
        told += f": {ratio:.2f} x {name}, {by_processor:.2f} x by processor time"
    ROWS.append(Row(figure, told, f"{least} x" if least else "-", is_met=ratio >= least))


MEASURE = """
import sys
from pathlib import Path
from tests.benches.lead import LeadBench
from tests.fakes.clock import FakeClock
def most_kilobytes():
    # Not getrusage: its figure begins with that of the process that started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
clock = FakeClock()
clock.advance(3600)
bench = LeadBench(Path(sys.argv[1]), clock=clock)
before = most_kilobytes()
bench.export().export_set(bench.lead, Path(sys.argv[2]), ("nemo",))
print(before, most_kilobytes())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no peak of memory here")
@pytest.mark.parametrize("clips", [CLIPS, CLIPS * 10])
def test_memory_of_an_export(tmp_path: Path, clips: int) -> None:
    bench = filled(tmp_path, clips)
    bench.sign_in.sign_out(bench.lead)
    bench.close()
    found = subprocess.run(
        [sys.executable, "-c", MEASURE, tmp_path / "ws", tmp_path / "set"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    before, most = (int(part) / 1024 for part in found.stdout.split())
    figure = f"memory of an export of {clips:,} clips"
    ROWS.append(
        Row(figure, f"{before:.0f} MB before, {most:.0f} MB at most", "flat", is_met=most < 2 * before)
    )
