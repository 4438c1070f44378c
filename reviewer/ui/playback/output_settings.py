"""The user's output settings: loudness, gain and channels."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from reviewer.audio.play.output_settings import OutputSettings
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.preferences import Preferences

if TYPE_CHECKING:
    from reviewer.audio.play.player import Player

LEVEL = "sound.level"
GAIN_DB = "sound.gain_db"
MONO = "sound.mono"
DEVICE = "sound.device"


class OutputSettingsController(QObject):
    """Gives the player the output settings, and stores them.

    Loudness matching, gain and mono are stored in the preferences, and follow their changes; solo and swap
    belong to the clip, and end with it.
    """

    changed = Signal()
    """The settings or the clip have changed."""

    def __init__(
        self,
        player: "Player",
        playback: PlaybackController,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._player = player
        self._preferences = preferences
        self._on_preference_changed(LEVEL)
        self._on_preference_changed(DEVICE)
        preferences.changed.connect(self._on_preference_changed)
        playback.state_changed.connect(self.changed)

    @property
    def settings(self) -> OutputSettings:
        return self._player.output_settings

    @property
    def channels(self) -> int:
        """The clip's number of channels; 0 without a clip."""
        return self._player.channels

    @property
    def level_db(self) -> float | None:
        """The gain of loudness matching for this clip; None while it is being measured."""
        return self._player.level_db

    @Slot(int)
    def set_gain(self, decibels: int) -> None:
        self._preferences.put(GAIN_DB, self.settings.with_gain(decibels).gain_db)

    @Slot()
    def louder(self) -> None:
        self.set_gain(self.settings.gain_db + 1)

    @Slot()
    def quieter(self) -> None:
        self.set_gain(self.settings.gain_db - 1)

    @Slot()
    def no_gain(self) -> None:
        self.set_gain(0)

    @Slot()
    def toggle_level(self) -> None:
        self._preferences.put(LEVEL, not self.settings.is_levelled)

    @Slot()
    def toggle_mono(self) -> None:
        self._preferences.put(MONO, not self.settings.is_mono)

    @Slot()
    def next_solo(self) -> None:
        """Switches from both channels to the first, the second, and both."""
        self._put(self.settings.next_solo(self.channels))

    def solo(self, channel: int | None) -> None:
        """Plays only this channel, or all."""
        self._put(self.settings.solo(channel, self.channels))

    @Slot()
    def toggle_swap(self) -> None:
        if self.channels > 1:
            self._put(replace(self.settings, is_swapped=not self.settings.is_swapped))

    @Slot(str)
    def _on_preference_changed(self, name: str) -> None:
        if name == DEVICE:
            self._player.choose_output(self._preferences.text(DEVICE))
        elif name in {LEVEL, GAIN_DB, MONO}:
            kept = replace(
                self.settings,
                is_levelled=self._preferences.is_on(LEVEL, default=True),
                is_mono=self._preferences.is_on(MONO, default=False),
            )
            self._put(kept.with_gain(self._preferences.number(GAIN_DB, 0)))

    def _put(self, settings: OutputSettings) -> None:
        if settings != self.settings:
            self._player.set_output_settings(settings)
            self.changed.emit()
