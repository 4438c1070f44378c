"""Opens the next clip by itself once what was away is back: the queue, the broker, the bucket, the disk."""

import random
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from reviewer.errors import Unavailable
from reviewer.session.backoff import Backoff
from reviewer.ui.clip.sender import NetworkExecutor
from reviewer.ui.jobs import Jobs

Step = Callable[[], None]


class OpeningRetry(QObject):
    """Asks ever later whether all is there that the next clip needs, and only then asks for the clip again.

    The question leaves no row and changes nothing in the window, so the message can be read in peace.
    """

    answered = Signal()
    """What was away is back; the clip is asked for again."""

    def __init__(
        self,
        jobs: Jobs,
        parent: QObject,
        *,
        random_part: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(parent)
        self._network = NetworkExecutor(jobs, self)
        self._backoff = Backoff()
        self._random_part = random_part
        self._steps: tuple[Step, Step] | None = None
        self._failures = 0
        self._round = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.ask_now)

    @property
    def is_waiting(self) -> bool:
        """Whether a clip waits for something that is away."""
        return self._steps is not None

    def begin(self, error: Exception, reach: Step, again: Step) -> str:
        """A clip did not come; waits if something was away.

        Args:
            reach: asks, on the network's thread; raises Unavailable while it is away.
            again: asks for the clip.

        Returns: what is waited for, in words; empty for nothing.
        """
        self.pause()
        awaited = _awaited(error)
        if awaited:
            self._steps = reach, again
            self._wait()
        else:
            self._failures = 0
        return awaited

    def pause(self) -> None:
        """The clip is asked for; if that fails too, the next wait is longer."""
        self._timer.stop()
        self._steps = None
        self._round += 1

    def end(self) -> None:
        """Something else happens in the window."""
        self.pause()
        self._failures = 0

    @Slot()
    def ask_now(self) -> None:
        """Asks at once whether it is back, if anything waits."""
        if self._steps is None:
            return
        self._timer.stop()
        self._round += 1
        asked = self._round
        self._network.run(
            self._steps[0],
            lambda _none: self._on_answer(asked, is_there=True),
            lambda error: self._on_answer(asked, is_there=not isinstance(error, Unavailable)),
        )

    def _on_answer(self, asked: int, *, is_there: bool) -> None:
        """Any other answer than none is shown by the opening itself."""
        if asked != self._round or self._steps is None:
            return
        if is_there:
            again = self._steps[1]
            self.answered.emit()
            again()
        else:
            self._wait()

    def _wait(self) -> None:
        self._failures += 1
        self._timer.start(round(self._backoff.wait_seconds(self._failures, self._random_part) * 1000))


def _awaited(error: Exception) -> str:
    if not isinstance(error, Unavailable):
        return ""
    queue = _tr("Waiting for the work queue: the next clip opens by itself when it is back.")
    return {
        "BROKER_AWAY": _tr("Waiting for the broker: the next clip opens by itself when it is back."),
        "BROKER_FAILED": _tr(
            "Waiting for the broker, which has a problem: the next clip opens by itself once that is solved."
        ),
        "BROKER_NOT_TRUSTED": _tr(
            "The broker's certificate is not trusted: the next clip opens by itself when it is good."
        ),
        "QUEUE_NOT_TRUSTED": _tr(
            "The queue server's certificate is not trusted: the next clip opens by itself when it is good."
        ),
        "QUEUE_UNREACHABLE": queue,
        "QUEUE_ANSWER": queue,
        "CLIP_NOT_READ": _tr("Waiting for the clip's sound: it opens by itself when it can be read."),
        "WORKSPACE_FILE_FAILED": _tr(
            "Waiting for the disk: the next clip opens by itself when it works again."
        ),
    }.get(error.code, "")


def _tr(text: str) -> str:
    return QCoreApplication.translate("OpeningRetry", text)
