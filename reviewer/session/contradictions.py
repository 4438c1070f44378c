"""What in an annotation contradicts itself or the sound: asked about once, before it is submitted."""

from collections.abc import Iterator, Sequence

from reviewer.errors import Notice
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.intervals import Span
from reviewer.privacy.denial import is_denied
from reviewer.privacy.pii import find
from reviewer.session.submission_checks import is_answered_by_flag
from reviewer.session.typed_personal_data import Find, typed_personal_data
from reviewer.transcript.tokens import TAG, TokenKind, tokenize

PERSONAL_DATA_TAG = "pii"
_SPEECH_SECONDS = 1.0
"""Shorter speech is often a click or a breath that the detection took for speech."""
_FEW_WORDS_SECONDS = 10.0
_LETTERS_PER_SECOND = 1.5
"""Slow dictation has about 6; scripts with a sign a syllable have 3 to 6."""


def implied_flags(text: str) -> frozenset[Flag]:
    """The flags that a text sets by itself: a ``[pii:...]`` tag means personal data."""
    names = (tag.group()[1:-1].partition(":")[0] for tag in TAG.finditer(text))
    return frozenset({Flag.PERSONAL_DATA} if PERSONAL_DATA_TAG in names else ())


def contradictions(
    annotation: Annotation, speech: Sequence[Span], sample_rate: int, locale: str, find_in: Find = find
) -> tuple[Notice, ...]:
    """The doubtful points to ask about; empty for most work. None of them prevents a submission.

    Args:
        annotation: The work to be submitted.
        speech: Where speech was detected, in frames; disjoint.
        sample_rate: Frames per second of ``speech``.
        locale: Of the clip, for what may be personal data in the text.
        find_in: ``find``, or one that remembers.
    """
    return (
        *_against_sound(annotation, speech, sample_rate),
        *likely_personal_data(annotation, locale, find_in),
    )


def likely_personal_data(annotation: Annotation, locale: str, find_in: Find = find) -> Iterator[Notice]:
    """The questions whether something is somebody's number or address; none that was answered with no."""
    for found in typed_personal_data(annotation, locale, find_in):
        if not found.is_certain and not is_denied(found.words, annotation.denied):
            yield Notice("PERSONAL_DATA_LIKELY", {"said": found.words})


def _against_sound(annotation: Annotation, speech: Sequence[Span], sample_rate: int) -> tuple[Notice, ...]:
    seconds = sum(span.end - span.start for span in speech) / sample_rate
    rounded = round(seconds, 1)
    if Flag.NO_SPEECH in annotation.flags:
        heard = Notice("NO_SPEECH_BUT_HEARD", {"seconds": rounded})
        return (heard,) if seconds >= _SPEECH_SECONDS else ()
    if is_answered_by_flag(annotation):
        return ()
    words = [t for t in tokenize(annotation.text_verbatim) if t.kind is not TokenKind.SPACE]
    letters = sum(len(word.text) for word in words if word.kind is TokenKind.WORD)
    has_tag = any(word.kind is TokenKind.TAG for word in words)
    if seconds < _FEW_WORDS_SECONDS or letters >= seconds * _LETTERS_PER_SECOND or (has_tag and not letters):
        return ()
    count = sum(word.kind is TokenKind.WORD for word in words)
    return (Notice("FEW_WORDS_FOR_SPEECH", {"words": count, "seconds": rounded}),)
