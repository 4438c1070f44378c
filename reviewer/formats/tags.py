"""What each format makes of the tags and filled pauses of a text: the one table, which conventions override.

A writer knows nothing of tags: it gets each row as its format shows it (``in_format``). A tag is mapped, kept
as typed, or removed where it stands for no words; where no rule says what it becomes, the row is left out of
the format and counted (``tag_problem``).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from reviewer.formats.dataset import Utterance
from reviewer.transcript.conventions import HESITATION, KEEP, LEAVE_OUT, Conventions, Tag, TagClass
from reviewer.transcript.normalisation import is_hesitation, normalise_by
from reviewer.transcript.tokens import Token, TokenKind, tokenize

IGNORE = "IGNORE_TIME_SEGMENT_IN_SCORING"
"""As a mark: it becomes the whole text of the segment, which NIST scoring then leaves out (SCTK)."""
_REMOVED = ""
_UNKNOWN = "<unk>"
_SPOKEN = (TagClass.UNCLEAR, TagClass.FOREIGN, TagClass.OVERLAP)
"""Somebody says words there that the text lacks. Personal data is not among them: where an export lets its
tag through, the sound was removed."""


class TextKind(StrEnum):
    """The text that a format shows; ``BOTH`` is the normalised one, with the verbatim one beside it."""

    NORMALISED = "normalised"
    VERBATIM = "verbatim"
    BOTH = "both"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TagRules:
    """The text of a format, and its ``marks``: what becomes of a class of tags, or of ``HESITATION``.

    A mark is a text, ``""`` to remove the tag, ``KEEP`` for what was typed, or ``LEAVE_OUT`` for the row.
    """

    text: TextKind
    marks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def _spoken(mark: str) -> dict[str, str]:
    return dict.fromkeys(map(str, _SPOKEN), mark)


_LEFT_OUT = _spoken(LEAVE_OUT)
_NORMALISED, _BOTH, _VERBATIM = (
    TagRules(TextKind.NORMALISED, _LEFT_OUT),
    TagRules(TextKind.BOTH),
    TagRules(TextKind.VERBATIM),
)
_NOISES: Mapping[str, str] = {TagClass.SPEAKER_NOISE: "<v-noise>", TagClass.NOISE: "<noise>"}
FORMAT_TAGS: Mapping[str, TagRules] = MappingProxyType(
    {
        "nemo": _NORMALISED,
        "csv": _BOTH,
        "csv-excel": _BOTH,
        "jsonl": _BOTH,
        "kaldi": TagRules(TextKind.NORMALISED, {**_NOISES, **_spoken(_UNKNOWN)}),
        "audiofolder": _BOTH,
        "parquet": _BOTH,
        "lhotse": _BOTH,
        "common-voice": TagRules(
            TextKind.VERBATIM, {**dict.fromkeys(map(str, TagClass), _REMOVED), **_LEFT_OUT}
        ),
        "webdataset": _BOTH,
        "librispeech": _NORMALISED,
        "azure": _NORMALISED,
        "textgrid": _VERBATIM,
        "eaf": _VERBATIM,
        "stm": TagRules(TextKind.NORMALISED, {HESITATION: "(%hesitation)", **_spoken(IGNORE)}),
        "ctm": TagRules(TextKind.NORMALISED, {HESITATION: "%hesitation", **_LEFT_OUT}),
        "rttm": TagRules(TextKind.NONE),
        "webvtt": _VERBATIM,
        "srt": _VERBATIM,
        "audacity": _VERBATIM,
        "label-studio": _VERBATIM,
    }
)
"""By the names of ``titles.TITLES``. Kaldi's recipes have ``<noise>``, ``<v-noise>`` and ``<unk>``; NIST
scoring has ``%hesitation`` for a filled pause, in brackets where a recogniser may leave it out (SCTK)."""


def mark_of(name: str, key: str, conventions: Conventions, profile: str) -> str:
    """The mark of a class of tags, or of ``HESITATION``, in a format: the conventions' own for it, else the
    word of the profile, else the table's."""
    rules = FORMAT_TAGS[name]
    if key in conventions.format_tags.get(name, {}):
        return conventions.format_tags[name][key]
    if key == HESITATION or rules.text is TextKind.VERBATIM:
        return rules.marks.get(key, KEEP)
    return conventions.profile(profile).tags.get(TagClass(key)) or rules.marks.get(key, _REMOVED)


def marks_of(name: str, conventions: Conventions, profile: str) -> dict[str, str]:
    """Every mark of a format, for a passport."""
    if FORMAT_TAGS[name].text is TextKind.NONE:
        return {}
    return {str(key): mark_of(name, key, conventions, profile) for key in (*TagClass, HESITATION)}


