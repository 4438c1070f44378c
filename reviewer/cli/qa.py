"""``reviewer qa``: what is checked, and how the work stands up to it."""

import typer

from reviewer.cli import show
from reviewer.cli.door import signed_in
from reviewer.cli.options import AsJson, AsName, PassphraseFile, WorkspaceDir

app = typer.Typer(help="Draw work for checking, and report on it.", no_args_is_help=True)


@app.command("draw")
def draw(
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Draw a lot: decide for each new submission whether it is checked; the rest is accepted."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        result = work.person.qa.draw()
    if json:
        show.as_json({"drawn": result.drawn, "passed": result.passed})
    else:
        print(f"{len(result.drawn)} drawn for a check, {len(result.passed)} accepted without one.")


@app.command("report")
def report(
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Show each contractor's scorecard: how much was checked, and what share was accepted."""
    from reviewer.qa.scorecard import Scorecards  # noqa: PLC0415

    with signed_in(workspace, as_name, passphrase_file) as work:
        shop = work.workspace
        cards = Scorecards(
            require_signed_in=shop.sign_in_desk.require, register=shop.register, queue=shop.queue
        ).all(work.person.identity)
    if json:
        show.as_json({"confidence": 0.95, "people": [card.to_json() for card in cards]})
        return
    heads = ("name", "submitted", "checked", "accepted", "returned", "share accepted", "95 % interval")
    rows = [
        (
            card.name,
            card.submitted,
            card.checked,
            card.checked - card.returned,
            card.returned,
            f"{card.share:.1%}" if card.share is not None else "-",
            f"{card.low:.1%} to {card.high:.1%}",
        )
        for card in cards
    ]
    show.columns(heads, rows)
