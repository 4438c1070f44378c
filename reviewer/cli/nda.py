"""``reviewer nda``: read and sign the non-disclosure agreement at a terminal."""

import sys
import time
from csv import DictWriter
from json import dump
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import (
    AsJson,
    AsName,
    CommandSession,
    PassphraseFile,
    WorkspaceDir,
    opened,
    signed_in,
    signs_in,
)
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.model.clock import to_iso
from reviewer.untrusted_files import parse_untrusted_json, read_untrusted_text

if TYPE_CHECKING:
    from reviewer.access.nda import NdaText

REGISTER_COLUMNS = ("name", "role", "version", "locale", "signed_at", "until", "state", "record")

app = typer.Typer(
    cls=output.CommandGroup, help="Read and sign the non-disclosure agreement.", no_args_is_help=True
)


@app.command("show")
def show(
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Print the agreement. With --as it is logged that it was shown to you, which signing requires."""
    if as_name is None:
        with opened(workspace) as open_workspace:
            text = open_workspace.agreement.text()
    else:
        with signed_in(workspace, as_name, passphrase_file) as work:
            agreement, identity = work.workspace.agreement, work.person.identity
            text = agreement.shown(identity)
            agreement.end_reached(identity, text)  # the whole text is printed at once
    if json:
        body = {
            "version": text.version,
            "locale": text.locale,
            "title": text.title,
            "sha256": text.sha256,
            "text": text.text,
        }
        output.print_json(body)
    else:
        print(text.text)
        print(f"version {text.version}, {text.locale}, SHA-256 {text.sha256}", file=sys.stderr)


@app.command("accept")
@signs_in
def accept(
    work: CommandSession,
    version: Annotated[str, typer.Option("--version", metavar="V", help="The version that you read.")],
    typed_name: Annotated[str, typer.Option("--typed-name", metavar="TEXT", help="Your name, as you sign.")],
    *,
    json: AsJson = False,
) -> None:
    """Sign the agreement. If it was not shown to you yet, it is printed first, with a least reading time."""
    text = work.workspace.agreement.text(work.person.identity)
    if version != text.version:
        raise Refused("NDA_OTHER_VERSION", version=text.version)
    _let_read(work, text)
    record = work.workspace.agreement.accept(
        work.person.identity, text, typed_name=typed_name, passphrase=work.passphrase
    )
    if json:
        output.print_json(
            {"id": record, "version": text.version, "locale": text.locale, "sha256": text.sha256}
        )
    else:
        print(output.sentence("NDA_SIGNED", version=text.version))


@app.command("register")
@signs_in
def register(
    work: CommandSession,
    *,
    csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    json: AsJson = False,
) -> None:
    """List who signed which version when, and whether it still counts."""
    rows = [
        {
            "name": entry.person.name,
            "role": entry.person.role.value,
            "version": entry.version,
            "locale": entry.locale,
            "signed_at": to_iso(entry.signed_at),
            "until": to_iso(entry.until),
            "state": entry.state.value,
            "record": entry.record_id,
        }
        for entry in work.person.lead.agreement_register()
    ]
    from reviewer.formats.csv_table import shown_cell  # noqa: PLC0415

    if json:
        output.print_json({"agreements": rows})
    elif csv:
        writer = DictWriter(sys.stdout, REGISTER_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: shown_cell(value) for name, value in row.items()} for row in rows)
    else:
        output.print_table(REGISTER_COLUMNS, [tuple(row.values()) for row in rows])


@app.command("copy")
@signs_in
def copy(
    work: CommandSession,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A new file for the copy.")],
    *,
    json: AsJson = False,
) -> None:
    """Write a copy of the agreement that you signed last: text, signature and log row, as JSON."""
    agreement, identity = work.workspace.agreement, work.person.identity
    mine = agreement.mine(identity)
    if not mine:
        raise Refused("NO_SUCH_AGREEMENT")
    signed = agreement.copy_of(identity, mine[0].record_id)
    try:
        with out.open("x", encoding="utf-8") as stream:
            dump(dict(signed.json), stream, ensure_ascii=False, indent=2)
    except FileExistsError as error:
        raise Refused("FILE_EXISTS", file=str(out)) from error
    except OSError as error:
        raise Unavailable("OPERATING_SYSTEM", problem=str(error)) from error
    if json:
        output.print_json({"file": str(out), "record": mine[0].record_id, "version": signed.version})
    else:
        print(output.sentence("AGREEMENT_COPIED", file=str(out)))


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that nda copy wrote.")],
    *,
    json: AsJson = False,
) -> None:
    """Check a copy of a signed agreement; needs no workspace."""
    from reviewer.access.agreement_copies import verify_copy  # noqa: PLC0415

    try:
        fields = verify_copy(parse_untrusted_json(read_untrusted_text(file)))
    except (ValueError, AttributeError) as error:
        raise Damaged("AGREEMENT_COPY_DAMAGED") from error
    names = ("name", "typed_name", "version", "locale", "sha256", "signed_at", "public_key", "log_id")
    told = {name: str(fields[name]) for name in names}
    if json:
        output.print_json(told)
    else:
        print(output.sentence("AGREEMENT_COPY_VERIFIES"))
        output.print_table(("field", "value"), list(told.items()))


def _let_read(work: CommandSession, text: "NdaText") -> None:
    """Shows the text if it was not shown yet, and waits for the least reading time."""
    agreement, identity = work.workspace.agreement, work.person.identity
    if agreement.reading_seconds_left(identity, text) is None:
        agreement.shown(identity)
        print(text.text, file=sys.stderr, flush=True)
        agreement.end_reached(identity, text)
    seconds = agreement.reading_seconds_left(identity, text) or 0.0
    if seconds > 0:
        print(output.sentence("NDA_READING_TIME", seconds=round(seconds + 0.5)), file=sys.stderr, flush=True)
        time.sleep(seconds)
