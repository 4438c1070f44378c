"""The user's waveform preferences: scrolling and ruler unit."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.preferences import Preferences
from reviewer.ui.shortcuts import bind_shortcut, shortcut
from reviewer.ui.waveform.ruler_ticks import RulerUnit
from reviewer.ui.waveform.waveform_view import WaveformView
from reviewer.ui.widgets.widget_ids import named

CENTRED = "listening.centred_cursor"
RULER = "listening.ruler"


class WaveformPreferences(QObject):
    """Applies the preferences to a view, and stores what is changed there."""

    def __init__(self, view: WaveformView, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._preferences = preferences
        preferences.changed.connect(self._on_changed)
        view.unit_requested.connect(self.toggle_unit)
        self._on_changed(CENTRED)
        self._on_changed(RULER)

    @Slot()
    def toggle_centred(self) -> None:
        """Switches between a moving playhead and a scrolling waveform."""
        self._preferences.put(CENTRED, not self._view.is_centred)

    @Slot()
    def toggle_unit(self) -> None:
        """Switches the ruler between time and samples."""
        is_samples = self._view.unit is RulerUnit.SAMPLES
        self._preferences.put(RULER, RulerUnit.TIME if is_samples else RulerUnit.SAMPLES)

    @Slot(str)
    def _on_changed(self, name: str) -> None:
        if name == CENTRED:
            self._view.set_centred(is_centred=self._preferences.is_on(CENTRED, default=False))
        elif name == RULER:
            is_samples = self._preferences.text(RULER) == RulerUnit.SAMPLES
            self._view.set_unit(RulerUnit.SAMPLES if is_samples else RulerUnit.TIME)


def bind_waveform_preferences(
    owner: QWidget, scope: Scope, view: WaveformView, preferences: Preferences
) -> None:
    """Binds a page's waveform view to the preferences and to its shortcuts."""
    choices = WaveformPreferences(view, preferences, owner)
    bind_shortcut(owner, f"{scope}.centred", choices.toggle_centred)
    bind_shortcut(owner, f"{scope}.ruler_unit", choices.toggle_unit)
    line = shortcut(f"{scope}.ruler_unit")
    named(view.unit_button, "ruler_unit", line.sentence, shortcut_id=line.id)
