"""Marks of personal data on their way from somebody's own folder to the lead's, over the queue's server."""

import json
from contextlib import suppress

from reviewer.clips.content import ClipContent
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.clip import Clip, ClipState, ContentKind
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.intervals import Span
from reviewer.model.people import Identity, Keyring, Role
from reviewer.model.redaction import PersonalDataMark, Redaction, RedactionSource, RedactionState
from reviewer.model.task import Lease
from reviewer.queue.outbox import MarkPersonalData
from reviewer.session.delivery import Delivery
from reviewer.session.unit_of_work import UnitOfWork

_BYTES = 96
"""Every mark is as long: its size says nothing of place and kind."""


def tell(delivery: Delivery, content: ClipContent, keyring: Keyring, lease: Lease, mark: Redaction) -> None:
    """Tells a queue elsewhere of a redaction that was just proposed; inside its transaction.

    Does nothing where the queue and the redactions are in the same file.
    """
    if delivery.answers_at_once:
        return
    place = {"start": mark.start, "end": mark.end, "kind": mark.kind.value}
    plain = json.dumps(place).encode().ljust(_BYTES)
    sealed = content.seal(keyring, mark.clip_id, ContentKind.MARK, mark.id, plain)
    delivery.post(MarkPersonalData(lease, mark.id, sealed))


class PersonalDataMarks:
    """Exchanges marks of personal data between a lead's folder and the queue's server; does nothing for
    others.

    It keeps no state but the redactions, so after a crash at any point the next call continues.
    """

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def is_for(self, identity: Identity) -> bool:
        """Whether this is a lead in the lead's folder: only there are marks taken, and clips given a new
        key."""
        unit = self._unit
        return identity.person.role is Role.LEAD and not unit.team_folder.is_own()

    def take(self, identity: Identity) -> int:
        """Mutes what was marked elsewhere, each mark in a commit of its own; returns how many marks were new.

        Raises Unavailable.
        """
        if not self.is_for(identity):
            return 0
        unit, taken = self._unit, 0
        marks = unit.queue.open_marks()
        clips = unit.clips.ids() if marks else set()
        for mark in marks:
            if mark.clip_id not in clips:
                unit.queue.end_redaction(mark.clip_id, [mark.id])  # it was purged: nobody need decide
            elif mark.id not in {one.id for one in unit.redactions.of_clip(mark.clip_id)}:
                self._take(identity, mark)
                taken += 1
        return taken

    def keep_muted(self, identity: Identity) -> None:
        """Asks the server to withhold clips in which something is muted here, but nothing is marked there.

        For example what was found in a recogniser's draft, or in a late draft: it is muted in this folder
        alone, and others would still hear it. A mark that is yet to be sent withholds its clip itself. Raises
        Unavailable.
        """
        unit = self._unit
        if not self.is_for(identity) or unit.queue.answers_at_once:
            return
        unsent, muted = unit.outbox.marks(), set()
        for state in (RedactionState.PROPOSED, RedactionState.CONFIRMED):
            muted |= {one.clip_id for one in unit.redactions.in_state(state) if one.id not in unsent}
        if not muted:
            return
        kept = set(unit.queue.clips_in_redaction())
        states = unit.queue.clip_states(muted)
        kept |= {clip_id for clip_id, state in states.items() if state is ClipState.QUARANTINED}
        for clip_id in sorted(muted - kept):
            with suppress(Refused):  # the queue does not know it yet, or it was purged
                unit.queue.begin_redaction(clip_id)

    def settle(self, identity: Identity, clip_id: str) -> None:
        """Lets a clip continue in the queue once nothing in it is undecided or waits to be removed.

        Never raises Unavailable: ``settle_all`` tries again.
        """
        unit = self._unit
        redactions = unit.redactions.of_clip(clip_id)
        is_waiting = any(one.is_muted for one in redactions) or unit.former_keys.get(clip_id) is not None
        if self.is_for(identity) and not is_waiting:
            with suppress(Unavailable):  # ``settle_all`` does it later
                unit.queue.end_redaction(clip_id, [one.id for one in redactions])

    def settle_all(self, identity: Identity) -> None:
        """Does ``settle`` for every clip that the queue withholds for a redaction. Raises Unavailable."""
        if self.is_for(identity):
            for clip_id in self._unit.queue.clips_in_redaction():
                self.settle(identity, clip_id)

    def _take(self, identity: Identity, mark: PersonalDataMark) -> None:
        unit = self._unit
        clip = unit.clips.get(mark.clip_id)
        found = self._read(identity, clip, mark)
        span, kind = found or (Span(0, clip.frames), PersonalDataKind.OTHER)
        redaction = Redaction(
            mark.id, clip.id, span.start, span.end, kind, RedactionSource.LISTENER,
            RedactionState.PROPOSED, mark.person_id, mark.at,
        )  # fmt: skip
        detail: dict[str, DetailValue] = {
            "redaction": redaction.id,
            "span": [span.start, span.end],
            "kind": kind.value,
            "source": redaction.source.value,
            "marked_by": mark.person_id,
            "is_readable": found is not None,
        }
        with unit.transaction():
            unit.redactions.add(redaction)
            unit.log.record(Event.by(identity, Action.REDACTION_PROPOSED, clip.id, detail=detail))

    def _read(
        self, identity: Identity, clip: Clip, mark: PersonalDataMark
    ) -> tuple[Span, PersonalDataKind] | None:
        """The place and the kind of a mark; None if its key is gone or it holds neither.

        Somebody marked something all the same, so then the whole clip is muted until it is decided.
        """
        try:
            plain = self._unit.content.unseal(
                identity.keyring, clip.id, ContentKind.MARK, mark.id, mark.sealed
            )
            place = json.loads(plain)
            span, kind = Span(int(place["start"]), int(place["end"])), PersonalDataKind(place["kind"])
        except (Damaged, ValueError, KeyError, TypeError):
            return None
        return (span, kind) if 0 <= span.start < span.end <= clip.frames else None
