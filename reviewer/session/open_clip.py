"""An open clip, with everything that belongs to a person's work on it."""

from dataclasses import dataclass

from reviewer.audio.samples import Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.model.annotation import Annotation
from reviewer.model.clip import Clip
from reviewer.model.event import HeardRange
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.intervals import Span
from reviewer.model.redaction import Redaction
from reviewer.model.task import Lease
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.history import History


@dataclass(frozen=True, slots=True)
class ReturnedWork:
    """Returned work: QA's comment, and the submitted annotation (only for its author)."""

    comment: str
    annotation: Annotation


@dataclass(frozen=True, slots=True)
class OpenClip:
    """What a clip workspace shows. ``draft`` is the person's unsubmitted work, ``draft_history`` the same
    with its undo history; ``blind`` their version in a review, once submitted. ``heard`` is what they heard
    for this task before, ``position`` the frame at which they left the clip. ``is_draft_hidden``:
    ``hypotheses`` are left out to measure their pull. ``is_distressing``: somebody found it so; people are
    warned before it plays."""

    lease: Lease
    clip: Clip
    samples: Sound
    peaks: PeakPyramid
    conventions: Conventions
    hypotheses: tuple[Hypothesis, ...] = ()
    is_draft_hidden: bool = False
    draft: Annotation | None = None
    returned: ReturnedWork | None = None
    speech: tuple[Span, ...] = ()
    heard: tuple[HeardRange, ...] = ()
    position: int = 0
    blind: Annotation | None = None
    is_distressing: bool = False
    draft_history: History | None = None
    redactions: tuple[Redaction, ...] = ()
