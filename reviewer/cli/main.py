"""The command line: all commands, and how their errors end as a message and an exit code."""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import (
    audit,
    backup,
    broker,
    clip_list,
    clips,
    conventions,
    corpus,
    doctor,
    drafts,
    export,
    held,
    init,
    join,
    lexicon,
    move,
    nda,
    output,
    people,
    pii,
    policy,
    qa,
    queue,
    recovery,
    retention,
)
from reviewer.errors import Refused, ReviewerError, Unavailable

_STOPPED = 130
# Newer versions of typer carry their own click; its usage errors are reached through typer's subclass.
_UsageError = typer.BadParameter.__mro__[1]


def _demo(
    _folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", show_default=False)] = None,
    _tour: Annotated[
        Path | None,
        typer.Option("--tour", metavar="OUT", help="Drive the window without a screen.", show_default=False),
    ] = None,
) -> None:
    """Open the workstation on demo clips, with three demo people."""
    raise AssertionError("reviewer.__main__ starts the window itself, without loading the commands")


app = typer.Typer(
    cls=output.CommandGroup,
    name="reviewer",
    help="Reviews voice clips. Without a command it opens the workstation: `reviewer [--workspace DIR]`.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.command("init")(init.init)
app.command("demo")(_demo)
app.add_typer(people.app, name="people")
app.command("enrol")(people.enrol)
app.command("join")(join.join)
app.command("recover")(recovery.recover)
app.add_typer(nda.app, name="nda")
app.command("import")(clips.import_clips)
app.add_typer(queue.app, name="queue")
app.add_typer(clip_list.app, name="clips")
app.command("corpus")(corpus.corpus)
app.add_typer(held.app, name="held")
app.add_typer(qa.app, name="qa")
app.add_typer(drafts.app, name="drafts")
app.add_typer(conventions.app, name="conventions")
app.add_typer(lexicon.app, name="lexicon")
app.add_typer(pii.app, name="pii")
app.command("export")(export.export)
app.add_typer(audit.app, name="audit")
app.command("purge")(clips.purge)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("move")(move.move)
app.command("broker")(broker.broker)
app.add_typer(policy.app, name="policy")
app.add_typer(retention.app, name="retention")
app.add_typer(retention.recall_app, name="recall")
app.command("doctor")(doctor.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        print(version("reviewer"))
        raise typer.Exit


@app.callback()
def _common(
    _shown: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str], commands: typer.Typer = app) -> int:
    """Runs one command and returns its exit code; an error is one sentence and one hint on stderr.

    Codes: 0 done; 1 our bug; 2 refused by a rule; 3 disk, server or device failed; 4 data does not verify;
    130 interrupted.
    """
    _open_missing_streams()
    for stream in (sys.stdout, sys.stderr):  # for a terminal of few letters, and names that are no text
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = commands(list(arguments), prog_name="reviewer", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # typer turns the first into the second
        _discard_output()  # the reader has closed the pipe, as ``head`` does; the work is done
        return 0
    except Exception as problem:  # noqa: BLE001 - the one place where every error becomes a sentence
        known = _as_known_error(problem)
        output.print_error(known)
        try:
            sys.stdout.flush()
        except OSError:
            _discard_output()
        return known.exit_code
    if code == _STOPPED:
        output.print_error(Unavailable("INTERRUPTED"))
    return code if isinstance(code, int) else 0


def _open_missing_streams() -> None:
    """Opens what the caller closed: nothing comes in, errors go nowhere, and writing output fails.

    Without this the next file that is opened gets the number of one of them.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            with suppress(OSError):
                os.fstat(number)
                continue
            # It gets the lowest free number, which is this one.
            descriptor = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _as_known_error(problem: Exception) -> ReviewerError:
    if isinstance(problem, ReviewerError):
        return problem
    if isinstance(problem, _UsageError):
        context = getattr(problem, "ctx", None)
        path = context.command_path if context else "reviewer"
        message = problem.format_message().replace("Value error, ", "")  # type: ignore[attr-defined]
        return Refused("USAGE", problem=message, command=path)
    if isinstance(problem, UnicodeEncodeError):  # bytes that are no text, typed or in an argument
        return Refused("TYPED_NOT_TEXT")
    if isinstance(problem, typer.Abort):
        return Unavailable("INTERRUPTED")
    if isinstance(problem, OSError):
        return Unavailable("OPERATING_SYSTEM", problem=str(problem))
    where = problem.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    # Not the message: it may contain typed text.
    place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "-"
    return ReviewerError("BUG", kind=type(problem).__name__, place=place)


def _discard_output() -> None:
    """Discards output that could not be written: Python tries again at exit, and would change the exit code.

    See the note on SIGPIPE in the documentation of the signal module.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
