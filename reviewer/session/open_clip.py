"""A clip that is open before somebody, with all that belongs to their work on it."""

from dataclasses import dataclass

from reviewer.audio.samples import Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.model.annotation import Annotation
from reviewer.model.clip import Clip
from reviewer.model.event import HeardRange
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.intervals import Span
from reviewer.model.task import Lease
from reviewer.transcript.conventions import Conventions


@dataclass(frozen=True, slots=True)
class ReturnedWork:
    """Work that QA sent back: their comment, and what was handed in (empty for all but its author)."""

    comment: str
    annotation: Annotation


@dataclass(frozen=True, slots=True)
class OpenClip:
    """What a clip workspace shows. ``draft`` is one's own unfinished work; ``blind`` one's own version under
    review, once it was handed in. ``heard`` is what one heard of the clip for this task before it was opened
    now, ``position`` the frame at which it was left."""

    lease: Lease
    clip: Clip
    samples: Sound
    peaks: PeakPyramid
    conventions: Conventions
    hypotheses: tuple[Hypothesis, ...] = ()
    draft: Annotation | None = None
    returned: ReturnedWork | None = None
    speech: tuple[Span, ...] = ()
    heard: tuple[HeardRange, ...] = ()
    position: int = 0
    blind: Annotation | None = None
