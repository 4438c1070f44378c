"""Recogniser output for a clip: text, and words with times and confidence."""

from dataclasses import dataclass, field

MANIFEST_ENGINE = "manifest"
"""The engine of a text that came with the clip's manifest row."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word from frame ``start`` to ``end``; ``confidence`` is 0 to 1, None when not given."""

    text: str
    start: int
    end: int
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The output of one engine for one clip; a clip can have several. ``words`` is empty without times."""

    id: str
    clip_id: str
    engine: str
    version: str
    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class SealedHypothesis:
    """A hypothesis as it goes to the folders of others; engine and version are bound into the seal."""

    id: str
    engine: str
    version: str
    sealed: bytes = field(repr=False)
