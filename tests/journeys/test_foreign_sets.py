"""A set that comes back from elsewhere is input like any other: nothing in it is believed, or opened here."""

import io
import json
import sys
import tarfile
import tempfile
from pathlib import Path
from random import Random
from shutil import copytree

import numpy as np
import pytest
import soundfile

from reviewer.audio.io.flac import encode_flac
from reviewer.audio.samples import Samples
from reviewer.formats import passport
from reviewer.formats.catalogue import FORMATS
from reviewer.formats.titles import missing_package
from reviewer.lead.foreign_sets import verify_foreign_set
from reviewer.model.project import DecodeLimits
from tests.benches.lead import LeadBench

NAMES = tuple(name for name in FORMATS if not missing_package(name))
SMALL = DecodeLimits(audio_seconds=60.0, input_bytes=1 << 20)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set in every format."""
    place = tmp_path_factory.mktemp("foreign")
    bench = LeadBench(place / "ws")
    bench.agree()
    for number, text in enumerate(("yes it is", "no [noise] uh"), 1):
        bench.accepted(f"c{number}", text)
    bench.export().export_set(bench.lead, place / "set", NAMES)
    bench.close()
    return place / "set"


@pytest.fixture
def out(whole: Path, tmp_path: Path) -> Path:
    return copytree(whole, tmp_path / "set")


def codes(folder: Path, limits: DecodeLimits = SMALL) -> set[str]:
    return {problem.code for problem in verify_foreign_set(folder, limits)}


def long_silence() -> bytes:
    """Some hundred bytes a minute: a header says little of what a decoder must write."""
    return encode_flac(Samples(8000, np.zeros((8000 * 300, 1), np.int16)))


def test_no_sound_of_a_set_is_decoded_in_this_process(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_args: object, **_keys: object) -> None:
        raise AssertionError("decoded here")

    monkeypatch.setattr(soundfile, "SoundFile", opened)
    monkeypatch.setattr(soundfile, "read", opened)
    assert verify_foreign_set(whole, SMALL) == []


@pytest.mark.skipif(sys.platform != "linux", reason="files in memory are there on Linux only")
def test_no_sound_of_a_set_is_written_anywhere(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is killed while verifying leaves nothing: there is no folder for temporary files at all."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    assert verify_foreign_set(whole, SMALL) == []
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


@pytest.mark.parametrize("kind", ["garbage", "long", "empty", "header"])
def test_a_hostile_sound_is_a_problem_of_the_set(out: Path, kind: str) -> None:
    data = {
        "garbage": b"fLaC" + Random(1).randbytes(5000),
        "long": long_silence(),
        "empty": b"",
        "header": b"RIFF\xff\xff\xff\xffWAVEfmt ",
    }[kind]
    for path in (*out.rglob("*.flac"), *out.rglob("*.wav")):
        path.unlink()
        path.write_bytes(data)
    assert codes(out) >= {"SET_FILE_CHANGED", "SET_CLIP_UNREADABLE"}


def test_a_hostile_sound_inside_a_shard_is_a_problem_of_the_set(out: Path) -> None:
    (shard,) = (out / "webdataset").glob("*.tar")
    with tarfile.open(shard) as tar:
        members = [(member.name, tar.extractfile(member).read()) for member in tar.getmembers()]
    with tarfile.open(shard, "w") as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            body = long_silence() if name.endswith(".flac") else data
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    assert "SET_CLIP_UNREADABLE" in codes(out)


def test_a_member_that_claims_any_length_is_not_read(out: Path) -> None:
    (shard,) = (out / "webdataset").glob("*.tar")
    member = tarfile.TarInfo("a-b-0000000-0000001.json")
    member.size = 1 << 40
    shard.write_bytes(member.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    assert "SET_FILE_UNREADABLE" in codes(out)


def test_no_path_leads_out_of_a_set(out: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.flac"
    outside.write_bytes(encode_flac(Samples(16_000, np.zeros((1600, 1), np.int16))))
    tasks = out / "label-studio" / "tasks.json"
    text = tasks.read_text(encoding="utf-8")
    for path in (outside.as_posix(), "../outside.flac", "clips/../../outside.flac"):
        first = json.loads(text.splitlines()[1].removesuffix(","))
        first["data"]["audio"] = f"/data/local-files/?d={path}"
        tasks.write_text("\n".join(["[", json.dumps(first), "]"]) + "\n", encoding="utf-8")
        assert "SET_CLIP_PATH" in codes(out)


def test_entities_that_grow_are_not_expanded(out: Path) -> None:
    for path in (out / "eaf").iterdir():
        grows = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
        path.write_text(
            f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "ha">{grows}]><a>&e8;</a>\n', encoding="utf-8"
        )
    assert "SET_NOT_XML" in codes(out)


@pytest.mark.parametrize("seed", range(3))
def test_a_set_of_damaged_files_has_problems_and_no_other_end(out: Path, seed: int) -> None:
    random = Random(seed)
    for path in sorted(out.rglob("*")):
        if path.name == passport.NAME or not path.is_file() or path.suffix == ".flac":
            continue
        data = bytearray(path.read_bytes())
        for _ in range(3):
            at = random.randrange(len(data) + 1)
            data[at : at + random.randrange(4)] = random.choice(
                [
                    b"\0",
                    b"\xff",
                    b"[" * 9000,
                    b"null",
                    b"-1",
                    b"1e999",
                    b'"',
                    b"\t",
                    b"\n",
                    b"{}",
                    b"NaN",
                    b"\xed\xa0\x80",
                ]
            )
        path.unlink()
        path.write_bytes(bytes(data))
    assert "SET_FILE_CHANGED" in codes(out)


VALUES = (None, True, -1, 1e400, [], {}, "", "../x", [[]], {"a": 1}, "\ud800", 10**30)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_any_value_in_place_of_another_is_a_problem(out: Path, value: object) -> None:
    for path in (*out.rglob("*.jsonl"), *out.rglob("tasks.json")):
        lines = []
        for line in path.read_text(encoding="utf-8").splitlines():
            is_row = line.startswith("{")
            row = dict.fromkeys(json.loads(line.removesuffix(",")), value) if is_row else {}
            lines.append(json.dumps(row) if is_row else line)
        path.unlink()
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert "SET_FILE_CHANGED" in codes(out)
