"""``reviewer retention`` and ``recall``: what is due or kept for longer, and which exports to recall."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, CommandSession, signs_in
from reviewer.errors import Refused
from reviewer.model.clock import end_of_day, to_iso

if TYPE_CHECKING:
    from reviewer.lead.purge import Recall
    from reviewer.lead.retention import DueClip, RetentionOverview

app = typer.Typer(
    cls=output.CommandGroup, help="See what is due for purging; keep clips for longer.", no_args_is_help=True
)
recall_app = typer.Typer(
    cls=output.CommandGroup, help="See which exports contain purged clips.", no_args_is_help=True
)


@app.command("list")
@signs_in
def list_retention(work: CommandSession, *, json: AsJson = False) -> None:
    """Show what is due, what is kept for longer, and withdrawals of unknown sources."""
    found = work.person.lead.retention_overview()
    names = {person.id: person.name for person in work.person.lead.people()}
    body = _body(found, names)
    if json:
        output.print_json(body)
        return
    print(output.sentence("RETENTION_DUE", due=len(found.due), soon=len(found.soon)))
    if found.is_held:
        print(output.sentence("PURGE_HELD"))
    for title, key in (
        ("Due now", "due"),
        ("Due within 30 days", "soon"),
        ("Kept for longer", "extended"),
        ("Withdrawals of sources that were never imported", "unknown"),
        ("Unfinished exports that may have left plain files", "unfinished_exports"),
    ):
        output.print_titled(title, body[key])


@app.command("extend")
@signs_in
def extend(
    work: CommandSession,
    clips: Annotated[list[str], typer.Argument(metavar="CLIP...", help="Ids of clips.")],
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="The new last day, for example 2028-12-31.")
    ],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, kept in the access log.")],
    *,
    json: AsJson = False,
) -> None:
    """Keep sampled clips until a later date; never past a withdrawal."""
    made = work.person.lead.extend_retention(clips, day(until), why)
    if json:
        rows = [{"clip": each.clip_id, "until": to_iso(each.until), "was": to_iso(each.was)} for each in made]
        output.print_json({"extended": rows})
    else:
        print(output.sentence("RETENTION_EXTENDED", clips=len(made), until=until))


@recall_app.command("list")
@signs_in
def list_recall(work: CommandSession, *, json: AsJson = False) -> None:
    """Print the exports that contain purged clips; their holders must delete these."""
    recall = work.person.lead.recall()
    if json:
        output.print_json({"recall": [recall_row(one) for one in recall]})
    else:
        print_recall(recall)
        if not recall:
            print(output.sentence("NOTHING_TO_RECALL"))


@recall_app.command("lost")
@signs_in
def lost(
    work: CommandSession,
    export: Annotated[str, typer.Argument(metavar="EXPORT", help="The id of an unfinished export.")],
    *,
    json: AsJson = False,
) -> None:
    """Look no longer for an unfinished export whose disk is lost; it stays on the recall list."""
    work.person.lead.give_up_export(export)
    if json:
        output.print_json({"export": export})
    else:
        print(output.sentence("EXPORT_GIVEN_UP", export=export))


def day(text: str) -> datetime:
    """The end of a day, UTC; raises Refused for anything but a date such as 2028-12-31."""
    try:
        return end_of_day(text)
    except ValueError as error:
        raise Refused("NOT_A_DATE") from error


def print_recall(recall: "tuple[Recall, ...]") -> None:
    """Prints one line for each clip of each export."""
    if not recall:
        return
    print(output.sentence("RECALL"))
    rows = [
        (one.export, one.made_at, one.formats, one.state, one.folder, clip)
        for one in recall
        for clip in one.clips
    ]
    output.print_table(("export", "made at", "formats", "state", "folder", "clip"), rows)


def recall_row(one: "Recall") -> dict[str, Any]:
    """An export to be recalled, as JSON."""
    return {
        "export": one.export,
        "made_at": one.made_at,
        "formats": one.formats,
        "clips": list(one.clips),
        "state": one.state,
        "folder": one.folder,
    }


def _body(found: "RetentionOverview", names: dict[str, str]) -> dict[str, Any]:
    return {
        "due": [_due(each) for each in found.due],
        "soon": [_due(each) for each in found.soon],
        "extended": [
            {
                "clip": each.clip_id,
                "until": to_iso(each.until),
                "decided_by": names.get(each.decided_by, each.decided_by),
                "decided_at": to_iso(each.decided_at),
                "why": each.why,
            }
            for each in found.extended
        ],
        "unknown": [
            {"list": each.list_id, "recorded_at": to_iso(each.recorded_at), "sources": each.sources}
            for each in found.unknown
        ],
        "unfinished_exports": [
            {"export": each.export_id, "folder": each.folder, "out": each.out} for each in found.unfinished
        ],
        "held": found.is_held,
    }


def _due(each: "DueClip") -> dict[str, str]:
    return {"clip": each.clip_id, "at": to_iso(each.at), "reason": each.reason.value}
