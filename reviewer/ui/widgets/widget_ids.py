"""Object names, accessible names and tooltips: how tests, screen readers and style sheets find a widget."""

from typing import TypeVar

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QLabel, QWidget

from reviewer.ui.shortcuts import shortcut, tooltip_with_keys

W = TypeVar("W", bound=QWidget)
_TIP = "tip_text"
_TIP_KEY = "tip_key"
_SHOWN_KEY = "shown_key"
_WHY = "why_disabled"
_SPOKEN = "spoken_name"


def named(widget: W, name: str, spoken: str, *, hint: str = "", shortcut_id: str = "", kind: str = "") -> W:
    """Sets a widget's object name, accessible name and tooltip, and returns it.

    Args:
        name: Unique on its page, in snake_case.
        spoken: What a screen reader says.
        hint: The tooltip, where it says more than ``spoken``; its key is added.
        shortcut_id: The row of the key table that does the same.
        kind: What the style sheet draws it as: ``primary``, ``danger``, ``quiet``, ``title``, ``label``...
    """
    widget.setObjectName(name)
    widget.setAccessibleName(spoken)
    set_tooltip(widget, hint or spoken, shortcut_id)
    if kind:
        widget.setProperty("kind", kind)
    return widget


def announce(widget: QWidget, text: str, *, is_urgent: bool = False) -> None:
    """Has a screen reader say a text that appears somewhere else than at the focus.

    Args:
        widget: Where it appears; nothing is said of one that is not shown.
        is_urgent: Whether it interrupts what is being said.
    """
    if not (text and widget.isVisible() and QAccessible.isActive()):
        return
    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if is_urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)


def set_tooltip(widget: QWidget, text: str, shortcut_id: str = "") -> None:
    """Sets a tooltip that ends with the shortcut of ``shortcut_id``; ``refresh_shortcuts`` updates it."""
    widget.setProperty(_TIP, text)
    widget.setProperty(_TIP_KEY, shortcut_id)
    said = tooltip_with_keys(text, shortcut_id) if shortcut_id else text
    why = widget.property(_WHY)
    widget.setToolTip(f"{said}\n{why}" if why else said)


def enable(widget: QWidget, is_on: bool, why: str) -> None:  # noqa: FBT001 - as Qt's own setters
    """Enables a named widget, or disables it and says why in its tooltip and to screen readers.

    Args:
        why: What is missing, as a sentence; empty where it is obvious, such as while something runs.
    """
    reason = "" if is_on else why
    widget.setEnabled(is_on)
    if reason != (widget.property(_WHY) or ""):
        widget.setProperty(_WHY, reason)
        widget.setAccessibleDescription(reason)
        set_tooltip(widget, str(widget.property(_TIP)), str(widget.property(_TIP_KEY) or ""))


def put_value(label: QLabel, text: str) -> None:
    """Shows a value on a named label. A screen reader says the accessible name instead of the text, so both
    are in it."""
    spoken = str(label.property(_SPOKEN) or label.accessibleName())
    label.setProperty(_SPOKEN, spoken)
    label.setText(text)
    label.setAccessibleName(f"{spoken}: {text}" if text else spoken)


def show_shortcut(label: QLabel, shortcut_id: str) -> None:
    """Shows a shortcut on a label; ``refresh_shortcuts`` updates it."""
    label.setProperty(_SHOWN_KEY, shortcut_id)
    label.setText(shortcut(shortcut_id).shown)


def refresh_shortcuts(root: QWidget) -> None:
    """Updates every tooltip and label under ``root`` that shows a shortcut."""
    for widget in root.findChildren(QWidget):
        text, shortcut_id, shown = (widget.property(name) for name in (_TIP, _TIP_KEY, _SHOWN_KEY))
        if shortcut_id:
            set_tooltip(widget, text, shortcut_id)
        if shown and isinstance(widget, QLabel):
            show_shortcut(widget, shown)


def restyle(widget: QWidget) -> None:
    """Reapplies the style sheet to a widget whose ``kind`` has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
