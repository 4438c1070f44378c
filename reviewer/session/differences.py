"""Where two versions of a clip differ, segment by segment and word by word, and where that is heard."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reviewer.model.annotation import LabelValue
from reviewer.model.hypothesis import Word
from reviewer.stats.wer import DiffWord, diff_words
from reviewer.transcript.aligned_texts import AlignedTexts
from reviewer.transcript.edits import Segments
from reviewer.transcript.segment_alignment import AlignedSegments, align_segments, corresponding_speakers
from reviewer.transcript.text_times import TextTimes

BORDER_TOLERANCE_SECONDS = 0.05
_EXACT_MARGIN_SECONDS, _ESTIMATE_MARGIN_SECONDS = 0.1, 0.3


class Side(StrEnum):
    """Which of the two versions; theirs is on the left of a DiffWord."""

    THEIRS = "theirs"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters [start, end) of a text, in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One stretch of the clip in both versions; a side without segments is empty.

    ``words`` aligns the two texts. ``start_frames`` and ``end_frames`` say how much later the borders are in
    the reviewer's version, 0 within the tolerance. ``labels`` and ``flags`` are those that differ.
    """

    theirs: Segments
    mine: Segments
    words: tuple[DiffWord, ...]
    has_other_speaker: bool = False
    start_frames: int = 0
    end_frames: int = 0
    labels: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()

    def segments(self, side: Side) -> Segments:
        """The segments of one version."""
        return self.theirs if side is Side.THEIRS else self.mine

    def text(self, side: Side) -> str:
        """The text of one version, a line a segment."""
        return "\n".join(each.text for each in self.segments(side))

    @property
    def is_alone(self) -> bool:
        """Whether only one version has it."""
        return not (self.theirs and self.mine)

    @property
    def differs_in_segment(self) -> bool:
        """Whether anything but the words differs."""
        return bool(
            self.is_alone
            or len(self.theirs) != len(self.mine)
            or self.has_other_speaker
            or self.start_frames
            or self.end_frames
            or self.labels
            or self.flags
        )

    @property
    def frames(self) -> tuple[int, int]:
        """Its first frame, and the one behind its last."""
        return _ends((*self.theirs, *self.mine))


@dataclass(frozen=True, slots=True)
class Difference:
    """One place to look at: a word of one side or of both, or the segment itself if there is no mark."""

    row: int
    theirs: Mark | None = None
    mine: Mark | None = None

    def mark(self, side: Side) -> Mark | None:
        """The word of one version."""
        return self.theirs if side is Side.THEIRS else self.mine


def compare_segments(theirs: Segments, mine: Segments, rate_hz: int) -> tuple[ComparedRow, ...]:
    """Both versions in rows that belong together, in the order of time.

    A row without any label on one side differs in none: a review does not require them.
    """
    names = corresponding_speakers(theirs, mine)
    return tuple(
        _compared(row, names.get, BORDER_TOLERANCE_SECONDS * rate_hz) for row in align_segments(theirs, mine)
    )


def differences(rows: Sequence[ComparedRow]) -> tuple[Difference, ...]:
    """All places where the versions differ, in the order of rows; what only one side has is one place."""
    return tuple(found for place, row in enumerate(rows) for found in _differences_in(place, row))


def marks_of(text: str, words: Iterable[DiffWord], side: Side) -> tuple[Mark, ...]:
    """The positions of the differing words in a text (in NFC), each found after the one before."""
    is_left = side is Side.THEIRS
    steps = list(words)
    places = _places(text, [step.left if is_left else step.right for step in steps])
    return tuple(
        place for place, step in zip(places, steps, strict=True) if place is not None and step.op != "equal"
    )


