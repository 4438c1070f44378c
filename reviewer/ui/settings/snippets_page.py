"""The settings page for snippets: texts that a key types."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from reviewer.ui.preferences import Preferences
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.transcript.snippets import PLACES, snippet, store_snippet
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import named


class SnippetsPage(QWidget):
    """One field for each key; every change is stored at once."""

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "snippets_page", self.tr("Snippets")).setToolTip("")
        hint = QLabel(
            self.tr(
                "Words and tags that you type often. The key types the text at the cursor, with spaces"
                " around it. They are stored unencrypted on this computer: no names or other personal data."
            ),
            self,
        )
        hint.setTextFormat(Qt.TextFormat.PlainText)
        hint.setWordWrap(True)
        hint.setProperty("kind", "label")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GROUP_PX)
        self._grid.setVerticalSpacing(GAP_PX)
        self._grid.setColumnStretch(1, 1)
        self.fields = [self._field(preferences, place) for place in PLACES]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GROUP_PX)
        column.addWidget(hint)
        column.addLayout(self._grid)
        column.addStretch()
        tab_through(*self.fields)

    def _field(self, preferences: Preferences, place: int) -> QLineEdit:
        spoken = self.tr("Snippet {0}").format(place)
        made = named(QLineEdit(self), f"snippet_{place}", spoken)
        made.setText(snippet(preferences, place))
        made.textChanged.connect(partial(store_snippet, preferences, place))
        key = QLabel(shortcut(f"desk.snippet_{place}").shown or spoken, self)
        key.setBuddy(made)
        self._grid.addWidget(key, place, 0)
        self._grid.addWidget(made, place, 1)
        return made
