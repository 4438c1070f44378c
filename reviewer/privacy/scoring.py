"""Scores the detection of personal data against texts whose spans are known."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewer.errors import Refused
from reviewer.privacy.pii import PiiSpan, find
from reviewer.stats.intervals import wilson

_ALL = "all"


@dataclass(frozen=True, slots=True)
class Example:
    """A line of a file: a text, and where it holds personal data (start, end, kind); ``None`` if unknown."""

    line: int
    text: str
    locale: str
    expected: tuple[tuple[int, int, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Proportion:
    """``count`` of ``total``, with the bounds of a 95 % Wilson interval."""

    count: int
    total: int

    @property
    def bounds(self) -> tuple[float, float]:
        return wilson(self.count, self.total) if self.total else (0.0, 1.0)

    def to_table(self) -> dict[str, float | int]:
        """Count, total, rate and bounds, as ``--json`` prints them."""
        low, high = self.bounds
        rate = self.count / self.total if self.total else 0.0
        return {"count": self.count, "total": self.total, "rate": rate, "low": low, "high": high}


@dataclass(frozen=True, slots=True)
class Score:
    """Recall by spans and false flags by texts without any span, each under "all", kinds and languages.

    A span counts as found if a find shares a character with it, whatever its kind.
    """

    recall: dict[str, Proportion]
    false_flags: dict[str, Proportion]
    missed: tuple[tuple[Example, tuple[int, int, str]], ...]
    flagged: tuple[tuple[Example, tuple[PiiSpan, ...]], ...]


def read_examples(lines: Iterable[bytes], *, needs_expected: bool) -> Iterator[Example]:
    """The examples of JSON Lines, one object with ``text``, ``locale`` and perhaps ``expected`` a line.

    Raises Refused with the number of a line that is something else; empty lines are skipped.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _example(number, json.loads(line.decode("utf-8-sig")), needs_expected=needs_expected)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise Refused("PII_LINE_UNREADABLE", line=number) from error


def score(examples: Iterable[Example]) -> Score:
    """Finds in every example, and counts what was found, missed and wrongly flagged."""
    found_spans, spans = Counter[str](), Counter[str]()
    flags, clean = Counter[str](), Counter[str]()
    missed: list[tuple[Example, tuple[int, int, str]]] = []
    flagged: list[tuple[Example, tuple[PiiSpan, ...]]] = []
    for example in examples:
        finds = find(example.text, example.locale)
        language = example.locale.partition("-")[0].lower()
        for expected in example.expected or ():
            hit = any(one.start < expected[1] and expected[0] < one.end for one in finds)
            spans.update((_ALL, expected[2], language))
            found_spans.update((_ALL, expected[2], language) if hit else ())
            if not hit:
                missed.append((example, expected))
        if not example.expected:
            clean.update((_ALL, language))
            flags.update((_ALL, language) if finds else ())
            if finds:
                flagged.append((example, finds))
    return Score(
        {name: Proportion(found_spans[name], total) for name, total in _ordered(spans)},
        {name: Proportion(flags[name], total) for name, total in _ordered(clean)},
        tuple(missed),
        tuple(flagged),
    )


def _ordered(totals: Counter[str]) -> Sequence[tuple[str, int]]:
    return sorted(totals.items(), key=lambda one: (one[0] != _ALL, one[0]))


def _example(number: int, body: dict[str, object], *, needs_expected: bool) -> Example:
    text, locale = body["text"], body.get("locale", "und")
    if not isinstance(text, str) or not isinstance(locale, str):
        raise TypeError
    if not needs_expected:
        return Example(number, text, locale)
    given = body["expected"]
    if not isinstance(given, list):
        raise TypeError
    expected = tuple((_frame(one["start"]), _frame(one["end"]), str(one["kind"])) for one in given)
    if any(not 0 <= start < end <= len(text) for start, end, _ in expected):
        raise ValueError
    return Example(number, text, locale, expected)


def _frame(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value
