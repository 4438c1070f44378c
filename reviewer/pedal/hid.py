"""USB HID devices through hidapi; the only module that imports it."""

import importlib.util
import os
import sys
from contextlib import suppress
from typing import Any

from reviewer.errors import Unavailable
from reviewer.pedal.device import HidDevice

RULES_FILE = "/etc/udev/rules.d/70-reviewer-pedal.rules"
_LONGEST_REPORT = 64  # of a full-speed USB device


class HidapiBackend:
    """A ``HidBackend`` over hidapi, which is loaded when devices are listed for the first time."""

    @property
    def is_installed(self) -> bool:
        return importlib.util.find_spec("hid") is not None

    def list_devices(self) -> list[HidDevice]:
        try:
            return [_hid_device(one) for one in _library().enumerate()]
        except OSError as error:
            raise Unavailable("USB_NOT_LISTED", problem=str(error)) from error

    def open_device(self, device: HidDevice) -> "_HidapiConnection":
        opened = _library().device()
        try:
            opened.open_path(_bytes(device.path))
        except OSError as error:
            raise _open_error(device) from error
        return _HidapiConnection(opened)


class _HidapiConnection:
    def __init__(self, device: Any) -> None:
        self._device = device

    def read_report(self, timeout_ms: int) -> bytes:
        try:
            return bytes(self._device.read(_LONGEST_REPORT, timeout_ms))
        except (OSError, ValueError) as error:
            raise Unavailable("PEDAL_UNPLUGGED") from error

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self._device.close()


def udev_rule(device: HidDevice) -> str:
    """The line that lets whoever sits at a Linux machine read this device (hidapi's ``udev/69-hid.rules``).

    The file's number must be below 73: there systemd gives out what ``uaccess`` marks.
    """
    return (
        f'KERNEL=="hidraw*", ATTRS{{idVendor}}=="{device.vendor:04x}", '
        f'ATTRS{{idProduct}}=="{device.product:04x}", TAG+="uaccess"'
    )


def _library() -> Any:
    """On Linux the kind that reads ``/dev/hidraw*``: the other takes a device away from the system."""
    try:
        try:
            import hidraw  # noqa: PLC0415

            return hidraw
        except ImportError:
            import hid  # noqa: PLC0415

            return hid
    except ImportError as error:
        raise Unavailable("PEDAL_NOT_INSTALLED") from error


def _hid_device(told: dict[str, Any]) -> HidDevice:
    return HidDevice(
        path=os.fsdecode(told["path"]),
        vendor=int(told["vendor_id"]),
        product=int(told["product_id"]),
        name=str(told.get("product_string") or "").strip(),
        usage_page=int(told.get("usage_page") or 0),
        usage=int(told.get("usage") or 0),
    )


def _bytes(path: str) -> bytes:
    return os.fsencode(path)


def _open_error(device: HidDevice) -> Unavailable:
    is_locked = os.path.exists(device.path) and not os.access(device.path, os.R_OK | os.W_OK)  # noqa: PTH110
    if sys.platform.startswith("linux") and is_locked:
        return Unavailable("PEDAL_NOT_ALLOWED", file=RULES_FILE, rule=udev_rule(device))
    return Unavailable("PEDAL_NOT_OPENED")
