"""``reviewer audit``: reads, verifies and signs the access log."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, CommandSession, WorkspaceDir, signs_in
from reviewer.errors import Damaged, Refused
from reviewer.messages import command_catalogue
from reviewer.model.clock import to_iso
from reviewer.places import DATABASE_FILE, default_workspace
from reviewer.untrusted_files import read_untrusted_text

if TYPE_CHECKING:
    from reviewer.access.checkpoint import Checkpoint
    from reviewer.access.log_chain import LogRow

app = typer.Typer(help="Read, verify and sign the access log.", no_args_is_help=True)


@app.command("show")
@signs_in
def show(
    work: CommandSession,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="The newest N rows.")] = 100,
    *,
    json: AsJson = False,
) -> None:
    """Show the newest rows of the access log, oldest first."""
    rows = work.person.lead.log_rows(limit)
    names = {person.id: person.name for person in work.person.lead.people()}
    if json:
        output.print_json({"rows": [_row(row, names) for row in rows]})
        return
    heads = ("seq", "at", "person", "action", "object", "outcome", "reason")
    shown = [{**_row(row, names), "action": output.term("ACTION", row.event().action)} for row in rows]
    output.print_table(heads, [tuple(row[head] for head in heads) for row in shown])


@app.command("verify")
def verify(
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help="One kept outside this machine; only with it a truncated log is detected.",
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceDir = None,
    _as_name: Annotated[str | None, typer.Option("--as", hidden=True)] = None,
    _passphrase_file: Annotated[Path | None, typer.Option("--passphrase-file", hidden=True)] = None,
    *,
    json: AsJson = False,
) -> None:
    """Verify every row of the access log. Signs nobody in and writes nothing: a copy is enough."""
    from reviewer.access.verification import verify_file  # noqa: PLC0415

    outside = read_checkpoint(checkpoint) if checkpoint else None
    finding = verify_file((workspace or default_workspace()) / DATABASE_FILE, outside)
    words = command_catalogue().words(finding.notice)
    if json:
        output.print_json(
            {
                "ok": finding.ok,
                "rows": finding.rows,
                "first_bad": finding.first_bad,
                "sentence": words.sentence,
            }
        )
    elif finding.ok:
        print(words.sentence)
    if not finding.ok:
        raise Damaged(finding.notice.code, **finding.notice.parameters)


@app.command("checkpoint")
@signs_in
def checkpoint(work: CommandSession, *, json: AsJson = False) -> None:
    """Sign the current end of the log; keep what is printed on another machine."""
    made = work.person.lead.checkpoint()
    if json:
        body = {"log_id": made.log_id, "size": made.size, "head": made.head.hex()}
        output.print_json(body | {"made_at": to_iso(made.made_at), "checkpoint": made.text})
    else:
        print(made.text, end="", flush=True)
    work.person.lead.witnessed(made)


def read_checkpoint(file: Path) -> "Checkpoint":
    """A checkpoint that was kept elsewhere. Raises Refused, Damaged."""
    from reviewer.access.checkpoint import parse_checkpoint  # noqa: PLC0415

    try:
        return parse_checkpoint(read_untrusted_text(file))
    except Refused as error:
        if error.code == "FILE_NOT_UTF8":
            raise Damaged("NOT_A_CHECKPOINT") from error
        raise


def _row(row: "LogRow", names: dict[str, str]) -> dict[str, object]:
    event = row.event()
    return {
        "seq": row.seq,
        "at": to_iso(row.at()),
        "person": names.get(event.actor, event.actor),
        "role": event.role,
        "session": event.session,
        "action": event.action.value,
        "object": names.get(event.object, event.object),
        "outcome": event.outcome,
        "reason": event.reason,
        "detail": dict(event.detail),
        "hash": row.hash.hex(),
    }
