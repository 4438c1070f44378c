"""Buttons for zoom and for the spectrogram's settings."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from reviewer.audio.view.spectrogram import Band
from reviewer.ui.icons import set_icon
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.theme import LABEL_PX, interface_font, tabular
from reviewer.ui.waveform.spectrogram import Spectrogram, SpectrogramSettings
from reviewer.ui.waveform.waveform_view import WaveformView
from reviewer.ui.widgets.widget_ids import named

_PADDING_PX = 20


class ZoomButtons(QWidget):
    """Zoom out, whole clip, zoom in."""

    def __init__(self, view: WaveformView, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("zoom_buttons")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for name, slot in (
            ("zoom_out", view.zoom_out),
            ("zoom_whole", view.zoom_whole),
            ("zoom_in", view.zoom_in),
        ):
            line = shortcut(f"{scope}.{name}")
            button = named(QToolButton(self), name, line.sentence, shortcut_id=line.id)
            set_icon(button, name)
            button.clicked.connect(slot)
            row.addWidget(button)


class SpectrogramToggle(QToolButton):
    """Shows or hides the spectrogram."""

    def __init__(self, picture: Spectrogram, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = shortcut(f"{scope}.spectrogram")
        named(self, "spectrogram_button", row.sentence, shortcut_id=row.id)
        set_icon(self, "spectrogram")
        self.setCheckable(True)
        self.clicked.connect(picture.toggle)
        picture.settings_changed.connect(self._on_settings_changed)

    @Slot(object)
    def _on_settings_changed(self, settings: SpectrogramSettings) -> None:
        self.setChecked(settings.is_on)


class SpectrogramToolbar(QWidget):
    """Is in the corner of the spectrogram, so that it takes no space."""

    def __init__(self, picture: Spectrogram, scope: Scope) -> None:
        super().__init__(picture)
        self.setObjectName("spectrogram_bar")
        self.setFont(interface_font(LABEL_PX))
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._scope = scope
        self._words = {Band.WIDE: self.tr("Wide"), Band.NARROW: self.tr("Narrow")}
        self._ceilings = {True: self.tr("8 kHz"), False: self.tr("All Hz")}
        self._band = self._button("band", picture.toggle_band, *self._words.values())
        self._ceiling = self._button("ceiling", picture.toggle_ceiling, *self._ceilings.values())
        self._less = self._button("less_range", picture.show_less)
        set_icon(self._less, "slower")
        self._range = named(QLabel(self), "spectrogram_range", self.tr("Dynamic range of the spectrogram"))
        self._range.setFont(tabular(self._range.font()))
        self._range.setProperty("kind", "label")
        self._more = self._button("more_range", picture.show_more)
        set_icon(self._more, "faster")
        self._lay_out()
        picture.settings_changed.connect(self._on_settings_changed)
        self._show_settings(picture.settings)
        picture.put_in_corner(self)

    @Slot(object)
    def _on_settings_changed(self, settings: SpectrogramSettings) -> None:
        self._show_settings(settings)

    def _show_settings(self, settings: SpectrogramSettings) -> None:
        self._band.setText(self._words[settings.band])
        self._ceiling.setText(self._ceilings[settings.is_speech_only])
        self._range.setText(self.tr("{0} dB").format(settings.range_db))

    def _button(self, name: str, slot: Callable[[], None], *words: str) -> QToolButton:
        """A button for a shortcut, as wide as the longest of its texts."""
        row = shortcut(f"{self._scope}.{name}")
        button = named(QToolButton(self), f"{name}_button", row.sentence, shortcut_id=row.id)
        if words:
            widest = max(button.fontMetrics().horizontalAdvance(word) for word in words)
            button.setFixedWidth(widest + _PADDING_PX)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for part in (self._band, self._ceiling, self._less, self._range, self._more):
            row.addWidget(part)
