"""A QA reviewer's work: select, transcribe blind, compare, accept or return."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from reviewer.access.rights import Act
from reviewer.access.signed_verdict import sign_passed
from reviewer.errors import Damaged, NdaRequired, NotLeased, Refused
from reviewer.labels.earlier import carried
from reviewer.model.annotation import Annotation
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.task import DrawnWork, Lease, SealedAnnotation, TaskKind, VerdictKind
from reviewer.qa.sampling import is_drawn
from reviewer.qa.scorecard import Scorecard, Scorecards
from reviewer.queue.api import DrawResult, not_signed
from reviewer.session.clip_access import ClipAccess
from reviewer.session.clip_conditions import may_open
from reviewer.session.comparison import Comparison
from reviewer.session.differences import Side
from reviewer.session.pass_comparison import PassComparison
from reviewer.session.redactions import Redactions
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.work_session import WorkSession
from reviewer.transcript.aligned_texts import AlignedTexts

KINDS = frozenset({TaskKind.REVIEW, TaskKind.ADJUDICATE})


@dataclass(frozen=True, slots=True)
class PassVersion:
    """An accepted pass as an adjudicator sees it: without its author, with answers under the present form."""

    annotation_id: str
    annotation: Annotation
    aligned: AlignedTexts
    rate_hz: int


class QaSession:
    """What only QA can do, for one signed-in person; ``work`` serves the rest."""

    def __init__(
        self,
        *,
        work: WorkSession,
        unit: UnitOfWork,
        access: ClipAccess,
        scorecards: Scorecards,
        comparison: PassComparison,
        rate: float,
    ) -> None:
        self.work = work
        self._unit = unit
        self._access = access
        self._scorecards = scorecards
        self._redactions = Redactions(unit, access)
        self._comparison = comparison
        self._rate = rate

    def draw(self) -> DrawResult:
        """Decides for each new submission whether it is reviewed; the rest is accepted without review.

        Clips whose accepted passes differ then go to adjudication, if this person may unseal anything now.

        Raises: Refused when this account has no QA secret (it never had the role).
        """
        identity = self.work.identity
        self._access.allow(identity, Act.DRAW)
        secret = identity.keyring.qa_secret
        if secret is None:
            raise Refused("NO_QA_SECRET")
        self._redactions.apply_all(identity)
        queue = self._unit.queue
        with self._unit.transaction_with_queue():
            result = queue.draw(
                lambda annotation_id: is_drawn(secret, annotation_id, self._rate), self._sign_passed()
            )
            if result.selected or result.passed:
                detail: dict[str, DetailValue] = {
                    "selected": len(result.selected),
                    "passed": len(result.passed),
                    "passed_annotations": result.passed,
                    "rate_per_mille": round(self._rate * 1000),
                }
                self._unit.log.record(Event.by(identity, Action.REVIEW_DRAWN, detail=detail))
        with suppress(NdaRequired, Damaged):  # a damaged text must not keep reviews from anybody
            self.adjudicate()
        return result

    def _sign_passed(self) -> Callable[[DrawnWork], str | None]:
        """A queue elsewhere keeps what is signed of a draw; in the workspace's own file its log says it."""
        unit = self._unit
        if unit.queue.answers_at_once:
            return not_signed
        return sign_passed(self.work.identity, unit.workspace_id, self._rate, unit.clock.now)

    def adjudicate(self) -> list[str]:
        """Compares accepted passes, and opens a task for each clip whose passes differ; returns the clips.

        Raises: NdaRequired when there is something to compare; Damaged when an annotation does not verify.
        """
        self._access.allow(self.work.identity, Act.DRAW)
        return self._comparison.compare_all(self.work.identity)

    def waiting(self) -> int:
        """How many submissions wait for a review."""
        self._access.allow(self.work.identity, Act.DRAW)
        return self._unit.queue.waiting(frozenset({TaskKind.REVIEW}))

    def pass_versions(self, lease: Lease) -> tuple[PassVersion, ...]:
        """The versions between which an adjudication decides; a row for each before it is unsealed.

        Their order is random, and the same at each opening: it says nothing about who made them, or when.
        Empty where only one pass was accepted: then its text is held back, and nobody shall see it.
        Raises: LeaseLost, NotLeased; Refused when the clip may not be opened any more.
        """
        identity = self.work.identity
        if lease.kind is not TaskKind.ADJUDICATE:
            raise NotLeased
        self.work.deliver()
        clip = self._access.permit(identity, lease).clip
        passes = sorted(self._unit.queue.accepted_passes(lease.clip_id), key=lambda one: _place(lease, one))
        if len(passes) < 2:
            return ()
        texts = self._access.texts.read(identity, passes, "adjudicate")
        versions = []
        for work, text in zip(passes, texts, strict=True):
            if text is None and may_open(self._unit, lease.clip_id):
                continue  # somebody changed it on the server: what can be read is there, and the sound
            if text is None:
                raise Refused("CONSENT_ENDED")
            aligned = self.work.alignment_of(lease, work.id, text)
            carried_over = carried(text, self.work.schema, work.schema_version)
            words = AlignedTexts() if aligned is None else AlignedTexts.of(aligned.texts)
            versions.append(PassVersion(work.id, carried_over, words, clip.rate_hz))
        return tuple(versions)

    def compare_versions(self, lease: Lease, one: PassVersion, other: PassVersion) -> Comparison:
        """Two of these versions side by side; nothing is unsealed for it."""
        locale = self._unit.clips.get(lease.clip_id).locale
        conventions = self.work.conventions_for(locale)
        return Comparison.of(
            one.annotation,
            other.annotation,
            conventions,
            one.rate_hz,
            aligned={Side.THEIRS: one.aligned, Side.MINE: other.aligned},
        )

    def scorecards(self) -> list[Scorecard]:
        """Each contractor's share of accepted work, with its interval."""
        return self._scorecards.all(self.work.identity)

    def compare(self, lease: Lease) -> Comparison:
        """Both versions of a review; a log row names them before they are unsealed.

        Raises: Refused (code BLIND_FIRST) before the reviewer's version was submitted; LeaseLost, NotLeased;
            Refused when the clip may not be opened any more.
        """
        identity = self.work.identity
        if lease.blind_annotation is None or lease.reviewed_annotation is None:
            self._access.allow(identity, Act.REVIEW)
            raise Refused("BLIND_FIRST")
        self.work.deliver()
        clip = self._access.permit(identity, lease).clip
        queue = self._unit.queue
        reviewed, own = queue.annotation(lease.reviewed_annotation), queue.annotation(lease.blind_annotation)
        if (own.task_id, own.author) != (lease.task_id, identity.person.id):
            raise Refused("BLIND_FIRST")
        if reviewed.clip_id != lease.clip_id or reviewed.author == identity.person.id:
            raise Refused("BLIND_FIRST")
        theirs, mine = self._access.texts.read(identity, [reviewed, own], "compare")
        if (theirs is None or mine is None) and may_open(self._unit, lease.clip_id):
            raise Damaged("ANNOTATION_EXCHANGED", annotation=(reviewed if theirs is None else own).id)
        if theirs is None or mine is None:
            raise Refused("CONSENT_ENDED")
        self.work.requests.judged[reviewed.id] = reviewed.digest
        conventions = self.work.conventions_for(clip.locale)
        return Comparison.of(
            theirs,
            mine,
            conventions,
            clip.rate_hz,
            their_form=self.work.forms.get(reviewed.schema_version),
            aligned=self._aligned(lease, {Side.THEIRS: (reviewed.id, theirs), Side.MINE: (own.id, mine)}),
        )

    def _aligned(
        self, lease: Lease, versions: Mapping[Side, tuple[str, Annotation]]
    ) -> dict[Side, AlignedTexts]:
        found = {side: self.work.alignment_of(lease, *version) for side, version in versions.items()}
        return {side: AlignedTexts.of(each.texts) for side, each in found.items() if each is not None}

    def decide(self, lease: Lease, kind: VerdictKind, comment: str = "") -> None:
        """Accepts the work or returns it to its author with a comment. Raises Refused, Unheard."""
        self.work.decide(lease, kind, comment)


def _place(lease: Lease, work: SealedAnnotation) -> bytes:
    return sha256(f"{lease.task_id} {work.id}".encode()).digest()
