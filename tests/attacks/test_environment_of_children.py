"""A passphrase in the environment is in no process that other programs of the same user can read."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from reviewer.formats.scratch_folder import scratch_folder

PASSPHRASE = "secret of a test of environments"


def processes_of(argument: Path) -> list[Path]:
    """The processes with this argument, as folders of /proc."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            if os.fsencode(argument) in (each / "cmdline").read_bytes().split(b"\0"):
                found.append(each)
    return found


def wait_for_processes_of(argument: Path) -> list[Path]:
    """A process has its arguments only once it runs its program."""
    until = time.monotonic() + 30
    while not (found := processes_of(argument)) and time.monotonic() < until:
        time.sleep(0.01)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_process_that_removes_a_scratch_folder_does_not_have_the_passphrase(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REVIEWER_PASSPHRASE", PASSPHRASE)
    with scratch_folder("reviewer-test-") as folder:
        (process,) = wait_for_processes_of(folder)
        assert PASSPHRASE.encode() not in (process / "environ").read_bytes()
    assert not folder.exists()
