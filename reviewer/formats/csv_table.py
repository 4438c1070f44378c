"""CSV format: the whole set as one table with both texts, labels and flags; tables of segments and words.

Quoting follows RFC 4180; lines end with LF, as in every file of a set. A cell that a spreadsheet might take
for a formula (it begins with ``= + - @``, their full-width forms, or an apostrophe) gets one leading
apostrophe; removing one leading apostrophe restores every value.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reviewer.errors import Notice
from reviewer.files import sync_file
from reviewer.formats.dataset import Utterance, is_whole, segments_of
from reviewer.formats.json_row import read_row
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import MOST_LINE_BYTES, SetValidator, add_read_row
from reviewer.model.annotation import LabelValue

VERSION = "2"
HAS_OWN_AUDIO = False
NAME = "utterances.csv"
SEGMENTS = "segments.csv"
WORDS = "words.csv"
COLUMNS = (
    "id", "audio", "duration", "frames", "rate_hz", "channels", "locale", "product", "speaker", "split",
    "text", "text_verbatim", "flags", "schema_version", "conventions_version",
    "reference",
)  # fmt: skip
SEGMENT_COLUMNS = (
    "id",
    "start",
    "end",
    "start_frame",
    "end_frame",
    "speaker",
    "text",
    "text_verbatim",
    "flags",
)
WORD_COLUMNS = ("id", "start", "end", "start_frame", "end_frame", "speaker", "word")
LABEL = "label_"
LIST_MARK = "|"
_NUMBERS = ("duration", "frames", "rate_hz", "channels")
_TEXTS = ("speaker", "text", "text_verbatim", "reference", "word", "duration", "start", "end")
_TIMES = ("start", "end", "start_frame", "end_frame")
_MAY_BE_FORMULA = "=+-@＝＋－＠'"
_FORMULA = re.compile(rf"((?:^|[;\t\r\n])\s*)(?=[{re.escape(_MAY_BE_FORMULA)}])")
_Writer = Callable[[Iterable[str]], object]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written: ``suffix`` ends the names of its files, ``safe_text`` guards a cell that
    must stay as it is written: a text, or a decimal number.
    """

    suffix: str
    encoding: str
    mark: bytes
    delimiter: str
    line_end: str
    safe_text: Callable[[str], str]

    def name(self, table: str) -> str:
        """The file of a table, such as ``utterances.csv``."""
        return table.replace(".csv", f"{self.suffix}.csv")


def problem(utterance: Utterance) -> str:
    """Only what no format can hold."""
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``utterances.csv``, with a column for each label that any utterance has. May raise OSError.

    Where any row has segments, ``segments.csv`` and ``words.csv`` name their rows by ``id``.
    """
    write_tables(folder, utterances, PLAIN)


def validate(folder: Path) -> list[Notice]:
    """Reads the tables back and returns every problem found."""
    validator = SetValidator(folder)
    check_tables(validator, PLAIN, lambda name: (f"{line}\n" for _, line in validator.lines(name)))
    return validator.problems


def write_tables(folder: Path, utterances: Sequence[Utterance], dialect: Dialect) -> None:
    """Writes the tables of a set a row at a time. May raise OSError."""
    keys = sorted({key for utterance in utterances for key in utterance.labels})
    with _table(folder, NAME, dialect, (*COLUMNS, *(LABEL + key for key in keys))) as add:
        for utterance in utterances:
            labels = (label_cell(utterance.labels.get(key)) for key in keys)
            add((*_cells(utterance), *labels))
    if any(not is_whole(one) for one in utterances):
        keys = sorted({key for one in utterances for segment in segments_of(one) for key in segment.labels})
        with _table(folder, SEGMENTS, dialect, (*SEGMENT_COLUMNS, *(LABEL + key for key in keys))) as add:
            for utterance in utterances:
                for segment in segments_of(utterance):
                    texts = (segment.speaker, segment.text, segment.text_verbatim)
                    labels = (label_cell(segment.labels.get(key)) for key in keys)
                    times = _times(utterance, segment.start, segment.end)
                    add((*times, *texts, LIST_MARK.join(sorted(segment.flags)), *labels))
    if any(one.words for one in utterances):
        with _table(folder, WORDS, dialect, WORD_COLUMNS) as add:
            for utterance in utterances:
                for word in utterance.words:
                    add((*_times(utterance, word.start, word.end), word.speaker, word.text))


def check_tables(validator: SetValidator, dialect: Dialect, lines: Callable[[str], Iterator[str]]) -> None:
    """Checks the tables of a set; ``lines`` gives those of a file, with their ends."""
    known: set[str] = set()
    for where, row in _rows(validator, dialect.name(NAME), COLUMNS, lines, dialect):
        known.add(row["id"])
        _check(where, row, validator)
    for table, columns in ((SEGMENTS, SEGMENT_COLUMNS), (WORDS, WORD_COLUMNS)):
        name = dialect.name(table)
        if (validator.folder / name).exists():
            for where, row in _rows(validator, name, columns, lines, dialect):
                _check_times(where, row, known, validator)


def safe_cell(value: str) -> str:
    """A cell no spreadsheet takes for a formula (OWASP, CSV injection); ``plain_cell`` undoes it."""
    return f"'{value}" if value[:1] and value[0] in _MAY_BE_FORMULA else value


def shown_cell(value: str) -> str:
    """A cell of a table that is only looked at, and that no spreadsheet takes for a formula in any region.

    Where the list separator is a semicolon, a program cuts lines there, quotes or not: what follows one must
    not begin a formula either, nor what follows a tab or a line end (OWASP, CSV injection).
    """
    return _FORMULA.sub(_escaped, value)


def _escaped(found: re.Match[str]) -> str:
    """A function, as a template with a group imports ``re`` for each cell, which takes five times as long."""
    return f"{found[1]}'"


def plain_cell(cell: str) -> str:
    """The value that ``safe_cell`` was given."""
    return cell.removeprefix("'")


def label_cell(value: LabelValue | None) -> str:
    """An answer as text: ``true`` or ``false``, a number, a list with ``|`` between its values."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return LIST_MARK.join(value) if isinstance(value, tuple) else str(value)


