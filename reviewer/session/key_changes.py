"""A new key for a clip whose texts a queue elsewhere keeps: it gets the new seals, then the old key goes."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

from reviewer.access.signed_work import Authorship
from reviewer.clips.content import Resealer
from reviewer.clips.former_keys import FormerKey, NewSeal, RemovedFrames
from reviewer.errors import Damaged, Refused
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.task import SealedAnnotation
from reviewer.privacy.redaction import RemovedSound, removed_sounds
from reviewer.queue.redaction_api import SealedText
from reviewer.session.backup_lists import list_purges
from reviewer.session.redacted_texts import RedactedTexts
from reviewer.session.unit_of_work import UnitOfWork

Seals = Sequence[tuple[SealedText, SealedText]]
Works = Mapping[str, SealedAnnotation]


class KeyChanges:
    """Finishes key changes: the queue is asked until it holds the texts under a clip's new key.

    Until then both keys are kept, so whatever the queue holds opens with one of them. A change that has begun
    is never undone.
    """

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def works(self, texts: Sequence[SealedText]) -> dict[str, SealedAnnotation]:
        """The annotations among the texts that the queue holds, by id. Raises Unavailable."""
        ids = [text.id for text in texts if text.kind is ContentKind.ANNOTATION]
        return {each: self._unit.queue.annotation(each) for each in ids}

    def begin(
        self,
        texts: RedactedTexts,
        stored_as: str,
        seals: Seals,
        works: Works,
        removed: Sequence[RemovedFrames],
    ) -> None:
        """Keeps the old key and the new seals, in the transaction that replaces the key.

        ``stored_as``: the name of the files under the old key, which are removed next.
        """
        resealer = texts.resealer
        sealed = resealer.seal(ContentKind.FORMER_KEY, "", resealer.old)
        new = self._new_seals(texts, seals, works)
        self._unit.former_keys.put(FormerKey(resealer.clip_id, stored_as, sealed, new, tuple(removed)))

    def finish(self, identity: Identity, clip_id: str) -> bool:
        """Asks the queue to replace the seals, and commits the answer; False if it has to be asked again.

        Texts that came in meanwhile are sealed again first. The clip's facts are published before the old key
        goes, so that nothing is left to do afterwards. Raises Unavailable, Damaged, ClipWithdrawn.
        """
        unit = self._unit
        former = unit.former_keys.get(clip_id)
        if former is None:
            return True
        unit.content.remove_former(clip_id, former.stored_as)
        try:
            former, seals = self._seals(identity, former)
            unit.queue.replace_seals(clip_id, seals)
        except Refused as refusal:
            if refusal.code != "CLIP_CHANGED":
                raise
            return False
        unit.publish_facts(identity, [clip_id])
        with unit.transaction():
            now = unit.former_keys.get(clip_id)
            if now is not None and now.stored_as == former.stored_as:  # else another process came first
                unit.former_keys.delete(clip_id)
                before = {each.id: each.digest_before for each in former.seals}
                end_key_change(unit, identity, clip_id, former.removed, former.seals, before)
        unit.clips.truncate_wal()
        list_purges(unit)
        return True

    def _seals(self, identity: Identity, former: FormerKey) -> tuple[FormerKey, Seals]:
        """Pairs of each text that the queue holds now and its replacement; texts that are new there are
        sealed first."""
        made = {(each.kind, each.id): each for each in former.seals}
        seals, late = [], []
        for text in self._unit.queue.sealed_texts(former.clip_id):
            new = made.get((text.kind, text.id))
            if new is not None and new.replaces(text.sealed):
                seals.append((text, replace(text, digest=new.digest, sealed=new.sealed)))
            elif new is not None and new.sealed == text.sealed:
                seals.append((text, text))
            else:
                late.append(text)
        if late:
            former, resealed = self._resealed(identity, former, late)
            seals += resealed
        return former, seals

    def _resealed(
        self, identity: Identity, former: FormerKey, texts: Sequence[SealedText]
    ) -> tuple[FormerKey, Seals]:
        """Seals texts that came in since the key was replaced, without the removed words; in one commit
        with a log row."""
        unit = self._unit
        clip, resealer = unit.clips.get(former.clip_id), self._resealer(identity, former)
        of_clip = unit.redactions.of_clip(clip.id)
        kinds = {one.id: one.kind for one in of_clip}
        removed = tuple(
            RemovedSound(_span_of(unit, one), Span(one.start, one.end), kinds[one.redaction_id])
            for one in former.removed
        )
        earlier = removed_sounds(of_clip)
        redacted = RedactedTexts(resealer, unit.alignments, clip.locale, removed, earlier)
        detail: dict[str, DetailValue] = {"purpose": "redaction", "texts": [text.id for text in texts]}
        unit.log.record(Event.by(identity, Action.TEXT_OPENED, clip.id, detail=detail))
        works = self.works(texts)
        with unit.transaction():
            seals = [
                (text, text if _is_new(resealer, text) else redacted.text_or_itself(text)) for text in texts
            ]
            known = tuple(
                replace(one, is_text_open=one.is_text_open or which in redacted.unknown)
                for one, which in zip(former.removed, removed, strict=True)
            )
            new = self._new_seals(redacted, seals, works)
            ids = {(each.kind, each.id) for each in new}
            kept = tuple(each for each in former.seals if (each.kind, each.id) not in ids)
            former = replace(former, seals=(*kept, *new), removed=known)
            unit.former_keys.put(former)
        return former, seals

    def _new_seals(self, texts: RedactedTexts, seals: Seals, works: Works) -> tuple[NewSeal, ...]:
        """The replacements for the queue.

        A redacted text no longer has its author's signature. Instead, a log row names its author, if the
        signature was valid before.
        """
        authors, made = Authorship(self._unit.log, self._unit.workspace_id), []
        digests = texts.digests_before
        for before, after in seals:
            work = works.get(before.id) if before.id in texts.before else None
            is_known = work is not None and authors.is_known(work, texts.before[before.id])
            new = NewSeal(
                after.kind, after.id, after.name, after.digest, after.sealed, sha256(before.sealed).digest(),
                digest_before=digests.get(before.id, b""),
            )  # fmt: skip
            if work is not None and is_known:
                new = replace(new, task_id=work.task_id, author=work.author)
            made.append(new)
        return tuple(made)

    def _resealer(self, identity: Identity, former: FormerKey) -> Resealer:
        unit = self._unit
        new = unit.content.clip_key(identity.keyring, former.clip_id).key
        plain = unit.content.unseal(
            identity.keyring, former.clip_id, ContentKind.FORMER_KEY, "", former.sealed
        )
        return Resealer(plain, new, unit.workspace_id, former.clip_id)


def end_key_change(
    unit: UnitOfWork,
    identity: Identity,
    clip_id: str,
    removed: Sequence[RemovedFrames],
    texts: Sequence[SealedText | NewSeal],
    before: Mapping[str, bytes],
) -> None:
    """Records applied redactions: the frames, the annotations as they are now, and the exports that had the
    clip.

    ``before``: the annotations' digests under the old key, by id, because verdicts name these. In the
    transaction after which nothing opens with the old key.
    """
    for one in removed:
        frames = Span(one.start, one.end)
        unit.redactions.mark_applied(one.redaction_id, frames, is_text_open=one.is_text_open)
    works = [text for text in texts if text.kind is ContentKind.ANNOTATION]
    ids = [one.redaction_id for one in removed]
    detail: dict[str, DetailValue] = {
        "redactions": ids,
        "removed": [[one.start, one.end] for one in removed],
        "annotations": [work.id for work in works],
        "digests": [work.digest.hex() for work in works],
        "before": [before.get(work.id, b"").hex() for work in works],
        "sealed": [sha256(work.sealed).hexdigest() for work in works],
        "text_open": any(one.is_text_open for one in removed),
    }
    authors = [(work.task_id, work.author) for work in works if isinstance(work, NewSeal)]
    if authors:  # work that came over a queue elsewhere, and that no other row of this log may know
        detail |= {"tasks": [task for task, _ in authors], "authors": [author for _, author in authors]}
    unit.log.record(Event.by(identity, Action.REDACTION_APPLIED, clip_id, detail=detail))
    exports = [one.id for one in unit.exports.exports_of([clip_id])]
    incident: dict[str, DetailValue] = {"redactions": ids, "exports": exports}
    unit.log.record(Event.by(identity, Action.INCIDENT, clip_id, detail=incident))


def _is_new(resealer: Resealer, text: SealedText) -> bool:
    """Whether a text is sealed under the new key already, because somebody here submitted it since."""
    with suppress(Damaged):
        Resealer(resealer.new, resealer.new, resealer.workspace_id, resealer.clip_id).unseal(
            text.kind, text.name, text.sealed
        )
        return True
    return False


def _span_of(unit: UnitOfWork, removed: RemovedFrames) -> Span:
    """What was marked, before padding."""
    return unit.redactions.get(removed.redaction_id).span
