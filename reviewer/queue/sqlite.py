"""The work queue in a SQLite file; every method is one transaction, joined to the caller's where one is
open."""

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import uuid4

from reviewer.db.connection import Database, Row
from reviewer.errors import (
    ClipOnHold,
    ClipWithdrawn,
    LeaseLapsed,
    LeaseLost,
    NotLeased,
    Refused,
    SubmissionConflict,
)
from reviewer.model.clip import ClipFacts, ClipState
from reviewer.model.clip_list import QueuedClip
from reviewer.model.clock import Clock, from_micros, to_micros
from reviewer.model.hold import HoldReason
from reviewer.model.language_tags import UNDETERMINED, language_tags, takes
from reviewer.model.progress import DonePass
from reviewer.model.project import QueueRules
from reviewer.model.redaction import PersonalDataMark
from reviewer.model.routes import optional_skill, require_priority, route_of, skill_names
from reviewer.model.serialization import from_columns, from_json, to_columns, to_json
from reviewer.model.task import (
    HELD_BACK,
    DailyCounts,
    DrawnWork,
    FinalAnnotation,
    LateDraft,
    LateReason,
    Lease,
    QueueCounts,
    SealedAnnotation,
    SkipReason,
    TaskKind,
    TaskState,
    UntakenCount,
    Verdict,
    VerdictKind,
    WorkCounts,
)
from reviewer.queue import sqlite_figures
from reviewer.queue import sqlite_late_drafts as late
from reviewer.queue import sqlite_queries as queries
from reviewer.queue.api import DrawResult, HeldClip, Receipt, not_signed
from reviewer.queue.redaction_api import SealedText
from reviewer.queue.server_api import WitnessedLog
from reviewer.queue.sqlite_resealing import replace_seals, sealed_texts
from reviewer.stats.queue_figures import QueueFigures

PREFETCH_MINUTES = 5
_REMEMBERED_DAYS = 7
_PREFETCH_FROM_ALL, _PREFETCH_OWN = 1, 2  # an expired _FROM_ALL frees the task for anybody
_WITH_QA = ("submitted", "qa_pending", "accepted", "done", "withdrawn")
_HANDED_IN = {"submitted", "qa_pending", "accepted"}
_HELD_STATES = {ClipState.QUARANTINED, ClipState.WITH_LEAD, ClipState.EXPORTED, ClipState.PURGED}
_NOBODY = ""
_CLIP_STATES = {state.value: state for state in ClipState}


