"""Level, gain and channels, in a small panel over the play bar."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from reviewer.audio.play.output_settings import LEAST_GAIN_DB, MOST_GAIN_DB
from reviewer.ui.desk.ears_choice import EarsChoice
from reviewer.ui.handles import named
from reviewer.ui.shortcuts import Scope, key
from reviewer.ui.theme import GAP_PX, GROUP_PX, tabular

_WIDTH_PX = 300
_INDENT_PX = 30  # under the words of the switch
_LOOK_AGAIN_MS = 200
_AUDIBLE_DB = 0.5


class EarsPanel(QFrame):
    """Shows the choice as it is, and gives away what is asked for; nothing of it ever reaches an export."""

    def __init__(self, choice: EarsChoice, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        named(self, "ears_panel", self.tr("Level, gain and channels")).setToolTip("")
        self._body = QFrame(self)
        self._body.setObjectName("ears_body")  # square: without compositing round corners would be black
        self._body.setProperty("kind", "panel")
        self._body.setFixedWidth(_WIDTH_PX)
        self._choice = choice
        self._scope = scope
        self._level = self._switch("level", self.tr("One level for all clips"))
        self._level.clicked.connect(choice.toggle_level)
        self._what = named(QLabel(self._body), "ears_level_now", self.tr("What the level does to this clip"))
        self._what.setProperty("kind", "label")
        self._what.setFont(tabular(self._what.font()))
        self._gain = self._slider()
        self._gain_text = named(QLabel(self._body), "ears_gain_now", self.tr("Gain"))
        self._gain_text.setFont(tabular(self._gain_text.font()))
        self._gain_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._gain_text.setFixedWidth(self._gain_text.fontMetrics().horizontalAdvance("−20 dB") + GAP_PX)
        self._zero = named(
            QToolButton(self._body),
            "ears_gain_zero",
            self.tr("Gain back to 0 dB"),
            key_id=f"{scope}.gain_zero",
        )
        self._zero.setText(self.tr("0"))
        self._zero.clicked.connect(choice.no_gain)
        self._solos = self._solo_buttons()
        self._swap = self._switch("swap", self.tr("Swap left and right"))
        self._swap.clicked.connect(choice.toggle_swap)
        self._mono = self._switch("mono", self.tr("The same on both ears"))
        self._mono.clicked.connect(choice.toggle_mono)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_AGAIN_MS)
        self._timer.timeout.connect(self._show_level)
        choice.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        ears, channels = self._choice.ears, self._choice.channels
        self._show_level()
        self._gain.blockSignals(True)
        self._gain.setValue(ears.gain_db)
        self._gain.blockSignals(False)
        self._gain_text.setText(decibels(ears.gain_db))
        soloed = ears.soloed(channels)
        for channel, button in self._solos.items():
            button.setChecked(channel == soloed)
        self._swap.setChecked(ears.is_swapped)
        self._mono.setChecked(ears.is_mono)
        self._channels.setVisible(channels > 1)

    @Slot()
    def _show_level(self) -> None:
        self._level.setChecked(self._choice.ears.is_levelled)
        self._what.setText(self._level_sentence())

    def _level_sentence(self) -> str:
        if not self._choice.ears.is_levelled:
            return self.tr("Off: clips are as loud as they were recorded.")
        if not self._choice.channels:
            return self.tr("Quiet clips are raised, shouts brought down.")
        change = self._choice.level_db
        if change is None:
            return self.tr("Measuring this clip…")
        if abs(change) < _AUDIBLE_DB:
            return self.tr("This clip is at its level.")
        words = self.tr("Quiet clip: {0}") if change > 0 else self.tr("Loud clip: {0}")
        return words.format(decibels(change))

    def _switch(self, act: str, words: str) -> QCheckBox:
        return named(QCheckBox(words, self._body), f"ears_{act}", words, key_id=f"{self._scope}.{act}")

    def _slider(self) -> QSlider:
        row = key(f"{self._scope}.gain_up")
        slider = named(
            QSlider(Qt.Orientation.Horizontal, self._body), "ears_gain", self.tr("Gain"), key_id=row.id
        )
        slider.setRange(LEAST_GAIN_DB, MOST_GAIN_DB)
        slider.setPageStep(3)
        slider.valueChanged.connect(self._choice.set_gain)
        return slider

    def _solo_buttons(self) -> dict[int | None, QToolButton]:
        words = {None: self.tr("Both"), 0: self.tr("First"), 1: self.tr("Second")}
        spoken = {
            None: self.tr("Hear both channels"),
            0: self.tr("Hear only the first channel"),
            1: self.tr("Hear only the second channel"),
        }
        buttons = {}
        for channel, word in words.items():
            name = f"ears_solo_{'all' if channel is None else channel + 1}"
            button = named(QToolButton(self._body), name, spoken[channel], key_id=f"{self._scope}.solo")
            button.setText(word)
            button.setCheckable(True)
            button.clicked.connect(partial(self._on_solo_asked, channel))
            buttons[channel] = button
        return buttons

    def _on_solo_asked(self, channel: int | None, *_checked: bool) -> None:
        self._choice.solo(channel)
        self._show()

    def _lay_out(self) -> None:
        gain = QHBoxLayout()
        gain.setSpacing(GAP_PX)
        gain.addWidget(QLabel(self.tr("Gain"), self._body))
        gain.addWidget(self._gain, 1)
        gain.addWidget(self._gain_text)
        gain.addWidget(self._zero)
        self._channels = QWidget(self._body)
        self._channels.setObjectName("ears_channels")
        solos = QHBoxLayout()
        solos.setSpacing(GAP_PX)
        solos.addWidget(QLabel(self.tr("Channels"), self._channels))
        for button in self._solos.values():
            solos.addWidget(button)
        solos.addStretch()
        channels = QVBoxLayout(self._channels)
        channels.setContentsMargins(0, 0, 0, 0)
        channels.setSpacing(GAP_PX)
        channels.addLayout(solos)
        channels.addWidget(self._swap)
        channels.addWidget(self._mono)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(GROUP_PX, GROUP_PX, GROUP_PX, GROUP_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self._level)
        self._what.setIndent(_INDENT_PX)
        column.addWidget(self._what)
        column.addSpacing(GAP_PX)
        column.addLayout(gain)
        column.addWidget(self._channels)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        whole.addWidget(self._body)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


def decibels(value: float) -> str:
    """A gain as it is written: with its sign, and tenths only where there are any."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    digits = f"{abs(value):.0f}" if isinstance(value, int) else f"{abs(value):.1f}"
    return f"{sign}{digits} dB"
