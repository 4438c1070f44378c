"""A workspace whose queue is on a PostgreSQL server, with a window and a login for each of its people."""

import secrets
from pathlib import Path
from urllib.parse import quote

from reviewer.clips.keys import KdfParameters
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.clock import Clock
from reviewer.model.people import Role
from reviewer.session.queue_login import login_name, login_request, verifier_of_request
from reviewer.workspace import make_workspace, open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, PROJECT, QUINN, Bench, write_clips


def new_database(server: str) -> str:
    """Makes an empty database; gives the address that a project file names."""
    import psycopg  # here: what needs no server is imported without a client of one
    from psycopg.conninfo import conninfo_to_dict

    name = f"team_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}".encode())
    host = str(conninfo_to_dict(server)["host"])
    return f"postgresql:///{name}?host={quote(host, safe='')}"


class Team:
    """One window a person, on one workspace."""

    def __init__(self, folder: Path, clock: Clock, database: str) -> None:
        self.folder = folder
        self.database = database
        self.clock = clock
        self.windows: dict[str, Bench] = {}

    def window(self, name: str) -> Bench:
        """The window of a person, who is signed in."""
        if name not in self.windows:
            opened = open_workspace(self.folder, clock=self.clock, parameters=KdfParameters.cheap())
            self.windows[name] = Bench(opened, self.clock)
            self.windows[name].person(name)
        return self.windows[name]

    def admit(self, name: str) -> None:
        """A person asks for a login, and the lead gives it."""
        asking, lead = self.window(name), self.window(LEAD)
        request = login_request(asking.person(name).identity, asking.workspace.workspace_id).decode()
        person = next(each for each in lead.person(LEAD).lead.people() if each.name == name)
        verifier = verifier_of_request(request, person, lead.workspace.workspace_id)
        server = lead.workspace.queue_administration(lead.person(LEAD).identity)
        server.add_login(login_name(person), person, verifier)

    def close(self) -> None:
        """Closes every window."""
        for window in self.windows.values():
            window.workspace.close()
        self.windows.clear()


def make_team(folder: Path, database: str, clock: Clock, *, clips: int, project: str = PROJECT) -> Team:
    """A lead, two contractors and a QA person with their logins, and so many clips in the queue."""
    settings = folder / "project.toml"
    rules = project.replace("[queue]\n", f'[queue]\nurl = "{database}"\n')
    settings.write_text(rules, encoding="utf-8")
    cheap = KdfParameters.cheap()
    make_workspace(folder / "ws", LEAD, PASSPHRASE, settings, clock=clock, parameters=cheap)
    made = Team(folder / "ws", clock, database)
    lead = made.window(LEAD)
    lead.workspace.queue_administration(lead.person(LEAD).identity).set_up()
    made.admit(LEAD)
    for name, role in ((ANA, Role.CONTRACTOR), (BEN, Role.CONTRACTOR), (QUINN, Role.QA)):
        code = lead.person(LEAD).lead.add_person(name, role).code
        lead.workspace.enrol(name, code, PASSPHRASE)
        made.admit(name)
    manifest = write_clips(folder / "in", clock, [""] * clips)
    report = lead.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    assert report.accepted == clips, report
    return made
