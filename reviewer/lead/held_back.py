"""A lead decides about clips that are held back because of personal data."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from reviewer.access.rights import Act
from reviewer.clips.repository import PurgeReason
from reviewer.errors import Refused, Unavailable
from reviewer.lead.purge import Purge, PurgeReport
from reviewer.model.annotation import Annotation, PersonalDataKind
from reviewer.model.clip import ClipState
from reviewer.model.event import Action, DetailValue, Event, HeardRange
from reviewer.model.held_back import HeldBackClip, HeldCode, HeldFind, HeldState, ReleaseReason
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.intervals import Span
from reviewer.model.people import Identity, Person, PersonState, Role
from reviewer.model.redaction import Redaction, RedactionSource, RedactionState
from reviewer.privacy import pii
from reviewer.session.clip_access import ClipAccess
from reviewer.session.keeping_back import KeptBackClips
from reviewer.session.redactions import Redactions, propose
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.unsealed_clip import UnsealedClip

_FINISHED = (ClipState.FINAL, ClipState.EXPORTED)
_PAGE = 1000
"""Of so many clips the queue is asked at once."""


@dataclass(frozen=True, slots=True)
class OpenedHeldClip:
    """The content of a held clip, after a row in the log; muted spans are silent here as well."""

    held: HeldBackClip
    sound: UnsealedClip
    hypotheses: tuple[Hypothesis, ...]
    annotations: tuple[Annotation, ...]


class HeldBack:
    """Lists everything that is held back, and what a lead can do about it; every decision is a row of the
    log."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess, redactions: Redactions, purge: Purge) -> None:
        self._unit = unit
        self._access = access
        self._redactions = redactions
        self._purge = purge
        self._kept_back = KeptBackClips(unit)

    def clips(self, identity: Identity) -> tuple[HeldBackClip, ...]:
        """Every clip that waits for a decision, the longest first; nothing is unsealed."""
        self._take_marks(identity)
        return tuple(sorted(self._all(), key=lambda one: one.since))

    def count(self, identity: Identity) -> int:
        """How many clips wait for a decision; they are read page by page, and none is kept."""
        self._take_marks(identity)
        return sum(1 for _ in self._all())

    def codes(self) -> Callable[[str, ClipState], tuple[HeldCode, ...]]:
        """Why a clip in a state is held back, empty if it is not, for the list of all clips."""
        unit = self._unit
        finds: dict[str, list[HeldFind]] = {}
        for find in unit.held_finds.all():
            finds.setdefault(find.clip_id, []).append(find)
        counting = self._counting(finds)
        redactions: dict[str, list[Redaction]] = {}
        for stage in (RedactionState.PROPOSED, RedactionState.CONFIRMED, RedactionState.APPLIED):
            for one in unit.redactions.in_state(stage):
                redactions.setdefault(one.clip_id, []).append(one)

        def codes_of(clip_id: str, state: ClipState) -> tuple[HeldCode, ...]:
            is_quarantined = state is ClipState.QUARANTINED
            if state is ClipState.PURGED or not (is_quarantined or clip_id in finds or clip_id in redactions):
                return ()
            its = tuple(redactions.get(clip_id, ()))
            codes = [one.code for one in _that_hold(state, finds.get(clip_id, []), its, counting)]
            codes += [HeldCode.PENDING for one in its if one.is_muted]
            codes += [HeldCode.TEXT_OPEN for one in its if one.is_text_open]
            if not codes and is_quarantined:
                return (HeldCode.DRAFT,)
            return tuple(dict.fromkeys(codes))

        return codes_of

    def get(self, identity: Identity, clip_id: str) -> HeldBackClip:
        """One clip that is held back. Raises Refused (code NOT_HELD_BACK)."""
        self._take_marks(identity)
        for one in self._held([clip_id], self._unit.queue.clip_states([clip_id])):
            return one
        raise Refused("NOT_HELD_BACK", clip=clip_id)

    def open(self, identity: Identity, clip_id: str) -> OpenedHeldClip:
        """Unseals sound, drafts and held work, after a row that names them; ``close`` it again."""
        held = self.get(identity, clip_id)
        sound = self._access.open_held(identity, clip_id, held.annotations)
        try:
            works = [self._unit.queue.annotation(one) for one in held.annotations]
            texts = [self._access.texts.unseal(identity, work) for work in works]
            drafts = self._unit.hypotheses.of_clip(identity.keyring, clip_id)
        except BaseException:
            self.close(identity, clip_id)
            raise
        return OpenedHeldClip(held, sound, drafts, tuple(texts))

    def heard(self, identity: Identity, clip_id: str, ranges: Sequence[HeardRange]) -> None:
        """Logs which frames of an open held clip reached the device. Raises Refused if it is not open."""
        self._access.heard_held(identity, clip_id, ranges)

    def beat(self, identity: Identity, clip_id: str) -> None:
        """The heartbeat of an open clip: checks that it may stay open.

        Checks session, role, agreement, consent, retention and key. If one fails, the clip is closed with a
        log row that says why, and the refusal is raised.
        """
        self._access.beat_held(identity, clip_id)

    def close(self, identity: Identity, clip_id: str) -> None:
        """Closes an open clip, with a row in the log."""
        self._access.close_held(identity, clip_id)

    def release(self, identity: Identity, clip_id: str, reason: ReleaseReason) -> None:
        """Releases a clip: from quarantine into the queue, or its finished work into the next export.

        Raises Refused (code REDACTION_PENDING) while a span is muted: that has to be decided first.
        """
        held = self.get(identity, clip_id)
        if any(one.is_muted for one in held.redactions):
            raise Refused("REDACTION_PENDING", clip=clip_id)
        unit = self._unit
        if held.state is HeldState.QUARANTINED:
            self._kept_back.end_quarantine(identity, clip_id, reason)
        else:
            self._release_work(identity, held, reason)
        with suppress(Unavailable):  # without its drafts the clip can be worked on too
            unit.publish_facts(identity, [clip_id])

    def _release_work(self, identity: Identity, held: HeldBackClip, reason: ReleaseReason) -> None:
        unit, clip_id = self._unit, held.clip.id
        with unit.transaction():
            unit.held_finds.replace(clip_id, "", ())
            unit.redactions.settle_text(clip_id)
            for annotation_id in held.annotations:
                unit.held_finds.release(clip_id, annotation_id, reason, identity.person.id, unit.clock.now())
            detail: dict[str, DetailValue] = {
                "from": held.state.value,
                "annotations": list(held.annotations),
            }
            event = Event.by(identity, Action.HELD_RELEASED, clip_id, reason=reason, detail=detail)
            unit.log.record(event)

    def drop_drafts(self, identity: Identity, clip_id: str) -> int:
        """Removes the recognisers' drafts in which personal data is found; the clip stays held back.

        Returns: how many were removed. Raises Unavailable where the server cannot be told; the drafts are
        removed here, and the next call tells it.
        """
        held = self.get(identity, clip_id)
        acknowledgement_id = self._access.require(identity, Act.DECIDE_HELD)
        unit = self._unit
        self._access.openable(clip_id)
        detail: dict[str, DetailValue] = {"purpose": "held", "nda": acknowledgement_id}
        unit.log.record(Event.by(identity, Action.TEXT_OPENED, clip_id, detail=detail))
        drafts = unit.hypotheses.of_clip(identity.keyring, clip_id)
        dropped = [one.id for one in drafts if _finds_in(one, held.clip.locale)]
        with unit.transaction():
            for hypothesis_id in dropped:
                unit.hypotheses.delete(hypothesis_id)
            if dropped:
                event = Event.by(identity, Action.DRAFT_DROPPED, clip_id, detail={"hypotheses": dropped})
                unit.log.record(event)
        unit.publish_facts(identity, [clip_id])  # also where an attempt before did not get there
        return len(dropped)

    def redact(
        self, identity: Identity, clip_id: str, span: Span | None = None, kind: PersonalDataKind | None = None
    ) -> tuple[Redaction, ...]:
        """Confirms every proposed redaction of a clip; if a span is given, also one of that span.

        A clip in quarantine goes into the queue once nothing that was found is left in its sound and drafts.

        Raises: Refused where there is nothing to do (NOT_HELD_BACK, NOTHING_TO_REDACT).
        """
        self._access.require(identity, Act.DECIDE_HELD)
        unit = self._unit
        clip = self._access.openable(clip_id)
        if span is None:
            self._require_redactions(identity, clip_id)
        if span is not None:
            marked = kind or PersonalDataKind.OTHER
            with unit.transaction():
                propose(unit, identity, clip, span, marked, RedactionSource.LISTENER)
        for one in unit.redactions.of_clip(clip_id):
            if one.state is RedactionState.PROPOSED:
                self._redactions.record_decision(identity, one.id, RedactionState.CONFIRMED)
        self._redactions.apply(identity, clip_id)
        self.release_if_clean(identity, clip_id)
        return unit.redactions.of_clip(clip_id)

    def _require_redactions(self, identity: Identity, clip_id: str) -> None:
        """Refuses a clip that is not held back, or for which nobody proposed a redaction."""
        if self._unit.former_keys.get(clip_id) is None and not self.get(identity, clip_id).redactions:
            raise Refused("NOTHING_TO_REDACT", clip=clip_id)

    def release_if_clean(self, identity: Identity, clip_id: str) -> bool:
        """Ends the quarantine of a clip from which everything that was found has been removed."""
        unit = self._unit
        redactions = unit.redactions.of_clip(clip_id)
        is_done = any(one.state is RedactionState.APPLIED for one in redactions) and not any(
            one.is_muted or one.is_text_open for one in redactions
        )
        if not is_done or unit.queue.clip_state(clip_id) is not ClipState.QUARANTINED:
            return False
        detail: dict[str, DetailValue] = {"purpose": "held"}
        unit.log.record(Event.by(identity, Action.TEXT_OPENED, clip_id, detail=detail))
        drafts = unit.hypotheses.of_clip(identity.keyring, clip_id)
        locale = unit.clips.get(clip_id).locale
        if any(_finds_in(one, locale) for one in drafts):
            return False
        self.release(identity, clip_id, ReleaseReason.CHECKED)
        return True

    def reassign(self, identity: Identity, clip_id: str, name: str) -> Person:
        """Gives a clip to one person who will listen to it.

        A clip in quarantine is transcribed by a contractor, without the drafts in which something was found.
        Finished work is adjudicated by somebody from QA, whose text then counts.
        """
        held = self.get(identity, clip_id)
        if any(one.is_muted for one in held.redactions):
            raise Refused("REDACTION_PENDING", clip=clip_id)
        role = Role.CONTRACTOR if held.state is HeldState.QUARANTINED else Role.QA
        person = self._unit.people.by_name(name)
        if person is None or person.state is not PersonState.ACTIVE or person.role is not role:
            raise Refused("NOT_A_CONTRACTOR" if role is Role.CONTRACTOR else "NOT_QA")
        unit = self._unit
        if held.state is HeldState.QUARANTINED:
            self.drop_drafts(identity, clip_id)
            self._kept_back.give_out(identity, clip_id, person.id)
            return person
        with unit.transaction_with_queue():
            task_id = unit.queue.add_adjudication(clip_id)
            unit.queue.assign(task_id, person.id)
            detail: dict[str, DetailValue] = {"task": task_id, "to": person.id}
            unit.log.record(Event.by(identity, Action.TASK_ASSIGNED, task_id, detail=detail))
            with unit.transaction():
                unit.held_finds.replace(clip_id, "", ())
                unit.redactions.settle_text(clip_id)
                detail = {"from": held.state.value, "to": person.id}
                unit.log.record(Event.by(identity, Action.HELD_RELEASED, clip_id, detail=detail))
        return person

    def purge(self, identity: Identity, clip_id: str) -> PurgeReport:
        """Destroys the clip; returns the exports that must be recalled."""
        self.get(identity, clip_id)
        return self._purge.purge_clip(identity, clip_id, PurgeReason.PERSONAL_DATA)

    def _take_marks(self, identity: Identity) -> None:
        self._access.allow(identity, Act.DECIDE_HELD)
        with suppress(Unavailable):  # then those that are known here
            self._redactions.take_marks(identity)

    def _all(self) -> Iterator[HeldBackClip]:
        """All clips about which something is known here, then the others in quarantine, page by page."""
        unit, after = self._unit, ""
        here = unit.held_finds.clips() | unit.redactions.clips_with_open_text()
        for state in (RedactionState.PROPOSED, RedactionState.CONFIRMED):
            here |= {one.clip_id for one in unit.redactions.in_state(state)}
        known = sorted(here)
        for ids in (known[at : at + _PAGE] for at in range(0, len(known), _PAGE)):
            yield from self._held(ids, unit.queue.clip_states(ids))
        while page := unit.queue.quarantined(_PAGE, after=after):
            after = page[-1]
            others = [clip_id for clip_id in page if clip_id not in here]
            yield from self._held(others, dict.fromkeys(others, ClipState.QUARANTINED))

    def _held(self, clip_ids: Sequence[str], states: Mapping[str, ClipState]) -> Iterator[HeldBackClip]:
        """Those of these clips that are held back; ``states`` are the queue's."""
        unit = self._unit
        clips, redactions = unit.clips.many(clip_ids), unit.redactions.of_clips(clip_ids)
        finds = unit.held_finds.of_clips(clip_ids)
        counting = self._counting(finds)
        for clip_id in clip_ids:
            state, clip = states.get(clip_id), clips.get(clip_id)
            if state is None or state is ClipState.PURGED or clip is None:
                continue
            its = redactions.get(clip_id, ())
            waiting = [one for one in its if one.is_muted or one.is_text_open]
            kept = tuple(_that_hold(state, finds.get(clip_id, []), its, counting))
            if state is not ClipState.QUARANTINED and not kept and not waiting:
                continue
            since = [one.found_at for one in kept] + [one.proposed_at for one in waiting]
            place = HeldState.FINISHED if state in _FINISHED else HeldState.IN_WORK
            if state is ClipState.QUARANTINED:
                place = HeldState.QUARANTINED
            yield HeldBackClip(clip, place, kept, its, min(since, default=clip.imported_at))

    def _counting(self, finds: Mapping[str, Sequence[HeldFind]]) -> frozenset[str]:
        """For each of these clips, the work that counts among the work in which something was found."""
        queue, found = self._unit.queue, set[str]()
        by_clip = {
            clip_id: {one.annotation_id for one in its if one.annotation_id} for clip_id, its in finds.items()
        }
        named = [clip_id for clip_id, works in by_clip.items() if works]
        for ids in (named[at : at + _PAGE] for at in range(0, len(named), _PAGE)):
            finals = queue.finals(ids)
            found.update(finals.values())
            rest = [work for clip_id in ids if clip_id not in finals for work in by_clip[clip_id]]
            found.update(queue.accepted_among(rest))
        return frozenset(found)


def _that_hold(
    state: ClipState, finds: Iterable[HeldFind], redactions: Sequence[Redaction], counting: Collection[str]
) -> Iterator[HeldFind]:
    """The finds that hold a clip back: in the draft of a clip in quarantine, or in the work that counts."""
    applied = any(one.state is RedactionState.APPLIED for one in redactions)
    for find in finds:
        if not find.annotation_id:
            if state is ClipState.QUARANTINED:
                yield find
        elif state in _FINISHED and find.annotation_id in counting:
            is_removed = find.code in (HeldCode.FLAG, HeldCode.TAG) and applied
            if not is_removed:
                yield find


def _finds_in(hypothesis: Hypothesis, locale: str) -> bool:
    texts = (hypothesis.text, " ".join(word.text for word in hypothesis.words))
    return any(pii.find(text, locale) for text in texts)
