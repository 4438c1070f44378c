"""Drives a window: finds widgets by name, clicks and types as a person does, takes screenshots."""

import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QInputMethodEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QWidget

from reviewer.errors import Unavailable
from reviewer.model.clock import SystemClock
from reviewer.ui.theme import Choice, Theme

W = TypeVar("W", bound=QWidget)
_PATIENCE_SECONDS = 45.0
_POLL_MS = 10
GROUNDS = (Choice.DARK, Choice.LIGHT)
"""The themes of which a picture is taken."""


class AdvancingClock(SystemClock):
    """The system clock plus an offset, so that the tour need not wait."""

    def __init__(self) -> None:
        self._ahead_seconds = 0.0

    def advance(self, seconds: float) -> None:
        """Advances the clock."""
        self._ahead_seconds += seconds

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ahead_seconds)

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead_seconds


class Driver:
    """Drives one window through its real widgets, without calling anything else."""

    def __init__(
        self,
        window: QWidget,
        theme: Theme,
        pictures: Path,
        clock: AdvancingClock,
        grounds: Collection[Choice] = GROUNDS,
    ) -> None:
        self.clock = clock
        self._grounds = grounds
        self._window = window
        self._theme = theme
        self._pictures = pictures
        self._taken = 0

    def find(self, kind: type[W], name: str) -> W:
        """The visible widget of this name; raises Unavailable when there is none."""
        for widget in self._everywhere(kind, name):
            if widget.isVisible():
                return widget
        raise Unavailable("TOUR_STUCK", problem=f"no visible {kind.__name__} called {name}")

    def sees(self, name: str) -> bool:
        """Whether a widget of this name is visible."""
        return any(widget.isVisible() for widget in self._everywhere(QWidget, name))

    def wait_for(self, what: str, condition: Callable[[], bool]) -> None:
        """Processes events until the condition holds; raises Unavailable when it takes too long."""
        if not self.comes_true(condition, _PATIENCE_SECONDS):
            self.picture("stuck")
            raise Unavailable("TOUR_STUCK", problem=f"timed out waiting for: {what}")

    def comes_true(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Processes events until the condition holds, for at most so long; whether it does."""
        until = time.monotonic() + seconds
        while not condition() and time.monotonic() < until:
            QTest.qWait(_POLL_MS)
        return condition()

    def wait_for_part(self, name: str) -> None:
        """Waits until a widget of this name is visible."""
        self.wait_for(f"{name} is shown", lambda: self.sees(name))

    def click(self, name: str) -> None:
        """Clicks a button once it is enabled."""
        self.wait_for_part(name)
        button = self.find(QAbstractButton, name)
        self.wait_for(f"{name} can be pressed", button.isEnabled)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def click_at(self, name: str, fraction: float) -> None:
        """Clicks into a widget, at a fraction of its width and half its height."""
        widget = self.find(QWidget, name)
        place = QPoint(int(widget.width() * fraction), widget.height() // 2)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)

    def drag(self, name: str, start: float, end: float) -> None:
        """Drags with the left button over a widget, between fractions of its width, at half its height."""
        widget = self.find(QWidget, name)
        begin, finish = (QPoint(int(widget.width() * place), widget.height() // 2) for place in (start, end))
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=begin)
        for place in ((begin + finish) / 2, finish):
            QTest.mouseMove(widget, place)
            QTest.qWait(_POLL_MS)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=finish)

    def type_into(self, name: str, text: str) -> None:
        """Focuses a widget and types; characters without a key arrive as from an input method."""
        widget = self._focused(name)
        for character in text:
            if character.isascii():
                QTest.keyClicks(widget, character)
            else:
                typed = QInputMethodEvent()
                typed.setCommitString(character)
                QCoreApplication.sendEvent(widget, typed)
        QCoreApplication.processEvents()

    def retype(self, name: str, text: str) -> None:
        """Replaces the text of a field."""
        self.press_on(name, "Ctrl+A")
        self.type_into(name, text)

    def come_to_front(self) -> None:
        """Activates the window after a dialog."""
        self._window.activateWindow()
        self.wait_for("the window is in front", self._window.isActiveWindow)

    def press(self, keys: str) -> None:
        """Presses a key, in Qt's portable text, wherever the focus is."""
        QTest.keySequence(QApplication.focusWidget() or self._window, QKeySequence(keys))

    def press_on(self, name: str, keys: str) -> None:
        """Focuses a widget and presses a key."""
        widget = self._focused(name)
        QTest.keySequence(widget, QKeySequence(keys))

    def choose(self, name: str, text: str) -> None:
        """Chooses an entry of a combo box by its text."""
        box = self.find(QComboBox, name)
        index = box.findText(text)
        if index < 0:
            raise Unavailable("TOUR_STUCK", problem=f"{name} offers no {text}")
        box.setCurrentIndex(index)

    def picture(self, name: str) -> None:
        """Takes a screenshot in each theme asked for: ``NN-name-dark.png`` and ``NN-name-light.png``."""
        self._taken += 1
        is_dark = self._theme.scheme.is_dark
        # A change of theme takes a while.
        for choice in sorted(self._grounds, key=lambda each: (each is Choice.DARK) is not is_dark):
            self._theme.choose(choice)
            self.settle()
            file = self._pictures / f"{self._taken:02d}-{name}-{choice.value}.png"
            if not self._grabbed().save(str(file)):
                raise Unavailable("PICTURE_NOT_WRITTEN", file=file.name)

    def settle(self) -> None:
        """Processes events until everything is drawn."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QTest.qWait(50)

    def _focused(self, name: str) -> QWidget:
        """The widget with the focus, its window active: shortcuts work only there."""
        self.wait_for_part(name)
        widget = self.find(QWidget, name)
        widget.window().activateWindow()
        widget.setFocus()
        self.wait_for(f"{name} has the keyboard", widget.hasFocus)
        return widget

    def _grabbed(self) -> QPixmap:
        """The window with the dialogs above it."""
        picture = self._window.grab()
        painter = QPainter(picture)
        painter.setPen(self._window.palette().mid().color())
        for dialog in self._everywhere(QDialog):
            if dialog.isVisible():
                at = self._window.mapFromGlobal(dialog.mapToGlobal(QPoint(0, 0)))
                painter.drawPixmap(at, dialog.grab())
                painter.drawRect(QRect(at, dialog.size()))  # there is no window manager to draw a frame
        painter.end()
        return picture

    def _everywhere(self, kind: type[W], name: str | None = None) -> list[W]:
        """All widgets of a kind, or those of a name, which Qt finds without a Python object for each."""
        window = self._window
        found = window.findChildren(kind) if name is None else window.findChildren(kind, name)
        tops = [
            top
            for top in QApplication.topLevelWidgets()
            if top is not window and isinstance(top, kind) and name in (None, top.objectName())
        ]
        return [*found, *(top for top in tops if top not in found)]
