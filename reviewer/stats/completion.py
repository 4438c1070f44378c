"""When work will be done, with an interval: a bootstrap over what the last days brought."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_DAYS = 3
HORIZON_DAYS = 3650
_CONFIDENCE = 0.9
_ROUNDS = 1000
_SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Completion:
    """Whole days from now until nothing is left: the median, and the ends of the interval.

    A figure is None when it lies beyond ``HORIZON_DAYS``.
    """

    days: int | None
    low: int | None
    high: int | None
    confidence: float


def completion(daily: Sequence[int], left: int) -> Completion | None:
    """How many more days ``left`` pieces of work take, if days go on as those of ``daily`` went.

    The percentile bootstrap (B. Efron, R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13), in
    two steps, so that the interval has both what is not known of the pace and the luck of the days to come:
    each round draws as many days as there were, with replacement, and then days to come from those. Days
    without work are days. The same figures give the same estimate.

    Returns: None when fewer than ``FEWEST_DAYS`` days had any work. Raises ValueError for negative figures.
    """
    if left < 0 or any(count < 0 for count in daily):
        raise ValueError("work that was done or is left cannot be negative")
    if left == 0:
        return Completion(0, 0, 0, _CONFIDENCE)
    if sum(count > 0 for count in daily) < FEWEST_DAYS:
        return None
    drawn = _days_needed(np.asarray(daily, np.int64), left)
    low, middle, high = np.quantile(
        drawn, [(1 - _CONFIDENCE) / 2, 0.5, (1 + _CONFIDENCE) / 2], method="higher"
    )
    return Completion(_within(middle), _within(low), _within(high), _CONFIDENCE)


def _days_needed(
    daily: "np.ndarray[tuple[int], np.dtype[np.int64]]", left: int
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """For each round how many days it took; more than ``HORIZON_DAYS`` stands for all that is later."""
    random = np.random.default_rng(_SEED)
    paces = random.choice(daily, (_ROUNDS, len(daily)))
    missing = np.full(_ROUNDS, left, np.int64)
    days = np.zeros(_ROUNDS, np.int64)
    for _ in range(HORIZON_DAYS + 1):
        going = np.flatnonzero(missing > 0)
        if not len(going):
            break
        places = random.integers(0, len(daily), len(going))
        missing[going] -= paces[going, places]
        days[going] += 1
    return days


def _within(days: float) -> int | None:
    return int(days) if days <= HORIZON_DAYS else None
