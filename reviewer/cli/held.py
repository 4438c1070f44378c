"""``reviewer held``: clips that are held back because of personal data, and every way on."""

from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, CommandSession, signs_in
from reviewer.errors import Refused
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.clock import to_iso
from reviewer.model.held_back import HeldBackClip, ReleaseReason
from reviewer.model.intervals import Span
from reviewer.model.redaction import Redaction

app = typer.Typer(
    cls=output.CommandGroup, help="Decide about clips that hold personal data.", no_args_is_help=True
)

ClipId = Annotated[str, typer.Argument(metavar="CLIP", help="The clip, as held list shows it.")]
Frame = Annotated[int | None, typer.Option(metavar="FRAME", show_default=False)]


@app.command("list")
@signs_in
def list_held(work: CommandSession, *, json: AsJson = False) -> None:
    """Show what was found and where; nothing is opened."""
    lead = work.person.lead
    held = lead.held_back.clips(lead.identity)
    if json:
        output.print_json({"held": [_clip(one) for one in held]})
        return
    rows = [
        (
            one.clip.id,
            output.term("HELD_STATE", one.state),
            ", ".join(output.term("HELD_CODE", code) for code in one.codes),
            ", ".join(one.kinds),
            ", ".join(f"{redaction.id} {_state(redaction)}" for redaction in one.redactions),
            to_iso(one.since),
        )
        for one in held
    ]
    output.print_table(("clip", "where", "why", "kinds", "redactions", "since"), rows)


@app.command("release")
@signs_in
def release(
    work: CommandSession,
    clip: ClipId,
    reason: Annotated[ReleaseReason, typer.Option(help="Why it holds no personal data.")],
    *,
    json: AsJson = False,
) -> None:
    """Let a clip go: out of quarantine into the queue, or into the next export."""
    lead = work.person.lead
    lead.held_back.release(lead.identity, clip, reason)
    _say(clip, "HELD_RELEASED", json=json, reason=reason.value)


@app.command("drop-draft")
@signs_in
def drop_draft(work: CommandSession, clip: ClipId, *, json: AsJson = False) -> None:
    """Remove the recognisers' drafts in which personal data is found; the clip stays held back."""
    lead = work.person.lead
    dropped = lead.held_back.drop_drafts(lead.identity, clip)
    _say(clip, "HELD_DRAFTS_DROPPED", json=json, dropped=dropped)


@app.command("redact")
@signs_in
def redact(
    work: CommandSession,
    clip: ClipId,
    start: Frame = None,
    end: Frame = None,
    kind: Annotated[PersonalDataKind, typer.Option(help="What was said there.")] = PersonalDataKind.OTHER,
    *,
    json: AsJson = False,
) -> None:
    """Confirm the clip's proposed redactions, and one from --start to --end, and remove the sound."""
    if (start is None) is not (end is None) or (start is not None and end is not None and start >= end):
        raise Refused("HELD_SPAN_INCOMPLETE")
    span = Span(start, end) if start is not None and end is not None else None
    lead = work.person.lead
    redactions = lead.held_back.redact(lead.identity, clip, span, kind)
    if json:
        output.print_json({"clip": clip, "redactions": [_redaction(one) for one in redactions]})
        return
    rows = [(one.id, _state(one), one.kind.value, one.removed_start, one.removed_end) for one in redactions]
    output.print_table(("redaction", "state", "kind", "removed from", "to"), rows)


@app.command("reject")
@signs_in
def reject(
    work: CommandSession,
    redaction: Annotated[str, typer.Argument(metavar="REDACTION", help="As held list shows it.")],
    *,
    json: AsJson = False,
) -> None:
    """Reject a proposed redaction: the span can be heard again."""
    lead = work.person.lead
    rejected = lead.redactions.reject(lead.identity, redaction)
    if json:
        output.print_json(_redaction(rejected))
    else:
        print(output.sentence("REDACTION_IS_REJECTED", redaction=redaction))


@app.command("reassign")
@signs_in
def reassign(
    work: CommandSession,
    clip: ClipId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A contractor, or QA for finished work.")],
    *,
    json: AsJson = False,
) -> None:
    """Hand a clip to one person who listens; finished work is adjudicated by QA."""
    lead = work.person.lead
    person = lead.held_back.reassign(lead.identity, clip, name)
    _say(clip, "HELD_REASSIGNED", json=json, person=person.name)


@app.command("purge")
@signs_in
def purge(work: CommandSession, clip: ClipId, *, json: AsJson = False) -> None:
    """Destroy a clip's key, and print the exports to recall."""
    lead = work.person.lead
    report = lead.held_back.purge(lead.identity, clip)
    if json:
        output.print_json(report.to_json())
        return
    print(output.sentence("HELD_PURGED", clip=clip))
    if report.recall:
        print(output.sentence("RECALL"))
        output.print_table(
            ("export", "made at", "formats"),
            [(one.export, one.made_at, one.formats) for one in report.recall],
        )


def _say(clip: str, code: str, *, json: bool, **facts: str | int) -> None:
    if json:
        output.print_json({"clip": clip, **facts})
    else:
        print(output.sentence(code, clip=clip, **facts))


def _state(redaction: Redaction) -> str:
    return output.term("REDACTION", redaction.state)


def _clip(held: HeldBackClip) -> dict[str, object]:
    return {
        "clip": held.clip.id,
        "state": held.state.value,
        "codes": [code.value for code in held.codes],
        "finds": [
            {
                "code": find.code.value,
                "kind": find.kind,
                "start": find.start,
                "end": find.end,
                "annotation": find.annotation_id,
            }
            for find in held.finds
        ],
        "redactions": [_redaction(one) for one in held.redactions],
        "since": to_iso(held.since),
    }


def _redaction(redaction: Redaction) -> dict[str, object]:
    return {
        "redaction": redaction.id,
        "state": redaction.state.value,
        "kind": redaction.kind.value,
        "source": redaction.source.value,
        "start": redaction.start,
        "end": redaction.end,
        "removed": [redaction.removed_start, redaction.removed_end],
        "text_open": redaction.is_text_open,
    }
