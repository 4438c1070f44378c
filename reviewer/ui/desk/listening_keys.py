"""The keys for ear and eye, the same on every page that plays a clip."""

from functools import partial

from PySide6.QtWidgets import QWidget

from reviewer.ui.desk.acts import Act
from reviewer.ui.desk.playback import Playback
from reviewer.ui.shortcuts import Scope, bind
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.spectrogram import Spectrogram
from reviewer.ui.waveform.view import WaveformView

_REPEATING = (Act.BACK, Act.FORWARD, Act.SLOWER, Act.FASTER, Act.PREVIOUS_SEGMENT, Act.NEXT_SEGMENT)


def bind_listening(owner: QWidget, scope: Scope, playback: Playback, view: WaveformView) -> None:
    """Makes transport, speed, zoom and pan keys work while ``owner`` is shown; they type nothing."""
    for act in Act:
        shortcut = bind(owner, f"{scope}.{act}", partial(playback.do, act))
        shortcut.setAutoRepeat(act in _REPEATING)
    for name in ("select_from", "select_to", "select_none"):
        bind(owner, f"{scope}.{name}", getattr(view, name))
    for name in ("zoom_in", "zoom_out", "zoom_whole", "pan_left", "pan_right"):
        bind(owner, f"{scope}.{name}", getattr(view, name)).setAutoRepeat(True)


def bind_spectrogram(owner: QWidget, scope: Scope, picture: Spectrogram) -> None:
    """Makes the keys of the spectrogram work while ``owner`` is shown."""
    for name, slot in (
        ("spectrogram", picture.toggle),
        ("band", picture.toggle_band),
        ("ceiling", picture.toggle_ceiling),
        ("less_range", picture.show_less),
        ("more_range", picture.show_more),
    ):
        bind(owner, f"{scope}.{name}", slot)


def join(view: WaveformView, playback: Playback) -> None:
    """Lets picture and sound show the same moment, and the same selection: the picture keeps it."""
    view.seek_requested.connect(playback.seek)
    view.selection_changed.connect(playback.select)
    playback.select_requested.connect(lambda start, end: view.select(Selection(start, end)))
    playback.position_changed.connect(partial(view.show_position, follow=True))
    playback.strip_changed.connect(view.show_heard)
