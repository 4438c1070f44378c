"""Reads manifests of clips: a closed list of fields, each line parsed or refused."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from reviewer.errors import Refused
from reviewer.lead.audio_folder import AudioFolder
from reviewer.lead.moments import NoMoment, read_moment
from reviewer.lead.record_files import Record, Records
from reviewer.lead.table_files import exact_number, is_spreadsheet_value, is_visible
from reviewer.model.language_tags import locale_tag
from reviewer.model.routes import optional_skill
from reviewer.privacy.manifest_row import Decision, ManifestRow, RefusalCode, WordTiming

FIELDS = (
    "audio", "product", "locale", "recorded_at", "consent_product", "consent_granted_at",
    "consent_withdrawn_at", "source_id", "speaker", "reference", "draft", "words",
    "skill",
)  # fmt: skip
# A table cannot hold word times.
CSV_FIELDS = tuple(name for name in FIELDS if name != "words")
# A line without the consent fields is well formed; the gate refuses it.
_REQUIRED = ("audio", "product", "locale", "recorded_at", "source_id", "speaker")
_LONGEST = {"audio": 1_024, "source_id": 256, "speaker": 256, "reference": 256, "draft": 100_000}
_LONGEST_SHORT, _MOST_WORDS, _MOST_COLUMNS_NAMED = 64, 50_000, 10
_PRODUCT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# What programs write as text for nothing: all clips with such an id would be one speaker's, or one source.
# Case counts, for Nan and Nil are names; NA is what R writes.
_NOTHING = frozenset({
    "nan", "NaN", "NAN", "-nan", "-NaN", "NaT", "nat", "None", "none", "NONE", "null", "NULL", "Null", "nil",
    "NIL", "<NA>", "<null>", "<none>", "<nil>", "(null)", "(none)", "[null]", "N/A", "n/a", "NA", "na",
    "undefined", "unknown", "Unknown", "UNKNOWN", "\\N",
})  # fmt: skip
# What people and programs write for it in any case: Google's sheets while a cell is being fetched, too.
_UNKNOWN = frozenset({
    "n.a.", "tbd", "anonymous", "not available", "not applicable",
    "(blank)", "missing", "loading...", "[object object]", "system.object[]", "unbekannt",
    "inconnu", "desconocido", "desconhecido", "sconosciuto", "onbekend", "okänd", "ukendt",
    "ukjent", "tuntematon", "nieznany", "neznámý", "ismeretlen", "necunoscut", "bilinmiyor",
    "άγνωστο", "неизвестно", "невідомо", "不明", "未知", "알 수 없음", "ไม่ทราบ", "không rõ",
    "غير معروف", "مجهول", "نامشخص", "לא ידוע", "अज्ञात", "tidak diketahui",
})  # fmt: skip
# What programs make of ids: 12.0 in a column with empty cells, 3-Mar of MAR3, TRUE of a formula.
_NUMBER_OR_DATE = re.compile(
    r"\d+[.,]0+|\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:-\d\d(?:\d\d)?)?"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d(?:\d\d)?|\d{1,2}([/.])\d{1,2}\1\d{4}"
    r"|\d{1,2}:\d\d:\d\d|true|false",
    re.ASCII | re.IGNORECASE,
)
# Of these nobody says any: none and null are words.
_NO_TEXT = frozenset({
    "nan", "NaN", "NAN", "-nan", "-NaN", "NaT", "<NA>", "<null>", "<none>", "<nil>", "(null)", "(none)",
    "[null]", "\\N", "[object Object]",
})  # fmt: skip
# What R, pandas and databases write into an empty cell of a column that is not text.
_NULLS = frozenset({"NA", "<NA>", "NaN", "nan", "NaT", "NULL", "null", "None", "\\N"})
_MAY_BE_NULL = frozenset({"consent_withdrawn_at", "skill"})
_LOST_LETTERS = "\ufffd"
_KEPT_AS_WRITTEN = frozenset({"audio", "draft"})
_WORD_KEYS = ({"word", "start", "end"}, {"word", "start", "end", "confidence"})


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """One clip's line: the row that was read, or the refusal.

    ``number`` counts the file's lines from 1. ``audio`` is for the report, empty if it could not be read.
    """

    number: int
    audio: str
    read: ManifestRow | Decision


def manifest_lines(found: Records, folder: Path) -> Iterator[ManifestLine]:
    """The lines of a manifest whose audio is below a folder; a bad one never stops the rest."""
    fields = CSV_FIELDS if found.is_table else FIELDS
    audio = AudioFolder(folder)
    return (manifest_line(record, audio, fields) for record in found.records)


def require_fields(found: Records, name: str) -> None:
    """Refuses a manifest by what is wrong in each of its lines alike, rather than line by line.

    Raises: Refused for a table with columns that are no fields or without one that is needed, and for a JSON
        object that holds the clips in place of being one.
    """
    if not found.is_table:
        start = list(islice(found.records, 2))
        only = start[0].values if len(start) == 1 else {}
        others = [name for name, value in only.items() if isinstance(value, dict | list)]
        if others and (len(others) == len(only) or not set(only) & set(_REQUIRED)):
            raise Refused("MANIFEST_NOT_ROWS", file=name)
        return
    columns = list(next((record.values for record in found.records if not record.problem), ()))
    unknown = [column for column in columns if column not in CSV_FIELDS]
    if unknown:
        shown = ", ".join(_shown(column) for column in unknown[:_MOST_COLUMNS_NAMED])
        raise Refused("MANIFEST_UNKNOWN_COLUMNS", file=name, columns=shown)
    missing = [field for field in _REQUIRED if field not in columns] if columns else []
    if missing:
        raise Refused("MANIFEST_MISSING_COLUMNS", file=name, columns=", ".join(missing))


def _shown(name: str) -> str:
    return "".join(char for char in name[:40] if char.isprintable())


def manifest_line(record: Record, folder: AudioFolder, fields: Sequence[str] = FIELDS) -> ManifestLine:
    """The row of one record, or its refusal."""
    audio = record.values.get("audio")
    shown = "".join(filter(str.isprintable, audio[:1024])) if isinstance(audio, str) else ""
    if record.problem:
        return ManifestLine(record.line, shown, Decision.refuse(RefusalCode.BAD_VALUE, record.problem))
    return ManifestLine(record.line, shown, read_fields(record.values, folder, fields))


def read_fields(
    values: Mapping[str, Any], folder: AudioFolder, fields: Sequence[str] = FIELDS
) -> ManifestRow | Decision:
    """The row that a line's fields make, or the refusal by the first rule they break.

    Unknown fields come first, then missing ones, then bad values. Null and empty text count as missing, in
    optional fields without words also what programs write for them; spaces around a value do not count.
    """
    unknown = [name for name in values if name not in fields]
    if unknown:
        return Decision.refuse(RefusalCode.UNKNOWN_FIELD, field=_shown(unknown[0]))
    stripped = {name: _stripped(name, value) for name, value in values.items()}
    given = {name: value for name, value in stripped.items() if not _is_nothing(name, value)}
    missing = [name for name in _REQUIRED if name not in given]
    if missing:
        code = "MISSING_FIELD_LOCALE" if missing[0] == "locale" else ""
        return Decision.refuse(RefusalCode.MISSING_FIELD, code, field=missing[0])
    read: dict[str, Any] = {}
    for name in FIELDS:
        try:
            read[name] = _READERS[name](name, given[name]) if name in given else _ABSENT.get(name)
        except _BadValue as problem:
            return Decision.refuse(RefusalCode.BAD_VALUE, str(problem), field=name)
    try:
        read["audio"] = folder.find(read["audio"])
    except Refused as refused:
        return Decision.refuse(RefusalCode.BAD_VALUE, refused.code)
    return ManifestRow(**read)


def _is_nothing(name: str, value: Any) -> bool:
    return value is None or value == "" or (name in _MAY_BE_NULL and str(value) in _NULLS)


def _stripped(name: str, value: Any) -> Any:
    return value.strip() if isinstance(value, str) and name not in _KEPT_AS_WRITTEN else value


class _BadValue(ValueError):
    """A field has a value it may not have; its text is a message code, never the value."""


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _BadValue("VALUE_MUST_BE_TEXT")
    if len(value) > _LONGEST.get(name, _LONGEST_SHORT):
        raise _BadValue("VALUE_TOO_LONG")
    allowed = "\t\n\r" if name == "draft" else ""
    if not value.isprintable() and any(
        unicodedata.category(char) in {"Cc", "Cs"} and char not in allowed for char in value
    ):
        raise _BadValue("VALUE_CONTROL_CHARACTERS")
    return value


def _source_id(name: str, value: Any) -> str:
    """A source that could not be named in a list of withdrawals could never be withdrawn."""
    text = _speaker(name, value)
    if not is_visible(text):
        raise _BadValue("VALUE_CONTROL_CHARACTERS")
    return text


def _speaker(name: str, value: Any) -> str:
    """A text that tells clips apart: one that many clips have by a mistake would make them one speaker's."""
    text = _text(name, exact_number(value))
    if not any(map(str.isalnum, text)):
        raise _BadValue("VALUE_NO_LETTER")
    if _LOST_LETTERS in text:
        raise _BadValue("VALUE_LOST_LETTERS")
    if text in _NOTHING or text.casefold() in _UNKNOWN:
        raise _BadValue("VALUE_WORD_FOR_NOTHING")
    if is_spreadsheet_value(text):
        raise _BadValue("VALUE_FROM_SPREADSHEET")
    if _NUMBER_OR_DATE.fullmatch(text):
        raise _BadValue("VALUE_NUMBER_OR_DATE")
    return text


