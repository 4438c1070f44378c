"""``reviewer clips``: the list of all clips, what keeps them from people, and to whom they go first."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, CommandSession, signs_in
from reviewer.errors import Notice, Refused
from reviewer.model.clip_list import ListedClip
from reviewer.model.clock import from_micros, to_iso
from reviewer.model.hold import HoldReason

if TYPE_CHECKING:
    from reviewer.lead.session import LeadSession

app = typer.Typer(
    cls=output.CommandGroup,
    help="List all clips, put them on hold, release them, set who gets them first.",
    no_args_is_help=True,
)

ClipId = Annotated[str, typer.Argument(metavar="CLIP", help="The clip, as clips list shows it.")]
_HEADS = (
    "clip",
    "state",
    "locale",
    "product",
    "seconds",
    "has",
    "did",
    "changed_at",
    "skips",
    "hold",
    "route",
)


@app.command("list")
@signs_in
def list_clips(
    work: CommandSession,
    where: Annotated[
        str | None,
        typer.Option("--where", metavar="EXPR", help="A filter for clips; default: all.", show_default=False),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the list as CSV.")] = False,
    *,
    json: AsJson = False,
) -> None:
    """Show every clip: its state, who has it or did it, skips, and what keeps it back; nothing is opened."""
    from reviewer.lead.clip_table import write_clips  # noqa: PLC0415
    from reviewer.lead.export_filter import parse_list_filter  # noqa: PLC0415

    lets_through = parse_list_filter(where) if where else None
    lead = work.person.lead
    rows = lead.clip_list.rows(lead.identity)
    found = [row for row in rows if lets_through is None or lets_through(row)]
    if json:
        output.print_json({"clips": [_clip(row) for row in found], "all": len(rows)})
    elif as_csv:
        write_clips(sys.stdout, found)
    else:
        product_name = work.workspace.project.intake.product_label
        output.print_table(_HEADS, [_shown(row, product_name(row.product)) for row in found])


@app.command("hold")
@signs_in
def hold(
    work: CommandSession,
    clip: ClipId,
    reason: Annotated[HoldReason, typer.Option(help="Why.")],
    *,
    json: AsJson = False,
) -> None:
    """Put a clip on hold: nobody gets it, whoever has it open loses it, and no export has it."""
    lead = work.person.lead
    lead.clip_list.hold(lead.identity, clip, reason)
    if json:
        output.print_json({"clip": clip, "hold": reason.value})
    else:
        print(output.sentence("CLIP_HELD", clip=clip, reason=Notice(f"HOLD_REASON_{reason.value.upper()}")))


@app.command("assign")
@signs_in
def assign(
    work: CommandSession,
    clip: ClipId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The contractor, or who of QA, to give it to.")],
    *,
    json: AsJson = False,
) -> None:
    """Give a clip to one person: an open pass to a contractor; to QA what waits there, or finished work."""
    lead = work.person.lead
    person = lead.clip_list.assign(lead.identity, clip, name)
    if json:
        output.print_json({"clip": clip, "person": person.name})
    else:
        print(output.sentence("CLIP_ASSIGNED", clip=clip, name=person.name))


@app.command("release")
@signs_in
def release(work: CommandSession, clip: ClipId, *, json: AsJson = False) -> None:
    """Let a clip go on: end its hold, else its leases, else put it back from the lead into the queue."""
    lead = work.person.lead
    ended = lead.clip_list.release(lead.identity, clip)
    if json:
        output.print_json({"clip": clip, "released": ended})
    else:
        print(output.sentence(f"CLIP_RELEASED_{ended.upper()}", clip=clip))


@app.command("route")
@signs_in
def route(
    work: CommandSession,
    clips: Annotated[list[str] | None, typer.Argument(metavar="CLIP", help="Clips, by id.")] = None,
    where: Annotated[
        str | None, typer.Option("--where", metavar="EXPR", help="A filter for clips.", show_default=False)
    ] = None,
    of_import: Annotated[
        str | None, typer.Option("--import", metavar="ID", help="All of one import.", show_default=False)
    ] = None,
    skill: Annotated[
        str | None,
        typer.Option("--skill", metavar="NAME", help="What their tasks ask for.", show_default=False),
    ] = None,
    priority: Annotated[
        int | None,
        typer.Option(
            "--priority", metavar="N", help="Higher ones come first; 0 is usual.", show_default=False
        ),
    ] = None,
    *,
    no_skill: Annotated[bool, typer.Option("--no-skill", help="Their tasks ask for none.")] = False,
    json: AsJson = False,
) -> None:
    """Set which skill the tasks of clips ask for, and how early they come."""
    if (skill is None) is not no_skill and priority is None:
        raise Refused("ROUTE_WHAT")
    if not (clips or where or of_import):
        raise Refused("ROUTE_WHICH")
    lead = work.person.lead
    found = _chosen(lead, clips or [], where, of_import)
    lead.clip_list.route(lead.identity, found, skill="" if no_skill else skill, priority=priority)
    if json:
        output.print_json({"clips": len(found)})
    else:
        print(output.sentence("CLIPS_ROUTED", count=len(found)))


def _chosen(lead: "LeadSession", clips: list[str], where: str | None, of_import: str | None) -> list[str]:
    """The ids of these clips, of an import and of those that a filter lets through, each once."""
    from reviewer.lead.export_filter import parse_list_filter  # noqa: PLC0415

    found = dict.fromkeys(clips)
    if of_import:
        found |= dict.fromkeys(row.clip for row in lead.report_of_import(of_import).rows if row.clip)
    if where:
        lets_through = parse_list_filter(where)
        found |= dict.fromkeys(row.id for row in lead.clip_list.rows(lead.identity) if lets_through(row))
    return list(found)


def _shown(row: ListedClip, product: str) -> tuple[str, ...]:
    skips = (f"{output.term('REFUSAL', reason)} {count}" for reason, count in row.reasons.items())
    kept = [output.term("HOLD_REASON", row.hold)] if row.hold else []
    kept += [output.term("HELD_CODE", code) for code in row.held_back]
    return (
        row.id,
        output.term("CLIP_STATE", row.state),
        row.locale,
        product,
        f"{row.seconds:.1f}",
        ", ".join((*row.has, *row.assigned)),
        ", ".join(row.did),
        to_iso(from_micros(row.changed_at)),
        ", ".join(skips),
        ", ".join(kept),
        row.route,
    )


def _clip(row: ListedClip) -> dict[str, object]:
    return {
        "clip": row.id,
        "state": row.state.value,
        "locale": row.locale,
        "product": row.product,
        "seconds": round(row.seconds, 3),
        "has": list(row.has),
        "assigned": list(row.assigned),
        "did": list(row.did),
        "changed_at": to_iso(from_micros(row.changed_at)),
        "passes": row.passes,
        "done": row.done,
        "skips": row.reasons,
        "hold": row.hold,
        "held_back": list(row.held_back),
        "skill": row.skill,
        "priority": row.priority,
    }
