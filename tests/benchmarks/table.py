"""The rows of the benchmarks' table: what was measured, and what it must be."""

from collections.abc import Sequence
from dataclasses import dataclass

PROMISED = (
    "overview of 1 h FLAC",
    "overview of 1 h WAV",
    "open a sealed clip to waveform painted",
    "pan/zoom frame",
    "key press to first sample of the clip in the callback",
    "submit to the next clip painted and playable",
    "memory, 10 h clip open, playing and scrolled end to end",
    "picture against sound after",
    "start of the program to first paint",
    "key to painted, 600 segments",
    "key to painted, 20,000 words",
    "pasting 20,000 words, to painted",
    "verifying an access log",
)
"""How the promised figures begin, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; ``is_met`` is what the numbers say, not a matter of opinion."""

    figure: str
    measured: str
    must_be: str
    is_met: bool

    @property
    def place(self) -> int:
        """Where it stands among the promised ones; after them if it is there for comparison only."""
        return next((n for n, name in enumerate(PROMISED) if self.figure.startswith(name)), len(PROMISED))


ROWS: list[Row] = []
"""What was measured in this process, in the order of measuring."""


def row(figure: str, measured: str, must_be: str, ok: bool) -> None:
    """Prints a figure and keeps it for the table at the end; a miss is told, and fails nothing."""
    made = Row(figure, measured, must_be, bool(ok))
    ROWS.append(made)
    print(f"\n{'met ' if made.is_met else 'MISS'}  {figure}: {measured} (must be {must_be})")


def as_table(rows: Sequence[Row]) -> list[str]:
    """The promised figures in their order, then the others; a promised one that is missing has a row too."""
    measured = {each.place for each in rows}
    missing = [Row(name, "not measured", "", False) for n, name in enumerate(PROMISED) if n not in measured]
    lines = ["| figure | measured | must be | met |", "|---|---|---|---|"]
    for each in sorted([*rows, *missing], key=lambda each: each.place):
        met = "yes" if each.is_met else "**no**"
        if each in missing or (each.is_met and each.place == len(PROMISED)):
            met = ""
        lines.append(f"| {each.figure} | {each.measured} | {each.must_be} | {met} |")
    return lines
