"""A desk session in memory, with the rules that widgets can run into."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from reviewer.audio.samples import IntSamples, Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.desk.listen import Heard
from reviewer.desk.past_work import Done, Returned
from reviewer.desk.session import OpenClip
from reviewer.errors import NotLeased
from reviewer.labels.schema import load_schema
from reviewer.model.annotation import Annotation
from reviewer.model.event import HeardRange
from reviewer.model.project import ListeningRules
from reviewer.model.task import Lease, SkipReason, Today
from reviewer.places import resource
from reviewer.transcript.conventions import load_conventions

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def speech_like(seconds: float = 2.0, rate_hz: int = 16_000, channels: int = 1) -> IntSamples:
    """Bursts of noise with pauses, the same every time; shape (frames, channels)."""
    frames = round(seconds * rate_hz)
    random = np.random.default_rng(1)
    loudness = np.clip(np.sin(np.arange(frames) / rate_hz * 5.0), 0, 1) * 9_000
    return (
        (random.standard_normal((frames, channels)) * loudness[:, None] / 3)
        .clip(-32768, 32767)
        .astype(np.int16)
    )


def a_lease(task_id: int = 1, **changes: Any) -> Lease:
    facts: dict[str, Any] = {
        "task_id": task_id,
        "clip_id": f"clip-{task_id}",
        "pass_number": 1,
        "person_id": "p1",
        "token": 1,
        "until": NOON + timedelta(minutes=30),
        "submission_key": f"key-{task_id}",
    }
    return Lease(**{**facts, **changes})


def an_open_clip(lease: Lease | None = None, **changes: Any) -> OpenClip:
    data = changes.pop("data", speech_like())
    facts: dict[str, Any] = {
        "lease": lease or a_lease(),
        "clip": SimpleNamespace(id="clip-1"),
        "samples": Samples(changes.pop("rate_hz", 16_000), data),
        "pyramid": PeakPyramid.from_samples(data),
        "asr_draft": "",
        "draft": None,
        "returned": None,
    }
    return OpenClip(**{**facts, **changes})


def returned(comment: str = "Listen to the end again.", text: str = "hello there") -> Returned:
    return Returned(comment, Annotation(text_verbatim=text))


class FakeDesk:
    """``waiting`` holds the clips to come; what was asked for stands in ``calls``.

    An error put into ``errors`` under a method's name is raised by its next call.
    """

    def __init__(self, *clips: OpenClip, schema: Path | None = None, conventions: str = "en-US") -> None:
        self.schema = load_schema(schema or resource("schemas", "default.toml"))
        self.conventions = load_conventions(resource("conventions", f"{conventions}.toml"))
        self.listening_rules = ListeningRules()
        self.waiting = {clip.lease.task_id: clip for clip in clips}
        self.held: Lease | None = None
        self.ahead: Lease | None = None
        self.calls: list[str] = []
        self.errors: dict[str, list[Exception]] = {}
        self.drafts: dict[int, Annotation] = {}
        self.places: dict[int, int] = {}
        self.submitted: list[Annotation] = []
        self.skipped: list[SkipReason] = []
        self.heard_ranges: list[HeardRange] = []
        self.late: list[Annotation] = []
        self.now = NOON
        self._current: OpenClip | None = None

    def resume(self) -> Lease | None:
        self._called("resume")
        return self.held

    def claim(self) -> Lease | None:
        self._called("claim")
        if self.held is None and self.waiting:
            self.held = next(iter(self.waiting.values())).lease
        return self.held

    def claim_ahead(self) -> Lease | None:
        """The next that waits, if another one is left for a colleague."""
        self._called("claim_ahead")
        others = [clip.lease for clip in self.waiting.values() if clip.lease != self.held]
        self.ahead = others[0] if len(others) > 1 else None
        return self.ahead

    def prepare(self, lease: Lease) -> Heard:
        self._called("prepare")
        clip = self.waiting[lease.task_id]
        return Heard(clip.clip, clip.samples, clip.pyramid)

    def give_back_ahead(self) -> None:
        self._called("give_back_ahead")
        self.ahead = None

    def open(self, lease: Lease) -> OpenClip:
        self._called("open")
        self._current = self.waiting[lease.task_id]
        return self._current

    def go_on(self, end: Callable[[], object]) -> OpenClip | None:
        """Never in one: what is asked for is seen step by step."""
        return None

    def renew(self, lease: Lease) -> Lease:
        self._called("renew")
        return lease

    def save_draft(self, lease: Lease, annotation: Annotation) -> datetime:
        self._called("save_draft")
        if self.held is None or self.held.task_id != lease.task_id:
            raise NotLeased
        self.drafts[lease.task_id] = annotation
        self.now += timedelta(seconds=1)
        return self.now

    def keep_place(self, lease: Lease, frame: int) -> None:
        self._called("keep_place")
        self.places[lease.task_id] = frame

    def submit(self, lease: Lease, annotation: Annotation) -> object:
        self._called("submit")
        self.submitted.append(annotation)
        self._end(lease)
        return SimpleNamespace(submission_id="s1")

    def skip(self, lease: Lease, reason: SkipReason) -> None:
        self._called("skip")
        self.skipped.append(reason)
        self._end(lease)

    def release(self, lease: Lease) -> None:
        self._called("release")
        self.held = None

    def heard(self, clip_id: str, ranges: Sequence[HeardRange]) -> None:
        self._called("heard")
        if self._current is None:
            raise NotLeased
        self.heard_ranges += ranges

    def closed(self, lease: Lease) -> None:
        self._called("closed")
        if self._current is not None and self._current.lease.task_id == lease.task_id:
            self._current = None

    def today(self) -> Today:
        self._called("today")
        return Today(len(self.waiting), len(self.submitted), 0)

    def history(self, limit: int = 20) -> list[Done]:
        self._called("history")
        return []

    def unwitnessed(self) -> int:
        self._called("unwitnessed")
        return 3

    def _end(self, lease: Lease) -> None:
        self.held = None
        self.waiting.pop(lease.task_id, None)
        self.drafts.pop(lease.task_id, None)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.errors.get(name):
            raise self.errors[name].pop(0)
