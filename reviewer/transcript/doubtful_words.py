"""The words of a draft that its recogniser was least sure of."""

from collections.abc import Sequence

from reviewer.transcript.word_times import TimedWord

MOST = 8
"""Checking every doubt is as much work as listening again: more than a few are never shown."""
BELOW = 0.6


def doubtful_words(
    words: Sequence[TimedWord], most: int = MOST, below: float = BELOW
) -> tuple[TimedWord, ...]:
    """The ``most`` words with the lowest confidence below ``below``, in the order of the text.

    A word that was changed after the recogniser heard it is not doubtful any more, nor is one without a
    confidence. Of equal ones the first in the text are taken.
    """
    doubtful = [word for word in words if word.confidence is not None and word.confidence < below]
    worst = sorted(doubtful, key=lambda word: (word.confidence, word.start))[:most]
    return tuple(sorted(worst, key=lambda word: word.start))


def doubt_after(doubts: Sequence[TimedWord], caret: int) -> TimedWord | None:
    """The next doubtful word behind a caret, from the first again after the last; None if there is none."""
    return next((word for word in doubts if word.start > caret), doubts[0] if doubts else None)
