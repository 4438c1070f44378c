"""Reads the foot pedal on a thread of its own and emits signals on the GUI thread."""

import queue
import threading

from PySide6.QtCore import QObject, Qt, Signal, Slot

from reviewer.pedal.device import HidBackend, HidDevice
from reviewer.pedal.models import known_models
from reviewer.pedal.monitor import PedalMessage, PedalMonitor
from reviewer.pedal.report import PedalEvent, parse_calibrated
from reviewer.pedal.status import PedalState, PedalStatus
from reviewer.ui.preferences import Preferences

TAUGHT = "pedal.model"
"""The preference that holds a calibrated pedal, as ``CalibratedPedal.line``."""
_LAST_WAIT_SECONDS = 2.0


class PedalReader(QObject):
    """Emits presses and releases from ``start`` to ``close``; pedals may be connected and disconnected.

    Without the library for pedals there is no thread, and the status says so.
    """

    pressed = Signal(object)
    """Carries the Pedal."""
    released = Signal(object)
    """Carries the Pedal; also when it is disconnected or calibrated while down."""
    standing_changed = Signal(object)
    """Carries the PedalStatus."""
    heard = Signal(object)
    """Carries a report of the device being calibrated, as bytes."""
    _arrived = Signal()

    def __init__(self, port: HidBackend, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port, self._preferences = port, preferences
        self._standing = PedalStatus(PedalState.OFF)
        self._inbox: queue.SimpleQueue[PedalMessage] = queue.SimpleQueue()
        self._watch = PedalMonitor(port, known_models, self._post, parse_calibrated(preferences.text(TAUGHT)))
        self._is_over = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        preferences.changed.connect(self._on_preference_changed)

    @property
    def standing(self) -> PedalStatus:
        """The last known status."""
        return self._standing

    def start(self) -> None:
        """Starts looking for a pedal; a second call does nothing."""
        if self._thread is not None or self._is_over.is_set():
            return
        if not self._port.is_installed:
            self._stand(PedalStatus(PedalState.NOT_INSTALLED))
            return
        # A daemon: a hanging USB stack must not prevent the program from ending.
        self._thread = threading.Thread(
            target=_run, args=(self._watch, self._wake, self._is_over), name="pedal", daemon=True
        )
        self._thread.start()

    def teach(self, device: HidDevice | None) -> None:
        """``heard`` emits the reports of this device, and no pedal is emitted; None ends that."""
        self._watch.calibrate(device)
        self._wake.set()

    def close(self) -> None:
        """Ends the thread and releases the device; nothing is emitted afterwards."""
        self._is_over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_LAST_WAIT_SECONDS)

    def _post(self, news: PedalMessage) -> None:
        """Called on the pedal's thread."""
        self._inbox.put(news)
        if not self._is_over.is_set():
            self._arrived.emit()

    @Slot()
    def _on_arrived(self) -> None:
        if not self._is_over.is_set() and not self._inbox.empty():
            self._tell(self._inbox.get())

    @Slot(str)
    def _on_preference_changed(self, name: str) -> None:
        if name == TAUGHT:
            self._watch.set_calibrated(parse_calibrated(self._preferences.text(TAUGHT)))
            self._wake.set()

    def _tell(self, news: PedalMessage) -> None:
        if isinstance(news, PedalStatus):
            self._stand(news)
        elif isinstance(news, PedalEvent):
            (self.pressed if news.is_down else self.released).emit(news.pedal)
        else:
            self.heard.emit(news.report)

    def _stand(self, standing: PedalStatus) -> None:
        self._standing = standing
        self.standing_changed.emit(standing)


def _run(watch: PedalMonitor, wake: threading.Event, is_over: threading.Event) -> None:
    while not is_over.is_set():
        seconds = watch.step()
        if seconds:
            wake.wait(seconds)
        wake.clear()
    watch.close()
