"""The options that commands share."""

from pathlib import Path
from typing import Annotated

import typer

WorkspaceDir = Annotated[
    Path | None,
    typer.Option(
        "--workspace", metavar="DIR", help="The workspace; else this user's own.", show_default=False
    ),
]
AsName = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="Who you are; else asked.", show_default=False)
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="Its first line is the passphrase; else REVIEWER_PASSPHRASE, else asked.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
