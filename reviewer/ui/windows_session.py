"""Windows' messages about its session: locked, disconnected, or the computer is about to sleep."""

import ctypes
import ctypes.wintypes
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

WM_POWERBROADCAST, PBT_APMSUSPEND = 0x0218, 0x0004
WM_WTSSESSION_CHANGE = 0x02B1
WTS_CONSOLE_DISCONNECT, WTS_REMOTE_DISCONNECT, WTS_SESSION_LOCK = 0x2, 0x4, 0x7
_LOCKS = frozenset(
    {
        (WM_POWERBROADCAST, PBT_APMSUSPEND),
        (WM_WTSSESSION_CHANGE, WTS_CONSOLE_DISCONNECT),
        (WM_WTSSESSION_CHANGE, WTS_REMOTE_DISCONNECT),
        (WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK),
    }
)


def means_locked(message: int, parameter: int) -> bool:
    """Whether a window message with its ``wParam`` says that nobody sits before the screen any more.

    Source: WM_WTSSESSION_CHANGE and WM_POWERBROADCAST in the documentation of the Windows API.
    """
    return (message, parameter) in _LOCKS


class WindowsSession(QAbstractNativeEventFilter):
    """Calls ``locked`` for the messages that mean it, from its making on."""

    def __init__(self, window: "QWidget", locked: Callable[[], None]) -> None:
        super().__init__()
        self._locked = locked
        application = QCoreApplication.instance()
        if application is not None:
            application.installNativeEventFilter(self)
        with suppress(AttributeError, OSError):
            ctypes.windll.wtsapi32.WTSRegisterSessionNotification(  # type: ignore[attr-defined]
                ctypes.wintypes.HWND(int(window.winId())), 0
            )

    def nativeEventFilter(
        self, kind: QByteArray | bytes | bytearray | memoryview, message: int
    ) -> tuple[bool, int]:
        if kind == b"windows_generic_MSG":
            told = ctypes.wintypes.MSG.from_address(int(message))
            if means_locked(told.message, told.wParam):
                self._locked()
        return False, 0
