"""A screen reader that writes down what it is told to say."""

import pytest
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from reviewer.ui.widgets import widget_ids


class ScreenReader:
    """Stands for ``QAccessible`` while a screen reader runs; ``said`` holds each text and its urgency."""

    AnnouncementPoliteness = QAccessible.AnnouncementPoliteness

    def __init__(self) -> None:
        self.said: list[tuple[str, bool]] = []

    def isActive(self) -> bool:
        return True

    def updateAccessibility(self, event: QAccessibleAnnouncementEvent) -> None:
        is_urgent = event.politeness() is QAccessible.AnnouncementPoliteness.Assertive
        self.said.append((event.message(), is_urgent))


def listening(monkeypatch: pytest.MonkeyPatch) -> ScreenReader:
    """A screen reader that runs until the test ends."""
    reader = ScreenReader()
    monkeypatch.setattr(widget_ids, "QAccessible", reader)
    return reader
