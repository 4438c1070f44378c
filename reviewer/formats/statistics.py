"""What a labelled set consists of, in figures: for its passport and its card."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reviewer.formats.dataset import Utterance
from reviewer.stats.wer import words_of

DURATION_EDGES_SECONDS = (0, 1, 2, 3, 5, 8, 12, 20, 30, 60)
"""The lower edges of the histogram's classes; the last has no upper one."""
_QUANTILES = (0.0, 0.05, 0.5, 0.95, 1.0)


class SetStatistics:
    """Rows, hours, speakers, words and durations, also by locale, split and product; grows a row at a time.

    Words are counted as scoring counts them: a grapheme is one in scripts without spaces.
    """

    def __init__(self) -> None:
        self._durations = array("d")
        self._words = self._characters = 0
        self._rates: Counter[str] = Counter()
        self._all = _Part()
        self._locales: defaultdict[str, _Part] = defaultdict(_Part)
        self._splits: defaultdict[str, _Part] = defaultdict(_Part)
        self._products: defaultdict[str, _Part] = defaultdict(_Part)

    def add(self, utterance: Utterance) -> None:
        """Counts a row."""
        self._durations.append(utterance.duration)
        self._words += len(words_of(utterance.text))
        self._characters += len(utterance.text)
        self._rates[str(utterance.rate_hz)] += 1
        parts = self._locales, self._splits, self._products
        names = utterance.locale, utterance.split, utterance.product
        for part in (self._all, *(part[name] for part, name in zip(parts, names, strict=True))):
            part.add(utterance)

    @property
    def seconds(self) -> float:
        """The length of all rows, unrounded."""
        return self._all.seconds

    def facts(self) -> dict[str, Any]:
        """The figures, as the passport has them."""
        durations, seconds = sorted(self._durations), self.seconds
        return {
            **self._all.facts(),
            "words": self._words,
            "characters": self._characters,
            "words_a_minute": round(self._words * 60 / seconds, 1) if seconds else 0.0,
            "seconds": {f"p{round(part * 100)}": round(_quantile(durations, part), 3) for part in _QUANTILES},
            "durations": [
                [edge, count] for edge, count in zip(DURATION_EDGES_SECONDS, _classes(durations), strict=True)
            ],
            "rates_hz": dict(sorted(self._rates.items())),
            "locales": _facts(self._locales),
            "splits": {} if set(self._splits) <= {""} else _facts(self._splits),
            "products": _facts(self._products),
        }


@dataclass(slots=True)
class _Part:
    """The rows of a locale, split or product, or all."""

    rows: int = 0
    seconds: float = 0.0
    speakers: set[str] = field(default_factory=set)

    def add(self, utterance: Utterance) -> None:
        self.rows += 1
        self.seconds += utterance.duration
        self.speakers.add(utterance.speaker)

    def facts(self) -> dict[str, Any]:
        return {"rows": self.rows, "hours": round(self.seconds / 3600, 4), "speakers": len(self.speakers)}


def _facts(parts: Mapping[str, _Part]) -> dict[str, dict[str, Any]]:
    return {name: part.facts() for name, part in sorted(parts.items())}


def _quantile(ordered: Sequence[float], part: float) -> float:
    """The nearest rank, which is a value of the set."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def _classes(durations: Sequence[float]) -> list[int]:
    counts = [0] * len(DURATION_EDGES_SECONDS)
    for seconds in durations:
        counts[sum(edge <= seconds for edge in DURATION_EDGES_SECONDS) - 1] += 1
    return counts
