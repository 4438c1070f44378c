"""CSV format: the whole set as one table, with both texts, labels and flags.

Quoting follows RFC 4180; lines end with LF, as in every file of a set. A cell that a spreadsheet might take
for a formula (it begins with ``= + - @``, their full-width forms, or an apostrophe) gets one leading
apostrophe; removing one leading apostrophe restores every value.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.dataset import Utterance, write_bytes
from reviewer.formats.validation import SetValidator
from reviewer.model.annotation import LabelValue

TITLE = "CSV"
VERSION = "1"
NAME = "utterances.csv"
COLUMNS = (
    "id", "audio", "duration", "frames", "rate_hz", "channels", "locale", "product", "speaker", "split",
    "text", "text_verbatim", "flags", "schema_version", "conventions_version",
)  # fmt: skip
LABEL = "label_"
LIST_MARK = "|"
_NUMBERS = ("duration", "frames", "rate_hz", "channels")
_MAY_BE_FORMULA = "=+-@＝＋－＠'"


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``utterances.csv``, with a column for each label that any utterance has. May raise OSError."""
    keys = sorted({key for utterance in utterances for key in utterance.labels})
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow((*COLUMNS, *(LABEL + key for key in keys)))
    for utterance in sorted(utterances, key=lambda u: u.id):
        labels = (label_cell(utterance.labels.get(key)) for key in keys)
        table.writerow([safe_cell(cell) for cell in (*_cells(utterance), *labels)])
    write_bytes(folder / NAME, out.getvalue().encode())


def validate(folder: Path) -> list[Notice]:
    """Reads the table back and returns every problem found."""
    validator = SetValidator(folder)
    text = validator.begin_file(NAME)
    if not text:
        validator.add_problem("SET_FILE_EMPTY", file=NAME)
        return validator.problems
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        validator.add_problem("SET_NOT_CSV", file=NAME)
        return validator.problems
    header = lines[0]
    if tuple(header[: len(COLUMNS)]) != COLUMNS or len(set(header)) != len(header):
        validator.add_problem("SET_WRONG_COLUMNS", file=NAME)
        return validator.problems
    for number, cells in enumerate(lines[1:], start=2):
        where = f"{NAME}:{number}"
        if len(cells) != len(header):
            validator.add_problem("SET_WRONG_CELL_COUNT", where=where)
        else:
            _check(where, dict(zip(header, cells, strict=True)), validator)
    return validator.problems


def safe_cell(value: str) -> str:
    """A cell no spreadsheet takes for a formula (OWASP, CSV injection); ``plain_cell`` undoes it."""
    return f"'{value}" if value[:1] and value[0] in _MAY_BE_FORMULA else value


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
    )


def _check(where: str, row: Mapping[str, str], validator: SetValidator) -> None:
    for column, cell in row.items():
        if cell[:1] and cell[0] in _MAY_BE_FORMULA and not cell.startswith("'"):
            validator.add_problem("SET_FORMULA", where=where, field=column)
        validator.check_text(where, column, plain_cell(cell))
    try:
        duration, frames, rate_hz, channels = (float(row[name]) for name in _NUMBERS)
    except ValueError:
        validator.add_problem("SET_NOT_NUMBERS", where=where, fields=", ".join(_NUMBERS))
        return
    if min(duration, frames, rate_hz, channels) <= 0 or abs(duration * rate_hz - frames) >= 0.5:
        validator.add_problem("SET_DURATION_MISMATCH", where=where)
    validator.check_row(where, row["id"], row["audio"], duration)
