"""Unseals sound, peaks and passages of a clip after its row, if need be with a key that a broker released."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from reviewer.access.clip_facts import facts_digest
from reviewer.audio.dsp import speech_detection
from reviewer.audio.io.flac import close_sound, open_sound
from reviewer.audio.samples import Samples, Sound
from reviewer.audio.view.overview import overview
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.clips.released_keys import ReleasedKey
from reviewer.errors import Damaged, Refused, ReviewerError, Unavailable
from reviewer.model.clip import Clip
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.task import Lease, TaskKind
from reviewer.session import clip_conditions, window
from reviewer.session.clip_keys import ClipKeySource
from reviewer.session.due_purges import PURGED_BY_TEAM, forget_clip
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.unsealed_clip import UnsealedClip

MakeKeySource = Callable[[Identity], ClipKeySource]


class ClipUnsealing:
    """Only for ``ClipAccess``, which has checked every condition and committed the row before.

    A keyring with the workspace key opens every clip. Without it the key of each clip comes from the broker
    that the project names, and stays in memory until the clip is closed.
    """

    def __init__(self, unit: UnitOfWork, make_source: MakeKeySource | None = None) -> None:
        self._unit = unit
        self._make_source = make_source
        self._sources: dict[str, ClipKeySource] = {}
        self._ended: set[str] = set()
        self._lock = threading.Lock()
        self._prefetched: dict[str, ReleasedKey] = {}
        self._along: set[tuple[str, str]] = set()

    def opens_every_clip(self, identity: Identity) -> bool:
        """Whether this person's keyring holds the workspace key."""
        return self._unit.key_deliveries.current(identity.keyring).opens_every_clip

    def reach(self, identity: Identity) -> None:
        """Raises Unavailable when a key would be asked for and the broker is away."""
        if not self.opens_every_clip(identity):
            self._source(identity).reach()

    def of_lease(self, identity: Identity, clip: Clip, lease: Lease) -> UnsealedClip:
        """Unseals the clip of a lease; asks the broker for its key if the keyring does not open it.

        If there is no key, a further row says that the clip was not opened after all.

        Raises: Refused with the broker's reason, or (code BROKER_NOT_NAMED) without a broker; Unavailable;
            Damaged.
        """
        self._unit.require_no_transaction()
        if self.opens_every_clip(identity) or self.is_along(identity, clip.id):
            return self.unsealed(identity, clip)
        released = None
        try:
            clip, released = self._released(identity, clip, lease)
            self._hold(identity, released)
            unsealed = self.unsealed(identity, clip)
        except ReviewerError as error:
            if released is not None:
                self._unit.content.released.drop(identity.keyring, clip.id, only=released)
            self._record_not_opened(identity, lease, error.code)
            raise
        with self._lock:
            if lease.is_prefetch and identity.session_id not in self._ended:
                self._prefetched[identity.session_id] = released
        return unsealed

    def is_purged(self, identity: Identity, clip_id: str) -> bool:
        """Whether the broker says that a clip was purged. Asks without a lease, so it never gets a key.

        Raises Unavailable.
        """
        now, me = self._unit.clock.now(), identity.person.id
        none = Lease("none", clip_id, TaskKind.TRANSCRIBE, 1, me, 0, now, "")
        try:
            self._source(identity).clip_key(none)
        except Refused as error:
            return error.code == "PURGED"
        return False

    def forget_if_purged(self, identity: Identity, clip_id: str) -> None:
        """In an own folder: forgets a clip that the server says was purged, if the broker says so too.

        While that cannot be asked, what is here stays as it is: sealed, without a key.
        """
        if self._unit.team_folder.is_own() and clip_id in self._unit.clips.ids():
            with suppress(Unavailable, Damaged):
                if self.is_purged(identity, clip_id):
                    forget_clip(self._unit, identity, clip_id, PURGED_BY_TEAM)

    def is_along(self, identity: Identity, clip_id: str) -> bool:
        """Whether the key and the sealed sound of a clip are in memory, so that it opens without asking
        anybody."""
        return (identity.session_id, clip_id) in self._along

    def along(self, identity: Identity) -> list[str]:
        """The clips whose key and sealed sound are in memory."""
        along = tuple(self._along)  # another thread may be taking a clip along
        return [clip_id for session_id, clip_id in along if session_id == identity.session_id]

    def take_along(self, identity: Identity, clip: Clip, lease: Lease) -> None:
        """Fetches key and sealed sound of a leased clip, and unseals nothing.

        Raises the same as ``of_lease``.
        """
        self._unit.require_no_transaction()
        released = None
        try:
            if not self.opens_every_clip(identity):
                _, released = self._released(identity, clip, lease)
                self._hold(identity, released)
            self._unit.content.take_copies(clip.id)
            with self._lock:
                self._require_not_ended(identity)
                self._along.add((identity.session_id, clip.id))
        except ReviewerError as error:
            self._unit.content.drop_copies(clip.id)
            if released is not None:
                self._unit.content.released.drop(identity.keyring, clip.id, only=released)
            self._record_not_opened(identity, replace(lease, is_prefetch=True), error.code)
            raise

    def has_key(self, identity: Identity, clip_id: str) -> bool:
        """Whether the clip's key is here: the keyring opens every clip, or this one is open."""
        if self.opens_every_clip(identity):
            return True
        return self._unit.content.released.find(identity.keyring, clip_id) is not None

    def has_prefetch_ended(self, identity: Identity) -> bool:
        """Whether the lease has ended for which the key of the prefetched clip was released."""
        found = self._prefetched.get(identity.session_id)
        return found is not None and found.until <= self._unit.clock.now()

    def use_prefetched_key(self, identity: Identity) -> None:
        """Keeps the key of the prefetched clip as that of an open one."""
        self._prefetched.pop(identity.session_id, None)

    def drop_prefetched_key(self, identity: Identity) -> None:
        """Drops the key of the prefetched clip, unless it was released again meanwhile to open the clip."""
        found = self._prefetched.pop(identity.session_id, None)
        if found is not None:
            self._unit.content.released.drop(identity.keyring, found.clip_id, only=found)

    def retire_key(self, identity: Identity, clip_id: str) -> None:
        """Lets the key only seal what was typed last; it no longer opens anything."""
        self._unit.content.released.retire(identity.keyring, clip_id)

    def drop_key(self, identity: Identity, clip_id: str) -> None:
        """Drops the key of a clip that was closed."""
        self._along.discard((identity.session_id, clip_id))
        self._unit.content.drop_copies(clip_id)
        self._unit.content.released.drop(identity.keyring, clip_id)

    def drop_all_keys(self, identity: Identity) -> None:
        """Drops every key of a session that has ended; none comes afterwards, and no source of keys."""
        with self._lock:
            self._ended.add(identity.session_id)
            source = self._sources.pop(identity.session_id, None)
        for clip_id in self.along(identity):
            self.drop_key(identity, clip_id)
        self._prefetched.pop(identity.session_id, None)
        self._unit.content.released.drop_all(identity.keyring)
        if source is not None:
            source.close()

    def unsealed(self, identity: Identity, clip: Clip) -> UnsealedClip:
        """The clip, muted where a redaction says so. Raises Damaged, Refused."""
        self._unit.require_no_transaction()
        content, keyring = self._unit.content, identity.keyring
        stored_as = self._unit.clips.stored_as(clip.id)
        redactions = self._unit.redactions.of_clip(clip.id)
        sound = open_sound(content.audio(keyring, clip.id))
        try:
            peaks = self._peaks(identity, clip.id, sound)
        except BaseException:
            close_sound(sound)
            raise
        try:
            passages = self._passages(identity, clip, sound, stored_as)
        except BaseException:
            UnsealedClip(clip, sound, peaks).close()
            raise
        return UnsealedClip(clip, sound, peaks, passages, (), stored_as).muted_as(redactions)

    def _released(self, identity: Identity, clip: Clip, lease: Lease) -> tuple[Clip, ReleasedKey]:
        """The key from the broker, and the clip's facts by then.

        If the facts known here are not the lead's, the broker says so and puts the lead's on the server; they
        are fetched and the key is asked for once more.
        """
        source, unit = self._source(identity), self._unit
        try:
            return clip, source.clip_key(lease, self._facts_here(clip.id))
        except Refused as error:
            if error.code != "CLIP_FACTS_OLD":
                raise
        clip = clip_conditions.require_openable(unit, clip.id, is_leased=True)
        return clip, source.clip_key(lease, self._facts_here(clip.id))

    def _facts_here(self, clip_id: str) -> bytes:
        if not self._unit.team_folder.is_own():
            return b""
        return next(map(facts_digest, self._unit.facts_of([clip_id])), b"")

    def _record_not_opened(self, identity: Identity, lease: Lease, reason: str) -> None:
        detail: dict[str, DetailValue] = {"task": lease.task_id, "token": lease.token}
        if lease.is_prefetch:
            detail["prefetched"] = True
        event = Event.by(identity, Action.CLIP_PUT_AWAY, lease.clip_id, reason=reason, detail=detail)
        with suppress(ReviewerError), self._unit.transaction():
            self._unit.log.record(event)
            name = window.of_session(identity.session_id)
            self._unit.open_tasks.left(lease.task_id, identity.person.id, name)

    def _source(self, identity: Identity) -> ClipKeySource:
        if self._make_source is None:
            raise Refused("BROKER_NOT_NAMED")
        with self._lock:
            self._require_not_ended(identity)
            source = self._sources.get(identity.session_id)
            if source is None:
                source = self._sources[identity.session_id] = self._make_source(identity)
        return source

    def _hold(self, identity: Identity, released: ReleasedKey) -> None:
        """Keeps a key until the session ends; what came later would be among those of the next one."""
        with self._lock:
            self._require_not_ended(identity)
            self._unit.content.released.hold(identity.keyring, released)

    def _require_not_ended(self, identity: Identity) -> None:
        if identity.session_id in self._ended:
            raise Refused("SIGNED_OUT")

    def _passages(self, identity: Identity, clip: Clip, sound: Sound, stored_as: str) -> tuple[Span, ...]:
        """The stored passages of speech; else finds them now, and stores them where that is possible."""
        content, keyring = self._unit.content, identity.keyring
        with suppress(Unavailable):  # a bucket does not tell a reader whether an object is missing
            kept = content.speech(keyring, clip.id)
            if kept is not None:
                return speech_detection.from_bytes(kept, clip.frames)
        found = speech_detection.detect_speech(sound)
        with suppress(Refused, Unavailable):  # a full disk: the next one who opens it finds them again
            content.keep_speech(keyring, clip.id, stored_as, speech_detection.to_bytes(found, clip.frames))
        return found

    def _peaks(self, identity: Identity, clip_id: str, sound: Sound) -> PeakPyramid:
        """The peaks: computed now for a sound in memory, else those stored, else new ones after a log row if
        these are damaged.

        No rule depends on peaks, and new ones are computed from audio that verifies. The damaged object is
        not replaced, and every opening logs it again.
        """
        if isinstance(sound, Samples):
            return PeakPyramid.from_samples(sound.data)
        try:
            return PeakPyramid.from_stream(self._unit.content.peaks(identity.keyring, clip_id))
        except Damaged as error:
            self._unit.log.record(Event.by(identity, Action.PEAKS_DAMAGED, clip_id, reason=error.code))
        except Unavailable:
            pass  # not taken along: they are made of the sound, which was
        return overview(lambda: self._unit.content.audio(identity.keyring, clip_id))
