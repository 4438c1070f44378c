"""How things stand with the pedal: which device it is, and why there is none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reviewer.errors import ReviewerError
from reviewer.pedal.device import HidDevice, without_keyboards_and_mice
from reviewer.pedal.models import PedalModel
from reviewer.pedal.report import CalibratedPedal, ReportLayout


class PedalState(StrEnum):
    """What a person is told in a sentence."""

    OFF = "off"
    NOT_INSTALLED = "not_installed"
    NONE = "none"
    READY = "ready"
    UNTAUGHT = "untaught"
    TYPES_KEYS = "types_keys"
    LEARNING = "learning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class PedalStatus:
    """``name`` is the pedal's; a FAULT has a sentence and a hint.

    ``others`` are the devices that could be taught, the pedal's first.
    """

    state: PedalState
    name: str = ""
    sentence: str = ""
    hint: str = ""
    others: tuple[HidDevice, ...] = ()


@dataclass(frozen=True, slots=True)
class DetectedPedal:
    """The device that is taken for the pedal; without a ``layout`` it cannot be read."""

    device: HidDevice
    name: str
    layout: ReportLayout | None = None
    types_keys: bool = False

    @property
    def standing(self) -> PedalState:
        if self.layout is not None:
            return PedalState.READY
        return PedalState.TYPES_KEYS if self.types_keys else PedalState.UNTAUGHT


def choose(
    devices: Iterable[HidDevice], models: Sequence[PedalModel], taught: CalibratedPedal | None
) -> DetectedPedal | None:
    """The pedal among all that is plugged in, None if there is none.

    What its owner has taught comes first, then models that can be read, then those to be taught, then those
    that type keys. Keyboards and mice are never chosen for reading.
    """
    listed = list(devices)
    readable = without_keyboards_and_mice(listed)
    if taught is not None:
        for device in readable:
            if (device.vendor, device.product) == (taught.vendor, taught.product):
                return DetectedPedal(device, device.name or usb_numbers(device), taught.layout)
    found = [
        DetectedPedal(device, model.name, model.layout, model.types_keys)
        for model in models
        for device in (listed if model.types_keys else readable)
        if model.fits(device)
    ]
    order = (PedalState.READY, PedalState.UNTAUGHT, PedalState.TYPES_KEYS)
    return min(found, key=lambda choice: order.index(choice.standing), default=None)


def calibratable(devices: Iterable[HidDevice]) -> tuple[HidDevice, ...]:
    """Each device once that could be a pedal: whatever is neither keyboard nor mouse."""
    by_path = {device.path: device for device in reversed(without_keyboards_and_mice(devices))}
    return tuple(sorted(by_path.values(), key=lambda device: (device.name, device.path)))


def usb_numbers(device: HidDevice) -> str:
    """``05f3:00ff``, as it is on the device's page in the system."""
    return f"{device.vendor:04x}:{device.product:04x}"


def fault(error: ReviewerError, name: str = "", others: tuple[HidDevice, ...] = ()) -> PedalStatus:
    """A known error as a standing."""
    return PedalStatus(PedalState.FAULT, name, error.sentence, error.hint, others)