def tag_problem(name: str, utterance: Utterance) -> str:
    """``tag_unmapped`` if nothing says what becomes of a tag of a row in a format, else an empty string."""
    conventions, rules = utterance.conventions, FORMAT_TAGS.get(name)
    if conventions is None or rules is None or rules.text is TextKind.NONE:
        return ""
    for _, tag in _tags_of(utterance.text_verbatim, conventions):
        if tag is None:
            if rules.text is TextKind.NORMALISED:
                return "tag_unmapped"
        elif mark_of(name, tag.tag_class, conventions, utterance.profile) == LEAVE_OUT:
            return "tag_unmapped"
    return ""


def in_format(name: str, utterance: Utterance) -> Utterance:
    """A row with its texts as a format shows them; the same one where nothing in them is mapped.

    A text without words stays without: a sound alone is no utterance.
    """
    conventions, rules = utterance.conventions, FORMAT_TAGS.get(name)
    if conventions is None or rules is None:
        return utterance
    if rules.text is TextKind.NONE:
        return _with_all_speech(utterance, conventions)
    texts = _Texts(name, conventions, utterance.profile)
    if not texts.maps_hesitations and "[" not in utterance.text_verbatim:
        return utterance
    if rules.text is TextKind.VERBATIM:
        return replace(
            utterance,
            text_verbatim=texts.typed(utterance.text_verbatim),
            segments=tuple(
                replace(one, text_verbatim=texts.typed(one.text_verbatim)) for one in utterance.segments
            ),
        )
    return replace(
        utterance,
        text=texts.said(utterance.text, utterance.text_verbatim),
        segments=tuple(
            replace(one, text=texts.said(one.text, one.text_verbatim)) for one in utterance.segments
        ),
        words=tuple(replace(one, text=texts.with_hesitations(one.text)) for one in utterance.words),
    )


def _with_all_speech(utterance: Utterance, conventions: Conventions) -> Utterance:
    """A row for a format that says only who speaks when: words that nobody could write down are speech."""
    if "[" not in utterance.text_verbatim:
        return utterance
    return replace(
        utterance,
        segments=tuple(
            one if one.text or not _is_spoken(one.text_verbatim, conventions) else replace(one, text=_UNKNOWN)
            for one in utterance.segments
        ),
    )


def _is_spoken(verbatim: str, conventions: Conventions) -> bool:
    return any(tag is not None and tag.tag_class in _SPOKEN for _, tag in _tags_of(verbatim, conventions))


class _Texts:
    """The texts of one row in one format."""

    def __init__(self, name: str, conventions: Conventions, profile: str) -> None:
        self._conventions = conventions
        self._rules = conventions.profile(profile)
        self._mark: Callable[[str], str] = lambda key: mark_of(name, key, conventions, profile)
        self._hesitation = self._mark(HESITATION)
        self.maps_hesitations = self._hesitation != KEEP

    def said(self, text: str, verbatim: str) -> str:
        """The normalised text, made of the verbatim one."""
        if any(
            tag and self._mark(tag.tag_class) == IGNORE for _, tag in _tags_of(verbatim, self._conventions)
        ):
            return IGNORE  # also where the text has no words: somebody says some
        if not text:
            return text
        if "[" in verbatim:
            text = normalise_by(verbatim, self._conventions, self._rules, self._word)
        return self.with_hesitations(text)

    def typed(self, verbatim: str) -> str:
        """The verbatim text, its other signs where they were."""
        pieces = []
        for token in tokenize(verbatim):
            if token.kind is TokenKind.TAG:
                tag = self._conventions.tag(token.tag_name.lower())
                is_kept = tag is None or self._mark(tag.tag_class) == KEEP
                pieces.append(token.text if is_kept else f" {self._word(token, tag)} ")
            else:
                pieces.append(token.text)
        return self.with_hesitations(" ".join("".join(pieces).split()))

    def with_hesitations(self, text: str) -> str:
        """A text with the mark of a filled pause in place of each."""
        if not self.maps_hesitations:
            return text
        return " ".join(
            self._hesitation if is_hesitation(word, self._conventions, self._rules) else word
            for word in text.split(" ")
        )

    def _word(self, token: Token, tag: Tag | None) -> str:
        mark = self._mark(tag.tag_class) if tag else _REMOVED
        return token.text.lower() if mark == KEEP else mark


def _tags_of(verbatim: str, conventions: Conventions) -> Iterator[tuple[Token, Tag | None]]:
    """Each tag of a text, with what the conventions know of it."""
    if "[" in verbatim:
        for token in tokenize(verbatim):
            if token.kind is TokenKind.TAG:
                yield token, conventions.tag(token.tag_name.lower())
