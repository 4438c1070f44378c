"""Detects long runs of digits, written as digits or spoken as words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.privacy.number_words import ALL_PACKS, NumberWords
from reviewer.privacy.text_matching import TextSpans, Token, tokens

LONG_RUN = 7
_MAX_FILLERS = 3
_MAX_MARKS = 4
_SEPARATORS = frozenset("-‐‑‒–—−./()+·•*")
_OPENERS = frozenset({"+", "plus", "("})
_PAUSES = frozenset(",.;:…-‐‑‒–—−/()'\"")
# Long, but not personal numbers: dates, ranges of years, amounts in groups of three.
_DATE = r"(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:19|20)?\d\d)"
_YEARS = r"1[5-9]\d\d|20\d\d"
_EXEMPT = re.compile(
    rf"(?<![\d./-])(?:{_DATE}|(?:{_YEARS})\s?[-–/]\s?(?:{_YEARS})|\d{{1,3}}(?:,\d{{3}}){{2,6}}(?:\.\d+)?"
    r"|(?<=[$€£¥])\s?\d{1,3}(?:[., ]\d{3}){1,6}(?:[.,]\d\d?)?|\d{1,3}(?:\.\d{3}){1,6},\d\d?)(?![\d/-]|\.\d)"
)


@dataclass(frozen=True, slots=True)
class DigitRun:
    """Digits that form one number, at characters [start, end) of the text.

    ``digits`` are all that were said, ``corrected`` those that remain after self-corrections. ``groups`` are
    the lengths of the pieces as said. ``plus``: a plus sign, or the word, precedes.
    """

    start: int
    end: int
    digits: str
    corrected: str
    groups: tuple[int, ...]
    plus: bool = False


@dataclass(frozen=True, slots=True)
class _Group:
    digits: str
    first: int
    after: int
    written: bool
    weak: bool = False

    @property
    def is_single(self) -> bool:
        return len(self.digits) == 1


def digit_runs(
    text: str, found: Sequence[Token] | None = None, least: int = LONG_RUN, locale: str = ""
) -> tuple[DigitRun, ...]:
    """Every run of at least ``least`` digits, in order; of overlapping runs only one: the one in
    the language of ``locale``, else the longest (in Portuguese "um" is a one, in English nothing).

    Amounts (with thousand, million, or in groups of three by commas), dates and spans of years are no runs.
    Counting aloud is a run from seven digits on: an ascending number may still be somebody's.
    ``found`` are the text's tokens, where the caller has them already.
    """
    if found is None:
        found = tokens(text)
    words = Counter(token.text for token in found)
    has_digits = any(token.is_digits for token in found)
    exempt = TextSpans(match.span() for match in _EXEMPT.finditer(text)) if has_digits else TextSpans()
    language = locale.partition("-")[0].lower()
    runs = [
        (pack.language != language, run)
        for pack in ALL_PACKS
        if _may_have_run(words, pack, has_digits=has_digits)
        for run in _Scan(found, pack, exempt).runs()
        if max(len(run.digits), len(run.corrected)) >= least
    ]
    return _longest(runs)


def _may_have_run(words: Counter[str], pack: NumberWords, *, has_digits: bool) -> bool:
    """Whether a scan can find anything: one number word, even repeated, is not a long run."""
    said = sum(words[word] for word in words.keys() & pack.by_first.keys())
    return said > 1 or (has_digits and (said > 0 or pack.language == "en"))


def _longest(runs: list[tuple[bool, DigitRun]]) -> tuple[DigitRun, ...]:
    """The longest runs that do not overlap; each input says whether its language is foreign to the locale."""
    taken = TextSpans()
    best_first = sorted(runs, key=lambda each: (each[0], -len(each[1].digits), each[1].start))
    kept = [run for _, run in best_first if taken.add(run.start, run.end)]
    return tuple(sorted(kept, key=lambda run: run.start))


class _Scan:
    """One pass over the tokens with the words of one language."""

    def __init__(self, found: Sequence[Token], pack: NumberWords, exempt: TextSpans) -> None:
        self._tokens = found
        self._pack = pack
        self._exempt = exempt
        self._groups: list[_Group] = []
        self._corrections: set[int] = set()

    def runs(self) -> Iterator[DigitRun]:
        """The runs of this language, however short, in order."""
        pieces: list[list[_Group]] = []
        position = 0
        while position < len(self._tokens):
            group = self._group_at(position)
            if group is None:
                position += 1
                continue
            if not (self._groups and self._joins(self._groups[-1], group)):
                self._groups = []
                pieces.append(self._groups)
            self._groups.append(group)
            position = self._grow(group.after)
        for groups in self._bridged(pieces):
            if not all(group.weak for group in groups):
                yield self._run(groups)

    def _group_at(self, position: int) -> _Group | None:
        token = self._tokens[position]
        if token.is_digits:
            if self._exempt.overlaps(token.start, token.start + 1):
                return None
            return _Group(token.text, position, position + 1, written=True)
        times = self._pack.repeats.get(token.text)
        if times is not None and position + 1 < len(self._tokens):
            inner = self._number_at(position + 1) or self._weak_at(position + 1)
            if inner is not None and inner.is_single:
                return _Group(inner.digits * times, position, inner.after, written=False)
        return self._number_at(position) or self._weak_between(position)

    def _number_at(self, position: int) -> _Group | None:
        token = self._tokens[position]
        if token.is_digits and len(token.text) == 1:
            return _Group(token.text, position, position + 1, written=True)
        for phrase in self._pack.by_first.get(token.text, ()):
            after = self._phrase_end(phrase, position)
            if after:
                return _Group(self._pack.phrases[phrase], position, after, written=False)
        return None

    def _phrase_end(self, phrase: tuple[str, ...], position: int) -> int:
        for index, word in enumerate(phrase):
            if index and position < len(self._tokens) and self._tokens[position].text == "-":
                position += 1
            if position >= len(self._tokens) or self._tokens[position].text != word:
                return 0
            position += 1
        return position

    def _weak_at(self, position: int) -> _Group | None:
        digit = self._pack.weak.get(self._tokens[position].text)
        return None if digit is None else _Group(digit, position, position + 1, written=False, weak=True)

    def _weak_between(self, position: int) -> _Group | None:
        """A word such as oh or for: a digit only between single digits; zeros need only one neighbour."""
        group = self._weak_at(position)
        if group is None:
            return None
        left = bool(self._groups) and self._groups[-1].after == position and len(self._groups[-1].digits) <= 2
        following = self._number_at(position + 1) if position + 1 < len(self._tokens) else None
        right = following is not None and len(following.digits) <= 2
        if group.digits == "0":
            return group if left or right else None
        both_single = left and self._groups[-1].is_single and following is not None and following.is_single
        return group if both_single else None

    def _grow(self, position: int) -> int:
        """Adds hundred after a digit, thousand after digits said one by one; returns the next position."""
        if position >= len(self._tokens):
            return position
        last, word = self._groups[-1], self._tokens[position].text
        if word in self._pack.hundred and len(last.digits) <= 2:
            self._groups[-1] = _Group(last.digits + "00", last.first, position + 1, last.written)
            return position + 1
        by_one = len(self._groups) > 3 and all(group.is_single for group in self._groups[-4:])
        if word in self._pack.magnitudes and by_one:
            self._groups[-1] = _Group(last.digits + "000", last.first, position + 1, last.written)
            return position + 1
        return position

    def _joins(self, left: _Group, right: _Group) -> bool:
        gap = self._tokens[left.after : right.first]
        if left.written and right.written and not any(token.is_word for token in gap):
            return self._written_join(gap, left, right)
        fillers = marks = 0
        singles = left.is_single and right.is_single
        for index, token in enumerate(gap, left.after):
            if token.text in self._pack.corrections:
                self._corrections.add(right.first)
            elif token.text in self._pack.fillers or (singles and token.text in self._pack.linkers):
                fillers += 1
            elif token.text in "[]" or token.text in _PAUSES:
                marks += 1
            elif not self._is_tag(index):
                return False
        return fillers <= _MAX_FILLERS and marks <= _MAX_MARKS

    def _written_join(self, gap: Sequence[Token], left: _Group, right: _Group) -> bool:
        """Written groups join across dashes, dots, brackets; across commas and stops only if read out."""
        read_out = max(len(left.digits), len(right.digits)) <= 2
        if not gap or len(gap) > _MAX_MARKS:
            return not gap
        following = [token.spaced for token in gap[1:]] + [self._tokens[right.first].spaced]
        for token, spaced_after in zip(gap, following, strict=True):
            if token.text not in _SEPARATORS and not (read_out and token.text in _PAUSES - {":"}):
                return False
            if token.text == "." and spaced_after and not read_out:
                return False
        return True

    def _is_tag(self, index: int) -> bool:
        """Whether a word is in square brackets: a tag of the transcript, such as [noise]."""
        return self._tokens[index - 1].text == "[" and self._tokens[index + 1].text == "]"

    def _bridged(self, pieces: Sequence[list[_Group]]) -> list[list[_Group]]:
        """Joins runs that one wrong word separates, if digits are read out one by one on both sides.

        Recognised text contains such words, and they must not hide a number.
        """
        bridged: list[list[_Group]] = []
        for piece in pieces:
            if bridged and self._is_bridge(bridged[-1], piece):
                bridged[-1] = bridged[-1] + piece
            else:
                bridged.append(piece)
        return bridged

    def _is_bridge(self, left: Sequence[_Group], right: Sequence[_Group]) -> bool:
        beside = [*left[-2:], *right[:2]]
        if len(beside) < 4 or not all(group.is_single for group in beside):
            return False
        gap = [token.text for token in self._tokens[left[-1].after : right[0].first]]
        return len(gap) == 1 and gap[0].isalpha() and gap[0] not in self._pack.magnitudes

    def _run(self, groups: Sequence[_Group]) -> DigitRun:
        corrected: list[str] = []
        for group in groups:
            if group.first in self._corrections and corrected and len(corrected[-1]) == len(group.digits):
                corrected.pop()
            corrected.append(group.digits)
        first, before = self._tokens[groups[0].first], ""
        if groups[0].first and self._tokens[groups[0].first - 1].text in _OPENERS:
            first = self._tokens[groups[0].first - 1]
            before = first.text
        return DigitRun(
            first.start,
            self._tokens[groups[-1].after - 1].end,
            "".join(group.digits for group in groups),
            "".join(corrected),
            tuple(len(group.digits) for group in groups),
            before in {"+", "plus"},
        )
