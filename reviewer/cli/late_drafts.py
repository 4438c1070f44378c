"""``reviewer queue late``: work that came after its lease was lost, and what becomes of it."""

from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, CommandSession, signs_in
from reviewer.model.clock import to_iso
from reviewer.model.task import LateDraft, LateReason

app = typer.Typer(cls=output.CommandGroup, help="Adopt or dismiss late drafts.", no_args_is_help=True)

DraftId = Annotated[str, typer.Argument(metavar="DRAFT", help="The draft, as queue late list shows it.")]
_HEADS = ("draft", "clip", "person", "kind", "kept_at", "becomes")


@app.command("list")
@signs_in
def list_late(work: CommandSession, *, json: AsJson = False) -> None:
    """Show the late drafts that wait for a decision; nothing is opened. Texts are read in the window."""
    lead = work.person.lead
    names = {person.id: person.name for person in lead.people()}
    rows = [late_row(draft, names) for draft in lead.late_drafts.waiting(lead.identity)]
    if json:
        output.print_json({"late_drafts": rows})
    else:
        output.print_table(_HEADS, [[row[head] for head in _HEADS] for row in rows])


@app.command("adopt")
@signs_in
def adopt(work: CommandSession, draft: DraftId, *, json: AsJson = False) -> None:
    """Make a late draft work of its author, which QA reviews: the pass it was for, or another one."""
    lead = work.person.lead
    opened = lead.late_drafts.open(lead.identity, draft)
    try:
        receipt = lead.late_drafts.adopt(lead.identity, draft)
    finally:
        lead.late_drafts.close(lead.identity, opened.draft.clip_id)
    name = {person.id: person.name for person in lead.people()}[opened.draft.person_id]
    if json:
        output.print_json({"draft": draft, "annotation": receipt.annotation_id, "person": name})
    else:
        print(output.sentence("LATE_ADOPTED_LATER" if receipt.is_pending else "LATE_ADOPTED", name=name))


@app.command("dismiss")
@signs_in
def dismiss(
    work: CommandSession,
    draft: DraftId,
    reason: Annotated[LateReason, typer.Option(help="Why it does not count.")],
    *,
    json: AsJson = False,
) -> None:
    """Decide that a late draft does not count; its author sees the reason."""
    lead = work.person.lead
    lead.late_drafts.dismiss(lead.identity, draft, reason)
    if json:
        output.print_json({"draft": draft, "reason": reason.value})
    else:
        print(output.sentence("LATE_DISMISSED"))


def late_row(draft: LateDraft, names: dict[str, str]) -> dict[str, object]:
    """A late draft's facts, of which none is content."""
    return {
        "draft": draft.id,
        "task": draft.task_id,
        "clip": draft.clip_id,
        "person": names.get(draft.person_id, draft.person_id),
        "kind": draft.kind.value,
        "kept_at": to_iso(draft.kept_at),
        "becomes": "its pass" if draft.takes_pass else "another pass",
    }
