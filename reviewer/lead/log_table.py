"""The access log as CSV, for auditors; cells that a spreadsheet might take for a formula are escaped."""

import csv
import json
from collections.abc import Iterable, Mapping
from typing import TextIO

from reviewer.access.log_chain import LogRow
from reviewer.formats.csv_table import shown_cell
from reviewer.model.clock import to_iso

COLUMNS = (
    "seq",
    "at",
    "person",
    "role",
    "session",
    "action",
    "object",
    "outcome",
    "reason",
    "detail",
    "hash",
)


def write_table(out: TextIO, rows: Iterable[LogRow], names: Mapping[str, str]) -> int:
    """Writes the rows in the given order, with people by name; returns how many. Raises Damaged."""
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    count = 0
    for row in rows:
        event = row.event()
        detail = json.dumps(dict(event.detail), ensure_ascii=False, sort_keys=True)
        cells = (
            str(row.seq), to_iso(row.at()), names.get(event.actor, event.actor), event.role, event.session,
            event.action.value, names.get(event.object, event.object), event.outcome, event.reason, detail,
            row.hash.hex(),
        )  # fmt: skip
        table.writerow([shown_cell(cell) for cell in cells])
        count += 1
    return count
