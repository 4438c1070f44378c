"""The rates that the signed policies of a log had, and when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reviewer.access.draw_rates import DrawRates
from reviewer.access.policy import Policy
from reviewer.places import PROJECT_FILE

MONDAY = datetime(2030, 3, 4, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


def rates(folder: Path, *texts: str) -> DrawRates:
    """A policy each Monday, with these settings of the queue."""
    found = DrawRates()
    for week, text in enumerate(texts):
        (folder / PROJECT_FILE).write_text(f"[queue]\n{text}\n", "utf-8")
        found.add(MONDAY + timedelta(weeks=week), Policy.of(folder, {}).to_detail())
    return found


@pytest.mark.parametrize(
    ("text", "rate"),
    [("qa_rate = 0.2", 0.2), ("qa_rate = 0.20", 0.2), ("", 0.2), ("qa_rate = 1", 1.0), ("qa_rate = 0", 0.0),
     ("qa_rate = 1.0", 1.0), ("qa_rate = 125e-4", 0.0125)],
)  # fmt: skip
def test_only_the_rate_of_the_file_is_the_policys(tmp_path: Path, text: str, rate: float) -> None:
    found = rates(tmp_path, text)
    others = {0.0, 1e-9, 0.1, 0.2, 0.0125, 1.0} - {rate}
    assert found.has(rate, MONDAY + HOUR)
    assert not any(found.has(each, MONDAY + HOUR) for each in others)
    assert found.has_per_mille(round(rate * 1000), MONDAY + HOUR)
    assert not any(found.has_per_mille(round(each * 1000), MONDAY + HOUR) for each in others - {0.0, 1e-9})


def test_policy_before_counts_for_a_day_and_a_later_one_not_yet(tmp_path: Path) -> None:
    found, change = rates(tmp_path, "qa_rate = 0.0", "qa_rate = 0.5"), MONDAY + timedelta(weeks=1)
    before = (-HOUR, HOUR, 24 * HOUR - INSTANT, 24 * HOUR)
    assert [found.has(0.0, change + after) for after in before] == [True, True, True, False]
    later = (-HOUR / 6 - INSTANT, -HOUR / 6, HOUR, 9999 * HOUR)
    assert [found.has(0.5, change + after) for after in later] == [False, True, True, True]
    assert not found.has(0.0, MONDAY - HOUR)


@pytest.mark.parametrize("year", [1, 9999])
def test_ends_of_time_are_no_error(tmp_path: Path, year: int) -> None:
    found = rates(tmp_path, "qa_rate = 0.0", "qa_rate = 0.5")
    assert not found.has(0.0, datetime(year, 1, 1, tzinfo=UTC))


def test_log_without_a_policy_allows_any_rate() -> None:
    found = DrawRates()
    found.add(MONDAY, {"product": "none"})
    assert found.has(0.3, MONDAY)
