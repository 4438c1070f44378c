import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.stats.intervals import wilson

COUNTS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_known_interval_of_newcombe_1998() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3: 81/263 and 15/148.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def test_nothing_drawn_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_more_confidence_is_a_wider_interval() -> None:
    low, high = wilson(7, 20)
    lower, higher = wilson(7, 20, confidence=0.99)
    assert lower < low
    assert high < higher


@pytest.mark.parametrize(
    ("k", "n", "confidence"),
    [(-1, 5, 0.95), (6, 5, 0.95), (1, 0, 0.95), (1, 2, 0.0), (1, 2, 1.0), (1, 2, 95.0)],
)
def test_impossible_counts_and_confidence_are_refused(k: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError, match=r"no proportion|no confidence"):
        wilson(k, n, confidence)


@given(COUNTS)
def test_interval_holds_the_proportion_within_bounds_and_is_mirrored_for_failures(
    counts: tuple[int, int],
) -> None:
    k, n = counts
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert wilson(n - k, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)
