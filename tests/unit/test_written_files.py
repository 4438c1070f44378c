"""What an export remembers of the files that it has written."""

import hashlib
import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.formats import passport, sorted_entries
from reviewer.formats.packed_texts import PackedTexts
from reviewer.formats.written_files import SoundLengths, WrittenFile, WrittenFiles
from tests.contracts.test_formats import a_passport


def a_file(number: int) -> WrittenFile:
    return WrittenFile(bytes([number % 256]) * 32, number, 2**40 + number, 2**60, 88_000, 16_000)


@given(st.lists(st.text()))
def test_packed_texts_are_those_that_were_added(texts: list[str]) -> None:
    packed = PackedTexts()
    for text in texts:
        packed.append(text)
    assert list(packed) == texts
    assert packed[:] == texts
    assert packed[1:3] == texts[1:3]
    assert packed[-1:] == texts[-1:]
    assert not texts or packed[-1] == texts[-1]


def test_written_files_are_found_in_any_order_and_listed_in_that_of_paths() -> None:
    paths = [f"clips/{number:03}.flac" for number in range(100)]
    mixed = Random(1).sample(paths, len(paths))
    written = WrittenFiles()
    for path in mixed:
        written.add(path, a_file(int(path[6:9])))
    assert list(written) == paths
    written.add_all({"SHARD.tar": a_file(7)})
    assert (len(written), next(iter(written))) == (101, "SHARD.tar")
    for path in (*mixed, *paths):
        assert written[path] == a_file(int(path[6:9]))
    for path in ("", "clips/0005.flac", "clips/100.flac"):
        assert path not in written


@given(st.lists(st.lists(st.text(alphabet="ab/", min_size=1), unique=True), max_size=6))
def test_files_in_many_runs_are_those_that_were_added(parts: list[list[str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_entries, "_ENTRIES_A_RUN", 4)
        patch.setattr(sorted_entries, "_ENTRIES_A_BLOCK", 2)
        written, all_of_them = WrittenFiles(), dict[str, WrittenFile]()
        for part in parts:
            fresh = {path: a_file(len(path)) for path in part if path not in all_of_them}
            all_of_them |= fresh
            written.add_all(fresh)
            assert list(written.items()) == [(path, all_of_them[path]) for path in sorted(all_of_them)]
            assert written.get("c") is None
        inside = {path for path in all_of_them if path.startswith("a/")}
        assert {path for path, _ in written.below("a")} == inside
        assert written.count_in("a") == len(inside)


def test_files_below_a_folder_are_no_others() -> None:
    written = WrittenFiles()
    for path in ("clips/b", "clips-2/a", "clips", "clips/a", "clips0"):
        written.add(path, a_file(1))
    assert written.count_in("clips") == 2
    assert list(written.below("clips")) == [("clips/a", a_file(1)), ("clips/b", a_file(1))]
    assert written.count_in("shards") == 0


@pytest.fixture
def written(tmp_path: Path) -> WrittenFiles:
    """A set with two clips that this process wrote, and its passport."""
    (tmp_path / "clips").mkdir()
    (tmp_path / "manifest.jsonl").write_bytes(b"{}\n")
    found = WrittenFiles()
    for name in ("b.flac", "a.flac"):
        path = tmp_path / "clips" / name
        path.write_bytes(name.encode())
        found.add(f"clips/{name}", WrittenFile.at(path, hashlib.sha256(name.encode()).digest()))
    return found


@pytest.mark.parametrize(
    ("remove", "add", "problems"),
    [
        (None, None, []),
        (None, "clips/c.flac", [("SET_FILE_NOT_LISTED", "clips/c.flac")]),
        ("clips/a.flac", None, [("SET_FILE_MISSING", "clips/a.flac")]),
        ("manifest.jsonl", None, [("SET_FILE_MISSING", "manifest.jsonl")]),
        (
            "clips/a.flac",
            "clips/c.flac",
            [("SET_FILE_MISSING", "clips/a.flac"), ("SET_FILE_NOT_LISTED", "clips/c.flac")],
        ),
        ("clips/a.flac", "clips/a.flac", [("SET_FILE_CHANGED", "clips/a.flac")]),
    ],
)
def test_a_set_is_compared_with_what_was_written(
    tmp_path: Path,
    written: WrittenFiles,
    remove: str | None,
    add: str | None,
    problems: list[tuple[str, str]],
) -> None:
    digest = passport.write(tmp_path, a_passport(), written)
    if remove:
        (tmp_path / remove).unlink()
    if add:
        (tmp_path / add).write_bytes(b"another sound")
    found = passport.check_written(tmp_path, digest, written)
    assert [(one.code, one.parameters["file"]) for one in found] == problems


def test_a_passport_of_written_files_lists_what_one_of_all_files_lists(
    tmp_path: Path, written: WrittenFiles
) -> None:
    passport.write(tmp_path, a_passport(), written)
    listed = (tmp_path / passport.SUMS).read_text()
    for name in (passport.SUMS, passport.NAME):
        (tmp_path / name).unlink()
    passport.write(tmp_path, a_passport())
    assert (tmp_path / passport.SUMS).read_text() == listed
    assert [line[66:] for line in listed.splitlines()] == ["clips/a.flac", "clips/b.flac", "manifest.jsonl"]


def test_what_became_of_a_written_file_before_the_passport_is_found(
    tmp_path: Path, written: WrittenFiles
) -> None:
    clip = tmp_path / "clips" / "a.flac"
    clip.write_bytes(b"another sound")
    digest = passport.write(tmp_path, a_passport(), written)
    (changed,) = passport.check_written(tmp_path, digest, written)
    assert (changed.code, changed.parameters["file"]) == ("SET_FILE_CHANGED", "clips/a.flac")
    for name in (passport.SUMS, passport.NAME):
        (tmp_path / name).unlink()
    clip.rename(tmp_path / "clips" / "c.flac")
    digest = passport.write(tmp_path, a_passport(), written)
    found = passport.check_written(tmp_path, digest, written)
    assert [(one.code, one.parameters["file"]) for one in found] == [
        ("SET_FILE_MISSING", "clips/a.flac"),
        ("SET_FILE_NOT_LISTED", "clips/c.flac"),
    ]


def test_a_written_file_that_was_only_touched_is_as_it_was(tmp_path: Path, written: WrittenFiles) -> None:
    os.utime(tmp_path / "clips" / "a.flac", ns=(1, 1))
    digest = passport.write(tmp_path, a_passport(), written)
    assert passport.check_written(tmp_path, digest, written) == []


@given(st.dictionaries(st.text(), st.tuples(st.integers(0, 2**36 - 1), st.integers(1, 2**20 - 1))))
def test_lengths_of_sounds_are_those_that_were_added(known: dict[str, tuple[int, int]]) -> None:
    lengths = SoundLengths()
    for path, length in known.items():
        lengths.add(path, *length)
    assert len(lengths) == len(known)
    assert {path: lengths.get(path) for path in known} == known
    assert lengths.get("clips/another") == known.get("clips/another")
