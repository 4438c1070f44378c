"""What QA needs of other rooms on its floor, which it knows nothing of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from reviewer.access.rights import Act
from reviewer.audio.pyramid import Pyramid
from reviewer.audio.samples import Samples
from reviewer.model.annotation import Annotation
from reviewer.model.clip import Clip, ContentKind
from reviewer.model.event import HeardRange
from reviewer.model.people import Identity
from reviewer.model.project import ListeningRules
from reviewer.model.span import Span
from reviewer.model.task import Check


class Opened(Protocol):
    """A clip brought to ear and eye."""

    @property
    def clip(self) -> Clip: ...
    @property
    def samples(self) -> Samples: ...
    @property
    def pyramid(self) -> Pyramid: ...
    @property
    def speech(self) -> tuple[Span, ...]: ...
    @property
    def heard(self) -> tuple[HeardRange, ...]: ...


class Door(Protocol):
    """The one door to audio, as QA sees it."""

    def allow(self, identity: Identity, act: Act) -> None: ...
    def require(self, identity: Identity, act: Act) -> str: ...
    def open_check(self, identity: Identity, check: Check) -> Opened: ...
    def heard(self, identity: Identity, clip_id: str, ranges: Sequence[HeardRange]) -> None: ...
    def close(self, identity: Identity, clip_id: str) -> None: ...


class Hearing(Protocol):
    """What the log says of one's listening (``reviewer.desk.hearing``), as QA sees it."""

    @property
    def rules(self) -> ListeningRules: ...
    def require_speech(self, identity: Identity, work: Check) -> None: ...
    def require_reason(self, identity: Identity, work: Check) -> None: ...


class Drafts(Protocol):
    """What is typed before it is handed in (``reviewer.desk.drafts``), as QA sees it."""

    def seal_check(
        self, identity: Identity, check: Check, annotation: Annotation, kind: ContentKind
    ) -> bytes: ...
    def save_check(self, identity: Identity, check: Check, annotation: Annotation) -> datetime: ...
    def load_check(self, identity: Identity, check: Check) -> Annotation | None: ...
    def discard_check(self, check: Check) -> None: ...
