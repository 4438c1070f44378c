"""What was heard of the clip in hand, and how much of its speech that is."""

from collections.abc import Sequence

from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span, merge_heard
from reviewer.ui.playback.segment_navigation import together, unheard


class HeardCoverage:
    """Collects ranges; counts them against the speech, or against the whole clip where none is known."""

    def __init__(self, frames: int = 0) -> None:
        self.frames = frames
        self._speech: tuple[Span, ...] = ()
        self._missing: list[Span] | None = None
        self._heard: list[HeardRange] = []
        self._unlogged: list[HeardRange] = []

    @property
    def ranges(self) -> tuple[HeardRange, ...]:
        """All that was heard, merged."""
        return tuple(self._heard)

    @property
    def is_of_speech(self) -> bool:
        """Whether speech is known; else the clip is what counts."""
        return bool(self._speech)

    @property
    def missing(self) -> list[Span]:
        """What counts and was not heard."""
        if self._missing is None:
            self._missing = unheard(self._counts, self._heard)
        return self._missing

    @property
    def missing_frames(self) -> int:
        """How many frames of what counts were not heard."""
        return sum(part.frames for part in self.missing)

    @property
    def percent(self) -> int:
        """How much of what counts was heard, in whole per cent; 100 only for all of it."""
        whole = self._whole
        return (whole - self.missing_frames) * 100 // whole if whole else 0

    def reaches(self, share_percent: int) -> bool:
        """Whether at least this share of what counts was heard."""
        whole = self._whole
        return whole > 0 and (whole - self.missing_frames) * 100 >= share_percent * whole

    def count_in(self, speech: Sequence[Span]) -> None:
        """From now on this speech is what counts."""
        self._speech = tuple(together(speech))
        self._missing = None

    def add(self, fresh: list[HeardRange]) -> None:
        """Takes what was heard since the last time."""
        self._heard = merge_heard([*self._heard, *fresh])
        self._unlogged += fresh
        self._missing = None

    def add_from_before(self, ranges: Sequence[HeardRange]) -> None:
        """Takes what is in the log already, from before the clip was opened."""
        self._heard = merge_heard([*self._heard, *ranges])
        self._missing = None

    def take_unlogged(self) -> list[HeardRange]:
        """What was added and not taken yet, merged."""
        due, self._unlogged = merge_heard(self._unlogged), []
        return due

    @property
    def _counts(self) -> tuple[Span, ...]:
        return self._speech or ((Span(0, self.frames),) if self.frames else ())

    @property
    def _whole(self) -> int:
        return sum(part.frames for part in self._counts)
