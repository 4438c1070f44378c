"""An export that is killed outright: no plain file outlives the next start, and recall lists are complete."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

from reviewer.access.exports import ExportRepository, ExportState
from reviewer.access.log_search import LogFilter
from reviewer.clips.keys import KdfParameters
from reviewer.db.connection import Database
from reviewer.errors import Refused
from reviewer.formats import passport
from reviewer.formats.output_folder import MARKER
from reviewer.lead.purge import Recall
from reviewer.lead.session import LeadSession
from reviewer.places import DATABASE_FILE
from reviewer.workspace import Workspace, open_workspace
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, QUINN, make_bench
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
KILLS = int(os.environ.get("REVIEWER_KILLS", "4"))
CLIPS = 5
# Loads once, then forks for each export; the parent says where it is killed, or kills it from outside.
CHILD = """
import os, signal, sys
from pathlib import Path
from reviewer.access.exports import ExportRepository
from reviewer.clips.keys import KdfParameters
from reviewer.formats import dataset
from reviewer.formats import output_folder
from reviewer.lead import export, export_sounds
from reviewer.session import export_access
from reviewer.workspace import open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

def die_around(holder, name, moment):
    act = getattr(holder, name)
    def dying(*given, **named):
        if moment == "before " + name:
            os.kill(os.getpid(), signal.SIGKILL)
        result = act(*given, **named)
        if moment == "after " + name:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(holder, name, dying)

def run(folder, out, moment):
    moment, _, shards = moment.partition(" of ")
    for name in ("start", "intend", "folder_made", "finish", "settle"):
        die_around(ExportRepository, name, moment)
    die_around(export, "unmark", moment)
    die_around(export.passport, "write", moment)
    die_around(output_folder, "write_atomically", moment)
    if moment.startswith(("before write_bytes", "after write_bytes")):
        die_around(dataset, "write_bytes", moment)
    if "rename" in moment:
        die_around(Path, "rename", moment)
    if moment == "":
        export_sounds.SOUNDS_WORTH_A_PROCESS = 1
        export_access.CLIPS_A_BATCH = 2
    if "begin" in moment or "answer" in moment:
        export_sounds.SOUNDS_WORTH_A_PROCESS = 1
        export_access.CLIPS_A_BATCH = 2
        die_around(export_sounds.SoundWorker, moment.split()[1], moment)
    workspace = open_workspace(folder, clock=FakeClock(), parameters=KdfParameters.cheap())
    lead = workspace.sign_in(LEAD, PASSPHRASE).lead
    print("ready", flush=True)
    lead.export(Path(out), ("webdataset",) if shards else ("nemo", "csv"))

for line in sys.stdin:
    folder, out, moment = line.rstrip("\\n").split("\\t")
    process = os.fork()
    if not process:
        run(Path(folder), out, moment)
        os._exit(0)
    print(process, flush=True)
    _, status = os.waitpid(process, 0)
    print("ended" if not moment or os.WIFSIGNALED(status) else "was not killed", flush=True)
"""
MOMENTS = [
    f"{when} {what}"
    for what in (
        "start",
        "intend",
        "write_atomically",
        "folder_made",
        "write_bytes",
        "begin",
        "answer",
        "write",
        "rename",
        "finish",
        "unmark",
        "settle",
    )
    for when in ("before", "after")
] + ["after begin of shards", "before answer of shards", "after answer of shards"]


class Exporter:
    """A process that exports, each time in a fork of its own."""

    def __init__(self, repository: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(repository)},
        )

    def start(self, workspace: Path, out: Path, moment: str = "") -> int:
        """Begins an export; gives its process."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{workspace}\t{out}\t{moment}\n")
        self._process.stdin.flush()
        return int(self._line())

    def is_ready(self) -> None:
        assert self._line() == "ready"

    def wait(self) -> None:
        while (line := self._line()) != "ended":
            assert line == "ready"

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the exporting process has ended"
        return line.strip()


