"""Foot pedals without a foot: a script of timed reports, made from the layouts in resources/pedals."""

import queue
from collections import deque
from collections.abc import Iterable

from reviewer.errors import Unavailable
from reviewer.pedal.device import HidDevice

INFINITY = HidDevice("/dev/hidraw3", 0x05F3, 0x00FF, "VEC USB Footpedal", 0x0C, 0x03)
PHILIPS = HidDevice("/dev/hidraw4", 0x0911, 0x1844, "Foot Control", 0x01, 0x04)
OLYMPUS = HidDevice("/dev/hidraw5", 0x07B4, 0x0218, "Foot Switch", 0x0C, 0x01)
PCSENSOR = HidDevice("/dev/hidraw6", 0x0C45, 0x7403, "FootSwitch", 0x01, 0x06)
STRANGER = HidDevice("/dev/hidraw7", 0x1234, 0x00FF, "Foot Thing", 0xFF00, 0x01)
KEYBOARD = HidDevice("/dev/hidraw0", 0x04D9, 0x0006, "Keyboard", 0x01, 0x06)
KEYBOARD_KEYS = HidDevice("/dev/hidraw0", 0x04D9, 0x0006, "Keyboard", 0x0C, 0x01)
MOUSE = HidDevice("/dev/hidraw1", 0x046D, 0xC077, "Mouse", 0x01, 0x02)

LEFT, MIDDLE, RIGHT, NONE = b"\x01\x00", b"\x02\x00", b"\x04\x00", b"\x00\x00"
LEFT_AND_MIDDLE = b"\x03\x00"
UNPLUG = None
Script = Iterable[tuple[int, bytes | None]]

WORKED = (
    (0, NONE),
    (40, MIDDLE),
    (900, NONE),
    (1000, LEFT),
    (1020, LEFT_AND_MIDDLE),
    (1300, MIDDLE),
    (1310, MIDDLE),
    (2400, NONE),
)
"""An Infinity at work: middle held, then left, then middle too, and the left foot leaves first."""
PULLED_OUT = ((0, MIDDLE), (500, UNPLUG))
"""HidDevice out with a foot on it."""
THREE_PRESSES = ((0, LEFT), (300, NONE), (900, MIDDLE), (1200, NONE), (1800, RIGHT), (2100, NONE))
"""Left, middle, right, one after the other, and let go each time."""


def gone() -> Unavailable:
    return Unavailable("PEDAL_UNPLUGGED")


class FakeHidBackend:
    """A ``HidBackend``. Its clock moves by what is waited for, not by itself.

    With ``waits`` a read waits on the thread that asks until the test sends something.
    """

    def __init__(
        self, *devices: HidDevice, script: Script = (), waits: bool = False, is_installed: bool = True
    ) -> None:
        self.devices = list(devices)
        self.is_installed = is_installed
        self.now_ms = 0
        self.looks = 0
        self.opened: list[HidDevice] = []
        self.open_now: list[HidDevice] = []
        self.listing_fails: Unavailable | None = None
        self.opening_fails: Unavailable | None = None
        self.script = deque(script)
        self.sent: queue.Queue[bytes | None] | None = queue.Queue() if waits else None

    def send(self, *reports: bytes | None) -> None:
        for report in reports:
            if self.sent is not None:
                self.sent.put(report)
            else:
                self.script.append((self.now_ms, report))

    def list_devices(self) -> list[HidDevice]:
        self.looks += 1
        if self.listing_fails is not None:
            raise self.listing_fails
        return list(self.devices)

    def open_device(self, device: HidDevice) -> "FakeHidConnection":
        if self.opening_fails is not None:
            raise self.opening_fails
        self.opened.append(device)
        self.open_now.append(device)
        return FakeHidConnection(self, device)


class FakeHidConnection:
    """Plays the backend's script."""

    def __init__(self, backend: FakeHidBackend, device: HidDevice) -> None:
        self._backend, self._device = backend, device

    def read_report(self, timeout_ms: int) -> bytes:
        report = self._next(timeout_ms)
        if report is UNPLUG:
            self._backend.devices.remove(self._device)
            raise gone()
        return report

    def close(self) -> None:
        if self._device in self._backend.open_now:
            self._backend.open_now.remove(self._device)

    def _next(self, timeout_ms: int) -> bytes | None:
        if self._backend.sent is not None:
            try:
                return self._backend.sent.get(timeout=timeout_ms / 1000)
            except queue.Empty:
                return b""
        if not self._backend.script or self._backend.script[0][0] > self._backend.now_ms + timeout_ms:
            self._backend.now_ms += timeout_ms
            return b""
        at_ms, report = self._backend.script.popleft()
        self._backend.now_ms = max(self._backend.now_ms, at_ms)
        return report
