"""The buttons for the room of the text."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.theme import GRID_PX
from reviewer.ui.widgets.widget_ids import named

HEIGHT_PX = 20


class TextTools(QWidget):
    """The buttons below the text: fold tags, fold the draft, smaller and larger text.

    They are there as a whole, or in a narrow window not at all; their keys always work.
    """

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("text_tools")
        self.setFixedHeight(HEIGHT_PX)
        self.tags = self._button("fold_tags", self.tr("Tags"), self.tr("Show or hide the tags"), scope)
        self.draft = self._button("fold_draft", self.tr("Draft"), self.tr("Show or hide the draft"), scope)
        self.smaller = self._button("text_smaller", "A−", self.tr("Smaller text"), scope)
        self.larger = self._button("text_larger", "A+", self.tr("Larger text"), scope)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        for button in (self.tags, self.draft):
            button.setCheckable(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for button in (self.tags, self.draft, self.smaller, self.larger):
            row.addWidget(button)
        self.draft.setHidden(scope is not Scope.DESK)  # a review has no draft to show

    def _button(self, name: str, text: str, spoken: str, scope: Scope) -> QToolButton:
        button = named(QToolButton(self), name, spoken, shortcut_id=f"{scope}.{name}", kind="small")
        button.setText(text)
        button.setFixedHeight(HEIGHT_PX)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # has a key; a click leaves the focus in the text
        return button
