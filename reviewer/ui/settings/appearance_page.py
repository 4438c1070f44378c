"""The settings page for the colours and the size of the window."""

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from reviewer.ui.display_scale import CHOICE, PERCENTS, SYSTEM
from reviewer.ui.preferences import Preferences
from reviewer.ui.theme import GAP_PX, GROUP_PX, Choice, ContrastChoice, Theme
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import named

_FIELD_PX = 176


class AppearancePage(QWidget):
    """Ground, contrast and size; shows what is in force, also after a key changed it."""

    def __init__(self, theme: Theme, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "appearance_page", self.tr("Appearance")).setToolTip("")
        self._theme, self._preferences = theme, preferences
        self._grounds = [
            (Choice.SYSTEM, self.tr("As the system")),
            (Choice.DARK, self.tr("Dark")),
            (Choice.LIGHT, self.tr("Light")),
        ]
        self._contrasts = [
            (ContrastChoice.SYSTEM, self.tr("As the system")),
            (ContrastChoice.USUAL, self.tr("Usual")),
            (ContrastChoice.HIGH, self.tr("High")),
        ]
        self._sizes = [(SYSTEM, self.tr("As the system")), *((str(each), f"{each} %") for each in PERCENTS)]
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GROUP_PX)
        self._grid.setVerticalSpacing(GAP_PX)
        self._grid.setColumnStretch(2, 1)
        self._make_fields()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GAP_PX, 0)
        column.addLayout(self._grid)
        column.addStretch()
        tab_through(self._ground, self._contrast, self._size)
        self._show_choices()
        self._ground.currentIndexChanged.connect(self._on_ground_chosen)
        self._contrast.currentIndexChanged.connect(self._on_contrast_chosen)
        self._size.currentIndexChanged.connect(self._on_size_chosen)
        theme.changed.connect(self._show_choices)

    def _make_fields(self) -> None:
        self._ground = self._field(
            "appearance_theme", self.tr("Theme"), [words for _, words in self._grounds], ""
        )
        self._contrast = self._field(
            "appearance_contrast",
            self.tr("Contrast"),
            [words for _, words in self._contrasts],
            self.tr("High: black or white ground, no pale text, and a clear edge around buttons and fields."),
        )
        self._size = self._field(
            "appearance_size",
            self.tr("Size"),
            [words for _, words in self._sizes],
            self.tr("Of words, buttons and waveform. Takes effect when the program starts again."),
        )

    def _field(self, name: str, words: str, options: list[str], dim: str) -> QComboBox:
        field = named(QComboBox(self), name, words)
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel must not change a value
        field.addItems(options)
        field.setFixedWidth(_FIELD_PX)
        row = self._grid.rowCount()
        caption = QLabel(words, self)
        caption.setBuddy(field)
        self._grid.addWidget(caption, row, 0)
        self._grid.addWidget(field, row, 1)
        if dim:
            label = QLabel(dim, self)
            label.setProperty("kind", "label")
            label.setWordWrap(True)
            field.setAccessibleDescription(dim)
            self._grid.addWidget(label, row, 2)
        return field

    @Slot()
    def _show_choices(self) -> None:
        grounds, contrasts = ([value for value, _ in each] for each in (self._grounds, self._contrasts))
        sizes, size = [value for value, _ in self._sizes], self._preferences.text(CHOICE, SYSTEM)
        with QSignalBlocker(self._ground), QSignalBlocker(self._contrast), QSignalBlocker(self._size):
            self._ground.setCurrentIndex(grounds.index(self._theme.choice))
            self._contrast.setCurrentIndex(contrasts.index(self._theme.contrast))
            self._size.setCurrentIndex(sizes.index(size) if size in sizes else 0)

    @Slot(int)
    def _on_ground_chosen(self, place: int) -> None:
        self._theme.choose(self._grounds[place][0])

    @Slot(int)
    def _on_contrast_chosen(self, place: int) -> None:
        self._theme.choose_contrast(self._contrasts[place][0])

    @Slot(int)
    def _on_size_chosen(self, place: int) -> None:
        self._preferences.put(CHOICE, self._sizes[place][0])
