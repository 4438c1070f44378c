"""Object names, accessible names and tooltips: how tests, screen readers and style sheets find a widget."""

from typing import TypeVar

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QWidget

from reviewer.ui.shortcuts import shortcut, tooltip_with_keys

W = TypeVar("W", bound=QWidget)
_TIP = "tip_text"
_TIP_KEY = "tip_key"
_SHOWN_KEY = "shown_key"
_WHY = "why_disabled"
_SPOKEN = "spoken_name"
_DESCRIBED = "described_as"


def named(widget: W, name: str, spoken: str, *, hint: str = "", shortcut_id: str = "", kind: str = "") -> W:
    """Sets a widget's object name, accessible name and tooltip, and returns it.

    A button is called by the words on it, so that one can ask for it by what one sees (WCAG 2.2, success
    criterion 2.5.3); what else it does is its description. A label says its own text, see ``put_value``.

    Args:
        name: Unique on its page, in snake_case.
        spoken: What a screen reader says.
        hint: The tooltip, where it says more than ``spoken``; its key is added.
        shortcut_id: The row of the key table that does the same.
        kind: What the style sheet draws it as: ``primary``, ``danger``, ``quiet``, ``title``, ``label``...
    """
    widget.setObjectName(name)
    if isinstance(widget, QLabel):
        widget.setProperty(_SPOKEN, spoken)
    else:
        widget.setAccessibleName(_called(widget, spoken))
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
    _describe(widget, text, shortcut(shortcut_id).shown if shortcut_id else "", str(why or ""))


def enable(widget: QWidget, is_on: bool, why: str) -> None:  # noqa: FBT001 - as Qt's own setters
    """Enables a named widget, or disables it and says why in its tooltip and to screen readers.

    Args:
        why: What is missing, as a sentence; empty where it is obvious, such as while something runs.
    """
    reason = "" if is_on else why
    widget.setEnabled(is_on)
    if reason != (widget.property(_WHY) or ""):
        widget.setProperty(_WHY, reason)
        set_tooltip(widget, str(widget.property(_TIP)), str(widget.property(_TIP_KEY) or ""))


def put_value(label: QLabel, text: str) -> None:
    """Shows a value on a named label; a screen reader says what it is, and the value."""
    spoken = str(label.property(_SPOKEN) or label.accessibleName())
    label.setProperty(_SPOKEN, spoken)
    label.setText(text)
    says_so = not text or text.casefold().startswith(spoken.casefold())
    label.setAccessibleName(text or spoken if says_so else f"{spoken}: {text}")


def words_on(button: QAbstractButton) -> str:
    """The words on a button as one would say them: without a mnemonic's mark, and the dots at the end."""
    return button.text().replace("&", "").removesuffix("…").strip()


def _called(widget: QWidget, spoken: str) -> str:
    """What a widget is called: ``spoken``, unless there are other words on it."""
    words = words_on(widget) if isinstance(widget, QAbstractButton) else ""
    return spoken if words.casefold() in spoken.casefold() else words


def _describe(widget: QWidget, text: str, keys: str, why: str) -> None:
    """Describes a widget by what its name does not say; Qt would take the tooltip, and say the name twice.

    On Linux a screen reader hears the name of a combo box only from its description or a label's buddy. A
    description that somebody else has set stays.
    """
    present = widget.accessibleDescription()
    if isinstance(widget, QLabel) or present not in {"", widget.property(_DESCRIBED)}:
        return
    name = widget.accessibleName()
    more = "" if text.casefold() in name.casefold() else text
    if isinstance(widget, QComboBox) and not more:
        more = name
    parts = [part for part in (more, keys, why) if part]
    described = ". ".join([*(part.removesuffix(".") for part in parts[:-1]), *parts[-1:]])
    widget.setProperty(_DESCRIBED, described)
    widget.setAccessibleDescription(described)


def show_shortcut(label: QLabel, shortcut_id: str) -> None:
    """Shows a shortcut on a label; ``refresh_shortcuts`` updates it."""
    label.setProperty(_SHOWN_KEY, shortcut_id)
    label.setText(shortcut(shortcut_id).shown)


def shortcut_label(parent: QWidget, shortcut_id: str) -> QLabel:
    """A label that shows a shortcut beside its button."""
    label = QLabel(parent)
    label.setProperty("kind", "label")
    show_shortcut(label, shortcut_id)
    return label


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
