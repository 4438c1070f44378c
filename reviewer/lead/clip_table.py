"""The list of all clips as a table of text, for files and terminals."""

import csv
from collections.abc import Iterable
from typing import TextIO

from reviewer.formats.csv_table import shown_cell
from reviewer.model.clip_list import ListedClip
from reviewer.model.clock import from_micros, to_iso

COLUMNS = (
    "clip", "state", "locale", "product", "seconds", "has", "assigned", "did", "changed_at", "passes", "done",
    "skips", "hold", "held_back", "skill", "priority",
)  # fmt: skip


def cells(row: ListedClip) -> tuple[str, ...]:
    """A clip in the order of ``COLUMNS``; several people and reasons are separated by semicolons."""
    skips = (f"{reason} {count}" for reason, count in row.reasons.items())
    return (
        row.id, row.state.value, row.locale, row.product, f"{row.seconds:.3f}", "; ".join(row.has),
        "; ".join(row.assigned), "; ".join(row.did), to_iso(from_micros(row.changed_at)), str(row.passes),
        str(row.done), "; ".join(skips), row.hold, "; ".join(row.held_back),
        row.skill, str(row.priority),
    )  # fmt: skip


def write_clips(out: TextIO, rows: Iterable[ListedClip]) -> None:
    """Writes the clips as CSV; cells that a spreadsheet might take for a formula are escaped."""
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([shown_cell(cell) for cell in cells(row)] for row in rows)
