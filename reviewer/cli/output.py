"""What commands print: tables or one JSON object on stdout, progress and errors on stderr."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unicodedata import category

from typer.core import TyperArgument, TyperGroup

from reviewer.errors import Notice, Parameter, ReviewerError
from reviewer.messages import Words, command_catalogue

Progress = Callable[[int, int], None]
_WHOLE = 1000


class CommandGroup(TyperGroup):
    """A group whose help is for people: Typer cuts the first sentence of a command off at one line, and has
    ``<list[str]>`` behind the name of an argument, which already says what to give."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        for parameter in command.params if command else ():
            if isinstance(parameter, TyperArgument):
                vars(parameter)["display_type_rich"] = lambda **_: None
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, command.get_short_help_str(_WHOLE)) for name, command in commands if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def sentence(code: str, /, **parameters: Parameter) -> str:
    """A sentence of the commands' message catalogue."""
    return command_catalogue().words(Notice(code, parameters)).sentence


def term(kind: str, value: str) -> str:
    """The word for an enum's value, such as ``term("ROLE", person.role)``."""
    return sentence(f"{kind}_{value.replace('.', '_').upper()}")


def words_of(problem: ReviewerError) -> Words:
    """The words of an error."""
    return command_catalogue().words(problem.notice)


def print_error(problem: ReviewerError) -> None:
    """Prints an error's sentence and hint, one line each."""
    words = words_of(problem)
    try:
        print(_one_line(words.sentence), file=sys.stderr)
        if words.hint:
            print(_one_line(words.hint), file=sys.stderr)
    except OSError:  # nobody can be told; Python must not try again at exit, which would change the code
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def print_json(body: Mapping[str, Any]) -> None:
    """Prints one JSON object, in ASCII where the output's encoding does not have every letter."""
    has_all = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    text = json.dumps(body, ensure_ascii=not has_all, indent=2)
    print(text, flush=True)  # a checkpoint counts as out once it is


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints aligned columns, one line a row, never wrapped, for people and for grep."""
    texts = [[_one_line(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(heads))]
    for row in texts:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_titled(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Prints rows with the same keys as a table below a title; nothing if there are none."""
    if rows:
        print(f"\n{title}")
        cells = [["-" if value is None else value for value in row.values()] for row in rows]
        print_table(tuple(rows[0]), cells)


@contextmanager
def progress_bar(what: str) -> Iterator[Progress]:
    """A progress bar on stderr if that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, all_: bar.update(task, completed=done, total=all_)


def _one_line(cell: object) -> str:
    # A file name or a typed name must not move the cursor or colour the terminal.
    return "".join(" " if category(character)[0] == "C" else character for character in str(cell))
