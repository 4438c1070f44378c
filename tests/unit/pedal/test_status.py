"""Which of all that is plugged in is the pedal."""

from dataclasses import replace

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


@pytest.mark.parametrize(
    ("devices", "device", "name"),
    [
        ((INFINITY, STRANGER), STRANGER, "Foot Thing"),
        ((INFINITY, replace(STRANGER, name="")), replace(STRANGER, name=""), "1234:00ff"),
        ((INFINITY,), INFINITY, "Infinity foot control"),
    ],
)
def test_what_its_owner_has_calibrated_goes_before_all_else_that_is_plugged_in(
    devices: tuple[HidDevice, ...], device: HidDevice, name: str
):
    chosen = detect_pedal(devices, MODELS, CALIBRATED)
    assert chosen is not None
    assert (chosen.device, chosen.name) == (device, name)
    assert (chosen.layout == CALIBRATED.layout) == (device != INFINITY)


@pytest.mark.parametrize(
    ("devices", "calibrated"),
    [
        ((KEYBOARD, MOUSE, STRANGER), None),
        ((KEYBOARD, KEYBOARD_KEYS), replace(CALIBRATED, vendor=KEYBOARD.vendor, product=KEYBOARD.product)),
        ((INFINITY, replace(INFINITY, usage_page=0x01, usage=0x06)), None),
    ],
    ids=["no pedal", "a keyboard that somebody calibrated", "a pedal that is a keyboard too"],
)
def test_without_a_pedal_that_may_be_read_none_is_chosen(
    devices: tuple[HidDevice, ...], calibrated: CalibratedPedal | None
):
    assert detect_pedal(devices, MODELS, calibrated) is None


def test_no_part_of_a_keyboard_or_mouse_is_ever_offered():
    assert without_keyboards_and_mice((KEYBOARD, KEYBOARD_KEYS, MOUSE, INFINITY)) == [INFINITY]
    assert calibration_candidates((KEYBOARD_KEYS, KEYBOARD, MOUSE, INFINITY)) == (INFINITY,)


def test_a_device_with_several_usages_is_offered_once():
    other = replace(STRANGER, usage=0x02)
    assert calibration_candidates((STRANGER, other)) == (STRANGER,)
