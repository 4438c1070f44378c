"""A QA reviewer's work: select, transcribe blind, compare, accept or return."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewer.access.rights import Act
from reviewer.errors import Refused
from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.task import Lease, TaskKind, VerdictKind
from reviewer.qa.differences import ComparedRow, Side, compare_segments
from reviewer.qa.sampling import is_drawn
from reviewer.qa.scorecard import Scorecard, Scorecards
from reviewer.queue.api import DrawResult
from reviewer.session.clip_access import ClipAccess
from reviewer.session.redactions import Redactions
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.work_session import WorkSession
from reviewer.stats.wer import DiffWord, WordErrors, diff_words, word_errors
from reviewer.transcript.aligned_texts import AlignedTexts
from reviewer.transcript.normalisation import normalise

KINDS = frozenset({TaskKind.REVIEW, TaskKind.ADJUDICATE})


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both versions side by side, shown only after the reviewer's own was submitted.

    ``words`` aligns the verbatim texts; ``errors`` is scored on the training profile of the clip's
    locale, so punctuation and capitals do not count. ``rows`` has both by segments, at ``rate_hz`` frames a
    second. ``their_form`` is the label form of theirs, if it is another than the present one. ``aligned``
    says when the words of a version are said, where that was handed in with it.
    """

    lease: Lease
    theirs: Annotation
    mine: Annotation
    words: tuple[DiffWord, ...]
    errors: WordErrors
    rows: tuple[ComparedRow, ...]
    rate_hz: int
    their_form: Schema | None = None
    aligned: Mapping[Side, AlignedTexts] = field(default_factory=dict)


class QaSession:
    """What only QA can do, for one signed-in person; ``work`` serves the rest."""

    def __init__(
        self, *, work: WorkSession, unit: UnitOfWork, access: ClipAccess, scorecards: Scorecards, rate: float
    ) -> None:
        self.work = work
        self._unit = unit
        self._access = access
        self._scorecards = scorecards
        self._redactions = Redactions(unit, access)
        self._rate = rate

    def draw(self) -> DrawResult:
        """Decides for each new submission whether it is reviewed; the rest is accepted without review.

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
            result = queue.draw(lambda annotation_id: is_drawn(secret, annotation_id, self._rate))
            if result.selected or result.passed:
                detail: dict[str, DetailValue] = {
                    "selected": len(result.selected),
                    "passed": len(result.passed),
                    "passed_annotations": result.passed,
                    "rate_per_mille": round(self._rate * 1000),
                }
                self._unit.log.record(Event.by(identity, Action.REVIEW_DRAWN, detail=detail))
        return result

    def waiting(self) -> int:
        """How many submissions wait for a review."""
        self._access.allow(self.work.identity, Act.DRAW)
        return self._unit.queue.waiting(frozenset({TaskKind.REVIEW}))

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
        theirs, mine = self._access.texts(identity, [reviewed, own], "compare")
        if theirs is None or mine is None:
            raise Refused("CONSENT_ENDED")
        conventions = self.work.conventions_for(clip.locale)
        return Comparison(
            lease,
            theirs,
            mine,
            diff_words(theirs.text_verbatim, mine.text_verbatim),
            word_errors(
                normalise(theirs.text_verbatim, conventions), normalise(mine.text_verbatim, conventions)
            ),
            compare_segments(theirs.segments, mine.segments, clip.rate_hz),
            clip.rate_hz,
            self.work.forms.get(reviewed.schema_version),
            self._aligned(lease, {Side.THEIRS: (reviewed.id, theirs), Side.MINE: (own.id, mine)}),
        )

    def _aligned(
        self, lease: Lease, versions: Mapping[Side, tuple[str, Annotation]]
    ) -> dict[Side, AlignedTexts]:
        found = {side: self.work.alignment_of(lease, *version) for side, version in versions.items()}
        return {side: AlignedTexts.of(each.texts) for side, each in found.items() if each is not None}

    def decide(self, lease: Lease, kind: VerdictKind, comment: str = "") -> None:
        """Accepts the work or returns it to its author with a comment. Raises Refused, Unheard."""
        self.work.decide(lease, kind, comment)
