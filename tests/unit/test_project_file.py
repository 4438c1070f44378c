"""The project file: what it may say, and that ours says the defaults."""

import pytest

from reviewer.errors import Refused
from reviewer.lead.project_file import parse_project, read_project
from reviewer.model.project import Project
from reviewer.places import resource


def test_our_file_says_the_defaults() -> None:
    assert read_project(resource("project.toml")) == Project()


def test_an_empty_file_keeps_the_defaults() -> None:
    assert parse_project("") == Project()


@pytest.mark.parametrize("minutes", [0, 1, 60])
def test_the_window_locks_after_minutes_or_with_nought_never(minutes: int) -> None:
    assert parse_project(f"lock_minutes = {minutes}").lock_minutes == minutes


@pytest.mark.parametrize("percent", [0, 1, 98, 100])
def test_the_share_of_speech_that_must_be_heard_is_a_whole_percentage(percent: int) -> None:
    assert parse_project(f"[listening]\nheard_percent = {percent}").listening.heard_percent == percent


@pytest.mark.parametrize("seconds", ["0", "3", "1.5"])
def test_a_reason_may_need_any_seconds(seconds: str) -> None:
    rules = parse_project(f"[listening]\nreason_seconds = {seconds}").listening
    assert rules.reason_seconds == float(seconds)


@pytest.mark.parametrize(
    "line",
    [
        "lock_minutes = -1",
        "lock_minutes = 2.5",
        "lock_minutes = true",
        'lock_minutes = "5"',
        "nda_days = 0",
        "[queue]\npasses = 0",
        "[queue]\nlock_minutes = 5",
        "unlock_minutes = 5",
        "name = ''",
        "[listening]\nheard_percent = 101",
        "[listening]\nheard_percent = -1",
        "[listening]\nheard_percent = 97.5",
        "[listening]\nreason_seconds = -1",
        "not toml",
    ],
)
def test_what_a_setting_cannot_be_is_refused(line: str) -> None:
    with pytest.raises(Refused):
        parse_project(line)
