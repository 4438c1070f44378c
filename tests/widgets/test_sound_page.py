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


class _OutputSetup:
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
def setup(qapp: QApplication, qtbot: QtBot) -> Iterator[_OutputSetup]:
    theme.apply(qapp, theme.Scheme.DARK)
    setup = _OutputSetup(qtbot)
    yield setup
    setup.jobs.close()


def test_the_default_stands_first_with_its_name_and_then_every_output(setup: _OutputSetup) -> None:
    assert setup.rows == ["System default (Speakers)", "Speakers · ALSA", "Headset · ALSA"]
    assert setup.device.currentIndex() == 0


def test_a_choice_is_kept_by_name_and_host(setup: _OutputSetup) -> None:
    setup.device.setCurrentIndex(2)

    assert setup.preferences.text("sound.device") == "ALSA/Headset"


def test_the_default_is_chosen_by_choosing_nothing(setup: _OutputSetup) -> None:
    setup.device.setCurrentIndex(2)
    setup.device.setCurrentIndex(0)

    assert setup.preferences.text("sound.device", "?") == ""


def test_the_remembered_output_is_shown_as_chosen(qtbot: QtBot, setup: _OutputSetup) -> None:
    another = _OutputSetup(qtbot, "ALSA/Headset")

    assert another.device.currentText() == "Headset · ALSA"
    another.jobs.close()


def test_a_remembered_output_that_is_away_stays_chosen_and_says_so(qtbot: QtBot, setup: _OutputSetup) -> None:
    another = _OutputSetup(qtbot, "ALSA/Dock")

    assert another.device.currentText() == "Dock · not connected, the default is used"
    assert another.preferences.text("sound.device") == "ALSA/Dock"
    another.jobs.close()


def test_looking_again_shows_what_was_plugged_in(setup: _OutputSetup) -> None:
    setup.there = Outputs("Speakers", (_SPEAKERS, _HEADSET, Output("Dock", "ALSA")))
    setup.press("sound_refresh")

    assert setup.rows[-1] == "Dock · ALSA"


def test_the_tone_is_played_on_what_is_chosen_and_it_says_where(setup: _OutputSetup) -> None:
    setup.device.setCurrentIndex(2)
    setup.press("sound_test")

    assert setup.tones == ["ALSA/Headset"]
    assert "A test tone was played on: Headset" in setup.said


def test_no_sound_is_said_in_a_sentence_and_one_may_try_again(setup: _OutputSetup) -> None:
    setup.error = NoAudioDevice("No sound: no output device was found.", "Plug one in.")
    setup.press("sound_test")
    assert "no output device was found" in setup.said

    setup.error = None
    setup.press("sound_test")
    assert setup.tones == [""]


def test_a_list_that_cannot_be_had_leaves_the_default(setup: _OutputSetup) -> None:
    setup.error = NoAudioDevice("Sound is off: PortAudio is not installed.", "Install it.")
    setup.press("sound_refresh")

    assert setup.rows[0].startswith("System default")
    assert "not installed" in setup.said


def test_it_has_a_title(setup: _OutputSetup) -> None:
    assert setup.page.title == "Sound"
