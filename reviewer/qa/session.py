"""A QA person's work: draw, listen, type blind, compare, accept or send back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reviewer.access.ledger import Ledger
from reviewer.access.rights import Act
from reviewer.audio.samples import Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.errors import LeaseLapsed, LeaseLost, NotLeased, Refused
from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation
from reviewer.model.clip import Clip, ContentKind
from reviewer.model.event import Action, DetailValue, Event, HeardRange
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.project import ListeningRules
from reviewer.model.task import Check, Verdict
from reviewer.qa.needs import Door, Drafts, Hearing
from reviewer.qa.sampling import is_drawn
from reviewer.queue.queue import DrawResult, Queue
from reviewer.stats.wer import DiffWord, diff_words
from reviewer.transcript.conventions import Conventions


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """A clip to be checked. ``blind`` is one's own version once it was handed in, ``draft`` until then;
    ``heard`` is what one heard of it for this check before it was opened now."""

    check: Check
    clip: Clip
    samples: Sound
    pyramid: PeakPyramid
    blind: Annotation | None
    draft: Annotation | None = None
    speech: tuple[Span, ...] = ()
    heard: tuple[HeardRange, ...] = ()
    position: int = 0
    """The frame at which it was left."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both versions side by side, shown only after one's own was handed in."""

    check: Check
    theirs: Annotation
    mine: Annotation
    words: tuple[DiffWord, ...]


