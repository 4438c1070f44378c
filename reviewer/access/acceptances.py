"""Which work counts as accepted, whatever a queue elsewhere says: by signed verdicts, or by the log."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reviewer.access.audit_log import AuditLog
from reviewer.access.draw_rates import DrawRates
from reviewer.access.signed_verdict import SignedVerdict, is_selected, is_signed_with, read_verdict
from reviewer.access.work_verification import LoggedWork
from reviewer.model.event import CLIP_IDS, Action, DetailValue, Event
from reviewer.model.held_back import HeldState
from reviewer.model.people import Role
from reviewer.model.task import SealedAnnotation, TaskKind, Verdict, VerdictKind

BY_LEAD, REVOKED = "by_lead", "revoked"
"""Why a row keeps acceptances: a lead answers for them, or somebody who signed them was revoked."""
NOT_SIGNED, OTHER_RATE = "verdict_not_signed", "draw_rate"
"""Why work does not count: nobody signed that it was accepted who may, or a draw with a rate that was not the
signed policy's at that time passed it."""
_WITH_KEYS = (Action.WORKSPACE_MADE, Action.PERSON_ENROLLED, Action.PERSON_KEY, Action.PERSON_JOINED)
_ABOUT_PEOPLE = (*_WITH_KEYS, Action.PERSON_ADDED, Action.PERSON_REVOKED)
_RESEALED = (Action.REDACTION_APPLIED, Action.CLIP_REKEYED)
_HOME, _AWAY = "server > file", "file > server"
_SIGNS_POLICY = (Action.WORKSPACE_MADE, Action.POLICY_CHANGED)
_GIVEN_OUT = (Action.ADJUDICATION_OPENED, Action.HELD_RELEASED)
_ACTIONS = (
    *_ABOUT_PEOPLE,
    *_RESEALED,
    *_GIVEN_OUT,
    Action.POLICY_CHANGED,
    Action.WORKSPACE_MOVED,
    Action.REVIEW_DRAWN,
    Action.ACCEPTANCE_KEPT,
)
_JUDGES = {
    TaskKind.REVIEW: {Role.QA},
    TaskKind.ADJUDICATE: {Role.QA},
    TaskKind.TRANSCRIBE: {Role.QA, Role.LEAD},
}


@dataclass(slots=True)
class _Judge:
    """Somebody who may have signed verdicts, as the log says."""

    role: str = ""
    keys: set[bytes] = field(default_factory=set)
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class _Kept:
    """That some text of an annotation was accepted when the row ``seq`` was written."""

    digest: str
    task_kind: str
    reason: str
    seq: int


