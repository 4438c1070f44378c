"""The estimate of the end: what its interval covers, and when there is none."""

import numpy as np
import pytest

from reviewer.stats.completion import HORIZON_DAYS, Completion, completion


def test_a_steady_pace_ends_on_the_day_that_division_gives():
    assert completion([10] * 14, 95) == Completion(10, 10, 10, 0.9)


def test_nothing_left_ends_today():
    assert completion([], 0) == Completion(0, 0, 0, 0.9)


def test_two_days_with_work_are_too_few_for_an_estimate():
    assert completion([0, 5, 0, 7], 30) is None
    assert completion([0, 5, 1, 7], 30) is not None


def test_days_without_work_make_the_end_later():
    assert completion([10] * 14, 100).days < completion([10, 0] * 7, 100).days


def test_an_end_beyond_the_horizon_is_not_told():
    far = completion([1] * 14, HORIZON_DAYS + 1)
    assert (far.days, far.low, far.high) == (None, None, None)


def test_negative_work_is_an_error():
    with pytest.raises(ValueError, match="negative"):
        completion([3, 3, 3], -1)


def test_the_interval_covers_about_as_many_ends_as_it_says():
    """Days of Poisson work: the true end is in the 90 % interval in most of 100 projects."""
    random = np.random.default_rng(7)
    covered = 0
    for _ in range(100):
        found = completion([int(n) for n in random.poisson(20, 14)], 200)
        true = int(np.searchsorted(np.cumsum(random.poisson(20, 200)), 200)) + 1
        covered += found.low <= true <= found.high
    assert 80 <= covered <= 99
