"""A fair turn among the writers of one file, first come, first served."""

import threading
from pathlib import Path
from types import TracebackType


class Turn:
    """Waits in line for the right to write; SQLite's own lock stays the guarantee, this is only fairness."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def close(self) -> None:
        """Gives back what the operating system lent for waiting."""
