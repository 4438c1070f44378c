"""The passport of a labelled set: its origin, its content, what was left out, and each file's hash."""

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from heapq import merge
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

from reviewer.errors import Damaged, Notice, Refused
from reviewer.formats.dataset import write_lines
from reviewer.formats.output_folder import MARKER
from reviewer.formats.written_files import WrittenFile, WrittenFiles
from reviewer.untrusted_files import read_untrusted

NAME = "passport.json"
SUMS = "SHA256SUMS"
"""Of all files but the passport and itself, as ``sha256sum --check`` reads it."""
VERSION = 3
_BLOCK_BYTES = 1 << 20
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, indent=2)
_NO_FILES = '"files": []'
_MOST_BYTES = 1 << 30
_NOTHING = WrittenFiles()
_BEING_WRITTEN = frozenset({NAME, MARKER, SUMS})
"""What is in no list of files of a set that is being written: only there does a marker belong."""


@dataclass(frozen=True, slots=True)
class Passport:
    """The facts of one export; nothing in it names a person, a machine or a path outside the set.

    ``made_by`` is a pseudonym; ``formats`` maps each format to its version; ``conventions`` maps each
    convention file's id to the facts of its profile; ``schemas`` maps the id of each label form of the set's
    answers to its clips and questions; ``personal_data_denied`` counts clips whose author said that likely
    personal data is none; ``left_out`` counts clips by reason, ``rows_left_out`` rows for each format;
    ``log_hash`` is the hex hash of row ``log_size`` of the access log; ``checkpoint`` is the signed one made
    just before.
    """

    export_id: str
    made_at: str
    made_by: str
    app_version: str
    project: str
    formats: Mapping[str, str]
    where: str | None
    options: Mapping[str, Any]
    schema: str
    conventions: Mapping[str, Mapping[str, Any]]
    schemas: Mapping[str, Mapping[str, Any]]
    annotated_under: Mapping[str, int]
    agreement: Mapping[str, str]
    clips: int
    rows: int
    rows_without_text: int
    personal_data_denied: int
    seconds: float
    statistics: Mapping[str, Any]
    left_out: Mapping[str, int]
    rows_left_out: Mapping[str, Mapping[str, int]]
    log_size: int
    log_hash: str
    checkpoint: str


def write(folder: Path, passport: Passport, written: WrittenFiles = _NOTHING) -> str:
    """Hashes every file of the set, writes ``SHA256SUMS`` and ``passport.json``, and returns its SHA-256.

    Files ``written`` before are listed as they were written, whatever became of them: ``check_written`` finds
    that out. May raise OSError.
    """
    others: dict[str, int] = {}  # the sizes of the other files
    write_lines(folder / SUMS, _sums(folder, written, others))
    body = _JSON.encode({"passport_version": VERSION, **_plain(asdict(passport)), "files": []})
    before, after = body.split(_NO_FILES)
    digest = hashlib.sha256()
    with (folder / NAME).open("xb") as file:
        for part in chain((before,), _file_entries(folder, written, others), (f"{after}\n",)):
            digest.update(part.encode())
            file.write(part.encode())
    return digest.hexdigest()


def _sums(folder: Path, written: WrittenFiles, others: dict[str, int]) -> Iterator[str]:
    """The lines of ``SHA256SUMS``; what else is there than was written, is added to ``others``."""
    for path, known in _paths(folder, written, _BEING_WRITTEN):
        if known is None:
            full = folder / path
            sha256, others[path] = _sha256(full), full.stat().st_size
        else:
            sha256 = known.digest.hex()
        yield f"{sha256}  {path}"


