"""Coverage: how much of a clip's speech was heard, and whether that is enough."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from reviewer.errors import Notice, Refused
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span, clip_to_length, merge, subtract, total_frames
from reviewer.model.project import ListeningRules

_SLIVER_SECONDS = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A clip's passages of ``speech``, and the frames that were ``heard``; both canonical."""

    frames: int
    rate_hz: int
    speech: tuple[Span, ...] = ()
    heard: tuple[Span, ...] = ()

    def after(self, ranges: Iterable[HeardRange]) -> "Coverage":
        """A copy with more heard ranges; speeds do not matter, and a frame counts once."""
        fresh = clip_to_length(((each.start, each.end) for each in ranges), self.frames)
        return replace(self, heard=merge([*self.heard, *fresh]))

    @property
    def unheard(self) -> tuple[Span, ...]:
        """The speech that was not heard, however short."""
        return subtract(self.speech, self.heard)

    @property
    def speech_frames(self) -> int:
        return total_frames(self.speech)

    @property
    def heard_speech_frames(self) -> int:
        return self.speech_frames - total_frames(self.unheard)

    @property
    def heard_frames(self) -> int:
        """The number of frames heard, speech or not."""
        return total_frames(self.heard)

    @property
    def percent(self) -> int:
        """How much of the speech, or of a clip without speech, was heard; 100 only for all of it."""
        if self.speech:
            return self.heard_speech_frames * 100 // self.speech_frames
        return self.heard_frames * 100 // self.frames if self.frames else 0


@dataclass(frozen=True, slots=True)
class Lack:
    """What must still be heard: at least ``frames``, out of ``spans`` or, if empty, of anything."""

    frames: int
    rate_hz: int
    spans: tuple[Span, ...] = ()

    @property
    def seconds(self) -> float:
        """For display: rounded up to a tenth of a second, so that it is never 0."""
        frames = total_frames(self.spans) or self.frames
        return ceil(Fraction(frames * 10, self.rate_hz)) / 10

    @property
    def notice(self) -> Notice:
        """The message about it."""
        return Notice("SPEECH_UNHEARD" if self.spans else "CLIP_UNHEARD", {"seconds": f"{self.seconds:.1f}"})


class Unheard(Refused):
    """Too little of the clip was heard; ``lack`` says what is missing."""

    def __init__(self, lack: Lack) -> None:
        super().__init__(lack.notice.code, **lack.notice.parameters)
        self.lack = lack


def lack_of_speech(coverage: Coverage, rules: ListeningRules) -> Lack | None:
    """What is missing before work may be submitted as complete, or accepted; None if nothing is.

    In a clip without speech, the beginning must have been heard, or any part as long.
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
    """What is missing before a clip may be skipped, returned or answered by a flag; None if nothing is."""
    needed = min(ceil(Fraction(rules.reason_seconds) * coverage.rate_hz), coverage.frames)
    missing = needed - coverage.heard_frames
    return Lack(missing, coverage.rate_hz) if missing > 0 else None


def _worth_showing(coverage: Coverage, missing: int) -> tuple[Span, ...]:
    """The unheard speech without very short parts, unless the rest would not be enough."""
    sliver = _SLIVER_SECONDS * coverage.rate_hz
    unheard = coverage.unheard
    longer = tuple(each for each in unheard if each.frames >= sliver)
    return longer if total_frames(longer) >= missing else unheard
