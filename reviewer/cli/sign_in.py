"""Signs in for a command: common options, name, passphrase, session."""

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.errors import Refused, ReviewerError
from reviewer.places import default_workspace
from reviewer.untrusted_files import read_first_line

if TYPE_CHECKING:
    from reviewer.model.people import Identity
    from reviewer.workspace import SignedIn, Workspace

VARIABLE = "REVIEWER_PASSPHRASE"
_MOST_PASSPHRASE_BYTES = 1 << 20
_KEYWORD = Parameter.KEYWORD_ONLY

WorkspaceDir = Annotated[
    Path | None,
    typer.Option(
        "--workspace", metavar="DIR", help="The workspace; default: this user's own.", show_default=False
    ),
]
AsName = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="Your name; default: a prompt.", show_default=False),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="Or a pipe; its first line is the passphrase; default: REVIEWER_PASSPHRASE, or a prompt.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@dataclass(frozen=True, slots=True)
class CommandSession:
    """A workspace and the person who signed in; ``passphrase`` is for acts that need it again."""

    workspace: "Workspace"
    person: "SignedIn"
    passphrase: str = field(repr=False)


@contextmanager
def opened(folder: Path | None) -> Iterator["Workspace"]:
    """Opens a workspace without signing in."""
    # Not at the top: --help and a mistyped option answer at once, without cryptography and numpy.
    from reviewer.workspace import open_workspace  # noqa: PLC0415

    with open_workspace(folder or default_workspace()) as workspace:
        yield workspace


@contextmanager
def signed_in(
    folder: Path | None, name: str | None, file: Path | None, *, purges_due: bool = True
) -> Iterator[CommandSession]:
    """Signs a person in for one command, and out when it ends; first purges what is due.

    ``purges_due``: False for the command that does so itself, and reports it.
    """
    with opened(folder) as workspace:
        who, passphrase = name_from(name), passphrase_from(file)
        person = workspace.sign_in(who, passphrase)
        try:
            if purges_due:
                _purge_due(workspace, person)
            yield CommandSession(workspace, person, passphrase)
        finally:
            workspace.sign_out(person)


@contextmanager
def signed_in_for_policy(
    folder: Path | None, name: str | None, file: Path | None
) -> "Iterator[tuple[Workspace, Identity]]":
    """A lead's session in which the files may differ from those that were signed; it opens no clip."""
    with opened(folder) as workspace:
        sessions = workspace.sessions
        identity = sessions.sign_in(name_from(name), passphrase_from(file), for_policy=True)
        try:
            yield workspace, identity
        finally:
            sessions.sign_out(identity)


def _purge_due(workspace: "Workspace", person: "SignedIn") -> None:
    """Purges by date; says so on stderr. Where it fails the command still runs: nothing due can be opened."""
    from reviewer.cli import output  # noqa: PLC0415

    try:
        purged = workspace.purge_due(person.identity)
    except ReviewerError as problem:
        output.print_error(problem)
    else:
        if purged:
            print(output.sentence("PURGED_BY_DATE", clips=len(purged)), file=sys.stderr)


def signs_in(command: Callable[..., None]) -> Callable[..., None]:
    """Makes a command that signs in first; it gets the session, and the options that this takes."""

    @wraps(command)
    def run(
        workspace: Path | None, as_name: str | None, passphrase_file: Path | None, **arguments: object
    ) -> None:
        with signed_in(workspace, as_name, passphrase_file) as work:
            command(work, **arguments)

    _, *own, as_json = signature(command).parameters.values()
    to_sign_in = {"workspace": WorkspaceDir, "as_name": AsName, "passphrase_file": PassphraseFile}
    added = [Parameter(name, _KEYWORD, default=None, annotation=kind) for name, kind in to_sign_in.items()]
    run.__signature__ = Signature(  # type: ignore[attr-defined]
        [each.replace(kind=_KEYWORD) for each in (*own, *added, as_json)]
    )
    return run


def name_from(given: str | None) -> str:
    """The name from ``--as`` or a prompt; raises Refused if there is neither."""
    if given:
        return given
    if not sys.stdin.isatty():
        raise Refused("NO_NAME")
    print("Name: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def passphrase_from(file: Path | None, *, is_new: bool = False) -> str:
    """The passphrase from a file, the environment or a prompt; a new one is asked for twice.

    Raises: Refused if there is none, or the file cannot be read.
    """
    if file is not None:
        return first_line(file)
    if VARIABLE in os.environ:
        return os.environ[VARIABLE]
    if not sys.stdin.isatty():
        raise Refused("NO_PASSPHRASE")
    return _asked_twice() if is_new else getpass.getpass("Passphrase: ")


def new_passphrase_from(file: Path | None) -> str:
    """The passphrase that replaces one's own, from a file or a prompt. Raises Refused, Unavailable."""
    if file is not None:
        return first_line(file)
    if not sys.stdin.isatty():
        raise Refused("NO_NEW_PASSPHRASE")
    return _asked_twice()


def _asked_twice() -> str:
    first = getpass.getpass("New passphrase: ")
    if getpass.getpass("Again: ") != first:
        raise Refused("PASSPHRASES_DIFFER")
    return first


def first_line(file: Path) -> str:
    """The first line of a file or pipe with a secret. Raises Refused when it is empty or cannot be read."""
    line = read_first_line(file, _MOST_PASSPHRASE_BYTES)
    if not line:
        raise Refused("PASSPHRASE_FILE_EMPTY")
    return line
