"""A row of counts, each above its name."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.ui.theme import GAP_PX, GROUP_PX, tabular
from reviewer.ui.widgets.widget_ids import named, put_value

_PLACES = 8
_CAPTION_PX = 72
_TILE_PX = 64
_EDGE_PX = 4
"""Border and padding of a button, so that numbers and names stand above one another."""


class CountTiles(QFrame):
    """A fixed row of states; a state without a count shows 0."""

    state_chosen = Signal(str)
    """Carries the state whose name was pressed."""

    def __init__(
        self,
        name: str,
        caption: str,
        states: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
        *,
        opens: str = "",
    ) -> None:
        """``opens`` says what pressing a name does, where it does anything."""
        super().__init__(parent)
        self._opens, self._buttons = opens, dict[str, QPushButton]()
        named(self, name, caption, kind="panel").setToolTip("")
        self._counts: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(GROUP_PX, GAP_PX - _EDGE_PX // 2, GROUP_PX, GAP_PX - _EDGE_PX // 2)
        grid.setHorizontalSpacing(GAP_PX)
        heading = QLabel(caption, self)
        heading.setProperty("kind", "heading")
        heading.setFixedWidth(_CAPTION_PX)
        grid.addWidget(heading, 0, 0)
        for place, (state, title) in enumerate(states, start=1):
            grid.addLayout(self._tile(name, state, title), 0, place)
        for place in range(
            len(states) + 1, _PLACES + 1
        ):  # otherwise its spacing is missing and rows do not align
            grid.addWidget(QWidget(self), 0, place)
        for place in range(1, _PLACES + 1):
            grid.setColumnStretch(place, 1)
            grid.setColumnMinimumWidth(place, _TILE_PX)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Shows new counts."""
        for state, label in self._counts.items():
            count = counts.get(state, 0)
            put_value(label, f"{count:,}")
            label.setEnabled(count > 0)
            if state in self._buttons:
                self._buttons[state].setEnabled(count > 0)

    def _tile(self, name: str, state: str, title: str) -> QVBoxLayout:
        count = named(QLabel("–", self), f"{name}_{state}", title, kind="count")
        count.setToolTip("")
        count.setFont(tabular(count.font()))
        count.setContentsMargins(_EDGE_PX, 0, 0, 0)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(count)
        column.addWidget(self._caption(name, state, title))
        self._counts[state] = count
        return column

    def _caption(self, name: str, state: str, title: str) -> QWidget:
        if not self._opens:
            label = QLabel(title, self)
            label.setProperty("kind", "label")
            label.setContentsMargins(_EDGE_PX, 0, 0, 0)
            return label
        button = named(QPushButton(title, self), f"{name}_{state}_open", title, hint=self._opens, kind="tile")
        button.setEnabled(False)
        button.clicked.connect(partial(self._on_pressed, state))
        self._buttons[state] = button
        return button

    def _on_pressed(self, state: str, *_checked: bool) -> None:
        self.state_chosen.emit(state)
