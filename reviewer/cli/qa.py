"""``reviewer qa``: selects work for review, and reports on quality."""

from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, CommandSession, signs_in

app = typer.Typer(
    cls=output.CommandGroup, help="Select work for review, and report on it.", no_args_is_help=True
)


@app.command("draw")
@signs_in
def draw(work: CommandSession, *, json: AsJson = False) -> None:
    """Decide for each new submission whether it is reviewed; passes that differ are adjudicated."""
    result = work.person.qa.draw()
    if json:
        output.print_json({"drawn": result.selected, "passed": result.passed})
    else:
        counts = {"selected": len(result.selected), "passed": len(result.passed)}
        print(output.sentence("DRAWN", **counts))


@app.command("adjudicate")
@signs_in
def adjudicate(work: CommandSession, *, json: AsJson = False) -> None:
    """Compare accepted passes, and send the clips whose passes differ to adjudication."""
    clips = work.person.qa.adjudicate()
    if json:
        output.print_json({"clips": clips})
    else:
        print(output.sentence("ADJUDICATIONS_OPENED", count=len(clips)))


@app.command("report")
@signs_in
def report(work: CommandSession, *, json: AsJson = False) -> None:
    """Show each contractor's scorecard: how much was reviewed, and what share was accepted."""
    cards = work.person.qa.scorecards()
    if json:
        output.print_json({"confidence": 0.95, "people": [card.to_json() for card in cards]})
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
    output.print_table(heads, rows)


@app.command("vouch")
@signs_in
def vouch(
    work: CommandSession,
    *,
    confirmed: Annotated[bool, typer.Option("--yes", help="Answer for what is shown.")] = False,
    json: AsJson = False,
) -> None:
    """Show accepted work without a signed verdict, and answer for it as a lead, so that exports take it."""
    acceptances, identity = work.person.lead.acceptances, work.person.identity
    found = acceptances.without_verdict(identity)
    if found and confirmed:
        acceptances.vouch(identity, found)
    if json:
        body = {"clips": list(dict.fromkeys(clip for clip, *_ in found)), "annotations": len(found)}
        drawn = sum(reason == "draw_rate" for reason in found.values())
        output.print_json({**body, "draw_rate": drawn, "vouched": bool(found) and confirmed})
        return
    rows = [(clip, annotation, reason) for (clip, annotation, *_), reason in found.items()]
    output.print_table(("clip", "annotation", "reason"), rows)
    print(output.sentence("VOUCHED" if confirmed else "TO_VOUCH", count=len(found)))
