"""The settings page for outputs, with lists and tones that are made up."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from reviewer.audio.io.port_audio import Output, Outputs
from reviewer.errors import NoAudioDevice
from reviewer.ui import theme
from reviewer.ui.jobs import Jobs
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.sound_page import SoundPage

_SPEAKERS, _HEADSET = Output("Speakers", "ALSA"), Output("Headset", "ALSA")


class _House:
    """What the page is given: outputs that may change, a tone that may fail."""

    def __init__(self, qtbot: QtBot, chosen: str = "") -> None:
        self.there = Outputs("Speakers", (_SPEAKERS, _HEADSET))
        self.tones: list[str] = []
        self.error: Exception | None = None
        self.jobs = Jobs()
        self.preferences = Preferences()
        if chosen:
            self.preferences.put("sound.device", chosen)
        self.page = SoundPage(self.preferences, self.jobs, outputs=self._outputs, tone=self._tone)
        qtbot.addWidget(self.page)
        self._qtbot = qtbot
        self.settle()

    def settle(self) -> None:
        self._qtbot.waitUntil(lambda: self.jobs.running == 0)

    @property
    def device(self) -> QComboBox:
        box = self.page.findChild(QComboBox, "sound_device")
        assert isinstance(box, QComboBox)
        return box

    @property
    def rows(self) -> list[str]:
        return [self.device.itemText(place) for place in range(self.device.count())]

    def press(self, name: str) -> None:
        button = self.page.findChild(QPushButton, name)
        assert isinstance(button, QPushButton)
        button.click()
        self.settle()

    @property
    def said(self) -> str:
        return " ".join(label.text() for label in self.page.findChildren(QLabel))

    def _outputs(self) -> Outputs:
        if self.error is not None:
            raise self.error
        return self.there

    def _tone(self, output: str) -> str:
        if self.error is not None:
            raise self.error
        self.tones.append(output)
        return "Headset"


@pytest.fixture
def house(qapp: QApplication, qtbot: QtBot) -> Iterator[_House]:
    theme.apply(qapp, theme.Scheme.DARK)
    house = _House(qtbot)
    yield house
    house.jobs.close()


def test_the_default_stands_first_with_its_name_and_then_every_output(house: _House) -> None:
    assert house.rows == ["The system's default (Speakers)", "Speakers · ALSA", "Headset · ALSA"]
    assert house.device.currentIndex() == 0


def test_a_choice_is_kept_by_name_and_host(house: _House) -> None:
    house.device.setCurrentIndex(2)

    assert house.preferences.text("sound.device") == "ALSA/Headset"


def test_the_default_is_chosen_by_choosing_nothing(house: _House) -> None:
    house.device.setCurrentIndex(2)
    house.device.setCurrentIndex(0)

    assert house.preferences.text("sound.device", "?") == ""


def test_the_remembered_output_is_shown_as_chosen(qtbot: QtBot, house: _House) -> None:
    another = _House(qtbot, "ALSA/Headset")

    assert another.device.currentText() == "Headset · ALSA"
    another.jobs.close()


def test_a_remembered_output_that_is_away_stays_chosen_and_says_so(qtbot: QtBot, house: _House) -> None:
    another = _House(qtbot, "ALSA/Dock")

    assert another.device.currentText() == "Dock · not there now: the default plays"
    assert another.preferences.text("sound.device") == "ALSA/Dock"
    another.jobs.close()


def test_looking_again_shows_what_was_plugged_in(house: _House) -> None:
    house.there = Outputs("Speakers", (_SPEAKERS, _HEADSET, Output("Dock", "ALSA")))
    house.press("sound_refresh")

    assert house.rows[-1] == "Dock · ALSA"


def test_the_tone_is_played_on_what_is_chosen_and_it_says_where(house: _House) -> None:
    house.device.setCurrentIndex(2)
    house.press("sound_test")

    assert house.tones == ["ALSA/Headset"]
    assert "A tone was played: Headset" in house.said


def test_no_sound_is_said_in_a_sentence_and_one_may_try_again(house: _House) -> None:
    house.error = NoAudioDevice("No sound: no output device was found.", "Plug one in.")
    house.press("sound_test")
    assert "no output device was found" in house.said

    house.error = None
    house.press("sound_test")
    assert house.tones == [""]


def test_a_list_that_cannot_be_had_leaves_the_default(house: _House) -> None:
    house.error = NoAudioDevice("Sound is off: PortAudio is not installed.", "Install it.")
    house.press("sound_refresh")

    assert house.rows[0].startswith("The system's default")
    assert "not installed" in house.said


def test_it_has_a_title(house: _House) -> None:
    assert house.page.title == "Sound"
