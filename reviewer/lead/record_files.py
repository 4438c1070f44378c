"""Reads the records of a manifest one by one: JSON Lines, a JSON array, or a table with a heading.

Encodings, headings and delimiters are those of ``table_files``, but a record that cannot be read is told and
never stops the rest: its clip stays out, the others come in. What is wrong with the file as a whole (its
encoding, its heading, a JSON text that breaks off) refuses the file, once.
"""

import csv
import io
import re
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, overload

from reviewer.errors import Refused
from reviewer.lead.table_files import (
    STRICT_JSON,
    BadLine,
    ForbiddenElement,
    ForbiddenJson,
    Heading,
    JsonCut,
    field_name,
    find_heading,
    has_nameless_cell,
    json_elements,
    other_encoding,
    refusal,
)
from reviewer.lead.text_encodings import UTF_8, encoding_of, kind_of_file, name_of_other, name_of_seven_bits
from reviewer.untrusted_files import open_untrusted, read_pieces

_LONGEST_LINE = 4 << 20
_MOST_BYTES = 256 << 20
_MOST_LINES_A_RECORD = 50
_MOST_SHOWN = 60
_SURE_COLUMNS = 5
"""A line of a text hardly has as many delimiters as a row with these."""
_BYTES_OF_START = 1 << 16
# Common Voice writes its tables of tabs without quoting, a backslash before a tab or backslash in a cell.
# Before anything else a backslash is itself.
_UNQUOTED_COLUMN = "client_id"
_ESCAPED = re.compile(r"\\([\\\t])")
_JSON_ENDINGS = frozenset({".jsonl", ".ndjson", ".json"})
# No delimiter: nothing divides the only column.
_UNIT_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Record:
    """A record: the line on which it begins, counted from 1, and its values or the code of what is wrong."""

    line: int
    values: Mapping[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file in order. Those of a table have only text, and the fields of its heading.

    They may be read from the file each time that they are asked for, which may raise Refused at the end.
    """

    records: Iterable[Record]
    is_table: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.problem and not self.text.strip()


class _ReadAgain(Iterable[Record]):
    """Records that are made whenever they are asked for, rather than kept."""

    def __init__(self, make: Callable[[], Iterator[Record]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Record]:
        return self._make()


class _Lines(Sequence[_Line]):
    """The lines of a file, read whenever they are asked for: only where they begin is kept."""

    def __init__(self, name: str, file: BinaryIO, starts: "array[int]") -> None:
        """``starts``: of each line, and one byte behind the last."""
        self._name, self._file, self._starts, self._skipped = name, file, starts, 0

    def leave_out_blank_start(self) -> None:
        """From now on the first line is one that is not blank."""
        self._skipped = next((index for index, line in enumerate(self) if not line.is_blank), len(self))

    def content(self, most_bytes: int = _MOST_BYTES) -> bytes:
        """What the file holds, or the beginning of it."""
        self._file.seek(0)
        return self._file.read(min(most_bytes, self._starts[-1] - 1))

    def __len__(self) -> int:
        return len(self._starts) - 1 - self._skipped

    @overload
    def __getitem__(self, index: int) -> _Line: ...
    @overload
    def __getitem__(self, index: slice) -> list[_Line]: ...
    def __getitem__(self, index: int | slice) -> _Line | list[_Line]:
        numbers = range(self._skipped, len(self._starts) - 1)
        return [*map(self._line, numbers[index])] if isinstance(index, slice) else self._line(numbers[index])

    def _line(self, number: int) -> _Line:
        start, end = self._starts[number], self._starts[number + 1] - 1
        try:
            self._file.seek(start)
            return _line(number + 1, self._file.read(end - start))
        except OSError as error:
            raise Refused("FILE_UNREADABLE", file=self._name, problem=error.strerror or "") from error


def read_records(path: Path, keys: Sequence[str], fields: Sequence[str], *, unstripped: str = "") -> Records:
    """All records of a file. A heading names one of ``keys``; ``fields`` are the other known columns.

    UTF-8 or UTF-16, with or without a byte order mark; lines end by LF, CRLF, or by CR if the first does.
    The first line decides the format, or, if it looks like none, the file's extension. Names of fields may be
    in any case; spaces around cells do not count, but in the column ``unstripped``.

    Raises: Refused for a file that cannot be read, has another encoding, no heading, or is no whole JSON.
    """
    lines = _lines(path)
    lines.leave_out_blank_start()
    if not lines:
        return Records(())
    csv.field_size_limit(_LONGEST_LINE)  # of the process: 131,072 characters are the text of three hours
    known = {field_name(name): name for name in (*keys, *fields)}  # a later one counts
    first = lines[0].text.lstrip()
    if first.startswith("["):
        return Records(tuple(_require_some(path, _renamed(_json_array(path, lines), known))))
    if first.startswith("{"):
        _require_one_a_line(path, lines)
        return Records(_ReadAgain(lambda: _require_some(path, _renamed(_json_lines(lines), known))))
    heading = _heading(path, lines, keys, known)
    if heading is None:
        records = _ReadAgain(lambda: _renamed(_json_lines(lines), known))
        if all(record.problem for record in records):
            raise _no_heading(path, lines, keys)
        return Records(records)
    _require_once(path, lines, heading)
    key = heading.names.index(next(key for key in keys if key in heading.names))
    rows = _ReadAgain(lambda: _require_some(path, _table(lines, heading, key, unstripped)))
    return Records(rows, is_table=True)


def _require_once(path: Path, lines: Sequence[_Line], heading: Heading) -> None:
    named = [name for name in heading.names if name]
    if len(set(named)) < len(named):
        number = lines[next(_after(lines, heading.length - 1))].number
        raise refusal(path.name, [(number, "HEADER_FIELD_TWICE")])


def _lines(path: Path) -> _Lines:
    with ExitStack() as opened:
        file = opened.enter_context(open_untrusted(path, _MOST_BYTES))
        lines = _divided(path.name, file, read_pieces(file, path, _MOST_BYTES))
        start = lines.content(_BYTES_OF_START)
        encoding = encoding_of(start)
        if encoding != UTF_8 or _ends_by_cr(start) or len(lines) == 1:
            data = lines.content()
            if not encoding:
                raise other_encoding(path, data)
            if encoding != UTF_8:
                try:
                    data = data.decode(encoding).encode()
                except UnicodeDecodeError as error:
                    raise other_encoding(path, data) from error
            if _ends_by_cr(data):
                data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            lines = _divided(path.name, io.BytesIO(data), [data])
        weakref.finalize(lines, opened.pop_all().close)
    _require_encoding(path, lines)
    return lines


def _ends_by_cr(data: bytes) -> bool:
    """Whether lines end by CR: spreadsheets on a Mac write LF only inside cells then."""
    return b"\r" in data.partition(b"\n")[0].rstrip(b"\r")


def _divided(name: str, file: BinaryIO, pieces: Iterable[bytes]) -> _Lines:
    """The lines of a file whose content comes in pieces; there is always one."""
    starts, size = array("Q", [0]), 0
    for piece in pieces:
        found = piece.find(b"\n")
        while found >= 0:
            starts.append(size + found + 1)
            found = piece.find(b"\n", found + 1)
        size += len(piece)
    starts.append(size + 1)
    return _Lines(name, file, starts)


def _line(number: int, raw: bytes) -> _Line:
    if len(raw) > _LONGEST_LINE and not raw.lstrip().startswith(b"["):
        return _Line(number, "", "LINE_TOO_LONG")
    try:
        # A mark may also stand where another file was appended.
        return _Line(number, raw.removesuffix(b"\r").decode().lstrip("\ufeff"))
    except UnicodeDecodeError:
        return _Line(number, "", "LINE_NOT_UTF8")


def _require_encoding(path: Path, lines: _Lines) -> None:
    """Refuses a file that is in another encoding throughout, rather than each line with a letter of it.

    One bad line among good ones was damaged, and so were some in a file that has other letters in UTF-8.
    """
    if not any(line.problem == "LINE_NOT_UTF8" for line in lines):
        if name_of_seven_bits(start := lines.content(_BYTES_OF_START)):
            raise other_encoding(path, start)
        return
    data = lines.content()
    if kind_of_file(data):
        raise other_encoding(path, data)
    bad = {line.number for line in lines if line.problem == "LINE_NOT_UTF8"}
    good = [line for line in lines if not line.problem and line.text.strip()]
    if any(not line.text.isascii() for line in good):
        return
    is_heading_alone = len(good) <= 1
    if len(bad) > 1 or is_heading_alone:
        raw = data.split(b"\n")
        joined = b"\n".join(raw[number - 1] for number in sorted(bad))
        if name_of_other(joined) or is_heading_alone:
            raise other_encoding(path, joined)


def _require_one_a_line(path: Path, lines: Sequence[_Line]) -> None:
    """Refuses JSON whose objects go over several lines: each of its lines would be refused for itself."""
    first = lines[0].text
    try:
        STRICT_JSON.decode(first)
    except (ValueError, RecursionError):
        text = "\n".join(line.text for line in lines[:_MOST_LINES_A_RECORD]).lstrip()
        try:
            _, end = STRICT_JSON.raw_decode(text)
        except (ValueError, RecursionError):
            return
        if "\n" in text[:end]:
            raise Refused("MANIFEST_OBJECT_OVER_LINES", file=path.name) from None


def _renamed(records: Iterable[Record], known: Mapping[str, str]) -> Iterator[Record]:
    """Records of JSON whose known fields are in the usual spelling."""
    usual = frozenset(known.values())
    for record in records:
        yield record if record.values.keys() <= usual else _with_usual_names(record, known)


def _with_usual_names(record: Record, known: Mapping[str, str]) -> Record:
    values = {known.get(field_name(name), name): value for name, value in record.values.items()}
    return (
        Record(record.line, values) if len(values) == len(record.values) else _bad(record.line, "FIELD_TWICE")
    )


def _require_some(path: Path, records: Iterable[Record]) -> Iterator[Record]:
    """The records of a file; a file of several lines none of which can be read is refused as a whole."""
    problems, is_any_read = list[tuple[int, str]](), False
    for record in records:
        is_any_read = is_any_read or not record.problem
        if not is_any_read:
            problems.append((record.line, record.problem))
        yield record
    if len(problems) > 1 and not is_any_read:
        raise refusal(path.name, problems)


def _json_array(path: Path, lines: Sequence[_Line]) -> Iterator[Record]:
    text = "\n".join(line.text for line in lines)
    before, number = 0, lines[0].number
    try:
        for value, start in json_elements(text, text.index("[") + 1):
            number += text.count("\n", before, start)
            before = start
            if isinstance(value, ForbiddenElement):
                yield _bad(number, value.problem)
            else:
                yield _object(number, value)
    except JsonCut as cut:
        at = lines[0].number + text.count("\n", 0, cut.position)
        raise refusal(path.name, [(at, "TABLE_NOT_JSON")]) from cut


def _json_lines(lines: Sequence[_Line]) -> Iterator[Record]:
    for line in lines:
        if line.is_blank:
            continue
        if line.problem:
            yield _bad(line.number, line.problem)
            continue
        try:
            # Whoever writes an array line by line leaves a comma behind each.
            values = STRICT_JSON.decode(line.text.rstrip().removesuffix(","))
        except (ValueError, RecursionError) as error:
            yield _bad(line.number, str(error) if isinstance(error, ForbiddenJson) else "LINE_NOT_JSON")
            continue
        yield _object(line.number, values)


def _object(number: int, value: Any) -> Record:
    return Record(number, value) if isinstance(value, dict) else _bad(number, "LINE_NOT_AN_OBJECT")


def _heading(path: Path, lines: _Lines, keys: Sequence[str], known: Mapping[str, str]) -> Heading | None:
    """The heading of a table; None if the file has none and is JSON Lines by its name."""
    start = [line.text for line in islice((line for line in lines if not line.is_blank), 3)]
    problems = []
    for key in keys:
        try:
            heading = find_heading(start, key, known)
        except BadLine as problem:
            problems.append(str(problem))
        else:
            if heading is not None:
                return heading
    if problems:
        raise refusal(path.name, [(lines[0].number, problems[0])])
    if path.suffix.lower() in _JSON_ENDINGS:
        return None
    raise _no_heading(path, lines, keys)


def _no_heading(path: Path, lines: _Lines, keys: Sequence[str]) -> Refused:
    if kind_of_file(start := lines.content(_BYTES_OF_START)):
        return other_encoding(path, start)
    shown = "".join(filter(str.isprintable, lines[0].text.replace("\t", " ")))[:_MOST_SHOWN]
    return Refused("MANIFEST_NO_HEADER", file=path.name, found=shown, expected=keys[0])


def _table(lines: Sequence[_Line], heading: Heading, key: int, unstripped: str) -> Iterator[Record]:
    """``key`` is the column that tells rows apart, by its place."""
    header = heading.names
    position = next(_after(lines, heading.length))
    while position < len(lines):
        line = lines[position]
        if line.is_blank:
            position += 1
            continue
        record = line.problem or _record(lines, position, heading, key)
        begin, position = position, position + 1 if isinstance(record, str) else record[1]
        if isinstance(record, str):
            yield _bad(line.number, record)
        elif not record[0]:
            doubtful = (each for each in lines[begin:position] if not each.is_blank)
            yield from (_bad(each.number, "LINE_QUOTE_OPEN") for each in doubtful)
        elif not any(record[0]):
            continue  # spreadsheets write rows of nothing
        elif has_nameless_cell(header, record[0]):
            yield _bad(line.number, "LINE_CELL_WITHOUT_NAME")
        elif tuple(map(field_name, record[0])) == tuple(map(field_name, header)):
            yield _bad(line.number, "LINE_HEADER_AGAIN")
        else:
            values = dict(zip(header, record[0], strict=True))
            values.pop("", None)
            stripped = {name: cell if name == unstripped else cell.strip() for name, cell in values.items()}
            yield Record(line.number, stripped)


def _after(lines: Sequence[_Line], length: int) -> Iterator[int]:
    """The place after as many lines that are not blank."""
    for position in count():
        if length == 0:
            yield position
            return
        length -= not lines[position].is_blank


def _record(lines: Sequence[_Line], start: int, heading: Heading, key: int) -> tuple[list[str], int] | str:
    """The cells of the record that starts at a line, and where the next starts; else what is wrong with it.

    A quoted cell may span several lines. An unclosed quote must not swallow the lines after it, so a record
    counts only if it is complete, has the right number of cells, and none of its other lines is like a
    record of its own. Where there are few columns such a line may be one of a text as well: there are no
    cells then, and none of the lines is a record.
    """
    delimiter, names = heading.delimiter or _UNIT_SEPARATOR, heading.names
    if delimiter == "\t" and _UNQUOTED_COLUMN in names:
        cells = [_ESCAPED.sub(r"\1", cell) for cell in lines[start].text.split("\t")]
        return (cells, start + 1) if len(cells) == len(names) else "LINE_WRONG_CELL_COUNT"
    for end in range(start + 1, min(start + _MOST_LINES_A_RECORD, len(lines)) + 1):
        if lines[end - 1].problem:
            break
        text = "\n".join(line.text for line in lines[start:end])
        try:
            (cells,) = csv.reader([text], strict=True, delimiter=delimiter, skipinitialspace=True)
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                continue
            cells = []
        if len(cells) < len(names) or any(cells[len(names) :]):
            return "LINE_WRONG_CELL_COUNT" if end == start + 1 else "LINE_QUOTE_OPEN"
        inner = (line.text for line in lines[start + 1 : end])
        if any(_is_like(cells[key], line, delimiter, len(names), key) for line in inner):
            if len(names) < _SURE_COLUMNS:
                return [], end
            break
        return cells[: len(names)], end
    return "LINE_QUOTE_OPEN"


def _is_like(value: str, line: str, delimiter: str, columns: int, key: int) -> bool:
    """Whether a line inside a quoted cell has all columns itself, with a key of the kind of ``value``."""
    try:
        (cells,) = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
    except csv.Error:
        return False
    suffixes = {PurePosixPath(each.strip('" ')).suffix.lower() for each in (value, *cells[key : key + 1])}
    return columns > 1 and len(cells) >= columns and bool(cells[key].strip()) and len(suffixes) == 1


def _bad(line: int, code: str) -> Record:
    return Record(line, {}, code)
