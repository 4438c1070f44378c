"""Two versions of a clip, compared."""

from reviewer.model.annotation import Annotation, Segment
from reviewer.session.comparison import Comparison
from reviewer.workspace import shipped_conventions


def test_the_word_error_rate_of_what_was_submitted_has_my_version_as_its_reference() -> None:
    submitted, mine = (Annotation((Segment("s1", 0, 16_000, text),)) for text in ("hello", "oh hello to you"))
    errors = Comparison.of(submitted, mine, shipped_conventions().of("en-US"), 16_000).errors
    assert (errors.errors, errors.reference_words, errors.other_words) == (3, 4, 1)
    assert errors.rate == 0.75
