"""A workspace with people and clips, and commands run on it."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reviewer.cli.main import run
from reviewer.clips.keys import KdfParameters
from reviewer.model.people import Role
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, make_bench
from tests.fakes.clock import FakeClock

NINA = "Nina New"


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


Command = Callable[..., Ran]


@pytest.fixture(autouse=True, scope="module")
def _passphrases_cost_little() -> Iterator[None]:
    """Commands have no option for the cost of a passphrase; other tests name the lowest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KdfParameters.__init__, "__defaults__", astuple(KdfParameters.cheap()))
        yield


@pytest.fixture(scope="session")
def made_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips, two with drafts; Ana submitted two. All but Nina, who was shown it, have agreed."""
    folder = tmp_path_factory.mktemp("cli")
    # An hour ago, because the commands go by the real clock.
    clock = FakeClock(datetime.now(UTC) - timedelta(hours=1))
    bench = make_bench(folder, drafts=("one draft", "another", ""), clock=clock)
    bench.agree(LEAD, ANA, BEN, QUINN)
    invitation = bench.person(LEAD).lead.add_person(NINA, Role.LEAD)
    bench.workspace.enrol(NINA, invitation.code, PASSPHRASE)
    agreement, nina = bench.workspace.agreement, bench.person(NINA).identity
    agreement.end_reached(nina, agreement.shown(nina))
    for text in ("first words", "second words"):
        bench.submitted(ANA, text)
    bench.workspace.close()
    return folder


@pytest.fixture
def workspace(made_workspace: Path, tmp_path: Path) -> Path:
    """A copy of the made workspace, for one test."""
    shutil.copytree(made_workspace, tmp_path / "made")
    return tmp_path / "made" / "ws"


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in this process; the passphrase is in the environment."""
    monkeypatch.setenv("REVIEWER_PASSPHRASE", PASSPHRASE)

    def ran(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return ran


@pytest.fixture
def lead(command: Command, workspace: Path) -> Command:
    """Runs a command in the workspace as its lead."""
    return lambda *arguments: command(*arguments, "--workspace", workspace, "--as", LEAD)
