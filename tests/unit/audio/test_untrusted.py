import os
import sys
from pathlib import Path

import pytest

from reviewer.audio.decode.untrusted_file import opened
from reviewer.errors import Refused


def _refusal(path: Path, most_bytes: int = 100) -> Refused:
    with pytest.raises(Refused) as caught, opened(path, most_bytes):
        pass
    return caught.value


def test_an_open_file_can_be_read_and_is_closed_after(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"sound")

    with opened(path, 5) as descriptor:
        assert os.read(descriptor, 10) == b"sound"
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(descriptor)


def test_a_file_of_one_byte_too_many_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(bytes(101))

    assert _refusal(path).code == "TOO_LONG"


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.touch()

    assert (_refusal(path).code, _refusal(path).sentence) == ("EMPTY_AUDIO", "The file is empty.")


@pytest.mark.parametrize("name", ["none.wav", "file/below", "nul\0byte", "x" * 300])
def test_what_cannot_be_opened_is_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()

    assert _refusal(tmp_path / name).code == "UNDECODABLE"


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert "device" in _refusal(tmp_path / "pipe").sentence


def test_no_sentence_repeats_the_name(tmp_path: Path) -> None:
    path = tmp_path / "Testperson.wav"

    assert "Testperson" not in _refusal(path).sentence + _refusal(path).hint
