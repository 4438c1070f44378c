"""What a labelled set consists of, in figures: for its passport and its card."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from reviewer.formats.dataset import Utterance
from reviewer.stats.wer import words_of

DURATION_EDGES_SECONDS = (0, 1, 2, 3, 5, 8, 12, 20, 30, 60)
"""The lower edges of the histogram's classes; the last has no upper one."""
_QUANTILES = (0.0, 0.05, 0.5, 0.95, 1.0)


def statistics_of(utterances: Sequence[Utterance]) -> dict[str, Any]:
    """Rows, hours, speakers, words and durations of a set, in all and by locale, split and product.

    Words are counted as scoring counts them: a grapheme is one in scripts without spaces.
    """
    durations = sorted(one.duration for one in utterances)
    words = sum(len(words_of(one.text)) for one in utterances)
    seconds = sum(durations)
    return {
        "rows": len(utterances),
        "hours": round(seconds / 3600, 4),
        "speakers": len({one.speaker for one in utterances}),
        "words": words,
        "characters": sum(len(one.text) for one in utterances),
        "words_a_minute": round(words * 60 / seconds, 1) if seconds else 0.0,
        "seconds": {f"p{round(part * 100)}": round(_quantile(durations, part), 3) for part in _QUANTILES},
        "durations": [
            [edge, count] for edge, count in zip(DURATION_EDGES_SECONDS, _classes(durations), strict=True)
        ],
        "rates_hz": dict(sorted(Counter(str(one.rate_hz) for one in utterances).items())),
        "locales": _by(utterances, lambda one: one.locale),
        "splits": _by(utterances, lambda one: one.split) if any(one.split for one in utterances) else {},
        "products": _by(utterances, lambda one: one.product),
    }


def _by(utterances: Sequence[Utterance], key: Callable[[Utterance], str]) -> dict[str, dict[str, Any]]:
    seconds: dict[str, float] = defaultdict(float)
    rows: Counter[str] = Counter()
    speakers: dict[str, set[str]] = defaultdict(set)
    for one in utterances:
        name = key(one)
        seconds[name] += one.duration
        rows[name] += 1
        speakers[name].add(one.speaker)
    return {
        name: {
            "rows": rows[name],
            "hours": round(seconds[name] / 3600, 4),
            "speakers": len(speakers[name]),
        }
        for name in sorted(rows)
    }


def _quantile(ordered: Sequence[float], part: float) -> float:
    """The nearest rank, which is a value of the set."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def _classes(durations: Sequence[float]) -> list[int]:
    counts = [0] * len(DURATION_EDGES_SECONDS)
    for seconds in durations:
        counts[sum(edge <= seconds for edge in DURATION_EDGES_SECONDS) - 1] += 1
    return counts
