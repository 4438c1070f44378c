"""``reviewer people`` and ``reviewer enrol``: accounts."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.recovery import NewRecoveryKeyFile, place_for_key, print_code, show_recovery_key
from reviewer.cli.sign_in import (
    AsJson,
    CommandSession,
    PassphraseFile,
    WorkspaceDir,
    new_passphrase_from,
    opened,
    passphrase_from,
    signs_in,
)
from reviewer.errors import Refused
from reviewer.model.people import Role

app = typer.Typer(cls=output.CommandGroup, help="Add, list and revoke people.", no_args_is_help=True)

InvitationTo = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="FILE",
        help="Invite to a folder on their own machine: also write this file, for reviewer join.",
        show_default=False,
    ),
]
PersonName = Annotated[str, typer.Argument(metavar="NAME", help="The person's name.")]


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


class RoleName(StrEnum):
    """The roles as typed on the command line."""

    CONTRACTOR = "contractor"
    QA = "qa"
    LEAD = "lead"


@app.command("add")
@signs_in
def add(
    work: CommandSession,
    name: PersonName,
    role: Annotated[RoleName, typer.Option("--role", help="Their role.")],
    to: InvitationTo = None,
    *,
    json: AsJson = False,
) -> None:
    """Invite a person; prints their one-time enrolment code."""
    if to is None:
        print_code(work.person.lead.add_person(name, Role(role)), "INVITED", as_json=json)
    else:
        invitation = work.person.lead.admission.invite(name, Role(role), to)
        print_code(invitation, "INVITATION_WRITTEN", as_json=json, file=str(to))


@app.command("list")
@signs_in
def list_people(work: CommandSession, *, json: AsJson = False) -> None:
    """List everybody who was ever added."""
    lead = work.person.lead
    people, languages, skills = lead.people(), lead.languages(), lead.skills()
    keychains = work.person.lead.keychain_users()
    if json:
        rows = [
            {
                "id": p.id,
                "name": p.name,
                "role": p.role.value,
                "state": p.state.value,
                "keychain": p.id in keychains,
                "languages": list(languages.get(p.id, ())),
                "skills": list(skills.get(p.id, ())),
            }
            for p in people
        ]
        output.print_json({"people": rows})
    else:
        output.print_table(
            ("name", "role", "state", "keychain", "languages", "skills"),
            [
                (
                    p.name,
                    output.term("ROLE", p.role),
                    output.term("PERSON", p.state),
                    "on" if p.id in keychains else "",
                    " ".join(languages.get(p.id, ())),
                    " ".join(skills.get(p.id, ())),
                )
                for p in people
            ],
        )


@app.command("languages")
@signs_in
def set_languages(
    work: CommandSession,
    name: PersonName,
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="TAG", help="Languages, as en, en-GB or sr-Latn.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--every", help="Clips of every language.")] = False,
    json: AsJson = False,
) -> None:
    """Set the languages whose clips and reviews a person gets."""
    if bool(tags) is every:
        raise Refused("LANGUAGES_OR_EVERY")
    languages = work.person.lead.set_languages(name, tags or [])
    if json:
        output.print_json({"name": name, "languages": list(languages)})
    elif languages:
        print(output.sentence("LANGUAGES_SET", name=name, languages=", ".join(languages)))
    else:
        print(output.sentence("LANGUAGES_EVERY", name=name))


@app.command("skills")
@signs_in
def set_skills(
    work: CommandSession,
    name: PersonName,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="SKILL", help="Skills, as medical or code-switching.")
    ] = None,
    *,
    none: Annotated[bool, typer.Option("--none", help="They have none.")] = False,
    json: AsJson = False,
) -> None:
    """Set the skills of a person: clips that ask for one come only to people who have it."""
    if bool(names) is none:
        raise Refused("SKILLS_OR_NONE")
    skills = work.person.lead.set_skills(name, names or [])
    if json:
        output.print_json({"name": name, "skills": list(skills)})
    elif skills:
        print(output.sentence("SKILLS_SET", name=name, skills=", ".join(skills)))
    else:
        print(output.sentence("SKILLS_NONE", name=name))


@app.command("activity")
@signs_in
def activity(work: CommandSession, *, json: AsJson = False) -> None:
    """Show what everybody opened, skipped and replayed in the last day."""
    found = work.person.lead.activity()
    figures = (
        "opened_hour",
        "opened_day",
        "unfinished",
        "skipped_day",
        "technical_day",
        "outside_hours_day",
        "most_plays",
        "limits_day",
    )
    if json:
        rows = [{"name": each.person.name, **{key: getattr(each, key) for key in figures}} for each in found]
        output.print_json({"people": rows})
    else:
        output.print_table(
            ("name", *(key.replace("_", " ") for key in figures)),
            [(each.person.name, *(f"{getattr(each, key):g}" for key in figures)) for each in found],
        )


@app.command("lift-limits")
@signs_in
def lift_limits(work: CommandSession, name: PersonName, *, json: AsJson = False) -> None:
    """Let somebody go on whom a limit on opening or skipping stopped."""
    person = work.person.lead.lift_limits(name)
    if json:
        output.print_json({"name": person.name})
    else:
        print(output.sentence("LIMITS_LIFTED", name=person.name))


@app.command("code")
@signs_in
def issue_code(
    work: CommandSession, name: PersonName, to: InvitationTo = None, *, json: AsJson = False
) -> None:
    """Issue a new one-time code for somebody who lost their passphrase; their work is kept."""
    if to is None:
        print_code(work.person.lead.issue_code(name), "CODE_ISSUED", as_json=json)
    else:
        invitation = work.person.lead.admission.invite_again(name, to)
        print_code(invitation, "INVITATION_WRITTEN", as_json=json, file=str(to))


@app.command("passphrase")
@signs_in
def change_passphrase(
    work: CommandSession,
    new_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--new-passphrase-file",
            metavar="FILE",
            help="Its first line is the new passphrase; default: a prompt.",
            show_default=False,
        ),
    ] = None,
    *,
    json: AsJson = False,
) -> None:
    """Change your own passphrase."""
    new = new_passphrase_from(new_passphrase_file)
    work.workspace.sessions.change_passphrase(work.person.identity, work.passphrase, new)
    if json:
        output.print_json({"name": work.person.identity.person.name, "changed": True})
    else:
        print(output.sentence("PASSPHRASE_CHANGED"))


@app.command("keychain")
@signs_in
def switch_keychain(
    work: CommandSession,
    switch: Annotated[
        Switch, typer.Argument(metavar="on|off", help="Whether your account needs this machine's keychain.")
    ],
    *,
    json: AsJson = False,
) -> None:
    """Let your account open only with your passphrase and a secret in this machine's keychain, or without."""
    sessions, identity = work.workspace.sessions, work.person.identity
    if switch is Switch.ON:
        sessions.turn_keychain_on(identity, work.passphrase)
    else:
        sessions.turn_keychain_off(identity, work.passphrase)
    if json:
        output.print_json({"name": identity.person.name, "keychain": switch is Switch.ON})
    else:
        print(output.sentence("KEYCHAIN_TURNED_ON" if switch is Switch.ON else "KEYCHAIN_TURNED_OFF"))


