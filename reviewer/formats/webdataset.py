"""WebDataset: tar shards whose neighbouring members of one base name are a sample.

A sample is ``<id>.flac`` (as ``clips/`` has it), ``<id>.json`` and ``<id>.txt``. Ids have no dot, because the
key ends at the first one. Headers have a fixed time, owner and mode: equal sets have equal bytes.
"""

import hashlib
import os
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from io import FileIO
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from reviewer.errors import Notice
from reviewer.formats.dataset import CLIPS, Utterance, audio_bytes, write_whole
from reviewer.formats.json_row import check_json_row, json_line, row_of
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import SetValidator
from reviewer.formats.written_files import WrittenFile

VERSION = "1"
HAS_OWN_AUDIO = True
FOLDER = "webdataset"
UNSPLIT = "set"
MOST_SHARD_BYTES = 1 << 28
"""A quarter of the usual size: a shard of sensitive clips that goes astray is smaller."""
MOST_MEMBER_BYTES = 1 << 32
"""The samples of the longest sound that can be stored are fewer; a sparse member can claim any length."""
MOST_SHARD_ROWS = 2_000
_END = bytes(2 * tarfile.BLOCKSIZE)
# POSIX ustar: the size is at 124, the checksum of the header at 148 (POSIX.1, pax).
_PLAIN_HEADER = tarfile.TarInfo().tobuf(tarfile.PAX_FORMAT)
_PLAIN_CHECKSUM = int(_PLAIN_HEADER[148:154], 8) - sum(_PLAIN_HEADER[124:135])
_MOST_PLAIN_BYTES = 8**11


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> dict[str, WrittenFile]:
    """Writes ``webdataset/<split>-000000.tar`` and so on, and hashes each. May raise OSError."""
    (folder / FOLDER).mkdir()
    written: dict[str, WrittenFile] = {}
    with ExitStack() as until_written:
        shards: dict[str, _Shards] = {}
        for one in utterances:
            split = one.split or UNSPLIT
            if split not in shards:
                shards[split] = _Shards(folder / FOLDER, split, written)
                until_written.callback(shards[split].close)
            shards[split].add(one.id, _members(folder, one))
        for each in shards.values():
            each.finish()
    return written


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


def _members(folder: Path, utterance: Utterance) -> tuple[tuple[str, bytes], ...]:
    sound = Path(utterance.path).suffix.removeprefix(".")
    row = f"{json_line(row_of(utterance))}\n"
    return (sound, audio_bytes(folder, utterance)), ("json", row.encode()), ("txt", utterance.text.encode())


class _Shards:
    """The shards of one split: the one that is being written, and the number of those before it."""

    def __init__(self, place: Path, split: str, written: dict[str, WrittenFile]) -> None:
        self._place, self._split, self._written = place, split, written
        self._number = 0
        self._begin()

    def add(self, name: str, members: tuple[tuple[str, bytes], ...]) -> None:
        """Adds a sample, to a new shard if this one is full. May raise OSError."""
        size = self._size + sum(len(data) for _, data in members)
        if self._rows == MOST_SHARD_ROWS or (self._rows and size > MOST_SHARD_BYTES):
            self.finish()
            self._begin()
        self._write(_packed(name, members))
        self._rows += 1

    def finish(self) -> None:
        """Ends the shard that is being written. May raise OSError."""
        self._write(_END)
        self.close()
        self._written[f"{FOLDER}/{self._path.name}"] = WrittenFile.at(self._path, self._digest.digest())

    def close(self) -> None:
        """Closes its file, written whole or not."""
        self._file.close()

    def _begin(self) -> None:
        self._path = self._place / f"{self._split}-{self._number:06d}.tar"
        self._number += 1
        self._file = FileIO(self._path, "x")
        self._digest, self._size, self._rows = hashlib.sha256(), 0, 0

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        write_whole(self._file, data)
        self._size += len(data)


def _packed(name: str, members: tuple[tuple[str, bytes], ...]) -> bytes:
    """The members of a sample with their headers, each filled up to whole blocks."""
    parts: list[bytes] = []
    for suffix, data in members:
        parts += (_header(f"{name}.{suffix}", len(data)), data, bytes(-len(data) % tarfile.BLOCKSIZE))
    return b"".join(parts)


def _header(name: str, size: int) -> bytes:
    """The header of a member as ``TarFile`` writes it, in a tenth of the time where a plain one will do."""
    encoded = name.encode()
    if len(encoded) > tarfile.LENGTH_NAME or not name.isascii() or size >= _MOST_PLAIN_BYTES:
        member = tarfile.TarInfo(name)
        member.size = size
        return member.tobuf(tarfile.PAX_FORMAT)
    digits = b"%011o" % size
    checksum = _PLAIN_CHECKSUM + sum(encoded) + sum(digits)
    header = bytearray(_PLAIN_HEADER)
    header[: len(encoded)] = encoded
    header[124:135] = digits
    header[148:154] = b"%06o" % checksum
    return bytes(header)


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
        size, checksum = int(header[124:135], 8), int(header[148:154], 8)
        if checksum != sum(header) - sum(header[148:156]) + sum(b" " * 8):
            raise tarfile.ReadError("a header with another checksum")
        key, _, suffix = header[:100].rstrip(b"\0").decode().partition(".")
        padding = -size % tarfile.BLOCKSIZE
        if suffix in ("json", "txt"):
            yield key, suffix, file.read(size)
            file.seek(padding, os.SEEK_CUR)
        else:
            yield key, suffix, b""
            file.seek(size + padding, os.SEEK_CUR)
    file.seek(-len(header), os.SEEK_CUR)
