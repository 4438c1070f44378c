"""Whatever stands in place of the database, or beside it, is refused at once, and nothing else is written."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewer.errors import Unavailable
from reviewer.places import DATABASE_FILE
from tests.benches.workspace import LEAD
from tests.cli.conftest import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files that Windows does not have")

BESIDE = [DATABASE_FILE + suffix for suffix in ("-journal", "-wal", "-shm", ".turn", ".reserve")]
VERIFY = Path(__file__).parents[2] / "script" / "reviewer-verify"


def _link(path: Path) -> None:
    victim = path.parent.parent / "victim"
    victim.write_text("keep", encoding="utf-8")
    path.symlink_to(victim)


KINDS: dict[str, Callable[[Path], None]] = {
    "pipe": os.mkfifo,
    "link to another file": _link,
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BESIDE)
def test_what_is_no_file_beside_the_database_is_refused(
    command: Command, workspace: Path, name: str, kind: str
) -> None:
    (workspace / name).unlink(missing_ok=True)
    KINDS[kind](workspace / name)
    ran = command("people", "list", "--workspace", workspace, "--as", LEAD)
    assert (ran.code, name in ran.err) == (Unavailable.exit_code, True)
    assert command("audit", "verify", "--workspace", workspace).code == 0
    if kind == "link to another file":
        assert (workspace.parent / "victim").read_text(encoding="utf-8") == "keep"


def test_a_pipe_in_place_of_the_database_is_not_waited_for(command: Command, workspace: Path) -> None:
    (workspace / DATABASE_FILE).unlink()
    os.mkfifo(workspace / DATABASE_FILE)
    assert command("audit", "verify", "--workspace", workspace).code == Unavailable.exit_code
    ran = subprocess.run(
        [sys.executable, VERIFY, workspace / DATABASE_FILE], capture_output=True, timeout=60, check=False
    )
    assert ran.returncode == 4
