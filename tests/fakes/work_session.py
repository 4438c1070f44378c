"""A work session in memory, with the rules that widgets can run into; and the desk's and QA's on it."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from reviewer.audio.io.flac import muted
from reviewer.audio.samples import IntSamples, Samples, Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import NotLeased, Refused, Unavailable
from reviewer.labels.schema import Schema, load_schema
from reviewer.model.annotation import Annotation, PersonalDataKind
from reviewer.model.event import HeardRange
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.model.project import ListeningRules
from reviewer.model.redaction import (
    HearingReason,
    Redaction,
    RedactionSource,
    RedactionState,
    hearing_span,
    muted_spans,
)
from reviewer.model.task import DailyCounts, Lease, SkipReason, TaskKind, VerdictKind
from reviewer.places import resource
from reviewer.queue.api import DrawResult, Receipt
from reviewer.session.acts import Decide, HandIn, Release, Skip, WorkAct
from reviewer.session.differences import Side, compare_segments
from reviewer.session.draft_versions import DraftVersion, VersionReason
from reviewer.session.muted_span import MutedSpan
from reviewer.session.open_clip import OpenClip, ReturnedWork
from reviewer.session.redaction_work import MutedClip
from reviewer.session.text_search import FoundWork
from reviewer.stats.wer import diff_words, word_errors
from reviewer.transcript.aligned_texts import AlignedText, AlignedTexts
from reviewer.transcript.conventions import Conventions, load_conventions
from reviewer.transcript.edits import Segments
from reviewer.transcript.find import Query
from reviewer.transcript.history import History
from tests.factories import a_clip
from tests.fakes.sending import NoSending

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FRAMES = 32_000


def speech_like(seconds: float = 2.0, rate_hz: int = 16_000, channels: int = 1) -> IntSamples:
    """Bursts of noise with pauses, the same every time; shape (frames, channels)."""
    return _speech_like(seconds, rate_hz, channels).copy()


@cache
def _speech_like(seconds: float, rate_hz: int, channels: int) -> IntSamples:
    frames = round(seconds * rate_hz)
    random = np.random.default_rng(1)
    loudness = np.clip(np.sin(np.arange(frames) / rate_hz * 5.0), 0, 1) * 9_000
    return (
        (random.standard_normal((frames, channels)) * loudness[:, None] / 3)
        .clip(-32768, 32767)
        .astype(np.int16)
    )


def conventions_of(locale: str = "en-US") -> Conventions:
    return load_conventions(resource("conventions", f"{locale}.toml"))


def a_lease(number: int = 1, **changes: Any) -> Lease:
    facts: dict[str, Any] = {
        "task_id": f"task-{number}",
        "clip_id": f"clip-{number}",
        "kind": TaskKind.TRANSCRIBE,
        "round": 1,
        "person_id": "p1",
        "token": 1,
        "until": NOON + timedelta(minutes=30),
        "submission_key": f"key-{number}",
    }
    return Lease(**{**facts, **changes})


def typed(text: str, frames: int = FRAMES, **changes: Any) -> Annotation:
    """An annotation of one segment."""
    return Annotation.of_text(text, frames, **changes)


def a_hypothesis(text: str) -> Hypothesis:
    return Hypothesis("h1", "clip-1", "manifest", "1", text)


def an_open_clip(lease: Lease | None = None, **changes: Any) -> OpenClip:
    data = changes.pop("data", speech_like())
    lease = lease or a_lease()
    facts: dict[str, Any] = {
        "lease": lease,
        "clip": a_clip(id=lease.clip_id, frames=len(data)),
        "samples": Samples(changes.pop("rate_hz", 16_000), data),
        "peaks": PeakPyramid.from_samples(data),
        "conventions": conventions_of(),
    }
    return OpenClip(**{**facts, **changes})


def a_redaction(**changes: Any) -> Redaction:
    """A name in the first half second, marked by somebody who heard it."""
    facts: dict[str, Any] = {
        "id": "r1",
        "clip_id": "clip-1",
        "start": 4000,
        "end": 8000,
        "kind": PersonalDataKind.NAME,
        "source": RedactionSource.LISTENER,
        "state": RedactionState.PROPOSED,
        "proposed_by": "p9",
        "proposed_at": NOON,
    }
    return Redaction(**{**facts, **changes})


def returned(comment: str = "Listen to the end again.", text: str = "hello there") -> ReturnedWork:
    return ReturnedWork(comment, typed(text))


class FakeWords:
    """A person's own words, the same for every language."""

    def __init__(self, *words: str) -> None:
        self.words = list(words)

    def of(self, locale: str) -> frozenset[str]:
        return frozenset(self.words)

    def own(self, locale: str) -> tuple[str, ...]:
        return tuple(self.words)

    def add(self, locale: str, word: str) -> None:
        self.words.append(word)

    def toggle(self, locale: str, word: str) -> bool:
        is_own = word in self.words
        (self.remove if is_own else self.add)(locale, word)
        return not is_own

    def remove(self, locale: str, word: str) -> None:
        self.words.remove(word)


