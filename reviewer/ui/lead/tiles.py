"""Counts in a row, each over its name."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from reviewer.ui.handles import named
from reviewer.ui.theme import GAP_PX, GROUP_PX, tabular

_PLACES = 8
_CAPTION_PX = 72
_TILE_PX = 60


class Tiles(QFrame):
    """A fixed row of states; one that is not counted shows 0."""

    def __init__(
        self, name: str, caption: str, states: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, name, caption, kind="panel").setToolTip("")
        self._counts: dict[str, QLabel] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(GROUP_PX, GAP_PX, GROUP_PX, GAP_PX)
        row.setSpacing(GAP_PX)
        heading = QLabel(caption, self)
        heading.setProperty("kind", "heading")
        heading.setFixedWidth(_CAPTION_PX)
        row.addWidget(heading)
        for state, title in states:
            row.addLayout(self._tile(name, state, title), 1)
        row.addStretch(max(_PLACES - len(states), 0))

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Puts new figures on."""
        for state, label in self._counts.items():
            count = counts.get(state, 0)
            label.setText(f"{count:,}")
            label.setEnabled(count > 0)

    def _tile(self, name: str, state: str, title: str) -> QVBoxLayout:
        count = named(QLabel("–", self), f"{name}_{state}", title, kind="count")
        count.setToolTip("")
        count.setFont(tabular(count.font()))
        caption = QLabel(title, self)
        caption.setProperty("kind", "label")
        caption.setMinimumWidth(_TILE_PX)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(count)
        column.addWidget(caption)
        self._counts[state] = count
        return column
