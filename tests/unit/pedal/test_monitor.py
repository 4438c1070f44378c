"""Looking, reading and telling, over recorded reports; no thread, no clock."""

from dataclasses import replace

import pytest

from reviewer.errors import Refused, Unavailable
from reviewer.pedal.models import known_models
from reviewer.pedal.monitor import SCAN_INTERVAL_SECONDS, PedalMessage, PedalMonitor, RawReport
from reviewer.pedal.report import CalibratedPedal, Pedal, PedalEvent, ReportBit, ReportLayout
from reviewer.pedal.status import PedalState, PedalStatus
from tests.fakes.pedal import (
    INFINITY,
    KEYBOARD,
    LEFT,
    MIDDLE,
    NONE,
    OLYMPUS,
    PCSENSOR,
    PULLED_OUT,
    RIGHT,
    STRANGER,
    WORKED,
    FakeHidBackend,
)

TAUGHT = CalibratedPedal(STRANGER.vendor, STRANGER.product, ReportLayout({Pedal.RIGHT: ReportBit(0, 4)}))


class Ear:
    """A watch over a port, and what it told."""

    def __init__(
        self, port: FakeHidBackend, taught: CalibratedPedal | None = None, models=known_models
    ) -> None:
        self.told: list[PedalMessage] = []
        self.port = port
        self.watch = PedalMonitor(port, models, self.told.append, taught)

    def steps(self, count: int) -> list[float]:
        return [self.watch.step() for _ in range(count)]

    @property
    def events(self) -> list[str]:
        found = [one for one in self.told if isinstance(one, PedalEvent)]
        return [f"{one.pedal} {'down' if one.is_down else 'up'}" for one in found]

    @property
    def states(self) -> list[PedalState]:
        return [one.state for one in self.told if isinstance(one, PedalStatus)]

    @property
    def standing(self) -> PedalStatus:
        return [one for one in self.told if isinstance(one, PedalStatus)][-1]


def test_a_recorded_pedal_is_told_press_by_press():
    ear = Ear(FakeHidBackend(INFINITY, script=WORKED))
    ear.steps(30)
    assert ear.events == [
        "middle down",
        "middle up",
        "left down",
        "middle down",
        "left up",
        "middle up",
    ]


def test_a_pedal_that_is_pulled_out_while_held_comes_up():
    ear = Ear(FakeHidBackend(INFINITY, script=PULLED_OUT))
    ear.steps(8)
    assert ear.events == ["middle down", "middle up"]
    assert ear.states == [PedalState.READY, PedalState.NONE]


def test_a_pedal_that_is_plugged_in_again_works_again():
    ear = Ear(FakeHidBackend(INFINITY, script=PULLED_OUT))
    ear.steps(8)
    ear.port.devices.append(INFINITY)
    ear.port.send(LEFT, NONE)
    ear.steps(3)
    assert ear.events[2:] == ["left down", "left up"]
    assert ear.states[-1] is PedalState.READY


def test_while_there_is_no_pedal_it_looks_every_two_seconds():
    ear = Ear(FakeHidBackend(KEYBOARD))
    assert ear.steps(3) == [2.0, 2.0, 2.0]
    assert SCAN_INTERVAL_SECONDS == 2.0
    assert ear.port.looks == 3


def test_while_a_pedal_is_there_it_does_not_look():
    ear = Ear(FakeHidBackend(INFINITY))
    assert ear.steps(5) == [0.0] * 5
    assert ear.port.looks == 1


def test_what_stands_as_before_is_told_once():
    ear = Ear(FakeHidBackend())
    ear.steps(3)
    assert ear.states == [PedalState.NONE]


def test_a_report_that_is_not_about_pedals_changes_nothing():
    ear = Ear(FakeHidBackend(INFINITY))
    ear.port.send(LEFT, b"", NONE)
    ear.steps(2)
    assert ear.events == ["left down"]


@pytest.mark.parametrize(
    ("device", "state"),
    [(OLYMPUS, PedalState.UNCALIBRATED), (PCSENSOR, PedalState.TYPES_KEYS), (STRANGER, PedalState.NONE)],
)
def test_a_device_that_cannot_be_read_as_a_pedal_is_not_opened(device, state: PedalState):
    ear = Ear(FakeHidBackend(device))
    ear.steps(2)
    assert ear.states == [state]
    assert ear.port.opened == []


