"""The report of an import as CSV, which spreadsheets open without taking a cell for a formula."""

import csv
from collections.abc import Iterable
from typing import TextIO

from reviewer.formats.csv_table import safe_cell
from reviewer.lead.intake_report import ReportRow
from reviewer.messages import MessageCatalogue

COLUMNS = ("line", "outcome", "code", "clip", "audio", "sentence")


def write_report(out: TextIO, rows: Iterable[ReportRow], catalogue: MessageCatalogue) -> None:
    """Writes a row for each line; the columns are the keys of ``import --json``."""
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in rows:
        cells = row.to_json(catalogue)
        table.writerow([safe_cell(str(cells[name])) for name in COLUMNS])
