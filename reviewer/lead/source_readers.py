"""Reads sources of clips as records: what other programs keep beside their audio, one record a clip."""

import hashlib
import posixpath
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Any, TypeGuard

from reviewer.audio.decode.signatures import id3_bytes, recognise
from reviewer.errors import Refused
from reviewer.formats import audiofolder, kaldi, label_studio, textgrid
from reviewer.formats.catalogue import FORMATS
from reviewer.formats.csv_excel import EXCEL
from reviewer.formats.csv_table import NAME as EXPORT_TABLE
from reviewer.formats.csv_table import WORD_COLUMNS, WORDS, plain_cell
from reviewer.formats.nemo import SEGMENTS as NEMO_SEGMENTS
from reviewer.formats.passport import NAME as PASSPORT
from reviewer.lead import kaldi_directory
from reviewer.lead.audio_folder import is_absolute
from reviewer.lead.label_studio import is_task, read_tasks
from reviewer.lead.manifest import FIELDS
from reviewer.lead.mapping import ColumnMapping
from reviewer.lead.record_files import Record, Records, read_records
from reviewer.lead.table_files import refusal
from reviewer.lead.textgrid_file import read_textgrid, texts_of
from reviewer.lead.timed_segments import TimedSegment, draft_of, words_of
from reviewer.untrusted_files import open_untrusted, read_pieces

AUDIO_ENDINGS = frozenset(
    {
        ".3g2", ".3gp", ".3gpp", ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".asf",
        ".au", ".awb", ".bwf", ".caf", ".ds2", ".dss", ".flac", ".gsm", ".m4a", ".m4b", ".mka",
        ".mkv", ".mov", ".mp2", ".mp3", ".mp4", ".mpga", ".nist", ".oga", ".ogg", ".opus", ".rf64",
        ".snd", ".sph", ".spx", ".w64", ".wav", ".wave", ".weba", ".webm", ".wma", ".wv",
    }
)  # fmt: skip
_PICTURE_ENDINGS = frozenset({".avif", ".cr3", ".heic", ".heif", ".webp"})
"""Of files that begin as audio may."""
_HEAD_BYTES = 512
_TRANSCRIPTS = {
    ".ctm": "CTM", ".eaf": "ELAN", ".rttm": "RTTM", ".srt": "SRT", ".stm": "STM", ".textgrid": "TextGrid",
    ".trn": "TRN", ".trs": "Transcriber", ".vtt": "WebVTT",
}  # fmt: skip
"""The formats of files that hold what is said in a recording, and are no list of clips, by their endings."""
_ANSWER = re.compile(
    r'"(segments|results|transcripts|alternatives|utterances|recognizedPhrases|combinedRecognizedPhrases)"\s*:\s*[\[{]'
)
_LONGEST_ANSWER_START = 1 << 16
_DIGEST = "sha256"
_EXPORT_LINES = "utterances.jsonl"
_METADATA = ("metadata.jsonl", "metadata.csv")
COMMON_VOICE_CLIPS = "clips"


class SourceKind(StrEnum):
    """What a source is; the values are what a mapping file may say of it."""

    MANIFEST = "manifest"
    EXPORT = "export"
    AUDIOFOLDER = "audiofolder"
    NEMO = "nemo"
    KALDI = "kaldi"
    COMMON_VOICE = "common-voice"
    LABEL_STUDIO = "label-studio"
    TEXTGRID = "textgrid"
    FOLDER = "folder"


# By which column the heading of a table, or the first object of JSON, is told to be of a kind.
KIND_BY_COLUMN = {
    "audio_filepath": SourceKind.NEMO,
    "file_name": SourceKind.AUDIOFOLDER,
    "path": SourceKind.COMMON_VOICE,
    "audio_file": SourceKind.COMMON_VOICE,
}


@dataclass(frozen=True, slots=True)
class SourcePath:
    """A source that is to be read: its path, its records if it is a file, and how it is mapped."""

    path: Path
    records: tuple[Record, ...]
    how: ColumnMapping


