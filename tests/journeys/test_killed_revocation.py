"""Revoking that is killed at any step of the database: everything opens, with the old or the new key.

REVIEWER_KILLS says how many times, 6 if it is not set.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reviewer.clips.keys import KdfParameters
from reviewer.model.people import PersonState
from reviewer.workspace import Workspace, open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, make_bench
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
KILLS = int(os.environ.get("REVIEWER_KILLS", "6"))
CHILD = """
import os, signal, sys
from pathlib import Path
from reviewer.clips.keys import KdfParameters
from reviewer.workspace import open_workspace
from tests.benches.workspace import BEN, LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

last, steps = int(sys.argv[2]), 0
def step():
    global steps
    steps += 1
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return 0

workspace = open_workspace(Path(sys.argv[1]), clock=FakeClock(), parameters=KdfParameters.cheap())
lead = workspace.sign_in(LEAD, PASSPHRASE).lead
workspace._database._connection.set_progress_handler(step, 1)
lead.revoke(BEN)
print(steps)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("revoked")
    make_bench(folder, drafts=["one", "two", "", "", ""]).workspace.close()
    return folder / "ws"


def revoke(folder: Path, last: int, repository: Path) -> "subprocess.CompletedProcess[str]":
    """Revokes Ben, and dies at the ``last`` step of SQLite's machine; 0 lets it finish."""
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), str(last)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(repository)},
        check=False,
        timeout=120,
    )


def reopened(folder: Path) -> Workspace:
    return open_workspace(folder, clock=FakeClock(), parameters=KdfParameters.cheap())


def require_all_opens(workspace: Workspace) -> bool:
    """Everybody who stays signs in and opens every clip; whether Ben was revoked."""
    unit = workspace._unit
    people = {person.name: person for person in unit.people.all()}
    is_revoked = people[BEN].state is PersonState.REVOKED
    for name in (LEAD, ANA, QUINN, *(() if is_revoked else (BEN,))):
        person = workspace.sign_in(name, PASSPHRASE)
        assert person.identity.keyring.generation == (2 if is_revoked else 1)
        assert len(unit.clips.ids()) == 5
        for clip in unit.clips.ids():
            with unit.content.audio(person.identity.keyring, clip) as stream:
                assert stream.read(4) == b"fLaC"
        workspace.sign_out(person)
    return is_revoked


def test_a_killed_revocation_leaves_every_clip_openable_and_can_be_done_again(
    made: Path, tmp_path: Path, repository: Path
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(made, whole)
    steps = int(revoke(whole, 0, repository).stdout)
    chance = random.Random(KILLS)
    for number in range(KILLS):
        folder = tmp_path / str(number)
        shutil.copytree(made, folder)
        last = chance.randint(1, steps)
        assert revoke(folder, last, repository).returncode == -signal.SIGKILL, last
        with reopened(folder) as workspace:
            if not require_all_opens(workspace):
                lead = workspace.sign_in(LEAD, PASSPHRASE)
                lead.lead.revoke(BEN)
                workspace.sign_out(lead)
                assert require_all_opens(workspace)
            lead = workspace.sign_in(LEAD, PASSPHRASE)
            assert lead.lead.verify_log().ok
        shutil.rmtree(folder)