class FakeWork:
    """``waiting`` holds the clips to come; what was asked for stands in ``calls``.

    An error put into ``errors`` under a method's name is raised by its next call; a call named in ``gates``
    waits until its gate is set.
    """

    def __init__(self, *clips: OpenClip, schema: Path | None = None) -> None:
        self.schema = load_schema(schema or resource("schemas", "default.toml"))
        self.forms: dict[str, Schema] = {}
        self.listening_rules = ListeningRules()
        self.waiting = {clip.lease.task_id: clip for clip in clips}
        self.held: Lease | None = None
        self.prefetched: Lease | None = None
        self.calls: list[str] = []
        self.errors: dict[str, list[Exception]] = {}
        self.gates: dict[str, threading.Event] = {}
        self.begun: dict[str, threading.Event] = {}
        self.asks_broker = False
        self.opens_prefetched = False
        """Whether a hand-over opens the prefetched clip, as the session does, or it is seen step by step."""
        self.drafts: dict[str, Annotation] = {}
        self.histories: dict[str, History] = {}
        self.revisions: list[int] = []
        self.positions: dict[str, int] = {}
        self.kept_versions: list[DraftVersion] = []
        self.ended: list[OpenClip] = []
        self.submitted: list[Annotation] = []
        self.skipped: list[SkipReason] = []
        self.verdicts: list[tuple[VerdictKind, str]] = []
        self.heard_ranges: list[HeardRange] = []
        self.past: list[Any] = []
        self.withdrawn: frozenset[str] = frozenset()
        self.notices: Any = None
        self.found: list[FoundWork] = []
        self.aligned: list[str] = []
        self.known_words = FakeWords()
        self.now = NOON
        self.sending = NoSending()
        self._open: OpenClip | None = None
        self.redactions = FakeRedactions(self)

    @property
    def opened_clip(self) -> OpenClip:
        assert self._open is not None
        return self._open

    def gate(self, name: str) -> threading.Event:
        """Calls of this name wait from now on, until the event is set; ``begun[name]`` tells of the first."""
        self.begun[name] = threading.Event()
        self.gates[name] = threading.Event()
        return self.gates[name]

    def search_today(self, query: Query) -> list[FoundWork]:
        self.called("search_today")
        return [work for work in self.found if query.text in work.excerpt]

    def conventions_for(self, locale: str) -> Conventions:
        return conventions_of(locale or "en-US")

    def resume(self) -> Lease | None:
        self.called("resume")
        return self.held

    def claim(self) -> Lease | None:
        self.called("claim")
        if self.held is None and self.waiting:
            self.held = next(iter(self.waiting.values())).lease
        return self.held

    def take_back(self, annotation_id: str | None = None) -> Lease:
        """The clip that was submitted last comes back with its text; the one at hand waits behind it."""
        self.called("take_back")
        if not self.ended:
            raise Refused("CANNOT_TAKE_BACK", annotation=annotation_id or "")
        clip = self.ended.pop()
        lease = replace(clip.lease, token=clip.lease.token + 1)
        history = History.of(self.submitted.pop())
        again = replace(clip, lease=lease, draft=history.present.annotation, draft_history=history)
        self.waiting = {lease.task_id: again, **self.waiting}
        self.held = lease
        return lease

    def open(self, lease: Lease) -> OpenClip:
        self.called("open")
        clip = self.waiting[lease.task_id]
        kept = self.histories.get(lease.task_id, clip.draft_history)
        draft = self.drafts.get(lease.task_id, clip.draft)
        position = self.positions.get(lease.task_id, clip.position)
        self._open = replace(clip, draft=draft, draft_history=kept, position=position)
        return self._open

    def prefetch(self) -> Sound | None:
        """The next that waits, if another one is left for a colleague."""
        self.called("prefetch")
        others = [clip for clip in self.waiting.values() if clip.lease != self.held]
        self.prefetched = others[0].lease if len(others) > 1 else None
        return others[0].samples if self.prefetched is not None else None

    def drop_prefetched(self) -> None:
        self.called("drop_prefetched")
        self.prefetched = None

    def hand_over(self, act: WorkAct) -> OpenClip | None:
        match act:
            case HandIn(lease, annotation):
                self.submit(lease, annotation)
            case Skip(lease, reason):
                self.skip(lease, reason)
            case Release(lease):
                self.release(lease)
            case Decide(lease, kind, comment):
                self.decide(lease, kind, comment)
        if self.prefetched is None or not self.opens_prefetched:
            return None
        self.held, self.prefetched = self.prefetched, None
        self._open = self.waiting[self.held.task_id]
        return self._open

    def beat(self, lease: Lease) -> Lease:
        self.called("beat")
        return lease

    def save_draft(self, lease: Lease, work: History | Annotation, revision: int) -> datetime:
        self.called("save_draft")
        if self.held is None or self.held.task_id != lease.task_id:
            raise NotLeased
        self.revisions.append(revision)
        if revision < max(self.revisions):
            return self.now
        history = work if isinstance(work, History) else History.of(work)
        self.histories[lease.task_id], self.drafts[lease.task_id] = history, history.present.annotation
        self.now += timedelta(seconds=1)
        return self.now

    def versions(self, lease: Lease) -> list[DraftVersion]:
        self.called("versions")
        return list(reversed(self.kept_versions))

    def keep_version(self, lease: Lease, annotation: Annotation, reason: VersionReason) -> None:
        self.called("keep_version")
        made_at = NOON + timedelta(minutes=len(self.kept_versions))
        self.kept_versions.append(DraftVersion(f"w{made_at}", made_at, reason, annotation))

    def align(
        self, lease: Lease, segments: Segments, cancelled: Callable[[], bool]
    ) -> tuple[AlignedText, ...]:
        """Every word of the first segment lasts for 100 frames; waits for ``gate("align")``."""
        self.called("align")
        if cancelled():
            raise Unavailable("RECOGNISER_CANCELLED")
        first = segments[0]
        self.aligned.append(first.text)
        words = tuple(
            Word(text, first.start + 100 * place, first.start + 100 * place + 100)
            for place, text in enumerate(first.text.split())
        )
        return (AlignedText(first.id, first.start, first.end, first.text, words),)

    def save_position(self, lease: Lease, frame: int) -> None:
        self.called("save_position")
        self.positions[lease.task_id] = frame

    def submit(self, lease: Lease, annotation: Annotation, parent: str | None = None) -> Receipt:
        self.called("submit")
        self.submitted.append(annotation)
        if lease.kind is TaskKind.REVIEW:
            self.drafts.pop(lease.task_id, None)
            self.held = replace(lease, blind_annotation="mine")
            clip = self.waiting[lease.task_id]
            self.waiting[lease.task_id] = replace(
                clip, lease=self.held, blind=annotation, draft=None, draft_history=None
            )
        else:
            self._end(lease)
        return Receipt("mine", self.now)

    def skip(self, lease: Lease, reason: SkipReason) -> None:
        self.called("skip")
        self.skipped.append(reason)
        self._end(lease)

    def decide(self, lease: Lease, kind: VerdictKind, comment: str = "") -> None:
        self.called("decide")
        self.verdicts.append((kind, comment))
        self._end(lease)

    def take_along(self) -> None: ...

    def give_back_along(self) -> None: ...

    def deliver(self) -> None:
        self.called("deliver")

    def release(self, lease: Lease) -> None:
        self.called("release")
        self.held = None

    def heard(self, lease: Lease, ranges: Sequence[HeardRange]) -> None:
        self.called("heard")
        if self._open is None:
            raise NotLeased
        self.heard_ranges += ranges

    def close(self, lease: Lease) -> None:
        self.called("close")
        if self._open is not None and self._open.lease.task_id == lease.task_id:
            self._open = None

    def daily_counts(self) -> DailyCounts:
        self.called("daily_counts")
        return DailyCounts(len(self.waiting), len(self.submitted) + len(self.verdicts), 0)

    def openable_among(self, clips: Collection[str]) -> frozenset[str]:
        self.called("openable_among")
        return frozenset(clips) - self.withdrawn

    def new_work_notices(self) -> Any:
        self.called("new_work_notices")
        return self.notices

    def history(self, limit: int = 20) -> list[Any]:
        self.called("history")
        return self.past[:limit]

    def _end(self, lease: Lease) -> None:
        self.held = None
        clip = self.waiting.pop(lease.task_id, None)
        if clip is not None:
            self.ended.append(clip)
        self.drafts.pop(lease.task_id, None)
        self.histories.pop(lease.task_id, None)

    def called(self, name: str) -> None:
        self.calls.append(name)
        if name in self.gates:
            self.begun[name].set()
            assert self.gates[name].wait(30)
        if self.errors.get(name):
            raise self.errors[name].pop(0)


