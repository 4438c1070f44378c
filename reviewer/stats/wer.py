"""Word alignment and word error rate of two texts."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

import regex
from rapidfuzz.distance import Levenshtein

# Scripts written without spaces between words. There a "word" is one character as readers count them (an
# extended grapheme cluster of UAX 29), which makes the word error rate the usual character error rate.
_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}ー々〆]"
)
_GRAPHEME = regex.compile(r"\X")

Op = Literal["equal", "replace", "delete", "insert"]


@dataclass(frozen=True, slots=True)
class DiffWord:
    """One step of an alignment: ``left`` is empty for an insert, ``right`` for a delete."""

    op: Op
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Errors of one pair; add pairs before dividing: a mean of rates is a different, noisier figure."""

    errors: int
    reference_words: int
    other_words: int = 0

    @property
    def rate(self) -> float:
        """Word error rate against the first text; 0 if both are empty, 1 if only the reference is."""
        if not self.reference_words:
            return 1.0 if self.errors else 0.0
        return self.errors / self.reference_words

    def __add__(self, other: "WordErrors") -> "WordErrors":
        return WordErrors(
            self.errors + other.errors,
            self.reference_words + other.reference_words,
            self.other_words + other.other_words,
        )


def words_of(text: str) -> list[str]:
    """Words in NFC: split at space, and at each grapheme of a script without spaces."""
    if text.isascii():
        return text.split()
    words: list[str] = []
    for typed in unicodedata.normalize("NFC", text).split():
        if not _UNSPACED.search(typed):
            words.append(typed)
            continue
        is_open = False
        for grapheme in _GRAPHEME.findall(typed):
            is_alone = _UNSPACED.match(grapheme) is not None
            if is_alone or not is_open:
                words.append(grapheme)
            else:
                words[-1] += grapheme
            is_open = not is_alone
    return words


def diff_words(a: str, b: str) -> tuple[DiffWord, ...]:
    """Aligns two texts word by word with the fewest edits (Levenshtein 1966), ``a`` on the left.

    Compares as given: apply the same profile to both first, if case and marks should not count.
    """
    left, right = words_of(a), words_of(b)
    steps: list[DiffWord] = []
    for op in Levenshtein.opcodes(left, right):
        ours, theirs = left[op.src_start : op.src_end], right[op.dest_start : op.dest_end]
        if op.tag == "delete":
            steps += [DiffWord("delete", word, "") for word in ours]
        elif op.tag == "insert":
            steps += [DiffWord("insert", "", word) for word in theirs]
        else:
            kind: Op = "equal" if op.tag == "equal" else "replace"
            steps += [DiffWord(kind, one, other) for one, other in zip(ours, theirs, strict=True)]
    return tuple(steps)


def word_errors(a: str, b: str) -> WordErrors:
    """Substitutions, deletions and insertions between two texts, ``a`` as the reference."""
    left, right = words_of(a), words_of(b)
    return WordErrors(Levenshtein.distance(left, right), len(left), len(right))


def character_errors(a: str, b: str) -> WordErrors:
    """The same of characters as readers count them (extended grapheme clusters), spaces included."""
    left, right = _characters(a), _characters(b)
    return WordErrors(Levenshtein.distance(left, right), len(left), len(right))


def _characters(text: str) -> list[str]:
    found: list[str] = _GRAPHEME.findall(" ".join(unicodedata.normalize("NFC", text).split()))
    return found
