"""``reviewer nda``: read and sign the non-disclosure agreement at a terminal."""

import sys
import time
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
)
from reviewer.errors import Refused

if TYPE_CHECKING:
    from reviewer.access.nda import NdaText

app = typer.Typer(help="Read and sign the non-disclosure agreement.", no_args_is_help=True)


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
def accept(
    version: Annotated[str, typer.Option("--version", metavar="V", help="The version that you read.")],
    typed_name: Annotated[str, typer.Option("--typed-name", metavar="TEXT", help="Your name, as you sign.")],
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Sign the agreement. If it was not shown to you yet, it is printed first, with a least reading time."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        text = work.workspace.agreement.text()
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
