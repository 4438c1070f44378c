"""A purge that is killed: whoever signs in next finishes it, or it never began.

``REVIEWER_KILLS`` sets how many random moments are tried beside the worst ones.
"""

import os
import random
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.clips.keys import KdfParameters
from reviewer.places import DATABASE_FILE
from reviewer.workspace import open_workspace
from tests.benches.forked_python import ForkedPython
from tests.benches.killed import kill_within
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, make_bench
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
CLIPS = 4
KILLS = int(os.environ.get("REVIEWER_KILLS", "1"))
CHILD = """
import os, signal, sys
from pathlib import Path
from reviewer.clips.content import ClipContent
from reviewer.clips.keys import KdfParameters
from reviewer.clips.repository import ClipRepository
from reviewer.clips.withdrawals import WithdrawalRepository
from reviewer.queue.sqlite import SqliteQueue
from reviewer.workspace import open_workspace
from tests.benches.killed import kill_at
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

folder, file, moment, number = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])

with open_workspace(folder, clock=FakeClock(), parameters=KdfParameters.cheap()) as workspace:
    lead = workspace.sign_in(LEAD, PASSPHRASE).lead
    keys, queue = (ClipRepository, "destroy_key"), (SqliteQueue, "withdraw_clip")
    for holder, name in ((WithdrawalRepository, "record"), keys, queue, (ClipContent, "sweep")):
        if name == moment:
            kill_at(holder, name, before=name == "sweep", after=True, number=number)
    print("signed in", flush=True)
    lead.withdraw_list(file)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def purged(workspace: Path) -> int:
    with closing(sqlite3.connect(workspace / DATABASE_FILE)) as connection:
        found: int = connection.execute("SELECT count(*) FROM clip WHERE wrapped_key IS NULL").fetchone()[0]
    return found


@pytest.mark.parametrize(
    ("moment", "number", "before", "after"),
    [
        ("record", 1, 0, 0),
        ("record", CLIPS, 0, 0),
        ("destroy_key", 1, 0, CLIPS),
        ("withdraw_clip", 3, 2, CLIPS),
        ("sweep", 1, CLIPS, CLIPS),
    ],
)
def test_killed_purge_is_finished_by_the_next_session_of_anybody(
    tmp_path: Path, forked_python: ForkedPython, moment: str, number: int, before: int, after: int
) -> None:
    bench = make_bench(tmp_path, drafts=("",) * CLIPS)
    bench.sign_out(LEAD)
    bench.workspace.close()
    workspace = tmp_path / "ws"
    (tmp_path / "list").write_text("".join(f"source-{n:04d}\n" for n in range(CLIPS)), encoding="utf-8")
    ended = forked_python.run(CHILD, workspace, tmp_path / "list", moment, number)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert purged(workspace) == before
    with open_workspace(workspace, clock=FakeClock(), parameters=KdfParameters.cheap()) as opened:
        ana = opened.sign_in(ANA, PASSPHRASE)
        assert len(opened.purge_due(ana.identity)) == after - before
        opened.sign_out(ana)
        lead = opened.sign_in(LEAD, PASSPHRASE)
        assert lead.lead.verify_log().ok
        opened.sign_out(lead)
    assert purged(workspace) == after
    kept = {path.name.split(".")[0] for path in (workspace / "clips").iterdir()}
    assert len(kept) == CLIPS - after


@pytest.mark.timeout(60 + 20 * KILLS)
def test_purge_killed_from_outside_is_finished_or_never_began(
    tmp_path: Path, forked_python: ForkedPython
) -> None:
    (tmp_path / "pattern").mkdir()
    bench = make_bench(tmp_path / "pattern", drafts=("",) * CLIPS)
    bench.sign_out(LEAD)
    bench.workspace.close()
    (tmp_path / "list").write_text("".join(f"source-{n:04d}\n" for n in range(CLIPS)), encoding="utf-8")
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    moments = random.Random(seed)
    finished, longest = 0, 0.0  # the first runs to its end, and shows how long that takes
    for kill in range(KILLS + 1):
        folder = tmp_path / f"kill{kill}"
        shutil.copytree(bench.workspace.path, folder)
        with forked_python.start(CHILD, folder, tmp_path / "list", "from outside", 0) as process:
            ran = kill_within(process, longest, moments)
            longest = longest or 1.1 * ran
        assert process.returncode == -signal.SIGKILL
        before = purged(folder)
        with open_workspace(folder, clock=FakeClock(), parameters=KdfParameters.cheap()) as opened:
            ana = opened.sign_in(ANA, PASSPHRASE)
            after = before + len(opened.purge_due(ana.identity))
            opened.sign_out(ana)
            lead = opened.sign_in(LEAD, PASSPHRASE)
            assert lead.lead.verify_log().ok
            opened.sign_out(lead)
        assert after in {0, CLIPS}
        assert purged(folder) == after
        kept = {path.name.split(".")[0] for path in (folder / "clips").iterdir()}
        assert len(kept) == CLIPS - after
        finished += before == CLIPS
        shutil.rmtree(folder)
    print(f"{KILLS} kills, {finished} after the last clip")  # noqa: T201
