"""What a person has chosen is kept, told, and never trusted blindly."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from reviewer.ui.preferences import Preferences


def settings_in(folder: Path) -> QSettings:
    return QSettings(str(folder / "user.ini"), QSettings.Format.IniFormat)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        *(("text", text) for text in ("Headphones", "", "with = and ; and \n", "耳机")),
        ("number", 1500),
        ("is_on", False),
    ],
)
def test_texts_numbers_and_switches_are_there_after_a_restart(tmp_path: Path, read: str, value: object):
    Preferences(settings_in(tmp_path)).put("of.a_kind", value)
    default = {"text": "none", "number": 2000, "is_on": True}[read]
    assert getattr(Preferences(settings_in(tmp_path)), read)("of.a_kind", default=default) == value


def test_what_was_never_chosen_is_the_default():
    preferences = Preferences()
    assert preferences.text("sound.device", "the system's") == "the system's"
    assert preferences.number("listening.step_ms", 2000) == 2000
    assert preferences.is_on("listening.auto_play", default=True) is True


@pytest.mark.parametrize("stored", ["", "a lot", "1.5", "None"])
def test_a_stored_value_that_makes_no_sense_is_the_default(tmp_path: Path, stored: str):
    settings_in(tmp_path).setValue("listening.step_ms", stored)
    settings_in(tmp_path).setValue("listening.auto_play", stored)
    preferences = Preferences(settings_in(tmp_path))
    assert preferences.number("listening.step_ms", 2000) == 2000
    assert preferences.is_on("listening.auto_play", default=True) is True


def test_a_change_is_told_once_with_its_name():
    preferences = Preferences()
    told: list[str] = []
    preferences.changed.connect(told.append)
    preferences.put("listening.step_ms", 1500)
    preferences.put("listening.step_ms", 1500)
    assert told == ["listening.step_ms"]
