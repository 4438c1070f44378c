"""How large everything is drawn: larger where the system's text is, or as the user chose."""

import os
import sys
from collections.abc import MutableMapping

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from reviewer.ui.preferences import Preferences

CHOICE = "scale.choice"
SYSTEM = "system"
PERCENTS = (100, 110, 125, 150)
"""What can be chosen; the system is followed in the same steps, never below the first or above the last."""

_SEEN = "scale.of_platform"
_FITS = "scale.fits"
_VARIABLE = "QT_SCALE_FACTOR"
_LEAST = QSize(840, 480)
"""The least that a window needs, as it is laid out."""
_USUAL_POINTS = 9.0 if sys.platform == "win32" else 13.0 if sys.platform == "darwin" else 11.0
"""Size of interface text as systems are delivered: Windows, macOS, and GNOME, the largest of the others."""
_NEARLY = 0.05


def scale_percent(preferences: Preferences) -> int:
    """The scale to start with: as chosen or as the system was last seen, no larger than the screen allows."""
    fits = preferences.number(_FITS, PERCENTS[-1])
    wanted = preferences.text(CHOICE, SYSTEM)
    percent = preferences.number(_SEEN if wanted == SYSTEM else CHOICE, PERCENTS[0])
    return _step(min(percent, fits) / 100)


class DisplayScale:
    """Sets Qt's scale factor before the application is made, because Qt takes no other one afterwards."""

    def __init__(self, preferences: Preferences, environment: MutableMapping[str, str] = os.environ) -> None:
        self._preferences, self._environment = preferences, environment
        self._percent = 100
        self._is_ours = _VARIABLE not in environment

    def set_before_start(self) -> None:
        """Call before there is an application; does nothing if the environment has a scale already."""
        percent = scale_percent(self._preferences)
        if self._is_ours and percent != PERCENTS[0]:
            self._percent = percent
            self._environment[_VARIABLE] = f"{percent / 100:g}"

    def remember(self) -> None:
        """Call when the application has a screen: remembers for the next start how large its text is.

        Programs that this one starts get no scale of it.
        """
        if not self._is_ours:
            return
        self._environment.pop(_VARIABLE, None)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        self._preferences.put(_SEEN, system_percent(font))
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            self._preferences.put(_FITS, _greatest(screen.availableSize() * (self._percent / 100)))


def system_percent(font: QFont) -> int:
    """By how much text of the system is larger than it is usually, in steps; 100 where it is smaller."""
    points = font.pointSizeF() if font.pointSizeF() > 0 else font.pixelSize() * 72 / 96
    return _step(points / _USUAL_POINTS)


def _step(factor: float) -> int:
    """The largest step that is not larger than a factor, or nearly so."""
    return max((each for each in PERCENTS if each / 100 <= factor + _NEARLY), default=PERCENTS[0])


def _greatest(available: QSize) -> int:
    """The largest step with which a window still fits into so much room, which is counted at 100 %."""
    factor = min(available.width() / _LEAST.width(), available.height() / _LEAST.height())
    return max((each for each in PERCENTS if each / 100 <= factor), default=PERCENTS[0])
