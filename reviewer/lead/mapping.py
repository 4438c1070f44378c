"""Mapping files: which of somebody's columns is which field, and where their consent comes from.

Nothing is guessed: a field that neither the source nor the mapping gives is missing, and the mapping has to
say in words where the consent of the speakers is on record.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

from reviewer.errors import Refused
from reviewer.lead.manifest import FIELDS
from reviewer.model.toml_table import TomlTable
from reviewer.privacy import pii
from reviewer.untrusted_files import parse_untrusted_toml, read_untrusted_text

CONSENT_FIELDS = ("consent_product", "consent_granted_at", "consent_withdrawn_at")
CONSTANT_FIELDS = ("product", "locale", "recorded_at", "speaker")
_TIMES = ("recorded_at", "consent_granted_at", "consent_withdrawn_at")
_SHORTEST_CONSENT, _LONGEST_CONSENT = 10, 500
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?")
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_TABLES = ("kind", "fields", "constants", "values", "consent", "times", "paths")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the columns of a source become the fields of a manifest.

    ``consent_from`` says in words where the consent of the speakers is on record; ``sha256`` is of the file.
    ``kind`` is of the source, empty if it is to be found out.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    consent_from: str
    zone: tzinfo | None = None
    remove_prefix: str = ""
    folder: str = ""
    kind: str = ""
    sha256: str = ""

    def fields_of(self, record: Mapping[str, Any], defaults: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The fields of one record.

        ``defaults`` are the columns that the source itself has for fields; of several the first that the
        record has: one split of a set may call its texts ``text``, another ``transcription``.
        """
        fields: dict[str, Any] = {
            name: next((record[column] for column in columns if column in record), None)
            for name, columns in defaults.items()
        }
        fields |= {name: record.get(column) for name, column in self.columns.items()}
        fields |= self.constants
        for name, known in self.values.items():
            value = fields.get(name)
            if isinstance(value, str):
                fields[name] = known.get(value, value)
        for name in _TIMES:
            fields[name] = self._time(name, fields.get(name))
        if isinstance(audio := fields.get("audio"), str):
            audio = self._without_prefix(audio)
            fields["audio"] = f"{self.folder}/{audio}" if self.folder and audio else audio
        return fields

    def _without_prefix(self, audio: str) -> str:
        """A path below the prefix, whichever slashes either has, and whether the prefix ends with one."""
        prefix = self.remove_prefix.replace("\\", "/")
        if not prefix or not audio.replace("\\", "/").startswith(prefix):
            return audio
        return audio[len(prefix) :].lstrip("/\\")

    def _time(self, name: str, value: Any) -> Any:
        """A time with its zone; minutes are precise enough.

        A day without a time becomes its beginning or its end, and an ambiguous hour at a change of clocks its
        earlier or later one: whichever makes consent narrower.
        """
        if self.zone is None or not isinstance(value, str):
            return value
        is_grant = name == "consent_granted_at"
        try:
            if _DATE.fullmatch(value):
                day = datetime.combine(date.fromisoformat(value), time(), self.zone)
                return (day + timedelta(days=1) if is_grant else day).astimezone(UTC).isoformat()
            if _NO_ZONE.fullmatch(value):
                moment = datetime.fromisoformat(f"{value[:10]}T{value[11:19]}")
                both = [moment.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
                return (max(both) if is_grant else min(both)).isoformat()
        except (ValueError, OverflowError):
            pass  # there is no such day; whoever reads the field says so
        return value


def read_mapping(path: Path) -> ColumnMapping:
    """Reads a mapping file. Raises: Refused, with the file, its line and the key, for whatever is wrong."""
    source = read_untrusted_text(path)
    top = TomlTable(parse_untrusted_toml(source, path.name), path.name)
    top.closed(_TABLES)
    fields, constants, consent = (_table(top, name, source) for name in ("fields", "constants", "consent"))
    fields.closed(FIELDS)
    constants.closed(CONSTANT_FIELDS)
    consent.closed(("from", *(name.removeprefix("consent_") for name in CONSENT_FIELDS)))
    fixed = {name: _constant(constants, name) for name in constants.keys}
    for name in CONSENT_FIELDS:
        if consent.has(short := name.removeprefix("consent_")):
            fixed[name] = _constant(consent, short)
    columns = {name: fields.text(name) for name in fields.keys}
    for name in fixed:
        if name in columns:
            raise fields.refuse("MAPPING_FIELD_TWICE", key=name)
    paths, times = _table(top, "paths", source), _table(top, "times", source)
    paths.closed(("remove_prefix", "folder"))
    times.closed(("zone",))
    return ColumnMapping(
        MappingProxyType(columns),
        MappingProxyType(fixed),
        _values(_table(top, "values", source)),
        _consent_from(consent),
        _zone(times) if times.has("zone") else None,
        paths.text("remove_prefix", ""),
        paths.text("folder", "").strip("/"),
        top.text("kind", ""),
        hashlib.sha256(source.encode()).hexdigest(),
    )


def _table(top: TomlTable, name: str, source: str) -> TomlTable:
    """A table of the file; its place has the line on which it begins, if it has a heading of its own."""
    found = top.table(name)
    heading = re.search(rf"^[ \t]*\[[ \t]*{name}[ \t]*\]", source, re.MULTILINE)
    if heading is not None:
        line = source.count("\n", 0, heading.start()) + 1
        found.place = f"{top.place}, line {line}, [{name}]"
    return found


def _constant(table: TomlTable, key: str) -> str:
    value = table.raw(key)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    return table.text(key)


def _values(table: TomlTable) -> Mapping[str, Mapping[str, str]]:
    table.closed(CONSTANT_FIELDS)
    found = {}
    for name in table.keys:
        inner = table.table(name)
        found[name] = MappingProxyType({value: inner.text(value) for value in inner.keys})
    return MappingProxyType(found)


def _consent_from(consent: TomlTable) -> str:
    """Where the consent is on record: words for an auditor, which go into the log, so no personal data."""
    said = " ".join(consent.text("from", "").split())
    has_words = len(re.findall(r"\w{2,}", said)) > 1
    if not has_words or not _SHORTEST_CONSENT <= len(said) <= _LONGEST_CONSENT:
        raise consent.refuse("MAPPING_NO_CONSENT", least=_SHORTEST_CONSENT, most=_LONGEST_CONSENT)
    if any(category(char)[0] == "C" for char in said) or pii.find(said, "en"):
        raise consent.refuse("MAPPING_CONSENT_PERSONAL")
    return said


def _zone(times: TomlTable) -> tzinfo:
    name = times.text("zone")
    if name in ("Z", "UTC"):
        return UTC
    offset = _OFFSET.fullmatch(name)
    try:
        if offset is None:
            return ZoneInfo(name)
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    except (ValueError, OSError, LookupError) as error:  # each from ZoneInfo, for some name
        raise times.refuse("MAPPING_ZONE", key="zone", value=name) from error


def require_complete(mapping: ColumnMapping, defaults: Mapping[str, Sequence[str]], place: str) -> None:
    """Refuses, once, what would refuse every line: a field that nothing gives, a consent that is not stated.

    Raises: Refused.
    """
    given = {*mapping.columns, *mapping.constants, *defaults}
    for name in ("product", "locale", "recorded_at", "source_id", "speaker", *CONSENT_FIELDS[:2]):
        if name not in given:
            raise Refused("MAPPING_FIELD_MISSING", place=place, field=name)
