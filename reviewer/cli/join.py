"""``reviewer join``: a workspace of one's own on one's own machine, from a lead's invitation."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, PassphraseFile, WorkspaceDir, first_line, opened, passphrase_from
from reviewer.errors import Refused
from reviewer.places import PROJECT_FILE, default_workspace
from reviewer.recent_workspaces import remember_workspace
from reviewer.untrusted_files import read_untrusted_text


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
    from reviewer.access.invitation import InvitationFile  # noqa: PLC0415 - loads cryptography
    from reviewer.clips.keys import KdfParameters  # noqa: PLC0415
    from reviewer.lead.project_file import parse_project  # noqa: PLC0415
    from reviewer.model.clock import SystemClock  # noqa: PLC0415
    from reviewer.session.joining import ANSWER_FILE, join_workspace  # noqa: PLC0415

    invitation = InvitationFile.read(read_untrusted_text(file))
    parse_project(invitation.policy.files[PROJECT_FILE].decode(), PROJECT_FILE)
    code, folder = _code_from(code_file), workspace or default_workspace()
    passphrase = passphrase_from(passphrase_file, is_new=True)
    person = join_workspace(
        folder, invitation, code, passphrase, clock=SystemClock(), parameters=KdfParameters()
    )
    remember_workspace(folder)
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
