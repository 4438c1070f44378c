"""The work queue of a team: functions of a PostgreSQL server, which checks every act itself.

What each function does, and for whom, is in ``resources/queue``; this file calls them and reads the answers.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Protocol

from reviewer.errors import NdaRequired, Refused
from reviewer.model.clip import ClipFacts, ClipState
from reviewer.model.clip_list import QueuedClip
from reviewer.model.clock import to_micros
from reviewer.model.hold import HoldReason
from reviewer.model.language_tags import NO_LANGUAGE, UNDETERMINED, language_tags, subtags
from reviewer.model.progress import DonePass
from reviewer.model.redaction import PersonalDataMark
from reviewer.model.routes import optional_skill, require_priority, skill_names
from reviewer.model.serialization import from_columns, from_json, to_json
from reviewer.model.task import (
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
    WorkCounts,
)
from reviewer.queue.api import DrawResult, HeldClip, Receipt, not_signed
from reviewer.queue.postgres_connection import QueueServer, understood
from reviewer.queue.redaction_api import SealedText
from reviewer.queue.server_api import WitnessedLog, WorkNotices
from reviewer.stats.queue_figures import QueueFigures


class SignedAgreement(Protocol):
    """What a person signed: the SHA-256 of the text in hex, the signed record, and when, in microseconds."""

    @property
    def sha256(self) -> str: ...
    @property
    def evidence(self) -> bytes: ...
    @property
    def signed_at(self) -> int: ...


AgreementOf = Callable[[str], SignedAgreement | None]


def _no_agreement(_person_id: str) -> None:
    """For a queue without agreements: nobody signed one."""


@understood
class PostgresQueue:
    """A Queue on a server. The person is whose login the connection has; the clock is the server's."""

    answers_at_once = False

    def __init__(self, server: QueueServer, agreement_of: AgreementOf = _no_agreement) -> None:
        self._server = server
        self._agreement_of = agreement_of

    def connect_as(self, login: str, password: str) -> None:
        self._server.connect_as(login, password)

    def close(self) -> None:
        self._server.close()

    def new_work_notices(self) -> WorkNotices:
        return self._server.listen("reviewer_new_work")

    # Claiming

    def claim(self, person_id: str, kinds: frozenset[TaskKind], *, key: str) -> Lease | None:
        return self._claimed("claim", person_id, kinds, key)

    def claim_prefetch(self, person_id: str, kinds: frozenset[TaskKind], *, key: str) -> Lease | None:
        return self._claimed("claim_prefetch", person_id, kinds, key)

    def begin_prefetched(self, lease: Lease) -> Lease:
        return self._lease("begin_prefetched", to_json(lease))

    def release_prefetched(self, person_id: str, *, key: str) -> Lease | None:
        return self._lease_or_none("release_prefetched", person_id, key)

    def resume(self, person_id: str, kinds: frozenset[TaskKind]) -> Lease | None:
        return self._lease_or_none("resume", person_id, sorted(kinds))

    def live_leases(self, person_id: str, kinds: frozenset[TaskKind]) -> list[Lease]:
        rows = self._server.rows("live_leases", person_id, sorted(kinds))
        return [from_json(Lease, json.dumps(row["live_leases"])) for row in rows]

    def renew(self, lease: Lease) -> Lease:
        return self._lease("renew", to_json(lease))

    def check_lease(self, lease: Lease) -> None:
        self._server.value("check_lease", to_json(lease))

    # Ending work

    def release(self, lease: Lease, *, key: str) -> None:
        self._server.value("release", to_json(lease), key)

    def skip(self, lease: Lease, reason: SkipReason, *, key: str) -> None:
        self._server.value("skip", to_json(lease), reason, key)

    def submit(self, lease: Lease, work: SealedAnnotation, signed: str = "") -> Receipt:
        return self._receipt("submit", to_json(lease), _facts(work, signed), work.digest, work.sealed)

    def take_back(self, person_id: str, annotation_id: str, *, key: str) -> Lease:
        return self._lease("take_back", person_id, annotation_id, key)

    def decide(self, lease: Lease, verdict: Verdict) -> None:
        self._server.value("decide", to_json(lease), to_json(verdict), verdict.comment)

    def keep_late_draft(self, lease: Lease, sealed: bytes, *, key: str) -> None:
        self._server.value("keep_late_draft", to_json(lease), sealed, key)

    def adopt_late_draft(self, draft: LateDraft, work: SealedAnnotation) -> Receipt:
        late = (draft.id, draft.sealed, draft.task_id)
        return self._receipt("adopt_late_draft", *late, _facts(work), work.digest, work.sealed)

    def dismiss_late_draft(self, draft_id: str, reason: LateReason) -> None:
        self._server.value("dismiss_late_draft", draft_id, reason)

    # Witnessing

    def witnessed_size(self, log_id: str) -> int | None:
        return int(self._server.value("witnessed_size", log_id))

    def witness(self, log_id: str, size: int, root: bytes, note: str, proof: Sequence[bytes]) -> None:
        self._server.value("witness", log_id, size, root, note, list(proof))

    def tell_unsent(self, count: int, oldest_seconds: float) -> None:
        self._server.value("tell_unsent", count, float(oldest_seconds))

    def witnessed_logs(self) -> list[WitnessedLog]:
        return [from_columns(WitnessedLog, row) for row in self._server.rows("witnessed_logs")]

    # Limits on taking

    def lift_limits(self, person_id: str, signed: str) -> None:
        self._server.value("lift_limits", person_id, signed)

    def limits_lifted(self) -> str:
        return str(self._server.value("limits_lifted"))

    def end_long_transactions(self, seconds: int) -> int:
        return int(self._server.value("end_long_transactions", seconds))

    # Folders of people's own

    def team_policies(self) -> list[str]:
        return [str(row["signed"]) for row in self._server.rows("team_policies")]

    def put_team_policy(self, serial: int, signed: str) -> None:
        self._server.value("put_team_policy", serial, signed)

    def put_clip_facts(self, facts: Sequence[ClipFacts]) -> None:
        self._server.value("put_clip_facts", f"[{', '.join(map(to_json, facts))}]")

    def clip_facts(self, clip_id: str) -> ClipFacts | None:
        answer = self._server.value("clip_facts", clip_id)
        return None if answer is None else from_json(ClipFacts, json.dumps(answer))

    def purged_among(self, clip_ids: Collection[str]) -> list[str]:
        return [row["purged_among"] for row in self._server.rows("purged_among", list(clip_ids))]

    def agreements_of(self, person_id: str) -> list[bytes]:
        return [bytes(memoryview(row["evidence"])) for row in self._server.rows("agreements_of", person_id)]

    # Queries

    def annotation(self, annotation_id: str) -> SealedAnnotation:
        (work,) = self._works("annotation", annotation_id)
        return work

    def annotations_of(self, person_id: str, limit: int) -> list[SealedAnnotation]:
        return self._works("annotations_of", person_id, limit)

    def verdict_on(self, annotation_id: str) -> Verdict | None:
        rows = self._server.rows("verdict_on", annotation_id)
        return from_columns(Verdict, rows[0]) if rows else None

    def verdicts_of(self, clip_ids: Collection[str]) -> list[Verdict]:
        return [from_columns(Verdict, row) for row in self._server.rows("verdicts_of", list(clip_ids))]

    def verdicts_by(self, person_id: str) -> list[Verdict]:
        return [from_columns(Verdict, row) for row in self._server.rows("verdicts_by", person_id)]

    def state_of(self, annotation_id: str) -> str:
        return str(self._server.value("state_of", annotation_id))

    def clip_state(self, clip_id: str) -> ClipState:
        return ClipState(self._server.value("clip_state", clip_id))

    def waiting(self, kinds: frozenset[TaskKind]) -> int:
        return int(self._server.value("waiting", sorted(kinds)))

    def undrawn(self) -> int:
        return len(self._server.rows("to_draw"))

    def counts(self) -> QueueCounts:
        return QueueCounts(**self._server.value("counts"))

    def figures(self) -> QueueFigures:
        return QueueFigures(**self._server.value("figures"))

    def daily_counts(self, person_id: str, kinds: frozenset[TaskKind], since: datetime) -> DailyCounts:
        return DailyCounts(**self._server.value("daily_counts", person_id, sorted(kinds), to_micros(since)))

    def without_taker(self, people: Mapping[TaskKind, Collection[str]]) -> list[UntakenCount]:
        takers = json.dumps({kind: sorted(ids) for kind, ids in people.items()})
        rows = self._server.rows("without_taker", takers)
        return [UntakenCount(TaskKind(row["kind"]), row["locale"], row["n"], row["skill"]) for row in rows]

    def languages(self) -> dict[str, tuple[str, ...]]:
        rows = groupby(self._server.rows("languages"), key=lambda row: str(row["person_id"]))
        return {person_id: tuple(row["tag"] for row in its) for person_id, its in rows}

    def skills(self) -> dict[str, tuple[str, ...]]:
        rows = groupby(self._server.rows("skills"), key=lambda row: row["person_id"])
        return {person_id: tuple(row["skill"] for row in its) for person_id, its in rows}

    def work_by_person(self) -> list[WorkCounts]:
        return [WorkCounts(**row) for row in self._server.rows("work_by_person")]

    def leases(self) -> list[Lease]:
        rows = self._server.rows("leases")
        return [from_json(Lease, json.dumps(row["leases"])) for row in rows]

    def lease_of_task(self, task_id: str) -> Lease | None:
        return self._lease_or_none("lease_of_task", task_id)

    def held(self) -> list[HeldClip]:
        rows = self._server.rows("held")
        return [HeldClip(row["clip_id"], tuple(row["task_ids"]), row["refused"]) for row in rows]

    def late_drafts(self) -> list[LateDraft]:
        return [from_columns(LateDraft, row) for row in self._server.rows("late_drafts")]

    def late_drafts_of(self, person_id: str) -> list[LateDraft]:
        return [from_columns(LateDraft, row) for row in self._server.rows("late_drafts_of", person_id)]

    def listed(self) -> Iterator[QueuedClip]:
        for row in self._server.rows("listed"):
            yield QueuedClip(**{**row, "state": ClipState(row["state"])})

    def listed_clip(self, clip_id: str) -> QueuedClip:
        rows = self._server.rows("listed", clip_id)
        if not rows:
            raise Refused("NO_CLIP", clip=clip_id)
        return QueuedClip(**{**rows[0], "state": ClipState(rows[0]["state"])})

    def done_passes(self) -> Iterator[DonePass]:
        for row in self._server.rows("done_passes"):
            yield DonePass(row["clip_id"], row["author"], row["made_at"])

    def final_count(self) -> int:
        return int(self._server.value("final_count"))

    def final_texts(self, limit: int, *, after: str = "") -> list[SealedAnnotation]:
        return self._works("final_texts", limit, after)

    def holds(self) -> dict[str, HoldReason]:
        return {row["clip_id"]: HoldReason(row["hold"]) for row in self._server.rows("holds")}

    def tasks_of(self, clip_id: str) -> list[tuple[str, TaskState]]:
        return [(row["id"], TaskState(row["state"])) for row in self._server.rows("tasks_of", clip_id)]

    def kind_of(self, task_id: str) -> TaskKind:
        return TaskKind(self._server.value("kind_of", task_id))

    def is_distressing(self, clip_id: str) -> bool:
        return bool(self._server.value("is_distressing", clip_id))

    # Managing tasks

    def block(self, person_id: str) -> None:
        self._server.value("block", person_id)

    def set_languages(self, person_id: str, languages: Iterable[str], *, key: str) -> tuple[str, ...]:
        tags = language_tags(languages)
        self._server.value(
            "set_languages", person_id, json.dumps([[tag, *subtags(tag)] for tag in tags]), key
        )
        return tags

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
        skill = optional_skill(skill)
        require_priority(priority)
        state = ClipState.QUARANTINED if quarantined else ClipState.READY
        until = None if open_until is None else to_micros(open_until)
        place = _place(locale or UNDETERMINED)
        made = (clip_id, passes, priority, sort_key, state, until, place, skill, pass_spread)
        self._server.value("add_clip", *made)

    def set_skills(self, person_id: str, skills: Iterable[str], *, key: str) -> tuple[str, ...]:
        names = skill_names(skills)
        self._server.value("set_skills", person_id, list(names), key)
        return names

    def set_clip_skill(self, clip_ids: Collection[str], skill: str) -> None:
        self._server.value("set_clip_skill", list(clip_ids), optional_skill(skill))

    def set_priority(self, clip_ids: Collection[str], priority: int) -> None:
        require_priority(priority)
        self._server.value("set_priority", list(clip_ids), priority)

    def mark_distressing(self, clip_id: str) -> None:
        self._server.value("mark_distressing", clip_id)

    def passes_to_compare(self, limit: int, *, after: str = "") -> list[list[SealedAnnotation]]:
        works = self._works("passes_to_compare", limit, after)
        return [list(passes) for _, passes in groupby(works, key=lambda work: work.clip_id)]

    def set_passes_agree(self, clip_id: str) -> None:
        self._server.value("set_passes_agree", clip_id)

    def accepted_passes(self, clip_id: str) -> list[SealedAnnotation]:
        return self._works("accepted_passes", clip_id)

    def has_adjudication(self, clip_id: str) -> bool:
        return bool(self._server.value("has_adjudication", clip_id))

    def add_adjudication(self, clip_id: str) -> str:
        return str(self._server.value("add_adjudication", clip_id))

    def draw(
        self, decide: Callable[[str], bool], sign: Callable[[DrawnWork], str | None] = not_signed
    ) -> DrawResult:
        result = DrawResult([], [])
        for row in self._server.rows("to_draw"):
            drawn = from_columns(DrawnWork, row)
            signed = None if decide(drawn.draw_id) else sign(drawn)
            is_selected = signed is None
            if self._server.value("draw_one", drawn.task_id, drawn.annotation_id, is_selected, signed or ""):
                (result.selected if is_selected else result.passed).append(drawn.annotation_id)
        return result

    def assign(self, task_id: str, person_id: str) -> None:
        self._server.value("assign", task_id, person_id)

    def hold(self, clip_id: str, reason: HoldReason) -> None:
        self._server.value("hold", clip_id, reason)

    def end_hold(self, clip_id: str) -> None:
        self._server.value("end_hold", clip_id)

    def lead_release(self, task_id: str) -> None:
        self._server.value("lead_release", task_id)

    # Results

    def accepted(self) -> list[SealedAnnotation]:
        return self._works("accepted")

    def exportable(self) -> list[str]:
        return [row["clip_id"] for row in self._server.rows("exportable")]

    def exportable_work(self, clip_ids: Sequence[str]) -> list[SealedAnnotation]:
        return self._works("exportable_work", list(clip_ids))

    def finals(self, clip_ids: Collection[str]) -> dict[str, str]:
        rows = self._server.rows("finals", list(clip_ids))
        return {row["clip_id"]: row["annotation_id"] for row in rows}

    def accepted_among(self, annotation_ids: Collection[str]) -> dict[str, str]:
        rows = self._server.rows("accepted_among", list(annotation_ids))
        return {row["id"]: row["clip_id"] for row in rows}

    def final(self, clip_id: str) -> FinalAnnotation | None:
        rows = self._server.rows("final", clip_id)
        return FinalAnnotation(**rows[0]) if rows else None

    def set_final(self, final: FinalAnnotation) -> None:
        self._server.value("set_final", final.clip_id, final.annotation_id, final.verdict_id)

    def keep_open_until(self, clip_id: str, until: datetime) -> None:
        self._server.value("keep_open_until", clip_id, to_micros(until))

    def withdraw_clip(self, clip_id: str, reason: str) -> None:
        self._server.value("withdraw_clip", clip_id, reason)

    def end_quarantine(self, clip_id: str, *, task_id: str = "", person_id: str = "") -> None:
        self._server.value("end_quarantine", clip_id, task_id, person_id)

    def open_passes(self, clip_id: str) -> list[str]:
        return [row["open_passes"] for row in self._server.rows("open_passes", clip_id)]

    def quarantined(self, limit: int, *, after: str = "") -> list[str]:
        return [row["quarantined"] for row in self._server.rows("quarantined", limit, after)]

    def clip_states(self, clip_ids: Collection[str]) -> dict[str, ClipState]:
        rows = self._server.rows("clip_states", list(clip_ids))
        return {row["clip_id"]: ClipState(row["state"]) for row in rows}

    def mark_exported(self, clip_ids: Iterable[str]) -> None:
        self._server.value("mark_exported", list(clip_ids))

    # Redactions

    def mark_personal_data(self, lease: Lease, mark_id: str, sealed: bytes) -> None:
        self._server.value("mark_personal_data", to_json(lease), mark_id, sealed)

    def open_marks(self) -> list[PersonalDataMark]:
        return [from_columns(PersonalDataMark, row) for row in self._server.rows("open_marks")]

    def clips_in_redaction(self) -> list[str]:
        return [row["clips_in_redaction"] for row in self._server.rows("clips_in_redaction")]

    def begin_redaction(self, clip_id: str) -> bool:
        return bool(self._server.value("begin_redaction", clip_id))

    def end_redaction(self, clip_id: str, mark_ids: Collection[str]) -> None:
        self._server.value("end_redaction", clip_id, list(mark_ids))

    def sealed_texts(self, clip_id: str) -> list[SealedText]:
        return [from_columns(SealedText, row) for row in self._server.rows("sealed_texts", clip_id)]

    def replace_seals(self, clip_id: str, seals: Sequence[tuple[SealedText, SealedText]]) -> None:
        before = [sha256(old.sealed).digest() for old, _ in seals]
        after = [new for _, new in seals]
        self._server.value(
            "replace_seals",
            clip_id,
            [each.kind.value for each in after],
            [each.id for each in after],
            before,
            [each.digest for each in after],
            [each.sealed for each in after],
        )

    def _claimed(self, function: str, person_id: str, kinds: frozenset[TaskKind], key: str) -> Lease | None:
        """Claims; if the server does not know the agreement that was signed here, shows it that and claims
        again."""
        try:
            return self._lease_or_none(function, person_id, sorted(kinds), key)
        except NdaRequired:
            signed = self._agreement_of(person_id)
            if signed is None:
                raise
            self._server.value("sign_agreement", signed.sha256, signed.evidence, signed.signed_at)
            return self._lease_or_none(function, person_id, sorted(kinds), key)

    def _lease_or_none(self, function: str, *values: object) -> Lease | None:
        answer = self._server.value(function, *values)
        return None if answer is None else from_json(Lease, json.dumps(answer))

    def _lease(self, function: str, *values: object) -> Lease:
        lease = self._lease_or_none(function, *values)
        if lease is None:
            raise ValueError(function)
        return lease

    def _receipt(self, function: str, *values: object) -> Receipt:
        receipt: Receipt | None = from_json(Receipt, json.dumps(self._server.value(function, *values)))
        if receipt is None:
            raise ValueError(function)
        return receipt

    def _works(self, function: str, *values: object) -> list[SealedAnnotation]:
        return [from_columns(SealedAnnotation, row) for row in self._server.rows(function, *values)]


def _facts(work: SealedAnnotation, signed: str = "") -> str:
    """What the server reads of work; digest and seal go beside it as bytes."""
    facts = {name: getattr(work, name) for name in ("id", "task_id", "clip_id", "author", "parent")}
    versions = {"schema_version": work.schema_version, "conventions_version": work.conventions_version}
    return json.dumps(facts | versions | ({"signed": signed} if signed else {}))


def _place(locale: str) -> str:
    """A locale with its language, script and region; no language when the clip is for everybody."""
    language, script, region = subtags(locale)
    is_for_all = language in NO_LANGUAGE
    return json.dumps([locale, "" if is_for_all else language, script, region])
