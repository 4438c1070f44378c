"""A command whose standard streams are closed, or full, ends as any other: no bug and no wrong row."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benches.workspace import LEAD, PASSPHRASE
from tests.cli.conftest import Command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/dev/full, and a shell that closes streams")


def _ran(*arguments: object, streams: str) -> subprocess.CompletedProcess[str]:
    shown = shlex.join([sys.executable, "-m", "reviewer", *map(str, arguments)])
    environment = {"REVIEWER_PASSPHRASE": PASSPHRASE, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        ["bash", "-c", f"{shown} {streams}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
    )


@pytest.mark.parametrize(
    ("arguments", "streams", "code"),
    [
        (("--version",), ">&-", 3),
        (("--version",), "<&- >&- 2>&-", 3),
        (("--version",), "2>&-", 0),
        (("--version",), "> /dev/full", 3),
        (("no-such-command",), "2>&-", 2),
        (("no-such-command",), "2> /dev/full", 2),
        (("pii", "find", "--json"), "<&-", 0),
    ],
)
def test_a_command_without_a_stream_ends_with_its_code(arguments, streams, code):
    ran = _ran(*arguments, streams=streams)
    assert (ran.returncode, "Traceback" in ran.stderr, "bug" in ran.stderr) == (code, False, False)


def test_a_checkpoint_that_could_not_be_printed_does_not_count_as_kept(
    command: Command, workspace: Path
) -> None:
    def unwitnessed() -> int:
        ran = command("queue", "status", "--workspace", workspace, "--as", LEAD, "--json")
        return int(ran.json["unwitnessed"])

    before = unwitnessed()
    ran = _ran("audit", "checkpoint", "--workspace", workspace, "--as", LEAD, streams=">&-")
    assert (ran.returncode, "Traceback" in ran.stderr) == (3, False)
    assert unwitnessed() > before
