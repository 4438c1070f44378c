"""``reviewer queue``: tasks by state, leases, and clips that wait for the lead."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import late_drafts, output, queue_server
from reviewer.cli.sign_in import AsJson, CommandSession, signs_in
from reviewer.model.clock import to_iso
from reviewer.model.progress import PersonTotals, StuckClip
from reviewer.model.task import Lease, UntakenCount
from reviewer.queue.api import HeldClip
from reviewer.stats.queue_figures import prometheus_text

if TYPE_CHECKING:
    from reviewer.lead.progress import ProjectProgress
    from reviewer.stats.completion import Completion

app = typer.Typer(
    cls=output.CommandGroup, help="See the queue, release and assign tasks.", no_args_is_help=True
)
app.add_typer(late_drafts.app, name="late")
app.add_typer(queue_server.app, name="server")

TaskId = Annotated[str, typer.Argument(metavar="ID", help="The task, as queue status shows it.")]


@app.command("status")
@signs_in
def status(work: CommandSession, *, json: AsJson = False) -> None:
    """Show clips and tasks by state, leases, late drafts, and clips that wait for the lead."""
    overview = work.person.lead.overview()
    names = {person.id: person.name for person in work.person.lead.people()}
    leases = [_lease(lease, names) for lease in overview.leases]
    late = [late_drafts.late_row(draft, names) for draft in overview.late_drafts]
    with_lead = [_held(clip) for clip in overview.held]
    untaken = [_untaken(each) for each in overview.untaken]
    counts = overview.counts
    if json:
        output.print_json(
            {
                "clips": counts.clips,
                "tasks": counts.tasks,
                "adjudications": counts.adjudications,
                "leases": leases,
                "late_drafts": late,
                "with_lead": with_lead,
                "untaken": untaken,
                "unwitnessed": overview.unwitnessed,
                "due": overview.due,
                "due_soon": overview.due_soon,
                "unfinished_exports": overview.unfinished_exports,
            }
        )
        return
    rows = [("clips", output.term("CLIP_STATE", state), count) for state, count in counts.clips.items()]
    rows += [("tasks", output.term("TASK_STATE", state), count) for state, count in counts.tasks.items()]
    rows += [
        ("adjudications", output.term("TASK_STATE", state), count)
        for state, count in counts.adjudications.items()
    ]
    output.print_table(("what", "state", "count"), rows)
    print(f"\n{output.sentence('RETENTION_DUE', due=overview.due, soon=overview.due_soon)}")
    output.print_titled("Leases", leases)
    output.print_titled("Late drafts", late)
    output.print_titled("Clips that wait for the lead (assign or release one of their tasks)", with_lead)
    output.print_titled(
        "Tasks that nobody can take (no active person has language and skill, or each had the clip)", untaken
    )


@app.command("metrics")
@signs_in
def metrics(work: CommandSession, *, json: AsJson = False) -> None:
    """Print the figures of the queue as Prometheus text, for a program that watches it."""
    figures = work.person.lead.queue_figures()
    if json:
        output.print_json(asdict(figures))
    else:
        print(prometheus_text(figures), end="")


@app.command("progress")
@signs_in
def progress(work: CommandSession, *, json: AsJson = False) -> None:
    """Show how the work stands by state, language, product, person and day, an estimate of its end, and
    stuck clips."""
    found = work.person.lead.progress()
    if json:
        output.print_json(_progress(found))
        return
    product_label = work.workspace.project.intake.product_label
    for title, rows in (
        ("State", found.by_state), ("Language", found.by_locale), ("Product", found.by_product),
    ):  # fmt: skip
        shown = rows if title != "Product" else [replace(row, name=product_label(row.name)) for row in rows]
        output.print_titled(title, [asdict(row) | {"seconds": round(row.seconds)} for row in shown])
    output.print_titled("People", [_person(row) for row in found.people])
    output.print_titled("Days (UTC)", [asdict(row) for row in found.days])
    output.print_titled("Stuck clips", [_stuck(row) for row in found.stuck])
    print(f"\n{_estimate_sentence(found)}")


@app.command("release")
@signs_in
def release(work: CommandSession, task: TaskId, *, json: AsJson = False) -> None:
    """Open a task to all: end its lease, or put a held clip back into the queue."""
    work.person.lead.release(task)
    if json:
        output.print_json({"task": task, "state": "open"})
    else:
        print(output.sentence("TASK_OPEN", task=task))


@app.command("assign")
@signs_in
def assign(
    work: CommandSession,
    task: TaskId,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The contractor, or who of QA, to assign it to.")
    ],
    *,
    json: AsJson = False,
) -> None:
    """Assign a task to one person: a pass to a contractor, reviews and adjudications to QA."""
    person = work.person.lead.assign(task, name)
    if json:
        output.print_json({"task": task, "person": person.name})
    else:
        print(output.sentence("TASK_ASSIGNED", task=task, name=person.name))


def _progress(found: "ProjectProgress") -> dict[str, object]:
    return {
        "at": to_iso(found.at),
        "left": found.left,
        "left_seconds": round(found.left_seconds, 3),
        "by_state": [asdict(row) for row in found.by_state],
        "by_locale": [asdict(row) for row in found.by_locale],
        "by_product": [asdict(row) for row in found.by_product],
        "people": [_person(row) for row in found.people],
        "days": [asdict(row) | {"day": row.day.isoformat()} for row in found.days],
        "estimate": None if found.estimate is None else _estimate(found, found.estimate),
        "work_to_audio": None if found.ratio is None else round(found.ratio, 3),
        "stuck": [_stuck(row) for row in found.stuck],
        "late_drafts": found.late_drafts,
        "held_back": found.held_back,
        "on_hold": found.on_hold,
    }


def _estimate(found: "ProjectProgress", estimate: "Completion") -> dict[str, object]:
    days = {"days": estimate.days, "low": estimate.low, "high": estimate.high}
    ends = {
        f"{name}_end": None if n is None else (found.at.date() + timedelta(days=n)).isoformat()
        for name, n in days.items()
    }
    return {**days, **ends, "confidence": estimate.confidence}


def _estimate_sentence(found: "ProjectProgress") -> str:
    if found.estimate is None:
        return output.sentence("PROGRESS_NO_ESTIMATE", left=found.left)
    ends = _estimate(found, found.estimate)
    later = output.sentence("PROGRESS_LATER")
    return output.sentence(
        "PROGRESS_ESTIMATE",
        left=found.left,
        end=str(ends["days_end"] or later),
        low=str(ends["low_end"] or later),
        high=str(ends["high_end"] or later),
        percent=round(found.estimate.confidence * 100),
    )


def _person(row: PersonTotals) -> dict[str, object]:
    return {
        "person": row.name,
        "passes": row.passes,
        "last_14_days": row.recent,
        "audio_seconds": round(row.audio_seconds, 3),
        "worked_seconds": round(row.worked_seconds, 3),
        "work_to_audio": None if row.ratio is None else round(row.ratio, 3),
    }


def _stuck(row: StuckClip) -> dict[str, object]:
    return {
        "clip": row.clip_id,
        "language": row.locale,
        "skill": row.skill,
        "why": row.reason.value,
        "refusals": row.count,
        "who": row.who,
        "since": to_iso(row.since),
    }


def _lease(lease: Lease, names: dict[str, str]) -> dict[str, object]:
    return {
        "task": lease.task_id,
        "clip": lease.clip_id,
        "kind": lease.kind.value,
        "pass": lease.round,
        "person": names.get(lease.person_id, lease.person_id),
        "until": to_iso(lease.until),
    }


def _untaken(untaken: UntakenCount) -> dict[str, object]:
    return {
        "kind": untaken.kind.value,
        "language": untaken.locale,
        "skill": untaken.skill,
        "count": untaken.count,
    }


def _held(clip: HeldClip) -> dict[str, object]:
    return {"clip": clip.clip_id, "tasks": list(clip.task_ids), "refusals": clip.refusals}
