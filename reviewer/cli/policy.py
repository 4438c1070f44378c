"""``reviewer policy``: what differs from the rules that a lead has signed, and signing them anew."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import (
    AsJson,
    AsName,
    PassphraseFile,
    WorkspaceDir,
    name_from,
    opened,
    passphrase_from,
)
from reviewer.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reviewer.access.policy import Difference
    from reviewer.model.people import Identity
    from reviewer.session.policy import WorkspacePolicy

app = typer.Typer(
    help="See and sign changes of the project file, label forms, conventions and agreements.",
    no_args_is_help=True,
)


@app.command("diff")
def diff(
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Show what differs from the files that a lead has signed."""
    with _signed_in(workspace, as_name, passphrase_file) as (policy, _):
        _show(policy.differences(), json=json)


@app.command("apply")
def apply(
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    confirmed: Annotated[bool, typer.Option("--yes", help="Sign what is shown.")] = False,
    *,
    json: AsJson = False,
) -> None:
    """Show what differs, and sign the files as they are now."""
    with _signed_in(workspace, as_name, passphrase_file) as (policy, identity):
        found = policy.differences()
        _show(found, json=json)
        if not found:
            return
        if not confirmed:
            raise Refused("POLICY_NOT_CONFIRMED")
        policy.apply(identity)
        if not json:
            print(output.sentence("POLICY_APPLIED"))


@contextmanager
def _signed_in(
    folder: Path | None, name: str | None, file: Path | None
) -> "Iterator[tuple[WorkspacePolicy, Identity]]":
    """A lead's session for the policy alone: nothing else can be done while files differ."""
    with opened(folder) as workspace:
        sessions = workspace.sessions
        identity = sessions.sign_in(name_from(name), passphrase_from(file), for_policy=True)
        try:
            yield workspace.policy, identity
        finally:
            sessions.sign_out(identity)


def _show(found: "tuple[Difference, ...]", *, json: bool) -> None:
    if json:
        rows = [{"file": each.file, "setting": each.setting, "change": each.how} for each in found]
        output.print_json({"differences": rows})
    elif not found:
        print(output.sentence("POLICY_SAME"))
    else:
        output.print_table(
            ("file", "setting", "change"), [(each.file, each.setting, each.how) for each in found]
        )
