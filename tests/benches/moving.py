"""A workspace to move: everything a queue can hold, and its rows as they are in the file."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from reviewer.clips.keys import KdfParameters
from reviewer.lead.move import MoveReport
from reviewer.model.task import SkipReason, VerdictKind
from reviewer.places import DATABASE_FILE, PROJECT_FILE
from reviewer.session.queue_login import login_name, login_request, verifier_of_request
from reviewer.workspace import Workspace, open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, hear, make_bench
from tests.fakes.clock import FakeClock

QUEUE_TABLES = (
    "queue_clip", "queue_route", "person_language", "person_skill", "task", "task_refusal", "annotation",
    "verdict", "final", "late_draft", "passes_agree", "queue_request",
)  # fmt: skip


def busy_workspace(folder: Path, clock: FakeClock, clips: int = 6) -> Path:
    """Submitted, reviewed, returned, skipped and distressing clips; nobody is signed in at the end."""
    bench = make_bench(folder, drafts=("",) * clips, clock=clock)
    lead = bench.person(LEAD).lead
    bench.agree(LEAD, ANA, BEN, QUINN)
    lead.set_languages(BEN, ["en", "sr-Latn"])
    bench.submitted(ANA, "hello there")
    bench.reviewed(QUINN, "hello there", VerdictKind.ACCEPTED)
    bench.submitted(ANA, "second words")
    bench.reviewed(QUINN, "second word", VerdictKind.ACCEPTED_WITH_FIXES)
    bench.submitted(ANA, "third words")
    bench.reviewed(QUINN, "other words", VerdictKind.RETURNED, "Listen again.")
    bench.submitted(BEN, "fourth words")
    work = bench.work(BEN)
    lease = work.claim()
    hear(work, lease)
    work.skip(lease, SkipReason.DISTRESSING)
    for name in (ANA, BEN, QUINN, LEAD):
        bench.sign_out(name)
    bench.workspace.close()
    return bench.workspace.path


def queue_rows(workspace: Path) -> Mapping[str, list[tuple[object, ...]]]:
    """Every row of the queue in the file, with the order in which tasks and annotations were added."""
    with closing(sqlite3.connect(workspace / DATABASE_FILE)) as connection:
        return {
            table: sorted(
                connection.execute(f"SELECT {_order(table)}* FROM {table}").fetchall(),
                key=repr,
            )
            for table in QUEUE_TABLES
        }


def _order(table: str) -> str:
    return "rowid, " if table in ("task", "annotation") else ""


def opened(folder: Path, clock: FakeClock) -> Workspace:
    """The workspace as its project file says."""
    return open_workspace(folder, clock=clock, parameters=KdfParameters.cheap())


def window(folder: Path, clock: FakeClock) -> Bench:
    """A window of somebody's."""
    return Bench(opened(folder, clock), clock)


def moved(folder: Path, clock: FakeClock, text: str, gone: tuple[str, ...] = ()) -> MoveReport:
    """Lets the lead move the workspace."""
    with opened(folder, clock) as workspace:
        identity = workspace.sessions.sign_in(LEAD, PASSPHRASE, for_policy=True)
        try:
            return workspace.move(identity, gone).run(text, lambda _done, _all: None)
        finally:
            workspace.sessions.sign_out(identity)


def admit(folder: Path, clock: FakeClock, *names: str) -> None:
    """Gives people their logins, each by a request of their own."""
    for name in names:
        with opened(folder, clock) as workspace:
            identity = workspace.sessions.sign_in(name, PASSPHRASE)
            request = login_request(identity, workspace.workspace_id).decode()
            workspace.sessions.sign_out(identity)
            lead = workspace.sign_in(LEAD, PASSPHRASE)
            verifier = verifier_of_request(request, identity.person, workspace.workspace_id)
            server = workspace.queue_administration(lead.identity)
            server.add_login(login_name(identity.person), identity.person, verifier)
            workspace.sign_out(lead)


def project_of(folder: Path, queue: str = "", clips: str = "") -> str:
    """The project file of a workspace with other places; ``clips`` are lines of its section."""
    text = (folder / PROJECT_FILE).read_text(encoding="utf-8")
    text = text.split("[clips]")[0]
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("url ="))
    if queue:
        text = text.replace("[queue]\n", f'[queue]\nurl = "{queue}"\n')
    return text + (f"[clips]\n{clips}" if clips else "")
