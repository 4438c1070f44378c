"""Verifies annotations, verdicts, tasks and final annotations against the access log."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise
from typing import Any, ClassVar

from reviewer.access.agreement_verification import AgreementRecords, LoggedAgreements
from reviewer.access.late_verification import LateDraftRecords, LoggedLateDrafts
from reviewer.access.log_walk import Mismatch
from reviewer.errors import Notice
from reviewer.model.event import Action
from reviewer.model.task import SealedAnnotation, TaskKind, VerdictKind

_RESEALED = frozenset({Action.REDACTION_APPLIED, Action.CLIP_REKEYED})
_BROUGHT_WORK = ("annotations", "tasks", "clips", "authors", "digests", "sealed", "task_kinds", "parents")
_BROUGHT_VERDICTS = ("verdicts", "tasks", "clips", "judged", "kinds", "people")
_HANDED_IN = frozenset({Action.SUBMITTED, Action.REVIEW_SUBMITTED, Action.LATE_ADOPTED})


@dataclass(frozen=True, slots=True)
class _Work:
    """An annotation; ``digest`` (keyed, of its text) and ``sealed`` (SHA-256) are hexadecimal."""

    task: str
    clip: str
    author: str
    digest: str
    sealed: str


@dataclass(frozen=True, slots=True)
class _Decision:
    task: str
    clip: str
    annotation: str
    kind: str
    person: str


@dataclass(slots=True)
class LoggedWork:
    """What the rows of the log record about work, collected in order."""

    actions: ClassVar[frozenset[Action]] = _HANDED_IN | {
        Action.VERDICT,
        Action.TAKEN_BACK,
        Action.REVIEW_DRAWN,
        Action.SUBMISSION_REFUSED,
        Action.WORK_BROUGHT,
        *_RESEALED,
        *LoggedAgreements.actions,
        *LoggedLateDrafts.actions,
    }
    work: dict[str, tuple[int, _Work]] = field(default_factory=dict)
    """Annotation id -> the first row that submits it."""
    of_task: dict[str, list[str]] = field(default_factory=dict)
    """Task id -> the submitted annotations, in order, without refused ones."""
    reviews: set[str] = field(default_factory=set)
    adjudications: dict[str, str] = field(default_factory=dict)
    """Adjudicated annotation -> the pass that it takes or starts from; empty for none."""
    decisions: dict[str, _Decision] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    agreements: LoggedAgreements = field(default_factory=LoggedAgreements)
    """The annotations that their authors took back."""
    late: LoggedLateDrafts = field(default_factory=LoggedLateDrafts)
    brought: set[str] = field(default_factory=set)
    """The annotations that came home from a server, whose authors' own logs have the rows."""

    def add(self, seq: int, fields: dict[str, Any]) -> None:
        """Adds one row that verified."""
        action, detail = fields["action"], fields["detail"]
        if not isinstance(detail, dict):
            return
        self.agreements.add(seq, fields)
        self.late.add(fields)
        self._add_many(seq, action, detail)
        annotation, task = str(detail.get("annotation")), str(detail.get("task"))
        clip, actor = str(fields["object"]), str(fields["actor"])
        if action in _HANDED_IN:
            author = str(detail.get("author", actor))  # of a late draft, which a lead adopted
            work = _Work(task, clip, author, str(detail.get("digest")), str(detail.get("sealed")))
            self.work.setdefault(annotation, (seq, work))
            self.of_task.setdefault(task, []).append(annotation)
            if detail.get("kind") == TaskKind.REVIEW:
                self.reviews.add(annotation)
            elif detail.get("kind") == TaskKind.ADJUDICATE:
                self.adjudications[annotation] = str(detail.get("parent", ""))
        elif action == Action.VERDICT:
            decision = _Decision(task, clip, annotation, str(detail.get("verdict")), actor)
            self.decisions[str(detail.get("verdict_id"))] = decision
        elif action == Action.TAKEN_BACK:
            self._add_taken_back(annotation, actor)
        elif action == Action.REVIEW_DRAWN:
            self.passed.update(detail.get("passed_annotations", ()))
        elif action == Action.SUBMISSION_REFUSED:
            self._add_refused(str(detail.get("verdict_id", annotation)), annotation, task)

    def _add_many(self, seq: int, action: str, detail: dict[str, Any]) -> None:
        """Adds a row that is about several annotations."""
        if action in _RESEALED:
            self._add_resealed(seq, detail)
        elif action == Action.WORK_BROUGHT:
            self._add_brought(seq, detail)

    def _add_resealed(self, seq: int, detail: dict[str, Any]) -> None:
        """The clip got a new key, and its annotations another seal and digest, which the row has."""
        lists = (detail.get(name) or () for name in ("annotations", "digests", "sealed"))
        resealed = zip(*lists, strict=False)
        for annotation, digest, sealed in resealed:
            if annotation in self.work:
                self.work[annotation] = seq, replace(self.work[annotation][1], digest=digest, sealed=sealed)

    def _add_brought(self, seq: int, detail: dict[str, Any]) -> None:
        """What came home is from now on as this row has it; of a task that it names, it has the order."""
        of_task: dict[str, list[str]] = {}
        for annotation, *facts, kind, parent in _listed(detail, *_BROUGHT_WORK):
            work = _Work(*facts)
            if annotation not in self.work:
                self.work[annotation] = seq, work
                self.brought.add(annotation)
                if kind == TaskKind.REVIEW:
                    self.reviews.add(annotation)
                elif kind == TaskKind.ADJUDICATE:
                    self.adjudications[annotation] = parent
            of_task.setdefault(work.task, []).append(annotation)
        self.of_task |= of_task
        for verdict, *facts in _listed(detail, *_BROUGHT_VERDICTS):
            self.decisions.setdefault(verdict, _Decision(*facts))

    def _add_refused(self, name: str, annotation: str, task: str) -> None:
        self.refused.add(name)
        if annotation in self.of_task.get(task, ()):
            self.of_task[task].remove(annotation)

    def _add_taken_back(self, annotation: str, actor: str) -> None:
        if annotation in self.work and self.work[annotation][1].author == actor:
            self.taken_back.add(annotation)

    def vouches_for(self, work: SealedAnnotation) -> bool:
        """Whether a row submits this very work, or records the digest that it has had since.

        What came home is not vouched for: its author signed it.
        """
        if work.id not in self.work or work.id in self.refused | self.brought:
            return False
        said = self.work[work.id][1]
        return (said.task, said.clip, said.author, said.digest) == (
            work.task_id,
            work.clip_id,
            work.author,
            work.digest.hex(),
        )

    def has_one_author(self, *annotations: str) -> bool:
        """Whether all of these are by the same person."""
        return len({self.work[annotation][1].author for annotation in annotations}) == 1

    def newest(self, task: str) -> str | None:
        """The newest submitted annotation of a task, if there is one."""
        return next(reversed(self.of_task.get(task, ())), None)


