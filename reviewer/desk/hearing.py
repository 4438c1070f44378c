"""What the access log says of somebody's listening, and the rules about it."""

from collections.abc import Iterable

from reviewer.access.chain import LogRow
from reviewer.access.ledger import Ledger
from reviewer.audio.dsp import speech_detection
from reviewer.audio.io.flac import read_canonical
from reviewer.audio.samples import Sound
from reviewer.clips.catalogue import Catalogue
from reviewer.clips.vault import Vault
from reviewer.desk.coverage import Coverage, Lack, Unheard, lack_of_reason, lack_of_speech
from reviewer.model.clip import Clip
from reviewer.model.event import Action, HeardRange
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.project import ListeningRules
from reviewer.model.task import Check, Lease

_SHORT_SECONDS = 120.0


class Hearing:
    """Who heard what of a clip for which piece of work.

    The log is the only memory of it: what was heard counts after a crash, a lock or a return, for the same
    person and the same work, and nothing counts that was not logged.
    """

    def __init__(self, *, ledger: Ledger, vault: Vault, catalogue: Catalogue, rules: ListeningRules) -> None:
        self.rules = rules
        self._ledger = ledger
        self._vault = vault
        self._catalogue = catalogue

    def of_lease(self, identity: Identity, lease: Lease) -> tuple[HeardRange, ...]:
        """What this person heard since this task was first open before them."""
        return heard_in(self._rows(lease.clip_id), identity.person.id, ("task", lease.task_id))

    def of_check(self, identity: Identity, check: Check) -> tuple[HeardRange, ...]:
        """What this person heard since this submission was first open before them."""
        work = ("submission", check.submission.id)
        return heard_in(self._rows(check.submission.clip_id), identity.person.id, work)

    def speech(self, identity: Identity, clip: Clip, sound: Sound | None = None) -> tuple[Span, ...]:
        """Where somebody speaks, as found when the clip came in.

        A clip from before that was kept is looked at now if it is short; all of a longer one counts.

        Raises: Damaged, or Refused for a clip that was destroyed.
        """
        kept = self._vault.speech(identity.keyring, clip.id)
        if kept is not None:
            return speech_detection.from_bytes(kept, clip.frames)
        if clip.duration_seconds > _SHORT_SECONDS:
            return (Span(0, clip.frames),)
        if sound is not None:
            return speech_detection.detect_speech(sound)
        with self._vault.audio(identity.keyring, clip.id) as stream:
            return speech_detection.detect_speech(read_canonical(stream))

    def require_speech(self, identity: Identity, work: Lease | Check) -> None:
        """Raises Unheard unless enough of the speech was heard to hand work in as complete or accept it."""
        self._require(lack_of_speech(self._coverage(identity, work), self.rules))

    def require_reason(self, identity: Identity, work: Lease | Check) -> None:
        """Raises Unheard unless enough was heard to skip or return work, or answer it by a flag."""
        self._require(lack_of_reason(self._coverage(identity, work), self.rules))

    def _coverage(self, identity: Identity, work: Lease | Check) -> Coverage:
        if isinstance(work, Lease):
            clip_id, heard = work.clip_id, self.of_lease(identity, work)
        else:
            clip_id, heard = work.submission.clip_id, self.of_check(identity, work)
        clip = self._catalogue.get(clip_id)
        return Coverage(clip.frames, clip.rate_hz, self.speech(identity, clip)).after(heard)

    def _rows(self, clip_id: str) -> list[LogRow]:
        return self._ledger.about(clip_id)

    @staticmethod
    def _require(lack: Lack | None) -> None:
        if lack is not None:
            raise Unheard(lack)


def heard_in(rows: Iterable[LogRow], person_id: str, work: tuple[str, str | int]) -> tuple[HeardRange, ...]:
    """The ranges that a person heard after the first row that opens ``work``: a detail's name and value."""
    name, value = work
    is_begun, heard = False, []
    for event in (row.event() for row in rows):
        if event.actor != person_id:
            continue
        if event.action in {Action.CLIP_OPENED, Action.QA_OPENED}:
            is_begun = is_begun or event.detail.get(name) == value
        elif event.action is Action.CLIP_HEARD and is_begun:
            heard += _ranges(event.detail.get("ranges"))
    return tuple(heard)


def _ranges(detail: object) -> list[HeardRange]:
    """Ranges as ``Listening.heard`` writes them; whatever else stands there is no listening."""
    triples = detail if isinstance(detail, list) else []
    return [HeardRange(*each) for each in triples if isinstance(each, list) and len(each) == 3]