class QaSession:
    """Everything a QA person can do, for one signed-in person."""

    def __init__(
        self,
        *,
        identity: Identity,
        door: Door,
        hearing: Hearing,
        queue: Queue,
        drafts: Drafts,
        vault: Vault,
        ledger: Ledger,
        database: Database,
        schema: Schema,
        conventions: Conventions,
        rate: float,
    ) -> None:
        self.identity = identity
        self.schema = schema
        self.conventions = conventions
        self._door = door
        self._hearing = hearing
        self._queue = queue
        self._drafts = drafts
        self._vault = vault
        self._ledger = ledger
        self._database = database
        self._rate = rate

    @property
    def listening_rules(self) -> ListeningRules:
        """What must be heard before a verdict."""
        return self._hearing.rules

    def draw(self) -> DrawResult:
        """Decides for each submission whether it is checked; the rest is accepted as it is.

        Raises: Refused when this account holds no QA secret (it never had the role).
        """
        self._door.allow(self.identity, Act.DRAW)
        secret = self.identity.keyring.qa_secret
        if secret is None:
            raise Refused("This account cannot draw checks.", "Ask your lead for a QA account.")
        with self._database.transaction():
            result = self._queue.draw(lambda submission_id: is_drawn(secret, submission_id, self._rate))
            if result.drawn or result.passed:
                self._note(
                    Action.QA_DRAWN,
                    "",
                    {
                        "drawn": len(result.drawn),
                        "passed": len(result.passed),
                        "rate_per_mille": round(self._rate * 1000),
                    },
                )
        return result

    def waiting(self) -> int:
        """How many drawn submissions wait for a check."""
        return self._queue.counts().tasks.get("qa_pending", 0)

    def claim(self) -> Check | None:
        """The check this person still holds, or the next one; never of a clip they transcribed."""
        self._door.require(self.identity, Act.CHECK)
        return self._queue.claim_check(self.identity.person.id)

    def open(self, check: Check) -> OpenCheck:
        """Unseals the clip; what the contractor handed in stays hidden."""
        opened = self._door.open_check(self.identity, check)
        is_typed = check.blind is not None
        return OpenCheck(
            check,
            opened.clip,
            opened.samples,
            opened.pyramid,
            blind=self._own_version(check) if is_typed else None,
            draft=None if is_typed else self._drafts.load_check(self.identity, check),
            speech=opened.speech,
            heard=opened.heard,
            position=self._drafts.place_check(self.identity, check),
        )

    def save_draft(self, check: Check, annotation: Annotation) -> datetime:
        """Commits what is typed so far; gives the moment of the commit. A lapsed check is still one's own.

        Raises: LeaseLost when the check went to a colleague (the text is then kept as a late draft);
        NotLeased; Refused once one's own version was handed in.
        """
        self._door.require(self.identity, Act.CHECK)
        if check.person_id != self.identity.person.id:
            raise NotLeased
        if check.blind is not None:
            raise Refused("Your own version was handed in already.", "Accept the work or return it.")
        with self._database.transaction():
            lost = self._lost(check)
            if lost is None:
                return self._drafts.save_check(self.identity, check, annotation)
            self._keep_late(check, annotation)
        raise lost

    def keep_place(self, check: Check, frame: int) -> None:
        """Commits where the clip was left, for when it is opened again to be typed.

        Nothing if it went to a colleague, or one's own version was handed in.
        """
        self._door.require(self.identity, Act.CHECK)
        if check.person_id != self.identity.person.id:
            raise NotLeased
        if check.blind is not None:
            return
        with self._database.transaction():
            if self._lost(check) is None:
                self._drafts.keep_place_check(self.identity, check, frame)

    def hand_in_blind(self, check: Check, annotation: Annotation) -> Comparison:
        """Keeps one's own version for good, then shows both.

        Raises: Refused for a second version; LeaseLost (the text is kept as a late draft).
        """
        self._door.require(self.identity, Act.CHECK)
        sealed = self._drafts.seal_check(self.identity, check, annotation, ContentKind.BLIND)
        kept: Check | LeaseLost
        with self._database.transaction():
            try:
                kept = self._queue.keep_blind(check, sealed)
                self._drafts.discard_check(check)
                self._note(Action.QA_BLIND, check.submission.id, {})
            except LeaseLost as error:
                kept = error
                self._keep_late(check, annotation)
        if isinstance(kept, LeaseLost):
            raise kept
        return self.compare(kept)

    def compare(self, check: Check) -> Comparison:
        """Both versions with a word diff. Raises Refused before one's own version was handed in."""
        self._door.require(self.identity, Act.CHECK)
        self._queue.require_check(check)
        if check.blind is None:
            raise Refused("Your own version comes first.", "Type what you hear, then hand it in.")
        mine = self._own_version(check)
        submission = check.submission
        plain = self._vault.unseal(
            self.identity.keyring,
            submission.clip_id,
            ContentKind.SUBMISSION,
            str(submission.task_id),
            submission.sealed,
        )
        theirs = Annotation.from_bytes(plain)
        return Comparison(check, theirs, mine, diff_words(theirs.text_verbatim, mine.text_verbatim))

    def accept(self, check: Check, comment: str = "") -> None:
        """Accepts the submission as it was handed in. Raises Unheard when too little of it was heard."""
        self._decide(check, Verdict.ACCEPTED, comment)

    def send_back(self, check: Check, comment: str) -> None:
        """Returns the work to its author with a comment that says why. Raises Refused, Unheard."""
        if not comment.strip():
            raise Refused("Work goes back only with a comment.", "Say what is to be changed.")
        self._decide(check, Verdict.RETURNED, comment)

    def heard(self, clip_id: str, ranges: Sequence[HeardRange]) -> None:
        """Writes down which frames reached the ear."""
        self._door.heard(self.identity, clip_id, ranges)

    def closed(self, check: Check) -> None:
        """Notes that the clip left the screen."""
        self._door.close(self.identity, check.submission.clip_id)

    def unwitnessed(self) -> int:
        """Rows of the access log that no checkpoint outside this machine covers yet."""
        return self._ledger.unwitnessed()

    def _decide(self, check: Check, verdict: Verdict, comment: str) -> None:
        self._door.require(self.identity, Act.CHECK)
        if check.blind is None:
            raise Refused("Your own version comes first.", "Type what you hear, then hand it in.")
        self._own_version(check)  # verifies: a check with anything else in it decides nothing
        sealed = None
        if comment.strip():
            sealed = self._vault.seal(
                self.identity.keyring,
                check.submission.clip_id,
                ContentKind.COMMENT,
                check.submission.id,
                comment.strip().encode(),
            )
        with self._database.transaction():
            self._queue.decide(check, verdict, sealed)
            if verdict is Verdict.ACCEPTED:
                self._hearing.require_speech(self.identity, check)
            else:
                self._hearing.require_reason(self.identity, check)
            self._drafts.discard_check(check)
            self._note(Action.QA_VERDICT, check.submission.id, {"verdict": verdict.value})
        self._door.close(self.identity, check.submission.clip_id)

    def _lost(self, check: Check) -> LeaseLost | None:
        try:
            self._queue.require_check(check)
        except LeaseLapsed:
            return None  # nobody has taken it: what is typed is still this person's draft
        except LeaseLost as error:
            return error
        return None

    def _keep_late(self, check: Check, annotation: Annotation) -> None:
        sealed = self._drafts.seal_check(self.identity, check, annotation, ContentKind.LATE_DRAFT)
        self._queue.keep_late_check(check, sealed)
        self._drafts.discard_check(check)
        self._note(Action.LATE_DRAFT, check.submission.id, {})

    def _own_version(self, check: Check) -> Annotation:
        assert check.blind is not None
        plain = self._vault.unseal(
            self.identity.keyring,
            check.submission.clip_id,
            ContentKind.BLIND,
            check.submission.id,
            check.blind,
        )
        return Annotation.from_bytes(plain)

    def _note(self, action: Action, target: str, detail: dict[str, DetailValue]) -> None:
        self._ledger.record(Event.by(self.identity, action, target, detail=detail))
