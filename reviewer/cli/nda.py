"""``reviewer nda``: the agreement, read and signed at a terminal."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import show as out
from reviewer.cli.door import AtWork, opened, signed_in
from reviewer.cli.options import AsJson, AsName, PassphraseFile, WorkspaceDir
from reviewer.errors import Refused
from reviewer.model.event import Action

if TYPE_CHECKING:
    from reviewer.access.nda import NdaText

app = typer.Typer(help="Read and sign the non-disclosure agreement.", no_args_is_help=True)
_PAGE = 500


@app.command("show")
def show(
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Print the agreement. Who wants to sign it gives --as, so that it is noted that they were shown it."""
    if as_name is None:
        with opened(workspace) as open_workspace:
            text = open_workspace.agreement.text()
    else:
        with signed_in(workspace, as_name, passphrase_file) as work:
            text = work.workspace.agreement.shown(work.person.identity)
    if json:
        body = {
            "version": text.version,
            "locale": text.locale,
            "title": text.title,
            "sha256": text.sha256,
            "text": text.text,
        }
        out.as_json(body)
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
    """Sign the agreement. Whoever was not shown it yet is shown it first, on stderr, and that is noted."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        agreement = work.workspace.agreement
        text = agreement.text()
        if version != text.version:
            raise Refused(f"The agreement is now version {text.version}.", "Read it with: reviewer nda show.")
        record = agreement.accept(
            work.person.identity,
            text,
            typed_name=typed_name,
            passphrase=work.passphrase,
            shown_at=_shown_at(work, text) or _show_now(work, text),
            end_reached_at=work.workspace.clock.now(),
        )
    if json:
        out.as_json({"id": record, "version": text.version, "locale": text.locale, "sha256": text.sha256})
    else:
        print(f"Version {text.version} is signed.")


def _show_now(work: AtWork, text: "NdaText") -> datetime:
    """Puts the text before somebody who read it without a name, or not at all."""
    shown_at = work.workspace.clock.now()
    work.workspace.agreement.shown(work.person.identity)
    print(text.text, file=sys.stderr)
    return shown_at


def _shown_at(work: AtWork, text: "NdaText") -> datetime | None:
    """When this very text was last put before this person, or None."""
    ledger, person = work.workspace.ledger, work.person.identity.person
    end = ledger.head().size
    while end > 0:
        since = max(1, end - _PAGE + 1)
        for row in reversed(list(ledger.rows(since=since, limit=end - since + 1))):
            event = row.event()
            is_this_text = event.detail.get("sha256") == text.sha256
            if event.action is Action.NDA_SHOWN and event.actor == person.id and is_this_text:
                return row.at()
        end = since - 1
    return None
