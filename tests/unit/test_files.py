"""A file that is written is there whole, or as it was before."""

import os
import stat
from pathlib import Path

import pytest

from reviewer.files import write_atomically


def test_the_new_content_replaces_the_old_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    for content in (b"one", b"another"):
        write_atomically(file, content)
        assert file.read_bytes() == content
    assert os.listdir(tmp_path) == ["a.json"]  # noqa: PTH208
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_atomically(tmp_path / "link", b"content")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"content"


def test_what_cannot_be_written_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").write_bytes(b"old")
    for place in (tmp_path / "folder", tmp_path / "missing" / "file"):
        with pytest.raises(OSError):  # noqa: PT011 - which one differs from platform to platform
            write_atomically(place, b"new")
    assert os.listdir(tmp_path) == ["folder"]  # noqa: PTH208
    assert (tmp_path / "folder" / "old").read_bytes() == b"old"
