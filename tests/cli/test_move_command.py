"""``reviewer move``: plans, moves there and back, and says what is in the way."""

from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.benches.moving import project_of, queue_rows
from tests.benches.workspace import ANA, LEAD
from tests.cli.conftest import Command


@pytest.fixture
def database(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"command_{abs(hash(tmp_path))}"
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}".encode())
    monkeypatch.setenv("PGUSER", "postgres")
    host = quote(str(conninfo_to_dict(postgres)["host"]), safe="")
    return f"postgresql:///{name}?host={host}"


@pytest.fixture
def home(workspace: Path, tmp_path: Path) -> Path:
    """The project file as it is, outside of the workspace."""
    file = tmp_path / "home.toml"
    file.write_text(project_of(workspace), encoding="utf-8")
    return file


@pytest.fixture
def team(workspace: Path, tmp_path: Path, database: str) -> Path:
    """A project file whose queue is on a server."""
    file = tmp_path / "team.toml"
    file.write_text(project_of(workspace, database), encoding="utf-8")
    return file


def gone() -> list[str]:
    """The pattern's people never signed out."""
    return [
        word
        for name in ("Ana Kowalska", "Ben Okafor", "Quinn Reyes", LEAD, "Nina New")
        for word in ("--gone", name)
    ]


def test_dry_run_counts_and_changes_nothing(lead: Command, workspace: Path, team: Path) -> None:
    before = queue_rows(workspace)
    ran = lead("move", "--to", team, "--dry-run", "--json", *gone())
    assert (ran.code, ran.json["moved"], ran.json["rows"] > 5) == (0, False, True)
    assert "would copy" in lead("move", "--to", team, "--dry-run", *gone()).out
    assert queue_rows(workspace) == before


def test_a_workspace_moved_to_servers_and_home_again_is_as_it_was(
    lead: Command, workspace: Path, team: Path, home: Path
) -> None:
    before = queue_rows(workspace)
    ran = lead("move", "--to", team, "--json", *gone())
    assert (ran.code, ran.json["moved"], ran.json["old_place_emptied"]) == (0, True, True)
    assert lead("queue", "status", "--json").code == 0
    assert lead("audit", "verify").code == 0
    ran = lead("move", "--to", home, *gone())
    assert (ran.code, "The old place is empty" in ran.out) == (0, True)
    assert queue_rows(workspace) == before
    actions = [row["action"] for row in lead("audit", "show", "--json").json["rows"]]
    assert actions.count("workspace.moved") == 4


def test_whoever_is_signed_in_is_named(lead: Command, team: Path) -> None:
    ran = lead("move", "--to", team)
    assert ran.code == 2
    assert ANA in ran.err
    assert "--gone" in ran.err


def test_nothing_to_move_and_other_settings_are_refused(lead: Command, home: Path, team: Path) -> None:
    assert "already" in lead("move", "--to", home, *gone()).err
    team.write_text("nda_days = 3\n" + team.read_text(encoding="utf-8"), encoding="utf-8")
    ran = lead("move", "--to", team, *gone())
    assert (ran.code, "more than the places" in ran.err) == (2, True)


def test_only_a_lead_moves(command: Command, workspace: Path, team: Path) -> None:
    ran = command("move", "--to", team, "--workspace", workspace, "--as", ANA)
    assert ran.code == 2


def test_a_server_that_cannot_be_reached_changes_nothing(lead: Command, workspace: Path, team: Path) -> None:
    before = queue_rows(workspace)
    text = team.read_text(encoding="utf-8").replace("host=", "host=%2Fnowhere")
    team.write_text(text, encoding="utf-8")
    assert lead("move", "--to", team, *gone()).code == 3
    assert queue_rows(workspace) == before
    assert lead("queue", "status").code == 0
