"""Heavy readers: ``datasets``, ``webdataset`` and ``pyarrow`` of requirements/readers.txt, and ``sclite``."""

import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from reviewer.formats import audiofolder, parquet, webdataset
from reviewer.formats.dataset import Utterance, UtteranceSegment, UtteranceWord
from tests.benches.format_readers import Part, Reading
from tests.contracts.test_every_format import a_row, a_set, contents, require_same, talk

pytestmark = [
    pytest.mark.readers,
    pytest.mark.filterwarnings("ignore"),  # what their libraries deprecate is theirs
]


@pytest.fixture(params=["whole", "split"])
def rows(request: pytest.FixtureRequest) -> list[Utterance]:
    splits = ("train", "dev", "test") if request.param == "split" else ("", "", "")
    first, *others = splits
    return [
        a_row(1, split=first),
        *(talk(number, split=split) for number, split in enumerate(others, start=2)),
    ]


@pytest.fixture
def datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    module = pytest.importorskip("datasets")
    monkeypatch.setattr(module.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    pytest.importorskip("tqdm").tqdm.monitor_interval = 0  # no thread that outlives the test
    return module


def reading(row: dict[str, Any]) -> Reading:
    parts = (
        Part(one["start"], one["end"], one["speaker"], f"{one['text']}|{one['text_verbatim']}")
        for one in row["segments"]
    )
    spoken = json.loads(row["words"]) if isinstance(row["words"], str) else row["words"]
    words = (Part(one["start"], one["end"], one["speaker"], one["word"]) for one in spoken)
    return Reading(tuple(parts), None, tuple(words))


def require_found(found: dict[str, tuple[dict[str, Any], bytes]], rows: list[Utterance]) -> None:
    """Text, times, speakers and samples are those of the rows."""
    require_same("jsonl", rows, {name: reading(row) for name, (row, _) in found.items()})
    for row in rows:
        told, sound = found[row.id]
        assert (told["text"], told["text_verbatim"]) == (row.text, row.text_verbatim)
        samples, own = (soundfile.read(io.BytesIO(data), dtype="int16")[0] for data in (sound, row.flac()))
        assert np.array_equal(samples, own)


def of_hugging_face(datasets: Any, loaded: Any, rows: list[Utterance]) -> None:
    names = {"": "train", "train": "train", "dev": "validation", "test": "test"}
    assert set(loaded) == {names[row.split] for row in rows}
    found: dict[str, tuple[dict[str, Any], bytes]] = {}
    for split, table in loaded.items():
        assert isinstance(table.features["audio"], datasets.Audio)
        for row in table.cast_column("audio", datasets.Audio(decode=False)):
            sound = row["audio"]["bytes"] or Path(row["audio"]["path"]).read_bytes()
            found[row["id"]] = (row, sound)
            assert names[row["split"]] == split
    require_found(found, rows)
    speakers = {row.id: row.speaker for row in rows}
    assert {name: row["speaker_id"] for name, (row, _) in found.items()} == speakers


def test_datasets_loads_an_audiofolder_by_its_card(
    tmp_path: Path, datasets: Any, rows: list[Utterance]
) -> None:
    folder = a_set(tmp_path / "set", "audiofolder", rows)
    loaded = datasets.load_dataset(str(folder / audiofolder.FOLDER))
    of_hugging_face(datasets, loaded, rows)


def test_datasets_loads_an_audiofolder_by_its_folders(
    tmp_path: Path, datasets: Any, rows: list[Utterance]
) -> None:
    folder = a_set(tmp_path / "set", "audiofolder", rows)
    loaded = datasets.load_dataset("audiofolder", data_dir=str(folder / audiofolder.FOLDER))
    of_hugging_face(datasets, loaded, rows)


@pytest.mark.parametrize(
    "text", ["007", "1e5", "true", "null", "nan", "12:30", "2024-5-1", "2024-05", "https://a/b.flac", "[]"]
)
def test_datasets_keeps_a_text_that_looks_like_something_else(
    tmp_path: Path, datasets: Any, text: str
) -> None:
    row = a_row(1, text=text, text_verbatim=text, reference=text, labels={"note": text})
    assert audiofolder.problem(row) == ""
    folder = a_set(tmp_path / "set", "audiofolder", [row])
    loaded = datasets.load_dataset(str(folder / audiofolder.FOLDER))
    of_hugging_face(datasets, loaded, [row])
    found = loaded["train"].cast_column("audio", datasets.Audio(decode=False))[0]
    assert (found["reference"], found["label_note"]) == (text, text)


def test_datasets_loads_parquet(tmp_path: Path, datasets: Any, rows: list[Utterance]) -> None:
    folder = a_set(tmp_path / "set", "parquet", rows)
    assert parquet.validate(folder) == []
    loaded = datasets.load_dataset(str(folder / parquet.FOLDER))
    of_hugging_face(datasets, loaded, rows)


def test_parquet_is_read_without_datasets(tmp_path: Path, rows: list[Utterance]) -> None:
    tables = pytest.importorskip("pyarrow.parquet")
    folder = a_set(tmp_path / "set", "parquet", rows)
    found = {}
    for path in (folder / parquet.FOLDER / "data").iterdir():
        table = tables.read_table(path)
        features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
        assert features["audio"]["_type"] == "Audio"
        assert set(features) == set(table.column_names)
        found.update({row["id"]: (row, row["audio"]["bytes"]) for row in table.to_pylist()})
    require_found(found, rows)


def test_equal_sets_are_equal_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    first, second = (a_set(tmp_path / name, "parquet", [talk(1)]) for name in ("a", "b"))
    assert contents(first) == contents(second)


def test_damaged_parquet_is_found(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    folder = a_set(tmp_path / "set", "parquet", [talk(1)])
    (path,) = (folder / parquet.FOLDER / "data").iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    assert [problem.code for problem in parquet.validate(folder)] == ["SET_FILE_UNREADABLE"]


def test_webdataset_reads_the_shards(tmp_path: Path, rows: list[Utterance]) -> None:
    reader = pytest.importorskip("webdataset")
    folder = a_set(tmp_path / "set", "webdataset", rows)
    found = {}
    for sample in _samples(reader, folder / webdataset.FOLDER):
        row = json.loads(sample["json"])
        assert sample["__key__"] == row["id"]
        assert sample["txt"].decode() == row["text"]
        found[row["id"]] = (row, sample["flac"])
    require_found(found, rows)


def _samples(reader: Any, folder: Path) -> Iterator[dict[str, Any]]:
    yield from reader.WebDataset(sorted(map(str, folder.glob("*.tar"))), shardshuffle=False)


def test_sclite_scores_the_words_of_a_set_against_its_own_transcripts(tmp_path: Path) -> None:
    sclite = shutil.which("sclite", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/lib/sctk/bin")
    if sclite is None:
        pytest.skip("NIST's sclite is not installed")
    segments = (
        UtteranceSegment(0, 8000, "ab01", "yes it's naïve", "."),
        UtteranceSegment(8000, 16_000, "zz9", "日本語", "."),
    )
    words = (
        UtteranceWord(0, 2000, "yes", "ab01"), UtteranceWord(2100, 4000, "it's", "ab01"),
        UtteranceWord(4000, 7000, "naïve", "ab01"), UtteranceWord(8100, 9000, "日本語", "zz9"),
    )  # fmt: skip
    rows = [a_row(1, segments=segments, words=words), a_row(2, text="", text_verbatim="[noise]")]
    files = [a_set(tmp_path / name, name, rows) / name / f"all.{name}" for name in ("stm", "ctm")]
    reference, hypothesis = map(str, files)
    command = [sclite, "-r", reference, "stm", "-h", hypothesis, "ctm", "-e", "utf-8", "-o", "sum", "stdout"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (total,) = (line.split("|")[2:4] for line in told.splitlines() if "Sum/Avg" in line)
    assert total[0].split() == ["3", "4"]
    assert total[1].split()[:2] == ["100.0", "0.0"]
