"""Revoking that is killed at any step of the database: everything opens, with the old or the new key.

The same holds for the key of the log: one of the two is in force, whole, and no other signs anything.
REVIEWER_KILLS says how many times, 5 if it is not set.
"""

import os
import random
import shutil
import signal
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.access import signing
from reviewer.access.audit_log import AuditLog
from reviewer.access.verification import verify_file
from reviewer.clips.keys import KdfParameters
from reviewer.db.connection import Database
from reviewer.db.workspace_meta import read_meta
from reviewer.errors import ReviewerError
from reviewer.model.event import Action, Event
from reviewer.model.people import PersonState
from reviewer.places import DATABASE_FILE
from reviewer.workspace import Workspace, open_workspace
from tests.benches.forked_python import ForkedPython
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, make_bench
from tests.fakes.clock import FakeClock
from tests.fakes.intruder import append_signed, tamper

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
KILLS = int(os.environ.get("REVIEWER_KILLS", "3"))
CHILD = """
import os, secrets, signal, sys
from pathlib import Path
from reviewer.clips.keys import KdfParameters
from reviewer.workspace import open_workspace
from tests.benches.workspace import BEN, LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

last, steps, make = int(sys.argv[2]), 0, secrets.token_bytes
drawn = open(sys.argv[1] + ".secrets", "ab", buffering=0)
def token_bytes(size=None):
    token = make(size)
    if size == 32:
        drawn.write(token)
    return token

secrets.token_bytes = token_bytes
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


def secrets_of(folder: Path) -> frozenset[bytes]:
    """What might be a key among the random numbers that ``revoke`` drew."""
    drawn = folder.with_suffix(".secrets").read_bytes()
    return frozenset(drawn[at : at + 32] for at in range(0, len(drawn), 32))


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


def require_one_log_key(workspace: Workspace, old: bytes, made: frozenset[bytes]) -> None:
    """The log is whole, its next rows are signed by the key in force, and no other key signs one.

    ``old`` is the key with which the log began, ``made`` the secrets that the killed process made.
    """
    log, file = workspace._unit.log, workspace.path / DATABASE_FILE
    assert verify_file(file).ok
    replaced = [row.seq for row in log.rows() if row.fields()["action"] == Action.KEYS_REPLACED]
    secrets = {signing.public_key_of(each): each for each in (old, *made)}
    in_force, others = secrets.pop(log.keys().current), secrets.values()
    assert (in_force == old, in_force in made) == (not replaced, len(replaced) == 1)
    end = log.head().size
    lead = workspace.sign_in(LEAD, PASSPHRASE)
    assert lead.identity.keyring.log_key == in_force
    workspace.sign_out(lead)
    for row in log.rows(replaced[0] + 1 if replaced else end + 1):
        assert signing.verify(signing.public_key_of(in_force), row.hash, row.signature), row.seq
    assert log.head().size > end
    assert verify_file(file).ok
    assert row_by(file, in_force) != "LOG_SIGNATURE_WRONG"
    for key in others:
        assert row_by(file, key) == "LOG_SIGNATURE_WRONG"
        require_refused(file, key)


def row_by(file: Path, log_key: bytes) -> str:
    """What verification says of a copy to which somebody with this key added a row."""
    copy = Path(shutil.copy(file, file.with_name("copy.db")))
    tamper(copy, lambda rows: append_signed(rows, log_key, Action.CLIP_HEARD))
    return verify_file(copy).notice.code


def require_refused(file: Path, log_key: bytes) -> None:
    """The program writes no row for somebody who has only this key."""
    with closing(Database(file)) as database:
        meta = read_meta(database)
        log = AuditLog(database, FakeClock(), meta.log_id, public_key=meta.log_public_key)
        with pytest.raises(ReviewerError, match=r"LOG_KEYS_DIFFER|KEYS_REPLACED"):
            write_row(log, log_key)


def write_row(log: AuditLog, log_key: bytes) -> None:
    log.unlock(log_key)
    log.record(Event(Action.CLIP_HEARD))


def test_a_killed_revocation_leaves_every_clip_openable_and_can_be_done_again(
    forked_python: ForkedPython, made: Path, tmp_path: Path
) -> None:
    with reopened(made) as workspace:
        lead = workspace.sign_in(LEAD, PASSPHRASE)
        old = lead.identity.keyring.log_key
        workspace.sign_out(lead)
    whole = tmp_path / "whole"
    shutil.copytree(made, whole)
    steps = int(forked_python.run(CHILD, whole, 0).stdout)
    chance = random.Random(KILLS)
    for number in range(KILLS):
        folder = tmp_path / str(number)
        shutil.copytree(made, folder)
        last = chance.randint(1, steps) if number else steps  # the last one is after the commit
        ended = forked_python.run(CHILD, folder, last)  # at this step of SQLite's machine
        assert ended.returncode == -signal.SIGKILL, (last, ended.stderr)
        with reopened(folder) as workspace:
            require_one_log_key(workspace, old, secrets_of(folder))
            if not require_all_opens(workspace):
                lead = workspace.sign_in(LEAD, PASSPHRASE)
                lead.lead.revoke(BEN)
                workspace.sign_out(lead)
                assert require_all_opens(workspace)
            lead = workspace.sign_in(LEAD, PASSPHRASE)
            assert lead.lead.verify_log().ok
        shutil.rmtree(folder)
