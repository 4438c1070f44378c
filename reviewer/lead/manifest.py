"""Reads manifests of clips: JSON Lines or CSV, a closed list of fields, each line parsed or refused."""

import codecs
import csv
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, BinaryIO

from reviewer.errors import Refused
from reviewer.lead.table_files import is_visible
from reviewer.privacy.manifest_row import Decision, ManifestRow, RefusalCode, WordTiming
from reviewer.untrusted_files import open_untrusted

FIELDS = (
    "audio", "product", "locale", "recorded_at", "consent_product", "consent_granted_at",
    "consent_withdrawn_at", "source_id", "speaker", "reference", "draft", "words",
)  # fmt: skip
# A table cannot hold word times.
CSV_FIELDS = tuple(name for name in FIELDS if name != "words")
# A line without the consent fields is well formed; the gate refuses it.
_REQUIRED = ("audio", "product", "locale", "recorded_at", "source_id", "speaker")
_LONGEST = {"audio": 1_024, "source_id": 256, "speaker": 256, "reference": 256, "draft": 100_000}
_LONGEST_SHORT, _MOST_WORDS = 64, 50_000
# RFC 3339 section 5.6, with the zone that makes it an instant.
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|\d{3}))?")
_PRODUCT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_WORD_KEYS = ({"word", "start", "end"}, {"word", "start", "end", "confidence"})
_LONGEST_LINE = 4 << 20
_MOST_BYTES = 256 << 20
_MOST_LINES_A_RECORD = 50
_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_JSON_ENDINGS = frozenset({".jsonl", ".ndjson", ".json"})


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """One clip's line: the row that was read, or the refusal.

    ``number`` counts the file's lines from 1. ``audio`` is for the report, empty if it could not be read.
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
    """All lines of a manifest in order, without blank ones; a bad line is refused and never stops the rest.

    UTF-8 with or without a byte order mark, lines ended by LF or CRLF. The first line decides the format, or,
    if it looks like neither, the file's extension.

    Raises: Refused if there is no such file, it has another encoding, is too large or cannot be read.
    """
    try:
        with open_untrusted(path, _MOST_BYTES) as stream:
            lines = list(_lines(stream))
    except OSError as error:
        raise Refused("FILE_UNREADABLE", file=path.name, problem=str(error.strerror)) from error
    begin = next((index for index, line in enumerate(lines) if not line.is_blank), len(lines))
    if begin == len(lines):
        return ()
    read = _json_lines if _is_json(lines[begin].text, path.suffix.lower()) else _csv_lines
    return tuple(read(lines[begin:], path.parent))


def read_fields(
    values: Mapping[str, Any], folder: Path, fields: Sequence[str] = FIELDS
) -> ManifestRow | Decision:
    """The row that a line's fields make, or the refusal by the first rule they break.

    Unknown fields come first, then missing ones, then bad values. Null and empty text count as missing.
    """
    unknown = [name for name in values if name not in fields]
    if unknown:
        shown = "".join(char for char in unknown[0][:40] if char.isprintable())
        return Decision.refuse(RefusalCode.UNKNOWN_FIELD, field=shown)
    given = {name: value for name, value in values.items() if value is not None and value != ""}
    missing = [name for name in _REQUIRED if name not in given]
    if missing:
        return Decision.refuse(RefusalCode.MISSING_FIELD, field=missing[0])
    read: dict[str, Any] = {}
    for name in FIELDS:
        try:
            read[name] = _READERS[name](name, given[name]) if name in given else _ABSENT.get(name)
        except _BadValue as problem:
            return Decision.refuse(RefusalCode.BAD_VALUE, str(problem), field=name)
    if audio_path(folder, read["audio"]) is None:
        return Decision.refuse(RefusalCode.BAD_VALUE, "AUDIO_OUTSIDE_FOLDER")
    return ManifestRow(**read)


def audio_path(folder: Path, audio: str) -> Path | None:
    """The resolved path of a clip's file, or None if it is not below the manifest's folder."""
    if PurePosixPath(audio).is_absolute() or PureWindowsPath(audio).is_absolute():
        return None
    try:
        root = folder.resolve()
        path = (root / audio).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of symbolic links, or a name the system cannot have
        return None
    return path if path.is_relative_to(root) and path != root else None


def _lines(stream: BinaryIO) -> Iterator[_Line]:
    number, total = 0, 0
    while raw := stream.readline(_LONGEST_LINE + 1):
        number += 1
        total += len(raw)
        if total > _MOST_BYTES:  # it grew, or has no size, as files of /proc
            raise _too_large()
        if number == 1:
            if raw.startswith(_OTHER_ENCODINGS):
                raise Refused("MANIFEST_NOT_UTF8")
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if len(raw) > _LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                total += len(rest)
                if total > _MOST_BYTES:
                    raise _too_large()
            yield _Line(number, "", "LINE_TOO_LONG")
            continue
        try:
            yield _Line(number, raw.removesuffix(b"\n").removesuffix(b"\r").decode())
        except UnicodeDecodeError:
            yield _Line(number, "", "LINE_NOT_UTF8")


def _too_large() -> Refused:
    return Refused("MANIFEST_TOO_LARGE", mebibytes=_MOST_BYTES >> 20)


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
            yield _bad(line.number, str(error) if isinstance(error, _ForbiddenJson) else "LINE_NOT_JSON")
            continue
        if isinstance(values, dict):
            yield _line(line.number, values, folder)
        else:
            yield _bad(line.number, "LINE_NOT_AN_OBJECT")


def _csv_lines(lines: Sequence[_Line], folder: Path) -> Iterator[ManifestLine]:
    head = _record(lines, 0, width=None)
    if head is None:
        raise Refused("MANIFEST_NO_HEADER")
    header, position = [cell.strip() for cell in head[0]], head[1]
    has_duplicates = len(set(header)) < len(header)
    while position < len(lines):
        line = lines[position]
        if line.is_blank:
            position += 1
            continue
        record = None if line.problem else _record(lines, position, width=len(header))
        position = record[1] if record else position + 1
        if record is None:
            yield _bad(line.number, line.problem or "LINE_WRONG_CELL_COUNT")
        elif has_duplicates:
            yield _bad(line.number, "HEADER_FIELD_TWICE")
        else:
            values = dict(zip(header, record[0], strict=True))
            yield _line(line.number, values, folder, CSV_FIELDS)


def _record(lines: Sequence[_Line], start: int, width: int | None) -> tuple[list[str], int] | None:
    """The cells of the record that starts at a line, and where the next starts; None if it is malformed.

    A quoted cell may span several lines. An unclosed quote must not swallow the lines after it, so a record
    counts only if it is complete and has the right number of cells.
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


