"""The only thread pool; results are delivered once, on the GUI thread."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

T = TypeVar("T")
_WORKERS = 3
_NETWORK_PATIENCE_SECONDS = 2.0


class CancelToken:
    """Given to a job: says whether it was cancelled, and reports progress.

    ``report`` may be called from any thread; only the newest report is delivered.
    """

    def __init__(self, report: Callable[["CancelToken", object], None] | None = None) -> None:
        self._cancelled = threading.Event()
        self._report = report

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        self._cancelled.set()

    def report(self, progress: object) -> None:
        if self._report is not None and not self.is_cancelled:
            self._report(self, progress)


class Job:
    """One running job. After ``cancel`` nothing of it is delivered."""

    def __init__(self, token: CancelToken) -> None:
        self._token = token
        self._is_over = False

    @property
    def is_running(self) -> bool:
        """True until its result was delivered or it was cancelled."""
        return not self._is_over and not self._token.is_cancelled

    def cancel(self) -> None:
        self._token.cancel()

    def end(self) -> None:
        """Called by the pool just before delivery."""
        self._is_over = True


@dataclass(slots=True)
class _Delivery:
    work: Callable[[CancelToken], Any]
    job: Job
    token: CancelToken
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    progressed: Callable[[Any], None] | None
    owner: QObject | None
    is_on_network: bool
    newest: list[object] = field(default_factory=list)

    def is_wanted(self) -> bool:
        return self.job.is_running and (self.owner is None or shiboken6.isValid(self.owner))


class Jobs(QObject):
    """Runs plain functions off the GUI thread.

    A job is a function of a ``CancelToken`` that touches no QObject. Exactly one of ``done`` and ``failed``
    is called, on the GUI thread, and neither after a cancel or once ``owner`` is gone.
    """

    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inbox: queue.SimpleQueue[list[Callable[[], None]]] = queue.SimpleQueue()
        self._under_way: dict[CancelToken, _Delivery] = {}
        self._waiting: list[tuple[Callable[[], None], bool]] = []
        self._network_jobs: list[Future[None]] = []
        self._is_closed = False

    def run(
        self,
        work: Callable[[CancelToken], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
        *,
        progressed: Callable[[Any], None] | None = None,
        owner: QObject | None = None,
        is_on_network: bool = False,
    ) -> Job:
        """Starts ``work`` on the pool; must be called on the GUI thread.

        ``is_on_network``: it may hang for as long as a server does, so it gets a thread of its own, on which
        such jobs run one after the other.
        """
        token = CancelToken(self._take_report)
        job = Job(token)
        delivery = _Delivery(work, job, token, done, failed, progressed, owner, is_on_network)
        if self._is_closed:
            job.cancel()
            return job
        self._under_way[token] = delivery
        if is_on_network:
            self._network_jobs = [one for one in self._network_jobs if not one.done()]
            self._network_jobs.append(self._network_thread.submit(self._work, [delivery]))
        else:
            self._pool.submit(self._work, [delivery])
        return job

    @property
    def running(self) -> int:
        """The number of jobs neither delivered nor cancelled."""
        return sum(delivery.job.is_running for delivery in self._under_way.values())

    def when_idle(self, call: Callable[[], None], *, but_network: bool = False) -> None:
        """Calls once no job is running, cancelled ones included: at once, or later on the GUI thread.

        ``but_network``: jobs that may hang with a server are not waited for.
        """
        self._waiting.append((call, but_network))
        self._tell_if_idle()

    def close(self) -> None:
        """Cancels everything and joins the threads; nothing is delivered afterwards.

        A call that hangs with a server is waited for only briefly.
        """
        self._is_closed = True
        for token in self._under_way:
            token.cancel()
        self._waiting.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._network_jobs:
            from concurrent.futures import wait  # noqa: PLC0415 - loaded with the pool

            wait(self._network_jobs, _NETWORK_PATIENCE_SECONDS)
            self._network_thread.shutdown(wait=False, cancel_futures=True)
        self._under_way.clear()

    @cached_property
    def _pool(self) -> "ThreadPoolExecutor":
        """Created with the first job, after the first paint."""
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

        from PySide6.QtCore import Qt  # noqa: PLC0415

        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        return ThreadPoolExecutor(_WORKERS, thread_name_prefix="job")

    @cached_property
    def _network_thread(self) -> "ThreadPoolExecutor":
        """Created with the first job for a server; the pool connects the results."""
        assert self._pool is not None
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

        return ThreadPoolExecutor(1, thread_name_prefix="network")

    def _work(self, parcel: list[Any]) -> None:
        """Replaces the delivery in ``parcel`` by its message.

        A delivery may hold the last reference to a Qt object, which must not end on this thread. The pool has
        ``parcel`` for a moment longer than its reader, who empties it.
        """
        parcel.append(self._outcome(parcel.pop()))
        self._post(parcel)

    def _outcome(self, delivery: _Delivery) -> Callable[[], None]:
        """Runs the work; what is returned tells it on the GUI thread."""
        if delivery.token.is_cancelled:
            return lambda: self._deliver(delivery, lambda: None)
        try:
            result = delivery.work(delivery.token)
        except Exception as error:  # noqa: BLE001 - the edge where known errors and bugs are sorted
            failure = error
            return lambda: self._deliver(delivery, lambda: delivery.failed(failure))
        except BaseException as error:  # noqa: BLE001 - a library in Rust panicked: the window must not wait for ever
            failure = RuntimeError(f"{type(error).__name__}: {error}")
            failure.__cause__ = error
            return lambda: self._deliver(delivery, lambda: delivery.failed(failure))
        return lambda: self._deliver(delivery, lambda: delivery.done(result))

    def _take_report(self, token: CancelToken, progress: object) -> None:
        delivery = self._under_way[token]
        is_first = not delivery.newest
        delivery.newest[:] = [progress]
        if is_first:
            self._post([lambda: self._deliver_report(delivery)])

    def _post(self, parcel: list[Callable[[], None]]) -> None:
        self._inbox.put(parcel)
        if not self._is_closed:
            self._arrived.emit()

    def _deliver(self, delivery: _Delivery, call: Callable[[], None]) -> None:
        self._under_way.pop(delivery.token, None)
        try:
            if delivery.is_wanted():
                delivery.job.end()
                call()
        finally:
            self._tell_if_idle()

    def _tell_if_idle(self) -> None:
        while (due := self._next_due()) is not None:
            self._waiting.remove(due)
            due[0]()

    def _next_due(self) -> "tuple[Callable[[], None], bool] | None":
        is_local = any(not each.is_on_network for each in self._under_way.values())
        is_idle = not self._under_way
        return next((each for each in self._waiting if is_idle or (each[1] and not is_local)), None)

    def _deliver_report(self, delivery: _Delivery) -> None:
        if not delivery.newest:
            return
        progress = delivery.newest.pop()
        if delivery.progressed is not None and delivery.is_wanted():
            delivery.progressed(progress)

    @Slot()
    def _on_arrived(self) -> None:
        """One delivery for each wake-up, so that a callback that raises loses no other result."""
        if not self._is_closed and not self._inbox.empty():
            self._inbox.get().pop()()
