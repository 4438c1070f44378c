"""When a server that did not answer is asked again."""

import pytest

from reviewer.session.backoff import Backoff


def test_wait_doubles_up_to_the_longest() -> None:
    backoff = Backoff(first_seconds=1, longest_seconds=30)
    waits = [backoff.wait_seconds(failures, lambda: 0.0) for failures in range(1, 8)]
    assert waits == [1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize(("drawn", "expected"), [(0.0, 8.0), (0.5, 6.0), (0.999_999, 4.0)])
def test_random_part_shortens_the_wait_by_half_at_most(drawn: float, expected: float) -> None:
    wait = Backoff(jitter=0.5).wait_seconds(4, lambda: drawn)
    assert wait == pytest.approx(expected, abs=1e-4)


def test_thousand_failures_wait_no_longer_than_the_longest() -> None:
    assert Backoff().wait_seconds(1000, lambda: 0.0) == 20
