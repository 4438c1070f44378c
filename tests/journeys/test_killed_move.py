"""A move that is killed: the workspace works or says why nobody may sign in, and the command finishes it.

``REVIEWER_KILLS`` sets how many random moments are tried beside every step; without it, only the worst steps.
"""

import os
import random
import shutil
import signal
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from reviewer.access.verification import verify_file
from reviewer.errors import Refused
from reviewer.places import DATABASE_FILE
from tests.benches.forked_python import ForkedPython
from tests.benches.killed import kill_within
from tests.benches.moving import busy_workspace, moved, opened, project_of, queue_rows
from tests.benches.workspace import BEN, LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock
from tests.fakes.s3_servers import BUCKET, KEY_ID, SECRET

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
KILLS = int(os.environ.get("REVIEWER_KILLS", "0"))
CHILD = """
import importlib, os, signal, sys
from pathlib import Path
from reviewer.queue import queue_rows
from tests.benches.killed import kill_at
from tests.benches.moving import moved
from tests.fakes.clock import FakeClock

folder, file, moment, number = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])

def die_after(name):
    module, *path, last = name.split(":")
    holder = importlib.import_module(module)
    for each in path:
        holder = getattr(holder, each)
    kill_at(holder, last, after=True, number=number)

queue_rows.PAGE = 2
if moment:
    die_after(moment)
print("begun", flush=True)
moved(folder, FakeClock(), file.read_text(encoding="utf-8"))
os.kill(os.getpid(), signal.SIGKILL)
"""
SERVER = "reviewer.queue.postgres_rows:PostgresQueueRows"
FILE = "reviewer.queue.sqlite_rows:SqliteQueueRows"
RECORD = "reviewer.queue.move_record:MoveRecord"
MOMENTS = [
    ("away", f"{RECORD}:put", 1),
    ("away", f"{SERVER}:begin", 1),
    ("away", "reviewer.clips.object_copy:_copy", 3),
    ("away", f"{SERVER}:add", 3),
    ("away", f"{SERVER}:finish", 1),
    ("away", "reviewer.lead.move:write_atomically", 1),
    ("away", f"{RECORD}:put", 2),
    ("away", f"{SERVER}:settle", 1),
    ("away", f"{FILE}:retire", 1),
    ("away", "reviewer.clips.store:LocalClipStore:remove", 2),
    ("away", f"{RECORD}:remove", 1),
    ("home", f"{SERVER}:begin_to_leave", 1),
    ("home", f"{FILE}:add", 2),
    ("home", "reviewer.lead.move:write_atomically", 1),
    ("home", f"{SERVER}:retire", 1),
    ("home", "reviewer.clips.s3_store:S3ClipStore:remove", 2),
]

WORST = [MOMENTS[3], MOMENTS[5], MOMENTS[7], MOMENTS[12]]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return busy_workspace(tmp_path_factory.mktemp("pattern"), FakeClock())


class Case:
    """A copy of the workspace, with an empty database and prefix of its own."""

    def __init__(self, pattern: Path, folder: Path, postgres: str, endpoint: str) -> None:
        self.folder, self.clock = folder, FakeClock()
        shutil.copytree(pattern, folder)
        name = f"killed_{abs(hash(folder))}"
        with psycopg.connect(postgres, autocommit=True) as owner:
            owner.execute(f"CREATE DATABASE {name}".encode())
        host = quote(str(conninfo_to_dict(postgres)["host"]), safe="")
        lines = f'url = "s3://{BUCKET}/{name}"\nendpoint = "{endpoint}"\nregion = "eu-central-1"\n'
        self.home = project_of(folder)
        self.team = project_of(folder, f"postgresql:///{name}?host={host}", lines)
        self.clips = self.files()

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / "clips").iterdir()}

    def command(self, text: str, moment: str = "", number: int = 0) -> tuple[object, ...]:
        """What a process is given that moves to the place of a project file, or dies at a moment of it."""
        file = self.folder.with_suffix(".toml")
        file.write_text(text, encoding="utf-8")
        return (CHILD, self.folder, file, moment, number)

    def require_usable_or_closed(self) -> None:
        """Somebody can work in the one place or the other; or nobody signs in, and nobody signs the file."""
        with opened(self.folder, self.clock) as workspace:
            if workspace.policy.differences():
                with pytest.raises(Refused, match="POLICY_DIFFERS"):
                    workspace.sign_in(BEN, PASSPHRASE)
                lead = workspace.sessions.sign_in(LEAD, PASSPHRASE, for_policy=True)
                with pytest.raises(Refused, match="MOVE_BEGUN"):
                    workspace.policy.apply(lead)
                workspace.sessions.sign_out(lead)
                return
            ben = workspace.sign_in(BEN, PASSPHRASE)
            if not workspace.project.queue.url:
                work = ben.desk.work
                lease = work.claim()
                work.open(lease)
                work.release(lease)
            workspace.sign_out(ben)

    def finish(self, text: str, gone: tuple[str, ...] = ()) -> None:
        """The same command again; it may have been killed after its end."""
        try:
            moved(self.folder, self.clock, text, gone)
        except Refused as refused:
            if refused.code != "MOVE_NOWHERE":
                raise

    def require_home(self, rows: object) -> None:
        assert queue_rows(self.folder) == rows
        assert self.files().items() >= self.clips.items()
        assert verify_file(self.folder / DATABASE_FILE).ok


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("PGUSER", "postgres"), ("AWS_ACCESS_KEY_ID", KEY_ID), ("AWS_SECRET_ACCESS_KEY", SECRET),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture
def case(pattern: Path, tmp_path: Path, postgres: str, moto: str) -> Case:
    return Case(pattern, tmp_path / "ws", postgres, moto)


@pytest.mark.parametrize(("way", "moment", "number"), MOMENTS if KILLS else WORST)
def test_killed_move_is_finished_by_the_same_command(
    forked_python: ForkedPython, case: Case, way: str, moment: str, number: int
) -> None:
    before = queue_rows(case.folder)
    if way == "home":
        moved(case.folder, case.clock, case.team)
    wanted = case.team if way == "away" else case.home
    ended = forked_python.run(*case.command(wanted, moment, number))
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert verify_file(case.folder / DATABASE_FILE).ok
    left = queue_rows(case.folder)
    assert left == before or not any(left.values())
    case.require_usable_or_closed()
    if any(left.values()):
        before = queue_rows(case.folder)  # somebody worked
    case.finish(wanted)
    if way == "away":
        assert not any(queue_rows(case.folder).values())
        assert not case.files()
        moved(case.folder, case.clock, case.home, gone=(LEAD,))
    case.require_home(before)


@pytest.mark.skipif(not KILLS, reason="set REVIEWER_KILLS")
@pytest.mark.timeout(60 + 30 * KILLS)
def test_move_killed_from_outside_is_finished(
    forked_python: ForkedPython, pattern: Path, tmp_path: Path, postgres: str, moto: str
) -> None:
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    moments, longest = random.Random(seed), 0.0  # the first runs to its end, and shows how long that takes
    for kill in range(KILLS + 1):
        case = Case(pattern, tmp_path / f"ws{kill}", postgres, moto)
        with forked_python.start(*case.command(case.team)) as process:
            ran = kill_within(process, longest, moments)
            longest = longest or ran
        case.require_usable_or_closed()
        before = queue_rows(case.folder)
        case.finish(case.team, gone=(LEAD,))
        moved(case.folder, case.clock, case.home, gone=(LEAD,))
        case.require_home(before if any(before.values()) else queue_rows(pattern))
