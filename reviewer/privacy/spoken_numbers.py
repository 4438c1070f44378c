"""Reads numbers as people say them: the normaliser in front of the rules, with positions in the text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from reviewer.privacy.number_words import NumberWords, languages_of, number_words
from reviewer.privacy.text_matching import Token, match_phrase

_MOST_DIGITS_A_WORD = 4
_MOST_TIMES = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Digits said as one number: tokens [first, after). ``weak`` ones may be ordinary words (oh, for, to)."""

    digits: str
    first: int
    after: int
    written: bool = False
    weak: bool = False

    @property
    def is_single(self) -> bool:
        return len(self.digits) == 1


def may_hold_number(words: Iterable[str], least: int) -> bool:
    """Whether words without a digit among them could make ``least`` digits in any language.

    No reading of them gives more digits than the sum of what each can add, and a number is never made of weak
    words (oh, for, to) alone.
    """
    most: dict[NumberWords, int] = {}
    strong: set[NumberWords] = set()
    for word in words:
        for pack, digits, is_strong in _said_by(word):
            most[pack] = most.get(pack, 0) + digits
            if is_strong:
                strong.add(pack)
    return any(most[pack] >= least for pack in strong)


@lru_cache(maxsize=16384)
def _said_by(word: str) -> tuple[tuple[NumberWords, int, bool], ...]:
    """For each language, the digits that a word can add, and whether it is more than a weak word."""
    numbers = languages_of(word)
    found = []
    for pack in number_words():
        ends = word in pack.plurals
        if pack in numbers or ends:
            is_strong = ends or word not in pack.weak or word in pack.by_first or word in pack.repeats
            found.append((pack, _digits_said(word, pack), is_strong))
        elif added := _digits_added(word, pack):
            found.append((pack, added, False))
    return tuple(found)


def _digits_said(word: str, pack: NumberWords) -> int:
    """The most digits that a number word adds, as it stands in the tables."""
    if pack.glued:
        return max(_MOST_DIGITS_A_WORD, len(word))
    said = [digits for phrase, digits in pack.by_first.get(word, ()) if len(phrase) == 1]
    said += [*pack.joined(word), "".join(pack.together(word)), pack.weak.get(word, "")]
    repeated = [times for _, times in pack.repeats.get(word, ())]
    plural = _MOST_TIMES if word in pack.plurals else 0
    return max(*map(len, said), *repeated, plural) + _digits_added(word, pack)


def _digits_added(word: str, pack: NumberWords) -> int:
    """The digits of a phrase that a word goes on with, and the zeros that hundred and thousand add."""
    return pack.second.get(word, 0) + max(2 * (word in pack.hundreds), 3 * (word in pack.magnitudes))


def number_positions(found: Sequence[Token], least: int) -> dict[NumberWords | None, list[int]]:
    """For each language that could make ``least`` digits, where its words and the written digits are.

    None stands for the written digits alone.
    """
    said: dict[NumberWords, list[int]] = {}
    written: list[int] = []
    for index, token in enumerate(found):
        if token.is_digits:
            written.append(index)
        elif token.is_word:
            for pack in languages_of(token.text):
                said.setdefault(pack, []).append(index)
    digits = sum(len(found[index].text) for index in written)
    positions: dict[NumberWords | None, list[int]] = {
        pack: sorted(indices + written)
        for pack, indices in said.items()
        if digits + sum(_most_digits(found[index].text, pack) for index in indices) >= least
    }
    return positions | ({None: written} if digits >= least else {})


def _most_digits(word: str, pack: NumberWords) -> int:
    if pack.glued:
        return max(_MOST_DIGITS_A_WORD, len(word))
    return max(_MOST_DIGITS_A_WORD, sum(map(len, pack.together(word))))


