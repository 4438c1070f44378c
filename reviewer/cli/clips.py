"""``reviewer import``, ``export`` and ``purge``: clips in, labelled sets out, clips destroyed."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import show
from reviewer.cli.door import signed_in
from reviewer.cli.options import AsJson, AsName, PassphraseFile, WorkspaceDir
from reviewer.errors import Refused, Unavailable


def import_clips(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="JSON Lines or CSV.")],
    sample: Annotated[
        int | None,
        typer.Option("--sample", metavar="N", min=1, help="Take N clips only.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Draws the sample.")] = 0,
    stratify: Annotated[
        str, typer.Option("--stratify", metavar="FIELDS", help="Draw evenly over these, e.g. locale,product.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every line, keep nothing.")] = False,
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Bring clips in through the gate; a report row for each line."""
    from reviewer.lead.intake_options import IntakeOptions  # noqa: PLC0415

    fields = tuple(field.strip() for field in stratify.split(",") if field.strip())
    options = IntakeOptions(sample=sample, seed=seed, stratify=fields, dry_run=dry_run)
    with (
        signed_in(workspace, as_name, passphrase_file) as work,
        show.progress("Importing") as progress,
        _until_interrupted() as cancelled,
    ):
        report = work.person.lead.import_manifest(manifest, options, progress, cancelled)
    if json:
        show.as_json(report.to_json())
    else:
        rows = [row.to_json() for row in report.rows]
        heads = ("line", "outcome", "code", "clip", "audio", "sentence")
        show.columns(heads, [tuple(row[head] for head in heads) for row in rows])
        print(f"{report.accepted} accepted, {report.refused} refused, {report.quarantined} quarantined")
    if report.was_cancelled:
        raise Unavailable("The import was stopped.", "Run it again: what is here is not taken twice.")


def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that does not exist yet.")],
    formats: Annotated[str, typer.Option("--format", metavar="NAMES", help="For example nemo,csv.")],
    where: Annotated[
        str | None, typer.Option("--where", metavar="EXPR", help="Which clips; else all.", show_default=False)
    ] = None,
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Write accepted work as a labelled set with its passport."""
    names = tuple(name.strip() for name in formats.split(",") if name.strip())
    with (
        signed_in(workspace, as_name, passphrase_file) as work,
        show.progress("Exporting") as progress,
    ):
        result = work.person.lead.export(out, names, where, progress)
    left_out = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in result.left_out.items())
    if json:
        show.as_json(
            {
                "folder": str(result.folder),
                "clips": result.clips,
                "seconds": result.seconds,
                "left_out": result.left_out,
                "passport_sha256": result.passport_sha256,
            }
        )
    else:
        print(f"{result.clips} clips, {result.seconds:.1f} s, are in {result.folder}.")
        print(f"Left out: {left_out or 'none'}.")
        print(f"Passport SHA-256 {result.passport_sha256}")


def purge(
    withdrawn: Annotated[
        Path | None,
        typer.Option(
            "--withdrawn", metavar="FILE", help="Sources whose consent was withdrawn.", show_default=False
        ),
    ] = None,
    retention: Annotated[bool, typer.Option("--retention", help="All clips whose time is up.")] = False,
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Destroy clips for good, and print which exports must be recalled."""
    from reviewer.lead.retention import Retention, read_withdrawn  # noqa: PLC0415

    if withdrawn is None and not retention:
        raise Refused("Nothing was named to purge.", "Give --withdrawn FILE, --retention, or both.")
    sources = read_withdrawn(withdrawn) if withdrawn else ()
    with signed_in(workspace, as_name, passphrase_file) as work:
        shop = work.workspace
        use_case = Retention(
            require_signed_in=shop.sign_in_desk.require,
            database=shop.database,
            catalogue=shop.catalogue,
            vault=shop.vault,
            queue=shop.queue,
            ledger=shop.ledger,
            clock=shop.clock,
        )
        report = use_case.purge(work.person.identity, sources, retention=retention)
    if json:
        show.as_json(report.to_json())
        return
    print(f"{len(report.purged)} clips destroyed, {report.unknown} sources unknown here.")
    if report.recall:
        print("Recall these clips from whoever has these exports:")
        rows = [(one.export, one.made_at, one.formats, clip) for one in report.recall for clip in one.clips]
        show.columns(("export", "made at", "formats", "clip"), rows)


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Ctrl-C ends the work after the present clip, so that the report is still printed."""
    was_asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: was_asked.append(number))
    try:
        yield lambda: bool(was_asked)
    finally:
        signal.signal(signal.SIGINT, before)
