"""When each typed word was said, from the times of a recogniser's words; they follow every correction."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from reviewer.model.hypothesis import Word
from reviewer.transcript.tokens import TokenKind, tokenize
from reviewer.transcript.words import graphemes


@dataclass(frozen=True, slots=True)
class TimedWord:
    """``text[start:end]`` (code points) is said from frame ``from_frame`` to ``to_frame``.

    ``is_exact``: the recogniser heard this very word. The time of another is estimated from its neighbours.
    """

    start: int
    end: int
    from_frame: int
    to_frame: int
    is_exact: bool


def timed_words(text: str, words: Sequence[Word], start_frame: int, end_frame: int) -> tuple[TimedWord, ...]:
    """The words of a text with times between two frames, in the order of the text.

    Aligns typed and recognised words with the fewest edits (Levenshtein 1966), whatever their case and marks.
    A replaced word takes the time of the one it replaces; a run of others shares the time between its
    neighbours by length. Without recognised words all is shared so.
    """
    typed = [token for token in tokenize(text) if token.kind is TokenKind.WORD]
    heard = [word for word in words if word.end > start_frame and word.start < end_frame]
    ours, theirs = [_plain(token.text) for token in typed], [_plain(word.text) for word in heard]
    spans: list[tuple[int, int, bool] | None] = [None] * len(typed)
    for op in Levenshtein.opcodes(ours, theirs):
        if op.tag in ("equal", "replace"):
            for ours_at, theirs_at in zip(
                range(op.src_start, op.src_end), range(op.dest_start, op.dest_end), strict=False
            ):
                word = heard[theirs_at]
                is_exact = op.tag == "equal"
                spans[ours_at] = (max(word.start, start_frame), min(word.end, end_frame), is_exact)
    _share(spans, [max(len(graphemes(token.text)), 1) for token in typed], start_frame, end_frame)
    return tuple(
        TimedWord(token.start, token.end, *span) for token, span in zip(typed, spans, strict=True) if span
    )


def word_at_frame(words: Sequence[TimedWord], frame: int) -> TimedWord | None:
    """The word that is said at a frame, or the last one before it; None before the first."""
    place = bisect_right(words, frame, key=lambda word: word.from_frame)
    return words[place - 1] if place else None


def word_at_offset(words: Sequence[TimedWord], offset: int) -> TimedWord | None:
    """The word at a place of the text (a code point), or the last one before it; None before the first."""
    place = bisect_right(words, offset, key=lambda word: word.start)
    return words[place - 1] if place else None


def _plain(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())


def _share(spans: list[tuple[int, int, bool] | None], lengths: list[int], start: int, end: int) -> None:
    """Gives every run of words without a time its part of the gap between its neighbours."""
    place = 0
    while place < len(spans):
        if spans[place] is not None:
            place += 1
            continue
        last = place
        while last < len(spans) and spans[last] is None:
            last += 1
        before, after = spans[place - 1] if place else None, spans[last] if last < len(spans) else None
        low = before[1] if before else start
        high = max(after[0] if after else end, low)
        total, done = sum(lengths[place:last]), 0
        for at in range(place, last):
            begin = low + (high - low) * done // total
            done += lengths[at]
            spans[at] = (begin, low + (high - low) * done // total, False)
        place = last
