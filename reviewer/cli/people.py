"""``reviewer people`` and ``reviewer enrol``: who works here."""

from enum import StrEnum
from typing import Annotated

import typer

from reviewer.cli import show
from reviewer.cli.door import opened, signed_in
from reviewer.cli.options import AsJson, AsName, PassphraseFile, WorkspaceDir
from reviewer.cli.passphrase import passphrase_from
from reviewer.model.clock import to_iso
from reviewer.model.people import Role

app = typer.Typer(help="Add, list and revoke people.", no_args_is_help=True)

PersonName = Annotated[str, typer.Argument(metavar="NAME", help="The person's name.")]


class RoleName(StrEnum):
    """The roles as they are typed."""

    CONTRACTOR = "contractor"
    QA = "qa"
    LEAD = "lead"


@app.command("add")
def add(
    name: PersonName,
    role: Annotated[RoleName, typer.Option("--role", help="What they are here for.")],
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Invite a person; prints their one-time enrolment code."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        invitation = work.person.lead.add_person(name, Role(role))
    person, until = invitation.person, to_iso(invitation.until)
    if json:
        show.as_json(
            {
                "id": person.id,
                "name": person.name,
                "role": person.role.value,
                "code": invitation.code,
                "until": until,
            }
        )
    else:
        print(f"{person.name} may enrol as {person.role} until {until} with the code")
        print(invitation.code)


@app.command("list")
def list_people(
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Show everybody who was ever added."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        people = work.person.lead.people()
    if json:
        rows = [{"id": p.id, "name": p.name, "role": p.role.value, "state": p.state.value} for p in people]
        show.as_json({"people": rows})
    else:
        show.columns(("name", "role", "state"), [(p.name, p.role, p.state) for p in people])


@app.command("revoke")
def revoke(
    name: PersonName,
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Close an account: its keys are destroyed and its work goes back to the queue."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        person = work.person.lead.revoke(name)
    if json:
        show.as_json({"id": person.id, "name": person.name, "state": "revoked"})
    else:
        print(f"{person.name} can do nothing here any more.")


def enrol(
    name: PersonName,
    code: Annotated[str, typer.Option("--code", metavar="CODE", help="The one-time code.")],
    workspace: WorkspaceDir = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Turn an invitation into an account with a passphrase of one's own."""
    with opened(workspace) as open_workspace:
        passphrase = passphrase_from(passphrase_file, is_new=True)
        person = open_workspace.enrol(name, code, passphrase)
    if json:
        show.as_json({"id": person.id, "name": person.name, "role": person.role.value})
    else:
        print(f"{person.name} is enrolled as {person.role}.")
