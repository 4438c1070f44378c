"""``reviewer queue``: what is where, and whose turn it is."""

from typing import Annotated

import typer

from reviewer.cli import show
from reviewer.cli.door import signed_in
from reviewer.cli.options import AsJson, AsName, PassphraseFile, WorkspaceDir
from reviewer.model.clock import to_iso
from reviewer.model.task import LateDraft, Lease
from reviewer.queue.queue import HeldClip

app = typer.Typer(help="See the queue, release and assign tasks.", no_args_is_help=True)

TaskId = Annotated[int, typer.Argument(metavar="ID", help="The task, as queue status shows it.")]


@app.command("status")
def status(
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Show clips and tasks by state, leases, late drafts, and clips that wait for the lead."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        overview = work.person.lead.overview()
        held = work.workspace.queue.held()
        names = {person.id: person.name for person in work.person.lead.people()}
    leases = [_lease(lease, names) for lease in overview.leases]
    late = [_late(draft, names) for draft in overview.late_drafts]
    with_lead = [_held(clip) for clip in held]
    counts = overview.counts
    if json:
        show.as_json(
            {
                "clips": counts.clips,
                "tasks": counts.tasks,
                "leases": leases,
                "late_drafts": late,
                "with_lead": with_lead,
                "unwitnessed": overview.unwitnessed,
            }
        )
        return
    rows = [("clips", state, count) for state, count in counts.clips.items()]
    rows += [("tasks", state, count) for state, count in counts.tasks.items()]
    show.columns(("what", "state", "count"), rows)
    _table("Leases", leases)
    _table("Late drafts", late)
    _table("Clips that wait for you (assign or release one of their tasks)", with_lead)


@app.command("release")
def release(
    task: TaskId,
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Open a task to all: take it from whoever has it, or put a clip that waits for you back."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        work.person.lead.release(task)
    if json:
        show.as_json({"task": task, "state": "open"})
    else:
        print(f"Task {task} is open to all.")


@app.command("assign")
def assign(
    task: TaskId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The contractor who shall have it.")],
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Keep a task for one contractor."""
    with signed_in(workspace, as_name, passphrase_file) as work:
        person = work.person.lead.assign(task, name)
    if json:
        show.as_json({"task": task, "person": person.name})
    else:
        print(f"Task {task} waits for {person.name}.")


def _lease(lease: Lease, names: dict[str, str]) -> dict[str, object]:
    return {
        "task": lease.task_id,
        "clip": lease.clip_id,
        "pass": lease.pass_number,
        "person": names.get(lease.person_id, lease.person_id),
        "until": to_iso(lease.until),
    }


def _late(draft: LateDraft, names: dict[str, str]) -> dict[str, object]:
    return {
        "task": draft.task_id,
        "clip": draft.clip_id,
        "person": names.get(draft.person_id, draft.person_id),
        "kept_at": to_iso(draft.kept_at),
    }


def _held(clip: HeldClip) -> dict[str, object]:
    return {"clip": clip.clip_id, "tasks": list(clip.task_ids), "refusals": clip.refusals}


def _table(title: str, rows: list[dict[str, object]]) -> None:
    if rows:
        print(f"\n{title}")
        show.columns(tuple(rows[0]), [tuple(row.values()) for row in rows])
