"""How a person likes to listen is read anew each time, within limits."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.ui.playback.listening_preferences import ListeningPreferences
from reviewer.ui.preferences import Preferences


@pytest.fixture
def preferences(qapp: QApplication) -> Preferences:
    return Preferences()


@pytest.fixture
def choices(preferences: Preferences) -> ListeningPreferences:
    return ListeningPreferences(preferences, preferences)


DEFAULTS = {
    "step_ms": 2000,
    "backstep_ms": 0,
    "again_percent": 75,
    "pre_roll_ms": 0,
    "post_roll_ms": 0,
    "edge_ms": 500,
}
SWITCHES = {
    "auto_play": ("plays_segments", True),
    "play_on_open": ("plays_on_open", False),
    "resume": ("resumes", True),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_nobody_has_to_choose_a_choice_counts_at_once_and_one_that_makes_no_sense_does_no_harm(
    choices: ListeningPreferences, preferences: Preferences, name: str
) -> None:
    assert getattr(choices, name) == DEFAULTS[name]
    preferences.put(f"listening.{name}", 80)
    assert getattr(choices, name) == 80
    for senseless in ("-1", "99999999", "a lot", ""):
        preferences.put(f"listening.{name}", senseless)
        assert 0 <= getattr(choices, name) <= 60_000


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_has_its_default_and_both_sides(
    choices: ListeningPreferences, preferences: Preferences, name: str
) -> None:
    read, default = SWITCHES[name]
    seen = [getattr(choices, read)]
    for is_on in (True, False):
        preferences.put(f"listening.{name}", is_on)
        seen.append(getattr(choices, read))
    assert seen == [default, True, False]


@pytest.mark.parametrize(("before", "after"), [(0, 250), (250, 500), (500, 1000), (700, 1000), (1000, 0)])
def test_how_far_a_pause_goes_back_is_cycled_and_remembered_also_from_a_length_of_ones_own(
    choices: ListeningPreferences, preferences: Preferences, before: int, after: int
) -> None:
    preferences.put("listening.backstep_ms", before)
    choices.choose_next_backstep()
    assert preferences.number("listening.backstep_ms", -1) == after


def test_only_what_is_about_listening_is_told(
    choices: ListeningPreferences, preferences: Preferences, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(choices.changed):
        preferences.put("theme", "light")
    with qtbot.waitSignal(choices.changed):
        preferences.put("listening.step_ms", 1000)
