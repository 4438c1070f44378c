"""``reviewer join``: a workspace of one's own on one's own machine, from a lead's invitation."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, PassphraseFile, WorkspaceDir, first_line, opened, passphrase_from
from reviewer.errors import Refused
from reviewer.places import default_workspace


def join(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The invitation that your lead sent.")],
    code_file: Annotated[
        Path | None,
        typer.Option(
            "--code-file",
            metavar="FILE",
            help="Or a pipe; its first line is the one-time code; default: a prompt.",
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceDir = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Make a workspace on this machine from a lead's invitation; writes the answer for the lead."""
    from reviewer.lead.joining import join_team, read_invitation  # noqa: PLC0415 - loads cryptography
    from reviewer.session.team_files import ANSWER_FILE  # noqa: PLC0415

    invitation, _ = read_invitation(file)
    code, folder = _code_from(code_file), workspace or default_workspace()
    passphrase = passphrase_from(passphrase_file, is_new=True)
    person = join_team(folder, invitation, code, passphrase)
    with opened(folder):  # what this program does not understand of the project is said now
        answer = str(folder / ANSWER_FILE)
    if json:
        output.print_json({"workspace": str(folder), "name": person.name, "answer": answer})
    else:
        role = output.term("ROLE", person.role)
        print(output.sentence("JOINED", folder=str(folder), name=person.name, role=role, file=answer))


def _code_from(file: Path | None) -> str:
    if file is not None:
        return first_line(file)
    if not sys.stdin.isatty():
        raise Refused("NO_CODE")
    return getpass.getpass("Code: ")
