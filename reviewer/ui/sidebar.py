"""The sidebar: one button for each page of the person's role."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from reviewer.ui.icons import LARGE_PX, set_icon
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX, GRID_PX, SIDEBAR_FOLDED_PX, SIDEBAR_PX
from reviewer.ui.widgets.widget_ids import named, restyle

KEYS = 10
_BUTTON_PX = 40


@dataclass(frozen=True, slots=True)
class SidebarEntry:
    """The button of one page; ``glyph`` is a key of ``icons.ICONS``."""

    id: str
    title: str
    glyph: str


class Sidebar(QWidget):
    """Exactly one button is checked; when folded, it shows icons only."""

    page_requested = Signal(str)
    """Carries the id of a page."""

    def __init__(self, entries: Sequence[SidebarEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "sidebar", self.tr("Pages"), kind="bar").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_PX, GAP_PX, GAP_PX, GAP_PX)
        column.setSpacing(GRID_PX)
        for place, entry in enumerate(entries, start=1):
            button = self._button(entry, place)
            self._buttons[entry.id] = button
            column.addWidget(button)
        column.addStretch()
        self.fold(folded=False)

    def fold(self, *, folded: bool) -> None:
        """Shows icons only, or icons and text."""
        self.setFixedWidth(SIDEBAR_FOLDED_PX if folded else SIDEBAR_PX)
        for button in self._buttons.values():
            button.setText("" if folded else button.accessibleName())
            if bool(button.property("folded")) is not folded:
                button.setProperty("folded", folded)
                restyle(button)

    def mark(self, page_id: str) -> None:
        """Checks the button of the page that is shown."""
        for name, button in self._buttons.items():
            button.setChecked(name == page_id)
            set_icon(button, str(button.property("glyph")), _role(chosen=name == page_id), size_px=LARGE_PX)

    def _ask_for(self, page_id: str, *_checked: bool) -> None:
        self.page_requested.emit(page_id)

    def _button(self, entry: SidebarEntry, place: int) -> QPushButton:
        shortcut_id = f"window.page_{place}" if place <= KEYS else ""
        button = named(
            QPushButton(self), f"sidebar_{entry.id}", entry.title, shortcut_id=shortcut_id, kind="sidebar"
        )
        _make_radio(button)
        button.setProperty("glyph", entry.glyph)
        button.setFixedHeight(_BUTTON_PX)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_icon(button, entry.glyph, "dim", size_px=LARGE_PX)
        button.clicked.connect(partial(self._ask_for, entry.id))
        if shortcut_id:
            bind_shortcut(self, shortcut_id, partial(self._ask_for, entry.id))
        return button


def _make_radio(button: QPushButton) -> None:
    """Makes a screen reader say "radio button": one of several, where a tool button is a check box.

    A group for all would let Tab stop at one of them only, and an arrow key open a page. So each has a group
    of its own, which is not exclusive, and ``mark`` keeps one checked.
    """
    group = QButtonGroup(button)
    group.setExclusive(False)
    group.addButton(button)
    button.setCheckable(True)
    button.setAutoExclusive(True)


def _role(*, chosen: bool) -> str:
    return "accent" if chosen else "dim"
