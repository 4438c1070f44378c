"""The draft that comes with a clip: text and word times of its line in a manifest."""

import secrets

from reviewer.errors import Notice
from reviewer.model.clip import Clip
from reviewer.model.hypothesis import MANIFEST_ENGINE, Hypothesis, Word
from reviewer.privacy.manifest_row import ManifestRow

_TOLERATED_SECONDS = 0.5
"""Recognisers round the end of the last word, and some count silence that a decoder leaves out."""


def hypothesis_of(row: ManifestRow, clip: Clip) -> Hypothesis:
    """The recogniser output in a manifest row; word times in frames, none beyond the clip's end."""

    def frame(seconds: float) -> int:
        return min(clip.frames, round(seconds * clip.rate_hz))

    words = tuple(
        Word(word.word, frame(word.start_seconds), frame(word.end_seconds), word.confidence)
        for word in row.words
    )
    return Hypothesis(
        id=f"h{secrets.token_hex(8)}",
        clip_id=clip.id,
        engine=MANIFEST_ENGINE,
        version="",
        text=row.text,
        words=words,
    )


def notes_on_words(row: ManifestRow, seconds: float) -> tuple[Notice, ...]:
    """A warning about words that end after a clip of this length: they may be those of another recording."""
    last = max((word.end_seconds for word in row.words), default=0.0)
    if last <= seconds + _TOLERATED_SECONDS:
        return ()
    return (Notice("WORDS_BEYOND_END", {"last": round(last, 1), "seconds": round(seconds, 1)}),)
