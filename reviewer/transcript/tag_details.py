"""The details of tags, offered where one is typed, and the sound that a personal-data tag stands for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.model.annotation import PersonalDataKind, PersonalDataSpan, Segment
from reviewer.transcript.conventions import Conventions, Tag, TagClass
from reviewer.transcript.word_times import TimedWord

_OPEN_TAG = re.compile(r"\[([a-z]+)(:?)([^\[\]\s:]*)(\]?)")
_KINDS = {
    "name": PersonalDataKind.NAME,
    "email": PersonalDataKind.EMAIL,
    "address": PersonalDataKind.ADDRESS,
    "phone": PersonalDataKind.NUMBER,
    "id": PersonalDataKind.NUMBER,
    "card": PersonalDataKind.NUMBER,
}


@dataclass(frozen=True, slots=True)
class OpenTag:
    """The tag at ``text[start:end]`` that has the cursor, and a closed list of details; it may not be closed.

    ``typed`` is its detail up to the cursor.
    """

    start: int
    end: int
    tag: Tag
    typed: str

    def numbered(self, digit: str) -> str:
        """The detail of a digit, counted from 1; empty if there is none."""
        place = int(digit) - 1 if digit in tuple("123456789") else len(self.tag.details)
        return self.tag.details[place] if place < len(self.tag.details) else ""

    def completed(self) -> str:
        """The first detail that begins with what is typed; empty if there is none, or nothing is typed."""
        begun = (detail for detail in self.tag.details if self.typed and detail.startswith(self.typed))
        return next(begun, "")

    def written(self, detail: str) -> str:
        """The tag with a detail."""
        return f"[{self.tag.name}:{detail}]"


def open_tag(text: str, selection_start: int, selection_end: int, conventions: Conventions) -> OpenTag | None:
    """The tag whose detail has the cursor or selection, if the conventions list its details."""
    start = text.rfind("[", 0, selection_start)
    match = _OPEN_TAG.match(text, start) if start >= 0 else None
    tag = conventions.tag(match[1]) if match else None
    if match is None or tag is None or not tag.details:
        return None
    if not match.end(1) <= selection_start <= selection_end <= match.end(3):
        return None
    return OpenTag(start, match.end(), tag, text[match.start(3) : selection_end])


def personal_data_span(
    text: str, start: int, end: int, words: Sequence[TimedWord], segment: Segment
) -> PersonalDataSpan | None:
    """The sound of a personal-data tag at ``text[start:end]``: from the word before it to the word after it.

    None if it is no such tag, or the time of a word beside it is not known but estimated; the segment's
    ends are known.
    """
    match = _OPEN_TAG.fullmatch(text[start:end])
    if match is None or match[1] != TagClass.PII:
        return None
    before = next((word for word in reversed(words) if word.end <= start), None)
    after = next((word for word in words if word.start >= end), None)
    beside = [word for word in (before, after) if word is not None]
    first = segment.start if before is None else before.to_frame
    last = segment.end if after is None else after.from_frame
    if not beside or not all(word.is_exact for word in beside) or first >= last:
        return None
    return PersonalDataSpan(first, last, _KINDS.get(match[3], PersonalDataKind.OTHER))
