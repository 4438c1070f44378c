"""Collects Python's garbage on the GUI thread alone."""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

from reviewer.garbage_collection import is_paused

_EVERY_MS = 250


class GarbageCollector(QObject):
    """Collects in the event loop of the thread that made it what Python would collect on any thread.

    Python collects on whichever thread allocates next. A Qt object that is destroyed on another thread than
    its own leaves timers and events behind, and the program crashes later, somewhere else.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collects the oldest generation that is due by Python's own thresholds, if any is.

        Not while many rows are made: most are gone when that ends, and need not be gone through.
        """
        if is_paused():
            return
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
