"""The settings page for playback and the waveform."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from reviewer.ui.break_reminder import CHOICES_MINUTES, DEFAULT_MINUTES, MINUTES
from reviewer.ui.preferences import Preferences, Value
from reviewer.ui.settings.fields import ListField, Options, SecondsField, SwitchField
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import named

_FIELD_PX = 176
STEP_MS = (500, 10_000)
ROLL_MS = (0, 2_000)
EDGE_MS = (100, 2_000)
BACKSTEPS_MS = (0, 250, 500, 1_000, 2_000)
AGAIN_PERCENTS = (25, 50, 75, 90)


class ListeningPage(QWidget):
    """Every choice is a preference ``listening...``, stored at once."""

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "listening_page", self.tr("Listening")).setToolTip("")
        self._preferences = preferences
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GROUP_PX)
        self._grid.setVerticalSpacing(GAP_PX)
        self._grid.setColumnStretch(2, 1)
        self._fields: list[QWidget] = []
        self._add_playing()
        self._add_segments()
        self._add_waveform()
        self._add_care()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GAP_PX, 0)
        column.addLayout(self._grid)
        column.addStretch()
        tab_through(*self._fields)

    def _add_playing(self) -> None:
        self._heading(self.tr("Playing"))
        self._seconds("step_ms", self.tr("Skip back and forward by"), "", 2_000, STEP_MS)
        self._list(
            "backstep_ms",
            self.tr("Rewind on pause by"),
            self.tr("So that you hear the last words again when you continue."),
            0,
            [
                (ms, self.tr("{0} s").format(f"{ms / 1000:.2f}") if ms else self.tr("Off"))
                for ms in BACKSTEPS_MS
            ],
        )
        self._list(
            "again_percent",
            self.tr("Slow replay plays at"),
            self.tr("Skips back one step; the previous speed returns afterwards."),
            75,
            [(percent, f"{percent / 100:.2f}x") for percent in AGAIN_PERCENTS],
        )
        self._switch("play_on_open", self.tr("Play new clips automatically"), "", default=False)
        self._switch(
            "resume",
            self.tr("Resume where I left off"),
            self.tr("Otherwise a clip that comes back starts at its beginning."),
            default=True,
        )

    def _add_segments(self) -> None:
        self._heading(self.tr("Segments and selection edges"))
        self._switch(
            "auto_play",
            self.tr("Play a segment when you go to it"),
            self.tr("Not while an edge is dragged."),
            default=True,
        )
        self._seconds("pre_roll_ms", self.tr("Start before it by"), "", 0, ROLL_MS)
        self._seconds(
            "post_roll_ms",
            self.tr("Stop after it by"),
            self.tr("Also when a selection or a segment is looped."),
            0,
            ROLL_MS,
        )
        self._seconds("edge_ms", self.tr("Play around an edge"), self.tr("On each side of it."), 500, EDGE_MS)

    def _add_waveform(self) -> None:
        self._heading(self.tr("Waveform"))
        self._switch(
            "centred_cursor",
            self.tr("Keep the playhead in the middle"),
            self.tr("During playback the waveform scrolls and the playhead stays."),
            default=False,
        )
        self._list(
            "ruler",
            self.tr("Ruler in"),
            "",
            "time",
            [("time", self.tr("Minutes and seconds")), ("samples", self.tr("Samples"))],
        )

    def _add_care(self) -> None:
        self._heading(self.tr("Breaks"))
        words = self.tr("Remind me of a break")
        options = [
            (each, self.tr("After {0} min").format(each) if each else self.tr("Never"))
            for each in CHOICES_MINUTES
        ]
        field = ListField(self._preferences, MINUTES, words, DEFAULT_MINUTES, options)
        self._row(words, field, self.tr("A line in the status bar; it never interrupts you."))

    def _heading(self, words: str) -> None:
        label = QLabel(words, self)
        label.setProperty("kind", "heading")
        row = self._grid.rowCount()
        if self._fields:
            self._grid.setRowMinimumHeight(row, GROUP_PX)
            row += 1
        self._grid.addWidget(label, row, 0, 1, 3)

    def _seconds(self, name: str, words: str, dim: str, default_ms: int, bounds: tuple[int, int]) -> None:
        field = SecondsField(self._preferences, f"listening.{name}", words, default_ms, bounds)
        self._row(words, field, dim)

    def _list(self, name: str, words: str, dim: str, default: Value, options: Options) -> None:
        self._row(words, ListField(self._preferences, f"listening.{name}", words, default, options), dim)

    def _switch(self, name: str, words: str, dim: str, *, default: bool) -> None:
        field = SwitchField(self._preferences, f"listening.{name}", words, default=default)
        row = self._grid.rowCount()
        self._grid.addWidget(field, row, 0, 1, 2)
        self._explain(field, dim, row)

    def _row(self, words: str, field: QWidget, dim: str) -> None:
        field.setFixedWidth(_FIELD_PX)
        row = self._grid.rowCount()
        label = QLabel(words, self)
        label.setBuddy(field)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignLeft)
        self._explain(field, dim, row)

    def _explain(self, field: QWidget, dim: str, row: int) -> None:
        self._fields.append(field)
        if dim:
            label = QLabel(dim, self)
            label.setProperty("kind", "label")
            label.setWordWrap(True)
            field.setAccessibleDescription(dim)
            self._grid.addWidget(label, row, 2)
