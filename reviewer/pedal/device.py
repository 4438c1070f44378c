"""USB HID devices: the interface of the library that lists and reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

_DESKTOP_PAGE = 0x01
_KEYBOARD_OR_MOUSE = frozenset({0x01, 0x02, 0x06, 0x07})  # pointer, mouse, keyboard, keypad


@dataclass(frozen=True, slots=True)
class HidDevice:
    """A device as the system lists it; ``usage_page`` and ``usage`` are its function.

    The numbers of usages are those of the USB HID Usage Tables 1.5; 0 if the system does not report them.
    """

    path: str
    vendor: int
    product: int
    name: str = ""
    usage_page: int = 0
    usage: int = 0

    @property
    def is_keyboard_or_mouse(self) -> bool:
        """Whether it is a keyboard or a mouse."""
        return self.usage_page == _DESKTOP_PAGE and self.usage in _KEYBOARD_OR_MOUSE


class HidConnection(Protocol):
    """An open device."""

    def read_report(self, timeout_ms: int) -> bytes:
        """The next input report; empty if none came in time.

        Raises:
            Unavailable: the device was unplugged.
        """

    def close(self) -> None:
        """Close the device; a second time does nothing."""


class HidBackend(Protocol):
    """The library that lists and opens devices. Used by one thread at a time."""

    @property
    def is_installed(self) -> bool:
        """Whether the library is installed; asking loads nothing."""

    def list_devices(self) -> list[HidDevice]:
        """All devices; one may be listed once for each of its usages.

        Raises:
            Unavailable: the library is not installed, or does not load.
        """

    def open_device(self, device: HidDevice) -> HidConnection:
        """Open a device for reading.

        Raises:
            Unavailable: it was unplugged, or this user lacks permission; the hint says what helps.
        """


def without_keyboards_and_mice(devices: Iterable[HidDevice]) -> list[HidDevice]:
    """The devices without a keyboard or mouse interface; others are never opened."""
    listed = list(devices)
    closed = {device.path for device in listed if device.is_keyboard_or_mouse}
    return [device for device in listed if device.path not in closed]
