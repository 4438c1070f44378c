"""Whatever a person hands over: a file that is read, or a sentence."""

import os
import socket
import sys
from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.untrusted_files import (
    parse_untrusted_json,
    parse_untrusted_toml,
    read_first_line,
    read_untrusted,
    read_untrusted_text,
)

_ON_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="files that Windows does not have")
_ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="files that only Linux has")


def _refusal(path: Path, most_bytes: int = 1_000) -> str:
    with pytest.raises(Refused) as caught:
        read_untrusted_text(path, most_bytes)
    assert caught.value.parameters["file"] == path.name
    return caught.value.code


def test_text_is_read_without_its_byte_order_mark_and_with_its_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfa\r\nb\xc3\xa9")
    assert read_untrusted_text(tmp_path / "a") == "a\r\nb\u00e9"
    assert read_untrusted(tmp_path / "a") == b"\xef\xbb\xbfa\r\nb\xc3\xa9"


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"text")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert read_untrusted_text(tmp_path / "b") == "text"


@pytest.mark.parametrize("name", ["nowhere", "nowhere/a", "file/a"])
def test_what_is_missing_is_said_to_be_missing(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert _refusal(tmp_path / name) == "FILE_MISSING"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert _refusal(tmp_path) == "FILE_NOT_REGULAR" if sys.platform != "win32" else "FILE_UNREADABLE"


@_ON_POSIX
def test_a_pipe_that_nobody_writes_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    assert _refusal(tmp_path / "a") == "FILE_NOT_REGULAR"


@_ON_POSIX
def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("a")
        assert _refusal(tmp_path / "a") == "FILE_NOT_REGULAR"


@_ON_POSIX
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/full", "/dev/tty"])
def test_a_device_is_no_file(device: str) -> None:
    assert _refusal(Path(device)) in ("FILE_NOT_REGULAR", "FILE_UNREADABLE")


@_ON_LINUX
@pytest.mark.parametrize("file", ["/proc/self/maps", "/proc/self/pagemap", "/proc/self/mem"])
def test_a_file_of_the_kernel_ends_at_the_limit(file: str) -> None:
    assert _refusal(Path(file)) in ("FILE_TOO_LARGE", "FILE_UNREADABLE", "FILE_NOT_UTF8")


def test_a_loop_of_links_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert _refusal(tmp_path / "a") == "FILE_UNREADABLE"


@pytest.mark.parametrize("name", ["a\0b", "a" * 5_000])
def test_a_name_that_no_file_can_have_is_a_sentence(tmp_path: Path, name: str) -> None:
    assert _refusal(tmp_path / name) == "FILE_UNREADABLE"


def test_a_file_may_have_as_many_bytes_as_allowed_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a" * 1_000)
    assert len(read_untrusted_text(tmp_path / "a", 1_000)) == 1_000
    (tmp_path / "a").write_bytes(b"a" * 1_001)
    assert _refusal(tmp_path / "a") == "FILE_TOO_LARGE"


@pytest.mark.parametrize(
    "content",
    [
        "text".encode("utf-16"),
        "text".encode("utf-16-le"),
        "text".encode("utf-32"),
        b"a\0b",
        b"\xe9",
        b"\xed\xa0\x80",
    ],
)
def test_other_encodings_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    assert _refusal(tmp_path / "a") == "FILE_NOT_UTF8"


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, "9" * 5_000, "NaN", "-Infinity", "{", '{"a"', '"\x01"'],
)
def test_json_that_is_none_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_untrusted_json(text)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "{b = " * 10_000,
        "a = " + "9" * 5_000,
        "a = 2026-99-99",
        "a = \0",
        "=",
        "a.b" * 2,
    ],
)
def test_toml_that_is_none_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_untrusted_toml(text, "a.toml")
    assert caught.value.code == "FILE_NOT_TOML"


@pytest.mark.parametrize("text", [b"secret", b"secret\n", b"secret\r\nsecond", b"\xef\xbb\xbfsecret\n"])
def test_the_first_line_comes_from_a_file_or_a_pipe(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "file").write_bytes(text)
    assert read_first_line(tmp_path / "file", 100) == "secret"
    if sys.platform == "linux":
        read, write = os.pipe()
        os.write(write, text)
        os.close(write)
        assert read_first_line(Path(f"/dev/fd/{read}"), 100) == "secret"
        os.close(read)


@_ON_LINUX
@pytest.mark.parametrize("written", [b"", b"half a li"])
@pytest.mark.parametrize("is_written", [True, False])
def test_a_pipe_without_a_line_is_not_waited_for_for_ever(
    tmp_path: Path, written: bytes, is_written: bool
) -> None:
    read, write = os.pipe()
    os.write(write, written)
    if not is_written:
        os.close(write)
    if written and not is_written:  # its writer has ended: this is all
        assert read_first_line(Path(f"/dev/fd/{read}"), 100, seconds=0.05) == "half a li"
    else:
        with pytest.raises(Refused) as caught:
            read_first_line(Path(f"/dev/fd/{read}"), 100, seconds=0.05)
        assert caught.value.code == "PIPE_SILENT"
    os.close(read)
    if is_written:
        os.close(write)


@_ON_LINUX
def test_a_pipe_without_an_end_is_cut(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.write(write, b"a" * 101)
    with pytest.raises(Refused) as caught:
        read_first_line(Path(f"/dev/fd/{read}"), 100)
    assert caught.value.code == "FILE_TOO_LARGE"
    os.write(write, b"\n" + b"y\n" * 400)
    assert read_first_line(Path(f"/dev/fd/{read}"), 100) == ""
    os.close(write)
    os.close(read)


@_ON_POSIX
@pytest.mark.parametrize("path", ["/dev/zero", "/dev/tty"])
def test_a_device_is_no_file_to_read_a_line_of(path: str) -> None:
    with pytest.raises(Refused) as caught:
        read_first_line(Path(path), 100)
    assert caught.value.code in ("FILE_NOT_REGULAR", "FILE_UNREADABLE")
