"""Finds out that there is work again, while a page says that there is none."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal, Slot

from reviewer.errors import ReviewerError
from reviewer.model.task import DailyCounts
from reviewer.ui.clip.sender import NetworkExecutor
from reviewer.ui.jobs import Jobs

if TYPE_CHECKING:
    from reviewer.queue.server_api import WorkNotices
    from reviewer.session.work_session import WorkSession

ASK_SECONDS = 60
GAP_SECONDS = 5
"""However many notices come, the queue is asked no more often: anybody with a login can send them."""


class NewWork(QObject):
    """Asks the queue when its server says that there may be work, and every minute in any case.

    A notice does not always come: not for work that a colleague gives back, and not through every pooler.
    It is one more connection of this window, and only for as long as the page is without work.
    """

    found = Signal(object)
    """Carries DailyCounts, in which something waits."""

    def __init__(self, work: "WorkSession", jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self._network = NetworkExecutor(jobs, self)
        self._round = 0
        self._notices: WorkNotices | None = None
        self._notifier: QSocketNotifier | None = None
        self._timer = self._timer_of(ASK_SECONDS, self._on_minute)
        self._gap = self._timer_of(GAP_SECONDS, self._listen_on)
        self._gap.setSingleShot(True)

    def begin(self) -> None:
        """Nothing waits for this person."""
        self.end()
        self._timer.start()
        self._listen()

    def end(self) -> None:
        """Something else is shown."""
        self._timer.stop()
        self._gap.stop()
        self._round += 1
        self._stop_listening()

    def _listen(self) -> None:
        begun = self._round
        self._network.run(self._work.new_work_notices, partial(self._on_listening, begun), _ignore_known)

    def _on_listening(self, begun: int, notices: "WorkNotices | None") -> None:
        if notices is not None and begun != self._round:
            self._network.run(notices.close)
        elif notices is not None:
            self._notices = notices
            self._notifier = QSocketNotifier(notices.fileno(), QSocketNotifier.Type.Read, self)
            self._notifier.activated.connect(self._on_readable)
            self._ask()  # what came between the claim and the listening

    @Slot()
    def _on_readable(self) -> None:
        if self._notices is not None and self._notifier is not None:
            self._notifier.setEnabled(False)
            self._network.run(self._notices.has_come, self._in_this_round(self._on_read), self._on_lost)

    def _on_read(self, has_come: object) -> None:
        if has_come:
            self._ask()
            self._gap.start()
        else:
            self._listen_on()

    def _on_lost(self, error: Exception) -> None:
        _ignore_known(error)
        self._stop_listening()  # the next minute listens again

    @Slot()
    def _listen_on(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(True)

    @Slot()
    def _on_minute(self) -> None:
        self._ask()
        if self._notices is None:
            self._listen()

    def _ask(self) -> None:
        self._network.run(self._work.daily_counts, self._in_this_round(self._on_counts), _ignore_known)

    def _on_counts(self, counts: DailyCounts) -> None:
        if counts.waiting or counts.undrawn:
            self.end()
            self.found.emit(counts)

    def _in_this_round(self, done: Callable[..., None]) -> Callable[[object], None]:
        begun = self._round

        def deliver(result: object) -> None:
            if begun == self._round:
                done(result)

        return deliver

    def _stop_listening(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
        if self._notices is not None:
            self._network.run(self._notices.close)
        self._notices = self._notifier = None

    def _timer_of(self, seconds: int, timeout: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(seconds * 1000)
        timer.timeout.connect(timeout)
        return timer


def _ignore_known(error: Exception) -> None:
    """The next act of the person meets a known error as well, and says so."""
    if not isinstance(error, ReviewerError):
        raise error