@dataclass(frozen=True, slots=True)
class SourceRecords:
    """What was read of a source before it is mapped.

    ``unnamed_files`` counts the audio files in the folder that no record names, where that is not usual.
    """

    kind: SourceKind
    folder: Path
    records: tuple[Record, ...]
    unnamed_files: int = 0


Reader = Callable[[SourcePath], SourceRecords]


def file_records(path: Path, how: ColumnMapping | None) -> Records:
    """The records of a file of any kind; the mapping's column of audio comes first. Raises Refused."""
    if path.is_file() and (kind := _TRANSCRIPTS.get(path.suffix.lower())):
        raise Refused("SOURCE_TRANSCRIPT", file=path.name, kind=kind)
    own = (how.columns["audio"],) if how is not None and "audio" in how.columns else ()
    if path.suffix.lower() == ".json" and _is_recognisers_answer(path, (*own, "audio", "data")):
        raise Refused("SOURCE_TRANSCRIPT", file=path.name, kind="JSON")
    columns = tuple(how.columns.values()) if how is not None else ()
    return read_records(path, (*own, "audio", *KIND_BY_COLUMN), (*FIELDS, *columns), unstripped="draft")


def _is_recognisers_answer(path: Path, names: Sequence[str]) -> bool:
    """Whether a file begins as what a recogniser answers about one recording, without any of these names.

    Whisper has segments, Google, Deepgram, Amazon and Azure have results, transcripts or phrases.
    """
    if not path.is_file():
        return False
    with open_untrusted(path, sys.maxsize) as file:
        start = file.read(_LONGEST_ANSWER_START).decode("utf-8-sig", "replace").lstrip()
    has_names = any(f'"{name}' in start for name in names)
    return not has_names and start.startswith("{") and _ANSWER.search(start) is not None


def _read_file(kind: SourceKind) -> Reader:
    return lambda source: SourceRecords(kind, source.path.parent, source.records)


def _read_nemo(source: SourcePath) -> SourceRecords:
    return SourceRecords(SourceKind.NEMO, source.path.parent, tuple(_whole_recordings(source.records)))


def _whole_recordings(records: Sequence[Record]) -> Iterator[Record]:
    """One record for the rows that are parts of one recording, which have an ``offset``."""
    parts: dict[str, list[Record]] = {}
    for record in records:
        if record.values.get("offset") is not None:
            parts.setdefault(str(record.values.get("audio_filepath")), []).append(record)
    for record in records:
        name = str(record.values.get("audio_filepath"))
        if record.values.get("offset") is None:
            yield record
        elif parts[name][0] is record:
            yield _whole_recording(parts[name])


def _whole_recording(parts: Sequence[Record]) -> Record:
    first = parts[0]
    segments: list[TimedSegment] = []
    several: dict[str, list[str]] = {}
    for part in parts:
        start, seconds = part.values.get("offset"), part.values.get("duration")
        if not _is_number(start) or not _is_number(seconds) or start < 0 or seconds < 0:
            return Record(part.line, first.values, "NEMO_BAD_OFFSET")
        text = part.values.get("text")
        segments.append(TimedSegment(start, start + seconds, text if isinstance(text, str) else ""))
    for name in ("speaker", "speaker_id", "lang"):
        found = sorted({str(part.values[name]) for part in parts if part.values.get(name)})
        several |= {name: found} if len(found) > 1 else {}
    texts = {"text": draft_of(segments), "words": words_of(segments)}
    return Record(first.line, {**first.values, **several, **texts})


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read_common_voice(source: SourcePath) -> SourceRecords:
    folder = source.path.parent / COMMON_VOICE_CLIPS
    return SourceRecords(
        SourceKind.COMMON_VOICE, folder if folder.is_dir() else source.path.parent, source.records
    )


