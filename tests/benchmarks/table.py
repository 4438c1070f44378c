"""The rows of the benchmarks' table: what was measured, and what it must be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; ``is_met`` is what the numbers say, not a matter of opinion."""

    figure: str
    measured: str
    must_be: str
    is_met: bool


ROWS: list[Row] = []
"""What was measured in this process, in the order of measuring."""


def row(figure: str, measured: str, must_be: str, ok: bool) -> None:
    """Prints a figure and keeps it for the table at the end; a miss is told, and fails nothing."""
    made = Row(figure, measured, must_be, bool(ok))
    ROWS.append(made)
    print(f"\n{'met ' if made.is_met else 'MISS'}  {figure}: {measured} (must be {must_be})")
