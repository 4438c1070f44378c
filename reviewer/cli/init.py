"""``reviewer init``: creates a workspace and its first lead."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.recovery import NewRecoveryKeyFile, place_for_key, show_recovery_key
from reviewer.cli.sign_in import AsJson, PassphraseFile, opened, passphrase_from
from reviewer.recent_workspaces import remember_workspace


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The workspace's folder.")],
    lead: Annotated[str, typer.Option("--lead", metavar="NAME", help="The first lead's name.")],
    project: Annotated[
        Path | None,
        typer.Option(
            "--project", metavar="FILE", help="Settings; default: the built-in ones.", show_default=False
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
    recovery_key_file: NewRecoveryKeyFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Create a workspace, its first lead and its recovery key, which is shown once."""
    from reviewer.workspace import make_workspace  # noqa: PLC0415

    name = " ".join(lead.split())
    with place_for_key(recovery_key_file):
        recovery_key = make_workspace(folder, lead, passphrase_from(passphrase_file, is_new=True), project)
        remember_workspace(folder)
        if not json:
            print(output.sentence("WORKSPACE_MADE", folder=str(folder), name=name))
        with opened(folder) as workspace:
            show_recovery_key(workspace, recovery_key, recovery_key_file, is_quiet=json)
    if not json:
        print(output.sentence("WORKSPACE_OPENS", folder=shlex.quote(str(folder))))
    if json:
        printed = {"workspace": str(folder), "lead": name}
        output.print_json(printed if recovery_key_file else {**printed, "recovery_key": recovery_key})
