"""The handle that tests, screen readers and style sheets take each part by."""

from typing import TypeVar

from PySide6.QtWidgets import QLabel, QWidget

from reviewer.ui.shortcuts import key, tip

W = TypeVar("W", bound=QWidget)
_TIP = "tip_text"
_TIP_KEY = "tip_key"
_SHOWN_KEY = "shown_key"


def named(widget: W, name: str, spoken: str, *, hint: str = "", key_id: str = "", kind: str = "") -> W:
    """Gives a widget its object name, accessible name and tooltip, and gives it back.

    Args:
        name: Unique on its page, in snake_case.
        spoken: What a screen reader says.
        hint: The tooltip, where it says more than ``spoken``; its key is added.
        key_id: The row of the key table that does the same.
        kind: What the style sheet draws it as: ``primary``, ``danger``, ``quiet``, ``title``, ``label``...
    """
    widget.setObjectName(name)
    widget.setAccessibleName(spoken)
    put_tip(widget, hint or spoken, key_id)
    if kind:
        widget.setProperty("kind", kind)
    return widget


def put_tip(widget: QWidget, text: str, key_id: str = "") -> None:
    """Gives a widget a tooltip that carries its key and remembers it, so that ``retell_keys`` finds it."""
    widget.setProperty(_TIP, text)
    widget.setProperty(_TIP_KEY, key_id)
    widget.setToolTip(tip(text, key_id) if key_id else text)


def put_key(label: QLabel, key_id: str) -> None:
    """Shows a key on a label and remembers it, so that ``retell_keys`` finds it."""
    label.setProperty(_SHOWN_KEY, key_id)
    label.setText(key(key_id).shown)


def retell_keys(root: QWidget) -> None:
    """Writes the keys that are in force now into every remembered tooltip and label under ``root``."""
    for widget in root.findChildren(QWidget):
        text, key_id, shown = (widget.property(name) for name in (_TIP, _TIP_KEY, _SHOWN_KEY))
        if key_id:
            put_tip(widget, text, key_id)
        if shown and isinstance(widget, QLabel):
            put_key(widget, shown)


def restyle(widget: QWidget) -> None:
    """Makes the style sheet look again at a widget whose ``kind`` has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
