"""The road of the Tab key: in the order in which one reads, not in which parts were made."""

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_through(*parts: QWidget) -> None:
    """Lets Tab go through the parts, and through all that is inside each, in the given order."""
    stops = [stop for part in parts for stop in _stops(part)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def _stops(part: QWidget) -> list[QWidget]:
    """The part and what is inside it, in their order so far; also what takes only clicks now."""
    found, here = [part], part.nextInFocusChain()
    while here is not None and here is not part:
        if part.isAncestorOf(here):
            found.append(here)
        here = here.nextInFocusChain()
    return [w for w in found if w.focusPolicy() != Qt.FocusPolicy.NoFocus and w.focusProxy() is None]