class DifferenceSounds:
    """Where each difference is heard: where a version's words were aligned, else by a recogniser's word times
    or its share of a segment."""

    def __init__(
        self,
        rows: Sequence[ComparedRow],
        heard: Sequence[Word],
        rate_hz: int,
        aligned: Mapping[Side, AlignedTexts] | None = None,
    ) -> None:
        self._rows = tuple(rows)
        self._heard = tuple(heard)
        self._rate_hz = rate_hz
        self._aligned = dict(aligned or {})
        self._times: dict[str, TextTimes] = {}

    def of(self, difference: Difference) -> tuple[int, int]:
        """The frames to play, with a margin: a word that is only in one version at its place there."""
        row = self._rows[difference.row]
        for side in sorted(Side, key=lambda side: side not in self._aligned):
            mark = difference.mark(side)
            if mark is not None:
                return self._of_mark(row.segments(side), mark, self._aligned.get(side, AlignedTexts()))
        return row.frames

    def _of_mark(self, segments: Segments, mark: Mark, aligned: AlignedTexts) -> tuple[int, int]:
        before = 0
        for segment in segments:
            if mark.start <= before + len(segment.text):
                break
            before += len(segment.text) + 1
        key = f"{segment.id} {segment.start}"
        if key not in self._times:
            words = aligned.words_of(segment, segments) or self._heard
            self._times[key] = TextTimes(segment.text, words, segment.start, segment.end)
        times = self._times[key]
        first = times.word_at_caret(mark.start - before)
        last = times.word_at_caret(mark.end - before - 1)
        if last is None:  # only a tag so far
            return segment.start, segment.end
        is_exact = first is not None and first.is_exact and last.is_exact
        margin = round((_EXACT_MARGIN_SECONDS if is_exact else _ESTIMATE_MARGIN_SECONDS) * self._rate_hz)
        begin = segment.start if first is None else first.from_frame - margin
        return max(segment.start, begin), min(segment.end, last.to_frame + margin)


def _compared(row: AlignedSegments, name_of: Callable[[str], str | None], tolerance: float) -> ComparedRow:
    theirs, mine = row.left, row.right
    words = diff_words("\n".join(each.text for each in theirs), "\n".join(each.text for each in mine))
    if not (theirs and mine):
        return ComparedRow(theirs, mine, words)
    start, end = (own - other for own, other in zip(_ends(mine), _ends(theirs), strict=True))
    speakers = {name_of(each.speaker) for each in theirs}
    answers, own_answers = _labels(theirs), _labels(mine)
    keys = answers.keys() | own_answers.keys() if answers and own_answers else set[str]()
    return ComparedRow(
        theirs,
        mine,
        words,
        has_other_speaker=speakers != {each.speaker for each in mine},
        start_frames=start if abs(start) > tolerance else 0,
        end_frames=end if abs(end) > tolerance else 0,
        labels=frozenset(key for key in keys if answers.get(key) != own_answers.get(key)),
        flags=_flags(theirs) ^ _flags(mine),
    )


def _differences_in(place: int, row: ComparedRow) -> Iterator[Difference]:
    if row.differs_in_segment:
        yield Difference(place)
    if row.is_alone:
        return
    theirs = _places(row.text(Side.THEIRS), [step.left for step in row.words])
    mine = _places(row.text(Side.MINE), [step.right for step in row.words])
    for step, left, right in zip(row.words, theirs, mine, strict=True):
        if step.op != "equal":
            yield Difference(place, left, right)


def _places(text: str, words: Sequence[str]) -> list[Mark | None]:
    """Where each word is, found after the one before; None for an empty one."""
    found: list[Mark | None] = []
    at = 0
    for word in words:
        start = text.find(word, at) if word else -1
        if start < 0:
            found.append(None)
            continue
        at = start + len(word)
        found.append(Mark(start, at))
    return found


def _ends(segments: Segments) -> tuple[int, int]:
    return min(each.start for each in segments), max(each.end for each in segments)


def _labels(segments: Segments) -> dict[str, set[LabelValue]]:
    found: dict[str, set[LabelValue]] = {}
    for segment in segments:
        for key, value in segment.labels.items():
            found.setdefault(key, set()).add(value)
    return found


def _flags(segments: Segments) -> frozenset[str]:
    return frozenset(flag for segment in segments for flag in segment.flags)
