"""What the program asks of whatever finds pedals and reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

_DESKTOP_PAGE = 0x01
_TYPED_OR_POINTED_WITH = frozenset({0x01, 0x02, 0x06, 0x07})  # pointer, mouse, keyboard, keypad


@dataclass(frozen=True, slots=True)
class HidDevice:
    """Something that is plugged in, as the system lists it; ``usage_page`` and ``usage`` say what for.

    The numbers of usages are those of the USB HID Usage Tables; 0 where the system does not tell them.
    """

    path: str
    vendor: int
    product: int
    name: str = ""
    usage_page: int = 0
    usage: int = 0

    @property
    def is_typed_or_pointed_with(self) -> bool:
        """Whether it is a keyboard or a mouse."""
        return self.usage_page == _DESKTOP_PAGE and self.usage in _TYPED_OR_POINTED_WITH


class HidConnection(Protocol):
    """An open device."""

    def read(self, timeout_ms: int) -> bytes:
        """The next report, or nothing when none came in time.

        Raises:
            Unavailable: the device has gone.
        """

    def close(self) -> None:
        """Let the device go; a second time does nothing."""


class HidBackend(Protocol):
    """Where pedals are plugged in. Used by one thread at a time."""

    @property
    def is_installed(self) -> bool:
        """Whether the library that reads pedals is there; asking loads nothing."""

    def listed(self) -> list[HidDevice]:
        """Everything that is plugged in; one device may be listed once for each of its usages.

        Raises:
            Unavailable: the library is not installed, or does not load.
        """

    def open(self, device: HidDevice) -> HidConnection:
        """Open a device for reading.

        Raises:
            Unavailable: it has gone, or the system does not let this user read it; the hint says what helps.
        """


def without_keyboards_and_mice(devices: Iterable[HidDevice]) -> list[HidDevice]:
    """The devices without any part of a keyboard or mouse: those are never opened, whatever else they are."""
    listed = list(devices)
    closed = {device.path for device in listed if device.is_typed_or_pointed_with}
    return [device for device in listed if device.path not in closed]