def test_a_pedal_that_must_be_taught_is_the_first_of_those_that_can_be():
    ear = Ear(FakeHidBackend(replace(STRANGER, name="A thing that comes first by its name"), OLYMPUS))
    ear.steps(1)
    assert ear.standing.candidates[0] == OLYMPUS
    assert len(ear.standing.candidates) == 2


def test_a_pedal_that_may_not_be_read_is_said_with_what_helps_and_tried_again():
    ear = Ear(FakeHidBackend(INFINITY))
    ear.port.opening_fails = Unavailable("It may not be read.", "Add a rule.")
    assert ear.steps(1) == [SCAN_INTERVAL_SECONDS]
    assert (ear.standing.state, ear.standing.sentence, ear.standing.hint) == (
        PedalState.FAULT,
        "It may not be read.",
        "Add a rule.",
    )
    ear.port.opening_fails = None
    ear.steps(1)
    assert ear.standing.state is PedalState.READY


def test_a_library_that_does_not_answer_is_a_sentence():
    ear = Ear(FakeHidBackend(INFINITY))
    ear.port.listing_fails = Unavailable("No USB here.", "Look at the cable.")
    ear.steps(1)
    assert ear.standing.sentence == "No USB here."


def test_a_broken_file_of_models_is_a_sentence():
    def refused():
        raise Refused("infinity.toml: ids must be a list.", "Correct the file.")

    ear = Ear(FakeHidBackend(INFINITY), models=refused)
    ear.steps(1)
    assert ear.standing.sentence.startswith("infinity.toml")


def test_a_taught_pedal_is_read_as_it_was_taught():
    ear = Ear(FakeHidBackend(STRANGER), TAUGHT)
    ear.port.send(RIGHT, NONE)
    ear.steps(3)
    assert ear.events == ["right down", "right up"]


def test_what_is_taught_now_holds_from_the_next_step():
    ear = Ear(FakeHidBackend(STRANGER))
    ear.steps(1)
    ear.watch.set_calibrated(TAUGHT)
    ear.port.send(RIGHT)
    ear.steps(2)
    assert ear.states == [PedalState.NONE, PedalState.READY]
    assert ear.events == ["right down"]


def test_while_it_is_taught_a_device_tells_its_reports_and_no_pedals():
    ear = Ear(FakeHidBackend(INFINITY, STRANGER))
    ear.steps(1)
    ear.watch.calibrate(STRANGER)
    ear.port.send(LEFT, LEFT, NONE)
    ear.steps(4)
    assert [one.report for one in ear.told if isinstance(one, RawReport)] == [LEFT, NONE]
    assert ear.events == []
    assert ear.port.open_now == [STRANGER]


def test_after_teaching_the_pedal_works_as_before():
    ear = Ear(FakeHidBackend(INFINITY, STRANGER))
    ear.watch.calibrate(STRANGER)
    ear.steps(2)
    ear.watch.calibrate(None)
    ear.port.send(MIDDLE)
    ear.steps(2)
    assert ear.states == [PedalState.CALIBRATING, PedalState.READY]
    assert ear.events == ["middle down"]


def test_a_pedal_that_is_held_when_teaching_begins_comes_up():
    ear = Ear(FakeHidBackend(INFINITY, STRANGER))
    ear.port.send(MIDDLE)
    ear.steps(2)
    ear.watch.calibrate(STRANGER)
    ear.steps(1)
    assert ear.events == ["middle down", "middle up"]


def test_a_keyboard_is_not_opened_even_if_asked_for():
    ear = Ear(FakeHidBackend(KEYBOARD))
    ear.watch.calibrate(KEYBOARD)
    ear.steps(2)
    assert ear.port.opened == []


def test_closing_lets_the_device_go():
    ear = Ear(FakeHidBackend(INFINITY))
    ear.port.send(MIDDLE)
    ear.steps(2)
    ear.watch.close()
    assert ear.port.open_now == []
    assert ear.events == ["middle down", "middle up"]
