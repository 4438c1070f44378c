"""Shortcuts for playback and display, the same on every page that plays a clip."""

from functools import partial

from PySide6.QtWidgets import QWidget

from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.playback.controller import PlaybackAction, PlaybackController
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.spectrogram import Spectrogram
from reviewer.ui.waveform.waveform_view import WaveformView

_REPEATING = (
    PlaybackAction.BACK,
    PlaybackAction.FORWARD,
    PlaybackAction.SLOWER,
    PlaybackAction.FASTER,
    PlaybackAction.PREVIOUS_SEGMENT,
    PlaybackAction.NEXT_SEGMENT,
)


def bind_playback_keys(
    owner: QWidget, scope: Scope, playback: PlaybackController, view: WaveformView
) -> None:
    """Binds the transport, speed, zoom and pan keys while ``owner`` is shown."""
    for action in PlaybackAction:
        shortcut = bind_shortcut(owner, f"{scope}.{action}", partial(playback.perform, action))
        shortcut.setAutoRepeat(action in _REPEATING)
    for name in ("select_from", "select_to", "select_none"):
        bind_shortcut(owner, f"{scope}.{name}", getattr(view, name))
    for name in ("zoom_in", "zoom_out", "zoom_whole", "pan_left", "pan_right"):
        bind_shortcut(owner, f"{scope}.{name}", getattr(view, name)).setAutoRepeat(True)


def bind_spectrogram_keys(owner: QWidget, scope: Scope, picture: Spectrogram) -> None:
    """Binds the keys of the spectrogram while ``owner`` is shown."""
    for name, slot in (
        ("spectrogram", picture.toggle),
        ("band", picture.toggle_band),
        ("ceiling", picture.toggle_ceiling),
        ("less_range", picture.show_less),
        ("more_range", picture.show_more),
    ):
        bind_shortcut(owner, f"{scope}.{name}", slot)


def connect_waveform(view: WaveformView, playback: PlaybackController) -> None:
    """Synchronises position and selection of waveform and playback; the waveform owns the selection."""
    view.seek_requested.connect(playback.seek)
    view.selection_changed.connect(playback.select)
    playback.select_requested.connect(lambda start, end: view.select(Selection(start, end)))
    playback.position_changed.connect(partial(view.show_position, follow=True))
    playback.coverage_changed.connect(view.show_heard)
