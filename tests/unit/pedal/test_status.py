"""Which of all that is plugged in is the pedal."""

import pytest

from reviewer.pedal.device import HidDevice, without_keyboards_and_mice
from reviewer.pedal.models import known_models
from reviewer.pedal.report import CalibratedPedal, Pedal, ReportBit, ReportLayout
from reviewer.pedal.status import PedalState, calibration_candidates, detect_pedal
from tests.fakes.pedal import (
    INFINITY,
    KEYBOARD,
    KEYBOARD_KEYS,
    MOUSE,
    OLYMPUS,
    PCSENSOR,
    PHILIPS,
    STRANGER,
)

MODELS = known_models()
CALIBRATED = CalibratedPedal(STRANGER.vendor, STRANGER.product, ReportLayout({Pedal.LEFT: ReportBit(1, 8)}))


@pytest.mark.parametrize(
    ("devices", "name", "state"),
    [
        ((KEYBOARD, INFINITY), "Infinity foot control", PedalState.READY),
        ((PCSENSOR, OLYMPUS, PHILIPS), "Philips ACC2310, ACC2320", PedalState.READY),
        ((PCSENSOR, OLYMPUS), "Olympus RS-27, RS-28, RS-31", PedalState.UNCALIBRATED),
        ((PCSENSOR, KEYBOARD), "PCsensor FootSwitch", PedalState.TYPES_KEYS),
    ],
)
def test_the_pedal_that_can_be_read_best_is_chosen(devices, name: str, state: PedalState):
    chosen = detect_pedal(devices, MODELS, None)
    assert chosen is not None
    assert (chosen.name, chosen.state) == (name, state)


def test_without_a_pedal_none_is_chosen():
    assert detect_pedal((KEYBOARD, MOUSE, STRANGER), MODELS, None) is None


def test_what_its_owner_has_calibrated_goes_before_all_else():
    chosen = detect_pedal((INFINITY, STRANGER), MODELS, CALIBRATED)
    assert chosen is not None
    assert (chosen.device, chosen.layout, chosen.name) == (STRANGER, CALIBRATED.layout, "Foot Thing")


def test_a_calibrated_pedal_that_is_not_plugged_in_leaves_the_place_to_another():
    chosen = detect_pedal((INFINITY,), MODELS, CALIBRATED)
    assert chosen is not None
    assert chosen.device == INFINITY


def test_a_calibrated_device_without_a_name_is_called_by_its_numbers():
    chosen = detect_pedal((HidDevice("x", STRANGER.vendor, STRANGER.product),), MODELS, CALIBRATED)
    assert chosen is not None
    assert chosen.name == "1234:00ff"


def test_no_part_of_a_keyboard_or_mouse_is_ever_offered():
    assert without_keyboards_and_mice((KEYBOARD, KEYBOARD_KEYS, MOUSE, INFINITY)) == [INFINITY]
    assert calibration_candidates((KEYBOARD_KEYS, KEYBOARD, MOUSE, INFINITY)) == (INFINITY,)


def test_a_keyboard_is_not_read_even_if_somebody_says_they_calibrated_it():
    calibrated = CalibratedPedal(KEYBOARD.vendor, KEYBOARD.product, CALIBRATED.layout)
    assert detect_pedal((KEYBOARD, KEYBOARD_KEYS), MODELS, calibrated) is None


def test_a_known_pedal_that_is_a_keyboard_too_is_not_read():
    keys = HidDevice(INFINITY.path, INFINITY.vendor, INFINITY.product, INFINITY.name, 0x01, 0x06)
    assert detect_pedal((INFINITY, keys), MODELS, None) is None


def test_a_device_with_several_usages_is_offered_once():
    other = HidDevice(STRANGER.path, STRANGER.vendor, STRANGER.product, STRANGER.name, 0xFF00, 0x02)
    assert calibration_candidates((STRANGER, other)) == (STRANGER,)
