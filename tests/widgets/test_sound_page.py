"""The settings page for outputs, with lists and tones that are made up."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from reviewer.audio.io.port_audio import Output, Outputs
from reviewer.errors import NoAudioDevice, Notice
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
        self.used: str | Notice = "Headset"
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

    def _tone(self, output: str) -> str | Notice:
        if self.error is not None:
            raise self.error
        self.tones.append(output)
        return self.used


@pytest.fixture
def open_setup(themed: QApplication, qtbot: QtBot) -> Iterator[Callable[..., _OutputSetup]]:
    """Opens the page for somebody who chose an output before."""
    made: list[_OutputSetup] = []

    def open_for(chosen: str = "") -> _OutputSetup:
        made.append(_OutputSetup(qtbot, chosen))
        return made[-1]

    yield open_for
    for one in made:
        one.jobs.close()


@pytest.fixture
def setup(open_setup: Callable[..., _OutputSetup]) -> _OutputSetup:
    return open_setup()


def test_the_default_stands_first_with_its_name_and_then_every_output(setup: _OutputSetup) -> None:
    assert setup.rows == ["System default (Speakers)", "Speakers · ALSA", "Headset · ALSA"]
    assert setup.device.currentIndex() == 0


def test_a_choice_is_kept_by_name_and_host_and_the_default_as_nothing(setup: _OutputSetup) -> None:
    for place, kept in ((2, "ALSA/Headset"), (0, "")):
        setup.device.setCurrentIndex(place)
        assert setup.preferences.text("sound.device", "?") == kept


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("ALSA/Headset", "Headset · ALSA"),
        ("ALSA/Dock", "Dock · not connected, the default is used"),
    ],
)
def test_the_remembered_output_is_shown_as_chosen_and_stays_so_while_it_is_away(
    open_setup: Callable[..., _OutputSetup], chosen: str, shown: str
) -> None:
    setup = open_setup(chosen)
    assert setup.device.currentText() == shown
    assert setup.preferences.text("sound.device") == chosen


def test_looking_again_shows_what_was_plugged_in(setup: _OutputSetup) -> None:
    setup.there = Outputs("Speakers", (_SPEAKERS, _HEADSET, Output("Dock", "ALSA")))
    setup.press("sound_refresh")
    assert setup.rows[-1] == "Dock · ALSA"


def test_the_tone_is_played_on_what_is_chosen_and_it_says_where(setup: _OutputSetup) -> None:
    setup.device.setCurrentIndex(2)
    setup.press("sound_test")
    assert setup.tones == ["ALSA/Headset"]
    assert "A test tone was played on: Headset" in setup.said


def test_a_tone_on_another_output_says_why_and_nothing_else(setup: _OutputSetup) -> None:
    setup.used = Notice("OUTPUT_NOT_CONNECTED", {"output": "Headset"})
    setup.press("sound_test")
    assert "Headset is not connected: the default output is used." in setup.said
    assert "test tone was played" not in setup.said


def test_no_sound_is_said_in_a_sentence_and_one_may_try_again(setup: _OutputSetup) -> None:
    setup.error = NoAudioDevice("NO_OUTPUT_DEVICE")
    setup.press("sound_test")
    assert "no output device was found" in setup.said
    setup.error = None
    setup.press("sound_test")
    assert setup.tones == [""]


def test_a_list_that_cannot_be_had_leaves_the_default(setup: _OutputSetup) -> None:
    setup.error = NoAudioDevice("PORT_AUDIO_NOT_INSTALLED_LINUX")
    setup.press("sound_refresh")
    assert setup.rows[0].startswith("System default")
    assert "not installed" in setup.said
