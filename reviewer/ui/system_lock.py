"""Emits a signal when the computer's own session is locked, or the computer sleeps."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import SLOT, QObject, QTimer, Signal, Slot

from reviewer.model.clock import Clock

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection
    from PySide6.QtWidgets import QWidget

    from reviewer.ui.windows_session import WindowsSession

_SCREEN_SAVERS = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
)
_LOGIN = "org.freedesktop.login1"
_SESSIONS = "/org/freedesktop/login1/session/"
_TICK_MS = 5000
_SLEPT = timedelta(seconds=60)
"""So long a gap between the clocks is a sleep, or a clock that was far off and was set."""


class SystemLock(QObject):
    """Listens to what each system offers.

    On Linux: the login manager (systemd-logind) and the desktop's screen saver, over D-Bus. On Windows:
    session and power messages. Everywhere: time of day that went by while the monotonic clock stood still.

    Sources: ``org.freedesktop.login1(5)``; the Idle Inhibition Service draft of freedesktop.org.
    """

    locked = Signal()

    def __init__(
        self,
        clock: Clock,
        parent: QObject,
        *,
        buses: "tuple[QDBusConnection, QDBusConnection] | None" = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """Starts listening.

        Args:
            buses: system and session bus, instead of this computer's.
        """
        super().__init__(parent)
        self._clock = clock
        self._seen, self._ran = clock.now(), clock.monotonic()
        self._windows: WindowsSession | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._timer.start()
        found = buses or _buses()
        if found is not None:
            self._listen(*found, environment)

    def watch_window(self, window: "QWidget") -> None:
        """Asks Windows to tell this window about the session; nothing elsewhere."""
        if sys.platform == "win32":
            from reviewer.ui.windows_session import WindowsSession  # noqa: PLC0415

            self._windows = WindowsSession(window, self.locked.emit)

    @Slot()
    def tick(self) -> None:
        """Compares both clocks with the last tick."""
        now, ran = self._clock.now(), self._clock.monotonic()
        asleep = now - self._seen - timedelta(seconds=ran - self._ran)
        self._seen, self._ran = now, ran
        if asleep > _SLEPT:
            self.locked.emit()

    @Slot(bool)
    def on_sleep(self, is_before: bool) -> None:  # noqa: FBT001 - the argument of the D-Bus signal
        """``PrepareForSleep``: sent before a sleep, and after it."""
        if is_before:
            self.locked.emit()

    @Slot(bool)
    def on_screen_saver(self, is_active: bool) -> None:  # noqa: FBT001 - the argument of the D-Bus signal
        """``ActiveChanged``: the screen saver, which locks, came or went."""
        if is_active:
            self.locked.emit()

    @Slot()
    def on_lock(self) -> None:
        """``Lock`` of this login session."""
        self.locked.emit()

    def _listen(
        self, system: "QDBusConnection", session: "QDBusConnection", environment: Mapping[str, str]
    ) -> None:
        sleep = f"{_LOGIN}.Manager", "PrepareForSleep"
        system.connect("", "", *sleep, self, _slot("on_sleep(bool)"))
        if number := environment.get("XDG_SESSION_ID"):
            path = _SESSIONS + path_label(number)
            system.connect("", path, f"{_LOGIN}.Session", "Lock", self, _slot("on_lock()"))
        for name in _SCREEN_SAVERS:
            slot = _slot("on_screen_saver(bool)")
            session.connect("", "", name, "ActiveChanged", self, slot)


def _slot(signature: str) -> bytes:
    """A slot as D-Bus connections of PySide take it: its type hints ask for bytes, its code for a text."""
    return cast("bytes", SLOT(signature))


def path_label(text: str) -> str:
    """A text as one element of a D-Bus path, as systemd writes it (``bus_label_escape``)."""
    if not text:
        return "_"
    kept = (
        char if char.isascii() and (char.isalpha() or (char.isdigit() and place)) else f"_{ord(char):02x}"
        for place, char in enumerate(text)
    )
    return "".join(kept)


def _buses() -> "tuple[QDBusConnection, QDBusConnection] | None":
    if sys.platform != "linux":
        return None
    with suppress(ImportError):
        from PySide6.QtDBus import QDBusConnection  # noqa: PLC0415 - not on every system

        buses = QDBusConnection.systemBus(), QDBusConnection.sessionBus()
        return buses if any(bus.isConnected() for bus in buses) else None
    return None
