"""An import that is killed outright, at the worst moments and from outside, and run again.

``REVIEWER_KILLS`` sets how many random moments are tried beside the worst ones.
"""

import json
import os
import random
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reviewer.clips.keys import KdfParameters
from reviewer.lead.intake_report import IntakeOptions
from reviewer.workspace import open_workspace
from tests.benches.forked_python import ForkedPython
from tests.benches.lead import LeadBench
from tests.benches.workspace import LEAD, PASSPHRASE, Bench, make_bench
from tests.fakes.clock import FakeClock
from tests.unit.test_manifest_fields import GOOD

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
LINES = 8
KILLS = int(os.environ.get("REVIEWER_KILLS", "2"))
CHILD = """
import os, signal, sys
from pathlib import Path
from reviewer.audio.io import flac
from reviewer.clips.keys import KdfParameters
from reviewer.clips.store import LocalClipStore
from reviewer.files import NewFile
from reviewer.lead import clip_preparation, intake
from reviewer.lead.intake_report import IntakeOptions
from reviewer.queue.sqlite import SqliteQueue
from reviewer.workspace import open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

folder, manifest, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
intake._CLIPS_A_COMMIT, intake._COMMIT_SECONDS = 2, 60.0
if moment == "with workers":
    clip_preparation.FILES_WORTH_A_PROCESS = 1
if moment != "from outside":
    flac._WHOLE_SAMPLES = 0  # so that each clip has two files, as a long one
made, names = [], []  # the third clip is hit, the first of the second commit
create, keep = LocalClipStore.create, NewFile.keep

def die_when(now, count):
    if (moment, count) == (now, 5):
        die()

def create_or_die(self, clip_id, kind):
    made.append(kind)
    die_when("before the first file", len(made))
    new = create(self, clip_id, kind)
    die_when("in a half-written file", len(made))
    if len(made) == 6:
        die_when("between the files", 5)
    return new

def keep_or_die(self):
    names.append(self)
    die_when("before the first name", len(names))
    keep(self)
    die_when("between the names", len(names))
    if len(names) == 6:
        die_when("before the row", 5)

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
IN_THE_SECOND_COMMIT = ("before the first name", "between the names", "before the row", "in the transaction")


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


@contextmanager
def reopened(bench: Bench) -> Iterator[LeadBench]:
    lead = LeadBench(bench.workspace.path)
    yield lead
    lead.sign_in.sign_out(lead.lead)
    lead.close()


def sealed(bench: LeadBench) -> set[str]:
    return {path.name.split(".")[0] for path in (bench.folder / "clips").iterdir()}


def import_again(bench: Bench, manifest: Path) -> int:
    """Every clip is imported once, nothing is left over, and the log verifies; how many there were before."""
    with reopened(bench) as before:
        imported_before = len(before.unit.clips.ids()) - 1
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
    return imported_before


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_import_killed_at_any_moment_leaves_no_orphan_and_can_be_run_again(
    forked_python: ForkedPython, offered: tuple[Bench, Path], moment: str
) -> None:
    bench, manifest = offered
    ended = forked_python.run(CHILD, bench.workspace.path, manifest, moment)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    imported_before = import_again(bench, manifest)
    if moment in IN_THE_SECOND_COMMIT:
        assert imported_before == 2
    elif moment == "after the commit":
        assert imported_before == 4
    else:  # files are written ahead of the commits
        assert imported_before in {0, 2}


@pytest.mark.timeout(60 + 20 * KILLS)
@pytest.mark.parametrize("how", ["from outside", "with workers"])
def test_an_import_killed_from_outside_can_be_run_again(
    forked_python: ForkedPython, offered: tuple[Bench, Path], tmp_path: Path, how: str
) -> None:
    bench, manifest = offered
    pattern = bench.workspace.path.rename(tmp_path / "pattern")
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    moments = random.Random(seed)
    for _ in range(KILLS if how == "from outside" else max(1, KILLS // 2)):
        shutil.copytree(pattern, bench.workspace.path)
        with forked_python.start(CHILD, bench.workspace.path, manifest, how) as child:
            assert child.stdout.readline()  # nothing is done yet
            timer = threading.Timer(moments.uniform(0.0, 0.4 if how == "from outside" else 1.0), child.kill)
            timer.start()
            child.wait()
            timer.cancel()
        assert child.returncode in {-signal.SIGKILL, 0}
        assert import_again(bench, manifest) % 2 == 0
        shutil.rmtree(bench.workspace.path)
