"""The monitor over recorded reports: what it finds, reads and sends; no thread, no clock."""

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

CALIBRATED = CalibratedPedal(STRANGER.vendor, STRANGER.product, ReportLayout({Pedal.RIGHT: ReportBit(0, 4)}))


class Bench:
    """A monitor on a fake backend, and what it sent."""

    def __init__(
        self, backend: FakeHidBackend, calibrated: CalibratedPedal | None = None, models=known_models
    ) -> None:
        self.messages: list[PedalMessage] = []
        self.backend = backend
        self.monitor = PedalMonitor(backend, models, self.messages.append, calibrated)

    def steps(self, count: int) -> list[float]:
        return [self.monitor.step() for _ in range(count)]

    @property
    def events(self) -> list[str]:
        found = [one for one in self.messages if isinstance(one, PedalEvent)]
        return [f"{one.pedal} {'down' if one.is_down else 'up'}" for one in found]

    @property
    def states(self) -> list[PedalState]:
        return [one.state for one in self.messages if isinstance(one, PedalStatus)]

    @property
    def status(self) -> PedalStatus:
        return [one for one in self.messages if isinstance(one, PedalStatus)][-1]


def test_a_recorded_pedal_is_told_press_by_press():
    bench = Bench(FakeHidBackend(INFINITY, script=WORKED))
    bench.steps(30)
    assert bench.events == [
        "middle down",
        "middle up",
        "left down",
        "middle down",
        "left up",
        "middle up",
    ]


def test_a_pedal_that_is_pulled_out_while_held_comes_up_and_works_again_once_plugged_in():
    bench = Bench(FakeHidBackend(INFINITY, script=PULLED_OUT))
    bench.steps(8)
    assert bench.events == ["middle down", "middle up"]
    assert bench.states == [PedalState.READY, PedalState.NONE]
    bench.backend.devices.append(INFINITY)
    bench.backend.send(LEFT, NONE)
    bench.steps(3)
    assert bench.events[2:] == ["left down", "left up"]
    assert bench.states[-1] is PedalState.READY


def test_while_there_is_no_pedal_it_looks_every_two_seconds():
    bench = Bench(FakeHidBackend(KEYBOARD))
    assert bench.steps(3) == [2.0, 2.0, 2.0]
    assert SCAN_INTERVAL_SECONDS == 2.0
    assert bench.backend.looks == 3
    assert bench.states == [PedalState.NONE]


def test_while_a_pedal_is_there_it_does_not_look():
    bench = Bench(FakeHidBackend(INFINITY))
    assert bench.steps(5) == [0.0] * 5
    assert bench.backend.looks == 1


def test_a_report_that_is_not_about_pedals_changes_nothing():
    bench = Bench(FakeHidBackend(INFINITY))
    bench.backend.send(LEFT, b"", NONE)
    bench.steps(2)
    assert bench.events == ["left down"]


@pytest.mark.parametrize(
    ("device", "state"),
    [(OLYMPUS, PedalState.UNCALIBRATED), (PCSENSOR, PedalState.TYPES_KEYS), (STRANGER, PedalState.NONE)],
)
def test_a_device_that_cannot_be_read_as_a_pedal_is_not_opened(device, state: PedalState):
    bench = Bench(FakeHidBackend(device))
    bench.steps(2)
    assert bench.states == [state]
    assert bench.backend.opened == []


def test_a_pedal_that_must_be_calibrated_is_the_first_of_those_that_can_be():
    bench = Bench(FakeHidBackend(replace(STRANGER, name="A thing that comes first by its name"), OLYMPUS))
    bench.steps(1)
    assert bench.status.candidates[0] == OLYMPUS
    assert len(bench.status.candidates) == 2


def test_a_pedal_that_may_not_be_read_is_said_with_what_helps_and_tried_again():
    bench = Bench(FakeHidBackend(INFINITY))
    bench.backend.opening_fails = Unavailable("PEDAL_NOT_OPENED")
    assert bench.steps(1) == [SCAN_INTERVAL_SECONDS]
    assert bench.status.state is PedalState.FAULT
    assert bench.status.sentence.endswith("could not be opened.")
    assert bench.status.hint.startswith("Close other programs")
    bench.backend.opening_fails = None
    bench.steps(1)
    assert bench.status.state is PedalState.READY


def test_what_cannot_be_listed_or_read_is_a_status_with_its_sentence():
    def refused():
        raise Refused("PEDAL_IDS", place="infinity.toml")

    listing, models = Bench(FakeHidBackend(INFINITY)), Bench(FakeHidBackend(INFINITY), models=refused)
    listing.backend.listing_fails = Unavailable("USB_NOT_LISTED", problem="no bus")
    listing.steps(1)
    models.steps(1)
    assert (listing.status.state, listing.status.sentence) == (
        PedalState.FAULT,
        "The USB devices could not be listed.",
    )
    assert models.status.sentence.startswith("infinity.toml")


@pytest.mark.parametrize("is_new", [False, True])
def test_a_calibrated_pedal_is_read_as_it_was_calibrated_from_the_next_step(*, is_new: bool):
    bench = Bench(FakeHidBackend(STRANGER), None if is_new else CALIBRATED)
    if is_new:
        bench.steps(1)
        bench.monitor.set_calibrated(CALIBRATED)
    bench.backend.send(RIGHT, NONE)
    bench.steps(3)
    assert bench.states == [PedalState.NONE, PedalState.READY][not is_new :]
    assert bench.events == ["right down", "right up"]


def test_while_it_is_calibrated_a_device_sends_its_reports_and_no_events():
    bench = Bench(FakeHidBackend(INFINITY, STRANGER))
    bench.backend.send(MIDDLE)
    bench.steps(2)
    bench.monitor.calibrate(STRANGER)
    bench.backend.send(LEFT, LEFT, NONE)
    bench.steps(4)
    assert [one.report for one in bench.messages if isinstance(one, RawReport)] == [LEFT, NONE]
    assert bench.events == ["middle down", "middle up"]  # it was held when calibration began
    assert bench.backend.open_now == [STRANGER]


def test_after_calibration_the_pedal_works_as_before():
    bench = Bench(FakeHidBackend(INFINITY, STRANGER))
    bench.monitor.calibrate(STRANGER)
    bench.steps(2)
    bench.monitor.calibrate(None)
    bench.backend.send(MIDDLE)
    bench.steps(2)
    assert bench.states == [PedalState.CALIBRATING, PedalState.READY]
    assert bench.events == ["middle down"]


def test_a_keyboard_is_not_opened_even_if_asked_for():
    bench = Bench(FakeHidBackend(KEYBOARD))
    bench.monitor.calibrate(KEYBOARD)
    bench.steps(2)
    assert bench.backend.opened == []


def test_closing_lets_the_device_go():
    bench = Bench(FakeHidBackend(INFINITY))
    bench.backend.send(MIDDLE)
    bench.steps(2)
    bench.monitor.close()
    assert bench.backend.open_now == []
    assert bench.events == ["middle down", "middle up"]
