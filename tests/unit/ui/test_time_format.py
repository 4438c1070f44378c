"""Moments in the reader's own time zone."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from reviewer.ui.time_format import clock_time, day_and_time, exact_time

MOMENT = datetime(2026, 11, 2, 23, 30, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("write", "written"),
    [
        (day_and_time, "2026-11-03 05:00"),
        (exact_time, "2026-11-03 05:00:05"),
        (clock_time, "05:00:05"),
    ],
)
def test_a_moment_is_written_in_the_reader_s_own_day(write: Callable[[datetime], str], written: str):
    assert write(MOMENT) == written
