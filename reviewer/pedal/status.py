"""Pedal status: the device that is the pedal, or why there is none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reviewer.errors import Notice, ReviewerError
from reviewer.pedal.device import HidDevice, without_keyboards_and_mice
from reviewer.pedal.models import PedalModel
from reviewer.pedal.report import CalibratedPedal, ReportLayout


class PedalState(StrEnum):
    """The states that the settings page describes."""

    OFF = "off"
    NOT_INSTALLED = "not_installed"
    NONE = "none"
    READY = "ready"
    UNCALIBRATED = "uncalibrated"
    TYPES_KEYS = "types_keys"
    CALIBRATING = "calibrating"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class PedalStatus:
    """``name`` is the pedal's; a FAULT says what is wrong.

    ``candidates`` are the devices that can be calibrated, the pedal first.
    """

    state: PedalState
    name: str = ""
    fault: Notice | None = None
    candidates: tuple[HidDevice, ...] = ()


@dataclass(frozen=True, slots=True)
class DetectedPedal:
    """The device that is used as the pedal; without a ``layout`` it cannot be read."""

    device: HidDevice
    name: str
    layout: ReportLayout | None = None
    types_keys: bool = False

    @property
    def state(self) -> PedalState:
        if self.layout is not None:
            return PedalState.READY
        return PedalState.TYPES_KEYS if self.types_keys else PedalState.UNCALIBRATED


def detect_pedal(
    devices: Iterable[HidDevice], models: Sequence[PedalModel], calibrated: CalibratedPedal | None
) -> DetectedPedal | None:
    """The pedal among all connected devices; None if there is none.

    Calibrated devices come first, then known models that can be read, then those to calibrate, then those
    that type keys. Keyboards and mice are never chosen for reading.
    """
    listed = list(devices)
    readable = without_keyboards_and_mice(listed)
    if calibrated is not None:
        for device in readable:
            if (device.vendor, device.product) == (calibrated.vendor, calibrated.product):
                return DetectedPedal(device, device.name or usb_numbers(device), calibrated.layout)
    detected = [
        DetectedPedal(device, model.name, model.layout, model.types_keys)
        for model in models
        for device in (listed if model.types_keys else readable)
        if model.matches(device)
    ]
    order = (PedalState.READY, PedalState.UNCALIBRATED, PedalState.TYPES_KEYS)
    return min(detected, key=lambda pedal: order.index(pedal.state), default=None)


def calibration_candidates(devices: Iterable[HidDevice]) -> tuple[HidDevice, ...]:
    """Devices that may be pedals, each once: all without a keyboard or mouse."""
    by_path = {device.path: device for device in reversed(without_keyboards_and_mice(devices))}
    return tuple(sorted(by_path.values(), key=lambda device: (device.name, device.path)))


def usb_numbers(device: HidDevice) -> str:
    """``05f3:00ff``, as systems write it."""
    return f"{device.vendor:04x}:{device.product:04x}"


def fault_status(error: ReviewerError, name: str) -> PedalStatus:
    """A known error as a status."""
    return PedalStatus(PedalState.FAULT, name, error.notice)
