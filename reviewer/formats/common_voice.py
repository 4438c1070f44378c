"""Common Voice TSV: the clip files of a scripted corpus and the file of a spontaneous one, for each locale.

Columns are those of cv-dataset 17 to 24 and of Spontaneous Speech (cv-dataset README). Cells are never
quoted there: read the files with quoting off. Nothing is known of votes, ages and accents: votes are 0, the
others empty.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import SPLITS, TextFiles, Utterance, link_clip
from reviewer.formats.row_problems import row_problem
from reviewer.formats.times import milliseconds
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = True
FOLDER = "common-voice"
COLUMNS = (
    "client_id", "path", "sentence_id", "sentence", "sentence_domain", "up_votes", "down_votes", "age",
    "gender", "accents", "variant", "locale", "segment",
)  # fmt: skip
SPONTANEOUS_COLUMNS = (
    "client_id", "audio_id", "audio_file", "duration_ms", "prompt_id", "prompt", "transcription", "votes",
    "age", "gender", "accents", "variant", "language", "prompt_upvotes", "prompt_reports", "is_edited",
    "split", "char_per_sec", "quality_tags",
)  # fmt: skip
DURATIONS = ("clip", "duration[ms]")
_SHORT_SECONDS, _LONG_SECONDS = 2, 300
_FEWEST_CHARACTERS, _MOST_CHARACTERS = 3.0, 30.0
"""Characters a second."""


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``common-voice/<locale>/`` with its TSV files and ``clips/``. May raise OSError."""
    begun: set[str] = set()
    with TextFiles(folder / FOLDER) as files:
        for utterance in utterances:
            for name, columns, cells in _lines(utterance):
                if name not in begun:
                    files.add_line(name, "\t".join(columns))
                    begun.add(name)
                files.add_line(name, "\t".join(cells))
            place = folder / FOLDER / utterance.locale / "clips" / Path(utterance.path).name
            link_clip(folder, utterance, place)


def validate(folder: Path) -> list[Notice]:
    """Reads every file back, columns by name, and returns every problem found."""
    validator = SetValidator(folder)
    places = sorted((folder / FOLDER).glob("*/"))
    if not places:
        validator.add_problem("SET_FILE_MISSING", file=FOLDER)
    for place in places:
        _check_locale(place.name, validator)
    return validator.problems


def _lines(utterance: Utterance) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """The file, its columns and the cells of each line of a row."""
    name, duration_ms = Path(utterance.path).name, milliseconds(utterance.frames, utterance.rate_hz)
    clip = (
        utterance.speaker, name, utterance.id, utterance.text_verbatim, "", "0", "0", "", "", "", "",
        utterance.locale, "",
    )  # fmt: skip
    rate = len(utterance.text_verbatim) / utterance.duration
    spontaneous = (
        utterance.speaker, utterance.id, name, str(duration_ms), "", "", utterance.text_verbatim, "0", "", "",
        "", "", utterance.locale, "0", "0", "False", utterance.split or "unassigned", f"{rate:.2f}",
        "|".join(_quality_tags(utterance.duration, rate)),
    )  # fmt: skip
    locale = utterance.locale
    yield f"{locale}/validated.tsv", COLUMNS, clip
    if utterance.split:
        yield f"{locale}/{utterance.split}.tsv", COLUMNS, clip
    yield f"{locale}/clip_durations.tsv", DURATIONS, (name, str(duration_ms))
    yield f"{locale}/ss-corpus-{locale}.tsv", SPONTANEOUS_COLUMNS, spontaneous


def _quality_tags(duration_seconds: float, characters_a_second: float) -> Iterator[str]:
    if duration_seconds < _SHORT_SECONDS:
        yield "short-audio"
    if duration_seconds > _LONG_SECONDS:
        yield "long-audio"
    if characters_a_second < _FEWEST_CHARACTERS:
        yield "transcription-length"
    if characters_a_second > _MOST_CHARACTERS:
        yield "speech-rate"


def _check_locale(locale: str, validator: SetValidator) -> None:
    place = f"{FOLDER}/{locale}"
    clips = _rows(f"{place}/validated.tsv", COLUMNS, validator)
    durations = _rows(f"{place}/clip_durations.tsv", DURATIONS, validator)
    spontaneous = _rows(f"{place}/ss-corpus-{locale}.tsv", SPONTANEOUS_COLUMNS, validator)
    paths = set()
    nothing: tuple[str, dict[str, str]] = ("", {})
    for (where, row), (_, length), (_, told) in zip_longest(clips, durations, spontaneous, fillvalue=nothing):
        if not (row and length and told) or _same_cells(row) != _same_cells(told):
            validator.add_problem("SET_ROWS_DIFFER", file=place)
            return
        duration_ms = length["duration[ms]"]
        if length["clip"] != row["path"] or "/" in row["path"]:
            validator.add_problem("SET_ROW_UNKNOWN", where=where)
        elif not (duration_ms.isascii() and duration_ms.isdigit()):
            validator.add_problem("SET_NOT_NUMBERS", where=where, fields="duration[ms]")
        else:
            validator.check_clip_milliseconds(where, f"{place}/clips/{row['path']}", int(duration_ms))
        paths.add(row["path"])
        validator.check_id(where, row["sentence_id"])
        validator.check_text(where, "sentence", row["sentence"])
    if not paths or _in_splits(place, validator) not in (set(), paths):
        validator.add_problem("SET_ROWS_DIFFER", file=place)


def _same_cells(row: dict[str, str]) -> tuple[str | None, ...]:
    """What both kinds of corpus say of a row."""
    names = ("path", "sentence") if "path" in row else ("audio_file", "transcription")
    return (row["client_id"], *(row[name] for name in names))


def _in_splits(place: str, validator: SetValidator) -> set[str]:
    """The clips of the splits; a problem for one that is in two."""
    found: set[str] = set()
    for split in SPLITS:
        if (validator.folder / place / f"{split}.tsv").exists():
            for where, row in _rows(f"{place}/{split}.tsv", COLUMNS, validator):
                if row["path"] in found:
                    validator.add_problem("SET_ID_TWICE", where=where, id=row["sentence_id"])
                found.add(row["path"])
    return found


def _rows(name: str, columns: Sequence[str], validator: SetValidator) -> Iterator[tuple[str, dict[str, str]]]:
    header: list[str] = []
    for where, line in validator.lines(name):
        cells = line.split("\t")
        if not header:
            header = cells
            if tuple(header) != tuple(columns):
                validator.add_problem("SET_WRONG_COLUMNS", file=name)
                return
        elif len(cells) != len(header):
            validator.add_problem("SET_WRONG_CELL_COUNT", where=where)
        else:
            yield where, dict(zip(header, cells, strict=True))
