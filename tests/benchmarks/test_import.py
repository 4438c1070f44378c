"""Importing a thousand short clips, beside decoding and FLAC-encoding each of them once in the same run; and
the memory that ten times as many lines take.

The floor uses as many processes as there are cores, and writes nothing. Processor time is printed too: on a
busy machine whoever runs more processes gets a larger share of the clock.
"""

import io
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from reviewer.clips.keys import KdfParameters
from reviewer.lead.intake_report import IntakeOptions
from reviewer.workspace import make_workspace, open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.benchmarks.table import row
from tests.unit.test_manifest_fields import GOOD

LINES = (5_000, int(os.environ.get("REVIEWER_LINES", "20000")))
CLIPS = int(os.environ.get("REVIEWER_CLIPS", "1000"))
RATE_HZ = 16_000


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of three to eight seconds, a tone in noise."""
    folder, random = tmp_path_factory.mktemp("in"), np.random.default_rng(1)
    lines = []
    for number in range(CLIPS):
        time_s = np.arange(int(RATE_HZ * random.uniform(3, 8))) / RATE_HZ
        wave = 0.2 * np.sin(2 * np.pi * (200 + number) * time_s) + 0.02 * random.standard_normal(len(time_s))
        soundfile.write(folder / f"{number}.wav", wave, RATE_HZ, subtype="PCM_16")
        lines.append(json.dumps(GOOD | {"audio": f"{number}.wav", "source_id": f"fast-{number}"}))
    file = folder / "manifest.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def decoded_and_encoded(path: Path) -> int:
    samples, rate_hz = soundfile.read(path, dtype="int16")
    out = io.BytesIO()
    soundfile.write(out, samples, rate_hz, format="FLAC", subtype="PCM_16")
    return out.tell()


def processor_seconds() -> float:
    """Of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def test_clips_a_second(manifest: Path, tmp_path: Path) -> None:
    paths = sorted(manifest.parent.glob("*.wav"))
    before = processor_seconds()
    with ProcessPoolExecutor() as pool:
        list(pool.map(decoded_and_encoded, paths[:16]))
        begun = time.perf_counter()
        list(pool.map(decoded_and_encoded, paths, chunksize=16))
        floor = time.perf_counter() - begun
    floor_processor = processor_seconds() - before
    make_workspace(tmp_path / "ws", LEAD, PASSPHRASE, parameters=KdfParameters.cheap())
    with open_workspace(tmp_path / "ws", parameters=KdfParameters.cheap()) as workspace:
        lead = workspace.sign_in(LEAD, PASSPHRASE)
        begun, before = time.perf_counter(), processor_seconds()
        report = lead.lead.import_manifest(manifest, IntakeOptions())
        imported, processor = time.perf_counter() - begun, processor_seconds() - before
        workspace.sign_out(lead)
    assert report.accepted == CLIPS
    print(
        f"\n{CLIPS / imported:.0f} clips/s, decoded and encoded alone {CLIPS / floor:.0f},"
        f" {floor / imported:.2f} of it; processor time a clip {1000 * processor / CLIPS:.2f} ms,"
        f" alone {1000 * floor_processor / CLIPS:.2f}"
    )


_IMPORT = """
import sys
from pathlib import Path
from reviewer.clips.keys import KdfParameters
from reviewer.lead.intake_report import IntakeOptions
from reviewer.workspace import make_workspace, open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE

place = Path(sys.argv[1])
make_workspace(place, LEAD, PASSPHRASE, parameters=KdfParameters.cheap())
with open_workspace(place, parameters=KdfParameters.cheap()) as workspace:
    lead = workspace.sign_in(LEAD, PASSPHRASE)
    report = lead.lead.import_manifest(Path(sys.argv[2]), IntakeOptions())
    workspace.sign_out(lead)
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(report.accepted, peak.split()[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read where Linux tells it")
def test_memory_does_not_grow_with_the_manifest(tmp_path: Path, repository: Path) -> None:
    random, peaks = np.random.default_rng(1), []
    for number in range(max(LINES)):
        noise = random.integers(-3000, 3000, 1_000, dtype=np.int16)
        soundfile.write(tmp_path / f"{number}.wav", noise, RATE_HZ, subtype="PCM_16")
    for lines in LINES:
        manifest = tmp_path / f"{lines}.jsonl"
        rows = (GOOD | {"audio": f"{number}.wav", "source_id": f"short-{number}"} for number in range(lines))
        manifest.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", _IMPORT, str(tmp_path / f"ws{lines}"), str(manifest)],
            env=os.environ | {"PYTHONPATH": str(repository)},
            capture_output=True,
            check=True,
            text=True,
        )
        accepted, peak_kib = map(int, done.stdout.split())
        assert accepted == lines
        peaks.append(peak_kib / 1024)
    row(
        f"memory of the importing process, {LINES[1]} lines, beside {LINES[0]}",
        f"{peaks[1]:.0f} MiB, {peaks[0]:.0f} MiB",
        "<= 1.1 x",
        peaks[1] <= 1.1 * peaks[0],
    )
