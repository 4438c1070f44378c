"""A clip as it lies on the desk, and work as its author sees it again."""

from dataclasses import dataclass
from datetime import datetime

from reviewer.audio.pyramid import Pyramid
from reviewer.audio.samples import Samples
from reviewer.model.annotation import Annotation
from reviewer.model.clip import Clip
from reviewer.model.event import HeardRange
from reviewer.model.span import Span
from reviewer.model.task import Lease, TaskState


@dataclass(frozen=True, slots=True)
class Returned:
    """Work that QA sent back: what they said, and what was handed in."""

    comment: str
    annotation: Annotation


@dataclass(frozen=True, slots=True)
class OpenClip:
    """A clip on the desk: one's own unfinished ``draft``, a machine's text or nothing, the passages of
    ``speech``, and what one ``heard`` of it for this task before it was opened now."""

    lease: Lease
    clip: Clip
    samples: Samples
    pyramid: Pyramid
    asr_draft: str
    draft: Annotation | None
    returned: Returned | None
    speech: tuple[Span, ...] = ()
    heard: tuple[HeardRange, ...] = ()
    position: int = 0
    """The frame at which it was left."""


@dataclass(frozen=True, slots=True)
class Done:
    """A piece of one's own work, as the history shows it."""

    clip_id: str
    submitted_at: datetime
    state: TaskState
    text: str
