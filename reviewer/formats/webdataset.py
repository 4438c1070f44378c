"""WebDataset: tar shards whose neighbouring members of one base name are a sample.

A sample is ``<id>.flac`` (as ``clips/`` has it), ``<id>.json`` and ``<id>.txt``. Ids have no dot, because the
key ends at the first one. Headers have a fixed time, owner and mode: equal sets have equal bytes.
"""

import os
import tarfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from reviewer.errors import Notice
from reviewer.formats.dataset import CLIPS, Utterance, audio_bytes
from reviewer.formats.json_row import check_json_row, json_line, row_of
from reviewer.formats.row_problems import row_problem
from reviewer.formats.tar_shards import TarShards, header_of
from reviewer.formats.validation import SetValidator
from reviewer.formats.written_files import WrittenFile

VERSION = "1"
HAS_OWN_AUDIO = True
FOLDER = "webdataset"
UNSPLIT = "set"
MOST_MEMBER_BYTES = 1 << 32
"""The samples of the longest sound that can be stored are fewer; a sparse member can claim any length."""


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> dict[str, WrittenFile]:
    """Writes ``webdataset/<split>-000000.tar`` and so on, and hashes each. May raise OSError."""
    (folder / FOLDER).mkdir()
    with TarShards(folder, FOLDER) as shards:
        for one in utterances:
            row, text = row_and_text(one)
            members = ((one.audio, audio_bytes(folder, one)), ("json", row), ("txt", text))
            shards.add(shard_name(one), one.id, members)
        return shards.finish()


def shard_name(utterance: Utterance) -> str:
    """What the shards of a row's split are named after."""
    return utterance.split or UNSPLIT


def row_and_text(utterance: Utterance) -> tuple[bytes, bytes]:
    """The members of a sample beside its sound: all that is known of it as JSON, and its text."""
    return f"{json_line(row_of(utterance))}\n".encode(), utterance.text.encode()


def validate(folder: Path) -> list[Notice]:
    """Reads every shard back and returns every problem found."""
    validator = SetValidator(folder)
    paths = sorted((folder / FOLDER).glob("*.tar"))
    if not paths:
        validator.add_problem("SET_FILE_MISSING", file=FOLDER)
    before = ""
    for path in paths:
        split = path.name.rpartition("-")[0]
        if split != before:
            validator.begin_rows()
        before = split
        try:
            _check_shard(path, validator)
        except (OSError, tarfile.TarError):
            validator.add_problem("SET_FILE_UNREADABLE", file=path.name)
    return validator.problems


def _check_shard(path: Path, validator: SetValidator) -> None:
    """Reads a shard back: all of it, or all but the sound where this process wrote it and it is untouched.

    The digest of such a shard is that of what went in, and so was the length of its sounds.
    """
    lengths = validator.lengths_in(f"{FOLDER}/{path.name}")
    for key, sample in groupby(_read(path, is_known=bool(lengths)), key=lambda member: member[0]):
        where = f"{path.name}:{key}"
        found = [(suffix, data) for _, suffix, data in sample]
        fields = dict(found)
        validator.check_id(where, key)
        if len(found) != 3 or not {"json", "txt"} < set(fields):
            validator.add_problem("SET_WRONG_KEYS", where=where, keys="flac, json, txt")
            continue
        row = validator.json_object(where, fields.pop("json").decode(errors="replace"))
        text = fields.pop("txt").decode(errors="replace")
        if row is None or not check_json_row(where, row, validator):
            continue
        if row["id"] != key or row["text"] != text:
            validator.add_problem("SET_ROW_UNKNOWN", where=where)
        (sound,) = fields.values()
        length = lengths.get(f"{CLIPS}/{key}.{next(iter(fields))}")
        validator.check_audio(where, sound, row["duration"], length)


def _read(path: Path, *, is_known: bool) -> Iterator[tuple[str, str, bytes]]:
    with path.open("rb") as file:
        if is_known:
            yield from _read_plain(file)
        with tarfile.open(fileobj=file, mode="r:") as tar:
            while (member := tar.next()) is not None:
                key, _, suffix = member.name.partition(".")
                if member.size > MOST_MEMBER_BYTES or member.sparse is not None:
                    raise tarfile.ReadError("a member that no set has")
                data = tar.extractfile(member)
                yield key, suffix, data.read() if data is not None else b""


def _read_plain(file: BinaryIO) -> Iterator[tuple[str, str, bytes]]:
    """The members as far as their headers are plain, each as a reader takes it; sound is passed over."""
    while (header := file.read(tarfile.BLOCKSIZE)) and header[156:157] == tarfile.REGTYPE:
        name, size = header[:100].rstrip(b"\0").decode(), int(header[124:135], 8)
        if header != header_of(name, size) and int(header[148:154], 8) != _checksum(header):
            raise tarfile.ReadError("a header with another checksum")
        key, _, suffix = name.partition(".")
        padding = -size % tarfile.BLOCKSIZE
        if suffix in ("json", "txt"):
            yield key, suffix, file.read(size)
            file.seek(padding, os.SEEK_CUR)
        else:
            yield key, suffix, b""
            file.seek(size + padding, os.SEEK_CUR)
    file.seek(-len(header), os.SEEK_CUR)


def _checksum(header: bytes) -> int:
    """The sum of a header's bytes, with blanks for the checksum itself (POSIX.1, pax)."""
    return sum(header) - sum(header[148:156]) + sum(b" " * 8)
