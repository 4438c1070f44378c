"""Acts that end the work on a clip, as data: a hand-over commits one with the next opening."""

from dataclasses import dataclass

from reviewer.model.annotation import Annotation
from reviewer.model.task import Lease, SkipReason, VerdictKind


@dataclass(frozen=True, slots=True)
class HandIn:
    """Submits complete work; ``parent`` is the accepted pass that an adjudication takes or starts from."""

    lease: Lease
    annotation: Annotation
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Skips the clip for a reason; this person does not get it again."""

    lease: Lease
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Release:
    """Puts the task back untouched."""

    lease: Lease


@dataclass(frozen=True, slots=True)
class Decide:
    """Gives a verdict on reviewed work; returned work needs a comment."""

    lease: Lease
    kind: VerdictKind
    comment: str = ""


WorkAct = HandIn | Skip | Release | Decide
