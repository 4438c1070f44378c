"""``reviewer init``: creates a workspace and its first lead."""

from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, PassphraseFile, passphrase_from


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
    *,
    json: AsJson = False,
) -> None:
    """Create a workspace and its first lead."""
    from reviewer.workspace import make_workspace  # noqa: PLC0415

    make_workspace(folder, lead, passphrase_from(passphrase_file, is_new=True), project)
    name = " ".join(lead.split())
    if json:
        output.print_json({"workspace": str(folder), "lead": name})
    else:
        print(output.sentence("WORKSPACE_MADE", folder=str(folder), name=name))
