"""When each typed word was said, from the times of a recogniser's words; they follow every correction."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from reviewer.model.hypothesis import Word
from reviewer.transcript.tokens import TokenKind, tokenize
from reviewer.transcript.words import graphemes, has_unspaced_script, segments


@dataclass(frozen=True, slots=True)
class TimedWord:
    """``text[start:end]`` (code points) is said from frame ``from_frame`` to ``to_frame``.

    ``is_exact``: the recogniser heard this very word, with ``confidence`` if it gave one. The time of another
    is estimated from its neighbours. In a script without spaces a word is one character.
    """

    start: int
    end: int
    from_frame: int
    to_frame: int
    is_exact: bool
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class _Time:
    start: int
    end: int
    is_exact: bool = False
    confidence: float | None = None


def timed_words(text: str, words: Sequence[Word], start_frame: int, end_frame: int) -> tuple[TimedWord, ...]:
    """The words of a text with times between two frames, in the order of the text.

    Aligns typed and recognised words with the fewest edits (Levenshtein 1966), whatever their case and marks.
    A replaced word takes the time of the one it replaces; a run of others shares the time between its
    neighbours by length. Without recognised words all is shared so.
    """
    typed = list(_typed_words(text))
    heard = [
        part
        for word in words
        if word.end > start_frame and word.start < end_frame
        for part in _parts_of(word)
    ]
    times: list[_Time | None] = [None] * len(typed)
    ours = [_plain(text[start:end]) for start, end in typed]
    for op in Levenshtein.opcodes(ours, [_plain(word.text) for word in heard]):
        if op.tag in ("equal", "replace"):
            for place, word in zip(
                range(op.src_start, op.src_end), heard[op.dest_start : op.dest_end], strict=False
            ):
                is_exact = op.tag == "equal"
                confidence = word.confidence if is_exact else None
                begin, end = max(word.start, start_frame), min(word.end, end_frame)
                times[place] = _Time(begin, max(begin, end), is_exact, confidence)
    _share(times, [len(graphemes(text[start:end])) for start, end in typed], start_frame, end_frame)
    return tuple(
        TimedWord(start, end, time.start, time.end, time.is_exact, time.confidence)
        for (start, end), time in zip(typed, times, strict=True)
        if time is not None
    )


def word_at_frame(words: Sequence[TimedWord], frame: int) -> TimedWord | None:
    """The word that is said at a frame, or the last one before it; None before the first."""
    place = bisect_right(words, frame, key=lambda word: word.from_frame)
    return words[place - 1] if place else None


def word_at_offset(words: Sequence[TimedWord], offset: int) -> TimedWord | None:
    """The word at a place of the text (a code point), or the last one before it; None before the first."""
    place = bisect_right(words, offset, key=lambda word: word.start)
    return words[place - 1] if place else None


def _typed_words(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of what counts as a word: between spaces, or one character of an unspaced script."""
    for token in tokenize(text):
        if token.kind is not TokenKind.WORD:
            continue
        if not has_unspaced_script(token.text):
            yield token.start, token.end
            continue
        at = token.start
        for piece in segments(token.text):
            if _plain(piece):
                yield at, at + len(piece)
            at += len(piece)


def _parts_of(word: Word) -> list[Word]:
    """A recognised word; one of an unspaced script as its characters, which share its time evenly."""
    if not has_unspaced_script(word.text):
        return [word]
    pieces = [piece for piece in segments(word.text) if _plain(piece)]
    length = word.end - word.start
    return [
        Word(
            piece,
            word.start + length * place // len(pieces),
            word.start + length * (place + 1) // len(pieces),
            word.confidence,
        )
        for place, piece in enumerate(pieces)
    ]


def _plain(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())


def _share(times: list[_Time | None], lengths: list[int], start: int, end: int) -> None:
    """Gives every run of words without a time its part of the gap between its neighbours."""
    place = 0
    while place < len(times):
        if times[place] is not None:
            place += 1
            continue
        last = place
        while last < len(times) and times[last] is None:
            last += 1
        before, after = times[place - 1] if place else None, times[last] if last < len(times) else None
        low = before.end if before else start
        high = max(after.start if after else end, low)
        total, done = sum(lengths[place:last]), 0
        for at in range(place, last):
            begin = low + (high - low) * done // total
            done += lengths[at]
            times[at] = _Time(begin, low + (high - low) * done // total)
        place = last
