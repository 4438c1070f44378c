"""Batches of prepared clips on their way into a workspace."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from time import monotonic
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Batches(Generic[T]):
    """Commits items in batches, in order; the files of one batch are flushed to disk while the one before is
    committed.

    So nobody waits for the disk while there is other work. A context manager: leaving it discards what was
    not committed.
    """

    def __init__(
        self,
        sync: Callable[[list[T]], None],
        commit: Callable[[list[T]], None],
        discard: Callable[[list[T]], None],
        *,
        most: int,
        seconds: float,
    ) -> None:
        """A batch has at most so many items, and does not wait longer than so many seconds for more.

        ``sync`` is called on another thread, ``commit`` after it. If one of them raises, neither that batch
        nor a later one is committed. ``discard`` is called once for each batch, after its commit.
        """
        self._do_sync, self._do_commit, self._discard = sync, commit, discard
        self._most, self._seconds = most, seconds
        self._batch, self._begun = list[T](), monotonic()
        self._syncing = deque[tuple[list[T], Future[None]]]()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sync")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()
        self._thread.shutdown()

    def add(self, item: T) -> None:
        """Adds an item, and commits the batches that are ready. Raises what ``sync`` and ``commit`` raise."""
        self._batch.append(item)
        if len(self._batch) == self._most or monotonic() - self._begun > self._seconds:
            self._sync()
        if len(self._syncing) > 1 or (self._syncing and self._syncing[0][1].done()):
            self._commit()

    def finish(self) -> None:
        """Commits everything that was added. Raises what ``sync`` and ``commit`` raise."""
        if self._batch:
            self._sync()
        while self._syncing:
            self._commit()

    def _sync(self) -> None:
        batch, self._batch, self._begun = self._batch, [], monotonic()
        self._syncing.append((batch, self._thread.submit(self._do_sync, batch)))

    def _commit(self) -> None:
        batch, synced = self._syncing.popleft()
        try:
            synced.result()
            self._do_commit(batch)
        except BaseException:
            self._drop()
            raise
        finally:
            wait([synced])
            self._discard(batch)

    def _drop(self) -> None:
        wait([synced for _, synced in self._syncing])
        for batch, _ in self._syncing:
            self._discard(batch)
        self._syncing.clear()
        batch, self._batch = self._batch, []
        self._discard(batch)
