"""Sets the tab order: reading order instead of creation order."""

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_through(*parts: QWidget) -> None:
    """Makes Tab visit these widgets, and everything inside each, in the given order."""
    stops = [stop for part in parts for stop in _stops(part)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def _stops(part: QWidget) -> list[QWidget]:
    """The widget and its focusable children in creation order, also those that take no focus now.

    A widget that passes the focus on to a part of itself stands before it; Qt goes back to it otherwise.

    Not by ``nextInFocusChain``: PySide takes ownership of what it returns, and deletes it twice.
    """
    found = [part, *part.findChildren(QWidget)]
    here = part.window()  # a combo box's list is a window of its own
    found = [w for w in found if w.window() is here]
    return [w for w in found if w.focusPolicy() != Qt.FocusPolicy.NoFocus and _has_no_other_proxy(w)]


def _has_no_other_proxy(widget: QWidget) -> bool:
    proxy = widget.focusProxy()
    return proxy is None or widget.isAncestorOf(proxy)
