"""QA and whoever owns the queue's database together, by an earlier signed rate: not before the clip came."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reviewer.access import signing
from reviewer.access.acceptances import OTHER_RATE, Acceptances
from reviewer.access.audit_log import AuditLog
from reviewer.access.policy import Policy
from reviewer.access.signed_verdict import SignedVerdict, sign_verdict
from reviewer.db.connection import Database
from reviewer.model.event import CLIP_IDS, Action, Event
from reviewer.model.task import SealedAnnotation, TaskKind, Verdict, VerdictKind
from reviewer.places import PROJECT_FILE
from tests.fakes.clock import FakeClock
from tests.logs import LOG_KEY

DAY = timedelta(days=1)
QUE_KEY = b"q" * 32


@dataclass
class Lead:
    """A lead's log with Que of QA, to which policies and imports are added as time passes."""

    log: AuditLog
    clock: FakeClock
    folder: Path
    work: dict[str, SealedAnnotation] = field(default_factory=dict)

    def sign_rate(self, rate: float) -> datetime:
        (self.folder / PROJECT_FILE).write_text(f"[queue]\nqa_rate = {rate}\n", "utf-8")
        detail = Policy.of(self.folder, {}).to_detail()
        self.log.record(Event(Action.POLICY_CHANGED, detail=dict(detail)))
        return self.clock.now()

    def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by.total_seconds())

    def import_clips(self, *clip_ids: str) -> None:
        """One row for several clips, as a large import has it."""
        detail = {CLIP_IDS: list(clip_ids)}
        named = clip_ids[0] if len(clip_ids) == 1 else ""
        self.log.record(Event(Action.CLIP_IMPORTED, object=named, detail={} if named else dict(detail)))
        for clip in clip_ids:
            at = self.clock.now()
            self.work[clip] = SealedAnnotation(
                f"a-{clip}", f"t-{clip}", clip, "ann", None, "form", "conventions", b"d" * 32, b"", at
            )

    def why_not(self, clip: str, rate: float, at: datetime) -> str:
        """Why work that a draw passed does not count, if Que and the server both say this time."""
        work = self.work[clip]
        said = SignedVerdict(
            clip_id=clip, task_id=work.task_id, task_kind=TaskKind.TRANSCRIBE, annotation_id=work.id,
            digest=work.digest, kind=VerdictKind.PASSED, person_id="que", at=at,
            draw_id=work.id, rate=repr(rate),
        )  # fmt: skip
        signed = sign_verdict(said, "w1", signing.signer(QUE_KEY))
        verdict = Verdict("v", work.task_id, clip, work.id, VerdictKind.PASSED, "que", at, signed=signed)
        return Acceptances(self.log, "w1", None).not_accepted([work], [verdict]).get(work.id, "")


@pytest.fixture
def lead(database: Database, tmp_path: Path) -> Lead:
    clock = FakeClock()
    log = AuditLog(database, clock, "w1")
    log.unlock(LOG_KEY)
    log.record(Event(Action.WORKSPACE_MADE))
    log.record(Event(Action.PERSON_ADDED, object="que", detail={"role": "qa"}))
    key = signing.public_key_of(QUE_KEY).hex()
    log.record(Event(Action.PERSON_ENROLLED, object="que", detail={"public_key": key}))
    return Lead(log, clock, tmp_path)


def test_rate_that_was_over_before_a_clip_was_imported_passes_nothing_of_it(lead: Lead) -> None:
    first = lead.sign_rate(0.0)
    lead.import_clips("old")
    lead.pass_time(7 * DAY)
    change = lead.sign_rate(0.5)
    lead.import_clips("next-hour")  # a window that was open when the policy changed draws it
    lead.pass_time(2 * DAY)
    lead.import_clips("new")
    lead.import_clips("batch-1", "batch-2")
    for at in (first, change, change + timedelta(hours=23)):
        assert lead.why_not("old", 0.0, at) == ""
        assert lead.why_not("next-hour", 0.0, at) == ""
        assert {lead.why_not(clip, 0.0, at) for clip in ("new", "batch-1", "batch-2")} == {OTHER_RATE}
    assert lead.why_not("new", 0.5, lead.clock.now()) == ""
    assert lead.why_not("old", 0.5, lead.clock.now()) == ""


def test_rate_that_came_back_counts_again(lead: Lead) -> None:
    lead.sign_rate(0.0)
    lead.pass_time(7 * DAY)
    lead.sign_rate(0.5)
    lead.pass_time(7 * DAY)
    lead.import_clips("c1")
    assert lead.why_not("c1", 0.0, lead.clock.now() - 10 * DAY) == OTHER_RATE
    lead.pass_time(2 * DAY)
    back = lead.sign_rate(0.0)
    assert lead.why_not("c1", 0.0, back) == ""
    assert lead.why_not("c1", 0.0, back - 12 * DAY) == OTHER_RATE


def test_clip_of_which_the_log_says_nothing_is_judged_by_the_times_alone(lead: Lead) -> None:
    at = lead.sign_rate(0.0)
    lead.pass_time(7 * DAY)
    lead.sign_rate(0.5)
    lead.import_clips("c1")
    lead.work["c2"] = SealedAnnotation(
        "a-c2", "t-c2", "c2", "ann", None, "form", "conventions", b"d" * 32, b"", at
    )
    assert lead.why_not("c2", 0.0, at) == ""