def _file_entries(folder: Path, written: WrittenFiles, others: Mapping[str, int]) -> Iterator[str]:
    """The part ``"files": [...]`` of the passport, a file at a time, as the encoder would write it."""
    begin = '"files": [\n    '
    sums, text = folder / SUMS, json.JSONEncoder(ensure_ascii=False).encode
    sizes = {**others, SUMS: sums.stat().st_size}
    for path, sha256 in merge(listed_sums(folder), ((SUMS, _sha256(sums)),)):
        size = sizes.get(path)
        size = written[path].size if size is None else size
        facts = f'"bytes": {size}', f'"path": {text(path)}', f'"sha256": "{sha256}"'
        yield begin + "{\n      " + ",\n      ".join(facts) + "\n    }"
        begin = ",\n    "
    yield "\n  ]"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a passport says of its set: the formats, digest and size of each file by its path, all facts."""

    formats: tuple[str, ...]
    files: dict[str, tuple[Any, Any]]
    facts: Mapping[str, Any]


def read(folder: Path) -> Contents:
    """Reads the passport of a set from anywhere. Raises Damaged (code SET_FILE_UNREADABLE)."""
    try:
        body = json.loads(read_untrusted(folder / NAME, _MOST_BYTES))
        files = {str(each["path"]): (each["sha256"], each["bytes"]) for each in body["files"]}
        formats = tuple(map(str, body["formats"]))
        if not formats:
            raise ValueError("no format, so that no file would be read")  # noqa: TRY301 - as what else is wrong
        return Contents(formats, files, body)
    except (Refused, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged("SET_FILE_UNREADABLE", file=NAME) from error


def check_written(folder: Path, digest: str, written: WrittenFiles) -> list[Notice]:
    """Checks a set whose passport this process wrote: its digest is the same, and all files are as listed.

    Files ``written`` are not read again if nobody has touched them, and no list of all files is in memory.
    """
    if not (folder / NAME).is_file() or _sha256(folder / NAME) != digest:
        return [Notice("SET_FILE_CHANGED", {"file": NAME})]
    try:
        return _unlike_the_list(folder, written)
    except FileNotFoundError:  # one was removed, and there is another in its place
        return _unlike_the_list(folder, _NOTHING)


def _unlike_the_list(folder: Path, written: WrittenFiles) -> list[Notice]:
    found = ((path, sha256) for path, sha256, _ in _files(folder, written, _BEING_WRITTEN))
    return list(_differences(listed_sums(folder), found))


def listed_sums(folder: Path) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of each file of ``SHA256SUMS``, in the order of paths."""
    with (folder / SUMS).open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            sha256, _, path = line.removesuffix("\n").partition("  ")
            yield path, sha256


def _differences(listed: Iterator[tuple[str, str]], found: Iterator[tuple[str, str]]) -> Iterator[Notice]:
    """Of two lists of files in the order of paths."""
    left, right = next(listed, None), next(found, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            yield Notice("SET_FILE_MISSING", {"file": left[0] if left else ""})
            left = next(listed, None)
        elif left is None or right[0] < left[0]:
            yield Notice("SET_FILE_NOT_LISTED", {"file": right[0]})
            right = next(found, None)
        else:
            if left != right:
                yield Notice("SET_FILE_CHANGED", {"file": left[0]})
            left, right = next(listed, None), next(found, None)


def validate(folder: Path) -> list[Notice]:
    """Checks that the set holds exactly the files its passport lists, unchanged."""
    try:
        listed = read(folder).files
    except Damaged as error:
        return [error.notice]
    not_listed, changed = [], []
    for path, sha256, size in _files(folder, _NOTHING, {NAME}):
        of_passport = listed.pop(path, None)
        if of_passport is None:
            not_listed.append(path)
        elif of_passport != (sha256, size):
            changed.append(path)
    return [
        *(Notice("SET_FILE_MISSING", {"file": path}) for path in sorted(listed)),
        *(Notice("SET_FILE_NOT_LISTED", {"file": path}) for path in not_listed),
        *(Notice("SET_FILE_CHANGED", {"file": path}) for path in changed),
    ]


def _files(folder: Path, written: WrittenFiles, own: Collection[str]) -> Iterator[tuple[str, str, int]]:
    """Path, SHA-256 and size in bytes of each file in the order of paths, without ``own``."""
    root = str(folder)
    for path, known in _paths(folder, written, own):
        full = os.path.join(root, path)  # noqa: PTH118 - a tenth of the time, for each of all clips
        found = os.stat(full)  # noqa: PTH116
        if known is not None and known.is_at(found):
            yield path, known.digest.hex(), known.size
        else:
            yield path, _sha256(Path(full)), found.st_size


def _paths(
    folder: Path, written: WrittenFiles, own: Collection[str]
) -> Iterator[tuple[str, WrittenFile | None]]:
    """The paths of all files in order, without ``own``, each with what was written there.

    A folder with as many files as were written to it is not listed: their paths are known, and whoever looks
    at each of them finds out whether it is another file.
    """
    paths, known = list[str](), list[str]()
    for place, folders, names in os.walk(folder):
        inside = Path(place).relative_to(folder).as_posix()
        before = "" if inside == "." else f"{inside}/"
        paths += (f"{before}{name}" for name in names if before or name not in own)
        for name in list(folders):
            count = written.count_in(f"{before}{name}")
            if count and count == _entries(Path(place, name)):
                known.append(f"{before}{name}")
                folders.remove(name)
    listed = ((path, written.get(path)) for path in sorted(paths))
    return merge(listed, *map(written.below, known), key=itemgetter(0))


def _entries(folder: Path) -> int:
    with os.scandir(folder) as entries:
        return sum(1 for _ in entries)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value
