"""``reviewer doctor``: whether this machine has what the program needs, and what to do where not."""

from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import show
from reviewer.cli.checkup import Health, checkup
from reviewer.cli.options import AsJson, WorkspaceDir
from reviewer.places import default_workspace

_NEEDED_FAILS = 3


def doctor(
    workspace: WorkspaceDir = None,
    _as_name: Annotated[str | None, typer.Option("--as", hidden=True)] = None,
    _passphrase_file: Annotated[Path | None, typer.Option("--passphrase-file", hidden=True)] = None,
    *,
    json: AsJson = False,
) -> None:
    """Check sound, display, pedal, SQLite, disk and clock, each with its remedy. Nobody signs in for it."""
    findings = checkup(workspace or default_workspace())
    if json:
        show.as_json(
            {
                "checks": [
                    {
                        "name": one.name,
                        "health": one.health.value,
                        "sentence": one.sentence,
                        "remedy": one.remedy,
                    }
                    for one in findings
                ]
            }
        )
    else:
        show.columns(
            ("check", "health", "finding"), [(one.name, one.health, one.sentence) for one in findings]
        )
        for one in findings:
            if one.remedy:
                print(f"\n{one.name}: {one.remedy}")
    if any(one.health is Health.BROKEN for one in findings):
        raise typer.Exit(_NEEDED_FAILS)
