"""CSV that Excel opens right by a double click: the tables of ``csv_table``, written for a spreadsheet.

UTF-16 with BOM and tabs, the "Unicode text" that Excel writes itself: the one form that it reads as Unicode,
and in columns, whatever list separator the machine's region has (it ignores a UTF-8 BOM after ``sep=``). A
text with a digit in it also gets the leading apostrophe, so that it becomes neither a number nor a date; a
decimal number too, because it is a date where the decimal mark is a comma.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from reviewer.errors import Notice
from reviewer.formats.csv_table import Dialect, check_tables, label_cell, safe_cell, write_tables
from reviewer.formats.dataset import Utterance, segments_of
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import SetValidator

VERSION = "1"
HAS_OWN_AUDIO = False
MOST_CHARACTERS = 32_767 - 1
"""In a cell of Excel (specifications and limits), without our apostrophe."""
_MARK = b"\xff\xfe"


def problem(utterance: Utterance) -> str:
    """A text or an answer longer than a cell."""
    if any(len(text.encode("utf-16-le", "replace")) // 2 > MOST_CHARACTERS for text in _texts(utterance)):
        return "excel_cell_too_long"
    return row_problem(utterance)


def _texts(utterance: Utterance) -> Iterator[str]:
    segments = segments_of(utterance)
    yield from (utterance.text, utterance.text_verbatim, *(one.text_verbatim for one in segments))
    for labels in (utterance.labels, *(one.labels for one in segments)):
        yield from map(label_cell, labels.values())


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``utterances-excel.csv``, and the tables of segments and words if any. May raise OSError."""
    write_tables(folder, utterances, EXCEL)


def validate(folder: Path) -> list[Notice]:
    """Reads the tables back and returns every problem found."""
    validator = SetValidator(folder)
    check_tables(validator, EXCEL, lambda name: _lines(validator, name))
    return validator.problems


def text_cell(value: str) -> str:
    """A cell that Excel takes for text; removing one leading apostrophe restores it."""
    is_risky = value.casefold() in ("true", "false") or any(c.isdigit() for c in value)
    return f"'{value}" if is_risky else safe_cell(value)


EXCEL = Dialect("-excel", "utf-16-le", _MARK, "\t", "\r\n", text_cell)


def _lines(validator: SetValidator, name: str) -> Iterator[str]:
    try:
        with (validator.folder / name).open("rb") as file:
            if file.read(2) != _MARK:
                validator.add_problem("SET_FILE_BOM_MISSING", file=name)
        with (validator.folder / name).open(encoding="utf-16", newline="") as text:
            yield from text
    except OSError:
        validator.add_problem("SET_FILE_UNREADABLE", file=name)
    except UnicodeError:
        validator.add_problem("SET_FILE_NOT_UTF16", file=name)
