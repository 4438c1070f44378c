"""Two versions of a clip, compared; nothing is unsealed here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation
from reviewer.session.differences import ComparedRow, Side, compare_segments
from reviewer.stats.wer import DiffWord, WordErrors, diff_words, word_errors
from reviewer.transcript.aligned_texts import AlignedTexts
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.normalisation import normalise


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both versions side by side: in a review theirs and the reviewer's own, which was submitted before.

    ``words`` aligns the verbatim texts; ``errors`` has mine as the reference and is scored on the training
    profile of the clip's locale, so punctuation and capitals do not count. ``rows`` has both by segments, at
    ``rate_hz`` frames a second. ``their_form`` is the label form of theirs, if it is another than the present
    one. ``aligned`` says when the words of a version are said, where that was handed in with it.
    """

    theirs: Annotation
    mine: Annotation
    words: tuple[DiffWord, ...]
    errors: WordErrors
    rows: tuple[ComparedRow, ...]
    rate_hz: int
    their_form: Schema | None = None
    aligned: Mapping[Side, AlignedTexts] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        theirs: Annotation,
        mine: Annotation,
        conventions: Conventions,
        rate_hz: int,
        *,
        their_form: Schema | None = None,
        aligned: Mapping[Side, AlignedTexts] | None = None,
    ) -> "Comparison":
        """Compares two versions by the conventions of the clip's locale."""
        texts = theirs.text_verbatim, mine.text_verbatim
        return cls(
            theirs,
            mine,
            diff_words(*texts),
            word_errors(normalise(texts[1], conventions), normalise(texts[0], conventions)),
            compare_segments(theirs.segments, mine.segments, rate_hz),
            rate_hz,
            their_form,
            aligned or {},
        )
