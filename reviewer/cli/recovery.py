"""One-time codes and the recovery key at a terminal, and ``reviewer recover``."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, WorkspaceDir, first_line, opened
from reviewer.errors import Refused, Unavailable
from reviewer.model.clock import to_iso

if TYPE_CHECKING:
    from reviewer.lead.people import Invitation
    from reviewer.workspace import Workspace

_TRIES = 3
_KEY_BYTES = 64
"""Of the file of a recovery key: the key, and spaces."""

NewRecoveryKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--recovery-key-file",
        metavar="FILE",
        help="A new file for the recovery key; default: it is printed.",
        show_default=False,
    ),
]


def show_recovery_key(
    workspace: "Workspace", recovery_key: str, file: Path | None, *, is_quiet: bool = False
) -> None:
    """Shows a new recovery key, or writes it to a new file, and tries what was written down.

    At a terminal it is typed back; from a file it is read back. ``is_quiet`` leaves printing to the caller.

    ``file`` was made by ``place_for_key``.

    Raises: Unavailable when the file cannot be written; Refused when it was typed wrongly three times.
    """
    if file is not None:
        _write_into(file, recovery_key)
        workspace.recovery.try_key(first_line(file))
    elif is_quiet:
        workspace.recovery.try_key(recovery_key)
    else:
        print(output.sentence("RECOVERY_KEY"))
        print(recovery_key, flush=True)
        if sys.stdin.isatty():
            _ask_back(workspace)
        else:
            workspace.recovery.try_key(recovery_key)
    if not is_quiet:
        print(output.sentence("RECOVERY_KEY_TRIED"))


def recover(
    lead: Annotated[str, typer.Option("--lead", metavar="NAME", help="The lead, new or locked out.")],
    workspace: WorkspaceDir = None,
    recovery_key_file: Annotated[
        Path | None,
        typer.Option(
            "--recovery-key-file",
            metavar="FILE",
            help="Its first line is the recovery key; default: a prompt.",
            show_default=False,
        ),
    ] = None,
    *,
    json: AsJson = False,
) -> None:
    """Issue an enrolment code for a lead with the recovery key, when no lead can sign in."""
    with opened(workspace) as open_workspace:
        if recovery_key_file is not None:
            recovery_key = first_line(recovery_key_file)
        elif sys.stdin.isatty():
            recovery_key = getpass.getpass("Recovery key: ")
        else:
            raise Refused("RECOVERY_KEY_NOT_GIVEN")
        invitation = open_workspace.recovery.recover(recovery_key, lead)
    print_code(invitation, "CODE_ISSUED", as_json=json)


def print_code(invitation: "Invitation", code: str, *, as_json: bool, file: str = "") -> None:
    """Prints a one-time code, after a sentence that says whose it is."""
    person, until = invitation.person, to_iso(invitation.until)
    if as_json:
        output.print_json(
            {
                "id": person.id,
                "name": person.name,
                "role": person.role.value,
                "code": invitation.code,
                "until": until,
                **({"file": file} if file else {}),
            }
        )
    else:
        told = f"{invitation.until:%Y-%m-%d %H:%M} UTC"
        words = {"name": person.name, "role": output.term("ROLE", person.role), "until": told}
        print(output.sentence(code, **words, **({"file": file} if file else {})))
        print(invitation.code)


def _ask_back(workspace: "Workspace") -> None:
    for tries_left in reversed(range(_TRIES)):
        print(output.sentence("RECOVERY_KEY_TYPE"), end="", flush=True)
        try:
            workspace.recovery.try_key(sys.stdin.readline())
        except Refused as error:
            wrong = Refused("RECOVERY_KEY_DIFFERS") if error.code == "WRONG_RECOVERY_KEY" else error
            if not tries_left:
                raise wrong from error
            output.print_error(wrong)
        else:
            return


@contextmanager
def place_for_key(file: Path | None) -> Iterator[None]:
    """Makes the file before the key, with room for it: else a key that cannot be kept replaces a good one.

    A file that got no key is removed. Raises: Refused when it exists, Unavailable when it cannot be made.
    """
    if file is None:
        yield
        return
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Refused("RECOVERY_KEY_FILE_EXISTS", file=str(file)) from error
    except OSError as error:
        raise Unavailable("OPERATING_SYSTEM", problem=str(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(b" " * _KEY_BYTES)
        yield
    except BaseException as error:
        if not file.read_bytes().strip():
            file.unlink()
        if isinstance(error, OSError):
            raise Unavailable("OPERATING_SYSTEM", problem=str(error)) from error
        raise


def _write_into(file: Path, recovery_key: str) -> None:
    try:
        with file.open("r+b") as stream:
            stream.write(f"{recovery_key.ljust(_KEY_BYTES - 1)}\n".encode())
    except OSError as error:
        raise Unavailable("OPERATING_SYSTEM", problem=str(error)) from error