def _read_label_studio(source: SourcePath) -> SourceRecords:
    tasks = (
        one if one.problem or is_task(one.values) else Record(one.line, {}, "LABEL_STUDIO_TASK")
        for one in source.records
    )
    folder = _audio_root(source.path.parent, label_studio.FOLDER)
    return SourceRecords(SourceKind.LABEL_STUDIO, folder, tuple(read_tasks(tasks, folder)))


def _read_kaldi(source: SourcePath) -> SourceRecords:
    root = _audio_root(source.path.parent, kaldi.FOLDER)
    folder = source.path if root == source.path.parent else root
    return SourceRecords(SourceKind.KALDI, folder, kaldi_directory.read_kaldi(source.path))


def _audio_root(folder: Path, name: str) -> Path:
    """The folder of the audio of what lies in ``folder``: the set, if that is a format's folder in one."""
    is_in_set = folder.name == name and (folder.parent / PASSPORT).is_file()
    return folder.parent if is_in_set else folder


def _read_audiofolder(source: SourcePath) -> SourceRecords:
    """A metadata file names audio relative to itself; there may be one in each folder of a split."""
    folder = source.path if source.path.is_dir() else source.path.parent
    files = tuple(metadata_files(source.path)) if source.path.is_dir() else (source.path,)
    found: list[Record] = []
    for file in files:
        inner = file.parent.relative_to(folder).as_posix()
        for record in file_records(file, source.how).records:
            values = dict(record.values)
            name = values.get("file_name")
            if inner != "." and isinstance(name, str) and not is_absolute(name):
                values["file_name"] = f"{inner}/{name}"
            found.append(Record(record.line, values, record.problem))
    records = _numbered(found) if len(files) > 1 else tuple(found)
    unnamed = _unnamed_files(folder, found) if source.path.is_dir() else 0
    return SourceRecords(SourceKind.AUDIOFOLDER, folder, records, unnamed)


def _unnamed_files(folder: Path, records: Sequence[Record]) -> int:
    """How many audio files below a folder no ``file_name`` names, whatever the letter case or normal form."""
    names = {_comparable(name) for one in records if isinstance(name := one.values.get("file_name"), str)}
    inner = (path.relative_to(folder).as_posix() for path in _files(folder, is_audio))
    return sum(_comparable(name) not in names for name in inner) if names else 0


def _comparable(name: str) -> str:
    return unicodedata.normalize("NFC", posixpath.normpath(name.replace("\\", "/"))).casefold()


def metadata_files(folder: Path) -> Iterator[Path]:
    """The metadata files of an audiofolder, all of one format. Raises Refused for files of two."""
    found = _files(folder, lambda path: path.name in _METADATA)
    first, second = ([path for path in found if path.name == name] for name in _METADATA)
    if first and second:
        raise Refused("SOURCE_TWO_METADATA", file=folder.name)
    yield from first or second


def _read_export(source: SourcePath) -> SourceRecords:
    """Our own labelled sets: whole rows, else the table, else NeMo's manifests, else another format."""
    if source.path.is_file():
        files, folder = [source.path], source.path.parent
    else:
        names = (_EXPORT_LINES, EXPORT_TABLE, EXCEL.name(EXPORT_TABLE))
        files = [source.path / name for name in names if (source.path / name).is_file()][:1]
        files = files or sorted(filter(_has_whole_clips, source.path.glob("manifest*.jsonl")))
        folder = source.path
    if not files:
        return _read_other_format(source)
    lines = chain.from_iterable(file_records(file, source.how).records for file in files)
    is_table = files[0].suffix == ".csv"
    rows = [replace(one, values=_own_row(one.values, is_table=is_table)) for one in lines]
    if is_table:
        rows = _with_words(rows, files[0])
    return SourceRecords(SourceKind.EXPORT, folder, _numbered(rows) if len(files) > 1 else tuple(rows))