@dataclass(frozen=True, slots=True)
class WorkTables:
    """The file's tables; ``is_sending``: some work in the log may not have arrived yet."""

    work: dict[str, _Work]
    decisions: dict[str, _Decision]
    tasks: list[tuple[str, str | None]]
    finals: dict[str, tuple[str, str]]
    clips: dict[str, str]
    is_sending: bool
    agreements: AgreementRecords
    parents: dict[str, str]
    """Annotation -> the one that it is based on; empty for none."""
    late: LateDraftRecords

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> "WorkTables":
        """Reads the tables, in the transaction in which the end of the log was read."""
        rows = connection.execute
        annotations = rows("SELECT id, task_id, clip_id, author, digest, sealed FROM annotation ORDER BY id")
        parents = rows("SELECT id, coalesce(parent, '') FROM annotation")
        verdicts = rows(
            "SELECT id, task_id, clip_id, annotation_id, kind, person_id FROM verdict ORDER BY id"
        )
        return cls(
            work={
                str(name): _Work(str(task), str(clip), str(author), _hex(digest), _sha256(sealed))
                for name, task, clip, author, digest, sealed in annotations
            },
            decisions={str(name): _Decision(*(str(each) for each in facts)) for name, *facts in verdicts},
            tasks=rows("SELECT id, annotation_id FROM task ORDER BY rowid").fetchall(),
            finals={
                str(clip): (str(annotation), str(verdict))
                for clip, annotation, verdict in rows("SELECT clip_id, annotation_id, verdict_id FROM final")
            },
            clips={str(clip): str(state) for clip, state in rows("SELECT clip_id, state FROM queue_clip")},
            is_sending=rows("SELECT 1 FROM outbox LIMIT 1").fetchone() is not None,
            agreements=AgreementRecords.read(connection),
            parents={str(name): str(parent) for name, parent in parents},
            late=LateDraftRecords.read(connection),
        )

    def match(self, log: LoggedWork) -> None:
        """Raises Mismatch for the first item that differs from the log, or is missing.

        Work that was refused, is still being sent, or is in a queue elsewhere is not in this file.
        """
        self._match_work(log)
        self._match_decisions(log)
        self._match_tasks(log)
        self._match_replaced(log)
        self._match_finals(log)
        flaw = self.agreements.flaw(log.agreements)
        if flaw is not None:
            raise Mismatch(*flaw)
        late = None if self.is_sending else self.late.flaw(log.late, self.clips)
        if late is not None:
            raise Mismatch(None, late)

    def _match_work(self, log: LoggedWork) -> None:
        for annotation, here in self.work.items():
            if annotation not in log.work:
                raise Mismatch(None, Notice("ANNOTATION_NOT_IN_LOG", {"annotation": annotation}))
            row, said = log.work[annotation]
            is_purged = here.sealed == _sha256(b"") and self.clips.get(here.clip) == "purged"
            if here != (replace(said, sealed=here.sealed) if is_purged else said):
                raise Mismatch(row, Notice("ANNOTATION_DIFFERS", {"annotation": annotation, "row": row}))
            if self.parents[annotation] != log.adjudications.get(annotation, self.parents[annotation]):
                raise Mismatch(row, Notice("ANNOTATION_DIFFERS", {"annotation": annotation, "row": row}))
        for annotation, (row, said) in log.work.items():
            if annotation not in self.work and self._must_be_here(said.clip, annotation, log):
                raise Mismatch(row, Notice("ANNOTATION_MISSING", {"annotation": annotation, "row": row}))

    def _match_decisions(self, log: LoggedWork) -> None:
        """Checks that a verdict has a log row, or follows from a selection or an adjudication."""
        for verdict, here in self.decisions.items():
            said = log.decisions.get(verdict) or self._implied(here.annotation, log)
            if here != said:
                raise Mismatch(None, Notice("VERDICT_DIFFERS", {"verdict": verdict}))
        decided = {here.annotation for here in self.decisions.values()}
        wanted = {said.annotation: verdict for verdict, said in log.decisions.items()}
        wanted |= {annotation: annotation for annotation in log.passed | log.adjudications.keys()}
        for annotation, verdict in wanted.items():
            lacks_verdict = annotation in self.work and annotation not in decided
            if lacks_verdict and self._must_be_here(self.work[annotation].clip, verdict, log):
                raise Mismatch(None, Notice("VERDICT_DIFFERS", {"verdict": verdict}))

    def _implied(self, annotation: str, log: LoggedWork) -> _Decision | None:
        """The verdict that follows without a review: from an adjudication, or from a draw that passed the
        annotation."""
        work = self.work.get(annotation)
        if work is None:
            return None
        if annotation in log.adjudications:
            return _Decision(work.task, work.clip, annotation, VerdictKind.ACCEPTED, work.author)
        is_passed = annotation in log.passed
        return _Decision(work.task, work.clip, annotation, VerdictKind.PASSED, "") if is_passed else None

    def _match_tasks(self, log: LoggedWork) -> None:
        """Checks that a task has its newest annotation, or the reviewer's if accepted with fixes."""
        fixed = {
            here.annotation: log.newest(here.task)
            for here in self.decisions.values()
            if here.kind == VerdictKind.ACCEPTED_WITH_FIXES
        }
        for task, annotation in self.tasks:
            newest = log.newest(task)
            said = fixed.get(newest, newest) if newest is not None else None
            is_set_aside = annotation is None and newest in log.reviews
            if annotation != said and not is_set_aside and not self.is_sending:
                raise Mismatch(None, Notice("TASK_DIFFERS", {"task": task}))

    def _match_replaced(self, log: LoggedWork) -> None:
        """Checks that work was decided, or taken back by its author, before other work took its place."""
        settled = {here.annotation for here in self.decisions.values()} | log.taken_back | log.reviews
        for annotations in log.of_task.values():
            for annotation, following in pairwise(annotations):
                if log.brought >= {annotation, following} and log.has_one_author(annotation, following):
                    continue  # that they took it back says their own log
                if annotation in self.work and annotation not in settled:
                    row = log.work[annotation][0]
                    raise Mismatch(row, Notice("ANNOTATION_REPLACED", {"annotation": annotation, "row": row}))

    def _match_finals(self, log: LoggedWork) -> None:
        """Checks that a final annotation was accepted by a verdict; an adjudication takes precedence."""
        for clip, (annotation, verdict) in self.finals.items():
            decision = self.decisions.get(verdict)
            accepted = None
            if decision is not None and decision.clip == clip and decision.kind != VerdictKind.RETURNED:
                is_fixed = decision.kind == VerdictKind.ACCEPTED_WITH_FIXES
                accepted = log.newest(decision.task) if is_fixed else decision.annotation
            if annotation != accepted:
                raise Mismatch(None, Notice("FINAL_DIFFERS", {"clip": clip}))
        for annotation in log.adjudications.keys() & self.work.keys():
            clip = self.work[annotation].clip
            if self.finals.get(clip, ("", ""))[0] != annotation:
                raise Mismatch(None, Notice("FINAL_DIFFERS", {"clip": clip}))

    def _must_be_here(self, clip: str, name: str, log: LoggedWork) -> bool:
        return clip in self.clips and not self.is_sending and name not in log.refused


def _listed(detail: dict[str, Any], *names: str) -> Iterator[tuple[str, ...]]:
    """What the lists of a row say of one thing after the other."""
    lists = (detail.get(name) or () for name in names)
    yield from (tuple(str(each) for each in one) for one in zip(*lists, strict=False))


def _hex(data: Any) -> str:
    return data.hex() if isinstance(data, bytes) else ""


def _sha256(data: Any) -> str:
    return sha256(data).hexdigest() if isinstance(data, bytes) else ""
