"""Words that look like personal data and, as the author of the work said, are not."""

from collections.abc import Collection
from dataclasses import replace

from reviewer.model.annotation import Annotation
from reviewer.privacy.pii import PiiSpan, find


def denial_of(words: str) -> str:
    """The form in which a "no" is kept: casefolded, on one line."""
    return " ".join(words.split()).casefold()


def is_denied(words: str, denied: Collection[str]) -> bool:
    """Whether somebody said no to these words, or to more words that hold them as a part."""
    said = f" {denial_of(words)} "
    return any(said in f" {one} " for one in denied)


def undenied(text: str, locale: str, denied: Collection[str]) -> tuple[PiiSpan, ...]:
    """What is found in a text, without likely finds that were denied. A certain one cannot be denied."""
    return tuple(
        span
        for span in find(text, locale)
        if span.certainty == "certain" or not is_denied(text[span.start : span.end], denied)
    )


def without_stale_denials(annotation: Annotation) -> Annotation:
    """Without denials of words that the text does not have any more."""
    if not annotation.denied:
        return annotation
    texts = [denial_of(text) for text in annotation.read_texts]
    left = frozenset(one for one in annotation.denied if any(one in text for text in texts))
    return replace(annotation, denied=left)
