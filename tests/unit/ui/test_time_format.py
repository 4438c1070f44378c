"""Moments in the reader's own time zone."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from reviewer.ui.time_format import audio_amount, day_and_time, exact_time, hours

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
    ],
)
def test_a_moment_is_written_in_the_reader_s_own_day(write: Callable[[datetime], str], written: str):
    assert write(MOMENT) == written


@pytest.mark.parametrize(
    ("seconds", "words", "in_hours"),
    [
        (48, "48 s", "0.01"),
        (66, "1.1 min", "0.02"),
        (7_200, "2.0 h", "2.00"),
        (4_335_480, "1,204.3 h", "1,204.30"),
    ],
)
def test_an_amount_of_audio_is_never_said_to_be_nothing(seconds: float, words: str, in_hours: str):
    assert (audio_amount(seconds), hours(seconds)) == (words, in_hours)
