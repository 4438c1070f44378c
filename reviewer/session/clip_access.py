"""The only way to a clip's content: checks every condition and commits a log row before unsealing."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from reviewer.access.rights import Act, require
from reviewer.audio.dsp import speech_detection
from reviewer.audio.io.flac import close_sound, open_sound, read_canonical
from reviewer.audio.io.muted_sound import muted_samples
from reviewer.audio.samples import Samples
from reviewer.errors import ClipWithdrawn, Damaged, OpenElsewhere, Refused, ReviewerError
from reviewer.model.clip import Clip, ClipState
from reviewer.model.event import Action, DetailValue, Event, HeardRange
from reviewer.model.hold import ListenReason
from reviewer.model.intervals import Span, merge_heard
from reviewer.model.people import Identity
from reviewer.model.redaction import (
    HearingReason,
    Redaction,
    RedactionSource,
    RedactionState,
    hearing_span,
    muted_ids,
    muted_spans,
)
from reviewer.model.task import LateDraft, Lease
from reviewer.session import clip_conditions, window
from reviewer.session.access_limits import ActivityLimits
from reviewer.session.clip_unsealing import ClipUnsealing, MakeKeySource
from reviewer.session.muted_span import MutedSpan, audible
from reviewer.session.permit import HeldOpening, Permit
from reviewer.session.sign_in import SignIn
from reviewer.session.text_access import TextAccess
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.unsealed_clip import UnsealedClip


class ClipAccess:
    """Opens clips for authorised people, checks open ones again, and logs what was heard."""

    def __init__(
        self,
        *,
        unit: UnitOfWork,
        sign_in: SignIn,
        limits: ActivityLimits,
        unwitnessed_rows: int = 0,
        make_key_source: MakeKeySource | None = None,
    ) -> None:
        """Args:
        unwitnessed_rows: no clip opens while more rows of the log than this are not witnessed; 0: no
            limit.
        make_key_source: makes the source of clip keys for people whose keyring does not open every clip."""
        self._unit = unit
        self._unsealing = ClipUnsealing(unit, make_key_source)
        self.texts = TextAccess(unit, self._unsealing)
        self.is_purged = self._unsealing.is_purged
        """In an own folder: whether the broker says so of a clip."""
        self.limits = limits
        self._unwitnessed_rows = unwitnessed_rows
        self._sign_in = sign_in
        self._open: dict[tuple[str, str], tuple[Lease, UnsealedClip]] = {}
        self._prefetched: dict[str, UnsealedClip] = {}
        self._held: dict[tuple[str, str], HeldOpening] = {}
        self._muted_opened: set[tuple[str, str]] = set()
        """Sessions and the redactions whose muted spans they opened."""
        self._redacted: set[tuple[str, str]] = set()
        """Put away since their sound was replaced: what was typed to the old one is not saved any more."""
        sign_in.before_sign_out(self.put_all_away)

    # Conditions

    def allow(self, identity: Identity, act: Act) -> None:
        """Raises Refused unless this person is signed in and may do this; for acts that open nothing."""
        self._sign_in.require(identity)
        require(identity.person, act)

    def is_signed_in(self, identity: Identity) -> bool:
        """Whether this session has not ended."""
        return self._sign_in.is_live(identity)

    def require(self, identity: Identity, act: Act, *, settings_may_differ: bool = False) -> str:
        """Raises Refused unless this person is signed in, may do this, and has a valid agreement.

        Args:
            settings_may_differ: also under settings that a lead has replaced, as for saving what was typed
                and for putting a task back.

        Returns: the id of the acknowledgement that allows it.
        Raises: Refused (NotAllowed, NdaRequired, POLICY_OPENED_BEFORE, or signed out).
        """
        self.allow(identity, act)
        if not settings_may_differ:
            self._sign_in.require_current_settings()
        return self._unit.acknowledgements.require_live(identity.person)

    def openable(self, clip_id: str, *, is_leased: bool = False) -> Clip:
        """The clip's facts; raises Refused if consent or retention has ended, or it was purged."""
        return clip_conditions.require_openable(self._unit, clip_id, is_leased=is_leased)

    def permit(
        self, identity: Identity, lease: Lease, *, is_prefetch: bool = False, ask_queue: bool = True
    ) -> Permit:
        """Checks every condition for the clip of a lease to open, or to stay open; raises Refused.

        Args:
            ask_queue: False for a hand-over to a lease that the queue does not know yet.
        """
        self._sign_in.require(identity)
        self._sign_in.require_current_settings()
        try:
            acknowledgement_id, clip = clip_conditions.require_leased(
                self._unit, identity.person, lease, is_prefetch=is_prefetch, ask_queue=ask_queue
            )
        except ClipWithdrawn:
            self._unsealing.forget_if_purged(identity, lease.clip_id)
            raise
        if self.is_open_elsewhere(identity, lease):
            raise OpenElsewhere
        self.require_current(identity, lease.clip_id)
        return Permit(identity, lease, clip, acknowledgement_id)

    def require_current(self, identity: Identity, clip_id: str, *, is_saving: bool = False) -> None:
        """Raises Refused if a redaction changed what may be heard of a clip since it was opened here.

        Args:
            is_saving: what was typed may be saved as long as the sound it belongs to is still there.
        """
        opened = self.opened(identity, clip_id)
        if opened is None:
            if is_saving and (identity.session_id, clip_id) in self._redacted:
                raise Refused("CLIP_REDACTED")
            return
        self._require_same_sound(opened)
        if not is_saving:
            self._require_not_muted_since(opened)

    # Opening

    def open(self, permit: Permit, texts: Sequence[str] = ()) -> UnsealedClip:
        """Logs the opening, then unseals the clip, or uses the prefetched one.

        Args:
            texts: ids of the annotations that are unsealed with it.

        Raises: LimitReached; Damaged. Nothing is open then.
        """
        identity, clip_id = permit.identity, permit.lease.clip_id
        prefetched = self._prefetched.get(identity.session_id)
        is_prefetched = self.has_prefetched(identity, clip_id)
        is_ready = is_prefetched or self._unsealing.is_along(identity, clip_id)
        is_again = not is_ready and self.limits.has_opened(permit)
        if is_again:
            self.limits.require_may_replay(identity, permit.clip)
        elif not is_ready:
            self._require_witnessed()
            self.limits.require_may_open(identity, permit.clip)
        if not is_ready:
            self._unsealing.reach(identity)
        with self._unit.transaction():
            self.record_opening(permit, texts, is_prefetched=is_ready, is_again=is_again)
        if prefetched is not None and is_prefetched:
            return self.show_prefetched(identity, permit.lease)
        self.drop_prefetched(identity)
        unsealed = self._unsealing.of_lease(identity, permit.clip, permit.lease)
        self._close_files(identity, clip_id)
        self._redacted.discard((identity.session_id, clip_id))
        self._open[identity.session_id, clip_id] = permit.lease, unsealed
        self._require_not_ended(identity)
        return unsealed

    def asks_broker(self, identity: Identity) -> bool:
        """Whether this person's keyring does not open every clip."""
        return not self._unsealing.opens_every_clip(identity)

    def reach(self, identity: Identity, lease: Lease | None) -> None:
        """Raises Unavailable if the broker that releases keys, or the store of a lease's clip, cannot be
        reached."""
        self._sign_in.require(identity)
        self._unsealing.reach(identity)
        if lease is not None:
            self._unit.content.has_audio(lease.clip_id)

    def _require_witnessed(self) -> None:
        rows = self._unit.log.unwitnessed() if self._unwitnessed_rows else 0
        if rows > self._unwitnessed_rows:
            raise Refused("LOG_NOT_WITNESSED", rows=rows)

    def record_opening(
        self, permit: Permit, texts: Sequence[str] = (), *, is_prefetched: bool, is_again: bool = False
    ) -> None:
        """Writes the row of an opening, to be committed before anything is unsealed or shown.

        Raises Refused if the session ended while the network was being asked.
        """
        self._unit.require_transaction()
        identity, lease = permit.identity, permit.lease
        self._sign_in.require(identity)
        detail = permit.detail(texts)
        if is_prefetched:
            detail["prefetched"] = True
        if is_again:
            detail["again"] = True
        self._unit.log.record(Event.by(identity, Action.CLIP_OPENED, lease.clip_id, detail=detail))
        self.seen(identity, lease)

    def prefetch(self, permit: Permit, texts: Sequence[str] = ()) -> UnsealedClip:
        """Logs and unseals the clip of a prefetch lease; it is kept in memory, unseen, until it is opened.

        Raises: LimitReached.
        """
        identity = permit.identity
        self.drop_prefetched(identity)
        self._record_prefetch(permit, texts)
        unsealed = self._unsealing.of_lease(identity, permit.clip, permit.lease)
        self._prefetched[identity.session_id] = unsealed
        self._require_not_ended(identity)
        return unsealed

    def take_along(self, permit: Permit) -> None:
        """Logs and fetches key and sealed sound of a leased clip; nothing of it is unsealed before its turn.

        Raises the same as ``prefetch``.
        """
        self._record_prefetch(permit, ())
        self._unsealing.take_along(permit.identity, permit.clip, permit.lease)
        self._require_not_ended(permit.identity)

    def drop_along(
        self, identity: Identity, clip_ids: Sequence[str], record: Callable[[], None] | None = None
    ) -> None:
        """Drops what was taken along and not opened; its log rows and ``record`` are one commit.

        ``record`` writes what else belongs to that commit while the session is live; None when the session
        ends.
        """
        with suppress(ReviewerError), self._unit.transaction():
            if record is not None:
                self._sign_in.require(identity)
                record()
            for clip_id in clip_ids:
                if self._unsealing.is_along(identity, clip_id) and self.opened(identity, clip_id) is None:
                    detail: dict[str, DetailValue] = {"prefetched": True}
                    self._unit.log.record(Event.by(identity, Action.CLIP_CLOSED, clip_id, detail=detail))
        for clip_id in clip_ids:
            if self.opened(identity, clip_id) is None:
                self._unsealing.drop_key(identity, clip_id)

    def _record_prefetch(self, permit: Permit, texts: Sequence[str]) -> None:
        identity, clip_id = permit.identity, permit.lease.clip_id
        detail = permit.detail(texts)
        if self._unsealing.is_along(identity, clip_id):
            detail["again"] = True  # its key is here already
        else:
            self._require_witnessed()
            self.limits.require_may_open(identity, permit.clip)
            self._unsealing.reach(identity)
        event = Event.by(identity, Action.CLIP_PREFETCHED, clip_id, detail=detail)
        with self._unit.transaction():
            self._sign_in.require(identity)
            self._unit.log.record(event)

    def _require_not_ended(self, identity: Identity) -> None:
        """Raises Refused if the session ended while a clip was being unsealed, and closes what it left
        open."""
        try:
            self._sign_in.require(identity)
        except Refused:
            left = [self._open.pop(each)[1] for each in list(self._open) if each[0] == identity.session_id]
            left += filter(None, [self._prefetched.pop(identity.session_id, None)])
            for unsealed in left:
                unsealed.close()
            if self.is_signed_in(identity):  # else the sign-out dropped them; the next session has its own
                self._unsealing.drop_all_keys(identity)
            raise

    def has_prefetched(self, identity: Identity, clip_id: str) -> bool:
        """Whether this clip was prefetched for this person, and its sound and muted spans are unchanged
        since."""
        found = self._prefetched.get(identity.session_id)
        if found is None or found.clip.id != clip_id:
            return False
        redactions = self._unit.redactions.of_clip(clip_id)
        is_same = self._unit.clips.stored_as(clip_id) == found.stored_as
        return is_same and muted_ids(redactions) == muted_ids(found.redactions)

    def show_prefetched(self, identity: Identity, lease: Lease) -> UnsealedClip:
        """Makes the prefetched clip an open one, after its row was committed."""
        self._unit.require_no_transaction()
        unsealed = self._prefetched.pop(identity.session_id)
        self._unsealing.use_prefetched_key(identity)
        self._open[identity.session_id, unsealed.clip.id] = lease, unsealed
        return unsealed

    def drop_prefetched(self, identity: Identity) -> None:
        """Drops what was prefetched for this person and not opened, and logs the closing."""
        unsealed = self._prefetched.pop(identity.session_id, None)
        if unsealed is not None:
            unsealed.close()
            self._unsealing.drop_prefetched_key(identity)
            detail: dict[str, DetailValue] = {"prefetched": True}
            self._unit.log.record(Event.by(identity, Action.CLIP_CLOSED, unsealed.clip.id, detail=detail))

    def drop_ended_prefetch(self, identity: Identity) -> None:
        """Drops what was prefetched with a key from a broker, once the lease for it has ended."""
        found = self._prefetched.get(identity.session_id)
        if found is not None and self._unsealing.has_prefetch_ended(identity):
            self.drop_prefetched(identity)

    def open_held(self, identity: Identity, clip_id: str, texts: Sequence[str]) -> UnsealedClip:
        """Opens a clip that is held back, for a lead who decides about it; ends with ``close_held``."""
        detail: dict[str, DetailValue] = {"annotations": list(texts)} if texts else {}
        return self._open_without_lease(identity, clip_id, Act.DECIDE_HELD, "held", detail)

    def open_to_listen(
        self, identity: Identity, clip_id: str, reason: ListenReason, note: str
    ) -> UnsealedClip:
        """Opens any clip that is not in quarantine, for a lead who says why; ends with ``close_held``."""
        self.allow(identity, Act.LISTEN)
        if self._unit.queue.clip_state(clip_id) is ClipState.QUARANTINED:
            raise Refused("LISTEN_QUARANTINED", clip=clip_id)
        self._require_witnessed()
        detail: dict[str, DetailValue] = {"why": reason.value, **({"note": note} if note else {})}
        return self._open_without_lease(identity, clip_id, Act.LISTEN, "listen", detail)

    def open_late(self, identity: Identity, draft: LateDraft, texts: Sequence[str]) -> UnsealedClip:
        """Opens the clip of a late draft, for a lead who decides about it; ends with ``close_held``."""
        self._require_witnessed()
        detail: dict[str, DetailValue] = {"late_draft": draft.id, "annotations": list(texts)}
        return self._open_without_lease(identity, draft.clip_id, Act.DECIDE_LATE, "late", detail)

    def _open_without_lease(
        self, identity: Identity, clip_id: str, act: Act, purpose: str, detail: dict[str, DetailValue]
    ) -> UnsealedClip:
        """Checks, commits the row, and unseals; what was open before of the clip is closed."""
        acknowledgement_id = self.require(identity, act)
        clip = self.openable(clip_id)
        detail |= {"purpose": purpose, "nda": acknowledgement_id}
        self._unit.log.record(Event.by(identity, Action.CLIP_OPENED, clip.id, detail=detail))
        unsealed = self._unsealing.unsealed(identity, clip)
        self.close_held(identity, clip_id)
        self._held[identity.session_id, clip_id] = HeldOpening(act, purpose, unsealed)
        return unsealed

    def beat_held(self, identity: Identity, clip_id: str) -> None:
        """Checks that a lead's open clip may stay open; else closes it with a row and raises the refusal."""
        try:
            self._require_held(identity, clip_id)
        except (Refused, Damaged) as error:
            self._take_away_held(identity, clip_id, Action.CLIP_PUT_AWAY, error.code)
            raise

    def _require_held(self, identity: Identity, clip_id: str) -> None:
        opening = self._opened_held(identity, clip_id)
        self.require(identity, opening.act)
        self.openable(clip_id)
        self._require_same_sound(opening.unsealed)
        self._require_not_muted_since(opening.unsealed)

    def heard_held(self, identity: Identity, clip_id: str, ranges: Sequence[HeardRange]) -> None:
        """Logs which frames of an open clip reached the device. Raises Refused if it is not open."""
        self._sign_in.require(identity)
        opening = self._opened_held(identity, clip_id)
        self.allow(identity, opening.act)
        self._record_heard(identity, opening.unsealed.clip, ranges, {"purpose": opening.purpose})

    def close_held(self, identity: Identity, clip_id: str) -> None:
        """Closes a clip that a lead opened, and logs it if possible; needs no rights, and never fails."""
        self._take_away_held(identity, clip_id, Action.CLIP_CLOSED, "")

    def open_muted_span(self, identity: Identity, redaction: Redaction, reason: HearingReason) -> MutedSpan:
        """Unseals a proposed redaction and a second around it, after its row, for somebody who decides.

        The clip itself has to be open: everything that is asked of an open clip is asked again. What else is
        muted stays silent.

        Raises: Refused (code MUTED_BY_YOURSELF for the person who marked it, REDACTION_DECIDED when it may be
            gone, CLIP_NOT_OPEN); NotAllowed; Damaged.
        """
        acknowledgement_id = self.require(identity, Act.REDACT)
        clip = self._require_at_hand(identity, redaction.clip_id)
        if redaction.state is not RedactionState.PROPOSED:
            raise Refused("REDACTION_DECIDED", redaction=redaction.id)
        if redaction.source is RedactionSource.LISTENER and redaction.proposed_by == identity.person.id:
            raise Refused("MUTED_BY_YOURSELF")
        self._require_witnessed()
        span = hearing_span(redaction, clip.rate_hz, clip.frames)
        detail: dict[str, DetailValue] = {"purpose": "muted", "redaction": redaction.id, "why": reason.value}
        detail |= {"span": [span.start, span.end], "nda": acknowledgement_id}
        self._unit.log.record(Event.by(identity, Action.CLIP_OPENED, clip.id, detail=detail))
        self._muted_opened.add((identity.session_id, redaction.id))
        self._unit.require_no_transaction()
        sound = open_sound(self._unit.content.audio(identity.keyring, clip.id))
        try:
            samples = audible(sound, span, redaction, self._unit.redactions.of_clip(clip.id))
        finally:
            close_sound(sound)
        return MutedSpan(redaction, span.start, samples)

    def heard_muted(self, identity: Identity, redaction: Redaction, ranges: Sequence[HeardRange]) -> None:
        """Logs which frames of a muted span reached the device; they count for no work.

        Its clip may have been closed meanwhile. Raises Refused (code CLIP_NOT_OPEN) if this session has not
        opened the span.
        """
        self.allow(identity, Act.REDACT)
        if (identity.session_id, redaction.id) not in self._muted_opened:
            raise Refused("CLIP_NOT_OPEN")
        clip = self._unit.clips.get(redaction.clip_id)
        self._record_heard(identity, clip, ranges, {"purpose": "muted", "redaction": redaction.id})

    def _require_at_hand(self, identity: Identity, clip_id: str) -> Clip:
        """The clip, if this person has it open, by a lease or as a lead, and may still have it open;
        raises Refused."""
        leased = self._open.get((identity.session_id, clip_id))
        if leased is not None:
            return self.permit(identity, leased[0]).clip
        self._require_held(identity, clip_id)
        return self.openable(clip_id)

    def open_for_recogniser(self, identity: Identity, clip: Clip, engine: str) -> Samples:
        """Opens a clip for a recogniser, after a row that names it. Raises Refused, Damaged."""
        acknowledgement_id = self.require(identity, Act.IMPORT)
        self.openable(clip.id)
        detail: dict[str, DetailValue] = {
            "purpose": "recognition",
            "engine": engine,
            "nda": acknowledgement_id,
        }
        self._unit.log.record(Event.by(identity, Action.CLIP_OPENED, clip.id, detail=detail))
        redactions = self._unit.redactions.of_clip(clip.id)
        with self._unit.content.audio(identity.keyring, clip.id) as stream:
            samples = read_canonical(stream)
        return muted_samples(samples, muted_spans(redactions, clip.rate_hz, clip.frames))

    # While a clip is open

    def mute(self, identity: Identity, clip_id: str) -> UnsealedClip:
        """Mutes what was proposed since this clip was opened here. Raises Refused if it is not open."""
        opened = self._open.get((identity.session_id, clip_id))
        if opened is None:
            raise Refused("CLIP_NOT_OPEN")
        lease, unsealed = opened
        muted_now = unsealed.muted_as(self._unit.redactions.of_clip(clip_id))
        self._open[identity.session_id, clip_id] = lease, muted_now
        return muted_now

    def opened(self, identity: Identity, clip_id: str) -> UnsealedClip | None:
        """The clip, if this person has it open."""
        found = self._open.get((identity.session_id, clip_id))
        return None if found is None else found[1]

    def speech(self, identity: Identity, clip: Clip) -> tuple[Span, ...]:
        """The passages of speech; the whole clip if they were not found yet."""
        opened = self.opened(identity, clip.id)
        if opened is not None:
            return opened.speech
        kept = self._unit.content.speech(identity.keyring, clip.id)
        return (Span(0, clip.frames),) if kept is None else speech_detection.from_bytes(kept, clip.frames)

    def is_open_elsewhere(self, identity: Identity, lease: Lease) -> bool:
        """Whether another running window of this person has the task open."""
        other = self._unit.open_tasks.get(lease.task_id, identity.person.id)
        if other is None or other.window == window.of_session(identity.session_id):
            return False
        return window.is_live(other.window, other.seen_at, self._unit.clock.now())

    def seen(self, identity: Identity, lease: Lease) -> None:
        """Records that this window has the task open now, so that another one is refused.

        Raises Refused once the session has ended: its record would stop the same person's next session.
        """
        name, now = window.of_session(identity.session_id), self._unit.clock.now()
        with self._unit.transaction():
            if not self.is_signed_in(identity):
                raise Refused("SIGNED_OUT")
            self._unit.open_tasks.seen(lease.task_id, identity.person.id, lease.clip_id, name, now)

    def heard(self, identity: Identity, lease: Lease, ranges: Sequence[HeardRange]) -> None:
        """Logs which frames reached the device. Raises Refused when signed out, or the clip is not open."""
        self._sign_in.require(identity)
        opened = self.opened(identity, lease.clip_id)
        if opened is None:
            raise Refused("CLIP_NOT_OPEN")
        self._record_heard(identity, opened.clip, ranges, {"task": lease.task_id})

    def close(self, identity: Identity, lease: Lease) -> None:
        """Closes the clip and logs it if possible; needs no rights, and never fails."""
        self._take_away(identity, lease.clip_id, Action.CLIP_CLOSED, "")
        self._unsealing.drop_key(identity, lease.clip_id)

    def record_closing(self, identity: Identity, lease: Lease) -> None:
        """Writes the row of a closing, in one commit with the next act; then ``forget``."""
        self._unit.require_transaction()
        if self.opened(identity, lease.clip_id) is not None:
            self._unit.log.record(Event.by(identity, Action.CLIP_CLOSED, lease.clip_id))
        self._unit.open_tasks.left(lease.task_id, identity.person.id, window.of_session(identity.session_id))

    def forget(self, identity: Identity, lease: Lease) -> None:
        """Closes the files of a clip after the row of its closing was committed."""
        self._close_files(identity, lease.clip_id)
        self._unsealing.drop_key(identity, lease.clip_id)

    def _close_files(self, identity: Identity, clip_id: str) -> None:
        found = self._open.pop((identity.session_id, clip_id), None)
        if found is not None:
            found[1].close()

    def put_away(self, identity: Identity, lease: Lease, reason: str) -> None:
        """Closes a clip that may no longer be open; ``reason`` is the code of the refusal.

        What was typed may still be sealed, until ``close``.
        """
        if reason == "CLIP_REDACTED":
            self._redacted.add((identity.session_id, lease.clip_id))
        self._take_away(identity, lease.clip_id, Action.CLIP_PUT_AWAY, reason)
        self._unsealing.retire_key(identity, lease.clip_id)

    def put_all_away(self, identity: Identity) -> None:
        """Closes everything that is open or prefetched for this session; never fails."""
        for session_id, clip_id in list(self._open):
            if session_id == identity.session_id:
                self._take_away(identity, clip_id, Action.CLIP_CLOSED, "")
        for session_id, clip_id in list(self._held):
            if session_id == identity.session_id:
                self.close_held(identity, clip_id)
        with suppress(ReviewerError):
            self.drop_prefetched(identity)
        self.drop_along(identity, self._unsealing.along(identity))
        self._unsealing.drop_all_keys(identity)
        with suppress(ReviewerError):
            self._unit.open_tasks.left_all(window.of_session(identity.session_id))

    def _take_away(self, identity: Identity, clip_id: str, action: Action, reason: str) -> None:
        found = self._open.pop((identity.session_id, clip_id), None)
        if found is None:
            return
        lease, unsealed = found
        unsealed.close()
        with suppress(ReviewerError), self._unit.transaction():
            self._unit.log.record(Event.by(identity, action, clip_id, reason=reason))
            name = window.of_session(identity.session_id)
            self._unit.open_tasks.left(lease.task_id, lease.person_id, name)

    def _opened_held(self, identity: Identity, clip_id: str) -> HeldOpening:
        opened = self._held.get((identity.session_id, clip_id))
        if opened is None:
            raise Refused("CLIP_NOT_OPEN")
        return opened

    def _require_same_sound(self, opened: UnsealedClip) -> None:
        if self._unit.clips.stored_as(opened.clip.id) != opened.stored_as:
            raise Refused("CLIP_REDACTED")

    def _require_not_muted_since(self, opened: UnsealedClip) -> None:
        if muted_ids(self._unit.redactions.of_clip(opened.clip.id)) - muted_ids(opened.redactions):
            raise Refused("CLIP_MUTED")

    def _take_away_held(self, identity: Identity, clip_id: str, action: Action, reason: str) -> None:
        found = self._held.pop((identity.session_id, clip_id), None)
        if found is None:
            return
        found.unsealed.close()
        with suppress(ReviewerError):
            self._unit.log.record(Event.by(identity, action, clip_id, reason=reason))

    def _record_heard(
        self, identity: Identity, clip: Clip, ranges: Sequence[HeardRange], detail: dict[str, DetailValue]
    ) -> None:
        kept = [part for part in merge_heard(ranges) if 0 <= part.start < part.end <= clip.frames]
        if kept:
            detail["ranges"] = [[part.start, part.end, part.speed_percent] for part in kept]
            self._unit.log.record(Event.by(identity, Action.CLIP_HEARD, clip.id, detail=detail))
