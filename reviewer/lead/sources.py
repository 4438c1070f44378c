"""Where clips come from: a manifest, or what other programs keep beside audio, read by a mapping file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reviewer.errors import Refused
from reviewer.formats.passport import NAME as PASSPORT
from reviewer.formats.set_encryption import is_encrypted
from reviewer.lead.audio_folder import AudioFolder
from reviewer.lead.kaldi_directory import RECORDINGS
from reviewer.lead.label_studio import MINIMAL_KEYS
from reviewer.lead.manifest import FIELDS, ManifestLine, manifest_line, manifest_lines, require_fields
from reviewer.lead.mapping import ColumnMapping, read_mapping, require_complete
from reviewer.lead.record_files import Record, Records
from reviewer.lead.source_readers import (
    COMMON_VOICE_CLIPS,
    KIND_BY_COLUMN,
    READERS,
    SourceKind,
    SourcePath,
    SourceRecords,
    file_records,
    is_textgrid,
    metadata_files,
)
from reviewer.privacy.manifest_row import Decision, RefusalCode

# The columns of each kind that are fields of a manifest; of several the first that a record has.
_COLUMNS: Mapping[SourceKind, Mapping[str, tuple[str, ...]]] = {
    SourceKind.MANIFEST: {name: (name,) for name in FIELDS},
    SourceKind.EXPORT: {
        "audio": ("audio", "audio_filepath"), "product": ("product",), "locale": ("locale", "lang"),
        "source_id": ("id",), "speaker": ("speaker",), "reference": ("reference",),
        "draft": ("text_verbatim", "text"), "words": ("words",),
    },
    SourceKind.AUDIOFOLDER: {
        "audio": ("file_name",), "locale": ("locale", "language", "lang"), "source_id": ("file_name",),
        "speaker": ("speaker_id", "speaker"),
        "draft": ("transcription", "text_verbatim", "text", "sentence", "transcript"),
    },
    SourceKind.NEMO: {
        "audio": ("audio_filepath",), "locale": ("lang", "language", "source_lang"),
        "source_id": ("audio_filepath",), "speaker": ("speaker", "speaker_id"),
        "draft": ("text", "pred_text"), "words": ("words",),
    },
    SourceKind.KALDI: {
        "audio": ("audio",), "locale": ("language",), "source_id": ("recording",), "speaker": ("speaker",),
        "draft": ("text",), "words": ("words",),
    },
    SourceKind.COMMON_VOICE: {
        "audio": ("path", "audio_file"), "locale": ("locale", "language"),
        "source_id": ("path", "audio_file"), "speaker": ("client_id",),
        "draft": ("sentence", "transcription"),
    },
    SourceKind.LABEL_STUDIO: {
        "audio": ("audio",), "source_id": ("audio",), "draft": ("text",), "words": ("words",),
    },
    SourceKind.TEXTGRID: {
        "audio": ("path",), "source_id": ("path",), "draft": ("text",), "words": ("words",),
    },
    SourceKind.FOLDER: {"audio": ("path",), "source_id": ("path",)},
}  # fmt: skip


_OF_ONE_VALUE = ("speaker", "locale", "draft")


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of a source; their audio is below ``folder``.

    ``consent_from`` and ``mapping_sha256`` are empty for a manifest, whose lines speak for themselves.
    ``unnamed_files`` as in ``SourceRecords``.
    """

    kind: SourceKind
    folder: Path
    lines: Sequence[ManifestLine]
    consent_from: str = ""
    mapping_sha256: str = ""
    unnamed_files: int = 0


def read_source(
    path: Path,
    mapping: Path | None = None,
    keep: Callable[[Iterable[ManifestLine]], Sequence[ManifestLine]] = tuple,
) -> Source:
    """All lines of a manifest, or of another source by a mapping file; ``keep`` gets them one by one.

    Raises: Refused for a source that is not a manifest and has no mapping, and for whatever is wrong with it
        or with the mapping as a whole.
    """
    how = read_mapping(mapping) if mapping is not None else None
    records = Records(()) if path.is_dir() else file_records(path, how)
    kind = _kind_of(path, records.records, how)
    if how is None or mapping is None:
        if kind is not SourceKind.MANIFEST:
            raise Refused("SOURCE_NEEDS_MAPPING", file=path.name, kind=kind.value)
        require_fields(records, path.name)
        return Source(kind, path.parent, keep(manifest_lines(records, path.parent)))
    found = READERS[kind](SourcePath(path, tuple(records.records), how))
    defaults = _defaults(found)
    if any(not record.problem for record in found.records):
        _require_columns(how, found, mapping.name)
        require_complete(how, defaults, mapping.name)
    folder = AudioFolder(found.folder)
    lines = keep(_line(record, how, defaults, folder) for record in found.records)
    return Source(found.kind, found.folder, lines, how.consent_from, how.sha256, found.unnamed_files)


