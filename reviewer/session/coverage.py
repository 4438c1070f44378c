"""How much of a clip's speech was heard, and whether that is enough."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from reviewer.audio.heard import merged
from reviewer.errors import Notice, Refused
from reviewer.model.event import HeardRange
from reviewer.model.project import ListeningRules
from reviewer.model.span import Span

_SLIVER_SECONDS = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The passages of a clip with ``speech``, and which frames were ``heard``: both in order and apart."""

    frames: int
    rate_hz: int
    speech: tuple[Span, ...] = ()
    heard: tuple[Span, ...] = ()

    def after(self, ranges: Iterable[HeardRange]) -> "Coverage":
        """The same clip when these were heard too, at whatever speed; a frame heard twice counts once."""
        known = [HeardRange(each.start, each.end) for each in self.heard]
        fresh = [HeardRange(max(each.start, 0), min(each.end, self.frames)) for each in ranges]
        return replace(self, heard=tuple(Span(each.start, each.end) for each in merged([*known, *fresh])))

    @property
    def unheard(self) -> tuple[Span, ...]:
        """The speech that was not heard, however short."""
        return _without(self.speech, self.heard)

    @property
    def speech_frames(self) -> int:
        return _total(self.speech)

    @property
    def heard_speech_frames(self) -> int:
        return self.speech_frames - _total(self.unheard)

    @property
    def heard_frames(self) -> int:
        """How many frames were heard, of speech or not."""
        return _total(self.heard)

    @property
    def percent(self) -> int:
        """How much of the speech, or of a clip without speech, was heard; 100 only for all of it."""
        if self.speech:
            return self.heard_speech_frames * 100 // self.speech_frames
        return self.heard_frames * 100 // self.frames if self.frames else 0


@dataclass(frozen=True, slots=True)
class Lack:
    """What is still to be heard: at least ``frames``, out of ``spans`` or, without these, of anything."""

    frames: int
    rate_hz: int
    spans: tuple[Span, ...] = ()

    @property
    def seconds(self) -> float:
        """As it is shown: up to the next tenth of a second, so that it is never nought."""
        frames = _total(self.spans) or self.frames
        return ceil(Fraction(frames * 10, self.rate_hz)) / 10

    @property
    def notice(self) -> Notice:
        """What is to be said of it."""
        return Notice("SPEECH_UNHEARD" if self.spans else "CLIP_UNHEARD", {"seconds": f"{self.seconds:.1f}"})


class Unheard(Refused):
    """Too little of the clip was heard for this; ``lack`` says what is missing."""

    def __init__(self, lack: Lack) -> None:
        super().__init__(lack.notice.code, **lack.notice.parameters)
        self.lack = lack


def lack_of_speech(coverage: Coverage, rules: ListeningRules) -> Lack | None:
    """What is missing before work may be handed in as complete, or accepted; None when nothing is.

    Where no speech was found, the beginning must have been heard, or anything as long.
    """
    if not rules.heard_percent:
        return None
    if not coverage.speech:
        return lack_of_reason(coverage, rules)
    needed = -(-coverage.speech_frames * rules.heard_percent // 100)
    missing = needed - coverage.heard_speech_frames
    if missing <= 0:
        return None
    return Lack(missing, coverage.rate_hz, _worth_showing(coverage, missing))


def lack_of_reason(coverage: Coverage, rules: ListeningRules) -> Lack | None:
    """What is missing before a clip may be skipped, returned or answered by a flag; None when nothing is."""
    needed = min(ceil(Fraction(rules.reason_seconds) * coverage.rate_hz), coverage.frames)
    missing = needed - coverage.heard_frames
    return Lack(missing, coverage.rate_hz) if missing > 0 else None


def _worth_showing(coverage: Coverage, missing: int) -> tuple[Span, ...]:
    """The unheard speech without slivers, unless what is left would not be enough."""
    sliver = _SLIVER_SECONDS * coverage.rate_hz
    unheard = coverage.unheard
    longer = tuple(each for each in unheard if each.frames >= sliver)
    return longer if _total(longer) >= missing else unheard


def _total(spans: Iterable[Span]) -> int:
    return sum(each.frames for each in spans)


def _without(spans: Iterable[Span], taken: tuple[Span, ...]) -> tuple[Span, ...]:
    """The parts of ``spans`` outside ``taken``; both in order and apart."""
    left: list[Span] = []
    first = 0
    for each in spans:
        start = each.start
        while first < len(taken) and taken[first].end <= start:
            first += 1
        for other in taken[first:]:
            if other.start >= each.end:
                break
            if start < other.start:
                left.append(Span(start, other.start))
            start = max(start, other.end)
        if start < each.end:
            left.append(Span(start, each.end))
    return tuple(left)
