"""The handle that tests, screen readers and style sheets take each part by."""

from typing import TypeVar

from PySide6.QtWidgets import QWidget

from reviewer.ui.shortcuts import tip

W = TypeVar("W", bound=QWidget)


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
    text = hint or spoken
    widget.setToolTip(tip(text, key_id) if key_id else text)
    if kind:
        widget.setProperty("kind", kind)
    return widget


def restyle(widget: QWidget) -> None:
    """Makes the style sheet look again at a widget whose ``kind`` has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