@app.command("recovery-key")
@signs_in
def replace_recovery_key(
    work: CommandSession,
    recovery_key_file: NewRecoveryKeyFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Make a new recovery key; the one before opens nothing any more."""
    with place_for_key(recovery_key_file):
        recovery_key = work.person.lead.replace_recovery_key()
        show_recovery_key(work.workspace, recovery_key, recovery_key_file, is_quiet=json)
    if json:
        output.print_json({} if recovery_key_file else {"recovery_key": recovery_key})
    else:
        print(output.sentence("RECOVERY_KEY_REPLACED"))


@app.command("revoke")
@signs_in
def revoke(work: CommandSession, name: PersonName, *, json: AsJson = False) -> None:
    """Revoke an account: its keys are destroyed and its tasks go back to the queue."""
    person = work.person.lead.revoke(name)
    if json:
        output.print_json({"id": person.id, "name": person.name, "state": "revoked"})
    else:
        print(output.sentence("REVOKED", name=person.name))


def enrol(
    name: PersonName,
    code: Annotated[str, typer.Option("--code", metavar="CODE", help="The one-time code.")],
    workspace: WorkspaceDir = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Activate an invited account with your own passphrase."""
    with opened(workspace) as open_workspace:
        passphrase = passphrase_from(passphrase_file, is_new=True)
        person = open_workspace.enrol(name, code, passphrase)
    if json:
        output.print_json({"id": person.id, "name": person.name, "role": person.role.value})
    else:
        print(output.sentence("ENROLLED", name=person.name, role=output.term("ROLE", person.role)))