class FakeRedactions:
    """What is marked in the clip that is open, and decided."""

    def __init__(self, work: FakeWork) -> None:
        self._work = work
        self.may_decide = False
        self.heard_ranges: list[tuple[str, int, int]] = []

    def mark(self, lease: Lease, start: int, end: int, kind: PersonalDataKind) -> MutedClip:
        self._work.called("mark")
        clip = self._work.opened_clip
        number = len(clip.redactions) + 1
        made = a_redaction(id=f"r{number}", clip_id=lease.clip_id, start=start, end=end, kind=kind)
        return self._muted((*clip.redactions, made))

    def decide(self, _lease: Lease, redaction_id: str, *, is_confirmed: bool) -> MutedClip:
        self._work.called("decide_redaction")
        state = RedactionState.CONFIRMED if is_confirmed else RedactionState.REJECTED
        before = self._work.opened_clip.redactions
        return self._muted(
            tuple(replace(one, state=state) if one.id == redaction_id else one for one in before)
        )

    def hear(self, _lease: Lease, redaction_id: str, reason: HearingReason) -> MutedSpan:
        self._work.called(f"hear {redaction_id} {reason}")
        clip = self._work.opened_clip
        found = next(one for one in clip.redactions if one.id == redaction_id)
        span = hearing_span(found, clip.samples.rate_hz, clip.samples.frames)
        samples = Samples(clip.samples.rate_hz, clip.samples.read(span.start, span.end))
        return MutedSpan(found, span.start, samples)

    def heard(self, redaction_id: str, ranges: Sequence[HeardRange]) -> None:
        self._work.called("heard_muted")
        self.heard_ranges = [(redaction_id, one.start, one.end) for one in ranges]

    def apply_confirmed(self) -> int:
        self._work.called("apply_confirmed")
        return 1

    def _muted(self, redactions: tuple[Redaction, ...]) -> MutedClip:
        clip = self._work.opened_clip
        spans = muted_spans(redactions, clip.samples.rate_hz, clip.samples.frames)
        self._work._open = replace(clip, redactions=redactions)
        return MutedClip(muted(clip.samples, spans), clip.peaks.muted(spans), redactions)


