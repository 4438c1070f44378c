"""Redaction of texts: which words were said in a removed stretch, and the tag in their place."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewer.model.annotation import Annotation, PersonalDataKind, Segment
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.model.intervals import Span
from reviewer.model.redaction import Redaction, RedactionState
from reviewer.privacy import pii
from reviewer.privacy.denial import without_stale_denials
from reviewer.transcript.tokens import Token, TokenKind, tokenize
from reviewer.transcript.word_times import timed_words

TAG_NAME = "pii"
_DETAILS = {
    PersonalDataKind.NUMBER: "id",
    PersonalDataKind.EMAIL: "email",
    PersonalDataKind.NAME: "name",
    PersonalDataKind.ADDRESS: "address",
    PersonalDataKind.OTHER: "other",
}


@dataclass(frozen=True, slots=True)
class RemovedSound:
    """A stretch of a clip that was removed: ``marked`` held personal data, ``removed`` cannot be heard."""

    marked: Span
    removed: Span
    kind: PersonalDataKind


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """Personal data in recognised words: the frames in which it was said, and what it was found to be."""

    span: Span
    kind: pii.PiiKind


def removed_sounds(redactions: Iterable[Redaction]) -> tuple[RemovedSound, ...]:
    """What was removed from a clip by those of its redactions that were applied."""
    return tuple(
        RemovedSound(one.span, Span(one.removed_start, one.removed_end), one.kind)
        for one in redactions
        if one.state is RedactionState.APPLIED and one.removed_start < one.removed_end
    )


def tag_for(kind: PersonalDataKind) -> str:
    """What stands in a text in place of the words, as the conventions have it."""
    return f"[{TAG_NAME}:{_DETAILS[kind]}]"


def spans_in_words(words: Sequence[Word], locale: str) -> tuple[FoundSpan, ...]:
    """Where personal data is said, as far as the times of recognised words tell."""
    text, places = _joined(words)
    found = []
    for find in pii.find(text, locale):
        said = [word for word, (start, end) in places if start < find.end and find.start < end]
        start, end = min(word.start for word in said), max(word.end for word in said)
        if start < end:
            found.append(FoundSpan(Span(start, end), find.kind))
    return tuple(found)


def kind_of(kind: pii.PiiKind) -> PersonalDataKind:
    """The kind of a span for what was found in a text."""
    return PersonalDataKind.EMAIL if kind is pii.PiiKind.EMAIL else PersonalDataKind.NUMBER


def without_words(
    annotation: Annotation,
    removed: Sequence[RemovedSound],
    words: Sequence[Word],
    locale: str,
    others: Sequence[RemovedSound] = (),
) -> tuple[Annotation, bool]:
    """An annotation with a tag in place of the words that were said in removed stretches.

    Word times tell which words these are (``words`` of an alignment, or of a recogniser's draft where it
    heard the same words), or the personal data that is found in the text of the segment. A segment that only
    lies beside what was marked loses the words that nobody can hear, as far as they are known.

    ``others`` are further stretches of the clip that were or will be removed: a tag that stands for one of
    them stands for no other.

    Returns: the annotation, and whether all marked words are known. If not, somebody must look at the text.
    """
    segments, is_known = list(annotation.segments), True
    stretches = {*removed, *others}
    marked = _apart(each.marked for each in stretches)
    for one in removed:
        for place, segment in enumerate(segments):
            if not _overlaps(segment, one.removed) or not segment.text.strip():
                continue
            tags = sum(_overlaps(segment, span) for span in marked)
            text = _without_words_of(segment, one, words, locale, tags)
            is_known = is_known and (text is not None or not _overlaps(segment, one.marked))
            if text is not None and repeated_tags(segment, stretches):
                text = _with_tag_once(text, tag_for(one.kind))
            segments[place] = replace(segment, text=segment.text if text is None else text)
    return without_stale_denials(replace(annotation, segments=tuple(segments))), is_known


def hypothesis_without_words(
    hypothesis: Hypothesis, removed: Iterable[RemovedSound], locale: str
) -> Hypothesis | None:
    """A recogniser's draft without the words said in removed stretches; None if nobody can tell which.

    With word times the text is what is left of the words. Without them, what is found in the text goes.
    """
    removed, words = tuple(removed), hypothesis.words
    if not words:
        text = _without_finds(hypothesis.text, locale)
        return replace(hypothesis, text=text) if text != hypothesis.text else None
    for one in removed:
        words = _without_words_in(words, one)
    text, _ = _joined(words)
    if pii.find(text, locale):  # its times were wrong
        return replace(hypothesis, text=_without_finds(text, locale), words=())
    return replace(hypothesis, text=text if words != hypothesis.words else hypothesis.text, words=words)


def explained_tags(segment: Segment, removed: Iterable[RemovedSound]) -> int:
    """How many tags of a segment can stand for removed sound.

    One for each stretch that was marked in it, as one where two of a kind overlap. Where one was marked
    beside the segment and removed into it, the first or the last word may be a tag for it.
    """
    removed = tuple(removed)
    inside = sum(
        _overlaps(segment, span)
        for kind in {one.kind for one in removed}
        for span in _apart(one.marked for one in removed if one.kind is kind)
    )
    beside = [one.removed for one in removed if not _overlaps(segment, one.marked)]
    words = [token for token in tokenize(segment.text) if token.kind in (TokenKind.WORD, TokenKind.TAG)]
    edges = set()
    if words and any(span.start <= segment.start < span.end for span in beside):
        edges.update(_tags(words[:1]))
    if words and any(span.start < segment.end <= span.end for span in beside):
        edges.update(_tags(words[-1:]))
    return inside + len(edges)


def repeated_tags(segment: Segment, removed: Iterable[RemovedSound]) -> int:
    """How many tags that stand beside one of their kind can be the same once more.

    Earlier versions left one for each stretch that shares frames with another of its kind.
    """
    inside = [one for one in removed if _overlaps(segment, one.marked)]
    kinds = {one.kind for one in inside}
    return len(inside) - sum(len(_apart(one.marked for one in inside if one.kind is kind)) for kind in kinds)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans, as one where they share frames; not where they only touch."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].end:
            found[-1] = Span(found[-1].start, max(span.end, found[-1].end))
        else:
            found.append(span)
    return found


def _overlaps(segment: Segment, span: Span) -> bool:
    return segment.start < span.end and span.start < segment.end


def _tags(tokens: Iterable[Token]) -> list[Token]:
    return [each for each in tokens if each.kind is TokenKind.TAG and each.tag_name.lower() == TAG_NAME]


def _without_words_of(
    segment: Segment, one: RemovedSound, words: Sequence[Word], locale: str, tags: int
) -> str | None:
    """The text of a segment without what was said in a stretch; None if its words are not known.

    ``tags``: so many marked stretches are in the segment, each of which needs a tag.
    """
    text, tag = segment.text, tag_for(one.kind)
    if one.removed.start <= segment.start and segment.end <= one.removed.end:
        return tag
    said = _said_in(segment, one, words)
    finds = [
        (find.start, find.end)
        for find in pii.find(text, locale)
        if one.kind in (kind_of(find.kind), PersonalDataKind.OTHER)
    ]
    if said is not None:
        touched = [said, *(find for find in finds if find[0] < said[1] and said[0] < find[1])]
        start, end = min(one[0] for one in touched), max(one[1] for one in touched)
        if any(pii.find(rest, locale) for rest in (text[start : said[0]], text[said[1] : end])):
            start, end = said  # the rest can still be heard, and must be found again
        return f"{text[:start]}{tag}{text[end:]}"
    if not _overlaps(segment, one.marked):
        return None
    if finds:
        return _without_finds(text, locale, tag)
    return text if len(_tags(tokenize(text))) >= tags else None


def _with_tag_once(text: str, tag: str) -> str:
    """A text in which a tag that stands beside another of its kind stands once."""
    return re.sub(rf"({re.escape(tag)})(?:\s+{re.escape(tag)})+", r"\1", text)


def _said_in(segment: Segment, one: RemovedSound, words: Sequence[Word]) -> tuple[int, int] | None:
    """Start and end (characters) of the words said in a stretch, if at least half were recognised as such."""
    if not words:
        return None
    timed = timed_words(segment.text, words, segment.start, segment.end)
    said = [word for word in timed if _is_in(word.from_frame, word.to_frame, one)]
    if not said or 2 * sum(word.is_exact for word in said) < len(said):
        return None
    return min(word.start for word in said), max(word.end for word in said)


def _without_words_in(words: Sequence[Word], one: RemovedSound) -> tuple[Word, ...]:
    left: list[Word] = []
    tag = Word(tag_for(one.kind), one.marked.start, one.marked.end)
    for word in words:
        if not _is_in(word.start, word.end, one):
            left.append(word)
        elif tag not in left:
            left.append(tag)
    return tuple(left)


def _is_in(start: int, end: int, one: RemovedSound) -> bool:
    """Whether a word overlaps what was marked, or for the most part what cannot be heard any more."""
    if start < one.marked.end and end > one.marked.start:
        return True
    lost = min(end, one.removed.end) - max(start, one.removed.start)
    return 2 * lost > end - start


def _without_finds(text: str, locale: str, tag: str = "") -> str:
    for find in reversed(pii.find(text, locale)):
        text = f"{text[: find.start]}{tag or tag_for(kind_of(find.kind))}{text[find.end :]}"
    return text


def _joined(words: Sequence[Word]) -> tuple[str, list[tuple[Word, tuple[int, int]]]]:
    """The words with spaces between them, and the place of each."""
    at, places = 0, []
    for word in words:
        places.append((word, (at, at + len(word.text))))
        at += len(word.text) + 1
    return " ".join(word.text for word in words), places
