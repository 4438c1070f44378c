"""A contractor's work: claim, open, type, hand in, or give back with a reason."""

from collections.abc import Callable, Sequence
from datetime import datetime

from reviewer.access.ledger import Ledger
from reviewer.access.rights import Act
from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.desk.completeness import is_answered_by_flag, require_complete
from reviewer.desk.drafts import Drafts
from reviewer.desk.hearing import Hearing
from reviewer.desk.listen import Heard, Listening
from reviewer.desk.open_clip import OpenClip
from reviewer.desk.past_work import Done, PastWork, Returned
from reviewer.errors import LeaseLapsed, LeaseLost
from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.clock import Clock
from reviewer.model.event import Action, DetailValue, Event, HeardRange
from reviewer.model.people import Identity
from reviewer.model.project import ListeningRules
from reviewer.model.task import Lease, SkipReason, Today
from reviewer.queue.queue import Queue, Receipt
from reviewer.transcript.conventions import Conventions

__all__ = ["DeskSession", "Done", "OpenClip", "Returned"]


class DeskSession:
    """Everything a contractor can do, for one signed-in person."""

    def __init__(
        self,
        *,
        identity: Identity,
        listening: Listening,
        hearing: Hearing,
        queue: Queue,
        drafts: Drafts,
        vault: Vault,
        ledger: Ledger,
        database: Database,
        clock: Clock,
        schema: Schema,
        conventions: Conventions,
    ) -> None:
        self.identity = identity
        self.schema = schema
        self.conventions = conventions
        self._listening = listening
        self._hearing = hearing
        self._queue = queue
        self._drafts = drafts
        self._vault = vault
        self._past = PastWork(queue, vault)
        self._ledger = ledger
        self._database = database
        self._clock = clock

    @property
    def listening_rules(self) -> ListeningRules:
        """What must be heard before work is handed in."""
        return self._hearing.rules

    def claim(self) -> Lease | None:
        """The task this person still holds, or the next one; None when nothing waits.

        Raises: NdaRequired, NotAllowed, or Refused when signed out.
        """
        agreement = self._listening.require(self.identity, Act.TRANSCRIBE)
        with self._database.transaction():
            held = self._queue.resume(self.identity.person.id)
            if held is not None:
                return held
            lease = self._queue.claim(self.identity.person.id)
            if lease is not None:
                self._note(Action.TASK_CLAIMED, lease, {"nda": agreement})
        return lease

    def resume(self) -> Lease | None:
        """The task this person still holds, after a crash or a sign-out; None when there is none."""
        self._require()
        return self._queue.resume(self.identity.person.id)

    def claim_ahead(self) -> Lease | None:
        """The task that comes after the present one, leased for a few minutes to be prepared.

        None when nothing waits, or too little for all who work. Raises: as ``claim``.
        """
        agreement = self._listening.require(self.identity, Act.TRANSCRIBE)
        with self._database.transaction():
            lease = self._queue.claim_ahead(self.identity.person.id)
            if lease is not None:
                self._note(Action.TASK_CLAIMED, lease, {"nda": agreement, "ahead": True})
        return lease

    def prepare(self, lease: Lease) -> Heard:
        """Unseals the clip of a lease ahead, under the same conditions as ``open``; for no eye and no ear.

        ``open`` of the lease that follows checks all of them again, and is quick.
        """
        return self._listening.prepare_leased(self.identity, lease)

    def give_back_ahead(self) -> None:
        """Lets go what was prepared and puts its task back into the queue as it was.

        Also without a live agreement: nothing is opened by it.
        """
        self._listening.let_go(self.identity)
        self._listening.allow(self.identity, Act.TRANSCRIBE)
        with self._database.transaction():
            lease = self._queue.release_ahead(self.identity.person.id)
            if lease is not None:
                self._note(Action.TASK_RELEASED, lease, {"ahead": True})

    def open(self, lease: Lease) -> OpenClip:
        """Unseals the clip of a lease, after rights, agreement, lease and log row."""
        return self._shown(lease, self._listening.open_leased(self.identity, lease))

    def go_on(self, end: Callable[[], object]) -> OpenClip | None:
        """Ends the present work and opens the clip that was prepared after it, all in one commit.

        Args:
            end: hands the work in, or gives it back.

        Returns: None if it does not go like this, because nothing was prepared or a rule says no; then
            nothing was done, and whoever takes the steps one after the other is told what is wrong.
        """
        if not self._listening.has_prepared(self.identity):
            return None
        lease: Lease | None = None
        try:
            with self._database.transaction():
                end()
                lease = self.claim()
                return self._shown(*self._listening.open_prepared(self.identity, lease))
        except Exception:  # noqa: BLE001 - step by step, the same comes up where it can be sorted
            if lease is not None:
                self._listening.take_back(self.identity, lease.clip_id)
            return None

    def renew(self, lease: Lease) -> Lease:
        """Keeps the lease alive while its holder works. Raises LeaseLost."""
        self._require()
        return self._queue.renew(lease)

    def save_draft(self, lease: Lease, annotation: Annotation) -> datetime:
        """Commits what is typed; gives the moment of the commit.

        Raises: LeaseLost when the clip went to a colleague (the text is then kept as a late draft).
        """
        self._require()
        with self._database.transaction():
            lost = self._lost(lease)
            if lost is None:
                return self._drafts.save(self.identity, lease, annotation)
            self._keep_late(lease, annotation)
        raise lost

    def keep_place(self, lease: Lease, frame: int) -> None:
        """Commits where the clip was left, for when it is opened again; nothing if it went to a colleague.

        Raises: NotLeased once the work was handed in.
        """
        self._require()
        with self._database.transaction():
            if self._lost(lease) is None:
                self._drafts.keep_place(self.identity, lease, frame)

    def submit(self, lease: Lease, annotation: Annotation) -> Receipt:
        """Hands the work in, once, however often it is sent.

        Raises: Incomplete; Unheard; LeaseLost (the text is kept as a late draft); SubmissionConflict.
        """
        self._listening.require(self.identity, Act.TRANSCRIBE)
        require_complete(annotation, self.schema, self.conventions)
        sealed = self._drafts.seal(self.identity, lease, annotation, ContentKind.SUBMISSION)
        digest = self._vault.digest(self.identity.keyring, lease.clip_id, annotation.to_bytes())
        with self._database.transaction():
            try:
                receipt = self._queue.submit(lease, sealed, digest)
                self._require_heard(lease, annotation)
                self._note(Action.SUBMITTED, lease, {"submission": receipt.submission_id})
                self._drafts.discard(lease)
                return receipt
            except LeaseLost as error:
                lost = error
                self._keep_late(lease, annotation)
        raise lost

    def skip(self, lease: Lease, reason: SkipReason) -> None:
        """Gives the clip back for a reason from the closed list; it does not come to this person again.

        Raises: Unheard, unless it is for a clip that cannot be played; LeaseLost.
        """
        self._require()
        with self._database.transaction():
            self._queue.skip(lease, reason)
            if reason is not SkipReason.TECHNICAL:
                self._hearing.require_reason(self.identity, lease)
            self._drafts.discard(lease)
            self._note(Action.TASK_SKIPPED, lease, {}, reason=reason)

    def release(self, lease: Lease) -> None:
        """Puts the task back into the queue; the draft stays in case it comes to the same person again."""
        self._require()
        with self._database.transaction():
            self._queue.release(lease)
            self._note(Action.TASK_RELEASED, lease, {})

    def heard(self, clip_id: str, ranges: Sequence[HeardRange]) -> None:
        """Writes down which frames reached the ear."""
        self._listening.heard(self.identity, clip_id, ranges)

    def closed(self, lease: Lease) -> None:
        """Notes that the clip left the screen."""
        self._listening.close(self.identity, lease.clip_id)

    def today(self) -> Today:
        """What waits, and what this person did since midnight in their own time zone."""
        self._require()
        midnight = self._clock.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        return self._queue.today(self.identity.person.id, midnight)

    def history(self, limit: int = 20) -> list[Done]:
        """One's own last submissions, newest first."""
        self._listening.require(self.identity, Act.TRANSCRIBE)
        return self._past.history(self.identity, limit)

    def unwitnessed(self) -> int:
        """Rows of the access log that no checkpoint outside this machine covers yet."""
        return self._ledger.unwitnessed()

    def _shown(self, lease: Lease, heard: Heard) -> OpenClip:
        """What was opened, with all that this person had of it before."""
        return OpenClip(
            lease=lease,
            clip=heard.clip,
            samples=heard.samples,
            pyramid=heard.pyramid,
            asr_draft=self._vault.asr_draft(self.identity.keyring, lease.clip_id),
            draft=self._drafts.load(self.identity, lease),
            returned=self._past.returned(self.identity, lease),
            speech=heard.speech,
            heard=heard.heard,
            position=self._drafts.place(self.identity, lease),
        )

    def _require(self) -> None:
        self._listening.require(self.identity, Act.TRANSCRIBE)

    def _require_heard(self, lease: Lease, annotation: Annotation) -> None:
        if is_answered_by_flag(annotation):
            self._hearing.require_reason(self.identity, lease)
        else:
            self._hearing.require_speech(self.identity, lease)

    def _lost(self, lease: Lease) -> LeaseLost | None:
        try:
            self._queue.check_lease(lease)
        except LeaseLapsed:
            return None  # nobody has taken it: what is typed is still this person's draft
        except LeaseLost as error:
            return error
        return None

    def _keep_late(self, lease: Lease, annotation: Annotation) -> None:
        sealed = self._drafts.seal(self.identity, lease, annotation, ContentKind.LATE_DRAFT)
        self._queue.keep_late(lease, sealed)
        self._drafts.discard(lease)
        self._note(Action.LATE_DRAFT, lease, {})

    def _note(
        self, action: Action, lease: Lease, detail: dict[str, DetailValue], *, reason: str = ""
    ) -> None:
        where = {"task": lease.task_id, "pass": lease.pass_number, "token": lease.token}
        event = Event.by(self.identity, action, lease.clip_id, reason=reason, detail={**where, **detail})
        self._ledger.record(event)
