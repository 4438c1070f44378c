"""Manifests of clips, JSON Lines or CSV, read line by line."""

import codecs
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from reviewer.errors import Refused, Unavailable
from reviewer.lead.manifest_fields import CSV_FIELDS, FIELDS, read_fields
from reviewer.privacy.offer import Code, Decision, ManifestRow

_LONGEST_LINE = 4 << 20
_MOST_LINES_A_RECORD = 50
_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_JSON_ENDINGS = frozenset({".jsonl", ".ndjson", ".json"})


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """One clip's line: what was read of it, or the refusal where that is no row.

    ``number`` counts the file's lines from 1. ``audio`` is for the report, empty where it could not be read.
    """

    number: int
    audio: str
    read: ManifestRow | Decision


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.problem and not self.text.strip()


def read_manifest(path: Path) -> tuple[ManifestLine, ...]:
    """All lines of a manifest in order, blank ones left out; a bad line is told of and never stops the rest.

    UTF-8 with or without a byte order mark, lines ended by LF or CRLF. What the first line looks like decides
    the format, and only where it looks like neither, the file's ending.

    Raises: Refused when there is no such file or it is in another encoding, Unavailable when it cannot be
    read.
    """
    try:
        with path.open("rb") as stream:
            lines = list(_lines(stream))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise Refused(f"There is no manifest {path.name}.", "Check the path.") from error
    except OSError as error:
        raise Unavailable("The manifest cannot be read.", str(error.strerror)) from error
    begin = next((index for index, line in enumerate(lines) if not line.is_blank), len(lines))
    if begin == len(lines):
        return ()
    read = _json_lines if _is_json(lines[begin].text, path.suffix.lower()) else _csv_lines
    return tuple(read(lines[begin:], path.parent))


def _lines(stream: BinaryIO) -> Iterator[_Line]:
    number = 0
    while raw := stream.readline(_LONGEST_LINE + 1):
        number += 1
        if number == 1:
            if raw.startswith(_OTHER_ENCODINGS):
                raise Refused("The manifest is not UTF-8 text.", "Save it as UTF-8.")
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if len(raw) > _LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield _Line(number, "", "The line is too long.")
            continue
        try:
            yield _Line(number, raw.removesuffix(b"\n").removesuffix(b"\r").decode())
        except UnicodeDecodeError:
            yield _Line(number, "", "The line is not UTF-8 text.")


def _is_json(first: str, ending: str) -> bool:
    start = first.lstrip()
    if start.startswith("{"):
        return True
    is_header = "audio" in {cell.strip().strip('"') for cell in start.split(",")}
    return not is_header and ending in _JSON_ENDINGS


def _json_lines(lines: Sequence[_Line], folder: Path) -> Iterator[ManifestLine]:
    for line in lines:
        if line.is_blank:
            continue
        if line.problem:
            yield _bad(line.number, line.problem)
            continue
        try:
            values = json.loads(line.text, object_pairs_hook=_once, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            told = str(error) if isinstance(error, _Forbidden) else "The line is not JSON."
            yield _bad(line.number, told)
            continue
        if isinstance(values, dict):
            yield _line(line.number, values, folder)
        else:
            yield _bad(line.number, "The line is not a JSON object.")


def _csv_lines(lines: Sequence[_Line], folder: Path) -> Iterator[ManifestLine]:
    head = _record(lines, 0, width=None)
    if head is None:
        raise Refused("The first line of the manifest is no list of fields.", "Name the fields there.")
    header, position = [cell.strip() for cell in head[0]], head[1]
    twice = len(set(header)) < len(header)
    while position < len(lines):
        line = lines[position]
        if line.is_blank:
            position += 1
            continue
        record = None if line.problem else _record(lines, position, width=len(header))
        position = record[1] if record else position + 1
        if record is None:
            yield _bad(line.number, line.problem or "The line does not have one cell for each field.")
        elif twice:
            yield _bad(line.number, "A field is named twice in the first line.")
        else:
            values = dict(zip(header, record[0], strict=True))
            yield _line(line.number, values, folder, CSV_FIELDS)


def _record(lines: Sequence[_Line], start: int, width: int | None) -> tuple[list[str], int] | None:
    """The cells of the record that starts at a line, and where the next starts; None if it is malformed.

    A quoted cell may go over several lines. A quote that never closes must not swallow the lines after it,
    so a record is only taken when it comes out whole with the right number of cells.
    """
    for end in range(start + 1, min(start + _MOST_LINES_A_RECORD, len(lines)) + 1):
        if lines[end - 1].problem:
            return None
        try:
            (cells,) = csv.reader(["\n".join(line.text for line in lines[start:end])], strict=True)
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                continue
            return None
        return (cells, end) if width is None or len(cells) == width else None
    return None


def _line(
    number: int, values: Mapping[str, Any], folder: Path, fields: Sequence[str] = FIELDS
) -> ManifestLine:
    audio = values.get("audio")
    shown = "".join(filter(str.isprintable, audio[:1024])) if isinstance(audio, str) else ""
    return ManifestLine(number, shown, read_fields(values, folder, fields))


def _bad(number: int, sentence: str) -> ManifestLine:
    return ManifestLine(number, "", Decision.refuse(Code.BAD_VALUE, sentence))


class _Forbidden(ValueError):
    """What JSON readers let through and a manifest must not have."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise _Forbidden("A field is there twice.")
    return values


def _no_constant(_name: str) -> None:
    raise _Forbidden("The line holds a number that is none.")