def _draft(name: str, value: Any) -> str:
    """A text. A spreadsheet takes one that begins with a hyphen for a formula, and writes #NAME? instead."""
    text = _text(name, value)
    if is_spreadsheet_value(text):
        raise _BadValue("VALUE_FROM_SPREADSHEET")
    if text.strip() in _NO_TEXT:
        raise _BadValue("VALUE_WORD_FOR_NOTHING")
    return text


def _product(name: str, value: Any) -> str:
    text = _text(name, value)
    if not _PRODUCT.fullmatch(text):
        raise _BadValue("VALUE_NOT_A_PRODUCT")
    return text


def _locale(name: str, value: Any) -> str:
    tag = locale_tag(_text(name, value))
    if tag is None:
        raise _BadValue("VALUE_NOT_A_LOCALE")
    return tag


def _skill(name: str, value: Any) -> str:
    try:
        return optional_skill(_text(name, value))
    except Refused as refused:
        raise _BadValue("VALUE_NOT_A_SKILL") from refused


def _time(name: str, value: Any) -> datetime:
    if isinstance(value, int | float):
        raise _BadValue("VALUE_NOT_A_TIME")  # seconds or milliseconds: that cannot be seen
    try:
        return read_moment(_text(name, value))
    except NoMoment as problem:
        raise _BadValue(str(problem)) from problem


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
    "speaker": _speaker,
    "reference": _source_id,
    "draft": _draft,
    "words": _words,
    "skill": _skill,
}
_ABSENT: Mapping[str, Any] = {"reference": "", "draft": "", "words": (), "skill": ""}
