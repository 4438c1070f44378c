"""A file that is written is there whole, or as it was before."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from reviewer.files import NewFile, new_text, sync_file, write_atomically


def test_the_new_content_replaces_the_old_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    for content in (b"one", b"another"):
        write_atomically(file, content)
        assert file.read_bytes() == content
    assert os.listdir(tmp_path) == ["a.json"]  # noqa: PTH208
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_text_replaces_the_old_one_once_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    for line in ("one\r\n", "zwölf\n"):
        with new_text(file) as text:
            text.write(line)
        assert file.read_bytes() == line.encode()

    def fill() -> None:
        with new_text(file) as text:
            text.write("half of ")
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        fill()
    assert file.read_text(encoding="utf-8") == "zwölf\n"
    assert os.listdir(tmp_path) == ["a.csv"]  # noqa: PTH208


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


def is_in_memory(file: Path) -> bool:
    """Whether the first byte of a file can be read without waiting for a disk."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT)
    except BlockingIOError:
        return False
    except OSError as error:  # as file systems that have no disk may say
        if error.errno != errno.EOPNOTSUPP:
            raise
    finally:
        os.close(descriptor)
    return True


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """A folder that is on a disk also where those of other tests are in memory."""
    with TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what is in memory")
def test_a_new_file_that_was_kept_does_not_stay_in_memory(on_disk: Path) -> None:
    (on_disk / "other").write_bytes(bytes(100_000))
    with (on_disk / "other").open("rb") as other:
        sync_file(other.fileno())
        os.posix_fadvise(other.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if is_in_memory(on_disk / "other"):
        pytest.skip("this file system is in memory")
    file = NewFile(on_disk / "file")
    file.stream.write(bytes(100_000))
    file.sync()
    file.keep()
    assert is_in_memory(on_disk / "file")
    file.discard()
    assert not is_in_memory(on_disk / "file")
