"""A card: a form in the middle of its page."""

from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from reviewer.ui.theme import EDGE_PX, GAP_PX, GRID_PX, GROUP_PX
from reviewer.ui.widgets.widget_ids import named

CARD_PX = 400


class Card(QFrame):
    """Title, a dim subtitle, then fields below each other with labels above."""

    def __init__(self, name: str, title: str, subtitle: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, title, kind="panel")
        self.setToolTip("")
        self.setFixedWidth(CARD_PX)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        self.column.setSpacing(GRID_PX)
        self.column.addWidget(_label(title, "title", self))
        self._subtitle = _label(subtitle, "dim", self)
        self._subtitle.setWordWrap(True)  # a project may have a long name
        self.column.addWidget(self._subtitle)
        self.column.addSpacing(GROUP_PX)

    def show_subtitle(self, text: str) -> None:
        """Replaces the subtitle."""
        self._subtitle.setText(text)

    def add_field(self, label: str, field: QLineEdit) -> None:
        """Adds a field with a label above it, which is its buddy."""
        caption = _label(label, "label", self)
        caption.setBuddy(field)
        self.column.addWidget(caption)
        self.column.addWidget(field)
        self.column.addSpacing(GAP_PX)


def centred(inner: QWidget, page: QFrame) -> None:
    """Centres a widget on an otherwise empty page; the frame paints the page's background."""
    page.setProperty("kind", "page")
    grid = QGridLayout(page)
    grid.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
    grid.addWidget(inner, 1, 1)
    grid.setRowStretch(0, 2)
    grid.setRowStretch(2, 3)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(2, 1)


def _label(text: str, kind: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setProperty("kind", kind)
    return label
