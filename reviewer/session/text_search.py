"""Finds a text in a person's own submissions of today."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reviewer.model.people import Identity
from reviewer.session.clip_access import ClipAccess
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.find import Query, find

if TYPE_CHECKING:
    from reviewer.model.task import SealedAnnotation

_MOST = 500
_AROUND = 60
"""Characters before and after a match that its excerpt shows."""


@dataclass(frozen=True, slots=True)
class FoundWork:
    """One submission that contains the text, ``count`` times; ``excerpt`` is around the first of them."""

    annotation_id: str
    clip_id: str
    submitted_at: datetime
    count: int
    excerpt: str


def search(
    unit: UnitOfWork, access: ClipAccess, identity: Identity, query: Query, since: datetime
) -> list[FoundWork]:
    """The newest submission of each clip since ``since`` that contains the text, newest first.

    Every text that is looked at is logged before it is unsealed, found or not; a clip that may not be
    opened any more is left out.
    """
    newest: dict[str, SealedAnnotation] = {}
    for each in unit.queue.annotations_of(identity.person.id, _MOST):
        if each.made_at >= since:
            newest.setdefault(each.clip_id, each)
    annotations = list(newest.values())
    found = []
    for each, annotation in zip(annotations, access.texts.read(identity, annotations, "search"), strict=True):
        if annotation is None:
            continue
        texts = [segment.text for segment in annotation.segments]
        matches = find(texts, query, unit.clips.get(each.clip_id).locale)
        if matches:
            around = excerpt(texts[matches[0].row], matches[0].start, matches[0].end)
            found.append(FoundWork(each.id, each.clip_id, each.made_at, len(matches), around))
    return found


def excerpt(text: str, start: int, end: int) -> str:
    """The words around a match, on one line."""
    first = text.rfind(" ", 0, start - _AROUND) + 1 if start > _AROUND else 0
    last = text.find(" ", end + _AROUND)
    before, after = "… " if first else "", " …" if last >= 0 else ""
    return before + " ".join(text[first : last if last >= 0 else len(text)].split()) + after
