"""The panel above the play bar for loudness, gain and channels."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Slot
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
from reviewer.ui.icons import set_icon
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.playback.output_settings import OutputSettingsController
from reviewer.ui.shortcuts import bind_shortcut, shortcut
from reviewer.ui.theme import GAP_PX, GRID_PX, GROUP_PX, tabular
from reviewer.ui.waveform.channel_lanes import channel_name
from reviewer.ui.widgets.widget_ids import named, put_value

_WIDTH_PX = 300
_INDENT_PX = 30  # below the text of the check box
_LOOK_AGAIN_MS = 200
_AUDIBLE_DB = 0.5
_ICON_PX = 36
_WIDEST_GAIN = "−20 dB"


class OutputSettingsPanel(QFrame):
    """Shows and changes the output settings; exports are never affected."""

    def __init__(
        self, controller: OutputSettingsController, scope: Scope, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        named(self, "output_panel", self.tr("Loudness, gain and channels")).setToolTip("")
        self._body = QFrame(self)
        self._body.setObjectName("output_body")  # square: without compositing, rounded corners would be black
        self._body.setProperty("kind", "panel")
        self._body.setFixedWidth(_WIDTH_PX)
        self._controller = controller
        self._scope = scope
        self._level = self._switch("level", self.tr("Play all clips at the same loudness"))
        self._level.clicked.connect(controller.toggle_level)
        self._what = named(QLabel(self._body), "output_level_now", self.tr("Gain applied to this clip"))
        self._what.setProperty("kind", "label")
        self._what.setFont(tabular(self._what.font()))
        self._gain = self._slider()
        self._gain_text = named(QLabel(self._body), "output_gain_now", self.tr("Gain"))
        self._gain_text.setFont(tabular(self._gain_text.font()))
        self._gain_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._gain_text.setFixedWidth(self._gain_text.fontMetrics().horizontalAdvance(_WIDEST_GAIN) + GAP_PX)
        self._zero = self._zero_button()
        self._solos = self._solo_buttons()
        self._swap = self._switch("swap", self.tr("Swap left and right"))
        self._swap.clicked.connect(controller.toggle_swap)
        self._mono = self._switch("mono", self.tr("Mono: the same on both sides"))
        self._mono.clicked.connect(controller.toggle_mono)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_AGAIN_MS)
        self._timer.timeout.connect(self._show_level)
        controller.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        settings, channels = self._controller.settings, self._controller.channels
        self._show_level()
        self._gain.blockSignals(True)
        self._gain.setValue(settings.gain_db)
        self._gain.blockSignals(False)
        put_value(self._gain_text, decibels(settings.gain_db))
        soloed = settings.soloed(channels)
        for channel, button in self._solos.items():
            button.setChecked(channel == soloed)
        self._swap.setChecked(settings.is_swapped)
        self._mono.setChecked(settings.is_mono)
        self._channels.setVisible(channels > 1)

    @Slot()
    def _show_level(self) -> None:
        self._level.setChecked(self._controller.settings.is_levelled)
        put_value(self._what, self._level_sentence())

    def _level_sentence(self) -> str:
        if not self._controller.settings.is_levelled:
            return self.tr("Off: clips play as recorded.")
        if not self._controller.channels:
            return self.tr("Quiet clips get louder, shouts quieter.")
        change = self._controller.level_db
        if change is None:
            return self.tr("Measuring this clip…")
        if abs(change) < _AUDIBLE_DB:
            return self.tr("This clip needs no change.")
        words = self.tr("Quiet clip: {0}") if change > 0 else self.tr("Loud clip: {0}")
        return words.format(decibels(change))

    def _switch(self, act: str, words: str) -> QCheckBox:
        return named(QCheckBox(words, self._body), f"output_{act}", words, shortcut_id=f"{self._scope}.{act}")

    def _slider(self) -> QSlider:
        row = shortcut(f"{self._scope}.gain_up")
        slider = named(
            QSlider(Qt.Orientation.Horizontal, self._body), "output_gain", self.tr("Gain"), shortcut_id=row.id
        )
        slider.setRange(LEAST_GAIN_DB, MOST_GAIN_DB)
        slider.setPageStep(3)
        slider.valueChanged.connect(self._controller.set_gain)
        return slider

    def _zero_button(self) -> QToolButton:
        button = named(
            QToolButton(self._body),
            "output_gain_zero",
            self.tr("Reset the gain to 0 dB"),
            shortcut_id=f"{self._scope}.gain_zero",
        )
        button.setText(self.tr("0"))
        button.clicked.connect(self._controller.no_gain)
        return button

    def _solo_buttons(self) -> dict[int | None, QToolButton]:
        words = {None: self.tr("Both"), 0: self.tr("First"), 1: self.tr("Second")}
        spoken = {
            None: self.tr("Play both channels"),
            0: self.tr("Play only the first channel"),
            1: self.tr("Play only the second channel"),
        }
        buttons = {}
        for channel, word in words.items():
            name = f"output_solo_{'all' if channel is None else channel + 1}"
            button = named(QToolButton(self._body), name, spoken[channel], shortcut_id=f"{self._scope}.solo")
            button.setText(word)
            button.setCheckable(True)
            button.clicked.connect(partial(self._on_solo_asked, channel))
            buttons[channel] = button
        return buttons

    def _on_solo_asked(self, channel: int | None, *_checked: bool) -> None:
        self._controller.solo(channel)
        self._show()

    def _lay_out(self) -> None:
        gain = QHBoxLayout()
        gain.setSpacing(GAP_PX)
        gain.addWidget(QLabel(self.tr("Gain"), self._body))
        gain.addWidget(self._gain, 1)
        gain.addWidget(self._gain_text)
        gain.addWidget(self._zero)
        self._channels = QWidget(self._body)
        self._channels.setObjectName("output_channels")
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


class OutputSettingsButton(QToolButton):
    """Shows gain and channel routing; its icon has the accent colour while loudness matching is on.

    Somebody who forgot that a channel is off must see it here, not search for the sound.
    """

    def __init__(
        self, controller: OutputSettingsController, scope: Scope, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, "output_button", self.tr("Loudness, gain and channels"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFont(tabular(self.font()))
        self._controller = controller
        self.panel = OutputSettingsPanel(controller, scope, self)
        self.clicked.connect(self.open_panel)
        controller.changed.connect(self._show)
        self._show()

    @Slot()
    def open_panel(self) -> None:
        """Shows the panel above the button, its right edge under the button's."""
        self.panel.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width(), 0))
        place = corner - QPoint(self.panel.width(), self.panel.height() + GRID_PX)
        screen = self.screen().availableGeometry()
        self.panel.move(max(place.x(), screen.left()), max(place.y(), screen.top()))
        self.panel.show()

    @Slot()
    def _show(self) -> None:
        settings, channels = self._controller.settings, self._controller.channels
        set_icon(self, "output", "accent" if settings.is_levelled else "text")
        gain, routes = decibels(settings.gain_db), []
        soloed = settings.soloed(channels)
        if soloed is not None:
            routes.append(self.tr("only {0}").format(channel_name(soloed, channels)))
        if settings.is_swapped:
            routes.append(self.tr("swapped"))
        if settings.is_mono:
            routes.append(self.tr("mono"))
        self.setText(", ".join([gain, *routes]))
        widest = max(self.fontMetrics().horizontalAdvance(text) for text in (_WIDEST_GAIN, self.text()))
        self.setFixedWidth(widest + _ICON_PX)
        facts = [
            self.tr("loudness matched") if settings.is_levelled else self.tr("as recorded"),
            gain,
            *routes,
        ]
        self.setToolTip(self.tr("Output: {0}. Exports are not affected.").format(", ".join(facts)))
        self.setAccessibleName(self.tr("Loudness, gain and channels: {0}").format(", ".join(facts)))


def bind_output_keys(owner: QWidget, scope: Scope, controller: OutputSettingsController) -> None:
    """Binds the keys for loudness, gain and channels while ``owner`` is shown."""
    for name, slot in (
        ("gain_down", controller.quieter),
        ("gain_zero", controller.no_gain),
        ("gain_up", controller.louder),
        ("level", controller.toggle_level),
        ("solo", controller.next_solo),
        ("swap", controller.toggle_swap),
        ("mono", controller.toggle_mono),
    ):
        bind_shortcut(owner, f"{scope}.{name}", slot).setAutoRepeat(name in {"gain_down", "gain_up"})


def decibels(value: float) -> str:
    """Formats a gain with its sign, and with tenths only where needed."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    digits = f"{abs(value):.0f}" if isinstance(value, int) else f"{abs(value):.1f}"
    return f"{sign}{digits} dB"
