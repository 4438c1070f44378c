"""The passport of a labelled set: its origin, its content, what was left out, and each file's hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reviewer.errors import Notice
from reviewer.formats.dataset import write_bytes
from reviewer.formats.output_folder import MARKER

NAME = "passport.json"
VERSION = 2
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Passport:
    """The facts of one export; nothing in it names a person, a machine or a path outside the set.

    ``made_by`` is a pseudonym; ``formats`` maps each format to its version; ``conventions`` maps each
    convention file's id to the facts of its profile; ``schemas`` maps the id of each label form of the set's
    answers to its clips and questions; ``personal_data_denied`` counts clips whose author said that likely
    personal data is none; ``left_out`` counts clips by reason; ``log_hash`` is the hex hash of
    row ``log_size`` of the access log; ``checkpoint`` is the signed
    checkpoint made just before.
    """

    export_id: str
    made_at: str
    made_by: str
    app_version: str
    project: str
    formats: Mapping[str, str]
    where: str | None
    split: bool
    schema: str
    conventions: Mapping[str, Mapping[str, Any]]
    schemas: Mapping[str, Mapping[str, Any]]
    annotated_under: Mapping[str, int]
    agreement: Mapping[str, str]
    clips: int
    clips_without_text: int
    personal_data_denied: int
    seconds: float
    left_out: Mapping[str, int]
    log_size: int
    log_hash: str
    checkpoint: str


def write(folder: Path, passport: Passport) -> str:
    """Hashes every file of the set and writes ``passport.json``; returns its SHA-256. May raise OSError."""
    body: dict[str, Any] = {"passport_version": VERSION, **_plain(asdict(passport)), "files": _files(folder)}
    data = (json.dumps(body, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
    write_bytes(folder / NAME, data)
    return hashlib.sha256(data).hexdigest()


def validate(folder: Path) -> list[Notice]:
    """Checks that the set holds exactly the files its passport lists, unchanged."""
    try:
        body = json.loads((folder / NAME).read_bytes())
        listed = {file["path"]: (file["sha256"], file["bytes"]) for file in body["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return [Notice("SET_FILE_UNREADABLE", {"file": NAME})]
    found = {file["path"]: (file["sha256"], file["bytes"]) for file in _files(folder)}
    changed = (path for path in listed.keys() & found.keys() if listed[path] != found[path])
    return [
        *(Notice("SET_FILE_MISSING", {"file": path}) for path in sorted(listed.keys() - found.keys())),
        *(Notice("SET_FILE_NOT_LISTED", {"file": path}) for path in sorted(found.keys() - listed.keys())),
        *(Notice("SET_FILE_CHANGED", {"file": path}) for path in sorted(changed)),
    ]


def _files(folder: Path) -> list[dict[str, str | int]]:
    own = (folder / NAME, folder / MARKER)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path not in own)
    return [
        {"path": path.relative_to(folder).as_posix(), "sha256": _sha256(path), "bytes": path.stat().st_size}
        for path in paths
    ]


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
