"""A clip that is open for work."""

from dataclasses import dataclass
from typing import Any

from reviewer.audio.samples import Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.model.annotation import Annotation
from reviewer.model.event import HeardRange
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.intervals import Span
from reviewer.model.task import Lease
from reviewer.transcript.conventions import Conventions


@dataclass(frozen=True, slots=True)
class ReturnedWork:
    """Work that QA sent back."""

    comment: str
    annotation: Annotation


@dataclass(frozen=True, slots=True)
class OpenClip:
    """A clip that is open for work."""

    lease: Lease
    clip: Any
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
