"""Moments in the reader's own time zone."""

import time
from collections.abc import Iterator
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


def test_a_day_is_the_reader_s_day():
    assert day_and_time(MOMENT) == "2026-11-03 05:00"


def test_seconds_are_shown_where_they_matter():
    assert exact_time(MOMENT) == "2026-11-03 05:00:05"


def test_a_time_of_day_stands_alone():
    assert clock_time(MOMENT) == "05:00:05"
