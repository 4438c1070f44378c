"""Detects long runs of digits, written as digits or spoken as words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from reviewer.privacy.number_words import NumberWords, gap_words, point_words
from reviewer.privacy.ordinary_numbers import is_counting, is_ordinary, is_year, ordinary_spans
from reviewer.privacy.spoken_numbers import Group, NumberReader, number_positions
from reviewer.privacy.text_matching import TextSpans, Token, tokens

LONG_RUN = 7
_MAX_GAP_WORDS = 7
_MAX_GAP_MARKS = 8
_MAX_OTHER_WORDS = 5
_ENOUGH_DIGITS = 6
_STRONG_GROUPS = 3
_FOREIGN_WORDS = 3
_YEAR_DIGITS, _YEAR_SIGN = 4, "年"
_SEPARATORS = frozenset("-−./()+·•*_|:~<>=#[]{}\\")
_OPENERS = frozenset({"+", "plus", "("})
_PAUSES = frozenset(",.;:…-−/()'\"!?«»“”„،。、，؛·")
_MARKS = _SEPARATORS | _PAUSES


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


def digit_runs(text: str, found: Sequence[Token] | None = None, locale: str = "") -> tuple[DigitRun, ...]:
    """Every run of at least ``LONG_RUN`` digits, in order; of overlapping runs only one: the one in
    the language of ``locale``, else the longest (in Portuguese "um" is a one, in English nothing).

    Amounts (with thousand, million, or in groups of three by commas), dates, times, versions, sizes, scores,
    decimals and counting in steps are no runs. Counting from one is a run from seven digits on, unless the
    text begins with it and goes on: an ascending number may still be somebody's. ``found`` are the text's
    tokens, where the caller has them already.
    """
    if found is None:
        found = tokens(text)
    language = locale.partition("-")[0].lower()
    exempt = TextSpans(ordinary_spans(text)) if any(token.is_digits for token in found) else TextSpans()
    runs: list[tuple[bool, DigitRun]] = []
    counted: list[DigitRun] = []
    for pack, positions in number_positions(found, LONG_RUN).items():
        is_foreign = pack is None or pack.language != language
        scan = _Scan(found, pack or _written_only(), exempt, language)
        runs += [(is_foreign, run) for run in scan.runs(positions)]
        if not is_foreign:
            counted = scan.ordinary
    return _longest([each for each in runs if not (each[0] and _lies_in(each[1], counted))])


def _lies_in(run: DigitRun, others: Sequence[DigitRun]) -> bool:
    return any(one.start <= run.start and run.end <= one.end for one in others)


@lru_cache(maxsize=1)
def _written_only() -> NumberWords:
    return NumberWords("", {}, *(frozenset(),) * 3, {}, {}, {}, frozenset())


def _longest(runs: list[tuple[bool, DigitRun]]) -> tuple[DigitRun, ...]:
    """The longest runs that do not overlap; each input says whether its language is foreign to the locale."""
    taken = TextSpans()
    best_first = sorted(runs, key=lambda each: (each[0], -len(each[1].digits), each[1].start))
    kept = [run for _, run in best_first if taken.add(run.start, run.end)]
    return tuple(sorted(kept, key=lambda run: run.start))


@dataclass(frozen=True, slots=True)
class _Gap:
    """What stands between two groups: words that may stand there, or how many others."""

    is_close: bool
    other_words: int
    corrects: bool
    has_mark: bool


_FAR = _Gap(is_close=False, other_words=_MAX_OTHER_WORDS + 1, corrects=False, has_mark=True)


@dataclass(slots=True)
class _Cluster:
    """Groups with nothing between them that could not stand inside a number."""

    groups: list[Group]

    @property
    def digits(self) -> int:
        return sum(len(group.digits) for group in self.groups)

    @property
    def is_strong(self) -> bool:
        """Whether this is hardly anything but a part of a number that is read out."""
        if len(self.groups) < _STRONG_GROUPS or any(len(group.digits) > 2 for group in self.groups):
            return False
        return not is_counting(self.groups) and [group.digits for group in self.groups] != ["1", "2", "3"]


class _Scan:
    """One pass over the tokens with the words of one language."""

    def __init__(self, found: Sequence[Token], pack: NumberWords, exempt: TextSpans, language: str) -> None:
        self._tokens = found
        self._pack = pack
        self._exempt = exempt
        self._language = language
        self._corrections: set[int] = set()
        self.ordinary: list[DigitRun] = []
        """What was passed over as counting, years or a date: no number in a related language either."""

    def runs(self, positions: Iterable[int]) -> Iterator[DigitRun]:
        """The runs of this language of at least ``LONG_RUN`` digits, in order."""
        groups = NumberReader(self._tokens, self._pack).groups(positions)
        kept = [group for group in groups if not (group.written and self._is_exempt(group))]
        kept = self._without_years(kept)
        whole = [one for one in self._clusters(kept) if not self._is_decimal(one.groups)]
        for clusters in self._merged(whole):
            if sum(cluster.digits for cluster in clusters) < LONG_RUN:
                continue
            joined = [group for cluster in clusters for group in cluster.groups]
            if is_ordinary(joined) or self._is_counted_aloud(joined):
                self.ordinary.append(self._run(joined))
            elif self._is_in_language(joined):
                yield self._run(joined)

    def _is_counted_aloud(self, groups: Sequence[Group]) -> bool:
        """One, two, three and so on at the beginning of a longer text: nothing announces a number."""
        digits = "".join(group.digits for group in groups)
        is_said = all(group.is_single and not group.written for group in groups)
        return (
            groups[0].first == 0
            and is_said
            and "123456789".startswith(digits)
            and any(token.is_word for token in self._tokens[groups[-1].after :])
        )

    def _without_years(self, groups: Sequence[Group]) -> list[Group]:
        """The groups without years as Chinese and Japanese have them: four digits and the sign for year."""
        kept: list[Group] = []
        for group in groups:
            kept.append(group)
            year, before = kept[-_YEAR_DIGITS:], kept[-_YEAR_DIGITS - 1 : -_YEAR_DIGITS]
            is_together = all(left.after == right.first for left, right in pairwise(year))
            goes_back = bool(before) and before[0].after == year[0].first
            if (
                self._tokens[min(group.after, len(self._tokens) - 1)].text == _YEAR_SIGN
                and is_together
                and not goes_back
                and all(one.is_single for one in year)
                and is_year("".join(one.digits for one in year))
            ):
                del kept[-_YEAR_DIGITS:]
        return kept

    def _is_exempt(self, group: Group) -> bool:
        token = self._tokens[group.first]
        return self._exempt.overlaps(token.start, token.start + 1)

    def _clusters(self, groups: Sequence[Group]) -> list[_Cluster]:
        clusters: list[_Cluster] = []
        for each in groups:
            group = self._with_thousand(each, clusters)
            if clusters and self._joins(clusters[-1].groups[-1], group):
                clusters[-1].groups.append(group)
            else:
                clusters.append(_Cluster([group]))
        return clusters

    def _with_thousand(self, group: Group, clusters: Sequence[_Cluster]) -> Group:
        """Five five five one thousand: three zeros after digits said one by one."""
        if group.after >= len(self._tokens) or self._tokens[group.after].text not in self._pack.magnitudes:
            return group
        before = clusters[-1].groups[-3:] if clusters else []
        by_one = len(before) == 3 and all(one.is_single for one in (*before, group))
        if by_one and before[-1].after == group.first:
            return Group(group.digits + "000", group.first, group.after + 1, group.written)
        return group

    def _joins(self, left: Group, right: Group) -> bool:
        if right.first - left.after > _MAX_GAP_WORDS + _MAX_GAP_MARKS:
            return False
        gap = self._tokens[left.after : right.first]
        if left.written and right.written and not any(token.is_word for token in gap):
            return self._written_join(gap, left, right)
        between = self._gap(left, right)
        if between.corrects:
            self._corrections.add(right.first)
        if gap and left.written and right.written and not (left.is_single or right.is_single):
            is_quantity = left.digits[-1] == right.digits[-1] == "0" or is_year(left.digits)
            return between.is_close and not is_quantity
        return between.is_close

    def _gap(self, left: Group, right: Group) -> _Gap:
        if right.first - left.after > _MAX_GAP_WORDS + _MAX_GAP_MARKS:
            return _FAR
        gap = self._tokens[left.after : right.first]
        words = [
            token.text
            for index, token in enumerate(gap, left.after)
            if token.is_word and not self._is_tag(index)
        ]
        marks = [token.text for index, token in enumerate(gap) if not (token.is_word or _is_sign(gap, index))]
        if len(words) > _MAX_GAP_WORDS or len(marks) > _MAX_GAP_MARKS or not _MARKS.issuperset(marks):
            return _FAR
        if left.is_single and right.is_single and words:
            words = [word for word in words if word not in self._pack.and_words]
        text = " ".join(words) + " " if words else ""
        is_close, corrects = _may_stand_between(text)
        other = _MAX_OTHER_WORDS + 1 if self._pack.magnitudes.intersection(words) else len(words)
        return _Gap(is_close, 0 if is_close else other, corrects, bool(marks))

    def _written_join(self, gap: Sequence[Token], left: Group, right: Group) -> bool:
        """Written groups join across separators; across commas and stops unless they are a list."""
        if not gap or len(gap) > _MAX_GAP_MARKS:
            return not gap
        longest, shortest = sorted((len(left.digits), len(right.digits)), reverse=True)
        read_out = longest <= 2
        is_list = shortest < 3 or left.digits[-1] == "0" or is_year(left.digits) or is_year(right.digits)
        following = [token.spaced for token in gap[1:]] + [self._tokens[right.first].spaced]
        for token, spaced_after in zip(gap, following, strict=True):
            is_stop = token.text in _PAUSES - _SEPARATORS or (token.text in ".:" and spaced_after)
            if is_stop and not read_out and is_list:
                return False
            if token.text not in _MARKS:
                return False
        return True

    def _is_tag(self, index: int) -> bool:
        """Whether a word is in square brackets: a tag of the transcript, such as [noise]."""
        around = self._tokens[index - 1].text, self._tokens[min(index + 1, len(self._tokens) - 1)].text
        return around == ("[", "]")

    def _merged(self, clusters: Sequence[_Cluster]) -> Iterator[list[_Cluster]]:
        """Joins clusters across a few other words where both sides are read out."""
        merged: list[_Cluster] = []
        for cluster in clusters:
            if merged and not self._goes_on(merged, cluster):
                yield merged
                merged = []
            merged.append(cluster)
        if merged:
            yield merged

    def _goes_on(self, before: Sequence[_Cluster], cluster: _Cluster) -> bool:
        left, right = before[-1], cluster
        gap = self._gap(left.groups[-1], right.groups[0])
        if not gap.other_words or gap.other_words > _MAX_OTHER_WORDS:
            return False
        if gap.other_words == 1 and not gap.has_mark and self._is_bridge(left, right):
            return True
        if left.is_strong and right.is_strong:
            return True
        strong = sum(one.digits for one in (*before, cluster) if one.is_strong)
        return strong >= _ENOUGH_DIGITS and min(left.digits, right.digits) >= _STRONG_GROUPS

    def _is_bridge(self, left: _Cluster, right: _Cluster) -> bool:
        """One wrong word among digits read out one by one, such as recognised text contains."""
        beside = [*left.groups[-2:], *right.groups[:2]]
        return len(beside) == 4 and all(group.is_single for group in beside)

    def _is_in_language(self, groups: Sequence[Group]) -> bool:
        """Whether the words are this language's numbers, not other words (to, for) between written ones."""
        said = [group for group in groups if not group.written]
        if not said:
            return True
        strong = sum(not group.weak for group in said)
        mixed = len(said) < len(groups) and self._pack.language != self._language
        return strong >= (_FOREIGN_WORDS if mixed else 1)

    def _is_decimal(self, groups: Sequence[Group]) -> bool:
        """Whether every piece between pauses is a number, the word point, and digits."""
        pieces: list[list[list[Group]]] = [[[groups[0]]]]
        points = 0
        for left, right in pairwise(groups):
            texts = [token.text for token in self._tokens[left.after : right.first]]
            if len(texts) == 1 and texts[0] in point_words():
                pieces[-1].append([right])
                points += 1
            elif texts and not all(text == "-" for text in texts):
                pieces.append([[right]])
            else:
                pieces[-1][-1].append(right)
        return points > 0 and all(len(piece) == 2 and len(piece[0]) == 1 for piece in pieces)

    def _run(self, groups: Sequence[Group]) -> DigitRun:
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


def _is_sign(gap: Sequence[Token], index: int) -> bool:
    """Whether a mark is that of a filled pause: %uh."""
    return gap[index].text == "%" and index + 1 < len(gap) and not gap[index + 1].spaced


@lru_cache(maxsize=4096)
def _may_stand_between(words: str) -> tuple[bool, bool]:
    """Whether words, each with a space after it, may stand inside a number; whether they take back."""
    gap = gap_words()
    return gap.only.fullmatch(words) is not None, gap.corrections.search(words) is not None
