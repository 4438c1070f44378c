"""``reviewer init``: a new workspace and its first lead."""

from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import show
from reviewer.cli.options import AsJson, PassphraseFile
from reviewer.cli.passphrase import passphrase_from


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the workspace shall be.")],
    lead: Annotated[str, typer.Option("--lead", metavar="NAME", help="The first lead's name.")],
    project: Annotated[
        Path | None,
        typer.Option("--project", metavar="FILE", help="Settings; else the defaults.", show_default=False),
    ] = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Make a workspace and its first lead."""
    from reviewer.workspace import make_workspace  # noqa: PLC0415

    make_workspace(folder, lead, passphrase_from(passphrase_file, is_new=True), project)
    name = " ".join(lead.split())
    if json:
        show.as_json({"workspace": str(folder), "lead": name})
    else:
        print(f"The workspace is in {folder}. Its lead is {name}.")
        print("A passphrase cannot be recovered: add a second lead.")
