"""What goes with a labelled set: where it comes from, what is in it and what not, each file's hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reviewer.formats.dataset import write_bytes

NAME = "passport.json"
VERSION = 1
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Passport:
    """The facts of one export; nothing in it names a person, a machine or a place outside the set.

    ``made_by`` is a pseudonym; ``formats`` maps each format to its version; ``left_out`` counts clips by
    reason; ``log_hash`` is the hex hash of the access log's row ``log_size``; ``checkpoint`` is the signed
    note made just before.
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
    conventions: str
    profile: Mapping[str, Any]
    annotated_under: Mapping[str, int]
    agreement: Mapping[str, str]
    clips: int
    clips_without_text: int
    seconds: float
    left_out: Mapping[str, int]
    log_size: int
    log_hash: str
    checkpoint: str


def write(folder: Path, passport: Passport) -> str:
    """Hashes every file of the set and writes ``passport.json``; gives its own SHA-256. Raises OSError."""
    body: dict[str, Any] = {"passport_version": VERSION, **_plain(asdict(passport)), "files": _files(folder)}
    data = (json.dumps(body, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
    write_bytes(folder / NAME, data)
    return hashlib.sha256(data).hexdigest()


def validate(folder: Path) -> list[str]:
    """Whether the set holds exactly the files its passport tells of, unchanged; a sentence for each other."""
    try:
        body = json.loads((folder / NAME).read_bytes())
        told = {file["path"]: (file["sha256"], file["bytes"]) for file in body["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return [f"{NAME} is missing or cannot be read."]
    there = {file["path"]: (file["sha256"], file["bytes"]) for file in _files(folder)}
    return [
        *(f"{path} is missing." for path in sorted(told.keys() - there.keys())),
        *(f"{path} is not in the passport." for path in sorted(there.keys() - told.keys())),
        *(f"{path} has changed." for path in sorted(told.keys() & there.keys()) if told[path] != there[path]),
    ]


def _files(folder: Path) -> list[dict[str, str | int]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / NAME)
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
