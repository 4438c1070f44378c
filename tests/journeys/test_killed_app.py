"""The whole window, killed outright while somebody types and types: what was typed is there again."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from reviewer.clips.keys import KdfParameters
from reviewer.workspace import Workspace, open_workspace
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, Bench, make_bench
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
KILLS = 4
LATEST_KILL_SECONDS = 5.0
MAY_LOSE_SECONDS = 2.0
WORD = "kanari%05d "
STREAM = "".join(WORD % number for number in range(20_000))
SECRETS = [b"kanari", "kanari".encode("utf-16-le"), b"fLaC"]
CHILD = """
import sys, time
from datetime import datetime
from pathlib import Path
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtTest import QTest
from reviewer.app.driver import Driver
from reviewer.app.workspace_gateway import OpenWorkspaceGateway
from reviewer.app.window import application, make_window
from reviewer.app.tour_desk import has_clip
from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.clips.keys import KdfParameters
from reviewer.ui.transcript.text_edit import TextField
from reviewer.workspace import open_workspace
from tests.fakes.clock import FakeClock
from tests.journeys.test_killed_app import STREAM, WORD
from tests.benches.workspace import ANA, PASSPHRASE

folder, now, settings = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3]
app = application()
workspace = open_workspace(folder, clock=FakeClock(now), parameters=KdfParameters.cheap())
window, jobs = make_window(
    app, OpenWorkspaceGateway(workspace), workspace.clock, QSettings(settings, QSettings.Format.IniFormat),
    lambda: Player(VirtualDevice(real_time=True, keeps=False)),
)
window.show()
driver = Driver(window, window.theme, folder.parent, workspace.clock)
driver.wait_for_part("sign_in_page")
driver.retype("sign_in_name", ANA)
driver.type_into("sign_in_passphrase", PASSPHRASE)
driver.press("Return")
driver.wait_for("a clip or a free desk", lambda: has_clip(driver) or driver.sees("claim"))
if driver.sees("claim"):
    driver.click("claim")
driver.wait_for("a clip is open", lambda: has_clip(driver))
driver.press_on("transcript_text", "Ctrl+Space")
driver.press_on("transcript_text", "Ctrl+End")
field = driver.find(TextField, "transcript_text")
typed = len(field.text)
print("restored", typed, flush=True)
length = len(WORD % 0)

def type_on():
    global typed
    QTest.keyClicks(field, STREAM[typed])
    typed += 1
    if typed % length == 0:
        print(time.monotonic(), typed // length, flush=True)

keys = QTimer()
keys.timeout.connect(type_on)
keys.start(4)
app.exec()
"""


@dataclass(frozen=True)
class Typing:
    """What a killed window was given: the draft it began with, words by the moment of their last key."""

    restored: int
    words: list[tuple[float, int]]
    killed_at: float

    @property
    def must_be_there(self) -> int:
        """How many words were complete so long before the kill that none of them may be lost."""
        kept = self.restored // len(WORD % 0)
        due = self.killed_at - MAY_LOSE_SECONDS
        return max([kept, *(count for moment, count in self.words if moment <= due)])


@contextmanager
def reopened(bench: Bench) -> Iterator[Workspace]:
    workspace = open_workspace(bench.workspace.path, clock=bench.clock, parameters=KdfParameters.cheap())
    with workspace:
        yield workspace


def type_and_kill(bench: Bench, folder: Path, repository: Path, seconds: float) -> Typing:
    """Starts the window, lets somebody type, and kills it so many seconds after the first word."""
    arguments = [str(bench.workspace.path), bench.clock.now().isoformat(), str(folder / "settings.ini")]
    killed: list[float] = []
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(repository), "QT_QPA_PLATFORM": "offscreen"},
    ) as child:

        def kill() -> None:
            killed.append(time.monotonic())
            child.kill()

        assert child.stdout is not None
        word, restored = child.stdout.readline().split()
        assert word == "restored"
        timer = threading.Timer(seconds, kill)
        timer.start()
        # A line cut off by the kill has no end.
        lines = [line.split() for line in child.stdout if line.endswith("\n")]
        child.wait(timeout=60)
        timer.join()
    assert child.returncode == -signal.SIGKILL
    words = [(float(moment), int(count)) for moment, count in lines]
    return Typing(int(restored), words, killed[0])


def draft_of(workspace: Workspace) -> str:
    """What Ana finds on her desk when she comes back."""
    ana = workspace.sign_in(ANA, PASSPHRASE)
    work = ana.desk.work
    lease = work.resume()
    draft = work.open(lease).draft
    work.close(lease)
    workspace.sign_out(ana)
    return draft.text_verbatim if draft is not None else ""


def in_clear(folder: Path) -> list[str]:
    return [
        f"{secret!r} in {file.name}"
        for file in folder.rglob("*")
        if file.is_file()
        for secret in SECRETS
        if secret in file.read_bytes()
    ]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A workspace that nobody has open; Ana has signed the agreement."""
    made = make_bench(tmp_path, drafts=[""], clock=FakeClock())
    made.agree(ANA)
    made.workspace.close()
    return made


def test_a_killed_window_loses_nothing_typed_two_seconds_before(
    bench: Bench, tmp_path: Path, repository: Path
) -> None:
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    moments = random.Random(seed)
    draft, all_typed = "", 0
    for _ in range(KILLS):
        seconds = moments.uniform(0.0, LATEST_KILL_SECONDS)
        typing = type_and_kill(bench, tmp_path, repository, seconds)
        assert typing.restored == len(draft)
        assert in_clear(bench.workspace.path) == []
        with reopened(bench) as workspace:
            draft = draft_of(workspace)
            finding = workspace.sign_in(LEAD, PASSPHRASE).lead.verify_log()
        words = len(draft) // len(WORD % 0)
        last = typing.words[-1][1] if typing.words else 0
        print(seconds, f"s: {last} typed, {typing.must_be_there} due, {words} there")  # noqa: T201
        assert draft == STREAM[: len(draft)]
        assert words >= typing.must_be_there
        assert finding.ok, finding
        assert in_clear(bench.workspace.path) == []
        all_typed = max(all_typed, last)
    assert all_typed > 0
