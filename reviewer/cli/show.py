"""What commands print: columns or one JSON object on stdout, progress and errors on stderr."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unicodedata import category

from reviewer.errors import ReviewerError

Progress = Callable[[int, int], None]


def as_json(body: Mapping[str, Any]) -> None:
    """Prints one JSON object."""
    print(json.dumps(body, ensure_ascii=False, indent=2))


def columns(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints aligned columns, one line a row, never wrapped: they are read by people and by grep."""
    texts = [[_one_line(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[place]) for row in texts) for place in range(len(heads))]
    for row in texts:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def error(problem: ReviewerError) -> None:
    """Prints what went wrong: a sentence and a hint."""
    print(_one_line(problem.sentence), file=sys.stderr)
    if problem.hint:
        print(_one_line(problem.hint), file=sys.stderr)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """A progress bar on stderr where that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    looks = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*looks, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, all_: bar.update(task, completed=done, total=all_)


def _one_line(cell: object) -> str:
    # A file name or a typed name must not move the cursor or colour the terminal.
    return "".join(" " if category(character)[0] == "C" else character for character in str(cell))
