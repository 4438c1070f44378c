"""Sets the tab order: reading order instead of creation order."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLayout, QWidget


def tab_through(*parts: QWidget) -> None:
    """Makes Tab visit these widgets, in the given order, and what is inside each, in that of its layout."""
    stops = [stop for part in parts for stop in _stops(part)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def _stops(part: QWidget) -> list[QWidget]:
    """The widget and its focusable children, also those that take no focus now.

    A widget that passes the focus on to a part of itself stands before it; Qt goes back to it otherwise.

    Not by ``nextInFocusChain``: PySide takes ownership of what it returns, and deletes it twice.
    """
    found = [part, *_inside(part)]
    here = part.window()  # a combo box's list is a window of its own
    found = [w for w in found if w.window() is here]
    return [w for w in found if w.focusPolicy() != Qt.FocusPolicy.NoFocus and _has_no_other_proxy(w)]


def _inside(part: QWidget) -> Iterator[QWidget]:
    """Everything inside a widget: first what its layout holds, row by row, then the rest as it was made."""
    layout = part.layout()
    laid_out = list(_laid_out(layout)) if layout is not None else []
    others = [child for child in part.children() if isinstance(child, QWidget) and child not in laid_out]
    for child in (*laid_out, *others):
        yield child
        yield from _inside(child)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    places: Sequence[int] = range(layout.count())
    if isinstance(layout, QGridLayout):
        positions = [cast("tuple[int, int, int, int]", layout.getItemPosition(place)) for place in places]
        places = sorted(places, key=positions.__getitem__)
    for item in map(layout.itemAt, places):
        assert item is not None
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _laid_out(inner)


def _has_no_other_proxy(widget: QWidget) -> bool:
    proxy = widget.focusProxy()
    return proxy is None or widget.isAncestorOf(proxy)
