"""What a small file that holds half an hour of sound costs the process that imports it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.benches.workspace import make_bench
from tests.unit.test_manifest_fields import GOOD

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc"),
]
_MOST_KIB = 256 * 1024
_MINUTES = 30
"""Their samples take 220 MiB: with the program more than is allowed."""
_CHILD = """
import json, sys
from pathlib import Path
from reviewer.clips.keys import KdfParameters
from reviewer.lead.intake_report import IntakeOptions
from reviewer.workspace import open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE

workspace = open_workspace(Path(sys.argv[1]), parameters=KdfParameters.cheap())
lead = workspace.sign_in(LEAD, PASSPHRASE).lead
report = lead.import_manifest(Path(sys.argv[2]), IntakeOptions())
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([[row.outcome for row in report.rows], int(peak.split()[1])]))
"""


@pytest.fixture(scope="module")
def silence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("silence") / "silence.flac"
    with soundfile.SoundFile(path, "w", 16_000, 2, subtype="PCM_24") as file:
        for _ in range(_MINUTES):
            file.write(np.zeros((60 * 16_000, 2), np.int32))
    return path


@pytest.mark.parametrize(("allowed_minutes", "outcome"), [(60, "accepted"), (15, "refused")])
def test_half_an_hour_of_silence_does_not_come_into_memory(
    tmp_path: Path, repository: Path, silence: Path, allowed_minutes: int, outcome: str
) -> None:
    settings = f"[decode]\naudio_seconds = {allowed_minutes * 60}\n"
    bench = make_bench(tmp_path, drafts=(), project=settings)
    bench.workspace.close()
    folder = bench.workspace.path
    (tmp_path / "silence.flac").hardlink_to(silence)
    manifest = tmp_path / "silence.jsonl"
    manifest.write_text(json.dumps(GOOD | {"audio": "silence.flac"}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(folder), str(manifest)],
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(repository)},
    )
    outcomes, peak_kib = json.loads(done.stdout)
    assert outcomes == [outcome]
    assert peak_kib < _MOST_KIB
