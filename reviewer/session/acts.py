"""What ends the work on a clip, as data: a hand-over commits one of these together with the next opening."""

from dataclasses import dataclass

from reviewer.model.annotation import Annotation
from reviewer.model.task import Lease, SkipReason, VerdictKind


@dataclass(frozen=True, slots=True)
class HandIn:
    """Work is complete."""

    lease: Lease
    annotation: Annotation


@dataclass(frozen=True, slots=True)
class Skip:
    """The clip goes back for a reason, and does not come to this person again."""

    lease: Lease
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Release:
    """The task goes back untouched."""

    lease: Lease


@dataclass(frozen=True, slots=True)
class Decide:
    """A verdict on reviewed work; returned work needs a comment."""

    lease: Lease
    kind: VerdictKind
    comment: str = ""


WorkAct = HandIn | Skip | Release | Decide
