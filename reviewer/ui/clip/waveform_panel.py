"""The waveform panel: minimap, waveform, spectrogram and play bar."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer.model.intervals import Span
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.key_bindings import bind_playback_keys, bind_spectrogram_keys, connect_waveform
from reviewer.ui.playback.output_settings import OutputSettingsController
from reviewer.ui.playback.output_settings_panel import OutputSettingsButton, bind_output_keys
from reviewer.ui.playback.play_bar import HEIGHT_PX, PlayBar
from reviewer.ui.preferences import Preferences
from reviewer.ui.theme import GAP_PX
from reviewer.ui.waveform.ruler_ticks import clip_time
from reviewer.ui.waveform.spectrogram import Spectrogram
from reviewer.ui.waveform.toolbars import SpectrogramToggle, SpectrogramToolbar, ZoomButtons
from reviewer.ui.waveform.waveform_preferences import bind_waveform_preferences
from reviewer.ui.waveform.waveform_view import WaveformView, waveform_heights
from reviewer.ui.widgets.tab_order import tab_through

if TYPE_CHECKING:
    from reviewer.session.open_clip import OpenClip


class WaveformPanel(QWidget):
    """Shows the sound of a clip and follows its playback."""

    def __init__(self, scope: Scope, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("waveform_panel")
        self._scope = scope
        self._unheard: tuple[Span, ...] = ()
        self._playback: PlaybackController | None = None
        self.waves = WaveformView(self)
        self.spectrogram = Spectrogram(jobs, self.waves)
        self.waves.put_under(self.spectrogram)
        self.play_bar = PlayBar(scope, self)
        SpectrogramToolbar(self.spectrogram, scope)
        self.play_bar.add_right(SpectrogramToggle(self.spectrogram, scope, self.play_bar))
        self.play_bar.add_right(ZoomButtons(self.waves, scope, self.play_bar))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addWidget(self.waves, 1)
        column.addWidget(self.play_bar)

    def follow(
        self,
        playback: PlaybackController,
        output: OutputSettingsController,
        preferences: Preferences,
        keys_owner: QWidget,
    ) -> None:
        """Connects to a playback; its shortcuts work while ``keys_owner`` is shown."""
        self.play_bar.follow(playback)
        self.play_bar.add_right(OutputSettingsButton(output, self._scope, self.play_bar))
        connect_waveform(self.waves, playback)
        bind_playback_keys(keys_owner, self._scope, playback, self.waves)
        bind_spectrogram_keys(keys_owner, self._scope, self.spectrogram)
        bind_output_keys(keys_owner, self._scope, output)
        bind_waveform_preferences(keys_owner, self._scope, self.waves, preferences)
        tab_through(self.play_bar)
        self._playback = playback
        for signal in (playback.state_changed, playback.position_changed):
            signal.connect(self._describe)

    @Slot()
    def _describe(self) -> None:
        """Tells a screen reader position and length at the picture, too, when playback rests."""
        playback = self._playback
        if playback is not None and not playback.is_playing:
            now, whole = (clip_time(at, playback.rate_hz) for at in (playback.position, playback.frames))
            self.waves.setAccessibleDescription(f"{now} / {whole}")

    @property
    def unheard(self) -> tuple[Span, ...]:
        """The speech that is marked as unheard."""
        return self._unheard

    def show_clip(self, clip: "OpenClip") -> None:
        """Shows the clip, its speech, and what was heard of it before; unheard speech is marked later."""
        self._unheard = ()
        self.waves.show_clip(clip.samples, clip.peaks)
        self.waves.show_speech(clip.speech)
        self.waves.show_heard(clip.heard)

    def show_unheard(self, spans: Sequence[Span]) -> None:
        """Marks unheard speech."""
        if tuple(spans) != self._unheard:
            self._unheard = tuple(spans)
            self.waves.show_unheard(spans)

    def clear(self) -> None:
        self._unheard = ()
        self.waves.show_nothing()

    def share_height(self, whole_px: int, wanted_px: int = 0) -> int:
        """Its height in a page of ``whole_px``; the spectrogram takes its part of it.

        Args:
            wanted_px: The height that the person chose; 0 for the usual share.
        """
        waves, spectrum = waveform_heights(
            whole_px, has_spectrogram=self.spectrogram.settings.is_on, lane_px=self.waves.lane_px
        )
        below = GAP_PX + HEIGHT_PX
        height = wanted_px or waves + spectrum + below
        if spectrum:
            spectrum = round(spectrum * max(height - below, 0) / (waves + spectrum))
        self.spectrogram.setFixedHeight(spectrum)
        return height
