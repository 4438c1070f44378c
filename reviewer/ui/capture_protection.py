"""Keeps the window out of screenshots and screen sharing, where the system can do that."""

import ctypes
import ctypes.util
import sys
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_WDA_EXCLUDEFROMCAPTURE = 0x11
_NS_WINDOW_SHARING_NONE = 0


class CaptureProtection(StrEnum):
    """Whether other programs are kept from capturing the window."""

    ON = "on"
    OFF = "off"
    """The project does not ask for it."""
    UNSUPPORTED = "unsupported"
    """The system has no way to do it, as on Linux."""
    FAILED = "failed"
    """The system refused it."""


def protect_from_capture(window: "QWidget") -> CaptureProtection:
    """Excludes a window from capture: ``SetWindowDisplayAffinity`` (Windows 10 2004 and later),
    ``NSWindow.sharingType`` (macOS). A camera still sees the screen, and a macOS program that reads the
    screen through ScreenCaptureKit may see the window (Apple, macOS 15).
    """
    exclude = {"win32": _exclude_on_windows, "darwin": _exclude_on_macos}.get(sys.platform)
    if exclude is None:
        return CaptureProtection.UNSUPPORTED
    try:
        return CaptureProtection.ON if exclude(int(window.winId())) else CaptureProtection.FAILED
    except (AttributeError, OSError, ValueError):
        return CaptureProtection.FAILED


def _exclude_on_windows(handle: int) -> bool:
    user32 = ctypes.windll.user32  # type: ignore[attr-defined]
    return bool(user32.SetWindowDisplayAffinity(ctypes.c_void_p(handle), _WDA_EXCLUDEFROMCAPTURE))


def _exclude_on_macos(view: int) -> bool:
    """``[[view window] setSharingType: NSWindowSharingNone]``, then reads it back."""
    objc = ctypes.cdll.LoadLibrary(ctypes.util.find_library("objc") or "libobjc.dylib")
    objc.sel_registerName.restype = ctypes.c_void_p
    objc.sel_registerName.argtypes = [ctypes.c_char_p]

    def send(kind: type[ctypes.c_void_p] | None, *types: object) -> "ctypes._FuncPointer":
        return ctypes.CFUNCTYPE(kind, ctypes.c_void_p, ctypes.c_void_p, *types)(("objc_msgSend", objc))  # type: ignore[arg-type]

    window = send(ctypes.c_void_p)(view, objc.sel_registerName(b"window"))
    if not window:
        return False
    send(None, ctypes.c_ulong)(window, objc.sel_registerName(b"setSharingType:"), _NS_WINDOW_SHARING_NONE)
    return not send(ctypes.c_void_p)(window, objc.sel_registerName(b"sharingType"))
