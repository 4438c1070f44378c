"""``reviewer import`` and ``purge``: takes clips in, and destroys the keys of clips."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.retention import print_recall
from reviewer.cli.sign_in import (
    AsJson,
    AsName,
    CommandSession,
    PassphraseFile,
    WorkspaceDir,
    signed_in,
    signs_in,
)
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.messages import command_catalogue

if TYPE_CHECKING:
    from reviewer.lead.intake_report import IntakeReport

_OUTCOMES = ("accepted", "refused", "quarantined")


_Source = Annotated[
    Path,
    typer.Argument(metavar="SOURCE", help="A manifest (JSON Lines, JSON, CSV), or a source to be mapped."),
]
_Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE", help="How a source becomes a manifest.", show_default=False),
]
_Sample = Annotated[
    int | None,
    typer.Option("--sample", metavar="N", min=1, help="Import only N clips.", show_default=False),
]
_Seed = Annotated[int, typer.Option("--seed", metavar="S", help="The seed of the sample.")]
_Stratify = Annotated[
    str,
    typer.Option("--stratify", metavar="FIELDS", help="Stratify the sample by these, e.g. locale,product."),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Check every line, import nothing.")]
_Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write the report as CSV.", show_default=False),
]


@signs_in
def import_clips(
    work: CommandSession,
    source: _Source,
    mapping: _Mapping = None,
    sample: _Sample = None,
    seed: _Seed = 0,
    stratify: _Stratify = "",
    dry_run: _DryRun = False,
    report_file: _Report = None,
    *,
    json: AsJson = False,
) -> None:
    """Import clips through the gate; prints a report row for each line."""
    from reviewer.files import write_atomically  # noqa: PLC0415
    from reviewer.lead.intake_report import IntakeOptions  # noqa: PLC0415

    fields = tuple(field.strip() for field in stratify.split(",") if field.strip())
    options = IntakeOptions(sample=sample, seed=seed, stratify=fields, dry_run=dry_run, mapping=mapping)
    if report_file is not None:
        _require_new(report_file)
    with (
        output.progress_bar("Importing") as progress,
        until_interrupted() as cancelled,
    ):
        report = work.person.lead.import_manifest(source, options, progress, cancelled)
    if json:
        output.print_json(report.to_json(command_catalogue()))
    else:
        _print_report(report)
    if report_file is not None:
        write_atomically(report_file, report.to_csv(command_catalogue()).encode())
    if report.was_cancelled:
        raise Unavailable("IMPORT_INTERRUPTED")


def purge(
    withdrawn: Annotated[
        Path | None,
        typer.Option(
            "--withdrawn", metavar="FILE", help="Sources whose consent was withdrawn.", show_default=False
        ),
    ] = None,
    retention: Annotated[
        bool, typer.Option("--retention", help="All clips whose retention or consent has ended.")
    ] = False,
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Destroy clips' keys, and print the exports to recall; exit code 4 if some sources were unknown."""
    from reviewer.lead.withdrawals import read_withdrawals  # noqa: PLC0415

    if withdrawn is None and not retention:
        raise Refused("NOTHING_TO_PURGE")
    withdrawals = read_withdrawals(withdrawn) if withdrawn else ()
    with signed_in(workspace, as_name, passphrase_file, purges_due=False) as work:
        report = work.person.lead.withdraw(withdrawals, retention=retention)
    if json:
        output.print_json(report.to_json())
    else:
        print(output.sentence("PURGED_CLIPS", clips=len(report.purged), unknown=report.unknown))
        if report.later:
            print(output.sentence("PURGED_LATER", clips=len(report.later)))
        if report.similar:
            print(output.sentence("WITHDRAWALS_SIMILAR", **report.similar_shown()))
        print_recall(report.recall)
        if report.unlisted:
            files = ", ".join(report.unlisted)
            print(output.sentence("BACKUPS_NOT_LISTED", count=len(report.unlisted), files=files))
    if report.unknown:
        raise Damaged("WITHDRAWALS_UNKNOWN", sources=report.unknown)


def _require_new(report: Path) -> None:
    """Refuses, before anything is imported, a file that a report would replace or that has no folder."""
    if report.exists() or report.is_symlink():
        raise Refused("REPORT_EXISTS", file=report.name)
    if not report.parent.is_dir():
        raise Refused("OUTPUT_PARENT_MISSING", folder=report.name)


def _print_report(report: "IntakeReport") -> None:
    from reviewer.lead.intake_report import REPORT_COLUMNS  # noqa: PLC0415

    rows = [row.to_json(command_catalogue()) for row in report.rows]
    shown = [row | {"outcome": output.term("OUTCOME", row["outcome"])} for row in rows]
    output.print_table(REPORT_COLUMNS, [tuple(row[head] for head in REPORT_COLUMNS) for row in shown])
    counts = (report.accepted, report.refused, report.quarantined)
    print(output.sentence("IMPORTED", **dict(zip(_OUTCOMES, counts, strict=True))))
    if report.consent_from:
        print(output.sentence("IMPORT_CONSENT", said=report.consent_from))
    if report.unnamed_files:
        print(output.sentence("IMPORT_UNNAMED_FILES", files=report.unnamed_files))


@contextmanager
def until_interrupted() -> Iterator[Callable[[], bool]]:
    """Lets Ctrl-C end the work after the current clip, so that the report is still printed."""
    received: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: received.append(number))
    try:
        yield lambda: bool(received)
    finally:
        signal.signal(signal.SIGINT, before)