class Acceptances:
    """Signed verdicts and the log, which is read as it grows; ``secret`` is that of the draw.

    A verdict counts with a key with which its person enrolled, in the role that gives such verdicts. Of
    people who were revoked only those count that a row lists: they could sign others since, with an earlier
    time. Of a queue that came home from a server, what was accepted since counts by its row alone.
    """

    def __init__(self, log: AuditLog, workspace_id: str, secret: bytes | None) -> None:
        self._log = log
        self._workspace_id = workspace_id
        self._secret = secret
        self._read = 0
        self._people: dict[str, _Judge] = {}
        self._kept: dict[str, list[_Kept]] = {}
        self._passed: dict[str, int] = {}
        self._resealed: dict[str, list[tuple[str, str]]] = {}
        self._adjudicated: dict[str, int] = {}
        self._rates = DrawRates()
        self._home = 0

    def not_accepted(self, works: Iterable[SealedAnnotation], verdicts: Iterable[Verdict]) -> dict[str, str]:
        """Those of ``works`` that neither a signed verdict nor a row of the log accepts: id, and why.

        Args:
            works: the annotations as the queue has them.
            verdicts: every verdict that the queue has on work on their clips.
        """
        self._catch_up()
        said: dict[str, list[SignedVerdict]] = {}
        other_rate = set()
        for verdict in verdicts:
            signed = read_verdict(verdict.signed)
            if signed is None:
                continue
            if self._is_by_policy(signed, verdict.at):
                said.setdefault(signed.clip_id, []).append(signed)
            elif self._is_by_a_judge(signed):
                other_rate.add(signed.annotation_id)
        return {
            one.id: OTHER_RATE if one.id in other_rate else NOT_SIGNED
            for one in works
            if not self._accepts(one, said.get(one.clip_id, ()))
        }

    def is_by_a_judge(self, verdict: Verdict) -> bool:
        """Whether somebody signed this verdict who may give such, or might before they were revoked.

        That it counts is another question.
        """
        self._catch_up()
        said = read_verdict(verdict.signed)
        if said is None or (judge := self._people.get(said.person_id)) is None:
            return False
        is_of_it = (said.clip_id, said.annotation_id, said.kind) == (
            verdict.clip_id, verdict.annotation_id, verdict.kind,
        ) and verdict.person_id in ("", said.person_id)  # fmt: skip
        return is_of_it and self._is_signed_by(said, judge)

    def to_keep(self, person_id: str, verdicts: Iterable[Verdict]) -> list[SignedVerdict]:
        """Those verdicts of one person that count now and accept something."""
        self._catch_up()
        said = ((read_verdict(each.signed), each.at) for each in verdicts)
        return [
            each
            for each, at in said
            if each is not None
            and self._is_by_policy(each, at)
            and each.person_id == person_id
            and each.kind is not VerdictKind.RETURNED
            and self._is_by_a_judge(each)
        ]

    def _accepts(self, work: SealedAnnotation, said: Iterable[SignedVerdict]) -> bool:
        """After a lead had a clip adjudicated, nothing that was accepted before counts any more."""
        digests, since = self._digests(work), self._adjudicated.get(work.clip_id, 0)
        wanted = {TaskKind.ADJUDICATE} if since else set(TaskKind)
        if any(
            kept.digest in digests
            and (kept.task_kind in wanted or (kept.reason == BY_LEAD and kept.seq > since))
            for kept in self._kept.get(work.id, ())
        ):
            return True
        if any(
            each.task_kind in wanted and _is_about(each, work, digests) and self._is_by_a_judge(each)
            for each in said
        ):
            return True
        return self._is_logged(work, is_adjudicated=bool(since))

    def _is_by_a_judge(self, said: SignedVerdict) -> bool:
        judge = self._people.get(said.person_id)
        if judge is None or judge.is_revoked or not self._is_signed_by(said, judge):
            return False
        return said.kind is not VerdictKind.PASSED or self._is_undrawn(said)

    def _is_signed_by(self, said: SignedVerdict, judge: _Judge) -> bool:
        if judge.role not in _JUDGES[said.task_kind]:
            return False
        if (said.kind is VerdictKind.PASSED) != (said.task_kind is TaskKind.TRANSCRIBE):
            return False
        return any(is_signed_with(said, key, self._workspace_id) for key in judge.keys)

    def _is_by_policy(self, said: SignedVerdict, kept_at: datetime) -> bool:
        """Whether a draw had the rate of the signed policy: when whoever drew says, and when the queue got
        it. The queue does not choose the one time, nor they the other; and who acts for both does not choose
        when the clip came into this workspace, before which nothing of it was drawn."""
        if said.kind is not VerdictKind.PASSED:
            return True
        rate = _rate_of(said)
        if rate is None or not all(self._rates.has(rate, at) for at in (said.at, kept_at)):
            return False
        if self._rates.is_unchanged_since(rate, min(said.at, kept_at)):
            return True
        came = self._log.first_about(said.clip_id)
        return came is None or all(self._rates.has(rate, max(at, came.at())) for at in (said.at, kept_at))

    def _is_undrawn(self, said: SignedVerdict) -> bool:
        """Computes the draw again, with the rate that was signed."""
        rate = _rate_of(said)
        if rate is None:
            return False
        return self._secret is None or not is_selected(self._secret, said.draw_id, said.annotation_id, rate)

    def _is_logged(self, work: SealedAnnotation, *, is_adjudicated: bool) -> bool:
        """Whether people who work in this folder accepted it, by rows that have its text as well.

        Of a queue that came home, rows since then need no text: nobody else writes the file.
        """
        if self._home and not is_adjudicated and self._is_accepted_at_home(work):
            return True
        logged = self._logged(work.clip_id)
        if not logged.vouches_for(work):
            return False
        if is_adjudicated or work.id in logged.adjudications:
            return work.id in logged.adjudications
        if work.id in self._passed:
            return True
        return _is_accepted(logged, work) or any(
            name not in logged.refused
            and said.kind == VerdictKind.ACCEPTED_WITH_FIXES
            and work.id in logged.reviews
            and logged.newest(said.task) == work.id
            for name, said in logged.decisions.items()
        )

    def _is_accepted_at_home(self, work: SealedAnnotation) -> bool:
        """Whether a draw or a review accepted it since the queue came home."""
        is_passed = self._passed.get(work.id, 0) > self._home
        return is_passed or _is_accepted(self._logged(work.clip_id, after=self._home), work)

    def _logged(self, clip_id: str, *, after: int = 0) -> LoggedWork:
        """What the log's rows after this one say of a clip."""
        logged = LoggedWork()
        for row in self._log.about(clip_id):
            if row.seq > after:
                logged.add(row.seq, row.fields())
        return logged

    def _digests(self, work: SealedAnnotation) -> set[str]:
        """Of the text now, and of what redactions and new keys made it from."""
        found = {work.digest.hex()}
        for before, after in reversed(self._resealed.get(work.id, ())):
            if after in found:
                found.add(before)
        return found

    def _catch_up(self) -> None:
        rows = [row for action in _ACTIONS for row in self._log.of_action(action, self._read)]
        for row in sorted(rows, key=lambda row: row.seq):
            self._read = row.seq
            self._add(row.seq, row.event(), row.at())

    def _add(self, seq: int, event: Event, at: datetime) -> None:
        detail = event.detail
        self._add_rules(seq, event, at)
        if event.action is Action.REVIEW_DRAWN:
            self._add_draw(seq, detail, at)
        elif event.action in _RESEALED:
            lists = (_texts(detail, name) for name in ("annotations", "before", "digests"))
            for annotation, before, after in zip(*lists, strict=False):
                self._resealed.setdefault(annotation, []).append((before, after))
        elif event.action in _GIVEN_OUT:
            is_released = event.action is Action.HELD_RELEASED
            if not is_released or ("to" in detail and detail.get("from") != HeldState.QUARANTINED):
                self._adjudicated[event.object] = seq
        elif event.action is Action.ACCEPTANCE_KEPT:
            lists = (_texts(detail, name) for name in ("annotations", "digests", "task_kinds"))
            for annotation, digest, kind in zip(*lists, strict=False):
                self._kept.setdefault(annotation, []).append(_Kept(digest, kind, event.reason, seq))
        elif event.action in _ABOUT_PEOPLE:
            self._add_person(event)

    def _add_rules(self, seq: int, event: Event, at: datetime) -> None:
        if event.action in _SIGNS_POLICY:
            self._rates.add(at, event.detail)
        elif event.action is Action.WORKSPACE_MOVED and event.detail.get("queue") in (_HOME, _AWAY):
            self._home = seq if event.detail["queue"] == _HOME else 0

    def _add_draw(self, seq: int, detail: Mapping[str, DetailValue], at: datetime) -> None:
        per_mille = detail.get("rate_per_mille")
        if isinstance(per_mille, int) and self._rates.has_per_mille(per_mille, at):
            self._passed |= dict.fromkeys(_texts(detail, "passed_annotations"), seq)

    def _add_person(self, event: Event) -> None:
        is_first = event.action is Action.WORKSPACE_MADE
        judge = self._people.setdefault(event.actor if is_first else event.object, _Judge())
        if is_first or event.action is Action.PERSON_ADDED:
            judge.role = event.role if is_first else str(event.detail.get("role", ""))
        if event.action is Action.PERSON_REVOKED:
            judge.is_revoked = True
        elif event.action in _WITH_KEYS:
            judge.keys.add(bytes.fromhex(str(event.detail.get("public_key", ""))))


