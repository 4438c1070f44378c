"""The list of workspaces that this user opened."""

from pathlib import Path

import pytest

from reviewer.places import DATABASE_FILE, default_workspace, recent_workspaces_file
from reviewer.recent_workspaces import recent_workspaces, remember_workspace


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def workspace(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / DATABASE_FILE).touch()
    return folder


def test_nobody_opened_any_and_there_is_none() -> None:
    assert list(recent_workspaces()) == []


def test_the_newest_is_first_each_once_and_gone_ones_are_left_out(tmp_path: Path) -> None:
    first, second = workspace(tmp_path / "first"), workspace(tmp_path / "žluťoučký 例")
    for folder in (first, second, first):
        remember_workspace(folder)
    assert list(recent_workspaces()) == [first, second]
    (second / DATABASE_FILE).unlink()
    assert list(recent_workspaces()) == [first]


def test_a_relative_folder_is_remembered_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace(tmp_path / "here")
    monkeypatch.chdir(tmp_path)
    remember_workspace(Path("here"))
    monkeypatch.chdir("/")
    assert list(recent_workspaces()) == [tmp_path / "here"]


def test_the_users_own_workspace_is_among_them(tmp_path: Path) -> None:
    own, other = workspace(default_workspace()), workspace(tmp_path / "other")
    remember_workspace(other)
    assert list(recent_workspaces()) == [other, own]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"{}", b"[1, null, []]", b"\xff\xfe", b'["\\u0000"]', b"[" * 100_000]
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    recent_workspaces_file().parent.mkdir(parents=True)
    recent_workspaces_file().write_bytes(damage)
    assert list(recent_workspaces()) == []
    folder = workspace(tmp_path / "one")
    remember_workspace(folder)
    assert list(recent_workspaces()) == [folder]


def test_where_nothing_can_be_written_nothing_is_remembered_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    remember_workspace(workspace(tmp_path / "one"))
    assert list(recent_workspaces()) == []