def _read_other_format(source: SourcePath) -> SourceRecords:
    """A set without a table of its rows: what a format of another program has."""
    path = source.path
    splits = sorted(file.parent for file in (path / kaldi.FOLDER).glob(f"*/{kaldi_directory.RECORDINGS}"))
    tasks = path / label_studio.FOLDER / label_studio.TASKS
    if splits:
        read = (record for split in splits for record in kaldi_directory.read_kaldi(split))
        return SourceRecords(SourceKind.KALDI, path, _numbered(read))
    if (path / audiofolder.FOLDER).is_dir():
        return _read_audiofolder(replace(source, path=path / audiofolder.FOLDER))
    if tasks.is_file():
        records = tuple(file_records(tasks, source.how).records)
        return _read_label_studio(replace(source, path=tasks, records=records))
    if (path / textgrid.FOLDER).is_dir():
        return _read_textgrids(source)
    found = [name for name in FORMATS if (path / name).is_dir()]
    if found:
        raise Refused("SOURCE_EXPORT_NOT_READ", file=path.name, formats=", ".join(found))
    raise Refused("SOURCE_EXPORT_WITHOUT_TABLE", file=path.name)


def _has_whole_clips(manifest: Path) -> bool:
    """Whether a manifest of NeMo has a line for each clip, and not one for each segment of it."""
    return not manifest.name.startswith(f"manifest_{NEMO_SEGMENTS}")


def _with_words(rows: Sequence[Record], table: Path) -> list[Record]:
    """The rows of a table with the times of their words, which are in a table beside it."""
    path = table.with_name(table.name.replace(Path(EXPORT_TABLE).stem, Path(WORDS).stem))
    if path == table or not path.is_file():
        return list(rows)
    words: dict[str, list[dict[str, Any]]] = {}
    for record in read_records(path, ("id",), WORD_COLUMNS).records:
        cells = {name: plain_cell(str(cell)) for name, cell in record.values.items()}
        try:
            times = {name: float(cells[name]) for name in ("start", "end")}
            words.setdefault(cells["id"], []).append({"word": cells["word"], **times})
        except (KeyError, ValueError) as error:
            raise refusal(path.name, [(record.line, record.problem or "LINE_WRONG_CELL_COUNT")]) from error
    return [
        replace(one, values={**one.values, "words": words.get(str(one.values.get("id")), [])}) for one in rows
    ]


def _own_row(values: Mapping[str, Any], *, is_table: bool) -> dict[str, Any]:
    row = {
        name: plain_cell(value) if is_table and isinstance(value, str) else value
        for name, value in values.items()
    }
    words = row.get("words")
    if isinstance(words, list):
        keys = ("word", "start", "end")
        row["words"] = [{key: one.get(key) for key in keys} for one in words if isinstance(one, dict)]
    return row


def _read_folder(source: SourcePath) -> SourceRecords:
    found = _numbered(_audio_files(source))
    if not found:
        raise Refused("SOURCE_FOLDER_EMPTY", file=source.path.name)
    return SourceRecords(SourceKind.FOLDER, source.path, found)


def _read_textgrids(source: SourcePath) -> SourceRecords:
    audio, grids = tuple(_audio_files(source)), _files(source.path, is_textgrid)
    own = _grid_of_each([source.path / record.values["path"] for record in audio], grids)
    records = [
        _with_textgrid(record, own[number]) if number in own else record
        for number, record in enumerate(audio)
    ]
    for grid in grids:
        if grid not in own.values():
            shown = grid.relative_to(source.path).as_posix()
            records.append(Record(0, {"audio": shown}, "TEXTGRID_WITHOUT_AUDIO"))
    return SourceRecords(SourceKind.TEXTGRID, source.path, _numbered(records))


