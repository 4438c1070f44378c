"""The page of the pedal: what is plugged in, what it does, what it just did, and calibration."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.pedal.report import Pedal, parse_calibrated
from reviewer.pedal.status import PedalState, PedalStatus
from reviewer.ui.pedal_bindings import HOLD
from reviewer.ui.pedal_reader import CALIBRATED, PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.pedal_page import PedalPage
from reviewer.ui.shortcuts import shortcut
from tests.fakes.pedal import (
    INFINITY,
    LEFT,
    MIDDLE,
    NONE,
    OLYMPUS,
    RIGHT,
    STRANGER,
    THREE_PRESSES,
    FakeHidBackend,
)


class Scene:
    """The page over a reader that never starts: the test tells what it would."""

    def __init__(self, qtbot: QtBot) -> None:
        self.preferences = Preferences()
        self.reader = PedalReader(FakeHidBackend(STRANGER), self.preferences)
        self.page = PedalPage(self.preferences, self.reader)
        self.page.resize(640, 560)
        qtbot.addWidget(self.page)
        self.page.show()

    @property
    def calibration(self):
        return self.page.calibration

    def stand(self, state: PedalState, name: str = "", **more) -> str:
        self.reader._set_status(PedalStatus(state, name, **more))
        return self.page.status.text

    def begin(self) -> None:
        self.stand(PedalState.NONE, candidates=(STRANGER, OLYMPUS))
        self.calibration.calibrate.click()
        self.stand(PedalState.CALIBRATING, STRANGER.name, candidates=(STRANGER, OLYMPUS))

    def hear(self, *reports: bytes) -> None:
        for report in reports:
            self.reader.heard.emit(report)


@pytest.fixture
def scene(themed: QApplication, qtbot: QtBot) -> Scene:
    return Scene(qtbot)


@pytest.mark.parametrize(
    ("state", "name", "words"),
    [
        (PedalState.OFF, "", "not started yet"),
        (PedalState.NONE, "", "No foot pedal is connected"),
        (PedalState.READY, "Infinity", "Infinity is connected."),
        (PedalState.UNCALIBRATED, "Olympus", "Calibrate it below"),
        (PedalState.TYPES_KEYS, "FootSwitch", "make it type F2 to skip back, Ctrl+Space"),
        (PedalState.NOT_INSTALLED, "", "pip install 'reviewer[pedal]'"),
        (PedalState.CALIBRATING, "Foot Thing", "being calibrated"),
    ],
)
def test_what_is_plugged_in_is_a_sentence(scene: Scene, state: PedalState, name: str, words: str):
    assert words in scene.stand(state, name)


def test_a_fault_is_said_with_what_helps(scene: Scene):
    said = scene.stand(PedalState.FAULT, "Infinity", sentence="It may not be read.", hint="Add a rule.")
    assert said == "It may not be read. Add a rule."


def test_a_pedal_is_lit_while_it_is_down(scene: Scene):
    scene.reader.pressed.emit(Pedal.LEFT)
    assert [lamp.is_down for lamp in scene.page.lamps.values()] == [True, False, False]
    assert scene.page.lamps[Pedal.LEFT].accessibleDescription() == "down"
    scene.reader.released.emit(Pedal.LEFT)
    assert scene.page.lamps[Pedal.LEFT].accessibleDescription() == "up"


def test_up_and_down_differ_in_more_than_colour(scene: Scene):
    lamp = scene.page.lamps[Pedal.MIDDLE]
    up = lamp.grab().toImage()
    lamp.show_down(is_down=True)
    down = lamp.grab().toImage()
    ink = [[image.pixelColor(60, y).lightness() for y in range(6)] for image in (up, down)]
    assert ink[0] != ink[1]  # the top edge itself has moved
    assert lamp.accessibleDescription() == "down"


def test_the_last_events_are_said_in_words(scene: Scene):
    for pedal in (Pedal.LEFT, Pedal.MIDDLE, Pedal.RIGHT):
        scene.reader.pressed.emit(pedal)
        scene.reader.released.emit(pedal)
    assert scene.page.events.text() == "Middle pressed · Middle released · Right pressed · Right released"


def test_the_choices_show_what_the_pedals_do(scene: Scene):
    shown = [box.currentText() for box in scene.page.choices.values()]
    assert shown == [shortcut("desk.back").sentence, "Play while held", shortcut("desk.forward").sentence]


def test_a_choice_is_kept_at_once(scene: Scene):
    box = scene.page.choices[Pedal.LEFT]
    box.setCurrentIndex(box.findData("again"))
    assert scene.preferences.text("pedal.left") == "again"


def test_looking_at_the_page_keeps_nothing(scene: Scene):
    assert [scene.preferences.text(f"pedal.{pedal}") for pedal in Pedal] == ["", "", ""]


def test_the_wheel_over_a_choice_changes_nothing(scene: Scene):
    box = scene.page.choices[Pedal.LEFT]
    box.setFocus()
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(box.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, wheel)
    assert box.currentData() == "back"
    assert not wheel.isAccepted()


def test_a_choice_made_elsewhere_is_shown(scene: Scene):
    scene.preferences.put("pedal.right", HOLD)
    assert scene.page.choices[Pedal.RIGHT].currentData() == HOLD


def test_devices_that_can_be_taught_are_listed_with_their_numbers(scene: Scene):
    assert not scene.calibration.calibrate.isEnabled()
    scene.stand(PedalState.NONE, candidates=(STRANGER,))
    assert scene.calibration.devices.itemText(0) == "Foot Thing  (1234:00ff)"
    assert scene.calibration.calibrate.isEnabled()


def test_a_chosen_device_stays_chosen_when_another_is_plugged_in(scene: Scene):
    scene.stand(PedalState.NONE, candidates=(STRANGER,))
    scene.stand(PedalState.NONE, candidates=(OLYMPUS, STRANGER))
    assert scene.calibration.devices.currentText().startswith("Foot Thing")
    scene.stand(PedalState.NONE, candidates=(OLYMPUS,))
    assert scene.calibration.devices.currentText().startswith("Foot Switch")
    scene.stand(PedalState.NONE)
    assert scene.calibration.devices.currentIndex() == -1


def test_each_pedal_is_asked_for_in_turn(scene: Scene):
    scene.begin()
    asked = [scene.calibration.message.text]
    for press in (LEFT, MIDDLE):
        scene.hear(press, NONE)
        asked.append(scene.calibration.message.text)
    assert [text.split()[4] for text in asked] == ["left", "middle", "right"]


def test_skip_and_stop_are_shown_only_during_a_lesson(scene: Scene):
    assert not scene.calibration.skip.isVisible()
    scene.begin()
    assert scene.calibration.skip.isVisible()
    assert scene.calibration.stop.isVisible()


def test_a_pedal_that_is_held_is_asked_to_be_let_go(scene: Scene):
    scene.begin()
    scene.hear(LEFT)
    assert scene.calibration.message.text.endswith("Release it now.")


def test_what_was_learnt_is_kept(scene: Scene):
    scene.begin()
    scene.hear(*(report for _, report in THREE_PRESSES))
    taught = parse_calibrated(scene.preferences.text(CALIBRATED))
    assert taught is not None
    assert (taught.vendor, taught.product) == (STRANGER.vendor, STRANGER.product)
    assert taught.layout.pedals_down(RIGHT) == {Pedal.RIGHT}
    assert scene.calibration.message.text.startswith("Calibrated: Foot Thing.")


def test_a_pedal_that_is_not_there_is_passed_over(scene: Scene):
    scene.begin()
    scene.hear(LEFT, NONE)
    scene.calibration.skip.click()
    scene.hear(RIGHT, NONE)
    taught = parse_calibrated(scene.preferences.text(CALIBRATED))
    assert taught is not None
    assert set(taught.layout.bits) == {Pedal.LEFT, Pedal.RIGHT}


def test_pedals_that_cannot_be_told_apart_are_not_learnt(scene: Scene):
    scene.begin()
    scene.hear(*[LEFT, NONE] * 3)
    assert "told apart" in scene.calibration.message.text
    assert scene.preferences.text(CALIBRATED) == ""
    assert scene.calibration.calibrate.isEnabled()


def test_stopping_learns_nothing(scene: Scene):
    scene.begin()
    scene.hear(LEFT, NONE)
    scene.calibration.stop.click()
    scene.hear(MIDDLE, NONE, RIGHT, NONE)
    assert scene.preferences.text(CALIBRATED) == ""
    assert scene.calibration.message.text == ""


def test_leaving_the_page_ends_the_lesson(scene: Scene):
    scene.begin()
    scene.page.hide()
    scene.page.show()
    assert not scene.calibration.stop.isVisible()
    assert scene.calibration.calibrate.isEnabled()


def test_a_device_that_goes_while_it_is_taught_ends_the_lesson_with_a_word(scene: Scene):
    scene.begin()
    scene.stand(PedalState.NONE)
    assert scene.calibration.message.text == "The device was disconnected."
    assert not scene.calibration.stop.isVisible()


def test_what_was_taught_can_be_forgotten(scene: Scene):
    scene.begin()
    scene.hear(*(report for _, report in THREE_PRESSES))
    scene.calibration.forget.click()
    assert scene.preferences.text(CALIBRATED) == ""
    assert not scene.calibration.forget.isEnabled()


def test_a_whole_lesson_from_the_device_to_its_first_press(themed, qtbot: QtBot):
    preferences = Preferences()
    port = FakeHidBackend(STRANGER, waits=True)
    reader = PedalReader(port, preferences)
    page = PedalPage(preferences, reader)
    qtbot.addWidget(page)
    page.show()
    reader.start()
    qtbot.waitUntil(page.calibration.calibrate.isEnabled)
    page.calibration.calibrate.click()
    qtbot.waitUntil(lambda: reader.status.state is PedalState.CALIBRATING)
    port.send(*(report for _, report in THREE_PRESSES))
    qtbot.waitUntil(lambda: reader.status.state is PedalState.READY)
    with qtbot.waitSignal(reader.pressed) as told:
        port.send(RIGHT)
    assert told.args == [Pedal.RIGHT]
    assert page.lamps[Pedal.RIGHT].is_down
    reader.close()


def test_it_fits_into_the_smallest_dialog_of_settings(scene: Scene):
    scene.stand(
        PedalState.NONE, candidates=(replace(STRANGER, name="A device with a name without end " * 4),)
    )
    assert scene.page.minimumSizeHint().width() <= 528


def test_its_title_is_what_the_settings_call_it(scene: Scene):
    assert scene.page.title == "Foot pedal"
    assert INFINITY.name not in scene.page.events.text()