class NumberReader:
    """Reads the numbers of one language, and written ones, from the tokens of a text."""

    def __init__(self, found: Sequence[Token], pack: NumberWords) -> None:
        self._tokens = found
        self._pack = pack

    def groups(self, positions: Iterable[int]) -> list[Group]:
        """The numbers at the positions, in order, weak words only where digits surround them."""
        groups: list[Group] = []
        free = 0
        for position in positions:
            if position >= free:
                here = self._groups_at(position, groups)
                groups += here
                free = here[-1].after if here else free
        return groups

    def _groups_at(self, position: int, before: Sequence[Group]) -> list[Group]:
        token = self._tokens[position]
        if token.is_digits:
            return [Group(token.text, position, position + 1, written=True)]
        if not token.is_word:
            return []
        repeated = self._repeated(position) or self._plural(position)
        if repeated is not None:
            return [repeated]
        several = self._pack.together(token.text) or self._pack.joined(token.text)
        if len(several) > 1:
            return [Group(digits, position, position + 1) for digits in several]
        number = self._number(position) or self._weak(position, before)
        return [] if number is None else [number]

    def _repeated(self, position: int) -> Group | None:
        for phrase, times in self._pack.repeats.get(self._tokens[position].text, ()):
            after = match_phrase(self._tokens, phrase, position)
            inner = self._digit(after) if after else None
            if inner is not None:
                return Group(inner.digits * times, position, inner.after)
        return None

    def _plural(self, position: int) -> Group | None:
        """Three fives: the number of times is said just before."""
        count = self._digit(position)
        if count is None or not "2" <= count.digits <= str(_MOST_TIMES) or count.after >= len(self._tokens):
            return None
        digit = self._pack.plurals.get(self._tokens[count.after].text)
        return None if digit is None else Group(digit * int(count.digits), position, count.after + 1)

    def _digit(self, position: int) -> Group | None:
        if position >= len(self._tokens):
            return None
        text = self._tokens[position].text
        digit = self._pack.single.get(text) or self._pack.weak.get(text)
        if digit is None and text.isdigit() and len(text) == 1:
            digit = text
        return None if digit is None else Group(digit, position, position + 1)

    def _number(self, position: int) -> Group | None:
        number = self._phrase(position)
        if number is None:
            return None
        if len(number.digits) == 3:
            return self._with_rest(number)
        number = self._with_unit(number)
        if number.after < len(self._tokens) and self._tokens[number.after].text in self._pack.hundreds:
            grown = Group(number.digits + "00", position, number.after + 1)
            return self._with_rest(grown) if len(grown.digits) == 3 else grown
        return number

    def _phrase(self, position: int) -> Group | None:
        """The longest phrase of a number, or one word that is made of several."""
        if position >= len(self._tokens):
            return None
        word = self._tokens[position].text
        for phrase, digits in self._pack.by_first.get(word, ()):
            after = match_phrase(self._tokens, phrase, position)
            if after:
                return Group(digits, position, after)
        joined = self._pack.joined(word) if word not in self._pack.by_first else ()
        return Group(joined[0], position, position + 1) if len(joined) == 1 else None

    def _with_rest(self, hundreds: Group) -> Group:
        """Two hundred (and) five; but eight hundred, five five five is no 805."""
        if not hundreds.digits.endswith("00"):
            return hundreds
        linked = self._after_link(hundreds.after)
        rest = self._phrase(linked)
        if rest is None or len(rest.digits) > 2 or rest.digits == "0":
            return hundreds
        rest = self._with_unit(rest)
        following = self._phrase(rest.after)
        if rest.is_single and linked == hundreds.after and following is not None and following.is_single:
            return hundreds
        return replace(hundreds, digits=str(int(hundreds.digits) + int(rest.digits)), after=rest.after)

    def _with_unit(self, number: Group) -> Group:
        """Twenty and a five said apart, or five and twenty."""
        linked = self._after_link(number.after)
        if self._pack.is_unit_first and number.is_single and number.digits != "0":
            tens = self._phrase(linked) if linked > number.after else None
            if tens is not None and len(tens.digits) == 2 and tens.digits >= "20" and tens.digits[1] == "0":
                return replace(number, digits=tens.digits[0] + number.digits, after=tens.after)
        if len(number.digits) == 2 and number.digits >= "20" and number.digits[1] == "0":
            is_linked = self._pack.language != "en" and not self._pack.is_unit_first
            unit = self._phrase(linked if is_linked else number.after)
            if unit is not None and unit.is_single and unit.digits != "0":
                return replace(number, digits=number.digits[0] + unit.digits, after=unit.after)
        return number

    def _after_link(self, position: int) -> int:
        is_link = position < len(self._tokens) and self._tokens[position].text in self._pack.links
        return position + is_link

    def _weak(self, position: int, before: Sequence[Group]) -> Group | None:
        """A word such as oh or for, between single digits; a zero needs only one neighbour."""
        digit = self._pack.weak.get(self._tokens[position].text)
        following = self._tokens[position + 1].text if position + 1 < len(self._tokens) else ""
        if digit is None or following == "'":
            return None
        left = bool(before) and position - before[-1].after <= 1 and len(before[-1].digits) <= 2
        left = left and not any(token.is_word for token in self._tokens[before[-1].after : position])
        right = self._digit(position + 1 + (following == ","))
        weak = Group(digit, position, position + 1, weak=True)
        if digit == "0":
            return weak if left or right is not None else None
        return weak if left and before[-1].is_single and right is not None else None
