"""The scale of the window follows the system's text, or what was chosen."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont

from reviewer.ui import display_scale
from reviewer.ui.display_scale import CHOICE, DisplayScale, scale_percent, system_percent
from reviewer.ui.preferences import Preferences


@pytest.mark.parametrize(
    ("points", "percent"), [(8, 100), (11, 100), (12, 110), (14, 125), (16.5, 150), (22, 150)]
)
def test_larger_text_of_the_system_is_followed_in_steps_and_smaller_is_not(
    qapp, monkeypatch: pytest.MonkeyPatch, points: float, percent: int
):
    monkeypatch.setattr(display_scale, "_USUAL_POINTS", 11.0)
    font = QFont()
    font.setPointSizeF(points)
    assert system_percent(font) == percent


def test_what_the_system_had_last_time_is_set_at_the_next_start_and_not_handed_on(qapp):
    preferences, environment = Preferences(), dict[str, str]()
    preferences.put("scale.of_platform", 125)
    scale = DisplayScale(preferences, environment)
    scale.set_before_start()
    assert environment == {"QT_SCALE_FACTOR": "1.25"}
    scale.remember()
    assert environment == {}
    assert preferences.number("scale.of_platform", 0) == 100  # as the tests' platform has it


@pytest.mark.parametrize("chosen", ["100", "rubbish"])
def test_a_choice_of_the_usual_size_and_one_that_is_invalid_set_nothing(chosen: str):
    preferences, environment = Preferences(), dict[str, str]()
    preferences.put("scale.of_platform", 150)
    preferences.put(CHOICE, chosen)
    DisplayScale(preferences, environment).set_before_start()
    assert environment == {}


def test_a_scale_of_the_environment_is_left_alone(qapp):
    preferences, environment = Preferences(), {"QT_SCALE_FACTOR": "2"}
    preferences.put(CHOICE, 150)
    scale = DisplayScale(preferences, environment)
    scale.set_before_start()
    scale.remember()
    assert environment == {"QT_SCALE_FACTOR": "2"}


def test_no_scale_is_so_large_that_the_window_does_not_fit_the_screen():
    preferences = Preferences()
    preferences.put(CHOICE, 150)
    assert scale_percent(preferences) == 150
    preferences.put("scale.fits", 125)
    assert scale_percent(preferences) == 125
    assert display_scale._greatest(QSize(1280, 760)) == 150
    assert display_scale._greatest(QSize(1024, 728)) == 110
