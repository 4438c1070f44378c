"""Reads tables that people hand over (CSV, JSON Lines, JSON arrays, plain values): wholly, or not at all.

Whoever asks for such a table acts on every row of it. A row that is overlooked does more harm than a file
that is asked for again, so one line that cannot be read refuses the file, with the numbers of such lines.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reviewer.errors import Notice, Refused
from reviewer.lead.text_encodings import encoding_of, kind_of_file, name_of_other, name_of_seven_bits
from reviewer.untrusted_files import read_untrusted

LONGEST_KEY = 256
_MOST_BYTES = 64 << 20
_MOST_LINES_NAMED = 20
_MOST_EXACT = 1 << 53
_LONGEST_SHOWN = 40
_COMMON_DELIMITERS = ",;\t|"
_SEP_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
# Before a value in a mail: an answer's marks, a bullet, a number.
_BULLETS = re.compile(r"(?:(?:>+|[-–*•‣·◦▪]|\d{1,4}[.)])[ \t]+)+")
_BARE_VALUE = re.compile(r"""[^\s,;|"'{}\[\]<>\\#\u2018-\u201f\u00ab\u300c][^\s,;|"'{}\[\]<>\\]*""")
# What spreadsheets make of long numbers, and show where a formula failed: Err:508, Fehler:508, エラー:508.
_SPREADSHEET_VALUE = re.compile(
    r"[+-]?\d+([.,]\d+)?E\+\d+|[+-]?\d[.,]\d+E\d+|#(N/A|DIV/0!|REF!|VALUE!|NAME\?|NULL!|NUM!)"
    r"|[^\W\d]{2,10}\s?[:：]5(0[1-9]|[12]\d|3[0-4])",
    re.IGNORECASE,
)
# The first line that PowerShell writes, and the names that pandas gives to numbers of rows, one more each
# time that it reads and writes a table.
_TYPE_LINE = re.compile(r'"?#TYPE ')
_INDEX_NAME = re.compile(r"Unnamed: \d+(\.\d+)?")
_ROW_NUMBER = re.compile(r"\d+(\.0)?")
# In a spreadsheet's own language #NAME? is #NOM?, #¿NOMBRE? or #ИМЯ?, and #N/A is #NV, #N/D or #Н/Д.
_SPREADSHEET_ERROR = re.compile(r"#[¡¿]?[^\W\d]\w*(/\w+)?[!?]|#(N/[BDTV]|N/DISP|NV|NB|YOK|Н/Д|I/T|HIÁNYZIK)")
_WHITESPACE = " \t\n"
# Other than spaces: what is not seen in an editor, or ends a line for some programs and not for others.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ENDS_LINES_ELSEWHERE = frozenset({"Cc", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: the line of the file on which it begins, and its values by the name of the field.

    Known fields have the caller's spelling, others that of the file. Values are text, but in JSON those of
    fields other than the key may be anything.
    """

    line: int
    values: Mapping[str, Any]


def read_table(path: Path, key: str, fields: Collection[str] = ()) -> tuple[TableRow, ...]:
    """All rows of a file, each with a value for ``key``; ``fields`` are the other fields that are known.

    The text is UTF-8 or UTF-16, with or without a byte order mark; lines end by LF, CR or CRLF. It is one of

    - JSON Lines, one object a line, or a JSON array of objects or of values of the key;
    - CSV (RFC 4180, but a cell stays on its line), if the first line names the key: any delimiter, also from
      a line ``sep=``; names in any case, with or without separators; columns without a name must be empty,
      but for the numbers of rows in the first;
    - values of the key, one a line, quoted or not, with a bullet before them or none.

    Raises:
        Refused: it is none of these, there are no rows, or any row is malformed or has no visible value for
            the key; or it cannot be read.
    """
    text = _text(path)
    table = _Table(key, {field_name(name): name for name in (key, *fields)})
    table.read(text)
    if table.problems:
        raise refusal(path.name, table.problems)
    if not table.rows:
        raise Refused("TABLE_EMPTY", file=path.name)
    return tuple(table.rows)


def is_visible(text: str) -> bool:
    """Whether a value has a letter or digit, is not too long for a key, and has no invisible characters."""
    return any(map(str.isalnum, text)) and len(text) <= LONGEST_KEY and not _has(text, _UNSEEN)


def exact_number(value: Any) -> Any:
    """A whole number of JSON as text, if every program reads all of its digits (RFC 8259, section 6).

    Any other value is given back as it is.
    """
    return str(value) if type(value) is int and 0 <= value < _MOST_EXACT else value


def is_spreadsheet_value(text: str) -> bool:
    """Whether a spreadsheet wrote this in place of a value: a rounded number (``1.23E+15``) or an error."""
    stripped = text.strip()
    if _SPREADSHEET_VALUE.fullmatch(stripped):
        return True
    return stripped == stripped.upper() and _SPREADSHEET_ERROR.fullmatch(stripped) is not None


def field_name(name: str) -> str:
    """A field's name in any spelling: ``Source ID`` and ``source_id`` are the same.

    Neither do invisible characters and full width count, nor the dot of the i, which Turkish systems change.
    """
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold()).replace("ı", "i")


class BadLine(ValueError):
    """A line that cannot be read; its text is a message code."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a table: its delimiter, empty for a single column, and the names of the columns.

    A column without a name has an empty one. ``length`` counts the lines, of which ``sep=`` may be the first.
    """

    delimiter: str
    names: tuple[str, ...]
    length: int


def find_heading(lines: Sequence[str], key: str, known: Mapping[str, str]) -> Heading | None:
    """The heading with which the lines of a table begin; None if the first line does not name the key.

    Args:
        lines: at least one, none of them blank.
        known: the caller's spelling of each known field, by its ``field_name``.

    Raises: BadLine for ``sep=`` with what is no delimiter, or without a heading that names the key.
    """
    if _TYPE_LINE.match(lines[0]) and len(lines) > 1:
        below = find_heading(lines[1:], key, known)
        return below and replace(below, length=below.length + 1)
    separator = _SEP_LINE.fullmatch(lines[0].strip(" "))
    length = 1 if separator is None else 2
    delimiter = _delimiter(lines[0], key) if separator is None else separator[1]
    if delimiter is None:
        return None
    if separator is not None and (delimiter.isalnum() or delimiter in '" _' or len(lines) < length):
        raise BadLine("TABLE_BAD_DELIMITER")
    cells = cells_of(lines[length - 1], delimiter)
    names = tuple(known.get(field_name(cell), _without_unseen(cell)) for cell in cells)
    if key not in names:
        raise BadLine("TABLE_HEADING_WITHOUT_KEY")
    indexes = 0
    while not names[indexes] or (
        names[indexes] not in known.values() and _INDEX_NAME.fullmatch(names[indexes])
    ):
        indexes += 1
    return Heading(delimiter, ("",) * indexes + names[indexes:], length)


def has_nameless_cell(names: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row has a value in a column without a name, other than its number before all with one."""
    first = next((place for place, name in enumerate(names) if name), len(names))
    return any(
        cell and not name and (place > first or not _ROW_NUMBER.fullmatch(cell))
        for place, (name, cell) in enumerate(zip(names, cells, strict=True))
    )


def _delimiter(line: str, key: str) -> str | None:
    """The delimiter of a line that names the key, empty if it is the only name; None for another line."""
    marks = sorted({mark for mark in line if not (mark.isalnum() or mark in "_-\"'` " or _is_part(mark))})
    for mark in (*marks, ""):
        try:
            cells = cells_of(line, mark)
        except BadLine:
            continue
        if any(field_name(cell) == field_name(key) and _without_unseen(cell)[0].isalnum() for cell in cells):
            return mark
    return None


def _is_part(mark: str) -> bool:
    """Whether a character belongs to a name, or cannot be seen: no delimiter."""
    return mark != "\t" and unicodedata.category(mark)[0] in "MZC"


def _without_unseen(name: str) -> str:
    """A column's name without spaces around it and without what cannot be seen."""
    return "".join(char for char in name if unicodedata.category(char) not in _UNSEEN).strip()


@dataclass(slots=True)
class _Table:
    key: str
    known: Mapping[str, str]
    rows: list[TableRow] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def read(self, text: str) -> None:
        """Reads all rows, or collects all problems."""
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        if not lines:
            return
        for number, line in lines:
            if _has(line.replace("\t", ""), _ENDS_LINES_ELSEWHERE):
                self.problems.append((number, "TABLE_CONTROL_CHARACTER"))
        first = lines[0][1].lstrip()
        if self.problems:
            return
        if first.startswith("["):
            self._read_json_array(text)
        elif first.startswith("{"):
            self._read_lines(lines, self._json_row)
        else:
            self._read_csv_or_values(lines)

    def _read_csv_or_values(self, lines: list[tuple[int, str]]) -> None:
        try:
            heading = find_heading([line for _, line in lines], self.key, self.known)
            if heading is not None:
                _require_once(heading.names)
        except BadLine as problem:
            has_sep = _SEP_LINE.fullmatch(lines[0][1].strip(" ")) and str(problem) != "TABLE_BAD_DELIMITER"
            self.problems.append((lines[1 if has_sep else 0][0], str(problem)))
            return
        if heading is None:
            self._read_lines(lines, self._plain_row)
            return
        self._read_lines(lines[heading.length :], lambda text: self._csv_row(text, heading))

    def _read_lines(
        self, lines: list[tuple[int, str]], read: Callable[[str], Mapping[str, Any] | None]
    ) -> None:
        for number, line in lines:
            try:
                values = read(line)
                if values is not None:
                    self._add(number, values)
            except BadLine as problem:
                self.problems.append((number, str(problem)))

    def _add(self, number: int, values: Mapping[str, Any]) -> None:
        value = exact_number(values.get(self.key))
        if not isinstance(value, str) or not value.strip():
            raise BadLine("TABLE_NO_KEY")
        if not is_visible(value):
            raise BadLine("TABLE_BAD_KEY")
        if is_spreadsheet_value(value):
            raise BadLine("TABLE_SPREADSHEET_VALUE")
        # "source_id: one" on each line, or a second table below the first
        if any(
            isinstance(cell, str) and field_name(cell) == field_name(self.key) for cell in values.values()
        ):
            raise BadLine("TABLE_HEADING_LATE")
        self.rows.append(TableRow(number, {**values, self.key: value.strip()}))

    def _name(self, given: str) -> str:
        return self.known.get(field_name(given), given.strip())

    def _csv_row(self, line: str, heading: Heading) -> dict[str, str] | None:
        cells, header = cells_of(line, heading.delimiter), heading.names
        if not any(cells):
            return None  # spreadsheets write rows of nothing
        if len(cells) != len(header):
            raise BadLine("TABLE_CELL_COUNT")
        values = dict(zip(header, cells, strict=True))
        if has_nameless_cell(header, cells):
            raise BadLine("TABLE_CELL_COUNT")
        values.pop("", None)
        return values

    def _plain_row(self, line: str) -> dict[str, str]:
        value = _BULLETS.sub("", line.strip(), count=1) if _BULLETS.match(line.strip()) else line.strip()
        if value.startswith('"'):
            (value,) = cells_of(value, "")
            if "\\" in value:
                raise BadLine("TABLE_NOT_A_VALUE")  # an escape in JSON, itself in CSV
        elif not _BARE_VALUE.fullmatch(value):
            raise BadLine("TABLE_NOT_A_VALUE")
        if field_name(value) == field_name(self.key):
            raise BadLine("TABLE_HEADING_LATE")
        return {self.key: value}

    def _json_row(self, line: str) -> dict[str, Any]:
        return self._of_json(_json(lambda: STRICT_JSON.decode(line)))

    def _read_json_array(self, text: str) -> None:
        """Reads element by element, for the line of each."""
        position, line = text.index("[") + 1, 1
        try:
            for element, start in json_elements(text, position):
                value = exact_number(element)
                line = text.count("\n", 0, start) + 1
                try:
                    self._add(line, {self.key: value} if isinstance(value, str) else self._of_json(value))
                except BadLine as problem:
                    self.problems.append((line, str(problem)))
        except JsonCut as cut:
            self.problems.append((text.count("\n", 0, cut.position) + 1, "TABLE_NOT_JSON"))

    def _of_json(self, value: Any) -> dict[str, Any]:
        if isinstance(value, ForbiddenElement):
            raise BadLine("TABLE_NOT_JSON")
        if not isinstance(value, dict):
            raise BadLine("TABLE_NOT_AN_OBJECT")
        named = {self._name(name): each for name, each in value.items()}
        if len(named) < len(value):
            raise BadLine("TABLE_FIELD_TWICE")
        return named


def _require_once(names: Sequence[str]) -> None:
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        raise BadLine("TABLE_FIELD_TWICE")


class ForbiddenJson(ValueError):
    """What JSON readers accept and a table must not have; its text is a message code."""


@dataclass(frozen=True, slots=True)
class ForbiddenElement:
    """An element of an array that is forbidden; ``problem`` is a message code."""

    problem: str


class JsonCut(ValueError):
    """A JSON text that breaks off or is malformed at ``position``."""

    def __init__(self, position: int) -> None:
        super().__init__()
        self.position = position


def json_elements(text: str, position: int) -> Iterator[tuple[Any, int]]:
    """The elements of a JSON array whose bracket is just before ``position``, each with where it begins.

    One that JSON readers take and a table must not have (NaN, a name twice) comes as ``ForbiddenElement``.
    """
    position = _skip(text, position)
    if text[position : position + 1] == "]":
        end = position
    else:
        while True:
            value, end = _element(text, position)
            yield value, position
            end = _skip(text, end)
            if text[end : end + 1] != ",":
                break
            position = _skip(text, end + 1)
    if text[end : end + 1] != "]":
        raise JsonCut(end)
    if text[end + 1 :].strip():
        raise JsonCut(_skip(text, end + 1))


def _element(text: str, position: int) -> tuple[Any, int]:
    try:
        return STRICT_JSON.raw_decode(text, position)
    except ForbiddenJson as forbidden:
        problem = str(forbidden)
    except (ValueError, RecursionError) as error:
        raise JsonCut(position) from error
    try:
        return ForbiddenElement(problem), json.JSONDecoder().raw_decode(text, position)[1]
    except (ValueError, RecursionError) as error:
        raise JsonCut(position) from error


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _WHITESPACE:
        position += 1
    return position


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ForbiddenJson("FIELD_TWICE")
    return values


def _no_constant(_name: str) -> None:
    raise ForbiddenJson("INVALID_NUMBER")


STRICT_JSON = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def _json(decode: Callable[[], Any]) -> Any:
    try:
        return decode()
    except (ValueError, RecursionError) as error:
        raise BadLine("TABLE_NOT_JSON") from error


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of a line of CSV; without a delimiter it is one cell, which no common one may divide.

    Raises BadLine for a quote that is not closed, and for one inside or beside a cell.
    """
    cells: list[str] = []
    position = 0
    while True:
        start = position + len(line[position:]) - len(line[position:].lstrip(" "))
        if line[start : start + 1] == '"':
            cell, position = _quoted(line, start)
            position += len(line[position:]) - len(line[position:].lstrip(" "))
            if position < len(line) and line[position] != delimiter:
                raise BadLine("TABLE_QUOTE_MISPLACED")
        else:
            end = line.find(delimiter, position) if delimiter else len(line)
            end = len(line) if end < 0 else end
            cell, position = line[position:end].strip(), end
            if '"' in cell:
                raise BadLine("TABLE_QUOTE_MISPLACED")
            if not delimiter and any(mark in cell for mark in _COMMON_DELIMITERS):
                raise BadLine("TABLE_CELL_COUNT")
        cells.append(cell)
        if position >= len(line):
            return cells
        position += 1


def _quoted(line: str, start: int) -> tuple[str, int]:
    """The text of a quoted cell, and where the line goes on."""
    parts: list[str] = []
    position = start + 1
    while (end := line.find('"', position)) >= 0:
        parts.append(line[position:end])
        if line[end + 1 : end + 2] != '"':
            return "".join(parts), end + 1
        parts.append('"')
        position = end + 2
    raise BadLine("TABLE_QUOTE_OPEN")


def _text(path: Path) -> str:
    """The text of a file, its lines ended by LF. Raises Refused."""
    data = read_untrusted(path, _MOST_BYTES)
    encoding = encoding_of(data)
    if not encoding:
        raise other_encoding(path, data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise other_encoding(path, data) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def other_encoding(path: Path, data: bytes) -> Refused:
    """The refusal of a file that is neither UTF-8 nor UTF-16, which says what it is instead where it can."""
    if kind := kind_of_file(data):
        return Refused("TABLE_NO_TEXT", file=path.name, kind=kind)
    name = name_of_seven_bits(data) or name_of_other(data)
    return Refused("TABLE_OTHER_ENCODING" if name else "TABLE_ENCODING", file=path.name, encoding=name)


def _has(text: str, categories: frozenset[str]) -> bool:
    return not text.isprintable() and any(unicodedata.category(char) in categories for char in text)


def refusal(name: str, problems: Sequence[tuple[int, str]], **parameters: str) -> Refused:
    """The refusal of a whole file, by the lines that cannot be read and the code of what is wrong there.

    ``parameters`` are those of the first code; a name of somebody's column is cut short.
    """
    line, code = problems[0]
    numbers = list(dict.fromkeys(number for number, _ in problems))
    named = ", ".join(str(number) for number in numbers[:_MOST_LINES_NAMED])
    more = ", …" if len(numbers) > _MOST_LINES_NAMED else ""
    shown = {
        key: "".join(filter(str.isprintable, value[:_LONGEST_SHOWN])) for key, value in parameters.items()
    }
    return Refused(
        "TABLE_LINES_REFUSED", file=name, line=line, problem=Notice(code, shown), lines=named + more
    )
