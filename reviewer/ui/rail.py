"""The column at the side: one button a screen of the person's role."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from reviewer.ui.assets import LARGE_PX, put_icon
from reviewer.ui.handles import named
from reviewer.ui.shortcuts import bind
from reviewer.ui.theme import GAP_PX, GRID_PX, RAIL_FOLDED_PX, RAIL_PX

KEYS = 5
_BUTTON_PX = 40


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One screen's button; ``glyph`` is a name of ``assets.ICONS``."""

    id: str
    title: str
    glyph: str


class Rail(QWidget):
    """Exactly one button is down; folded it shows icons only."""

    screen_requested = Signal(str)
    """Carries the id of a screen."""

    def __init__(self, entries: Sequence[RailEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "rail", self.tr("Screens"), kind="bar").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._buttons: dict[str, QToolButton] = {}
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
        """Icons only, or icons and words."""
        self.setFixedWidth(RAIL_FOLDED_PX if folded else RAIL_PX)
        for button in self._buttons.values():
            button.setToolButtonStyle(
                Qt.ToolButtonStyle.ToolButtonIconOnly
                if folded
                else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            )

    def mark(self, screen_id: str) -> None:
        """Shows which screen is in front."""
        for name, button in self._buttons.items():
            button.setChecked(name == screen_id)
            put_icon(button, str(button.property("glyph")), _role(chosen=name == screen_id), size_px=LARGE_PX)

    def _ask_for(self, screen_id: str, *_checked: bool) -> None:
        self.screen_requested.emit(screen_id)

    def _button(self, entry: RailEntry, place: int) -> QToolButton:
        key_id = f"window.rail_{place}" if place <= KEYS else ""
        button = named(QToolButton(self), f"rail_{entry.id}", entry.title, key_id=key_id, kind="rail")
        button.setText(entry.title)
        button.setCheckable(True)
        button.setProperty("glyph", entry.glyph)
        button.setFixedHeight(_BUTTON_PX)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        put_icon(button, entry.glyph, "dim", size_px=LARGE_PX)
        # No QButtonGroup: it would let Tab stop at one of them only. ``mark`` keeps one checked.
        button.clicked.connect(partial(self._ask_for, entry.id))
        if key_id:
            bind(self, key_id, partial(self._ask_for, entry.id))
        return button


def _role(*, chosen: bool) -> str:
    return "accent" if chosen else "dim"