def came_home(log: AuditLog) -> bool:
    """Whether this queue was on a server once, where what was accepted had to be signed."""
    return any(row.event().detail.get("queue") == _HOME for row in log.of_action(Action.WORKSPACE_MOVED))


def kept_detail(kept: Collection[tuple[str, str, str, str]]) -> dict[str, DetailValue]:
    """The detail of a row that keeps acceptances: of each clip, annotation, digest (hex) and kind of task."""
    return {
        CLIP_IDS: list(dict.fromkeys(clip for clip, *_ in kept)),
        "annotations": [annotation for _, annotation, _, _ in kept],
        "digests": [digest for _, _, digest, _ in kept],
        "task_kinds": [kind for *_, kind in kept],
    }


def _is_accepted(logged: LoggedWork, work: SealedAnnotation) -> bool:
    """Whether a review accepted it as it is."""
    return any(
        name not in logged.refused and said.kind == VerdictKind.ACCEPTED and said.annotation == work.id
        for name, said in logged.decisions.items()
    )


def _is_about(said: SignedVerdict, work: SealedAnnotation, digests: Collection[str]) -> bool:
    """Whether a verdict accepts this text, if whoever it names gave it."""
    is_text = not said.digest or said.digest.hex() in digests
    if said.task_kind is TaskKind.ADJUDICATE:
        is_own = (said.annotation_id, said.task_id, said.person_id) == (work.id, work.task_id, work.author)
        return is_own and is_text and said.kind is VerdictKind.ACCEPTED
    if said.kind is VerdictKind.ACCEPTED_WITH_FIXES:
        own = (said.fixed_id, said.task_id, said.person_id)
        return own == (work.id, work.task_id, work.author)
    if said.annotation_id != work.id or not is_text or said.person_id == work.author:
        return False
    return said.kind in {VerdictKind.ACCEPTED, VerdictKind.PASSED}


def _rate_of(said: SignedVerdict) -> float | None:
    """A share from 0 to 1; None for anything else, also for no number at all."""
    try:
        rate = float(said.rate)
    except ValueError:
        return None
    return rate if 0 <= rate <= 1 else None


def _texts(detail: Mapping[str, DetailValue], name: str) -> list[str]:
    found = detail.get(name)
    return [str(each) for each in found] if isinstance(found, list) else []
