"""``reviewer backup`` and ``restore``: a sealed copy of a workspace, and a workspace from it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.audit import read_submission
from reviewer.cli.sign_in import (
    AsJson,
    AsName,
    CommandSession,
    PassphraseFile,
    first_line,
    name_from,
    passphrase_from,
    signs_in,
)

if TYPE_CHECKING:
    from reviewer.model.project import Project
    from reviewer.restore import RestoreReport

PurgedList = Annotated[
    Path | None,
    typer.Option(
        "--purged",
        metavar="LIST",
        help="The list of later purges; default: the one beside the backup.",
        show_default=False,
    ),
]
WithdrawnList = Annotated[
    Path | None,
    typer.Option(
        "--withdrawn", metavar="LIST", help="Sources withdrawn since, as for purge.", show_default=False
    ),
]
RecoveryKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--recovery-key-file",
        metavar="FILE",
        help="The recovery key opens it; the passphrase is a new one for the lead.",
        show_default=False,
    ),
]
CheckpointFile = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        metavar="FILE",
        help="The last one kept elsewhere; tells how many rows of the log are lost.",
        show_default=False,
    ),
]


@signs_in
def backup(
    work: CommandSession,
    target: Annotated[
        Path, typer.Argument(metavar="FILE|DIR", help="A new file, or a folder for a file named by date.")
    ],
    *,
    json: AsJson = False,
) -> None:
    """Write a sealed backup of the workspace while people work; it is read back and verified."""
    made = work.person.lead.backup(target)
    if json:
        counts = {"rows": made.rows, "clips": made.clips, "files": made.files, "missing": made.missing}
        output.print_json({"file": str(made.file), **counts})
    else:
        print(output.sentence("BACKED_UP", file=str(made.file), clips=made.clips, rows=made.rows))
        if made.missing:
            print(output.sentence("BACKUP_WITHOUT_FILES", clips=made.missing))
        for code in elsewhere(work.workspace.project):
            print(output.sentence(code))


def elsewhere(project: "Project") -> list[str]:
    """What a backup does not hold, as codes of sentences."""
    places = {"BACKUP_WITHOUT_BUCKET": project.clips.url, "BACKUP_WITHOUT_SERVER": project.queue.url}
    return [code for code, url in places.items() if url]


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet.")],
    purged: PurgedList = None,
    *,
    without_purged: Annotated[
        bool, typer.Option("--without-purged", help="There is no list: clips purged later come back.")
    ] = False,
    withdrawn: WithdrawnList = None,
    checkpoint: CheckpointFile = None,
    recovery_key_file: RecoveryKeyFile = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    json: AsJson = False,
) -> None:
    """Make a workspace from a backup, as its lead, and purge again what was purged since."""
    from reviewer.lead.withdrawals import read_withdrawals  # noqa: PLC0415
    from reviewer.restore import RestoreOptions, restore_workspace  # noqa: PLC0415

    options = RestoreOptions(
        purged_list=purged,
        without_purged_list=without_purged,
        withdrawn=read_withdrawals(withdrawn) if withdrawn else (),
        checkpoint=read_submission(checkpoint).checkpoint if checkpoint else None,
        recovery_key=first_line(recovery_key_file) if recovery_key_file else "",
    )
    who = name_from(as_name), passphrase_from(passphrase_file, is_new=bool(recovery_key_file))
    report = restore_workspace(file, folder, *who, options)
    if json:
        output.print_json(report.to_json())
        return
    _print_restored(report, folder)


def _print_restored(report: "RestoreReport", folder: Path) -> None:
    print(output.sentence("RESTORED", folder=str(folder), made_at=report.made_at, rows=report.rows))
    print(output.sentence("RESTORED_PURGED", clips=report.purged))
    if report.listed_at is None:
        print(output.sentence("RESTORED_WITHOUT_LIST"))
    elif report.unlisted_rows:
        print(output.sentence("RESTORED_LIST_OLDER", made_at=report.listed_at, rows=report.unlisted_rows))
    else:
        print(output.sentence("RESTORED_LIST", made_at=report.listed_at))
    if report.lost_rows is None:
        print(output.sentence("RESTORED_NOT_COMPARED"))
    elif report.lost_rows:
        print(output.sentence("RESTORED_OLDER", lost=report.lost_rows))
