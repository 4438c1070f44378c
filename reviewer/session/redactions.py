"""Redactions: proposed and muted, confirmed or rejected, and applied to sound and texts."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from reviewer.access.rights import Act
from reviewer.audio.dsp import speech_detection
from reviewer.audio.dsp.redaction import redacted, removed_span
from reviewer.audio.io.flac import encode_flac, is_decoded_whole, read_canonical
from reviewer.audio.samples import Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.clips.content import ClipFiles, Resealer
from reviewer.clips.former_keys import RemovedFrames
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.model.annotation import Annotation, PersonalDataKind
from reviewer.model.clip import Clip
from reviewer.model.event import Action, DetailValue, Event, HeardRange
from reviewer.model.held_back import HeldFind
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.redaction import HearingReason, Redaction, RedactionSource, RedactionState
from reviewer.privacy.held_back import reasons_in
from reviewer.privacy.redaction import RemovedSound, removed_sounds
from reviewer.queue.redaction_api import SealedText
from reviewer.session import window
from reviewer.session.backup_lists import list_purges
from reviewer.session.clip_access import ClipAccess
from reviewer.session.keeping_back import KeptBackClips
from reviewer.session.key_changes import KeyChanges, Works, end_key_change
from reviewer.session.muted_span import MutedSpan
from reviewer.session.personal_data_marks import PersonalDataMarks
from reviewer.session.redacted_texts import RedactedTexts
from reviewer.session.unit_of_work import UnitOfWork


class Redactions:
    """Every rule of redaction; the same for listeners, QA and leads."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess) -> None:
        self._unit = unit
        self._access = access
        self._marks = PersonalDataMarks(unit)
        self._key_changes = KeyChanges(unit)

    def confirm(self, identity: Identity, redaction_id: str) -> Redaction:
        """Confirms a redaction, and applies it unless the clip is open in some window.

        Raises: Refused (code REDACTION_DECIDED); NotAllowed for anybody but QA and leads.
        """
        decided = self.record_decision(identity, redaction_id, RedactionState.CONFIRMED)
        self.apply(identity, decided.clip_id)
        return self._unit.redactions.get(redaction_id)

    def reject(self, identity: Identity, redaction_id: str) -> Redaction:
        """Rejects a redaction: the span holds no personal data, and can be heard from the next opening on."""
        rejected = self.record_decision(identity, redaction_id, RedactionState.REJECTED)
        self._marks.settle(identity, rejected.clip_id)
        return rejected

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

    def take_marks(self, identity: Identity) -> int:
        """Mutes what people marked in folders of their own; returns how many marks were new.

        Interrupted holds and releases of leads are finished first; afterwards the server is asked to withhold
        what is muted only here. Raises Unavailable.
        """
        KeptBackClips(self._unit).go_on(identity)
        taken = self._marks.take(identity)
        self._marks.keep_muted(identity)
        return taken

    def apply_all(self, identity: Identity) -> int:
        """Applies what was confirmed while the clip was open; returns the number of clips it is done for.

        Marks from elsewhere are taken first. A clip that cannot be opened, because its consent ended for
        example, waits and holds nothing up.
        """
        unit = self._unit
        self.take_marks(identity)
        done = 0
        confirmed = unit.redactions.in_state(RedactionState.CONFIRMED)
        for clip_id in dict.fromkeys((*unit.former_keys.clips(), *(one.clip_id for one in confirmed))):
            with suppress(Refused, Damaged):
                done += self.apply(identity, clip_id)
        self._marks.settle_all(identity)
        return done

    def apply(self, identity: Identity, clip_id: str) -> bool:
        """Replaces the sound of a clip's confirmed redactions, and everything sealed under its key; returns
        whether it did.

        It does not while any window has the clip open, where the span is muted and nobody should lose what
        they type; nor without the workspace key, under which the new key is wrapped: then a lead's program
        does it. A queue elsewhere has to say first that nobody works on the clip; the next call tries again.

        Raises Refused when the clip may not be opened any more; Damaged.
        """
        is_elsewhere = not self._unit.queue.answers_at_once
        if not self._can_replace_keys(identity) or (is_elsewhere and not self._marks.is_for(identity)):
            return False
        was_begun = self._unit.former_keys.get(clip_id) is not None  # maybe before the queue was moved
        try:
            is_done = self._key_changes.finish(identity, clip_id)
            is_done = is_done and (self._apply(identity, clip_id) or was_begun)
        except Unavailable:
            if not is_elsewhere:
                raise
            return False
        self._marks.settle(identity, clip_id)
        return is_done

    def _apply(self, identity: Identity, clip_id: str) -> bool:
        unit, confirmed = self._unit, self._confirmed(clip_id)
        if not confirmed or self._is_open(clip_id):
            return False
        acknowledgement_id = self._access.require(identity, Act.REDACT)
        clip = self._access.openable(clip_id)
        if not unit.queue.begin_redaction(clip_id) or unit.outbox.has_sealed(clip_id):
            return False
        detail: dict[str, DetailValue] = {"purpose": "redaction", "nda": acknowledgement_id}
        unit.log.record(Event.by(identity, Action.CLIP_OPENED, clip_id, detail=detail))
        try:
            is_replaced = self._replace(identity, clip, confirmed)
        finally:
            unit.log.record(Event.by(identity, Action.CLIP_CLOSED, clip_id))
        return is_replaced and self._key_changes.finish(identity, clip_id)

    def _replace(self, identity: Identity, clip: Clip, confirmed: Sequence[Redaction]) -> bool:
        """The first commit; the only one where the queue is in the workspace's own file."""
        unit, keyring = self._unit, identity.keyring
        stored_as = unit.clips.stored_as(clip.id)
        with unit.content.audio(keyring, clip.id) as stream:
            samples = read_canonical(stream)
        has_speech = unit.content.speech(keyring, clip.id) is not None
        spans = {one.id: removed_span(samples, one.span) for one in confirmed}
        files = _files(redacted(samples, spans.values()), has_speech=has_speech)
        elsewhere = None if unit.queue.answers_at_once else unit.queue.sealed_texts(clip.id)
        works = self._key_changes.works(elsewhere or ())
        removal = _Removal(clip, tuple(confirmed), spans, stored_as, elsewhere, works)
        try:
            unit.content.replace(
                keyring,
                clip.id,
                instead_of=stored_as,
                files=files,
                in_transaction=partial(self._reseal, identity, removal),
                is_swept=elsewhere is None,
            )
        except _OpenedMeanwhile:
            return False
        list_purges(unit)
        return True

    def _reseal(self, identity: Identity, removal: "_Removal", resealer: Resealer) -> None:
        """Everything but the files, in the transaction that replaces the key."""
        unit, clip, elsewhere = self._unit, removal.clip, removal.elsewhere
        if self._is_open(clip.id) or self._confirmed(clip.id) != removal.confirmed:
            raise _OpenedMeanwhile
        earlier = removed_sounds(unit.redactions.of_clip(clip.id))
        texts = RedactedTexts(resealer, unit.alignments, clip.locale, removal.sounds(), earlier)
        texts.hypotheses = unit.hypotheses.reseal_clip(clip.id, resealer, texts.hypothesis)
        unit.references.reseal_clip(clip.id, resealer)
        if elsewhere is None:
            seals = [(one, texts.text(one)) for one in unit.queue.sealed_texts(clip.id)]
            unit.queue.replace_seals(clip.id, seals)
        else:
            seals = [(one, texts.text_or_itself(one)) for one in elsewhere]
        for annotation_id, annotation in texts.annotations.items():
            record_reasons(unit, clip, annotation_id, annotation)
        unit.drafts.reseal_clip(clip.id, texts.draft)
        unit.versions.reseal_clip(clip.id, texts.version)
        removed = removal.frames(texts.unknown)
        if elsewhere is None:
            after = [each for _, each in seals]
            end_key_change(unit, identity, clip.id, removed, after, texts.digests_before)
            return
        self._key_changes.begin(texts, removal.stored_as, seals, removal.works, removed)
        detail: dict[str, DetailValue] = {"redactions": [one.redaction_id for one in removed]}
        unit.log.record(Event.by(identity, Action.REDACTION_PREPARED, clip.id, detail=detail))

    def record_decision(self, identity: Identity, redaction_id: str, state: RedactionState) -> Redaction:
        """Confirms or rejects; ``apply`` does the rest.

        Raises Refused (code REDACTION_DECIDED; REDACTION_OWN_FOLDER where it would reach nobody).
        """
        self._access.require(identity, Act.REDACT)
        unit = self._unit
        if unit.team_folder.is_own():
            raise Refused("REDACTION_OWN_FOLDER")
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

    Returns: None if the same span was proposed before. One that was rejected can be proposed again only by a
        listener.

    Raises Refused (code SPAN_OUTSIDE_CLIP).
    """
    unit.require_transaction()
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
    """Records why a piece of work holds its clip back, so that a lead sees the reasons without opening it."""
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


@dataclass(frozen=True, slots=True)
class _Removal:
    """What is removed from a clip. ``elsewhere``: what a queue on another machine keeps, which is told later.

    ``stored_as`` is the name of the files that go.
    """

    clip: Clip
    confirmed: tuple[Redaction, ...]
    spans: Mapping[str, Span]
    stored_as: str
    elsewhere: Sequence[SealedText] | None
    works: Works

    def sounds(self) -> tuple[RemovedSound, ...]:
        """The marked span and the removed span of each redaction, in the order of ``confirmed``."""
        return tuple(RemovedSound(one.span, self.spans[one.id], one.kind) for one in self.confirmed)

    def frames(self, unknown: Collection[RemovedSound]) -> list[RemovedFrames]:
        """The removed frames, each with whether some text does not show which words were said in them."""
        return [
            RemovedFrames(one.id, sound.removed.start, sound.removed.end, sound in unknown)
            for one, sound in zip(self.confirmed, self.sounds(), strict=True)
        ]


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