PLAIN = Dialect("", "utf-8", b"", ",", "\n", safe_cell)


@contextmanager
def _table(folder: Path, table: str, dialect: Dialect, header: Sequence[str]) -> Iterator[_Writer]:
    with (folder / dialect.name(table)).open("xb") as file:
        file.write(dialect.mark)
        text = io.TextIOWrapper(file, encoding=dialect.encoding, newline="")
        writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator=dialect.line_end)
        writer.writerow(header)
        guards = [
            dialect.safe_text if name in _TEXTS or name.startswith(LABEL) else safe_cell for name in header
        ]
        yield lambda cells: writer.writerow([guard(cell) for guard, cell in zip(guards, cells, strict=True)])
        text.flush()
        sync_file(file.fileno())


def _rows(
    validator: SetValidator,
    name: str,
    columns: Sequence[str],
    lines: Callable[[str], Iterator[str]],
    dialect: Dialect,
) -> Iterator[tuple[str, dict[str, str]]]:
    csv.field_size_limit(MOST_LINE_BYTES)  # of the process: 131,072 characters are the text of three hours
    reader = csv.reader(lines(name), delimiter=dialect.delimiter, strict=True)
    try:
        header = next(reader, None)
        if header is None:
            validator.add_problem("SET_FILE_EMPTY", file=name)
            return
        if tuple(header[: len(columns)]) != tuple(columns) or len(set(header)) != len(header):
            validator.add_problem("SET_WRONG_COLUMNS", file=name)
            return
        for number, cells in enumerate(reader, start=2):
            where = f"{name}:{number}"
            if len(cells) != len(header):
                validator.add_problem("SET_WRONG_CELL_COUNT", where=where)
            else:
                row = dict(zip(header, cells, strict=True))
                _check_cells(where, row, validator)
                yield where, row
    except csv.Error:
        validator.add_problem("SET_NOT_CSV", file=name)


def _cells(utterance: Utterance) -> tuple[str, ...]:
    return (
        utterance.id,
        utterance.path,
        repr(utterance.duration),
        str(utterance.frames),
        str(utterance.rate_hz),
        str(utterance.channels),
        utterance.locale,
        utterance.product,
        utterance.speaker,
        utterance.split,
        utterance.text,
        utterance.text_verbatim,
        LIST_MARK.join(sorted(utterance.flags)),
        utterance.schema_version,
        utterance.conventions_version,
        utterance.reference,
    )


def _times(utterance: Utterance, start: int, end: int) -> tuple[str, ...]:
    rate_hz = utterance.rate_hz
    return (utterance.id, repr(start / rate_hz), repr(end / rate_hz), str(start), str(end))


def _check_cells(where: str, row: Mapping[str, str], validator: SetValidator) -> None:
    for column, cell in row.items():
        if cell[:1] and cell[0] in _MAY_BE_FORMULA and not cell.startswith("'"):
            validator.add_problem("SET_FORMULA", where=where, field=column)
        validator.check_text(where, column, plain_cell(cell))


def _check(where: str, row: Mapping[str, str], validator: SetValidator) -> None:
    try:
        duration, frames, rate_hz, channels = (float(plain_cell(row[name])) for name in _NUMBERS)
    except ValueError:
        validator.add_problem("SET_NOT_NUMBERS", where=where, fields=", ".join(_NUMBERS))
        return
    if min(duration, frames, rate_hz, channels) <= 0 or abs(duration * rate_hz - frames) >= 0.5:
        validator.add_problem("SET_DURATION_MISMATCH", where=where)
    validator.check_row(where, row["id"], row["audio"], duration)
    plain = {name: plain_cell(cell) for name, cell in row.items()}
    add_read_row(lambda: read_row(plain, plain["speaker"]))


def _check_times(where: str, row: Mapping[str, str], known: set[str], validator: SetValidator) -> None:
    if row["id"] not in known:
        validator.add_problem("SET_ROW_UNKNOWN", where=where)
    try:
        start, end, start_frame, end_frame = (float(plain_cell(row[name])) for name in _TIMES)
    except ValueError:
        validator.add_problem("SET_NOT_NUMBERS", where=where, fields=", ".join(_TIMES))
        return
    if not 0 <= start < end or not 0 <= start_frame < end_frame:
        validator.add_problem("SET_TIMES", where=where)
