"""The buttons for the room of the text."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.widget_ids import named

HEIGHT_PX = 26


class TextTools(QWidget):
    """The row of buttons between text and tags: fold tags, fold the draft, smaller and larger text."""

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("text_tools")
        self.setMaximumHeight(HEIGHT_PX)
        self.tags = self._button("fold_tags", self.tr("Tags"), self.tr("Show or hide the tags"), scope)
        self.draft = self._button("fold_draft", self.tr("Draft"), self.tr("Show or hide the draft"), scope)
        self.smaller = self._button("text_smaller", "A−", self.tr("Smaller text"), scope)
        self.larger = self._button("text_larger", "A+", self.tr("Larger text"), scope)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        for button in (self.tags, self.draft):
            button.setCheckable(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            row.addWidget(button)
        row.addStretch()
        row.addWidget(self.smaller)
        row.addWidget(self.larger)

    def _button(self, name: str, text: str, spoken: str, scope: Scope) -> QToolButton:
        button = named(QToolButton(self), name, spoken, shortcut_id=f"{scope}.{name}", kind="small")
        button.setText(text)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # has a key; a click leaves the focus in the text
        return button

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """Nothing: in a small window the text has its room, and the keys still work."""
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in (self.tags, self.draft, self.smaller, self.larger):
            button.setVisible(self.height() >= HEIGHT_PX)
