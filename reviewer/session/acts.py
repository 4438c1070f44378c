"""What ends the work on a clip, as data."""

from dataclasses import dataclass

from reviewer.model.annotation import Annotation
from reviewer.model.task import Lease, SkipReason, VerdictKind


@dataclass(frozen=True, slots=True)
class HandIn:
    """Submits an annotation."""

    lease: Lease
    annotation: Annotation


@dataclass(frozen=True, slots=True)
class Skip:
    """Gives a clip back for a reason."""

    lease: Lease
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Release:
    """Gives a clip back untouched."""

    lease: Lease


@dataclass(frozen=True, slots=True)
class Decide:
    """Ends a review with a verdict."""

    lease: Lease
    kind: VerdictKind
    comment: str = ""


WorkAct = HandIn | Skip | Release | Decide