def _bad(number: int, code: str) -> ManifestLine:
    return ManifestLine(number, "", Decision.refuse(RefusalCode.BAD_VALUE, code))


class _ForbiddenJson(ValueError):
    """What JSON readers accept and a manifest must not have; its text is a message code."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise _ForbiddenJson("FIELD_TWICE")
    return values


def _no_constant(_name: str) -> None:
    raise _ForbiddenJson("INVALID_NUMBER")


class _BadValue(ValueError):
    """A field has a value it may not have; its text is a message code, never the value."""


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _BadValue("VALUE_MUST_BE_TEXT")
    if len(value) > _LONGEST.get(name, _LONGEST_SHORT):
        raise _BadValue("VALUE_TOO_LONG")
    allowed = "\t\n\r" if name == "draft" else ""
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in allowed for char in value):
        raise _BadValue("VALUE_CONTROL_CHARACTERS")
    return value


def _source_id(name: str, value: Any) -> str:
    """A source that could not be named in a list of withdrawals could never be withdrawn."""
    text = _text(name, value)
    if not is_visible(text):
        raise _BadValue("VALUE_CONTROL_CHARACTERS")
    return text


def _product(name: str, value: Any) -> str:
    text = _text(name, value)
    if not _PRODUCT.fullmatch(text):
        raise _BadValue("VALUE_NOT_A_PRODUCT")
    return text


def _locale(name: str, value: Any) -> str:
    """A language tag of RFC 5646 with at most script and region, in its usual case."""
    match = _LOCALE.fullmatch(_text(name, value))
    if match is None:
        raise _BadValue("VALUE_NOT_A_LOCALE")
    language, script, region = match.groups()
    return "-".join(
        part for part in (language.lower(), script and script.title(), region and region.upper()) if part
    )


def _time(name: str, value: Any) -> datetime:
    match = _TIME.fullmatch(_text(name, value))
    if match is None:
        raise _BadValue("VALUE_NOT_A_TIME")
    day, clock, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{(fraction or '.0')[:7].ljust(7, '0')}{zone.upper()}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _BadValue("VALUE_NO_SUCH_TIME") from error


def _words(name: str, value: Any) -> tuple[WordTiming, ...]:
    if not isinstance(value, list) or len(value) > _MOST_WORDS:
        raise _BadValue("WORDS_NOT_A_LIST")
    return tuple(_word(name, item) for item in value)


def _word(name: str, item: Any) -> WordTiming:
    if not isinstance(item, dict) or set(item) not in _WORD_KEYS:
        raise _BadValue("WORD_WRONG_KEYS")
    word = _text(name, item["word"])
    if not word:
        raise _BadValue("WORD_EMPTY_OR_LONG")
    start, end = _seconds(item["start"]), _seconds(item["end"])
    if end < start:
        raise _BadValue("WORD_ENDS_BEFORE_START")
    confidence = item.get("confidence")
    return WordTiming(word, start, end, None if confidence is None else _seconds(confidence))


def _seconds(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value < 1e9 or not math.isfinite(value):
        raise _BadValue("WORD_BAD_NUMBER")
    return float(value)


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "audio": _text,
    "product": _product,
    "locale": _locale,
    "recorded_at": _time,
    "consent_product": _product,
    "consent_granted_at": _time,
    "consent_withdrawn_at": _time,
    "source_id": _source_id,
    "speaker": _text,
    "reference": _source_id,
    "draft": _text,
    "words": _words,
}
_ABSENT: Mapping[str, Any] = {"reference": "", "draft": "", "words": ()}
