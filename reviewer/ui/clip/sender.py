"""Sends saved work to a queue on another machine, beside everything else, until it answers."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from reviewer.session.backoff import Backoff
from reviewer.session.sending import SendingRound, Unsent
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import message_for
from reviewer.ui.page import SendingFacts, StatusFacts

if TYPE_CHECKING:
    from reviewer.session.sending import Sending

T = TypeVar("T")


class NetworkExecutor:
    """Runs calls that may hang with a server, one after the other; no draft ever waits behind them."""

    def __init__(self, jobs: Jobs, owner: QObject) -> None:
        self._jobs = jobs
        self._owner = owner

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Runs ``work`` after all earlier calls; the result comes on the GUI thread."""
        self._jobs.run(
            lambda _token: work(),
            done or (lambda _result: None),
            failed or (lambda _error: None),
            owner=self._owner,
            is_on_network=True,
        )


class Sender(QObject):
    """Sends at once when something is saved, and after a failure again and again, ever later.

    Any act of the person tries again at once, whatever the wait.
    """

    status_changed = Signal(object)
    """Carries StatusFacts."""
    refused = Signal(object)
    """Carries the error of finished work that the queue refused; the session has kept the work."""
    lease_lost = Signal()
    """The queue refused a lease: the clip at hand may have to be put away."""
    came_back = Signal()
    """The queue answered again after it had not: what else waits for it may be asked for."""
    _woken = Signal()

    def __init__(
        self,
        sending: "Sending",
        jobs: Jobs,
        parent: QObject,
        *,
        random_part: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(parent)
        self._sending = sending
        self._network = NetworkExecutor(jobs, self)
        self._jobs = jobs
        self._backoff = Backoff()
        self._random_part = random_part
        self._failures = 0
        self._is_running = self._is_asked_again = self._is_ended = False
        self._error: Exception | None = None
        self.unsent = Unsent()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.send_now)
        self._woken.connect(self.send_now, Qt.ConnectionType.QueuedConnection)

    def begin(self) -> None:
        """Begins with what an earlier session left; does nothing for a queue in the workspace's file."""
        if self._sending.is_needed:
            self._sending.begin(self._woken.emit)
            self.send_now()

    def end(self) -> None:
        """Sends no more; what is not sent stays saved."""
        self._is_ended = True
        self._timer.stop()
        if self._sending.is_needed:
            self._sending.end()

    def send_last(self) -> None:
        """After ``end``, once all is saved: tells the server what colleagues can take, if it answers.

        After what is prefetched was dropped, which runs on the network's thread too.
        """
        if self._sending.is_needed:
            self._network.run(self._sending.send_last)

    @Slot()
    def count(self) -> None:
        """Counts anew what is saved here, and what is at hand."""
        if not self._is_ended and self._sending.is_needed:
            self._jobs.run(lambda _token: self._sending.unsent(), self._on_counted, _ignore, owner=self)

    @Slot()
    def send_now(self) -> None:
        """Sends now, or once more after the sending under way."""
        if self._is_ended or not self._sending.is_needed:
            return
        self._timer.stop()
        self.count()
        if self._is_running:
            self._is_asked_again = True
            return
        self._is_running, self._is_asked_again = True, False
        self._network.run(self._sending.send, self._on_sent, self._on_failed)

    def _on_counted(self, unsent: Unsent) -> None:
        self.unsent = unsent
        self._tell()

    def _on_sent(self, result: SendingRound) -> None:
        was_away = self._failures > 0
        self._is_running, self._failures, self._error = False, 0, None
        self.unsent = result.unsent
        self._tell()
        for error in result.refused:
            self.refused.emit(error)
        if result.is_lease_lost and not self._is_ended:
            self.lease_lost.emit()
        if was_away and not self._is_ended:
            self.came_back.emit()
        if self._is_asked_again:
            self.send_now()

    def _on_failed(self, error: Exception) -> None:
        self._is_running = False
        self._error = error
        self._failures += 1
        self._tell()
        if not self._is_ended:
            wait = self._backoff.wait_seconds(self._failures, self._random_part)
            self._timer.start(round(wait * 1000))

    def _tell(self) -> None:
        if not self._is_ended:
            since = _clock_time(self.unsent.since)
            reason = "" if self._error is None else _reason(self._error)
            at_hand = self.unsent.at_hand
            until = "" if at_hand is None else _clock_time(at_hand.until)
            count = None if at_hand is None else at_hand.count
            facts = SendingFacts(self.unsent.count, since, reason, count, until)
            self.status_changed.emit(StatusFacts(sending=facts))


def _reason(error: Exception) -> str:
    message = message_for(error)
    return f"{message.sentence} {message.hint}".strip()


def _clock_time(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone().strftime("%H:%M")


def _ignore(_error: Exception) -> None:
    """The count is told after the next round."""
