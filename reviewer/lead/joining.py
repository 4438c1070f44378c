"""Reads an invitation and joins by it, at a terminal and in the window."""

from pathlib import Path

from reviewer.access.invitation import InvitationFile
from reviewer.clips.keys import KdfParameters
from reviewer.lead.project_file import parse_project
from reviewer.model.clock import SystemClock
from reviewer.model.people import Person
from reviewer.model.project import Project
from reviewer.places import PROJECT_FILE
from reviewer.recent_workspaces import remember_workspace
from reviewer.session.joining import join_workspace
from reviewer.untrusted_files import decoded_untrusted, read_untrusted_text


def read_invitation(file: Path) -> tuple[InvitationFile, Project]:
    """The invitation in a file, and its project. Raises Refused, Unavailable."""
    invitation = InvitationFile.read(read_untrusted_text(file))
    text = decoded_untrusted(PROJECT_FILE, invitation.policy.files[PROJECT_FILE])
    return invitation, parse_project(text, PROJECT_FILE)


def join_team(
    folder: Path,
    invitation: InvitationFile,
    code: str,
    passphrase: str,
    *,
    parameters: KdfParameters | None = None,
) -> Person:
    """Makes the folder and remembers it as the one opened last. Raises as ``join_workspace``."""
    person = join_workspace(
        folder, invitation, code, passphrase, clock=SystemClock(), parameters=parameters or KdfParameters()
    )
    remember_workspace(folder)
    return person
