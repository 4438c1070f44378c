"""Which words of a transcript no dictionary and no lexicon knows: hints, which never stop a submission."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from reviewer.errors import Notice
from reviewer.transcript.checks import TextProblem
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.dictionaries import Dictionary
from reviewer.transcript.text_checker import TextChecker, moved
from reviewer.transcript.tokens import TokenKind, tokenize
from reviewer.transcript.words import letters_of_other_scripts, lower_case, segments

UNKNOWN, PROJECT_SPELLING = "WORD_UNKNOWN", "PROJECT_SPELLING"
_EDGES = ".,?!;:…¿¡\"'’“”„«»()"
_SHORTEST, _LONGEST = 3, 40
_COMPOUNDING = frozenset({"de", "nl", "sv"})
_SHORTEST_PART = 4
_LINKS = ("", "s", "es", "n", "en", "er")
_ELIDING = frozenset({"fr", "it"})
_ENGLISH_ENDINGS = re.compile(r"(?:'s|'ll|'d|'ve|'re|s')$")
# Pronouns are written on to the infinitive, gerund and imperative: hablándole (Nueva gramática, 16.7).
_SPANISH_PRONOUNS = re.compile(r"^(.{2,}?)(?:me|te|se|nos|os)?(?:me|te|se|l[aeo]s?|nos|os)$")
_NO_ACCENTS = str.maketrans("áéíóú", "aeiou")


@dataclass(frozen=True, slots=True)
class Hints:
    """The spelling of an earlier state of a text, shown until the present one was looked up."""

    text: str = ""
    problems: tuple[TextProblem, ...] = ()

    def among(self, others: tuple[TextProblem, ...], text: str) -> tuple[TextProblem, ...]:
        """The problems of a text: others, and hints whose word is where it was, counted from either end."""
        others = tuple(sorted(others, key=lambda problem: problem.start))
        starts = [problem.start for problem in others]
        hints = []
        for problem in self.problems:
            hint = self._in(problem, text)
            if hint is None:
                continue
            before = bisect_left(starts, hint.end)
            if not before or others[before - 1].end <= hint.start:
                hints.append(hint)
        return tuple(sorted((*others, *hints), key=lambda problem: (problem.start, problem.end)))

    def _in(self, problem: TextProblem, text: str) -> TextProblem | None:
        word = self.text[problem.start : problem.end]
        for shift in (0, len(text) - len(self.text)):
            start, end = problem.start + shift, problem.end + shift
            if (
                start >= 0
                and text[start:end] == word
                and not text[max(start - 1, 0) : start].isalpha()
                and not text[end : end + 1].isalpha()
            ):
                return moved(problem, shift) if shift else problem
        return None


class Spelling:
    """Checks words against a dictionary, the project's lexicon and a person's own words.

    Without a dictionary nothing is unknown; the lexicon still says how its own words are written.
    """

    def __init__(self, dictionary: Dictionary | None, lexicon: frozenset[str] = frozenset()) -> None:
        self._dictionary = dictionary
        self._lexicon = lexicon
        self._by_lower = {word.lower(): word for word in sorted(lexicon)}
        self._suggest = lru_cache(maxsize=2000)(self._suggestions)
        self._checker = TextChecker(lambda text, conventions: tuple(self._found(text, conventions)))

    def forget(self) -> None:
        """Removes every word that was looked up from memory."""
        self._suggest.cache_clear()
        self._checker.forget()

    def problems(self, text: str, conventions: Conventions) -> tuple[TextProblem, ...]:
        """The unknown words in the order of the text, each with the likeliest correction."""
        return self._checker.check(text, conventions)

    def has(self, word: str, conventions: Conventions) -> bool | None:
        """Whether a single word is in the dictionary, the lexicon or the conventions; None without a
        dictionary for words that the others do not have. What is no word, a number say, is not unknown."""
        bare = word.strip(_EDGES).replace("’", "'")
        if not bare or _is_fragment(bare) or bare.lower() in self._by_lower:
            return True
        locale = conventions.clip_locale
        if self._is_allowed(bare, lower_case(bare, locale), conventions):
            return True
        if self._dictionary is None:
            return None
        return all(
            not self._is_word(piece) or self._knows(lower_case(piece, locale)) for piece in segments(bare)
        )

    def _found(self, text: str, conventions: Conventions) -> Iterator[TextProblem]:
        locale = conventions.clip_locale
        for token in tokenize(text):
            if token.kind is not TokenKind.WORD:
                continue
            bare = token.text.strip(_EDGES).replace("’", "'")
            if (
                not bare
                or _is_fragment(bare)
                or self._is_allowed(bare, lower_case(bare, locale), conventions)
            ):
                continue
            start = token.start + len(token.text) - len(token.text.lstrip(_EDGES))
            for piece in segments(bare):  # those of three-year apart, don't as one
                if problem := self._problem(piece, start, locale):
                    yield problem
                start += len(piece)

    def _is_allowed(self, bare: str, lower: str, conventions: Conventions) -> bool:
        if bare in self._lexicon or lower in conventions.hesitations or lower in _variants(conventions):
            return True
        return f"'{lower}" in conventions.elisions or f"{lower}'" in conventions.elisions

    def _problem(self, word: str, start: int, locale: str) -> TextProblem | None:
        lower = lower_case(word, locale)
        if (spelling := self._project_spelling(word, lower)) is not None:
            notice = Notice(PROJECT_SPELLING, {"spelling": spelling})
            return TextProblem(start, start + len(word), notice, spelling, blocks=False)
        if self._dictionary is None or not self._is_word(word) or self._knows(lower):
            return None
        best = next(iter(self._suggest(lower)), None)
        if best is not None and word[:1].isupper():
            best = best[:1].upper() + best[1:]
        return TextProblem(start, start + len(word), Notice(UNKNOWN, {"word": word}), best, blocks=False)

    def _project_spelling(self, word: str, lower: str) -> str | None:
        """The spelling of the lexicon, where a word differs from it in case alone and is no common word."""
        spelling = self._by_lower.get(word.lower())
        if spelling is None or word in self._lexicon or word.isupper():
            return None
        is_common = self._dictionary is None or self._dictionary.knows(lower)
        if is_common and spelling[1:] == spelling[1:].lower():
            return None
        return None if word == spelling[:1].upper() + spelling[1:] else spelling

    def _is_word(self, word: str) -> bool:
        """Whether a word can be looked up; names are not: they are written with a capital, save in German."""
        is_name = word[:1].isupper() and self._dictionary is not None and self._dictionary.language != "de"
        is_acronym = any(c.isupper() for c in word[1:])
        return (
            _SHORTEST <= len(word) <= _LONGEST
            and not is_name
            and not is_acronym
            and all(c.isalpha() or c == "'" for c in word)
            and not letters_of_other_scripts(word, ("Latin",))
        )

    def _knows(self, lower: str) -> bool:
        dictionary = self._dictionary
        if dictionary is None or dictionary.knows(lower) or lower in self._by_lower:
            return True
        language = dictionary.language
        if "'" in lower:
            if language in _ELIDING:
                return self._knows(lower.rpartition("'")[2])
            return language == "en" and self._knows(_ENGLISH_ENDINGS.sub("", lower).replace("'", ""))
        if language == "es" and (match := _SPANISH_PRONOUNS.match(lower)):
            stem = match[1]
            return dictionary.knows(stem) or dictionary.knows(stem.translate(_NO_ACCENTS))
        if language in _COMPOUNDING:
            return self._is_compound(lower)
        return False

    def _is_compound(self, word: str, parts: int = 4) -> bool:
        """Whether a word is made of known words of four letters or more, joined as German joins them."""
        if self._dictionary is None or parts == 0:
            return False
        for end in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            head, tail = word[:end], word[end:]
            is_head = any(
                head.endswith(link)
                and len(head) - len(link) >= _SHORTEST_PART - 1
                and self._dictionary.knows(head.removesuffix(link) if link else head)
                for link in _LINKS
            )
            if is_head and (self._dictionary.knows(tail) or self._is_compound(tail, parts - 1)):
                return True
        return False

    def _suggestions(self, lower: str) -> tuple[str, ...]:
        """The project's words come first, because a dictionary does not have them."""
        if self._dictionary is None:
            return ()
        own = [word for key, word in self._by_lower.items() if _is_one_edit(lower, key)]
        return (*own, *self._dictionary.suggestions(lower))


def _variants(conventions: Conventions) -> set[str]:
    """Both sides of the table: a spelling that is not used has a problem of its own."""
    return {*conventions.variants.keys(), *conventions.variants.values()}


def word_at(text: str, place: int) -> str:
    """The word at a place of a text, without the marks around it; empty where there is none."""
    for token in tokenize(text):
        if token.kind is TokenKind.WORD and token.start <= place <= token.end:
            return token.text.strip(_EDGES)
    return ""


def _is_fragment(word: str) -> bool:
    """Whether a word was broken off, ``wan-``, or its beginning is missing."""
    return word[0] in "-‐‑" or word[-1] in "-‐‑"


def _is_one_edit(word: str, other: str) -> bool:
    return len(word) >= _SHORTEST_PART and OSA.distance(word, other, score_cutoff=1) <= 1
