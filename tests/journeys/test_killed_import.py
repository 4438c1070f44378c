"""An import that is killed outright, at the worst moments and from outside, and run again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reviewer.clips.keys import KdfParameters
from reviewer.lead.intake_report import IntakeOptions
from reviewer.workspace import open_workspace
from tests.benches.lead import LeadBench
from tests.benches.workspace import LEAD, PASSPHRASE, Bench, make_bench
from tests.fakes.clock import FakeClock
from tests.unit.test_manifest_fields import GOOD

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
LINES = 8
CHILD = """
import os, signal, sys
from pathlib import Path
from reviewer.clips.keys import KdfParameters
from reviewer.clips.store import LocalClipStore
from reviewer.files import NewFile
from reviewer.lead.intake_report import IntakeOptions
from reviewer.queue.sqlite import SqliteQueue
from reviewer.workspace import open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

folder, manifest, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
made, names = [], []  # three files a clip; the third clip is hit
create, keep = LocalClipStore.create, NewFile.keep

def die_when(now, count):
    if (moment, count) == (now, 7):
        die()

def create_or_die(self, clip_id, kind):
    made.append(kind)
    die_when("before the first file", len(made))
    new = create(self, clip_id, kind)
    die_when("in a half-written file", len(made))
    if len(made) == 8:
        die_when("between the files", 7)
    return new

def keep_or_die(self):
    names.append(self)
    die_when("before the first name", len(names))
    keep(self)
    die_when("between the names", len(names))
    if len(names) == 9:
        die_when("before the row", 7)

LocalClipStore.create, NewFile.keep = create_or_die, keep_or_die
def progress(done, total):
    print(done, flush=True)
    if moment == "after the commit" and done == 3:
        die()

class DyingQueue(SqliteQueue):
    calls = 0

    def add_clip(self, *given, **named):
        super().add_clip(*given, **named)
        self.calls += 1
        if moment == "in the transaction" and self.calls == 3:
            die()

workspace = open_workspace(
    folder, clock=FakeClock(), parameters=KdfParameters.cheap(), make_queue=DyingQueue
)
lead = workspace.sign_in(LEAD, PASSPHRASE).lead
lead.import_manifest(manifest, IntakeOptions(), progress)
"""
MOMENTS = [
    "before the first file",
    "in a half-written file",
    "between the files",
    "before the first name",
    "between the names",
    "before the row",
    "in the transaction",
    "after the commit",
]


@pytest.fixture
def offered(tmp_path: Path) -> tuple[Bench, Path]:
    bench = make_bench(tmp_path, drafts=[""])
    bench.workspace.close()
    folder = tmp_path / "in"
    first = (folder / "clip0.wav").read_bytes()
    lines = []
    for number in range(LINES):
        (folder / f"{number}.wav").write_bytes(first[:44] + bytes([number + 1]) * (len(first) - 44))
        lines.append(json.dumps(GOOD | {"audio": f"{number}.wav", "source_id": f"killed-{number}"}))
    manifest = folder / "killed.jsonl"
    manifest.write_text("\n".join(lines), encoding="utf-8")
    return bench, manifest


def start(bench: Bench, manifest: Path, moment: str, repository: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(bench.workspace.path), str(manifest), moment],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(repository)},
    )


@contextmanager
def reopened(bench: Bench) -> Iterator[LeadBench]:
    lead = LeadBench(bench.workspace.path)
    yield lead
    lead.sign_in.sign_out(lead.lead)
    lead.close()


def sealed(bench: LeadBench) -> set[str]:
    return {path.name.split(".")[0] for path in (bench.folder / "clips").iterdir()}


def import_again(bench: Bench, manifest: Path, imported_before: int) -> None:
    """Every clip is imported once, nothing is left over, and the log verifies."""
    with reopened(bench) as before:
        assert len(before.unit.clips.ids()) == 1 + imported_before
        assert before.unit.clips.ids() <= sealed(before)
    with open_workspace(
        bench.workspace.path, clock=FakeClock(), parameters=KdfParameters.cheap()
    ) as workspace:
        lead = workspace.sign_in(LEAD, PASSPHRASE)
        report = lead.lead.import_manifest(manifest, IntakeOptions())
        assert (report.accepted, report.refused) == (LINES - imported_before, imported_before)
        assert lead.lead.overview().counts.clips == {"ready": 1 + LINES}
        assert lead.lead.verify_log().ok
        workspace.sign_out(lead)
    with reopened(bench) as after:
        assert sealed(after) == after.unit.clips.ids()
        assert not list((after.folder / "clips").glob(".*"))
        for clip_id in after.unit.clips.ids():
            with after.unit.content.audio(after.lead.keyring, clip_id) as stream:
                assert stream.read(4) == b"fLaC"


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_import_killed_at_any_moment_leaves_no_orphan_and_can_be_run_again(
    offered: tuple[Bench, Path], moment: str, repository: Path
) -> None:
    bench, manifest = offered
    with start(bench, manifest, moment, repository) as child:
        child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    import_again(bench, manifest, imported_before=3 if moment == "after the commit" else 2)


def test_an_import_killed_from_outside_can_be_run_again(
    offered: tuple[Bench, Path], repository: Path
) -> None:
    bench, manifest = offered
    with start(bench, manifest, "from outside", repository) as child:
        assert child.stdout is not None
        for done in child.stdout:
            if int(done) == 4:
                child.kill()
                break
        child.wait(timeout=60)
    assert child.returncode == -signal.SIGKILL
    with reopened(bench) as lead:
        imported = len(lead.unit.clips.ids()) - 1
    assert 4 <= imported <= LINES
    import_again(bench, manifest, imported)
