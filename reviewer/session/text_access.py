"""Reads texts without opening the sound of their clips: commits a log row for each clip, then unseals."""

import hmac
from collections.abc import Callable, Sequence
from typing import TypeVar

from reviewer.errors import Damaged
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.task import LateDraft, SealedAnnotation, draft_name
from reviewer.session.clip_conditions import may_open
from reviewer.session.clip_unsealing import ClipUnsealing
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.unreadable_work import if_readable

_Text = TypeVar("_Text", SealedAnnotation, LateDraft)


class TextAccess:
    """Texts of clips whose consent and retention last and whose key is here.

    Who may read which texts is for the caller to check.
    """

    def __init__(self, unit: UnitOfWork, unsealing: ClipUnsealing) -> None:
        self._unit = unit
        self._unsealing = unsealing

    def read(
        self, identity: Identity, annotations: Sequence[SealedAnnotation], purpose: str
    ) -> list[Annotation | None]:
        """Annotations, in the given order, after a row for each clip.

        None for a clip that may not be opened any more, and for an annotation of a queue elsewhere that does
        not match its digest.

        Raises: Damaged when an annotation in the workspace's own file does not match its digest.
        """
        unseal = if_readable(self._unit, self.unseal)
        return self._after_rows(identity, purpose, annotations, lambda a: {"annotations": [a.id]}, unseal)

    def read_late(self, identity: Identity, drafts: Sequence[LateDraft]) -> list[Annotation | None]:
        """Late drafts, for their author's history; as ``read`` otherwise."""
        return self._after_rows(
            identity, "history", drafts, lambda one: {"late_draft": one.id}, self.unseal_late
        )

    def unseal(self, identity: Identity, annotation: SealedAnnotation) -> Annotation:
        """An annotation that the row of its clip's opening names. Raises Damaged."""
        plain, digest = self._unit.content.unseal_with_digest(
            identity.keyring, annotation.clip_id, ContentKind.ANNOTATION, annotation.id, annotation.sealed
        )
        if not hmac.compare_digest(digest, annotation.digest):
            raise Damaged("ANNOTATION_EXCHANGED", annotation=annotation.id)
        return Annotation.from_bytes(plain)

    def unseal_late(self, identity: Identity, draft: LateDraft) -> Annotation:
        """A late draft that the row of its clip's opening names. Raises Damaged."""
        return Annotation.from_bytes(self.unseal_late_bytes(identity, draft))

    def unseal_late_bytes(self, identity: Identity, draft: LateDraft) -> bytes:
        """The same as it was sealed, with its author's signature. Raises Damaged."""
        name = draft_name(draft.task_id, draft.person_id)
        return self._unit.content.unseal(
            identity.keyring, draft.clip_id, ContentKind.LATE_DRAFT, name, draft.sealed
        )

    def _after_rows(
        self,
        identity: Identity,
        purpose: str,
        texts: Sequence[_Text],
        named: Callable[[_Text], dict[str, DetailValue]],
        unseal: Callable[[Identity, _Text], Annotation | None],
    ) -> list[Annotation | None]:
        unit, unsealing = self._unit, self._unsealing
        pairs = [
            (one, may_open(unit, one.clip_id) and unsealing.has_key(identity, one.clip_id)) for one in texts
        ]
        with unit.transaction():
            for each, is_open in pairs:
                if is_open:
                    detail = {"purpose": purpose, **named(each)}
                    unit.log.record(Event.by(identity, Action.TEXT_OPENED, each.clip_id, detail=detail))
        return [unseal(identity, each) if is_open else None for each, is_open in pairs]