def _grid_of_each(audio: Sequence[Path], grids: Sequence[Path]) -> dict[int, Path]:
    """The TextGrid of each audio file, by its place in the list.

    It is beside the audio, in another letter case or form of accents if need be; else it is the only one of
    its name below the folder, as where audio and TextGrids have folders of their own.
    """
    found: dict[int, Path] = {}
    keys: tuple[Callable[[Path], str], ...] = (
        lambda path: str(path.with_suffix("")),
        lambda path: _comparable(str(path.with_suffix(""))),
        lambda path: _comparable(path.stem),
    )
    for key in keys:
        taken = set(found.values())
        left, wanted = defaultdict[str, list[Path]](list), defaultdict[str, list[int]](list)
        for grid in grids:
            if grid not in taken:
                left[key(grid)].append(grid)
        for number, path in enumerate(audio):
            if number not in found:
                wanted[key(path)].append(number)
        for name, numbers in wanted.items():
            if len(left[name]) == 1 and (len(numbers) == 1 or key is keys[0]):
                found[numbers[0]] = left[name][0]
    return found


def _with_textgrid(record: Record, grid: Path) -> Record:
    try:
        segments, words = texts_of(read_textgrid(grid))
    except Refused as refused:
        return Record(0, {"audio": record.values["path"]}, refused.code)
    texts = {"text": draft_of(segments or words), "words": words_of(words or segments)}
    return replace(record, values={**record.values, **texts})


def _audio_files(source: SourcePath) -> Iterator[Record]:
    """A record for each audio file below a folder; with the SHA-256 of the file if the mapping names it."""
    for path in _files(source.path, is_audio):
        inner = path.relative_to(source.path)
        names = {"path": inner.as_posix(), "name": inner.name, "stem": inner.stem}
        names["folder"] = inner.parent.name or source.path.resolve().name
        if _DIGEST in source.how.columns.values():
            names[_DIGEST] = _sha256_of(path)
        yield Record(0, names)


def _sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as ``sha256sum`` has it; empty if it cannot be read, which refuses its line."""
    digest = hashlib.sha256()
    try:
        with open_untrusted(path, sys.maxsize) as file:
            for piece in read_pieces(file, path, sys.maxsize):
                digest.update(piece)
    except Refused:
        return ""
    return digest.hexdigest()


def _files(folder: Path, wanted: Callable[[Path], bool]) -> list[Path]:
    """The files below a folder that are wanted, but for hidden ones, in order."""
    inner = ((path, path.relative_to(folder).parts) for path in folder.rglob("*"))
    seen = (path for path, parts in inner if not any(part[0] == "." for part in parts))
    return sorted(path for path in seen if wanted(path) and path.is_file())


def is_audio(path: Path) -> bool:
    """Whether a file is audio, or claims to be: by its name, or by how it begins."""
    ending = path.suffix.lower()
    if ending in AUDIO_ENDINGS or ending in _PICTURE_ENDINGS:
        return ending in AUDIO_ENDINGS
    try:
        with open_untrusted(path, sys.maxsize) as file:
            head = file.read(_HEAD_BYTES)
    except Refused:  # a folder, a pipe, or what nobody may read
        return False
    return bool(recognise(head) or id3_bytes(head))


def is_textgrid(path: Path) -> bool:
    """Whether a file is a TextGrid by its name."""
    return path.suffix.lower() == ".textgrid"


def _numbered(records: Sequence[Record] | Iterator[Record]) -> tuple[Record, ...]:
    return tuple(replace(record, line=number) for number, record in enumerate(records, 1))


READERS: Mapping[SourceKind, Reader] = {
    SourceKind.MANIFEST: _read_file(SourceKind.MANIFEST),
    SourceKind.EXPORT: _read_export,
    SourceKind.AUDIOFOLDER: _read_audiofolder,
    SourceKind.NEMO: _read_nemo,
    SourceKind.KALDI: _read_kaldi,
    SourceKind.COMMON_VOICE: _read_common_voice,
    SourceKind.LABEL_STUDIO: _read_label_studio,
    SourceKind.TEXTGRID: _read_textgrids,
    SourceKind.FOLDER: _read_folder,
}
