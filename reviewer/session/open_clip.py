"""An open clip, with everything that belongs to a person's work on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from reviewer.audio.samples import Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.clips.alignments import Alignment
from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation
from reviewer.model.clip import Clip
from reviewer.model.event import HeardRange
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.intervals import Span
from reviewer.model.redaction import Redaction
from reviewer.model.task import Lease
from reviewer.session.draft_measurement import ShownDrafts
from reviewer.session.drafts import Draft
from reviewer.transcript.aligned_texts import AlignedTexts
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.history import History


@dataclass(frozen=True, slots=True)
class ReturnedWork:
    """Returned work: QA's comment, and the submitted annotation (only for its author), under its ``form``."""

    comment: str
    annotation: Annotation
    form: str = ""


@dataclass(frozen=True, slots=True)
class OpenClip:
    """What a clip workspace shows. ``draft`` is the person's unsubmitted work, ``draft_history`` the same
    with its undo history; ``blind`` their version in a review, once submitted. ``heard`` is what they heard
    for this task before, ``position`` the frame at which they left the clip. ``is_draft_hidden``:
    ``hypotheses`` are left out to measure their pull. ``is_distressing``: somebody found it so; people are
    warned before it plays. ``forms`` are the label forms that were ever in force, by id: the wording of
    earlier answers. ``has_aligner``: the project has an aligner for its language; ``aligned`` is what was
    aligned of the work before."""

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
    forms: Mapping[str, Schema] = field(default_factory=lambda: MappingProxyType({}))
    has_aligner: bool = False
    aligned: AlignedTexts = field(default_factory=AlignedTexts)


@dataclass(frozen=True, slots=True)
class ClipTexts:
    """The texts that are unsealed with a clip."""

    shown: ShownDrafts
    draft: Draft
    returned: ReturnedWork | None
    blind: Annotation | None
    aligned: Alignment | None
