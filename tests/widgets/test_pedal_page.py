"""The page of the pedal: what is plugged in, what it does, what it just did, and teaching."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.pedal.report import CalibratedPedal, Pedal, parse_calibrated
from reviewer.pedal.status import PedalState, PedalStatus
from reviewer.ui.pedal_bindings import HOLD
from reviewer.ui.pedal_reader import TAUGHT, PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.pedal_calibration import PedalCalibrationPanel
from reviewer.ui.settings.pedal_page import PedalPage
from reviewer.ui.shortcuts import shortcut
from tests.benches.mouse import turn_wheel
from tests.fakes.pedal import (
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
    def teaching(self) -> PedalCalibrationPanel:
        return self.page.teaching

    @property
    def asked(self) -> str:
        return self.teaching.message.text

    @property
    def learnt(self) -> CalibratedPedal | None:
        return parse_calibrated(self.preferences.text(TAUGHT))

    def stand(self, state: PedalState, name: str = "", **more: object) -> str:
        self.reader.standing_changed.emit(PedalStatus(state, name, **more))
        return self.page.standing.text

    def begin(self) -> None:
        self.stand(PedalState.NONE, candidates=(STRANGER, OLYMPUS))
        self.teaching.teach.click()
        self.stand(PedalState.CALIBRATING, STRANGER.name, candidates=(STRANGER, OLYMPUS))

    def hear(self, *reports: bytes) -> None:
        for report in reports:
            self.reader.heard.emit(report)

    def learn(self) -> None:
        self.begin()
        self.hear(*(report for _, report in THREE_PRESSES))


@pytest.fixture
def scene(themed: QApplication, qtbot: QtBot) -> Scene:
    return Scene(qtbot)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (PedalStatus(PedalState.OFF, ""), "not started yet"),
        (PedalStatus(PedalState.NONE, ""), "No foot pedal is connected"),
        (PedalStatus(PedalState.READY, "Infinity"), "Infinity is connected."),
        (PedalStatus(PedalState.UNCALIBRATED, "Olympus"), "Calibrate it below"),
        (PedalStatus(PedalState.TYPES_KEYS, "FootSwitch"), "make it type F2 to skip back, Ctrl+Space"),
        (PedalStatus(PedalState.NOT_INSTALLED, ""), "pip install 'reviewer[pedal]'"),
        (PedalStatus(PedalState.CALIBRATING, "Foot Thing"), "being calibrated"),
        (
            PedalStatus(PedalState.FAULT, "Infinity", sentence="It may not be read.", hint="Add a rule."),
            "It may not be read. Add a rule.",
        ),
    ],
    ids=lambda status: getattr(status, "state", ""),
)
def test_what_is_plugged_in_is_a_sentence_with_what_helps(scene: Scene, status: PedalStatus, words: str):
    scene.reader.standing_changed.emit(status)
    assert words in scene.page.standing.text


def test_a_pedal_is_lit_while_it_is_down_and_up_and_down_differ_in_more_than_colour(scene: Scene):
    lamp, inks, said = scene.page.lamps[Pedal.LEFT], [], []
    for told in (scene.reader.released, scene.reader.pressed):
        told.emit(Pedal.LEFT)
        picture = lamp.grab().toImage()
        inks.append([picture.pixelColor(60, y).lightness() for y in range(6)])
        said.append(lamp.accessibleDescription())
    assert inks[0] != inks[1]  # the top edge itself has moved
    assert said == ["up", "down"]
    assert [lamp.is_down for lamp in scene.page.lamps.values()] == [True, False, False]


def test_the_last_events_are_said_in_words(scene: Scene):
    for pedal in (Pedal.LEFT, Pedal.MIDDLE, Pedal.RIGHT):
        scene.reader.pressed.emit(pedal)
        scene.reader.released.emit(pedal)
    assert scene.page.events.text() == "Middle pressed · Middle released · Right pressed · Right released"


def test_the_choices_show_what_the_pedals_do_and_looking_at_them_keeps_nothing(scene: Scene):
    shown = [box.currentText() for box in scene.page.choices.values()]
    assert shown == [shortcut("desk.back").sentence, "Play while held", shortcut("desk.forward").sentence]
    assert [scene.preferences.text(f"pedal.{pedal}") for pedal in Pedal] == ["", "", ""]


def test_a_choice_is_kept_at_once_and_one_made_elsewhere_is_shown(scene: Scene):
    box = scene.page.choices[Pedal.LEFT]
    box.setCurrentIndex(box.findData("again"))
    assert scene.preferences.text("pedal.left") == "again"
    scene.preferences.put("pedal.left", HOLD)
    assert box.currentData() == HOLD


def test_the_wheel_over_a_choice_changes_nothing(scene: Scene):
    box = scene.page.choices[Pedal.LEFT]
    box.setFocus()
    assert not turn_wheel(box, QPointF(5, 5), -120)
    assert box.currentData() == "back"


def test_devices_that_can_be_taught_are_listed_with_their_numbers(scene: Scene):
    assert not scene.teaching.teach.isEnabled()
    scene.stand(PedalState.NONE, candidates=(STRANGER,))
    assert scene.teaching.devices.itemText(0) == "Foot Thing  (1234:00ff)"
    assert scene.teaching.teach.isEnabled()


def test_a_chosen_device_stays_chosen_when_another_is_plugged_in(scene: Scene):
    scene.stand(PedalState.NONE, candidates=(STRANGER,))
    scene.stand(PedalState.NONE, candidates=(OLYMPUS, STRANGER))
    assert scene.teaching.devices.currentText().startswith("Foot Thing")
    scene.stand(PedalState.NONE, candidates=(OLYMPUS,))
    assert scene.teaching.devices.currentText().startswith("Foot Switch")
    scene.stand(PedalState.NONE)
    assert scene.teaching.devices.currentIndex() == -1


def test_each_pedal_is_asked_for_in_turn_and_to_be_let_go_while_it_is_held(scene: Scene):
    scene.begin()
    asked = [scene.asked]
    for press in (LEFT, MIDDLE):
        scene.hear(press)
        assert scene.asked.endswith("Release it now.")
        scene.hear(NONE)
        asked.append(scene.asked)
    assert [text.split()[4] for text in asked] == ["left", "middle", "right"]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (lambda scene: scene.teaching.stop.click(), ""),
        (lambda scene: (scene.page.hide(), scene.page.show()), ""),
        (lambda scene: scene.stand(PedalState.NONE), "The device was disconnected."),
    ],
    ids=["stop", "leaving the page", "unplugging"],
)
def test_skip_and_stop_are_shown_only_during_a_lesson_and_one_that_is_ended_teaches_nothing(
    scene: Scene, end: Callable[[Scene], object], said: str
):
    buttons = (scene.teaching.skip, scene.teaching.stop)
    assert not any(button.isVisible() for button in buttons)
    scene.begin()
    assert all(button.isVisible() for button in buttons)
    scene.hear(LEFT, NONE)
    end(scene)
    assert not any(button.isVisible() for button in buttons)
    assert scene.asked == said
    scene.hear(MIDDLE, NONE, RIGHT, NONE)
    assert scene.learnt is None


def test_what_was_learnt_is_kept_until_it_is_forgotten(scene: Scene):
    scene.learn()
    assert scene.learnt is not None
    assert (scene.learnt.vendor, scene.learnt.product) == (STRANGER.vendor, STRANGER.product)
    assert scene.learnt.layout.pedals_down(RIGHT) == {Pedal.RIGHT}
    assert scene.asked.startswith("Calibrated: Foot Thing.")
    scene.teaching.forget.click()
    assert scene.preferences.text(TAUGHT) == ""
    assert not scene.teaching.forget.isEnabled()


def test_a_pedal_that_is_not_there_is_passed_over(scene: Scene):
    scene.begin()
    scene.hear(LEFT, NONE)
    scene.teaching.skip.click()
    scene.hear(RIGHT, NONE)
    assert scene.learnt is not None
    assert set(scene.learnt.layout.bits) == {Pedal.LEFT, Pedal.RIGHT}


def test_pedals_that_cannot_be_told_apart_are_not_learnt(scene: Scene):
    scene.begin()
    scene.hear(*[LEFT, NONE] * 3)
    assert "told apart" in scene.asked
    assert scene.learnt is None
    assert scene.teaching.teach.isEnabled()


def test_a_whole_lesson_from_the_device_to_its_first_press(themed, qtbot: QtBot):
    preferences = Preferences()
    port = FakeHidBackend(STRANGER, waits=True)
    reader = PedalReader(port, preferences)
    page = PedalPage(preferences, reader)
    qtbot.addWidget(page)
    page.show()
    reader.start()
    qtbot.waitUntil(page.teaching.teach.isEnabled)
    page.teaching.teach.click()
    qtbot.waitUntil(lambda: reader.standing.state is PedalState.CALIBRATING)
    port.send(*(report for _, report in THREE_PRESSES))
    qtbot.waitUntil(lambda: reader.standing.state is PedalState.READY)
    with qtbot.waitSignal(reader.pressed) as told:
        port.send(RIGHT)
    assert told.args == [Pedal.RIGHT]
    assert page.lamps[Pedal.RIGHT].is_down
    reader.close()


def test_it_fits_into_the_smallest_dialog_of_settings(scene: Scene):
    endless = replace(STRANGER, name="A device with a name without end " * 4)
    scene.stand(PedalState.NONE, candidates=(endless,))
    assert scene.page.minimumSizeHint().width() <= 528
