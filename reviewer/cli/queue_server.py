"""``reviewer queue server``: the PostgreSQL server of a team's queue, and the logins of its people."""

from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, CommandSession, signs_in
from reviewer.files import write_atomically
from reviewer.places import resource
from reviewer.untrusted_files import read_untrusted_text

app = typer.Typer(cls=output.CommandGroup, help="Set up the server of a team's queue.", no_args_is_help=True)


@app.command("setup")
@signs_in
def setup(work: CommandSession, *, json: AsJson = False) -> None:
    """Make or update tables, functions and rules as the owner of the database (PGUSER), and your login."""
    from reviewer.session.queue_login import login_request  # noqa: PLC0415 - loads cryptography

    server = work.workspace.queue_administration(work.person.identity)
    server.set_up()
    request = login_request(work.person.identity, work.workspace.workspace_id).decode()
    work.person.lead.admission.admit(request)
    url = work.workspace.project.queue.url
    needs_superuser = server.tells_too_much()
    if json:
        output.print_json({"url": url, "needs_superuser": needs_superuser})
    else:
        print(output.sentence("QUEUE_SERVER_SET_UP", url=url))
        if needs_superuser:
            print(output.sentence("QUEUE_SERVER_TELLS", file=str(resource("queue", "00_superuser.sql"))))
    work.person.lead.admission.publish()


@app.command("request")
@signs_in
def request(
    work: CommandSession,
    *,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The file to write, for your lead.")],
    json: AsJson = False,
) -> None:
    """Ask for a login on the server: writes a signed file that holds no secret."""
    from reviewer.session.queue_login import login_request  # noqa: PLC0415

    write_atomically(to, login_request(work.person.identity, work.workspace.workspace_id))
    if json:
        output.print_json({"file": str(to)})
    else:
        print(output.sentence("QUEUE_LOGIN_ASKED", file=str(to)))


@app.command("admit")
@signs_in
def admit(
    work: CommandSession,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Requests of people, or answers to invitations.")
    ],
    *,
    json: AsJson = False,
) -> None:
    """Give people their logins, as the owner of the database (PGUSER), by their signed requests.

    Whoever answers an invitation is enrolled by it.
    """
    from reviewer.session.queue_login import login_name  # noqa: PLC0415

    admission = work.person.lead.admission
    admitted = [admission.admit(read_untrusted_text(file)) for file in files]
    if json:
        output.print_json(
            {"admitted": [{"person": each.name, "login": login_name(each)} for each in admitted]}
        )
    else:
        for each in admitted:
            print(output.sentence("QUEUE_LOGIN_MADE", name=each.name, login=login_name(each)))
    admission.publish()
