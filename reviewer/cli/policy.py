"""``reviewer policy``: what differs from the rules that a lead has signed, and signing them anew."""

from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import (
    AsJson,
    AsName,
    PassphraseFile,
    WorkspaceDir,
    signed_in_for_policy,
)
from reviewer.errors import Refused

if TYPE_CHECKING:
    from reviewer.access.policy import Difference

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
    with signed_in_for_policy(workspace, as_name, passphrase_file) as (opened, _):
        _show(opened.policy.differences(), json=json)


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
    with signed_in_for_policy(workspace, as_name, passphrase_file) as (opened, identity):
        policy = opened.policy
        found = policy.differences()
        _show(found, json=json)
        if not found:
            return
        if not confirmed:
            raise Refused("POLICY_NOT_CONFIRMED")
        policy.apply(identity)
        if not json:
            print(output.sentence("POLICY_APPLIED"))


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
