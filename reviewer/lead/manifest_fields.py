"""The closed list of a manifest's fields, and what each may hold."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from reviewer.privacy.offer import Code, Decision, ManifestRow, WordTiming

FIELDS = (
    "audio", "product", "locale", "recorded_at", "consent_product", "consent_granted_at",
    "consent_withdrawn_at", "source_id", "speaker", "draft", "words",
)  # fmt: skip
# Word timings have no place in a table.
CSV_FIELDS = tuple(name for name in FIELDS if name != "words")
# Without the consent fields a line is well formed; that it has no consent is the gate's to say.
_REQUIRED = ("audio", "product", "locale", "recorded_at", "source_id", "speaker")
_LONGEST = {"audio": 1_024, "source_id": 256, "speaker": 256, "draft": 100_000}
_LONGEST_SHORT, _LONGEST_WORD, _MOST_WORDS = 64, 200, 50_000
# RFC 3339 section 5.6, with the zone that makes it an instant.
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|\d{3}))?")
_PRODUCT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_WORD_KEYS = ({"word", "start", "end"}, {"word", "start", "end", "confidence"})


class BadValue(ValueError):
    """A field holds what it may not; says why, never what."""


def read_fields(
    values: Mapping[str, Any], folder: Path, fields: Sequence[str] = FIELDS
) -> ManifestRow | Decision:
    """The row that a line's fields make, or the refusal of the first rule they break.

    Unknown fields come first, then missing ones, then wrong values. Null and empty text are no field.
    """
    unknown = [name for name in values if name not in fields]
    if unknown:
        shown = "".join(char for char in unknown[0][:40] if char.isprintable())
        return Decision.refuse(
            Code.UNKNOWN_FIELD, f"The field {shown!r} is not on the closed list of fields."
        )
    given = {name: value for name, value in values.items() if value is not None and value != ""}
    missing = [name for name in _REQUIRED if name not in given]
    if missing:
        return Decision.refuse(Code.MISSING_FIELD, f"The field {missing[0]} is missing or empty.")
    read: dict[str, Any] = {}
    for name in FIELDS:
        try:
            read[name] = _READERS[name](name, given[name]) if name in given else _ABSENT.get(name)
        except BadValue as problem:
            return Decision.refuse(Code.BAD_VALUE, f"{name} {problem}.")
    if audio_path(folder, read["audio"]) is None:
        return Decision.refuse(Code.BAD_VALUE, "audio leads out of the manifest's folder.")
    return ManifestRow(**read)


def audio_path(folder: Path, audio: str) -> Path | None:
    """Where a clip's file really is, or None when that is not below the manifest's folder."""
    if PurePosixPath(audio).is_absolute() or PureWindowsPath(audio).is_absolute():
        return None
    try:
        root = folder.resolve()
        path = (root / audio).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, or a name no system knows
        return None
    return path if path.is_relative_to(root) and path != root else None


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue("must be text")
    if len(value) > _LONGEST.get(name, _LONGEST_SHORT):
        raise BadValue("is too long")
    allowed = "\t\n\r" if name == "draft" else ""
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in allowed for char in value):
        raise BadValue("holds characters that no text has")
    return value


def _product(name: str, value: Any) -> str:
    text = _text(name, value)
    if not _PRODUCT.fullmatch(text):
        raise BadValue("is not the name of a product")
    return text


def _locale(name: str, value: Any) -> str:
    """A language tag of RFC 5646 with at most script and region, in its usual case."""
    match = _LOCALE.fullmatch(_text(name, value))
    if match is None:
        raise BadValue("is not a language tag such as en-US")
    language, script, region = match.groups()
    return "-".join(
        part for part in (language.lower(), script and script.title(), region and region.upper()) if part
    )


def _time(name: str, value: Any) -> datetime:
    match = _TIME.fullmatch(_text(name, value))
    if match is None:
        raise BadValue("must be a time with its zone, such as 2026-05-01T12:00:00Z")
    day, clock, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{(fraction or '.0')[:7].ljust(7, '0')}{zone.upper()}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadValue("is not a time that exists") from error


def _words(name: str, value: Any) -> tuple[WordTiming, ...]:
    if not isinstance(value, list) or len(value) > _MOST_WORDS:
        raise BadValue("must be a list of words with start and end in seconds")
    return tuple(_word(name, item) for item in value)


def _word(name: str, item: Any) -> WordTiming:
    if not isinstance(item, dict) or set(item) not in _WORD_KEYS:
        raise BadValue("must each have word, start and end, and nothing else but confidence")
    word = _text(name, item["word"]) if len(str(item["word"])) <= _LONGEST_WORD else ""
    if not word:
        raise BadValue("hold an empty word, or one that is too long")
    start, end = _seconds(item["start"]), _seconds(item["end"])
    if end < start:
        raise BadValue("hold a word that ends before it starts")
    _seconds(item.get("confidence", 0))
    return WordTiming(word, start, end)


def _seconds(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value < 1e9 or not math.isfinite(value):
        raise BadValue("hold a number that is none, or below zero")
    return float(value)


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "audio": _text,
    "product": _product,
    "locale": _locale,
    "recorded_at": _time,
    "consent_product": _product,
    "consent_granted_at": _time,
    "consent_withdrawn_at": _time,
    "source_id": _text,
    "speaker": _text,
    "draft": _text,
    "words": _words,
}
_ABSENT: Mapping[str, Any] = {"draft": "", "words": ()}
