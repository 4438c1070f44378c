"""A clip as it lies on the desk."""

from dataclasses import dataclass

from reviewer.audio.samples import Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.desk.past_work import Returned
from reviewer.model.annotation import Annotation
from reviewer.model.clip import Clip
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.model.task import Lease


@dataclass(frozen=True, slots=True)
class OpenClip:
    """A clip on the desk: one's own unfinished ``draft``, a machine's text or nothing, the passages of
    ``speech``, and what one ``heard`` of it for this task before it was opened now."""

    lease: Lease
    clip: Clip
    samples: Sound
    pyramid: PeakPyramid
    asr_draft: str
    draft: Annotation | None
    returned: Returned | None
    speech: tuple[Span, ...] = ()
    heard: tuple[HeardRange, ...] = ()
    position: int = 0
    """The frame at which it was left."""