class SqliteQueue:
    """A queue in one file. A lease is decided by its row alone; its token fences off late writers."""

    answers_at_once = True

    def __init__(self, database: Database, clock: Clock, rules: QueueRules) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules
        self._forgotten_until = 0

    def connect_as(self, login: str, password: str) -> None:
        """There are no logins."""

    def close(self) -> None:
        """The file is the workspace's, which closes it."""

    def new_work_notices(self) -> None:
        """Nobody tells of changes in a file."""

    # Claiming

    def claim(self, person_id: str, kinds: frozenset[TaskKind], *, key: str) -> Lease | None:
        return self._once(key, lambda: self._claim(person_id, kinds))

    def claim_prefetch(self, person_id: str, kinds: frozenset[TaskKind], *, key: str) -> Lease | None:
        return self._once(key, lambda: self._claim_prefetch(person_id, kinds))

    def begin_prefetched(self, lease: Lease) -> Lease:
        with self._database.transaction():
            task = self._task(lease.task_id)
            is_begun = task["state"] == TaskState.LEASED and task["prefetch"] == 0
            task = self._held(lease, is_prefetch=not is_begun)
            now = self._now()
            if not is_begun:
                self._database.execute(
                    "UPDATE task SET prefetch = 0, assigned_to = NULL, lease_started = ?, lease_until = ?"
                    " WHERE id = ?",
                    (now, now + self._lease_micros(), task["id"]),
                )
            return self._lease_now(task["id"])

    def release_prefetched(self, person_id: str, *, key: str) -> Lease | None:
        return self._once(key, lambda: self._release_prefetched(person_id))

    def resume(self, person_id: str, kinds: frozenset[TaskKind]) -> Lease | None:
        with self._database.transaction():
            found = [
                task
                for kind in kinds
                if (task := self._database.row(queries.HELD, self._values(person_id, kind))) is not None
            ]
            if not found:
                return None
            task = min(found, key=lambda row: (-row["taken_back"], row["lease_started"], row["place"]))
            now = self._now()
            if task["lease_until"] <= now:
                self._database.execute(
                    "UPDATE task SET lease_started = ?, lease_until = ? WHERE id = ?",
                    (now, now + self._lease_micros(), task["id"]),
                )
            return self._lease_now(task["id"])

    def live_leases(self, person_id: str, kinds: frozenset[TaskKind]) -> list[Lease]:
        rows = [
            row for kind in kinds for row in self._database.rows(queries.LIVE, self._values(person_id, kind))
        ]
        rows.sort(key=lambda row: (row["lease_started"], row["place"]))
        return [self._lease_of(row) for row in rows]

    def renew(self, lease: Lease) -> Lease:
        with self._database.transaction():
            task = self._held(lease)
            self._refuse_on_hold(task["clip_id"])
            now = self._now()
            cap = task["lease_started"] + timedelta(minutes=self._rules.lease_cap_minutes) // _MICROSECOND
            if now >= cap:
                raise LeaseLapsed
            until = max(task["lease_until"], min(now + self._lease_micros(), cap))
            self._database.execute("UPDATE task SET lease_until = ? WHERE id = ?", (until, task["id"]))
            self._renew_prefetched(lease.person_id)
            self._renew_others(task["id"], lease.person_id)
            return self._lease_now(task["id"])

    def check_lease(self, lease: Lease) -> None:
        task = self._held(lease, is_prefetch=lease.is_prefetch)
        its = self._lease_of(task)
        blind = lease.blind_annotation or its.blind_annotation
        if (lease.returned_annotation, blind) != (its.returned_annotation, its.blind_annotation):
            raise NotLeased  # the task's row decides what a lease opens, whatever the caller put into it
        self._refuse_on_hold(task["clip_id"])
        if task["lease_until"] <= self._now():
            raise LeaseLapsed

    # Ending work

    def release(self, lease: Lease, *, key: str) -> None:
        self._once(key, lambda: self._release(lease))

    def skip(self, lease: Lease, reason: SkipReason, *, key: str) -> None:
        self._once(key, lambda: self._skip(lease, reason))

    def submit(self, lease: Lease, work: SealedAnnotation, signed: str = "") -> Receipt:
        with self._database.transaction():
            earlier = self._database.row(
                "SELECT * FROM annotation WHERE submission_key = ?", (lease.submission_key,)
            )
            if earlier is not None:
                same = (earlier["task_id"], earlier["author"], earlier["digest"])
                if same != (lease.task_id, lease.person_id, work.digest):
                    raise SubmissionConflict
                return Receipt(earlier["id"], from_micros(earlier["made_at"]), is_repeated=True)
            task = self._held(lease)
            if (work.task_id, work.clip_id, work.author) != (task["id"], task["clip_id"], lease.person_id):
                raise NotLeased
            if lease.submission_key != task["submission_key"]:
                raise NotLeased
            kept = replace(work, made_at=self._clock.now())
            self._database.insert("annotation", to_columns(kept) | {"submission_key": lease.submission_key})
            self._database.execute("UPDATE task SET annotation_id = ? WHERE id = ?", (work.id, task["id"]))
            self._take_in(task, work, signed)
            self._follow(task["clip_id"])
            return Receipt(work.id, kept.made_at)

    def take_back(self, person_id: str, annotation_id: str, *, key: str) -> Lease:
        lease = self._once(key, lambda: self._take_back(person_id, annotation_id))
        assert lease is not None
        return lease

    def decide(self, lease: Lease, verdict: Verdict) -> None:
        with self._database.transaction():
            decided = self._database.row(
                "SELECT * FROM verdict WHERE annotation_id = ?", (verdict.annotation_id,)
            )
            if decided is not None:
                same = (verdict.id, lease.task_id, lease.person_id, lease.token, verdict.kind)
                was = tuple(decided[name] for name in ("id", "task_id", "person_id", "token", "kind"))
                if was == same:
                    return
                raise Refused("DECIDED")
            task = self._held(lease)
            if task["reviewed_id"] != verdict.annotation_id or verdict.person_id != lease.person_id:
                raise NotLeased
            if task["annotation_id"] is None:
                raise Refused("BLIND_FIRST")
            self._add_verdict(verdict, lease.token)
            self._set_task(task["id"], TaskState.DONE)
            self._settle_pass(task, verdict)
            self._follow(task["clip_id"])

    def keep_late_draft(self, lease: Lease, sealed: bytes, *, key: str) -> None:
        with self._database.transaction():
            task = self._task(lease.task_id)
            if task["state"] == TaskState.WITHDRAWN:
                raise ClipWithdrawn
            self._database.execute(
                "INSERT INTO late_draft (id, task_id, clip_id, person_id, key, sealed, kept_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key)"
                " DO UPDATE SET sealed = excluded.sealed, kept_at = excluded.kept_at",
                (new_id(), task["id"], task["clip_id"], lease.person_id, key, sealed, self._now()),
            )

    def adopt_late_draft(self, draft: LateDraft, work: SealedAnnotation) -> Receipt:
        with self._database.transaction():
            earlier = self._database.row("SELECT * FROM annotation WHERE submission_key = ?", (draft.id,))
            if earlier is not None:
                return Receipt(earlier["id"], from_micros(earlier["made_at"]), is_repeated=True)
            late.require_adoptable(self._database, draft, work, self._now())
            self._refuse_on_hold(work.clip_id)
            self._put_back(work.clip_id)
            if work.task_id == draft.task_id:
                task = self._task(work.task_id)
                if task["state"] == TaskState.LEASED and not task["prefetch"]:
                    self._add_refusal(task, task["person_id"], "expiry")
                self._open_task(task)
            else:
                number = late.add_pass(self._database, work.clip_id)
                self._add_task(
                    work.clip_id, TaskKind.TRANSCRIBE, number, sort_key=self._now(), task_id=work.task_id
                )
            kept = replace(work, made_at=self._clock.now())
            self._database.insert("annotation", to_columns(kept) | {"submission_key": draft.id})
            late.adopted(self._database, draft, kept)
            self._add_review(self._task(work.task_id))
            self._put_back(work.clip_id)
            self._follow(work.clip_id)
            return Receipt(work.id, kept.made_at)

    def dismiss_late_draft(self, draft_id: str, reason: LateReason) -> None:
        with self._database.transaction():
            late.dismiss(self._database, draft_id, reason, self._now())

    # Witnessing

    def witnessed_size(self, log_id: str) -> int | None:
        del log_id
        return None

    def witness(self, log_id: str, size: int, root: bytes, note: str, proof: Sequence[bytes]) -> None:
        """Who can write the log can write this file."""

    def tell_unsent(self, count: int, oldest_seconds: float) -> None:
        """Nothing is ever unsent."""

    def witnessed_logs(self) -> list[WitnessedLog]:
        return []

    # Limits on taking

    def lift_limits(self, person_id: str, signed: str) -> None:
        """The log of the same file counts."""

    def limits_lifted(self) -> str:
        return ""

    def end_long_transactions(self, seconds: int) -> int:
        del seconds
        return 0

    # Folders of people's own

    def team_policies(self) -> list[str]:
        return []

    def put_team_policy(self, serial: int, signed: str) -> None:
        """The policy is in the log of the same file."""

    def put_clip_facts(self, facts: Sequence[ClipFacts]) -> None:
        """They are in the same file."""

    def clip_facts(self, clip_id: str) -> ClipFacts | None:
        del clip_id
        return None

    def purged_among(self, clip_ids: Collection[str]) -> list[str]:
        del clip_ids
        return []

    def agreements_of(self, person_id: str) -> list[bytes]:
        del person_id
        return []

    # Queries

    def annotation(self, annotation_id: str) -> SealedAnnotation:
        row = self._database.row("SELECT * FROM annotation WHERE id = ?", (annotation_id,))
        if row is None:
            raise Refused("NO_ANNOTATION")
        return from_columns(SealedAnnotation, row)

    def annotations_of(self, person_id: str, limit: int) -> list[SealedAnnotation]:
        rows = self._database.rows(queries.ANNOTATIONS_OF, (person_id, limit))
        return [from_columns(SealedAnnotation, row) for row in rows]

    def verdict_on(self, annotation_id: str) -> Verdict | None:
        row = self._database.row("SELECT * FROM verdict WHERE annotation_id = ?", (annotation_id,))
        return None if row is None else from_columns(Verdict, row)

    def verdicts_of(self, clip_ids: Collection[str]) -> list[Verdict]:
        query = "SELECT * FROM verdict WHERE clip_id IN (SELECT value FROM json_each(?))"
        rows = self._database.rows(query, (json.dumps(list(clip_ids)),))
        return [from_columns(Verdict, row) for row in rows]

    def verdicts_by(self, person_id: str) -> list[Verdict]:
        query = "SELECT * FROM verdict WHERE person_id = ? OR instr(signed, ?)"
        rows = self._database.rows(query, (person_id, person_id))
        return [from_columns(Verdict, row) for row in rows]

    def state_of(self, annotation_id: str) -> str:
        verdict = self.verdict_on(annotation_id)
        task = self._task(self.annotation(annotation_id).task_id)
        if task["state"] == TaskState.WITHDRAWN:
            return TaskState.WITHDRAWN
        if verdict is not None:
            is_returned = verdict.kind is VerdictKind.RETURNED
            return TaskState.RETURNED if is_returned else TaskState.ACCEPTED
        return str(task["state"]) if task["annotation_id"] == annotation_id else TaskState.RETURNED

    def clip_state(self, clip_id: str) -> ClipState:
        found = self._database.value("SELECT state FROM queue_clip WHERE clip_id = ?", (clip_id,))
        if found is None:
            raise Refused("NO_CLIP", clip=clip_id)
        return ClipState(found)

    def waiting(self, kinds: frozenset[TaskKind]) -> int:
        return sum(
            int(self._database.value(queries.WAITING, {"kind": kind, "now": self._now()})) for kind in kinds
        )

    def undrawn(self) -> int:
        return int(self._database.value(queries.UNDRAWN, {"now": self._now()}))

    def without_taker(self, people: Mapping[TaskKind, Collection[str]]) -> list[UntakenCount]:
        with self._database.transaction():
            takers = [
                (kind, person_id, route)
                for kind, person_ids in people.items()
                for person_id in person_ids
                for route in self._routes_of(person_id)
            ]
            values = {"takers": json.dumps(takers), "kinds": json.dumps(list(people)), "now": self._now()}
            rows = self._database.rows(queries.WITHOUT_TAKER, values)
            return [
                UntakenCount(TaskKind(row["kind"]), row["locale"], row["n"], row["skill"]) for row in rows
            ]

    def languages(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in self._database.rows("SELECT * FROM person_language ORDER BY person_id, language"):
            found[row["person_id"]] = (*found.get(row["person_id"], ()), row["language"])
        return found

    def skills(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in self._database.rows("SELECT * FROM person_skill ORDER BY person_id, skill"):
            found[row["person_id"]] = (*found.get(row["person_id"], ()), row["skill"])
        return found

    def counts(self) -> QueueCounts:
        with self._database.transaction():
            return QueueCounts(
                clips=self._counted(queries.CLIPS_BY_STATE),
                tasks=self._counted(queries.TASKS_BY_STATE, {"held_back": HELD_BACK, "now": self._now()}),
                late_drafts=late.count_waiting(self._database),
                reviews=self._counted(queries.REVIEWS_BY_STATE),
                adjudications=self._counted(queries.ADJUDICATIONS_BY_STATE),
                undecided=int(self._database.value(queries.UNDECIDED)),
            )

    def figures(self) -> QueueFigures:
        with self._database.transaction():
            return sqlite_figures.figures(self._database, self._now())

    def daily_counts(self, person_id: str, kinds: frozenset[TaskKind], since: datetime) -> DailyCounts:
        value = self._database.value
        returned = f"SELECT count(*) FROM task t WHERE {queries.RETURNED}"  # noqa: S608
        waits = done = back = 0
        for kind in kinds:
            values = {**self._values(person_id, kind), "since": to_micros(since)}
            waiting = queries.REVIEWS_WAITING_FOR if kind is TaskKind.REVIEW else queries.WAITING_FOR
            waits += int(value(waiting, values))
            done += int(value(queries.SUBMITTED_SINCE, values))
            back += int(value(returned, values))
        return DailyCounts(waiting=waits, submitted=done, returned=back)

    def work_by_person(self) -> list[WorkCounts]:
        return [WorkCounts(**row) for row in self._database.rows(queries.WORK_BY_PERSON)]

    def leases(self) -> list[Lease]:
        with self._database.transaction():
            rows = self._database.rows(
                "SELECT * FROM task WHERE state = 'leased' ORDER BY lease_until, rowid"
            )
            return [self._lease_of(row) for row in rows]

    def lease_of_task(self, task_id: str) -> Lease | None:
        with self._database.transaction():
            row = self._database.row("SELECT * FROM task WHERE id = ? AND state = 'leased'", (task_id,))
            return None if row is None else self._lease_of(row)

    def held(self) -> list[HeldClip]:
        with self._database.transaction():
            rows = self._database.rows(
                "SELECT t.clip_id, t.id FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id"
                " WHERE q.state = 'with_lead' AND t.kind = 'transcribe'"
                " AND t.state IN ('open', 'leased', 'returned') ORDER BY t.clip_id, t.round"
            )
            tasks: dict[str, list[str]] = {}
            for row in rows:
                tasks.setdefault(row["clip_id"], []).append(row["id"])
            return [HeldClip(clip, tuple(ids), self._refusals(clip)) for clip, ids in tasks.items()]

    def is_distressing(self, clip_id: str) -> bool:
        query = "SELECT is_distressing FROM queue_clip WHERE clip_id = ?"
        return bool(self._database.value(query, (clip_id,)))

    def late_drafts(self) -> list[LateDraft]:
        return late.waiting(self._database, self._now())

    def late_drafts_of(self, person_id: str) -> list[LateDraft]:
        return late.of_person(self._database, person_id, self._now())

    def listed(self) -> Iterator[QueuedClip]:
        for row in self._database.rows(queries.LISTED, {"now": self._now()}):
            yield _queued(row)

    def listed_clip(self, clip_id: str) -> QueuedClip:
        row = self._database.row(queries.LISTED_CLIP, {"now": self._now(), "clip": clip_id})
        if row is None:
            raise Refused("NO_CLIP", clip=clip_id)
        return _queued(row)

    def done_passes(self) -> Iterator[DonePass]:
        for row in self._database.rows(queries.DONE_PASSES):
            yield DonePass(row["clip_id"], row["author"], row["made_at"])

    def final_count(self) -> int:
        return int(self._database.value(queries.FINAL_COUNT))

    def final_texts(self, limit: int, *, after: str = "") -> list[SealedAnnotation]:
        rows = self._database.rows(queries.FINAL_TEXTS, {"after": after, "limit": limit})
        return [from_columns(SealedAnnotation, row) for row in rows]

    def holds(self) -> dict[str, HoldReason]:
        rows = self._database.rows("SELECT clip_id, hold FROM queue_clip WHERE hold != '' ORDER BY clip_id")
        return {row["clip_id"]: HoldReason(row["hold"]) for row in rows}

    def tasks_of(self, clip_id: str) -> list[tuple[str, TaskState]]:
        rows = self._database.rows(
            "SELECT id, state FROM task WHERE clip_id = ? ORDER BY kind != 'transcribe', kind, round, rowid",
            (clip_id,),
        )
        return [(row["id"], TaskState(row["state"])) for row in rows]

    def kind_of(self, task_id: str) -> TaskKind:
        return TaskKind(self._task(task_id)["kind"])

    # Managing tasks

    def add_clip(
        self,
        clip_id: str,
        *,
        passes: int,
        priority: int = 0,
        sort_key: int = 0,
        pass_spread: int = 0,
        quarantined: bool = False,
        open_until: datetime | None = None,
        locale: str = UNDETERMINED,
        skill: str = "",
    ) -> None:
        state = ClipState.QUARANTINED if quarantined else ClipState.READY
        skill = optional_skill(skill)
        require_priority(priority)
        with self._database.transaction():
            until = None if open_until is None else to_micros(open_until)
            spoken = locale or UNDETERMINED
            route = route_of(spoken, skill)
            is_new = self._database.execute(
                "INSERT INTO queue_clip (clip_id, state, passes, open_until, route) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (clip_id) DO NOTHING",
                (clip_id, state, passes, until, route),
            )
            if not is_new:
                return
            self._database.execute(
                "INSERT OR IGNORE INTO queue_route (route, skill, locale) VALUES (?, ?, ?)",
                (route, skill, spoken),
            )
            for number in range(1, passes + 1):
                later = 0 if number == 1 else secrets.randbelow(pass_spread + 1)
                key = sort_key + later
                self._add_task(
                    clip_id, TaskKind.TRANSCRIBE, number, priority=priority, sort_key=key, route=route
                )

    def passes_to_compare(self, limit: int, *, after: str = "") -> list[list[SealedAnnotation]]:
        values = {"limit": limit, "after": after, "now": self._now()}
        rows = self._database.rows(queries.PASSES_TO_COMPARE, values)
        works = [from_columns(SealedAnnotation, row) for row in rows]
        return [list(passes) for _, passes in groupby(works, key=lambda work: work.clip_id)]

    def set_passes_agree(self, clip_id: str) -> None:
        self._database.execute("INSERT OR IGNORE INTO passes_agree (clip_id) VALUES (?)", (clip_id,))

    def accepted_passes(self, clip_id: str) -> list[SealedAnnotation]:
        rows = self._database.rows(queries.ACCEPTED_PASSES, (clip_id,))
        return [from_columns(SealedAnnotation, row) for row in rows]

    def has_adjudication(self, clip_id: str) -> bool:
        query = "SELECT 1 FROM task WHERE clip_id = ? AND kind = 'adjudicate'"
        return bool(self._database.value(query, (clip_id,)))

    def add_adjudication(self, clip_id: str) -> str:
        with self._database.transaction():
            found = self._database.value(
                "SELECT id FROM task WHERE clip_id = ? AND kind = 'adjudicate'", (clip_id,)
            )
            if found is not None:
                return str(found)
            if self.clip_state(clip_id) not in (ClipState.FINAL, ClipState.EXPORTED):
                raise Refused("CLIP_NOT_FINAL", clip=clip_id)
            task_id = self._add_task(clip_id, TaskKind.ADJUDICATE, 1, sort_key=self._now())
            self._follow(clip_id)
            return task_id

    def draw(
        self, decide: Callable[[str], bool], sign: Callable[[DrawnWork], str | None] = not_signed
    ) -> DrawResult:
        result = DrawResult([], [])
        with self._database.transaction():
            for task in self._database.rows(queries.TO_DRAW, {"now": self._now()}):
                if task["taken_back"]:
                    self._submit_again(task)
                annotation_id = task["annotation_id"]
                is_selected = decide(task["draw_id"] or annotation_id)
                if is_selected or not self._pass_without_review(task, sign):
                    self._add_review(task)
                    self._set_task(task["id"], TaskState.QA_PENDING)
                    result.selected.append(annotation_id)
                else:
                    result.passed.append(annotation_id)
                self._follow(task["clip_id"])
        return result

    def block(self, person_id: str) -> None:
        """The workspace asks at each act who it is."""

    def set_languages(self, person_id: str, languages: Iterable[str], *, key: str) -> tuple[str, ...]:
        tags = language_tags(languages)
        self._once(key, lambda: self._set_languages(person_id, tags))
        return tags

    def set_skills(self, person_id: str, skills: Iterable[str], *, key: str) -> tuple[str, ...]:
        names = skill_names(skills)
        self._once(key, lambda: self._set_skills(person_id, names))
        return names

    def set_clip_skill(self, clip_ids: Collection[str], skill: str) -> None:
        values = {"clips": json.dumps(list(clip_ids)), "skill": optional_skill(skill)}
        with self._database.transaction():
            self._require_clips(values["clips"])
            for statement in (queries.TO_ROUTES, queries.CLIPS_TO_ROUTES, queries.TASKS_TO_ROUTES):
                self._database.execute(statement, values)

    def set_priority(self, clip_ids: Collection[str], priority: int) -> None:
        require_priority(priority)
        clips = json.dumps(list(clip_ids))
        with self._database.transaction():
            self._require_clips(clips)
            self._database.execute(queries.SET_PRIORITY, {"clips": clips, "priority": priority})

    def mark_distressing(self, clip_id: str) -> None:
        with self._database.transaction():
            self.clip_state(clip_id)
            self._database.execute("UPDATE queue_clip SET is_distressing = 1 WHERE clip_id = ?", (clip_id,))

    def assign(self, task_id: str, person_id: str) -> None:
        with self._database.transaction():
            task = self._task(task_id)
            if task["state"] in _WITH_QA:
                raise Refused("TASK_DONE", task=task_id)
            if task["state"] == TaskState.LEASED:
                raise Refused("TASK_LEASED", task=task_id)
            self._refuse_if_had(task_id, person_id)
            self._refuse_without_skill(task["route"], person_id)
            self._refuse_on_hold(task["clip_id"])
            self._put_back(task["clip_id"])
            self._database.execute("UPDATE task SET assigned_to = ? WHERE id = ?", (person_id, task_id))

    def hold(self, clip_id: str, reason: HoldReason) -> None:
        with self._database.transaction():
            if self.clip_state(clip_id) is ClipState.PURGED:
                raise ClipWithdrawn
            self._database.execute("UPDATE queue_clip SET hold = ? WHERE clip_id = ?", (reason, clip_id))

    def end_hold(self, clip_id: str) -> None:
        touched = self._database.execute(
            "UPDATE queue_clip SET hold = '' WHERE clip_id = ? AND hold != ''", (clip_id,)
        )
        if not touched:
            raise Refused("NOT_ON_HOLD", clip=clip_id)

    def lead_release(self, task_id: str) -> None:
        with self._database.transaction():
            task = self._task(task_id)
            if task["state"] in _WITH_QA:
                raise Refused("TASK_DONE", task=task_id)
            if task["taken_back"]:
                self._submit_again(task)
                return
            if task["state"] == TaskState.LEASED and not task["prefetch"]:
                self._add_refusal(task, task["person_id"], "taken")
            self._open_task(task)
            self._put_back(task["clip_id"])
            self._follow(task["clip_id"])

    # Results

    def accepted(self) -> list[SealedAnnotation]:
        rows = self._database.rows(
            "SELECT a.* FROM task t JOIN annotation a ON a.id = t.annotation_id"
            " JOIN queue_clip q ON q.clip_id = t.clip_id"
            " WHERE t.kind = 'transcribe' AND t.state = 'accepted'"
            " AND q.state NOT IN ('purged', 'quarantined') ORDER BY t.clip_id, t.round"
        )
        return [from_columns(SealedAnnotation, row) for row in rows]

    def exportable(self) -> list[str]:
        return [row["clip_id"] for row in self._database.rows(queries.EXPORTABLE)]

    def exportable_work(self, clip_ids: Sequence[str]) -> list[SealedAnnotation]:
        rows = self._database.rows(queries.EXPORTABLE_WORK, (json.dumps(clip_ids),))
        return [from_columns(SealedAnnotation, row) for row in rows]

    def finals(self, clip_ids: Collection[str]) -> dict[str, str]:
        rows = self._database.rows(queries.FINALS, (json.dumps(list(clip_ids)),))
        return {row["clip_id"]: row["annotation_id"] for row in rows}

    def accepted_among(self, annotation_ids: Collection[str]) -> dict[str, str]:
        rows = self._database.rows(queries.ACCEPTED_AMONG, (json.dumps(list(annotation_ids)),))
        return {row["id"]: row["clip_id"] for row in rows}

    def final(self, clip_id: str) -> FinalAnnotation | None:
        row = self._database.row("SELECT * FROM final WHERE clip_id = ?", (clip_id,))
        return None if row is None else FinalAnnotation(**row)

    def set_final(self, final: FinalAnnotation) -> None:
        with self._database.transaction():
            verdict = self._database.row("SELECT * FROM verdict WHERE id = ?", (final.verdict_id,))
            if verdict is None or verdict["clip_id"] != final.clip_id:
                raise Refused("NO_VERDICT", clip=final.clip_id)
            self._database.execute(
                "INSERT INTO final (clip_id, annotation_id, verdict_id) VALUES (?, ?, ?)"
                " ON CONFLICT (clip_id) DO UPDATE SET annotation_id = excluded.annotation_id,"
                " verdict_id = excluded.verdict_id",
                (final.clip_id, final.annotation_id, final.verdict_id),
            )

    def keep_open_until(self, clip_id: str, until: datetime) -> None:
        self._database.execute(
            "UPDATE queue_clip SET open_until = ? WHERE clip_id = ?", (to_micros(until), clip_id)
        )

    def withdraw_clip(self, clip_id: str, reason: str) -> None:
        with self._database.transaction():
            self.clip_state(clip_id)
            for statement in queries.ERASE_CLIP:
                self._database.execute(statement, (clip_id,))
            self._set_clip(clip_id, ClipState.PURGED, reason)
            self._database.execute("UPDATE queue_clip SET hold = '' WHERE clip_id = ?", (clip_id,))

    # Redactions, which are in the workspace's own file

    def mark_personal_data(self, lease: Lease, mark_id: str, sealed: bytes) -> None:
        del lease, mark_id, sealed

    def open_marks(self) -> list[PersonalDataMark]:
        return []

    def clips_in_redaction(self) -> list[str]:
        return []

    def begin_redaction(self, clip_id: str) -> bool:
        del clip_id
        return True

    def end_redaction(self, clip_id: str, mark_ids: Collection[str]) -> None:
        del clip_id, mark_ids

    def sealed_texts(self, clip_id: str) -> list[SealedText]:
        return sealed_texts(self._database, clip_id)

    def replace_seals(self, clip_id: str, seals: Sequence[tuple[SealedText, SealedText]]) -> None:
        with self._database.transaction():
            replace_seals(self._database, clip_id, [new for _, new in seals])

    def end_quarantine(self, clip_id: str, *, task_id: str = "", person_id: str = "") -> None:
        with self._database.transaction():
            if self.clip_state(clip_id) is not ClipState.QUARANTINED:
                raise Refused("NOT_QUARANTINED", clip=clip_id)
            self._set_clip(clip_id, ClipState.READY)
            self._follow(clip_id)
            if task_id:
                self.assign(task_id, person_id)

    def open_passes(self, clip_id: str) -> list[str]:
        rows = self._database.rows(
            "SELECT id FROM task WHERE clip_id = ? AND kind = 'transcribe' AND state = 'open' ORDER BY round",
            (clip_id,),
        )
        return [row["id"] for row in rows]

    def quarantined(self, limit: int, *, after: str = "") -> list[str]:
        rows = self._database.rows(
            "SELECT clip_id FROM queue_clip WHERE state = 'quarantined' AND clip_id > ?"
            " ORDER BY clip_id LIMIT ?",
            (after, limit),
        )
        return [row["clip_id"] for row in rows]

    def clip_states(self, clip_ids: Collection[str]) -> dict[str, ClipState]:
        rows = self._database.rows(
            "SELECT clip_id, state FROM queue_clip WHERE clip_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(clip_ids)),),
        )
        return {row["clip_id"]: ClipState(row["state"]) for row in rows}

    def mark_exported(self, clip_ids: Iterable[str]) -> None:
        self._database.execute(queries.MARK_EXPORTED, (json.dumps(list(clip_ids)),))

    # Acts that happen once for each key

    def _claim(self, person_id: str, kinds: frozenset[TaskKind]) -> Lease | None:
        while (task := self._next_task(person_id, kinds)) is not None:
            if task["state"] == TaskState.LEASED and not task["prefetch"]:
                self._add_refusal(task, task["person_id"], "expiry")
                if self._is_kept_by_lead(task):
                    self._open_task(task)
                    continue
            return self._hand_out(task, person_id, self._lease_micros(), assigned_to=None, prefetch=0)
        return None

    def _claim_prefetch(self, person_id: str, kinds: frozenset[TaskKind]) -> Lease | None:
        held = self._prefetched_task(person_id)
        if held is not None:
            self._renew_prefetched(person_id)
            return self._lease_now(held["id"])
        found = self._next_to_prefetch(person_id, kinds)
        if found is None:
            return None
        task, prefetch = found
        micros = min(self._prefetch_micros(), self._lease_micros())
        return self._hand_out(task, person_id, micros, assigned_to=task["assigned_to"], prefetch=prefetch)

    def _release_prefetched(self, person_id: str) -> Lease | None:
        task = self._database.row(
            "SELECT * FROM task WHERE person_id = ? AND state = 'leased' AND prefetch > 0", (person_id,)
        )
        if task is None:
            return None
        ended = self._lease_of(task)
        self._give_back_prefetched(task)
        return ended

    def _release(self, lease: Lease) -> None:
        task = self._held(lease)
        if task["taken_back"]:
            self._submit_again(task)
        elif self._is_rework_of(task, lease.person_id):
            self._set_task(task["id"], TaskState.RETURNED)
        else:
            self._open_task(task)
        self._follow(task["clip_id"])

    def _skip(self, lease: Lease, reason: SkipReason) -> None:
        task = self._held(lease)
        self._open_task(task)
        self._add_refusal(task, lease.person_id, "skip", reason)
        self._follow(task["clip_id"])

    def _set_languages(self, person_id: str, tags: Iterable[str]) -> None:
        self._database.execute("DELETE FROM person_language WHERE person_id = ?", (person_id,))
        for tag in tags:
            self._database.insert("person_language", {"person_id": person_id, "language": tag})

    def _set_skills(self, person_id: str, names: Iterable[str]) -> None:
        self._database.execute("DELETE FROM person_skill WHERE person_id = ?", (person_id,))
        for name in names:
            self._database.insert("person_skill", {"person_id": person_id, "skill": name})

    def _take_back(self, person_id: str, annotation_id: str) -> Lease:
        values = {"annotation": annotation_id, "person": person_id, "now": self._now()}
        task = self._database.row(queries.TO_TAKE_BACK, values)
        if task is None:
            raise Refused("CANNOT_TAKE_BACK", annotation=annotation_id)
        # Work that was submitted before there was a draw id has it from now on.
        self._database.execute(
            "UPDATE task SET taken_back = 1, draw_id = coalesce(draw_id, annotation_id) WHERE id = ?",
            (task["id"],),
        )
        return self._hand_out(task, person_id, self._lease_micros(), assigned_to=None, prefetch=0)

    def _submit_again(self, task: Row) -> None:
        """Ends the lease of a submission that was taken back and not replaced."""
        self._database.execute(
            "UPDATE task SET state = 'submitted', taken_back = 0, token = token + 1 WHERE id = ?",
            (task["id"],),
        )
        self._follow(task["clip_id"])

    def _once(self, key: str, act: Callable[[], Lease | None]) -> Lease | None:
        """Does an act and stores its answer; the same key again gets that answer, and nothing is done."""
        with self._database.transaction():
            earlier = self._database.value("SELECT answer FROM queue_request WHERE key = ?", (key,))
            if earlier is not None:
                given: Lease | None = from_json(Lease, earlier)
                return given
            lease = act()
            now = self._now()
            self._database.insert("queue_request", {"key": key, "answer": to_json(lease), "at": now})
            oldest = now - timedelta(days=_REMEMBERED_DAYS) // _MICROSECOND
            if oldest >= self._forgotten_until + _DAY:
                self._forgotten_until = oldest
                self._database.execute("DELETE FROM queue_request WHERE at < ?", (oldest,))
            return lease

    # Choosing the next task

    def _next_task(self, person_id: str, kinds: frozenset[TaskKind]) -> Row | None:
        found = [
            task
            for kind in kinds
            for task in self._database.rows(queries.NEXT, self._values(person_id, kind))
        ]
        return min(found, key=lambda task: (task["rank"], *_claim_order(task)), default=None)

    def _next_to_prefetch(self, person_id: str, kinds: frozenset[TaskKind]) -> tuple[Row, int] | None:
        for query in queries.NEXT_OWN:
            task = self._first_of(query, person_id, kinds)
            if task is not None:
                return task, _PREFETCH_OWN
        spare = frozenset(kind for kind in kinds if self._leaves_enough(person_id, kind))
        task = self._first_of(queries.NEXT_OPEN, person_id, spare)
        return None if task is None else (task, _PREFETCH_FROM_ALL)

    def _first_of(self, query: str, person_id: str, kinds: frozenset[TaskKind]) -> Row | None:
        rows = (self._database.row(query, self._values(person_id, kind)) for kind in kinds)
        return min((row for row in rows if row is not None), key=_claim_order, default=None)

    def _leaves_enough(self, person_id: str, kind: TaskKind) -> bool:
        """Whether enough open tasks are left for each colleague at work, and one more."""
        values = self._values(person_id, kind)
        to_be_left = max(1, int(self._database.value(queries.COLLEAGUES, values)))
        spare = int(self._database.value(queries.SPARE, {**values, "limit": to_be_left + 1}))
        return spare > to_be_left

    def _values(self, person_id: str, kind: TaskKind) -> dict[str, str | int]:
        routes = json.dumps(self._routes_of(person_id))
        return {"person": person_id, "kind": kind, "now": self._now(), "routes": routes}

    def _routes_of(self, person_id: str) -> list[str]:
        """The queue's routes that a person takes; they are few, however many clips there are."""
        languages = [
            row["language"]
            for row in self._database.rows(
                "SELECT language FROM person_language WHERE person_id = ?", (person_id,)
            )
        ]
        routes = self._database.rows(
            "SELECT route, locale FROM queue_route WHERE skill = ''"
            " OR skill IN (SELECT skill FROM person_skill WHERE person_id = ?)",
            (person_id,),
        )
        return [row["route"] for row in routes if takes(languages, row["locale"])]

    def _refuse_if_had(self, task_id: str, person_id: str) -> None:
        never = f"SELECT 1 FROM task t WHERE t.id = :task AND {queries.NEVER_HAD}"  # noqa: S608
        if not self._database.value(never, {"task": task_id, "person": person_id}):
            raise Refused("HAD_CLIP")

    def _refuse_without_skill(self, route: str, person_id: str) -> None:
        missing = self._database.value(
            "SELECT skill FROM queue_route WHERE route = ? AND skill != ''"
            " AND skill NOT IN (SELECT skill FROM person_skill WHERE person_id = ?)",
            (route, person_id),
        )
        if missing:
            raise Refused("SKILL_MISSING", skill=missing)

    # Leases

    def _hand_out(
        self, task: Row, person_id: str, micros: int, *, assigned_to: str | None, prefetch: int
    ) -> Lease:
        """Leases a task, with a new token and key; an expired reviewer's version is discarded."""
        now = self._now()
        blind = task["annotation_id"] if task["kind"] != TaskKind.REVIEW else None
        rows = self._database.rows(
            "UPDATE task SET state = 'leased', person_id = ?, assigned_to = ?, token = token + 1,"
            " lease_started = ?, lease_until = ?, submission_key = ?, prefetch = ?, annotation_id = ?"
            " WHERE id = ? RETURNING *",
            (person_id, assigned_to, now, now + micros, new_id(), prefetch, blind, task["id"]),
        )
        self._follow(task["clip_id"])
        return self._lease_of(rows[0])

    def _held(self, lease: Lease, *, is_prefetch: bool = False) -> Row:
        """The task of a lease that is still the person's, live or expired."""
        task = self._task(lease.task_id)
        its = (task["clip_id"], task["kind"], task["reviewed_id"])
        if its != (lease.clip_id, lease.kind, lease.reviewed_annotation):
            raise NotLeased  # a lease is for its own clip and task, whatever the caller put into it
        if task["state"] == TaskState.WITHDRAWN:
            raise ClipWithdrawn
        if (task["person_id"], task["token"]) == (lease.person_id, lease.token):
            if task["state"] == TaskState.LEASED and (task["prefetch"] > 0) is is_prefetch:
                return task
            raise NotLeased
        raise LeaseLost if task["token"] > lease.token else NotLeased

    def _lease_now(self, task_id: str) -> Lease:
        return self._lease_of(self._task(task_id))

    def _lease_of(self, task: Row) -> Lease:
        is_review = task["kind"] == TaskKind.REVIEW
        is_rework = not is_review and self._is_rework_of(task, task["person_id"])
        return Lease(
            task_id=task["id"],
            clip_id=task["clip_id"],
            kind=TaskKind(task["kind"]),
            round=task["round"],
            person_id=task["person_id"],
            token=task["token"],
            until=from_micros(task["lease_until"]),
            submission_key=task["submission_key"],
            is_prefetch=task["prefetch"] > 0,
            returned_annotation=task["annotation_id"] if is_rework else None,
            reviewed_annotation=task["reviewed_id"],
            blind_annotation=task["annotation_id"] if is_review else None,
            is_distressing=self.is_distressing(task["clip_id"]),
        )

    def _is_rework_of(self, task: Row, person_id: str) -> bool:
        """Whether the newest annotation of a task is this person's; others must not see it."""
        if task["kind"] == TaskKind.REVIEW or task["annotation_id"] is None:
            return False
        author = self._database.value("SELECT author FROM annotation WHERE id = ?", (task["annotation_id"],))
        return bool(author == person_id)

    def _prefetched_task(self, person_id: str) -> Row | None:
        """The task of the prefetch lease; one that nobody may work on now is released first."""
        task = self._database.row(
            "SELECT * FROM task WHERE person_id = ? AND state = 'leased' AND prefetch > 0", (person_id,)
        )
        if task is None:
            return None
        values = self._values(person_id, TaskKind(task["kind"]))
        if self._database.row(queries.NEXT_PREFETCHED, values) is None:
            self._give_back_prefetched(task)
            return None
        return task

    def _renew_prefetched(self, person_id: str) -> None:
        self._database.execute(
            "UPDATE task SET lease_until = max(lease_until, ?)"
            " WHERE person_id = ? AND state = 'leased' AND prefetch > 0",
            (self._now() + self._prefetch_micros(), person_id),
        )

    def _renew_others(self, task_id: str, person_id: str) -> None:
        cap = timedelta(minutes=self._rules.lease_cap_minutes) // _MICROSECOND
        values = {"task": task_id, "person": person_id, "now": self._now(), "cap": cap}
        self._database.execute(queries.RENEW_OTHERS, {**values, "until": self._now() + self._lease_micros()})

    def _give_back_prefetched(self, task: Row) -> None:
        """Puts a prefetched task back: the person has not seen the clip."""
        state = "returned" if self._is_rework_of(task, task["person_id"]) else "open"
        self._database.execute(
            "UPDATE task SET state = ?, person_id = iif(? = 'open', NULL, person_id), token = token + 1,"
            " prefetch = 0 WHERE id = ?",
            (state, state, task["id"]),
        )
        self._follow(task["clip_id"])

    def _open_task(self, task: Row) -> None:
        """Opens a task to everybody and invalidates its lease."""
        blind = None if task["kind"] == TaskKind.REVIEW else task["annotation_id"]
        self._database.execute(
            "UPDATE task SET state = 'open', person_id = NULL, assigned_to = NULL, token = token + 1,"
            " prefetch = 0, taken_back = 0, annotation_id = ? WHERE id = ?",
            (blind, task["id"]),
        )

    # Submissions

    def _take_in(self, task: Row, work: SealedAnnotation, signed: str) -> None:
        if task["kind"] == TaskKind.REVIEW:  # the blind version: the lease continues until the verdict
            self._database.execute(
                "UPDATE task SET lease_until = max(lease_until, ?) WHERE id = ?",
                (self._now() + self._lease_micros(), task["id"]),
            )
        elif task["kind"] == TaskKind.TRANSCRIBE:
            self._database.execute(
                "UPDATE task SET state = 'submitted', taken_back = 0, draw_id = coalesce(draw_id, ?)"
                " WHERE id = ?",
                (work.id, task["id"]),
            )
        else:
            self._set_task(task["id"], TaskState.DONE)
            verdict = self._own_verdict(task, work, VerdictKind.ACCEPTED, work.author, signed)
            self.set_final(FinalAnnotation(work.clip_id, work.id, verdict.id))

    def _own_verdict(
        self, task: Row, work: SealedAnnotation, kind: VerdictKind, person: str, signed: str
    ) -> Verdict:
        """A verdict without a review: work that was not selected, or an adjudicator's own decision."""
        now = self._clock.now()
        verdict = Verdict(new_id(), task["id"], work.clip_id, work.id, kind, person, now, signed=signed)
        self._add_verdict(verdict, task["token"])
        return verdict

    def _add_verdict(self, verdict: Verdict, token: int) -> None:
        self._database.insert("verdict", to_columns(verdict) | {"token": token})

    def _settle_pass(self, review: Row, verdict: Verdict) -> None:
        """Applies a verdict to the pass that was reviewed."""
        if verdict.kind is VerdictKind.RETURNED:
            self._database.execute(
                "UPDATE task SET state = 'returned', draw_id = NULL WHERE id = ?", (review["parent_id"],)
            )
            return
        is_fixed = verdict.kind is VerdictKind.ACCEPTED_WITH_FIXES
        accepted = review["annotation_id"] if is_fixed else verdict.annotation_id
        self._accept_pass(review["parent_id"], review["clip_id"], accepted, verdict.id)

    def _pass_without_review(self, task: Row, sign: Callable[[DrawnWork], str | None]) -> bool:
        """Accepts work without a review; False if ``sign`` does not sign that: then it goes to a review."""
        work = self.annotation(task["annotation_id"])
        signed = sign(DrawnWork(work.clip_id, task["id"], work.id, task["draw_id"] or work.id, work.digest))
        if signed is None:
            return False
        verdict = self._own_verdict(task, work, VerdictKind.PASSED, _NOBODY, signed)
        self._accept_pass(task["id"], task["clip_id"], work.id, verdict.id)
        return True

    def _accept_pass(self, task_id: str, clip_id: str, annotation_id: str, verdict_id: str) -> None:
        self._database.execute(
            "UPDATE task SET state = 'accepted', annotation_id = ? WHERE id = ?", (annotation_id, task_id)
        )
        passes = self._database.value("SELECT passes FROM queue_clip WHERE clip_id = ?", (clip_id,))
        if passes == 1:
            self.set_final(FinalAnnotation(clip_id, annotation_id, verdict_id))

    def _add_review(self, task: Row) -> None:
        rounds = self._database.value("SELECT count(*) FROM task WHERE parent_id = ?", (task["id"],))
        self._add_task(
            task["clip_id"],
            TaskKind.REVIEW,
            int(rounds) + 1,
            sort_key=to_micros(self.annotation(task["annotation_id"]).made_at),
            reviewed_id=task["annotation_id"],
            parent_id=task["id"],
        )

    def _add_task(
        self,
        clip_id: str,
        kind: TaskKind,
        number: int,
        *,
        sort_key: int,
        priority: int | None = None,
        reviewed_id: str | None = None,
        parent_id: str | None = None,
        route: str | None = None,
        task_id: str | None = None,
    ) -> str:
        """Adds a task; ``route`` and ``priority`` are the clip's, where the caller knows them."""
        task_id = task_id or new_id()
        task = {"id": task_id, "clip_id": clip_id, "kind": kind, "round": number, "state": TaskState.OPEN}
        if route is None:
            route = self._database.value("SELECT route FROM queue_clip WHERE clip_id = ?", (clip_id,))
        if priority is None:
            of_others = "SELECT coalesce(max(priority), 0) FROM task WHERE clip_id = ?"
            priority = self._database.value(of_others, (clip_id,))
        place = {"priority": priority, "sort_key": sort_key, "route": route}
        self._database.insert("task", task | place | {"reviewed_id": reviewed_id, "parent_id": parent_id})
        return task_id

    # States of clips

    def _follow(self, clip_id: str) -> None:
        """Derives the clip's state from its tasks, unless it was set by a decision."""
        rows = self._database.rows(queries.CLIP_AND_TASKS, (clip_id,))
        state, derived = ClipState(rows[0]["clip_state"]), _derived(rows)
        if state not in _HELD_STATES and derived is not state:
            self._set_clip(clip_id, derived)

    def _put_back(self, clip_id: str) -> None:
        state = self.clip_state(clip_id)
        if state is ClipState.QUARANTINED:
            raise Refused("CLIP_QUARANTINED", clip=clip_id)
        if state is ClipState.WITH_LEAD:
            self._set_clip(clip_id, ClipState.READY)
            self._follow(clip_id)

    def _add_refusal(self, task: Row, person_id: str, kind: str, reason: str = "") -> None:
        """Excludes the person from the clip; after enough skips and expiries it waits for the lead.

        A skip for the language says nothing about the clip, so it does not count.
        """
        whose = {"task_id": task["id"], "clip_id": task["clip_id"], "person_id": person_id}
        self._database.insert("task_refusal", whose | {"kind": kind, "reason": reason, "at": self._now()})
        if kind == "taken" or task["kind"] != TaskKind.TRANSCRIBE:
            return
        if self.clip_state(task["clip_id"]) in _HELD_STATES:
            return
        if self._refusals(task["clip_id"]) >= self._rules.skips_to_lead:
            self._set_clip(task["clip_id"], ClipState.WITH_LEAD, "refused too often")

    def _is_kept_by_lead(self, task: Row) -> bool:
        is_pass = task["kind"] == TaskKind.TRANSCRIBE
        return is_pass and self.clip_state(task["clip_id"]) is ClipState.WITH_LEAD

    def _refusals(self, clip_id: str) -> int:
        return int(
            self._database.value(
                "SELECT count(*) FROM task_refusal r JOIN task t ON t.id = r.task_id"
                " WHERE r.clip_id = ? AND r.kind IN ('skip', 'expiry') AND r.reason != ?"
                " AND t.kind = 'transcribe'",
                (clip_id, SkipReason.NOT_MY_LANGUAGE),
            )
        )

    def _refuse_on_hold(self, clip_id: str) -> None:
        if self._database.value("SELECT hold != '' FROM queue_clip WHERE clip_id = ?", (clip_id,)):
            raise ClipOnHold

    def _require_clips(self, clips: str) -> None:
        missing = self._database.value(queries.MISSING_CLIP, {"clips": clips})
        if missing is not None:
            raise Refused("NO_CLIP", clip=missing)

    def _set_clip(self, clip_id: str, state: ClipState, reason: str = "") -> None:
        self._database.execute(
            "UPDATE queue_clip SET state = ?, reason = ? WHERE clip_id = ?", (state, reason, clip_id)
        )

    def _set_task(self, task_id: str, state: TaskState) -> None:
        self._database.execute("UPDATE task SET state = ? WHERE id = ?", (state, task_id))

    def _task(self, task_id: str) -> Row:
        row = self._database.row("SELECT *, rowid AS place FROM task WHERE id = ?", (task_id,))
        if row is None:
            raise Refused("NO_TASK", task=task_id)
        return row

    def _counted(self, query: str, values: dict[str, str | int] | None = None) -> dict[str, int]:
        return {row["state"]: row["n"] for row in self._database.rows(query, values or {})}

    def _now(self) -> int:
        return to_micros(self._clock.now())

    def _lease_micros(self) -> int:
        return timedelta(minutes=self._rules.lease_minutes) // _MICROSECOND

    @staticmethod
    def _prefetch_micros() -> int:
        return timedelta(minutes=PREFETCH_MINUTES) // _MICROSECOND


_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND


def new_id() -> str:
    """A random id that cannot be guessed."""
    return uuid4().hex


def _claim_order(task: Row) -> tuple[int, int, int]:
    return -task["priority"], task["sort_key"], task["place"]


def _queued(row: Row) -> QueuedClip:
    return QueuedClip(
        row["clip_id"], _CLIP_STATES[row["state"]], row["passes"], row["done"] or 0,
        row["has"] or "", row["assigned"] or "", row["did"] or "", row["changed_at"],
        row["refusals"] or "", row["hold"], row["skill"], row["priority"],
    )  # fmt: skip


def _derived(tasks: list[Row]) -> ClipState:
    passes = {task["state"] for task in tasks if task["kind"] == TaskKind.TRANSCRIBE}
    undecided = any(task["kind"] == TaskKind.ADJUDICATE and task["state"] != TaskState.DONE for task in tasks)
    if passes == {"accepted"} and not undecided:
        return ClipState.FINAL
    if passes <= _HANDED_IN:
        return ClipState.REVIEWED
    return ClipState.READY if passes == {"open"} else ClipState.IN_REVIEW
