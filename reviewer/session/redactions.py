"""Redactions: proposed and muted, confirmed or rejected, and applied to sound and texts."""

import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256

from reviewer.access.rights import Act
from reviewer.audio.dsp import speech_detection
from reviewer.audio.dsp.redaction import redacted, removed_span
from reviewer.audio.io.flac import encode_flac, is_decoded_whole, read_canonical
from reviewer.audio.samples import Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.clips.alignments import AlignmentRepository
from reviewer.clips.content import ClipFiles, Resealer
from reviewer.errors import Damaged, Refused
from reviewer.model.annotation import Annotation, PersonalDataKind
from reviewer.model.clip import Clip, ContentKind
from reviewer.model.event import Action, DetailValue, Event, HeardRange
from reviewer.model.held_back import HeldFind
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.redaction import HearingReason, Redaction, RedactionSource, RedactionState
from reviewer.model.task import SealedAnnotation
from reviewer.privacy.held_back import reasons_in
from reviewer.privacy.redaction import RemovedSound, hypothesis_without_words, without_words
from reviewer.session import window
from reviewer.session.backup_lists import list_purges
from reviewer.session.clip_access import ClipAccess
from reviewer.session.drafts import Draft
from reviewer.session.muted_span import MutedSpan
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.history import History


class Redactions:
    """Every rule of redaction; the same for listeners, QA and leads."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess) -> None:
        self._unit = unit
        self._access = access

    def confirm(self, identity: Identity, redaction_id: str) -> Redaction:
        """Confirms a redaction, and applies it unless the clip is open in some window.

        Raises: Refused (code REDACTION_DECIDED); NotAllowed for anybody but QA and leads.
        """
        decided = self.record_decision(identity, redaction_id, RedactionState.CONFIRMED)
        self.apply(identity, decided.clip_id)
        return self._unit.redactions.get(redaction_id)

    def reject(self, identity: Identity, redaction_id: str) -> Redaction:
        """The span is no personal data: it can be heard again, from the next opening on."""
        return self.record_decision(identity, redaction_id, RedactionState.REJECTED)

    def hear(self, identity: Identity, redaction_id: str, reason: HearingReason) -> MutedSpan:
        """The sound of a proposed redaction of a clip that this person has open, after a row in the log.

        Raises: as ``ClipAccess.open_muted_span``; Refused (code NO_REDACTION).
        """
        return self._access.open_muted_span(identity, self._unit.redactions.get(redaction_id), reason)

    def heard(self, identity: Identity, redaction_id: str, ranges: Sequence[HeardRange]) -> None:
        """Logs which frames of the clip were heard by ``hear``."""
        self._access.heard_muted(identity, self._unit.redactions.get(redaction_id), ranges)

    def of_clip(self, identity: Identity, clip_id: str) -> tuple[Redaction, ...]:
        """All redactions of a clip, for whoever may decide about them."""
        self._access.allow(identity, Act.REDACT)
        return self._unit.redactions.of_clip(clip_id)

    def apply_all(self, identity: Identity) -> int:
        """Applies what was confirmed while the clip was open; returns the number of clips it is done for.

        A clip that cannot be opened, because its consent ended for example, waits and holds nothing up.
        """
        done = 0
        confirmed = self._unit.redactions.in_state(RedactionState.CONFIRMED)
        for clip_id in dict.fromkeys(one.clip_id for one in confirmed):
            with suppress(Refused, Damaged):
                done += self.apply(identity, clip_id)
        return done

    def apply(self, identity: Identity, clip_id: str) -> bool:
        """Replaces the sound of a clip's confirmed redactions, and everything sealed under its key.

        Does nothing, and returns False, while any window has the clip open: it is muted there, and nobody
        shall lose what they type; nor without the workspace key, under which the new key is wrapped: a lead's
        program does it then. Raises Refused when the clip may not be opened any more; Damaged.
        """
        confirmed = self._confirmed(clip_id)
        if not confirmed or self._is_open(clip_id) or not self._can_replace_keys(identity):
            return False
        acknowledgement_id = self._access.require(identity, Act.REDACT)
        if not self._unit.queue.answers_at_once:
            raise Refused("REDACTION_QUEUE_ELSEWHERE")
        clip = self._access.openable(clip_id)
        detail: dict[str, DetailValue] = {"purpose": "redaction", "nda": acknowledgement_id}
        self._unit.log.record(Event.by(identity, Action.CLIP_OPENED, clip_id, detail=detail))
        try:
            return self._apply(identity, clip, confirmed)
        finally:
            self._unit.log.record(Event.by(identity, Action.CLIP_CLOSED, clip_id))

    def _apply(self, identity: Identity, clip: Clip, confirmed: Sequence[Redaction]) -> bool:
        unit, keyring = self._unit, identity.keyring
        stored_as = unit.clips.stored_as(clip.id)
        with unit.content.audio(keyring, clip.id) as stream:
            samples = read_canonical(stream)
        has_speech = unit.content.speech(keyring, clip.id) is not None
        removed = {one.id: removed_span(samples, one.span) for one in confirmed}
        files = _files(redacted(samples, removed.values()), has_speech=has_speech)
        try:
            unit.content.replace(
                keyring,
                clip.id,
                instead_of=stored_as,
                files=files,
                in_transaction=partial(self._reseal, identity, clip, confirmed, removed),
            )
        except _OpenedMeanwhile:
            return False
        list_purges(unit)
        return True

    def _reseal(
        self,
        identity: Identity,
        clip: Clip,
        confirmed: Sequence[Redaction],
        removed: dict[str, Span],
        resealer: Resealer,
    ) -> None:
        """Everything but the files, in the transaction that replaces the key."""
        unit = self._unit
        if self._is_open(clip.id) or self._confirmed(clip.id) != confirmed:
            raise _OpenedMeanwhile
        texts = _Texts(
            resealer,
            unit.alignments,
            clip.locale,
            tuple(RemovedSound(one.span, removed[one.id], one.kind) for one in confirmed),
        )
        texts.hypotheses = unit.hypotheses.reseal_clip(clip.id, resealer, texts.hypothesis)
        unit.references.reseal_clip(clip.id, resealer)
        works = unit.queue.reseal_clip(clip.id, texts)
        for annotation_id, annotation in texts.annotations.items():
            record_reasons(unit, clip, annotation_id, annotation)
        unit.drafts.reseal_clip(clip.id, texts.draft)
        unit.versions.reseal_clip(clip.id, texts.version)
        for one, gone in zip(confirmed, texts.removed, strict=True):
            is_open = gone in texts.unknown
            unit.redactions.mark_applied(one.id, removed[one.id], is_text_open=is_open)
        self._record_applied(identity, clip, confirmed, removed, works, is_text_open=not texts.is_known)

    def _record_applied(
        self,
        identity: Identity,
        clip: Clip,
        confirmed: Sequence[Redaction],
        removed: dict[str, Span],
        works: Sequence[SealedAnnotation],
        *,
        is_text_open: bool,
    ) -> None:
        ids = [one.id for one in confirmed]
        detail: dict[str, DetailValue] = {
            "redactions": ids,
            "removed": [[removed[one].start, removed[one].end] for one in ids],
            "annotations": [work.id for work in works],
            "digests": [work.digest.hex() for work in works],
            "sealed": [sha256(work.sealed).hexdigest() for work in works],
            "text_open": is_text_open,
        }
        self._unit.log.record(Event.by(identity, Action.REDACTION_APPLIED, clip.id, detail=detail))
        exports = [one.id for one in self._unit.exports.exports_of([clip.id])]
        incident: dict[str, DetailValue] = {"redactions": ids, "exports": exports}
        self._unit.log.record(Event.by(identity, Action.INCIDENT, clip.id, detail=incident))

    def record_decision(self, identity: Identity, redaction_id: str, state: RedactionState) -> Redaction:
        """Confirms or rejects; ``apply`` does the rest. Raises Refused (code REDACTION_DECIDED)."""
        self._access.require(identity, Act.REDACT)
        unit = self._unit
        found = unit.redactions.get(redaction_id)
        action = {
            RedactionState.CONFIRMED: Action.REDACTION_CONFIRMED,
            RedactionState.REJECTED: Action.REDACTION_REJECTED,
        }[state]
        with unit.transaction():
            unit.redactions.decide(redaction_id, state, identity.person.id, unit.clock.now())
            event = Event.by(identity, action, found.clip_id, detail={"redaction": redaction_id})
            unit.log.record(event)
        return unit.redactions.get(redaction_id)

    def _confirmed(self, clip_id: str) -> tuple[Redaction, ...]:
        of_clip = self._unit.redactions.of_clip(clip_id)
        return tuple(one for one in of_clip if one.state is RedactionState.CONFIRMED)

    def _can_replace_keys(self, identity: Identity) -> bool:
        return self._unit.key_deliveries.current(identity.keyring).opens_every_clip

    def _is_open(self, clip_id: str) -> bool:
        now = self._unit.clock.now()
        return any(
            window.is_live(one.window, one.seen_at, now) for one in self._unit.open_tasks.of_clip(clip_id)
        )


def propose(
    unit: UnitOfWork,
    identity: Identity,
    clip: Clip,
    span: Span,
    kind: PersonalDataKind,
    source: RedactionSource,
) -> Redaction | None:
    """Proposes a redaction, which mutes its span for everybody; inside a transaction.

    Returns: None if the same span was proposed before; one that was rejected only a listener can propose
    again. Raises Refused (code SPAN_OUTSIDE_CLIP; REDACTION_OWN_FOLDER where the mark would reach nobody).
    """
    unit.require_transaction()
    if unit.team_folder.is_own():
        raise Refused("REDACTION_OWN_FOLDER")
    if span.end > clip.frames:
        raise Refused("SPAN_OUTSIDE_CLIP", clip=clip.id)
    earlier = unit.redactions.of_clip(clip.id)
    same = [one for one in earlier if one.span == span]
    may_again = source is RedactionSource.LISTENER
    if any(not (may_again and one.state is RedactionState.REJECTED) for one in same):
        return None
    redaction_id, state = f"r{secrets.token_hex(8)}", RedactionState.PROPOSED
    by, at = identity.person.id, unit.clock.now()
    redaction = Redaction(redaction_id, clip.id, span.start, span.end, kind, source, state, by, at)
    unit.redactions.add(redaction)
    detail: dict[str, DetailValue] = {
        "redaction": redaction.id,
        "span": [span.start, span.end],
        "kind": kind.value,
        "source": source.value,
    }
    unit.log.record(Event.by(identity, Action.REDACTION_PROPOSED, clip.id, detail=detail))
    return redaction


def record_reasons(unit: UnitOfWork, clip: Clip, annotation_id: str, annotation: Annotation) -> None:
    """Records what in a piece of work holds the clip back, so that a lead sees it without opening it."""
    now = unit.clock.now()
    unit.held_finds.replace(
        clip.id,
        annotation_id,
        [
            HeldFind(
                clip.id,
                annotation_id,
                one.code,
                one.kind,
                one.span.start if one.span else None,
                one.span.end if one.span else None,
                now,
            )
            for one in reasons_in(annotation, clip.locale)
        ],
    )


class _OpenedMeanwhile(Exception):
    """Somebody opened the clip, or decided otherwise, while its new sound was made."""


def _files(samples: Samples, *, has_speech: bool) -> ClipFiles:
    speech = speech_detection.detect_speech(samples) if has_speech else ()
    is_short = is_decoded_whole(samples.frames, samples.channels)
    return ClipFiles(
        encode_flac(samples),
        None if is_short else PeakPyramid.from_samples(samples.data).to_bytes(),
        speech_detection.to_bytes(speech, samples.frames) if has_speech else None,
    )


@dataclass(slots=True)
class _Texts:
    """Seals a clip's texts again, without the words of removed sound. Satisfies ``queue.api.Resealing``."""

    resealer: Resealer
    alignments: AlignmentRepository
    locale: str
    removed: tuple[RemovedSound, ...]
    hypotheses: tuple[Hypothesis, ...] = ()
    annotations: dict[str, Annotation] = field(default_factory=dict)
    """As they are now."""
    unknown: set[RemovedSound] = field(default_factory=set)
    """The stretches whose words could not be told in some text."""

    @property
    def is_known(self) -> bool:
        return not self.unknown

    def is_left(self, word: Word) -> bool:
        """Whether nothing of an aligned word was removed."""
        return not any(word.start < one.removed.end and one.removed.start < word.end for one in self.removed)

    def hypothesis(self, hypothesis: Hypothesis) -> Hypothesis | None:
        return hypothesis_without_words(hypothesis, self.removed, self.locale)

    def annotation(self, work: SealedAnnotation) -> tuple[bytes, bytes]:
        before = Annotation.from_bytes(self.resealer.unseal(ContentKind.ANNOTATION, work.id, work.sealed))
        words = self.alignments.words_before(self.resealer, before, work.id)
        after = self._without_words(before, words)
        self.alignments.reseal(self.resealer, work.id, (before, after), self.is_left)
        self.annotations[work.id] = after
        plain = after.to_bytes()
        return self.resealer.digest(plain), self.resealer.seal(ContentKind.ANNOTATION, work.id, plain)

    def comment(self, verdict_id: str, sealed: bytes) -> bytes:
        plain = self.resealer.unseal(ContentKind.COMMENT, verdict_id, sealed)
        return self.resealer.seal(ContentKind.COMMENT, verdict_id, plain)

    def late_draft(self, task_id: str, person_id: str, sealed: bytes) -> bytes:
        name = f"{task_id}:{person_id}"
        before = Annotation.from_bytes(self.resealer.unseal(ContentKind.LATE_DRAFT, name, sealed))
        return self.resealer.seal(ContentKind.LATE_DRAFT, name, self._without_words(before).to_bytes())

    def draft(self, task_id: str, person_id: str, sealed: bytes) -> bytes:
        """A draft without its undo history, which leads back to the words."""
        name = f"{task_id}:{person_id}"
        draft = Draft.from_bytes(self.resealer.unseal(ContentKind.DRAFT, name, sealed))
        if draft.annotation is not None:
            draft = replace(draft, history=History.of(self._without_words(draft.annotation)))
        return self.resealer.seal(ContentKind.DRAFT, name, draft.to_bytes())

    def version(self, version_id: str, sealed: bytes) -> bytes | None:
        """An earlier version of a text; one of which the words are not known goes."""
        plain = self.resealer.unseal(ContentKind.DRAFT_VERSION, version_id, sealed)
        annotation, is_known = without_words(
            Annotation.from_bytes(plain), self.removed, self._heard(), self.locale
        )
        if not is_known:
            return None
        body = json.loads(plain)
        body.pop("denied", None)  # it has no such key if nothing is left
        body |= annotation.to_table()  # the label form stands beside the annotation
        after = json.dumps(body, ensure_ascii=False).encode()
        return self.resealer.seal(ContentKind.DRAFT_VERSION, version_id, after)

    def _without_words(self, annotation: Annotation, words: Sequence[Word] | None = None) -> Annotation:
        for one in self.removed:
            annotation, is_known = without_words(annotation, (one,), words or self._heard(), self.locale)
            if not is_known:
                self.unknown.add(one)
        return annotation

    def _heard(self) -> tuple[Word, ...]:
        """The words of the first recogniser's draft that has times."""
        return next((one.words for one in self.hypotheses if one.words), ())
