"""Which accepted work may go into a labelled set, and why the rest may not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from reviewer.clips.catalogue import Catalogue
from reviewer.clips.vault import Vault
from reviewer.lead.where import Facts, Predicate
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.clip import Clip, ClipState, ContentKind
from reviewer.model.people import Keyring
from reviewer.model.task import Submission, TaskState
from reviewer.privacy.pii import find
from reviewer.queue.queue import Queue
from reviewer.transcript.conventions import Conventions, Profile
from reviewer.transcript.profiles import derive
from reviewer.transcript.tokens import TokenKind, tokenize

_LEFT_OUT_FLAGS = (Flag.PERSONAL_DATA, Flag.UNUSABLE, Flag.WRONG_LANGUAGE)
_UNFINISHED = (ClipState.READY, ClipState.IN_REVIEW, ClipState.REVIEWED)
_FINISHED = (ClipState.FINAL, ClipState.EXPORTED)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A clip that goes into the set, with the annotation that was accepted and its derived text."""

    clip: Clip
    annotation: Annotation
    text: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What goes in, in the order of clip ids, and how many clips do not, by reason."""

    chosen: tuple[Chosen, ...]
    left_out: dict[str, int]


class Selector:
    """Applies every rule for leaving a clip out, the cheapest first; each clip is counted once."""

    def __init__(self, *, vault: Vault, catalogue: Catalogue, queue: Queue, conventions: Conventions) -> None:
        self._vault = vault
        self._catalogue = catalogue
        self._queue = queue
        self._conventions = conventions

    def select(self, keyring: Keyring, profile: Profile, where: Predicate, now: datetime) -> Selection:
        """Goes through all accepted work. Raises Damaged when a piece of it does not verify."""
        chosen: list[Chosen] = []
        left_out: Counter[str] = Counter()
        for clip_id, passes in groupby(self._queue.accepted(), key=lambda work: work.clip_id):
            if self._queue.clip_state(clip_id) not in _FINISHED:
                continue  # counted below, by the clip's state
            found = self._judge(keyring, self._catalogue.get(clip_id), list(passes), profile, where, now)
            if isinstance(found, str):
                left_out[found] += 1
            else:
                chosen.append(found)
        left_out.update(self._without_accepted_work())
        return Selection(tuple(chosen), {reason: n for reason, n in sorted(left_out.items()) if n})

    def _judge(
        self,
        keyring: Keyring,
        clip: Clip,
        passes: list[Submission],
        profile: Profile,
        where: Predicate,
        now: datetime,
    ) -> Chosen | str:
        if clip.consent_withdrawn_at is not None and clip.consent_withdrawn_at <= now:
            return "consent_withdrawn"
        if clip.purge_at <= now:
            return "retention_over"
        annotations = [self._unsealed(keyring, work) for work in passes]
        texts = {derive(one.text_verbatim, self._conventions, profile.name) for one in annotations}
        reason = next((reason for one in annotations for reason in self._reasons(clip, one, profile)), "")
        if reason:
            return reason
        if len(texts) > 1:
            return "passes_differ"
        text = texts.pop()
        if not where(Facts(clip, annotations[0], len(text.split()))):
            return "filtered"
        return Chosen(clip, annotations[0], text)

    def _reasons(self, clip: Clip, annotation: Annotation, profile: Profile) -> Iterator[str]:
        for flag in _LEFT_OUT_FLAGS:
            if flag in annotation.flags:
                yield f"flag_{flag}"
        tokens = tokenize(annotation.text_verbatim)
        names = (token.tag_name.lower() for token in tokens if token.kind is TokenKind.TAG)
        tags = (self._conventions.tag(name) for name in names)
        for klass in sorted(tag.klass for tag in tags if tag and tag.klass in profile.leave_out):
            yield f"tag_{klass}"
        answers = (value for value in annotation.labels.values() if isinstance(value, str))
        if any(find(typed, clip.locale) for typed in (annotation.text_verbatim, *answers)):
            yield "personal_data_found"
        if not annotation.text_verbatim.strip() and Flag.NO_SPEECH not in annotation.flags:
            yield "no_text"

    def _unsealed(self, keyring: Keyring, work: Submission) -> Annotation:
        plain = self._vault.unseal(
            keyring, work.clip_id, ContentKind.SUBMISSION, str(work.task_id), work.sealed
        )
        return Annotation.from_bytes(plain)

    def _without_accepted_work(self) -> dict[str, int]:
        counts = self._queue.counts()
        unfinished = sum(counts.clips.get(state, 0) for state in _UNFINISHED)
        # A clip of several passes may have several returned tasks; it is still one clip.
        returned = min(counts.tasks.get(TaskState.RETURNED, 0), unfinished)
        return {
            "not_accepted": unfinished - returned,
            "returned": returned,
            "with_lead": counts.clips.get(ClipState.WITH_LEAD, 0),
            "quarantined": counts.clips.get(ClipState.QUARANTINED, 0),
            "purged": counts.clips.get(ClipState.PURGED, 0),
        }
