"""Why a row cannot be in a format: reason codes that an export counts before it writes anything.

A row that a format cannot hold is left out by name; no writer changes a text to make it fit.
"""

import re
from collections.abc import Iterator

from reviewer.formats.dataset import Utterance, UtteranceSegment, UtteranceWord, segments_of
from reviewer.formats.times import milliseconds
from reviewer.formats.validation import text_problem

_SPEAKER = re.compile(r"[a-z0-9]+")
_LOCALE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")

_MOST_OPUS_CHANNELS = 2
"""Of more, Opus takes each for a loudspeaker in an order of its own, and keeps only the lowest tones of one
of them (RFC 7845, section 5.1.1.2); libsndfile cannot be told otherwise."""


def row_problem(utterance: Utterance) -> str:
    """The reason why no format can hold a row, or an empty string."""
    if any(text_problem(text) for text in set(_texts(utterance))):
        return "text_unclean"
    if utterance.audio == "opus" and utterance.channels > _MOST_OPUS_CHANNELS:
        return "opus_channels"
    spans: tuple[UtteranceSegment | UtteranceWord, ...] = (*utterance.segments, *utterance.words)
    if not all(map(_SPEAKER.fullmatch, (utterance.speaker, *(one.speaker for one in spans)))):
        return "speaker_malformed"
    if not _LOCALE.fullmatch(utterance.locale):
        return "locale_malformed"
    starts = [one.start for one in utterance.segments]
    if any(not 0 <= one.start < one.end <= utterance.frames for one in spans) or starts != sorted(starts):
        return "segment_times"
    return "" if all(word.text for word in utterance.words) else "word_empty"


def has_times_below_millisecond(utterance: Utterance) -> bool:
    """Whether a segment or word begins and ends in the same millisecond."""
    spans: tuple[UtteranceSegment | UtteranceWord, ...] = (*segments_of(utterance), *utterance.words)
    return any(
        milliseconds(one.start, utterance.rate_hz) == milliseconds(one.end, utterance.rate_hz)
        for one in spans
    )


def _texts(utterance: Utterance) -> Iterator[str]:
    yield from (utterance.text, utterance.text_verbatim, utterance.product, utterance.reference)
    for segment in utterance.segments:
        yield from (segment.text, segment.text_verbatim)
    yield from (word.text for word in utterance.words)
    for labels in (utterance.labels, *(segment.labels for segment in utterance.segments)):
        for value in labels.values():
            if isinstance(value, str):
                yield value
            elif isinstance(value, tuple):
                yield from value