def _line(
    record: Record, how: ColumnMapping, defaults: Mapping[str, Sequence[str]], folder: AudioFolder
) -> ManifestLine:
    if record.problem:
        names = ("audio", *defaults.get("audio", ()))
        shown = {"audio": next((record.values[name] for name in names if name in record.values), None)}
        return manifest_line(replace(record, values=shown), folder)
    fields = how.fields_of(record.values, defaults)
    several = next((name for name in _OF_ONE_VALUE if isinstance(fields.get(name), list)), "")
    if several:
        code = "SOURCE_SEVERAL_TEXTS" if several == "draft" else "SOURCE_SEVERAL"
        refused = Decision.refuse(RefusalCode.BAD_VALUE, code, field=several)
        return ManifestLine(record.line, str(fields.get("audio", "")), refused)
    return manifest_line(replace(record, values=fields), folder)


def _defaults(found: SourceRecords) -> dict[str, tuple[str, ...]]:
    columns = {name for record in found.records for name in record.values}
    return {
        field: tuple(name for name in names if name in columns)
        for field, names in _COLUMNS[found.kind].items()
        if not columns.isdisjoint(names)
    }


def _require_columns(how: ColumnMapping, found: SourceRecords, place: str) -> None:
    columns = {name for record in found.records for name in record.values}
    for field, column in how.columns.items():
        if column not in columns and columns:
            known = ", ".join(sorted(columns))
            raise Refused("MAPPING_COLUMN_MISSING", place=place, field=field, column=column, known=known)


def _kind_of(path: Path, records: Iterable[Record], how: ColumnMapping | None) -> SourceKind:
    if how is not None and how.kind:
        if how.kind not in tuple(SourceKind):
            raise Refused("SOURCE_KIND_UNKNOWN", kind=how.kind, known=", ".join(SourceKind))
        return SourceKind(how.kind)
    return _kind_of_folder(path) if path.is_dir() else _kind_of_file(path, records, how)


def _kind_of_folder(path: Path) -> SourceKind:
    if is_encrypted(path):
        raise Refused("SOURCE_ENCRYPTED", file=path.name)
    if (path / PASSPORT).is_file():
        return SourceKind.EXPORT
    if (path / RECORDINGS).is_file():
        return SourceKind.KALDI
    if any(metadata_files(path)):
        return SourceKind.AUDIOFOLDER
    if any(path.rglob("metadata.parquet")):
        raise Refused("SOURCE_PARQUET", file=path.name)
    if (path / COMMON_VOICE_CLIPS).is_dir() and any(path.glob("*.tsv")):
        raise Refused("SOURCE_NAME_THE_TSV", file=path.name)
    return SourceKind.TEXTGRID if any(map(is_textgrid, path.rglob("*"))) else SourceKind.FOLDER


def _kind_of_file(path: Path, records: Iterable[Record], how: ColumnMapping | None) -> SourceKind:
    """What a file is by its columns; a manifest if it is like nothing else."""
    columns = set(next((record.values for record in records if not record.problem), {}))
    if columns >= MINIMAL_KEYS:
        raise Refused("LABEL_STUDIO_MINIMAL", file=path.name)
    if "audio" in columns:
        return SourceKind.EXPORT if {"text_verbatim", "schema_version"} <= columns else SourceKind.MANIFEST
    if {"data", "annotations"} <= columns or {"data", "predictions"} <= columns:
        return SourceKind.LABEL_STUDIO
    if how is not None and how.columns.get("audio") in columns:
        return SourceKind.MANIFEST
    found = next((kind for key, kind in KIND_BY_COLUMN.items() if key in columns), SourceKind.MANIFEST)
    is_other_table = found is SourceKind.COMMON_VOICE and "client_id" not in columns
    return SourceKind.MANIFEST if is_other_table else found
