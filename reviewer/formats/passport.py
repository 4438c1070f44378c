"""The passport of a labelled set: its origin, its content, what was left out, and each file's hash."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reviewer.errors import Damaged, Notice, Refused
from reviewer.formats.dataset import WrittenFile, write_lines
from reviewer.formats.output_folder import MARKER
from reviewer.untrusted_files import read_untrusted

NAME = "passport.json"
SUMS = "SHA256SUMS"
"""Of all files but the passport and itself, as ``sha256sum --check`` reads it."""
VERSION = 3
_BLOCK_BYTES = 1 << 20
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, indent=2)
_MOST_BYTES = 1 << 30
_NOTHING: Mapping[str, WrittenFile] = MappingProxyType({})


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


def write(folder: Path, passport: Passport, written: Mapping[str, WrittenFile] = _NOTHING) -> str:
    """Hashes every file of the set, writes ``SHA256SUMS`` and ``passport.json``, and returns its SHA-256.

    Files ``written`` before are not read again if nobody has touched them. May raise OSError.
    """
    files = _files(folder, written)
    write_lines(folder / SUMS, (f"{each['sha256']}  {each['path']}" for each in files))
    body: dict[str, Any] = {
        "passport_version": VERSION,
        **_plain(asdict(passport)),
        "files": sorted([*files, _file(folder, SUMS, SUMS, written)], key=lambda each: each["path"]),
    }
    digest = hashlib.sha256()
    with (folder / NAME).open("xb") as file:
        for part in chain(_JSON.iterencode(body), ("\n",)):
            digest.update(part.encode())
            file.write(part.encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Contents:
    """What a passport says of its set: the formats, and digest and size of each file by its path."""

    formats: tuple[str, ...]
    files: Mapping[str, tuple[Any, Any]]


def read(folder: Path) -> Contents:
    """Reads the passport of a set from anywhere. Raises Damaged (code SET_FILE_UNREADABLE)."""
    try:
        body = json.loads(read_untrusted(folder / NAME, _MOST_BYTES))
        files = {str(each["path"]): (each["sha256"], each["bytes"]) for each in body["files"]}
        return Contents(tuple(map(str, body["formats"])), files)
    except (Refused, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged("SET_FILE_UNREADABLE", file=NAME) from error


def validate(folder: Path, written: Mapping[str, WrittenFile] = _NOTHING) -> list[Notice]:
    """Checks that the set holds exactly the files its passport lists, unchanged.

    Files ``written`` by this process are not read again if nobody has touched them.
    """
    try:
        listed = read(folder).files
    except Damaged as error:
        return [error.notice]
    found = {file["path"]: (file["sha256"], file["bytes"]) for file in _files(folder, written)}
    changed = (path for path in listed.keys() & found.keys() if listed[path] != found[path])
    return [
        *(Notice("SET_FILE_MISSING", {"file": path}) for path in sorted(listed.keys() - found.keys())),
        *(Notice("SET_FILE_NOT_LISTED", {"file": path}) for path in sorted(found.keys() - listed.keys())),
        *(Notice("SET_FILE_CHANGED", {"file": path}) for path in sorted(changed)),
    ]


def _files(folder: Path, written: Mapping[str, WrittenFile]) -> list[dict[str, Any]]:
    own = {NAME, MARKER}
    found: list[dict[str, Any]] = []
    for place, _, names in os.walk(folder):
        inside = Path(place).relative_to(folder).as_posix()
        if inside == ".":
            found += (_file(place, name, name, written) for name in names if name not in own)
        else:
            found += (_file(place, name, f"{inside}/{name}", written) for name in names)
    return sorted(found, key=lambda each: each["path"])


def _file(place: str | Path, name: str, inside: str, written: Mapping[str, WrittenFile]) -> dict[str, Any]:
    path = os.path.join(place, name)  # noqa: PTH118 - a tenth of the time, for each of all clips
    found = os.stat(path)  # noqa: PTH116
    known = written.get(inside)
    sha256 = known.sha256 if known is not None and known.is_at(found) else _sha256(Path(path))
    return {"path": inside, "sha256": sha256, "bytes": found.st_size}


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
