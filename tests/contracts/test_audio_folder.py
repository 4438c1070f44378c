"""The audio of a manifest's line is found by whoever wrote its path, and never outside the folder."""

import unicodedata
from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.lead.audio_folder import AudioFolder

NFC, NFD = unicodedata.normalize("NFC", "café é.wav"), unicodedata.normalize("NFD", "café é.wav")


def found(folder: Path, audio: str, *names: str) -> str:
    for name in names:
        path = folder / "batch" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    try:
        return AudioFolder(folder / "batch").find(audio)
    except Refused as refused:
        return refused.code


@pytest.mark.parametrize(
    ("audio", "name"),
    [
        ("a.wav", "a.wav"),
        ("sub\\a.wav", "sub/a.wav"),
        (".\\sub\\deep\\a.wav", "sub/deep/a.wav"),
        ("SUB/A.WAV", "sub/a.wav"),
        ("sub\\A.wav", "Sub/a.WAV"),
        (NFD, NFC),
        (NFC, NFD),
        (f"X\\{NFD}".upper(), f"x/{NFC}"),
        ("STRASSE.wav", "straße.wav"),
        ("sub/a.wav\u200e", "sub/a.wav"),
        (" a.wav ", "a.wav"),
    ],
)
def test_a_file_is_found_where_one_is_meant(tmp_path: Path, audio: str, name: str) -> None:
    path = found(tmp_path, audio, name, "other.wav")
    assert (tmp_path / "batch" / path).resolve() == (tmp_path / "batch" / name).resolve()


def test_what_is_there_as_written_is_taken(tmp_path: Path) -> None:
    assert found(tmp_path, "a.wav", "a.wav", "A.wav", "a.WAV") == "a.wav"
    assert found(tmp_path, NFC, NFC, NFD) == NFC


@pytest.mark.parametrize(
    ("audio", "names"),
    [
        ("A.WAV", ("a.wav", "A.wav")),
        ("sub\\a.wav", ("sub/a.wav", "sub\\a.wav")),
        ("SUB/a.wav", ("sub/a.wav", "Sub/a.wav")),
    ],
)
def test_a_name_of_more_than_one_file_is_refused(tmp_path: Path, audio: str, names: tuple[str, ...]) -> None:
    assert found(tmp_path, audio, *names) == "AUDIO_AMBIGUOUS"


@pytest.mark.parametrize(
    "audio",
    [
        "/srv/a.wav", "C:\\clips\\a.wav", "\\\\host\\share\\a.wav", "\\a.wav", "c:/a.wav", "//a",
        "file:///srv/a.wav", "https://host/a.wav", "s3://bucket/a.wav", "gs://bucket/a.wav",
    ],
)  # fmt: skip
def test_an_absolute_path_of_any_system_is_refused(tmp_path: Path, audio: str) -> None:
    assert found(tmp_path, audio, "a.wav") == "AUDIO_ABSOLUTE"


@pytest.mark.parametrize(
    "audio", ["..\\a.wav", "sub\\..\\..\\a.wav", "..", "OUT/A.wav", "out\\a.wav", "LINK.wav"]
)
def test_nothing_outside_the_folder_is_found(tmp_path: Path, audio: str) -> None:
    (tmp_path / "a.wav").write_bytes(b"x")
    (tmp_path / "batch" / "sub").mkdir(parents=True)
    (tmp_path / "batch" / "out").symlink_to(tmp_path)
    (tmp_path / "batch" / "link.wav").symlink_to(tmp_path / "a.wav")
    assert found(tmp_path, audio) == "AUDIO_OUTSIDE_FOLDER"


@pytest.mark.parametrize("audio", ["none.wav", "x" * 300, "none/none.wav", "a\udc80.wav"])
def test_a_file_that_is_not_there_keeps_its_name_for_whoever_opens_it(tmp_path: Path, audio: str) -> None:
    assert found(tmp_path, audio, "a.wav") == audio
