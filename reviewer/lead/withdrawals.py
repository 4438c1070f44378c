"""The file that names sources whose consent was withdrawn: plain lines, CSV or JSON Lines."""

import csv
import io
import json
from pathlib import Path

from reviewer.errors import Refused, Unavailable

_FIELD = "source_id"


def read_withdrawn(file: Path) -> tuple[str, ...]:
    """The source ids of a file, in its order, each once.

    JSON Lines where the first line begins an object, CSV where it names a column ``source_id``, else one
    id a line. Raises Unavailable when the file cannot be read, Refused when a line makes no sense: a
    withdrawal that was overlooked would be worse than one that must be sent again.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unavailable("The list of withdrawals cannot be read.", str(error)) from error
    except UnicodeDecodeError as error:
        raise Refused("The list of withdrawals is not UTF-8 text.", "Save it as UTF-8.") from error
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise Refused("The list of withdrawals is empty.", "Give one source id a line.")
    first = lines[0][1]
    if first.startswith("{"):
        found = [_from_json(number, line) for number, line in lines]
    elif _FIELD in (cell.strip() for cell in next(csv.reader([first]))):
        found = _from_csv(text)
    else:
        found = [line for _, line in lines]
    return tuple(dict.fromkeys(found))


def _from_json(number: int, line: str) -> str:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise _bad_line(number) from error
    value = row.get(_FIELD) if isinstance(row, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise _bad_line(number)
    return value.strip()


def _from_csv(text: str) -> list[str]:
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    found = []
    for row in rows:
        value = next((cell for head, cell in row.items() if head and head.strip() == _FIELD), None)
        if not value or not value.strip():
            raise _bad_line(rows.line_num)
        found.append(value.strip())
    return found


def _bad_line(number: int) -> Refused:
    return Refused(
        f"Line {number} of the list of withdrawals names no source.", "Nothing was purged; correct the line."
    )
