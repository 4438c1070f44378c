"""The whole window, killed outright while somebody types and hands in: what was typed is there again.

``REVIEWER_KILLS`` sets how many moments are tried; CONTRIBUTING.md says how the 500 of a release are run.
"""

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from reviewer.clips.keys import KdfParameters
from reviewer.session.open_clip import OpenClip
from reviewer.workspace import Workspace, open_workspace
from tests.benches.forked_python import ForkedPython
from tests.benches.typing_app import MARK, script
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, Bench, make_bench

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here"),
]
KILLS = int(os.environ.get("REVIEWER_KILLS", "3"))
CHILD = """
import os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from tests.benches.typing_app import run
run()
"""
KILLS_A_WORKSPACE = 12
CLIPS_A_WORKSPACE = 24
LATEST_KILL_SECONDS = 5.0
MAY_LOSE_SECONDS = 2.0
SAVED_SECONDS = 3.0
SECRETS = [MARK.encode(), MARK.encode("utf-16-le"), b'fLaC\x80\x00\x00"']


@dataclass(frozen=True)
class Typing:
    """What a killed window reported: (moment, number of the script, characters of it), and submissions."""

    typed: list[tuple[float, int, int]]
    submitted: list[int]
    killed_at: float

    def must_be_there(self, number: int) -> int:
        """How many characters of a script were there so long before the kill that none may be lost."""
        due = self.killed_at - MAY_LOSE_SECONDS
        return max([0, *(count for moment, of, count in self.typed if of == number and moment <= due)])

    def lost_seconds(self, number: int, characters: int) -> float:
        """How long before the kill the first word was typed that is not there."""
        lost = [moment for moment, of, count in self.typed if of == number and count > characters]
        return self.killed_at - min(lost, default=self.killed_at)


@dataclass(frozen=True)
class Found:
    """What is there after a kill: the texts that were submitted, oldest first, and the clip at hand."""

    submitted: list[str]
    at_hand: OpenClip | None

    @property
    def draft(self) -> str:
        draft = self.at_hand.draft if self.at_hand is not None else None
        return draft.text_verbatim if draft is not None else ""

    @property
    def steps(self) -> list[str]:
        """The texts that undo and redo lead to."""
        history = self.at_hand.draft_history if self.at_hand is not None else None
        found = (*history.past, *history.undone) if history is not None else ()
        return [step.annotation.text_verbatim for step in found]


@contextmanager
def reopened(bench: Bench) -> Iterator[Workspace]:
    workspace = open_workspace(bench.workspace.path, clock=bench.clock, parameters=KdfParameters.cheap())
    with workspace:
        yield workspace


def type_and_kill(
    forked_python: ForkedPython,
    bench: Bench,
    folder: Path,
    number: int,
    seconds: float,
    *,
    after_submission: bool,
) -> Typing:
    """Starts the window, lets somebody type, and kills it so many seconds after the first clip opened.

    Or, with ``after_submission``, after the first was submitted.
    """
    where = (bench.workspace.path, bench.clock.now().isoformat(), folder / "settings.ini")
    killed: list[float] = []
    with forked_python.start(CHILD, *where, number) as child:

        def kill() -> None:
            killed.append(time.monotonic())
            child.kill()

        lines = [child.stdout.readline()]
        while after_submission and not lines[-1].startswith("submitted"):
            lines.append(child.stdout.readline())
            assert lines[-1], "it ended by itself"
        timer = threading.Timer(seconds, kill)
        timer.start()
        # A line cut off by the kill has no end.
        lines = [line.split() for line in [*lines, *child.stdout] if line.endswith("\n")]
        child.wait()
        timer.join()
    assert child.returncode == -signal.SIGKILL
    typed = [(float(line[1]), int(line[2]), int(line[3])) for line in lines if line[0] in ("opened", "typed")]
    submitted = [int(line[2]) for line in lines if line[0] == "submitted"]
    return Typing(typed, submitted, killed[0])


def found_in(workspace: Workspace) -> Found:
    """What Ana finds when she comes back."""
    ana = workspace.sign_in(ANA, PASSPHRASE)
    work = ana.desk.work
    submitted = [past.text or "" for past in reversed(work.history(CLIPS_A_WORKSPACE))]
    lease = work.resume()
    opened = work.open(lease) if lease is not None else None
    if lease is not None:
        work.close(lease)
    workspace.sign_out(ana)
    return Found(submitted, opened)


def in_clear(folder: Path) -> list[str]:
    return [
        f"{secret!r} in {file.name}"
        for file in folder.rglob("*")
        if file.is_file()
        for secret in SECRETS
        if secret in file.read_bytes()
    ]


@pytest.fixture
def pattern(tmp_path: Path) -> Bench:
    """A workspace that nobody has open; Ana has signed the agreement."""
    folder = tmp_path / "pattern"
    folder.mkdir()
    made = make_bench(folder, drafts=[""] * CLIPS_A_WORKSPACE)
    made.agree(ANA)
    made.workspace.close()
    return made


@pytest.mark.timeout(60 + 30 * KILLS)
def test_a_killed_window_loses_nothing_typed_two_seconds_before_and_nothing_submitted(
    forked_python: ForkedPython, pattern: Bench, tmp_path: Path
) -> None:
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    moments = random.Random(seed)
    submissions, steps, lost = 0, 0, [0.0]
    for kill in range(KILLS):
        if kill % KILLS_A_WORKSPACE == 0:
            folder = tmp_path / f"sitting{kill}"
            shutil.copytree(pattern.workspace.path, folder / "ws")
            bench = Bench(open_workspace(folder / "ws", clock=pattern.clock), pattern.clock)
            bench.workspace.close()
            before = Found([], None)
        # One of five is late enough for steps to be kept, however early chance has the others.
        seconds = moments.uniform(SAVED_SECONDS if kill % 5 == 1 else 0.0, LATEST_KILL_SECONDS)
        number, is_late = len(before.submitted), kill % 5 == 2
        typing = type_and_kill(forked_python, bench, folder, number, seconds, after_submission=is_late)
        assert typing.typed[0][1:] == (len(before.submitted), len(before.draft))
        assert in_clear(bench.workspace.path) == []
        with reopened(bench) as workspace:
            after = found_in(workspace)
            finding = workspace.sign_in(LEAD, PASSPHRASE).lead.verify_log()
        number = len(after.submitted)
        lost.append(typing.lost_seconds(number, len(after.draft)))
        print(  # noqa: T201
            f"{kill}: {seconds:.3f} s, {number} submitted, {len(after.draft)} characters,"
            f" {len(after.steps)} steps, {lost[-1]:.3f} s lost"
        )
        assert after.submitted == [script(each) for each in range(number)]
        assert number > max(typing.submitted, default=-1)
        assert script(number).startswith(after.draft)
        assert len(after.draft) >= typing.must_be_there(number)
        assert all(script(number).startswith(step) for step in after.steps)
        assert finding.ok, finding
        submissions += number - len(before.submitted)
        steps += len(after.steps)
        before = after
    print(f"{KILLS} kills, {submissions} submissions, at most {max(lost):.3f} s lost")  # noqa: T201
    assert submissions > 0
    assert steps > 0  # the undo history survives a kill
