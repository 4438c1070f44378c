"""``reviewer policy``: what differs from the rules that a lead has signed, and signing them anew."""

from dataclasses import asdict
from pathlib import Path
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
from reviewer.untrusted_files import read_untrusted_text

if TYPE_CHECKING:
    from reviewer.access.policy import Difference

BrokerUrl = Annotated[str, typer.Argument(metavar="URL", help="Where the broker will be: https://HOST:PORT.")]
BrokerKey = Annotated[
    str,
    typer.Option(
        "--public-key",
        metavar="HEX",
        help="What it prints when it starts; default: that of your own broker.",
        show_default=False,
    ),
]
Authority = Annotated[
    Path | None,
    typer.Option(
        "--authority",
        metavar="FILE",
        help="The authority of its certificate (PEM), unless the system knows it.",
        show_default=False,
    ),
]

app = typer.Typer(
    cls=output.CommandGroup,
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
        if found and not confirmed:
            raise Refused("POLICY_NOT_CONFIRMED")
        if found:
            policy.apply(identity)
            if not json:
                print(output.sentence("POLICY_APPLIED"))
        has_server = bool(opened.project.queue.url)
    if has_server:
        publish_policy(workspace, as_name, passphrase_file)


@app.command("broker")
def broker(
    url: BrokerUrl,
    public_key: BrokerKey = "",
    authority: Authority = None,
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    confirmed: Annotated[bool, typer.Option("--yes", help="Replace the keys.")] = False,
    *,
    json: AsJson = False,
) -> None:
    """Let a broker release the keys of clips: nobody but leads holds the workspace key from now on.

    Where the queue is on a server, it exchanges the broker that is named, and replaces no key.
    """
    from reviewer.broker.client import BrokerAddress  # noqa: PLC0415
    from reviewer.broker.log import public_broker_key  # noqa: PLC0415
    from reviewer.model.project import BrokerPlace  # noqa: PLC0415

    pem = read_untrusted_text(authority).encode() if authority else None
    with signed_in_for_policy(workspace, as_name, passphrase_file) as (there, identity):
        key = public_key or public_broker_key(identity.keyring.signing_key).hex()
        BrokerAddress.of(url, key, authority)
        naming = there.broker_naming
        if not confirmed:
            raise Refused("BROKER_CHANGE_NOT_CONFIRMED" if naming.only_exchanges else "BROKER_NOT_CONFIRMED")
        with output.progress_bar("Replacing keys") as progress:
            named = naming.name(identity, BrokerPlace(url, key), pem, progress)
        has_server, pending = naming.only_exchanges, naming.pending()
    if has_server:  # also again, after it was killed before the server had it
        publish_policy(workspace, as_name, passphrase_file)
        _show_exchanged(url, key, pending, json=json)
    elif json:
        output.print_json({"new_workspace_key": named.has_new_workspace_key, **asdict(named.clips)})
    else:
        print(output.sentence("BROKER_KEYS_REPLACED", **asdict(named.clips)))


def _show_exchanged(url: str, key: str, pending: int, *, json: bool) -> None:
    if json:
        output.print_json({"url": url, "public_key": key, "with_former_key": pending})
        return
    print(output.sentence("BROKER_EXCHANGED", address=url))
    if pending:
        print(output.sentence("BROKER_KEYS_PENDING", clips=pending))


def publish_policy(workspace: Path | None, as_name: str | None, passphrase_file: Path | None) -> None:
    """Puts the policy on the server of a team's queue, from a workspace that was opened with its files."""
    with signed_in_for_policy(workspace, as_name, passphrase_file) as (there, identity):
        there.own_folders(identity).publish()


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