@pytest.fixture(scope="module")
def exporter(repository: Path) -> Iterator[Exporter]:
    made = Exporter(repository)
    yield made
    made.close()


@pytest.fixture(scope="module")
def finished_work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of known sources, all accepted."""
    folder = tmp_path_factory.mktemp("finished")
    bench = make_bench(folder, drafts=("",) * CLIPS, project="[queue]\nqa_rate = 0.0\n")
    bench.agree(LEAD, ANA)
    for number in range(CLIPS):
        bench.submitted(ANA, f"words number {['one', 'two', 'three', 'four', 'five'][number]}")
    bench.person(QUINN).qa.draw()
    for name in list(bench.signed_in):
        bench.sign_out(name)
    bench.workspace.close()
    return folder / "ws"


@pytest.fixture
def workspace(finished_work: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    (tmp_path / "sets").mkdir()
    return Path(shutil.copytree(finished_work, tmp_path / "ws"))


@contextmanager
def opened(workspace: Path) -> Iterator[tuple[Workspace, LeadSession]]:
    """The next start, an hour later, with the lead signed in and what is due done."""
    clock = FakeClock()
    clock.advance(3600)
    with open_workspace(workspace, clock=clock, parameters=KdfParameters.cheap()) as found:
        lead = found.sign_in(LEAD, PASSPHRASE)
        found.purge_due(lead.identity)
        yield found, lead.lead
        found.sign_out(lead)


def clips_of(workspace: Path) -> list[str]:
    with closing(sqlite3.connect(workspace / DATABASE_FILE)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM clip")]


def newest_export(workspace: Path) -> tuple[str, str]:
    """Id and state of the newest export; empty if there is none."""
    with closing(sqlite3.connect(workspace / DATABASE_FILE)) as connection:
        found = connection.execute("SELECT id, state FROM export ORDER BY id DESC").fetchone()
    return found or ("", "")


def look_after(workspace: Path, out: Path, earlier: str = "") -> bool:
    """What the next start finds and leaves; says whether there is a set. ``earlier``: the export before."""
    had_its_name = out.exists()  # somebody may have copied it, whatever the next start does
    open_workspace(workspace, clock=FakeClock(), parameters=KdfParameters.cheap()).close()  # nobody signs in
    left = list(out.parent.iterdir())
    with opened(workspace) as (_, lead):
        newest, state = newest_export(workspace)
        if newest == earlier:
            newest, state = "", ""  # killed before it was started
        is_there = state == ExportState.FINISHED
        assert left == ([out] if is_there else [])
        assert state != ExportState.STARTED
        assert lead.retention_overview().unfinished == ()
        ends = [row.event() for row in lead.find_log_rows(LogFilter(action="export.ended"))]
        if newest and not is_there:
            assert (ends[0].object, ends[0].outcome, ends[0].reason) == (newest, "failed", "KILLED")
        assert lead.verify_log().ok
    with closing(Database(workspace / DATABASE_FILE)) as database:
        records = {each.id: each for each in ExportRepository(database).exports_of(clips_of(workspace))}
    assert (newest in records) is had_its_name
    if had_its_name:
        assert len(records[newest].clips) == CLIPS
    if is_there:
        assert passport.validate(out) == []
        assert not (out / MARKER).exists()
    return is_there


@pytest.mark.parametrize("moment", MOMENTS)
def test_export_killed_at_a_moment_leaves_all_or_nothing(
    exporter: Exporter, workspace: Path, tmp_path: Path, moment: str
) -> None:
    out = tmp_path / "sets" / "set"
    exporter.start(workspace, out, moment)
    exporter.wait()
    assert look_after(workspace, out) is (moment in _FINISHED)


# From the commit on the set is there, whatever was still to be tidied up.
_FINISHED = {"before unmark", "after unmark", "before settle", "after settle"}


def test_exports_killed_at_random_leave_all_or_nothing(
    exporter: Exporter, workspace: Path, tmp_path: Path
) -> None:
    chance = random.Random(4)
    exporter.start(workspace, tmp_path / "sets" / "first")
    exporter.is_ready()
    began = monotonic()
    exporter.wait()
    whole = monotonic() - began
    assert look_after(workspace, tmp_path / "sets" / "first")
    (tmp_path / "killed").mkdir()
    finished = 0
    for number in range(KILLS):
        out, (earlier, _) = tmp_path / "killed" / f"{number}", newest_export(workspace)
        process = exporter.start(workspace, out)
        exporter.is_ready()
        threading.Event().wait(chance.uniform(0, whole * 1.05))
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        exporter.wait()
        if look_after(workspace, out, earlier):
            finished += 1
            out.rename(tmp_path / f"taken away {number}")
    assert finished < max(KILLS, 2)


def test_set_on_a_disk_that_is_not_there_is_recalled_said_and_removed_once_it_is_back(
    exporter: Exporter, workspace: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    exporter.start(workspace, disk / "set", "after write_bytes")
    exporter.wait()
    assert list(disk.rglob("*.flac"))
    disk.rename(tmp_path / "unplugged")
    disk.mkdir()
    for _ in range(2):
        with opened(workspace) as (_, lead):
            report = lead.purge(["source-0000"])
            (recall,) = report.recall
            assert (len(recall.clips), recall.state, recall.folder) == (1, "failed", str(disk / "set"))
            assert lead.recall() == report.recall
            (left,) = lead.retention_overview().unfinished
            assert left.out == str(disk / "set")
            assert lead.overview().unfinished_exports == 1
    disk.rmdir()
    (tmp_path / "unplugged").rename(disk)
    with opened(workspace) as (_, lead):
        assert list(disk.iterdir()) == []
        assert lead.recall() == ()


def test_export_on_a_lost_disk_is_given_up_and_stays_on_the_recall_list(
    exporter: Exporter, workspace: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    exporter.start(workspace, disk / "set", "after write_bytes")
    exporter.wait()
    disk.rename(tmp_path / "lost")
    with opened(workspace) as (_, lead):
        (left,) = lead.retention_overview().unfinished
        lead.give_up_export(left.export_id)
        assert lead.retention_overview().unfinished == ()
        (recall,) = lead.purge(["source-0000"]).recall
        assert recall.export == left.export_id
        for export_id in (left.export_id, "e1", "../e1"):
            with pytest.raises(Refused, match="EXPORT_NOT_UNFINISHED"):
                lead.give_up_export(export_id)
        lost = lead.find_log_rows(LogFilter(action="export.lost"))
        assert [row.event().object for row in lost] == [left.export_id]


def test_set_that_somebody_moved_before_the_next_start_stays_on_the_recall_list(
    exporter: Exporter, workspace: Path, tmp_path: Path
) -> None:
    out = tmp_path / "sets" / "set"
    exporter.start(workspace, out, "after rename")
    exporter.wait()
    assert out.is_dir()
    out.rename(tmp_path / "moved")
    with opened(workspace) as (_, lead):
        (recall,) = lead.purge(["source-0001"]).recall
        assert (recall.state, len(recall.clips)) == ("failed", 1)


def test_purge_and_export_of_two_processes_know_of_each_other(workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "sets" / "set"
    seen: list[Recall] = []

    def withdraw_meanwhile(done: int, _total: int) -> None:
        if done == CLIPS:
            with opened(workspace) as (_, other):
                assert other.retention_overview().unfinished == ()  # it runs
                seen.extend(other.purge(["source-0000"]).recall)

    with opened(workspace) as (_, lead):
        with pytest.raises(Refused, match="EXPORT_CLIPS_CHANGED"):
            lead.export(out, ("csv",), progress=withdraw_meanwhile)
        assert [(recall.state, recall.folder) for recall in seen] == [("started", str(out))]
        assert list(out.parent.iterdir()) == []
        assert lead.recall() == ()
        assert lead.export(out, ("csv",)).clips == CLIPS - 1
    assert passport.validate(out) == []
    assert list(workspace.glob("*.export")) == []
