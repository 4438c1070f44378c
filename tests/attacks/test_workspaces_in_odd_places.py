"""A workspace is the folder that was named, whatever its name, and verifying it changes nothing around it."""

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.benches.workspace import LEAD
from tests.cli.conftest import Command

NAMES = [
    "a b",
    "quo'te\"s",
    "$HOME;`id`",
    "per%20cent?mode=memory#x",
    "new\nline",
    "ünïcødé — 録音",
    "..hidden",
    "-dash",
    os.fsdecode(b"inv\xff\xfealid"),
]


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name) for name in NAMES])
def test_a_folder_of_any_name_is_verified_and_used(command: Command, workspace: Path, name: str) -> None:
    try:
        shutil.copytree(workspace, workspace.parent / name)
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such name")
    folder = workspace.parent / name
    ran = command("audit", "verify", f"--workspace={folder}")
    assert (ran.code, ran.err) == (0, "")
    listed = command("people", "list", f"--workspace={folder}", "--as", LEAD)
    assert (listed.code, LEAD in listed.out) == (0, True)


def test_verifying_makes_no_database_where_there_is_none(command: Command, tmp_path: Path) -> None:
    (tmp_path / "project.toml").write_text("", encoding="utf-8")
    (tmp_path / "workspace.db").write_bytes(b"")
    assert command("audit", "verify", "--workspace", tmp_path).code != 0
    assert (tmp_path / "workspace.db").read_bytes() == b""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project.toml", "workspace.db"]


def test_verifying_does_not_migrate_what_it_looks_at(command: Command, workspace: Path) -> None:
    file = workspace / "workspace.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("DROP TABLE log_about")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")
    before = file.read_bytes()
    command("audit", "verify", "--workspace", workspace)
    assert file.read_bytes() == before


@pytest.mark.parametrize("arguments", [("audit", "verify"), ("people", "list", "--as", LEAD)])
def test_a_folder_that_clips_points_to_keeps_its_mode(
    command: Command,
    workspace: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    other.chmod(0o755)
    shutil.rmtree(workspace / "clips")
    (workspace / "clips").symlink_to(other)
    command(*arguments, "--workspace", workspace)
    assert stat.S_IMODE(other.stat().st_mode) == 0o755
    assert list(other.iterdir()) == []
