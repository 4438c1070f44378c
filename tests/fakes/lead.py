"""A lead session in memory."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from reviewer.access.checkpoint import Checkpoint, write_checkpoint
from reviewer.access.log_chain import LogRow, canonical
from reviewer.access.log_search import LogFilter
from reviewer.access.nda import AgreementState, RegisterEntry
from reviewer.access.verification import Finding
from reviewer.clips.repository import PurgeReason
from reviewer.clips.retention import RetentionDecision
from reviewer.clips.withdrawals import UnknownWithdrawals
from reviewer.errors import Notice, Refused
from reviewer.formats.dataset import Utterance
from reviewer.lead.export import ExportResult
from reviewer.lead.export_preview import ExportPreview
from reviewer.lead.import_history import PastImport
from reviewer.lead.intake_report import IntakeOptions, IntakeReport, ReportRow
from reviewer.lead.people import Invitation
from reviewer.lead.progress import ProjectProgress
from reviewer.lead.purge import PurgeReport, Recall
from reviewer.lead.retention import DueClip, RetentionOverview
from reviewer.lead.session import Overview, PersonProgress
from reviewer.lead.set_options import SetOptions
from reviewer.lead.witnessed_logs import LogState, SeenLog
from reviewer.model.clip import ClipState
from reviewer.model.clip_list import ListedClip
from reviewer.model.clock import to_micros
from reviewer.model.language_tags import language_tags
from reviewer.model.people import Identity, Person, PersonState, Role
from reviewer.model.progress import DayProgress, GroupProgress, PersonTotals, StuckClip, StuckReason
from reviewer.model.routes import skill_names
from reviewer.model.task import LateDraft, QueueCounts, WorkCounts
from reviewer.privacy.manifest_row import Outcome, RefusalCode
from reviewer.queue.api import DatabaseOwner
from reviewer.session.access_limits import PersonActivity
from reviewer.stats.completion import Completion
from tests.factories import NOON
from tests.fakes.work_session import a_lease
from tests.fakes.workspace_gateway import CODE, an_identity

ADA = Person("p1", "Ada Contractor", Role.CONTRACTOR)
BEN = Person("p2", "Ben Okafor", Role.CONTRACTOR, PersonState.INVITED)
LEE = Person("p3", "Lee Moreau", Role.LEAD)
ROWS = (
    ReportRow(1, "a.wav", Outcome.ACCEPTED, None, None, "c1", (Notice("AUDIO_SHORTER_THAN_HEADER"),)),
    ReportRow(2, "b.mp3", Outcome.REFUSED, RefusalCode.CONSENT_MISSING, Notice("CONSENT_MISSING")),
    ReportRow(
        3,
        "c.flac",
        Outcome.QUARANTINED,
        RefusalCode.PII_FLAGGED,
        Notice("PII_FLAGGED", {"kinds": "phone"}),
        "c3",
    ),
)


def an_overview(**changes: object) -> Overview:
    facts: dict[str, object] = {
        "counts": QueueCounts(
            {"ready": 96, "in_review": 4, "reviewed": 1, "final": 11, "quarantined": 2},
            {"open": 96, "leased": 2, "submitted": 3, "qa_pending": 1, "accepted": 11},
            1,
            {"open": 1},
        ),
        "people": (
            PersonProgress(ADA, WorkCounts("p1", 14, 11, 1, 2)),
            PersonProgress(BEN, WorkCounts("p2")),
        ),
        "leases": (a_lease("t7"), a_lease("t9")),
        "late_drafts": (LateDraft("l1", "t5", "clip-5", "p1", b"sealed", NOON),),
        "held": (),
        "unwitnessed": 12,
        "names": {ADA.id: ADA.name, BEN.id: BEN.name, "p3": "Quinn Reviewer"},
    }
    return Overview(**{**facts, **changes})


def a_progress(**changes: object) -> ProjectProgress:
    """Five days of work on 96 clips, one of them stuck."""
    first = NOON.date() - timedelta(days=4)
    group = GroupProgress("ready", 96, 700.0, 40, 11, 2)
    facts: dict[str, object] = {
        "at": NOON,
        "left": 56,
        "left_seconds": 420.0,
        "by_state": (group, replace(group, name="final", clips=11)),
        "by_locale": (replace(group, name="en-US"), replace(group, name="he-IL", clips=9)),
        "by_product": (replace(group, name="translator"),),
        "people": (
            PersonTotals("Ada Contractor", 40, 38, 300.0, 1500.0),
            PersonTotals("Ben Okafor", 0, 0, 0, 0),
        ),
        "days": tuple(
            DayProgress(first + timedelta(days=n), 96 if n == 0 else 0, 8, 96 - 8 * (n + 1)) for n in range(5)
        ),
        "estimate": Completion(7, 6, 9, 0.9),
        "ratio": 5.0,
        "stuck": (StuckClip("c2", "he-IL", StuckReason.REFUSED, 3, "", NOON),),
        "late_drafts": 1,
        "held_back": 2,
        "on_hold": 1,
    }
    return ProjectProgress(**(facts | changes))  # type: ignore[arg-type]


def a_retention_overview(**changes: object) -> RetentionOverview:
    recall = Recall("e00000042", "2026-11-20T09:00:00Z", "nemo,csv", ("c1", "c9"), "finished", "/sets/autumn")
    facts: dict[str, object] = {
        "due": (DueClip("c2", NOON, PurgeReason.CONSENT_ENDED),),
        "soon": (
            DueClip("c3", NOON + timedelta(days=9), PurgeReason.RETENTION_ENDED),
            DueClip("c4", NOON + timedelta(days=20), PurgeReason.RETENTION_ENDED),
        ),
        "extended": (
            RetentionDecision("c5", NOON + timedelta(days=400), NOON, LEE.id, "rare dialect", NOON),
        ),
        "unknown": (UnknownWithdrawals("w0011aabb", NOON, 2),),
        "recall": (recall, replace(recall, export="e00000050", state="failed", folder="/media/usb/set")),
        "unfinished": (),
        "is_held": False,
    }
    return RetentionOverview(**{**facts, **changes})


def a_log_row(seq: int, action: str = "clip.heard", **changes: object) -> LogRow:
    body = {
        "v": 1, "log_id": "w1", "seq": seq, "ts": to_micros(NOON + timedelta(seconds=seq)), "mono": seq,
        "actor": "p1", "role": "contractor", "session": "session-1", "action": action, "object": "clip-1",
        "outcome": "ok", "reason": "", "detail": {"task": "t1"}, "app_version": "0.1.0",
    }  # fmt: skip
    data = canonical({**body, **changes})
    return LogRow(seq, data, b"0" * 32, hashlib.sha256(data).digest(), b"")


class FakeClipList:
    """Three clips; nothing of them can be opened."""

    def rows(self, identity: Identity) -> list[ListedClip]:
        facts = {"has": (), "assigned": (), "did": (), "changed_at": to_micros(NOON), "refusals": ()}
        return [
            ListedClip("c1", ClipState.FINAL, "en-US", "translator", 4.2, passes=1, done=1, **facts),
            ListedClip("c2", ClipState.READY, "he-IL", "cortana", 61.0, passes=2, done=0, **facts),
            ListedClip(
                "c3", ClipState.READY, "en-US", "translator", 8.9, passes=1, done=0, hold="reserved", **facts
            ),
        ]


class FakeAdmission:
    """Invites people into ``everybody``; an error under a method's name is raised by its next call."""

    def __init__(self, everybody: list[Person]) -> None:
        self.everybody = everybody
        self.has_servers = True
        self.invited: list[tuple[str, Path]] = []
        self.admitted: list[tuple[str, DatabaseOwner | None]] = []
        self.published = 0
        self.errors: dict[str, Exception] = {}

    def invite(self, name: str, role: Role, file: Path) -> Invitation:
        person = Person(f"p{len(self.everybody) + 1}", name, role, PersonState.INVITED)
        self.everybody.append(person)
        return self._written(person, file)

    def invite_again(self, name: str, file: Path) -> Invitation:
        return self._written(next(person for person in self.everybody if person.name == name), file)

    def admit(self, text: str, owner: DatabaseOwner | None = None) -> Person:
        self.admitted.append((text, owner))
        if error := self.errors.pop("admit", None):
            raise error
        return self.everybody[0]

    def publish(self) -> None:
        self.published += 1
        if error := self.errors.pop("publish", None):
            raise error

    def _written(self, person: Person, file: Path) -> Invitation:
        if error := self.errors.pop("invite", None):
            raise error
        self.invited.append((person.name, file))
        return Invitation(person, CODE, NOON + timedelta(hours=72))


