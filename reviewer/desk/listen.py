"""The one door to a clip's audio: rights, agreement, lease and log row come before the first sample."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.access.ledger import Ledger
from reviewer.access.nda import Acknowledgements
from reviewer.access.rights import Act, require
from reviewer.audio.io.flac import close_sound, open_sound, read_canonical
from reviewer.audio.samples import Samples, Sound
from reviewer.audio.view.overview import overview_of
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.clips.catalogue import Catalogue
from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.desk.hearing import Hearing
from reviewer.desk.signin import SignIn
from reviewer.errors import Damaged, NotLeased, Refused
from reviewer.model.clip import Clip
from reviewer.model.clock import Clock
from reviewer.model.event import Action, DetailValue, Event, HeardRange
from reviewer.model.intervals import Span, merge_heard
from reviewer.model.people import Identity
from reviewer.model.task import Check, Lease
from reviewer.queue.queue import Queue


@dataclass(frozen=True, slots=True)
class Heard:
    """A clip brought to ear and eye: its facts, sound, drawing, passages of speech, and what of it was
    ``heard`` by this person for this work before. Once it is closed it is silent and flat."""

    clip: Clip
    samples: Sound
    pyramid: PeakPyramid
    speech: tuple[Span, ...] = ()
    heard: tuple[HeardRange, ...] = ()

    def close(self) -> None:
        """Lets the files go that sound and drawing are read from."""
        close_sound(self.samples)
        self.pyramid.close()


class Listening:
    """Opens clips for those who may, and writes down what they heard."""

    def __init__(
        self,
        *,
        database: Database,
        sign_in: SignIn,
        acknowledgements: Acknowledgements,
        ledger: Ledger,
        queue: Queue,
        catalogue: Catalogue,
        vault: Vault,
        hearing: Hearing,
        clock: Clock,
        locale: str,
    ) -> None:
        self._database = database
        self._sign_in = sign_in
        self._acknowledgements = acknowledgements
        self._ledger = ledger
        self._queue = queue
        self._catalogue = catalogue
        self._vault = vault
        self._hearing = hearing
        self._clock = clock
        self._locale = locale
        self._open: dict[tuple[str, str], Heard] = {}
        self._prepared: dict[tuple[str, str], Heard] = {}

    def allow(self, identity: Identity, act: Act) -> None:
        """Says no unless this person is signed in and may do this; for acts that open nothing."""
        self._sign_in.require(identity)
        require(identity.person, act)

    def require(self, identity: Identity, act: Act) -> str:
        """Says no unless this person is signed in, may do this, and has a live agreement.

        Returns: the id of the acknowledgement that allows it.
        Raises: Refused (NotAllowed, NdaRequired, or signed out).
        """
        self.allow(identity, act)
        return self._acknowledgements.require_live(identity.person, self._locale)

    def open_leased(self, identity: Identity, lease: Lease) -> Heard:
        """Opens the clip of a live lease. Raises Refused when any condition fails; then nothing is read.

        What was prepared of it is used, under the same conditions and a row of its own; anything else that
        was prepared for this person is let go.
        """
        try:
            return self._open_leased(identity, lease)
        finally:
            self.let_go(identity)

    def open_prepared(self, identity: Identity, lease: Lease | None) -> tuple[Lease, Heard]:
        """As ``open_leased``, for a clip that was prepared; one that is refused stays prepared.

        Raises: NotLeased if there is none, or another one was prepared.
        """
        if lease is None or (identity.session_id, lease.clip_id) not in self._prepared:
            raise NotLeased
        return lease, self._open_leased(identity, lease)

    def prepare_leased(self, identity: Identity, lease: Lease) -> Heard:
        """Unseals the clip of a lease ahead, which nobody sees or hears before ``open_leased``.

        It is kept in memory until it is opened or let go. Raises Refused when any condition of opening fails;
        then nothing is read.
        """
        detail = self._leased(identity, lease, is_ahead=True)
        heard = self._read(identity, lease.clip_id, Action.CLIP_PREPARED, {**detail, "ahead": True})
        self._prepared[identity.session_id, lease.clip_id] = heard
        return heard

    def has_prepared(self, identity: Identity) -> bool:
        """Whether a clip was prepared for this person."""
        return any(session_id == identity.session_id for session_id, _ in self._prepared)

    def take_back(self, identity: Identity, clip_id: str) -> None:
        """A clip was opened from what was prepared, but its row was not committed: nobody has got it."""
        key = identity.session_id, clip_id
        opened = self._open.pop(key, None)
        if opened is not None:
            self._prepared[key] = opened

    def let_go(self, identity: Identity) -> None:
        """Forgets what was prepared for this person and never opened, and notes that it is closed."""
        for key in [key for key in self._prepared if key[0] == identity.session_id]:
            self._prepared.pop(key).close()
            self._ledger.record(Event.by(identity, Action.CLIP_CLOSED, key[1], detail={"ahead": True}))

    def open_check(self, identity: Identity, check: Check) -> Heard:
        """Opens the clip of a submission that this QA person has taken to check."""
        agreement = self.require(identity, Act.CHECK)
        if check.person_id != identity.person.id:
            raise NotLeased
        self._queue.require_check(check)
        detail: dict[str, DetailValue] = {
            "purpose": "check",
            "submission": check.submission.id,
            "token": check.token,
            "nda": agreement,
        }
        opened = self._open_clip(identity, check.submission.clip_id, Action.QA_OPENED, detail)
        return replace(opened, heard=self._hearing.of_check(identity, check))

    def open_for_export(self, identity: Identity, clip_id: str) -> Samples:
        """Opens a clip to be cut into a labelled set; only accepted work is asked for by the exporter."""
        agreement = self.require(identity, Act.EXPORT)
        self._note_opening(identity, clip_id, Action.CLIP_OPENED, {"purpose": "export", "nda": agreement})
        with self._vault.audio(identity.keyring, clip_id) as stream:
            return read_canonical(stream)

    def heard(self, identity: Identity, clip_id: str, ranges: Sequence[HeardRange]) -> None:
        """Writes down which frames reached the device. Raises Refused for a clip that is not open here."""
        opened = self._open.get((identity.session_id, clip_id))
        if opened is None:
            raise Refused("This clip is not open.", "Claim it from the queue.")
        clip = opened.clip
        kept = [part for part in merge_heard(ranges) if 0 <= part.start < part.end <= clip.frames]
        if not kept:
            return
        self._ledger.record(
            Event.by(
                identity,
                Action.CLIP_HEARD,
                clip_id,
                detail={"ranges": [[part.start, part.end, part.speed_percent] for part in kept]},
            )
        )

    def close(self, identity: Identity, clip_id: str) -> None:
        """Notes that the clip is no longer before this person, and lets its files go."""
        opened = self._open.pop((identity.session_id, clip_id), None)
        if opened is not None:
            opened.close()
            self._ledger.record(Event.by(identity, Action.CLIP_CLOSED, clip_id))

    def _open_leased(self, identity: Identity, lease: Lease) -> Heard:
        key = identity.session_id, lease.clip_id
        detail = self._leased(identity, lease, is_ahead=False)
        if key in self._prepared:
            detail["prepared"] = True
        heard = self._open_clip(identity, lease.clip_id, Action.CLIP_OPENED, detail, self._prepared.get(key))
        self._prepared.pop(key, None)
        return replace(heard, heard=self._hearing.of_lease(identity, lease))

    def _leased(self, identity: Identity, lease: Lease, *, is_ahead: bool) -> dict[str, DetailValue]:
        """Says no unless this person may have the clip of the lease now; gives what the log tells of it."""
        agreement = self.require(identity, Act.TRANSCRIBE)
        if lease.person_id != identity.person.id or lease.is_ahead is not is_ahead:
            raise NotLeased
        self._queue.check_lease(lease)
        return {"purpose": "transcribe", "task": lease.task_id, "token": lease.token, "nda": agreement}

    def _open_clip(
        self,
        identity: Identity,
        clip_id: str,
        action: Action,
        detail: dict[str, DetailValue],
        prepared: Heard | None = None,
    ) -> Heard:
        heard = self._read(identity, clip_id, action, detail, prepared)
        self._open[identity.session_id, clip_id] = heard
        return heard

    def _read(
        self,
        identity: Identity,
        clip_id: str,
        action: Action,
        detail: dict[str, DetailValue],
        prepared: Heard | None = None,
    ) -> Heard:
        clip = self._note_opening(identity, clip_id, action, detail)
        if prepared is not None:
            return prepared
        sound = open_sound(self._vault.audio(identity.keyring, clip_id))
        try:
            pyramid = self._picture(identity, clip_id, sound)
        except BaseException:
            close_sound(sound)
            raise
        heard = Heard(clip, sound, pyramid)
        try:
            return replace(heard, speech=self._hearing.speech(identity, clip, sound))
        except BaseException:
            heard.close()
            raise

    def _picture(self, identity: Identity, clip_id: str, sound: Sound) -> PeakPyramid:
        """What was kept; where that is damaged, one drawn anew, after a row that says so.

        A picture decides nothing, and the new one is made of audio that verifies. Nothing is repaired: the
        object stays as it was found, and every opening tells of it again.
        """
        try:
            return PeakPyramid.from_stream(self._vault.peaks(identity.keyring, clip_id))
        except Damaged as error:
            self._ledger.record(Event.by(identity, Action.PICTURE_DAMAGED, clip_id, reason=error.sentence))
        return overview_of(sound, lambda: self._vault.audio(identity.keyring, clip_id))

    def _note_opening(
        self, identity: Identity, clip_id: str, action: Action, detail: dict[str, DetailValue]
    ) -> Clip:
        """The row is committed before a byte is unsealed: no log row, no playback."""
        clip = self._catalogue.get(clip_id)
        self._refuse_if_no_longer_covered(clip)
        self._catalogue.wrapped_key(clip_id)  # a destroyed clip is gone, also where it was prepared
        self._ledger.record(Event.by(identity, action, clip_id, detail=detail))
        return clip

    def _refuse_if_no_longer_covered(self, clip: Clip) -> None:
        now = self._clock.now()
        if clip.consent_withdrawn_at is not None and clip.consent_withdrawn_at <= now:
            raise Refused("Consent for this clip was withdrawn.", "It will be purged. Take the next clip.")
        if clip.purge_at <= now:
            raise Refused("The time this clip may be kept is over.", "It will be purged. Take the next clip.")
