"""``reviewer audit``: the access log, read, checked and signed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import show as out
from reviewer.cli.door import opened, signed_in
from reviewer.cli.options import AsJson, AsName, PassphraseFile, WorkspaceDir
from reviewer.errors import Damaged, Unavailable
from reviewer.model.clock import to_iso

if TYPE_CHECKING:
    from reviewer.access.chain import LogRow
    from reviewer.access.checkpoint import Checkpoint

app = typer.Typer(help="Read, check and sign the access log.", no_args_is_help=True)


@app.command("show")
def show(
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="The newest N rows.")] = 100,
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Show the newest rows of the access log, oldest first."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        rows = work.person.lead.log_rows(limit)
        names = {person.id: person.name for person in work.person.lead.people()}
    if json:
        out.as_json({"rows": [_row(row, names) for row in rows]})
        return
    heads = ("seq", "at", "person", "action", "object", "outcome", "reason")
    out.columns(heads, [tuple(_row(row, names)[head] for head in heads) for row in rows])


@app.command("verify")
def verify(
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help="One kept outside this machine; only with it a cut tail shows.",
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceDir = None,
    _as_name: Annotated[str | None, typer.Option("--as", hidden=True)] = None,
    _passphrase_file: Annotated[Path | None, typer.Option("--passphrase-file", hidden=True)] = None,
    *,
    json: AsJson = False,
) -> None:
    """Check every row of the access log. Nobody signs in for it: whoever has the file may check it."""
    from reviewer.access.audit import verify as check  # noqa: PLC0415

    outside = _checkpoint(checkpoint) if checkpoint else None
    with opened(workspace) as shop:
        finding = check(shop.database, shop.workspace_id, shop.log_public_key, outside)
    if json:
        out.as_json(
            {
                "ok": finding.ok,
                "rows": finding.rows,
                "first_bad": finding.first_bad,
                "sentence": finding.sentence,
            }
        )
    elif finding.ok:
        print(finding.sentence)
    if not finding.ok:
        where = f"The first bad row is {finding.first_bad}. " if finding.first_bad else ""
        raise Damaged(finding.sentence, f"{where}Keep the file as it is, and call whoever answers for it.")


@app.command("checkpoint")
def checkpoint(
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Sign the present end of the log; keep what is printed on another machine."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        made = work.person.lead.checkpoint()
        if json:
            body = {"log_id": made.log_id, "size": made.size, "head": made.head.hex()}
            out.as_json(body | {"made_at": to_iso(made.made_at), "checkpoint": made.text})
        else:
            print(made.text, end="", flush=True)
        work.person.lead.witnessed(made)


def _checkpoint(file: Path) -> "Checkpoint":
    from reviewer.access.checkpoint import parse_checkpoint  # noqa: PLC0415

    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise Unavailable("The checkpoint cannot be read.", str(error)) from error
    except UnicodeDecodeError as error:
        raise Damaged("This is not a checkpoint of an access log.", str(error)) from error
    return parse_checkpoint(text)


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