class FakeLead:
    """What was asked for stands in ``calls``; an error under a method's name is raised by its next call."""

    def __init__(self, *, overview: Overview | None = None, log: Sequence[LogRow] = ()) -> None:
        self.identity = an_identity(LEE)
        self.clip_list = FakeClipList()
        self.held_back = None
        self.calls: list[str] = []
        self.errors: dict[str, list[Exception]] = {}
        self.shown = overview or an_overview()
        self.log = list(log)
        self.everybody = [ADA, BEN, LEE]
        self.admission = FakeAdmission(self.everybody)
        self.server_watch = SimpleNamespace(seen_logs=self._seen_logs)
        times = (NOON, NOON + timedelta(days=365))
        self.register = [
            RegisterEntry(ADA, "ack-2", "2", "en-US", *times, AgreementState.VALID),
            RegisterEntry(BEN, "ack-1", "1", "de-DE", *times, AgreementState.SUPERSEDED),
        ]
        self.spoken: dict[str, tuple[str, ...]] = {ADA.id: ("en-GB", "de")}
        self.able: dict[str, tuple[str, ...]] = {ADA.id: ("medical",)}
        self.options: IntakeOptions | None = None
        self.exported: tuple[Path, tuple[str, ...], str | None] | None = None
        self.released: list[str] = []
        self.report = IntakeReport(ROWS)
        self.imports = [
            PastImport("i2", NOON, LEE.id, 3, 1, 1, 1, 0, False, "ok", 20, 24),
            PastImport("i1", NOON - timedelta(hours=1), LEE.id, 3, 1, 1, 1, 0, True, "ok", 10, 12),
            PastImport("i0", NOON - timedelta(days=1), LEE.id, 900, 0, 0, 0, 0, False, "unfinished", 3, 0),
        ]
        self.logs_seen = [
            SeenLog(ADA.id, "log-ada", 420, NOON, NOON, LogState.SEEN, 0, None),
            SeenLog(ADA.id, "log-of-before", 99, NOON - timedelta(days=9), NOON, LogState.REPLACED, 0, None),
            SeenLog(BEN.id, "log-ben", 7, NOON, NOON, LogState.CUT, 2, NOON - timedelta(hours=3)),
            SeenLog(LEE.id, "log-lee", 0, None, None, LogState.IDLE, 0, None),
        ]
        self.retention = a_retention_overview()
        self.purge_report = PurgeReport((("c1", "retention"),), 0, ())
        self.lists: list[Path] = []
        self.decisions: tuple[RetentionDecision, ...] = ()
        self.before_report: Callable[[Callable[[int, int], None], Callable[[], bool]], None] | None = None
        self.finding = Finding(ok=True, first_bad=None, notice=Notice("LOG_VERIFIES", {"rows": 42}), rows=42)

    def overview(self) -> Overview:
        self._called("overview")
        return self.shown

    def progress(self) -> ProjectProgress:
        self._called("progress")
        return a_progress()

    def people(self) -> list[Person]:
        self._called("people")
        return list(self.everybody)

    def agreement_register(self) -> list[RegisterEntry]:
        self._called("agreement_register")
        return self.register

    def add_person(self, name: str, role: Role) -> Invitation:
        self._called("add_person")
        if any(person.name == name for person in self.everybody):
            raise Refused("NAME_TAKEN")
        person = Person(f"p{len(self.everybody) + 1}", name, role, PersonState.INVITED)
        self.everybody.append(person)
        return Invitation(person, CODE, NOON + timedelta(hours=72))

    def issue_code(self, name: str) -> Invitation:
        self._called("issue_code")
        person = next(person for person in self.everybody if person.name == name)
        return Invitation(person, CODE, NOON + timedelta(hours=72))

    def languages(self) -> dict[str, tuple[str, ...]]:
        self._called("languages")
        return dict(self.spoken)

    def set_languages(self, name: str, languages: Sequence[str]) -> tuple[str, ...]:
        self._called("set_languages")
        person = next(person for person in self.everybody if person.name == name)
        self.spoken[person.id] = language_tags(languages)
        return self.spoken[person.id]

    def skills(self) -> dict[str, tuple[str, ...]]:
        self._called("skills")
        return dict(self.able)

    def set_skills(self, name: str, skills: Sequence[str]) -> tuple[str, ...]:
        self._called("set_skills")
        person = next(person for person in self.everybody if person.name == name)
        self.able[person.id] = skill_names(skills)
        return self.able[person.id]

    def activity(self) -> list[PersonActivity]:
        self._called("activity")
        return [
            PersonActivity(ADA, 12, 96, 3, 4, 1, 0, 14.25, 0),
            PersonActivity(BEN, 240, 241, 41, 236, 20, 180, 1.0, 2),
        ]

    def lift_limits(self, name: str) -> Person:
        self._called("lift_limits")
        return next(person for person in self.everybody if person.name == name)

    def revoke(self, name: str) -> Person:
        self._called("revoke")
        return next(person for person in self.everybody if person.name == name)

    def import_manifest(
        self,
        manifest: Path,
        options: IntakeOptions,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        arrived: Callable[[ReportRow], None] = lambda _row: None,
    ) -> IntakeReport:
        self._called("import_manifest")
        self.options = options
        for row in self.report.rows:
            arrived(row)
        if self.before_report is not None:
            self.before_report(progress, cancelled)
        return replace(self.report, is_dry_run=options.dry_run)

    def past_imports(self) -> list[PastImport]:
        return list(self.imports)

    def report_of_import(self, import_id: str) -> IntakeReport:
        self._called("report_of_import")
        rows = tuple(replace(row, audio="", notes=()) for row in self.report.rows)
        return replace(self.report, rows=rows)

    def export(
        self,
        out: Path,
        formats: Sequence[str],
        where: str | None = None,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
        *,
        options: SetOptions = SetOptions(),  # noqa: B008 - a frozen value
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> ExportResult:
        self._called("export")
        self.exported = (out, tuple(formats), where)
        self.export_options = options
        if self.before_report is not None:
            self.before_report(progress, is_cancelled)
        progress(1, 2)
        return ExportResult(out, 11, 12, 83.4, {"not_accepted": 3, "flag_personal_data": 1}, {}, "ab" * 32)

    def profiles(self) -> tuple[str, ...]:
        return ("scoring", "training", "training_punctuated")

    def preview_export(
        self,
        formats: Sequence[str],
        where: str | None = None,
        *,
        options: SetOptions = SetOptions(),  # noqa: B008 - a frozen value
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> ExportPreview:
        self._called("preview_export")
        self.export_options = options
        rows = tuple(
            Utterance(
                f"ab-c{n}-0000000-0001500", f"c{n}", "ab", "en-US", "calls", 24_000, 16_000, 1, "yes", "Yes."
            )
            for n in range(3)
        )
        return ExportPreview(rows, 11, 12, 83.4, 2_600_000, {"not_accepted": 3}, {"segments": {"no_text": 2}})

    def retention_overview(self) -> RetentionOverview:
        self._called("retention_overview")
        return self.retention

    def withdraw_list(self, file: Path) -> PurgeReport:
        self._called("withdraw_list")
        self.lists.append(file)
        return self.purge_report

    def purge(self, sources: Sequence[str] = (), *, retention: bool = False) -> PurgeReport:
        self._called("purge" if retention else "withdraw")
        return self.purge_report

    def extend_retention(
        self, clip_ids: Sequence[str], until: datetime, why: str
    ) -> tuple[RetentionDecision, ...]:
        self._called("extend_retention")
        self.decisions = tuple(
            RetentionDecision(clip, until, NOON, LEE.id, why, NOON) for clip in dict.fromkeys(clip_ids)
        )
        return self.decisions

    def release(self, task_id: str) -> None:
        self._called("release")
        self.released.append(task_id)

    def find_log_rows(
        self, wanted: LogFilter, *, before: int | None = None, limit: int = 1000
    ) -> list[LogRow]:
        self._called("find_log_rows")
        self.wanted = wanted
        found = [row for row in self.log[::-1] if before is None or row.seq < before]
        return found[:limit]

    def log_rows_for_export(self, wanted: LogFilter) -> list[LogRow]:
        self._called("log_rows_for_export")
        self.wanted = wanted
        return self.log[::-1]

    def _seen_logs(self) -> list[SeenLog]:
        self._called("seen_logs")
        return self.logs_seen

    def checkpoint_file(self, checkpoint: Checkpoint, since: int | None = None) -> str:
        return checkpoint.text

    has_witnesses = False

    def verify_log(self) -> Finding:
        self._called("verify_log")
        return self.finding

    def checkpoint(self) -> Checkpoint:
        self._called("checkpoint")
        return write_checkpoint(b"l" * 32, "w1", 42, b"h" * 32, NOON, b"", "request")

    def witnessed(self, checkpoint: Checkpoint) -> None:
        self._called("witnessed")

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.errors.get(name):
            raise self.errors[name].pop(0)