class FakeDesk:
    """A contractor's session."""

    def __init__(self, *clips: OpenClip, schema: Path | None = None) -> None:
        self.work = FakeWork(*clips, schema=schema)


class FakeQa:
    """A QA session; ``texts`` are what contractors submitted, one a review, in order.

    With a ``blind`` version it was submitted before.
    """

    def __init__(self, *texts: str, **changes: Any) -> None:
        leases = [
            a_lease(
                number,
                kind=TaskKind.REVIEW,
                reviewed_annotation=f"theirs-{number}",
                blind_annotation="mine" if "blind" in changes else None,
            )
            for number in range(1, len(texts) + 1)
        ]
        self.work = FakeWork(*(an_open_clip(lease, **changes) for lease in leases))
        self.work.redactions.may_decide = True
        self.aligned: Mapping[Side, AlignedTexts] = {}
        self.theirs = {lease.task_id: typed(text) for lease, text in zip(leases, texts, strict=True)}

    def draw(self) -> DrawResult:
        self.work.called("draw")
        return DrawResult(list(self.theirs), ["a90", "a91"])

    def waiting(self) -> int:
        return len(self.work.waiting)

    def compare(self, lease: Lease) -> Any:
        self.work.called("compare")
        mine = self.work.waiting[lease.task_id].blind
        if mine is None or lease.blind_annotation is None:
            raise Refused("BLIND_FIRST")
        theirs = self.theirs[lease.task_id]
        one, other = theirs.text_verbatim, mine.text_verbatim
        return SimpleNamespace(
            lease=lease,
            theirs=theirs,
            mine=mine,
            words=diff_words(one, other),
            errors=word_errors(other, one),
            rows=compare_segments(theirs.segments, mine.segments, 16_000),
            rate_hz=16_000,
            their_form=None,
            aligned=self.aligned,
        )
