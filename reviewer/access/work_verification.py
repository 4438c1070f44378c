"""Whether the annotations, verdicts, tasks and finals in the file are those that the log tells of."""

import sqlite3
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from reviewer.errors import Notice
from reviewer.model.event import Action
from reviewer.model.task import TaskKind, VerdictKind

_HANDED_IN = frozenset({Action.SUBMITTED, Action.REVIEW_SUBMITTED})


class Mismatch(Exception):
    """What does not verify: the row of the log that shows it, if one does, and the words for it."""

    def __init__(self, seq: int | None, notice: Notice) -> None:
        super().__init__(notice.code)
        self.seq = seq
        self.notice = notice


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
    """What the rows of the log say of work, gathered in their order."""

    work: dict[str, tuple[int, _Work]] = field(default_factory=dict)
    """Annotation id -> the first row that hands it in."""
    of_task: dict[str, list[str]] = field(default_factory=dict)
    """Task id -> the annotations handed in, in their order, without refused ones."""
    reviews: set[str] = field(default_factory=set)
    adjudications: set[str] = field(default_factory=set)
    decisions: dict[str, _Decision] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    def add(self, seq: int, fields: dict[str, Any]) -> None:
        """Takes in one row that verified."""
        action, detail = fields["action"], fields["detail"]
        if not isinstance(detail, dict):
            return
        annotation, task = str(detail.get("annotation")), str(detail.get("task"))
        clip, actor = str(fields["object"]), str(fields["actor"])
        if action in _HANDED_IN:
            work = _Work(task, clip, actor, str(detail.get("digest")), str(detail.get("sealed")))
            self.work.setdefault(annotation, (seq, work))
            self.of_task.setdefault(task, []).append(annotation)
            if detail.get("kind") == TaskKind.REVIEW:
                self.reviews.add(annotation)
            elif detail.get("kind") == TaskKind.ADJUDICATE:
                self.adjudications.add(annotation)
        elif action == Action.VERDICT:
            decision = _Decision(task, clip, annotation, str(detail.get("verdict")), actor)
            self.decisions[str(detail.get("verdict_id"))] = decision
        elif action == Action.REVIEW_DRAWN:
            self.passed.update(detail.get("passed_annotations", ()))
        elif action == Action.SUBMISSION_REFUSED:
            self.refused.add(str(detail.get("verdict_id", annotation)))
            if annotation in self.of_task.get(task, ()):
                self.of_task[task].remove(annotation)

    def newest(self, task: str) -> str | None:
        """The annotation of a task that was handed in last, if there is one."""
        return next(reversed(self.of_task.get(task, ())), None)


@dataclass(frozen=True, slots=True)
class WorkTables:
    """What the file holds; ``is_sending``: some of what the log tells of may not have arrived yet."""

    work: dict[str, _Work]
    decisions: dict[str, _Decision]
    tasks: list[tuple[str, str | None]]
    finals: dict[str, tuple[str, str]]
    clips: dict[str, str]
    is_sending: bool

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> "WorkTables":
        """All of it; inside the transaction in which the end of the log was read."""
        rows = connection.execute
        annotations = rows("SELECT id, task_id, clip_id, author, digest, sealed FROM annotation ORDER BY id")
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
        )

    def match(self, log: LoggedWork) -> None:
        """Raises Mismatch for the first thing that is not as the log says, or is missing.

        Work that was refused, is still being sent, or is in a queue elsewhere is not in this file.
        """
        self._match_work(log)
        self._match_decisions(log)
        self._match_tasks(log)
        self._match_finals(log)

    def _match_work(self, log: LoggedWork) -> None:
        for annotation, here in self.work.items():
            if annotation not in log.work:
                raise Mismatch(None, Notice("ANNOTATION_NOT_IN_LOG", {"annotation": annotation}))
            row, said = log.work[annotation]
            is_purged = here.sealed == _sha256(b"") and self.clips.get(here.clip) == "purged"
            if here != (replace(said, sealed=here.sealed) if is_purged else said):
                raise Mismatch(row, Notice("ANNOTATION_DIFFERS", {"annotation": annotation, "row": row}))
        for annotation, (row, said) in log.work.items():
            if annotation not in self.work and self._must_be_here(said.clip, annotation, log):
                raise Mismatch(row, Notice("ANNOTATION_MISSING", {"annotation": annotation, "row": row}))

    def _match_decisions(self, log: LoggedWork) -> None:
        """A verdict has its own row, or its annotation was passed by a draw or is an adjudicator's own."""
        for verdict, here in self.decisions.items():
            said = log.decisions.get(verdict) or self._undiscussed(here.annotation, log)
            if here != said:
                raise Mismatch(None, Notice("VERDICT_DIFFERS", {"verdict": verdict}))
        decided = {here.annotation for here in self.decisions.values()}
        wanted = {said.annotation: verdict for verdict, said in log.decisions.items()}
        wanted |= {annotation: annotation for annotation in log.passed | log.adjudications}
        for annotation, verdict in wanted.items():
            is_here = annotation not in self.work or annotation in decided
            if not is_here and self._must_be_here(self.work[annotation].clip, verdict, log):
                raise Mismatch(None, Notice("VERDICT_DIFFERS", {"verdict": verdict}))

    def _undiscussed(self, annotation: str, log: LoggedWork) -> _Decision | None:
        work = self.work.get(annotation)
        if work is None:
            return None
        if annotation in log.adjudications:
            return _Decision(work.task, work.clip, annotation, VerdictKind.ACCEPTED, work.author)
        is_passed = annotation in log.passed
        return _Decision(work.task, work.clip, annotation, VerdictKind.PASSED, "") if is_passed else None

    def _match_tasks(self, log: LoggedWork) -> None:
        """A task has the annotation handed in last, or the reviewer's, once it was accepted with fixes."""
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

    def _match_finals(self, log: LoggedWork) -> None:
        """What stands for a clip is what a verdict on the clip accepted; an adjudication comes first."""
        for clip, (annotation, verdict) in self.finals.items():
            decision = self.decisions.get(verdict)
            accepted = None
            if decision is not None and decision.clip == clip and decision.kind != VerdictKind.RETURNED:
                is_fixed = decision.kind == VerdictKind.ACCEPTED_WITH_FIXES
                accepted = log.newest(decision.task) if is_fixed else decision.annotation
            if annotation != accepted:
                raise Mismatch(None, Notice("FINAL_DIFFERS", {"clip": clip}))
        for annotation in log.adjudications & self.work.keys():
            clip = self.work[annotation].clip
            if self.finals.get(clip, ("", ""))[0] != annotation:
                raise Mismatch(None, Notice("FINAL_DIFFERS", {"clip": clip}))

    def _must_be_here(self, clip: str, name: str, log: LoggedWork) -> bool:
        return clip in self.clips and not self.is_sending and name not in log.refused


def _hex(data: Any) -> str:
    return data.hex() if isinstance(data, bytes) else ""


def _sha256(data: Any) -> str:
    return sha256(data).hexdigest() if isinstance(data, bytes) else ""
