"""``reviewer move``: takes a workspace's queue and clips to a team's server and bucket, or home again."""

from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.policy import publish_policy
from reviewer.cli.sign_in import AsJson, AsName, PassphraseFile, WorkspaceDir, signed_in_for_policy
from reviewer.errors import Unavailable
from reviewer.untrusted_files import read_untrusted_text


def move(
    to: Annotated[
        Path, typer.Option("--to", metavar="FILE", help="The project file that names the new places.")
    ],
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    gone: Annotated[
        list[str] | None,
        typer.Option("--gone", metavar="NAME", help="Somebody whose window was killed; may be repeated."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count, and change nothing.")] = False,
    *,
    json: AsJson = False,
) -> None:
    """Move queue and clips to the places of a project file; run again, it finishes what was killed."""
    text = read_untrusted_text(to)
    with signed_in_for_policy(workspace, as_name, passphrase_file) as (opened, identity):
        moving = opened.move(identity, gone or ())
        if dry_run:
            report = moving.plan(text)
        else:
            with output.progress_bar("Copying clips") as progress:
                report = moving.run(text, progress)
    if not dry_run and report.problem is None:
        publish_policy(workspace, as_name, passphrase_file)
    if json:
        counts = {"rows": report.rows, "clips" if dry_run else "files": report.objects}
        is_emptied = not dry_run and report.problem is None
        output.print_json({**counts, "moved": not dry_run, "old_place_emptied": is_emptied})
    elif dry_run:
        print(output.sentence("MOVE_WOULD", rows=report.rows, clips=report.objects))
    elif report.is_finished_only:
        print(output.sentence("MOVE_FINISHED"))
    elif report.problem is None:
        print(output.sentence("MOVED", rows=report.rows, objects=report.objects))
    if report.problem is not None:
        output.print_error(report.problem)
        raise Unavailable("MOVE_NOT_EMPTIED", rows=report.rows, objects=report.objects)
