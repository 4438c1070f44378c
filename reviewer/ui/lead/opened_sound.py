"""The sound of a clip that a lead opened without a lease: shown, played, logged, and checked at each beat."""

from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from reviewer.model.people import Identity
from reviewer.model.redaction import silent_spans
from reviewer.ui.clip.autosave import is_lost
from reviewer.ui.clip.lease_renewal import BEAT_EVERY_MS
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.key_bindings import connect_waveform
from reviewer.ui.waveform.waveform_view import WaveformView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.model.event import HeardRange
    from reviewer.session.unsealed_clip import UnsealedClip
    from reviewer.ui.clip.workspace import ClipTools


class Openings(Protocol):
    """The use case by which clips are opened."""

    def beat(self, identity: Identity, clip_id: str) -> None: ...
    def heard(self, identity: Identity, clip_id: str, ranges: "Sequence[HeardRange]") -> None: ...
    def close(self, identity: Identity, clip_id: str) -> None: ...


class OpenedSound(QObject):
    """At most one clip; every call to the use case is a job, in the order of the requests."""

    put_away = Signal(object)
    """The clip may not be open any more and has left the screen; carries the refusal."""
    not_logged = Signal(object)
    """What was heard could not be logged, and playback has stopped; carries the error."""

    def __init__(
        self, openings: Openings, identity: Identity, tools: "ClipTools", waves: WaveformView, page: QWidget
    ) -> None:
        super().__init__(page)
        self._openings = openings
        self._identity = identity
        self._tools = tools
        self._waves = waves
        self._clip_id = ""
        self._playback: PlaybackController | None = None
        self._in_order = SerialExecutor(tools.jobs, self)
        self._timer = QTimer(self, singleShot=True, interval=BEAT_EVERY_MS)
        self._timer.timeout.connect(self.beat_now)

    @property
    def clip_id(self) -> str:
        """The clip that is open; empty if none is."""
        return self._clip_id

    @property
    def playback(self) -> PlaybackController:
        """The playback of opened clips; its player is made for the first of them."""
        if self._playback is None:
            tools = self._tools
            self._playback = PlaybackController(
                tools.player_factory(), self, preferences=tools.preferences, clock=tools.clock
            )
            connect_waveform(self._waves, self._playback)
            self._playback.heard_due.connect(self._on_heard)
        return self._playback

    def show(self, sound: "UnsealedClip") -> None:
        """Shows a clip that was opened, and loads it into the player."""
        clip = sound.clip
        self._clip_id = clip.id
        self._waves.show_clip(sound.samples, sound.peaks)
        self._waves.show_speech(sound.speech)
        self._waves.show_redacted(silent_spans(sound.redactions, clip.rate_hz, clip.frames))
        self.playback.load(sound.samples, sound.speech)
        self._timer.start()

    def close(self) -> None:
        """Removes the content from the screen; the pool closes the clip, with its row."""
        if self._playback is not None:
            self._playback.unload()  # first: what was heard is logged as heard of this clip
        clip_id, self._clip_id = self._clip_id, ""
        self._timer.stop()
        self._waves.show_nothing()
        if clip_id:
            self.close_unseen(clip_id)

    def close_unseen(self, clip_id: str) -> None:
        """Closes a clip that was opened and is not wanted on the screen any more."""
        openings, identity = self._openings, self._identity
        self._in_order.run(lambda: openings.close(identity, clip_id))

    def close_down(self) -> None:
        """Called once, at lock and at exit."""
        self.close()
        if self._playback is not None:
            self._playback.close()

    @Slot()
    def beat_now(self) -> None:
        """Checks that the open clip may stay open; if not, it leaves the screen and the sound stops."""
        clip_id, openings, identity = self._clip_id, self._openings, self._identity
        if clip_id:
            self._in_order.run(
                lambda: openings.beat(identity, clip_id),
                partial(self._on_beaten, clip_id),
                partial(self._on_beat_failed, clip_id),
            )

    def _on_beaten(self, asked: str, _done: object = None) -> None:
        if self._clip_id == asked:
            self._timer.start()

    def _on_beat_failed(self, asked: str, error: Exception) -> None:
        if self._clip_id != asked:
            return
        if not is_lost(error):
            self._timer.start()
            return
        self.close()
        self.put_away.emit(error)

    @Slot(object)
    def _on_heard(self, ranges: "Sequence[HeardRange]") -> None:
        clip_id, openings, identity = self._clip_id, self._openings, self._identity
        if clip_id:
            self._in_order.run(
                lambda: openings.heard(identity, clip_id, ranges), failed=self._on_heard_not_logged
            )

    def _on_heard_not_logged(self, error: Exception) -> None:
        """No log row, no playback."""
        if self._playback is not None:
            self._playback.pause()
        self.not_logged.emit(error)
