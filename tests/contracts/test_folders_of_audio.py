"""Which files of a folder are clips: by their names, or by how they begin."""

import hashlib
import json
from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.formats.catalogue import FORMATS
from reviewer.lead.sources import read_source
from reviewer.privacy.manifest_row import ManifestRow
from tests.sounds import a_wav, some_noise, sound_file

MAPPING = """
[fields]
speaker = "stem"
[constants]
product = "translator"
locale = "de-DE"
recorded_at = "2026-01-01T00:15:00Z"
[consent]
from = "Signed forms of the spring campaign"
product = "translator"
granted_at = 2025-01-01T00:00:00Z
"""

READ = {"jsonl", "csv", "csv-excel", "nemo", "kaldi", "audiofolder", "label-studio", "textgrid"}
NOT_READ = FORMATS.keys() - READ


def audio_of(folder: Path, files: dict[str, bytes]) -> list[str]:
    source, mapping = folder / "in", folder / "mapping.toml"
    source.mkdir()
    mapping.write_text(MAPPING, encoding="utf-8")
    for name, content in files.items():
        (source / name).write_bytes(content)
    return [line.audio for line in read_source(source, mapping).lines]


def test_a_file_that_begins_as_audio_is_a_clip_whatever_its_name(tmp_path: Path) -> None:
    wav, flac = a_wav(some_noise(100)), sound_file(some_noise(100), container="FLAC")
    files = {"a.mp2": b"", "b.WAVE": b"", "c": wav, "d.dat": flac, "e.bak": b"ID3\x04\0\0\0\0\0\0"}
    others = {
        "notes.txt": b"RIF",
        "f.webp": b"RIFF0000WEBP",
        "table.csv": b"audio",
        "empty": b"",
        ".g.wav": wav,
    }
    assert audio_of(tmp_path, files | others) == [*files]


def test_files_whose_names_are_no_ids_can_have_their_sum_as_id(tmp_path: Path) -> None:
    source, mapping, content = tmp_path / "in", tmp_path / "mapping.toml", a_wav(some_noise(100))
    source.mkdir()
    (source / "New Recording 3.wav").write_bytes(content)
    mapping.write_text(MAPPING.replace('"stem"', '"folder"\nsource_id = "sha256"'), encoding="utf-8")
    (line,) = read_source(source, mapping).lines
    assert isinstance(line.read, ManifestRow)
    assert (line.audio, line.read.source_id) == ("New Recording 3.wav", hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("files", [{}, {"readme": b"words", "a.pdf": b"%PDF"}, {".hidden.wav": b"RIFF"}])
def test_a_folder_without_audio_is_refused_as_that(tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(Refused) as caught:
        audio_of(tmp_path, files)
    assert caught.value.code == "SOURCE_FOLDER_EMPTY"


@pytest.mark.parametrize("name", sorted(NOT_READ))
def test_a_set_whose_format_is_not_read_is_refused_by_the_name_of_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "in" / name).mkdir(parents=True)
    (tmp_path / "in" / "passport.json").write_bytes(b"{}")
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_source(tmp_path / "in", tmp_path / "mapping.toml")
    assert (caught.value.code, caught.value.parameters["formats"]) == ("SOURCE_EXPORT_NOT_READ", name)


@pytest.mark.parametrize("name", ["a.eaf", "all.STM", "a.vtt", "a.TextGrid", "a.rttm"])
def test_a_transcript_alone_is_no_list_of_clips(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"anything")
    with pytest.raises(Refused) as caught:
        read_source(tmp_path / name)
    assert caught.value.code == "SOURCE_TRANSCRIPT"


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "hi", "segments": [{"id": 0, "start": 0, "end": 1, "text": "hi"}], "language": "en"},
        {"metadata": {}, "results": {"channels": [{"alternatives": [{"transcript": "hi"}]}]}},
        {"jobName": "j", "results": {"transcripts": [{"transcript": "hi"}], "items": []}},
        {"source": "x", "combinedRecognizedPhrases": [], "recognizedPhrases": []},
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_recognisers_answer_is_no_list_of_clips(
    tmp_path: Path, answer: dict[str, object], indent: int | None
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(answer, indent=indent), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_source(tmp_path / "a.json")
    assert (caught.value.code, caught.value.parameters["kind"]) == ("SOURCE_TRANSCRIPT", "JSON")


def test_rows_with_segments_of_their_own_are_no_recognisers_answer(tmp_path: Path) -> None:
    row = {"wav": "a.wav", "segments": [{"text": "hi"}]}
    (tmp_path / "a.json").write_text(json.dumps(row), encoding="utf-8")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING.replace('"stem"', '"wav"\naudio = "wav"\nsource_id = "wav"'), encoding="utf-8")
    assert [line.audio for line in read_source(tmp_path / "a.json", mapping).lines] == ["a.wav"]
