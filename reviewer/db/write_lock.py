"""A fair write lock among all processes that write one file: first come, first served.

SQLite does not serve writers in order, and those that wait sleep longer and longer: one client can write ten
thousand times while another waits seconds for its first. Here every writer draws a ticket from a small file
beside the database and waits until all earlier tickets are done. A ticket is a byte-range lock, so the
operating system releases it when a process dies. SQLite's own lock stays the guarantee: if anything here
fails, writers are served in no particular order, but never two at once.
"""

import os
import struct
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from types import TracebackType

try:
    import fcntl
except ImportError:  # Windows: fair among the threads of a process; among processes only SQLite's lock.
    fcntl = None  # type: ignore[assignment]

_DRAWING = 0  # locked while a ticket is drawn
_TICKETS = 1 << 32  # ticket n is the byte at _TICKETS + n; locks may lie far beyond the end of a file
_NUMBERS = struct.Struct("<QQQ")  # the next ticket, the ticket being served, nanoseconds of the last turn
_SHORTEST_TURN_SECONDS, _LONGEST_TURN_SECONDS = 0.0002, 0.004  # the longest turn that is believed
_LAST_TICKET = 1 << 61  # lock offsets must fit into 63 bits
_LONGEST_LINE = 10_000  # writers that may wait at once
_EARLY = 0.75  # check this share of a turn before one's own is due
# After this time without a turn (a process was suspended, not killed) the queue restarts behind this writer.
_PATIENCE_SECONDS = 2.0


class WriteLock:
    """A fair lock for writing; every WriteLock of one path in a process shares one queue.

    Not re-entrant: acquiring it twice in a thread raises RuntimeError instead of a deadlock.
    """

    def __init__(self, path: Path) -> None:
        self._line = _line_of(path)
        self._is_open = True

    def __enter__(self) -> None:
        self._line.enter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.leave()

    def waiting(self) -> int:
        """How many threads of this process stand in line."""
        return len(self._line.waiting)

    def close(self) -> None:
        """Closes the ticket file when the last user of the path closes."""
        if self._is_open:
            self._is_open = False
            _give_back(self._line)


class _Line:
    """The queue of one process's threads, and of the process among the others."""

    def __init__(self, path: Path, key: tuple[int, str]) -> None:
        self.key = key
        self.users = 0
        self._guard = threading.Lock()
        self.waiting: deque[threading.Lock] = deque()
        self._owner: int | None = None
        self.tickets = _Tickets(path) if fcntl is not None else None

    def enter(self) -> None:
        me = threading.get_ident()
        with self._guard:
            if self._owner == me:
                raise RuntimeError("this thread already writes to this file through another connection")
            gate = None if self._owner is None and not self.waiting else threading.Lock()
            if gate is None:
                self._owner = me
            else:
                gate.acquire()
                self.waiting.append(gate)
        if gate is not None:
            self._wait(gate, me)
        try:
            if self.tickets is not None:
                self.tickets.enter()
        except BaseException:
            self._pass_on()
            raise

    def leave(self) -> None:
        try:
            if self.tickets is not None:
                self.tickets.leave()
        finally:
            self._pass_on()

    def _wait(self, gate: threading.Lock, me: int) -> None:
        try:
            gate.acquire()
        except BaseException:
            with self._guard:
                if gate in self.waiting:
                    self.waiting.remove(gate)
                    raise
            self._pass_on()  # the turn came at the same moment
            raise
        self._owner = me

    def _pass_on(self) -> None:
        with self._guard:
            if self.waiting:
                self._owner = 0  # on its way to the next thread; no thread has the ident 0
                self.waiting.popleft().release()
            else:
                self._owner = None


class _Tickets:
    """The tickets of one file among processes; used by one thread of this process at a time."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._mine: int | None = None
        self._begun = 0

    def enter(self) -> None:
        try:
            self._mine = self._draw()
            self._wait(self._mine)
            self._begun = time.monotonic_ns()
        except OSError:  # no locks on this file system, or a false deadlock reported across two files
            self._drop()
        except BaseException:
            self._drop()
            raise

    def leave(self) -> None:
        if self._mine is not None:
            with suppress(OSError):
                if self._mine + 1 > self._numbers()[1]:
                    os.pwrite(
                        self._file, struct.pack("<QQ", self._mine + 1, time.monotonic_ns() - self._begun), 8
                    )
        self._drop()

    def close(self) -> None:
        os.close(self._file)

    def _draw(self) -> int:
        fcntl.lockf(self._file, fcntl.LOCK_EX, 1, _DRAWING)
        ticket = self._numbers()[0]
        os.pwrite(self._file, struct.pack("<Q", ticket + 1), 0)
        fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _TICKETS + ticket)
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _DRAWING)
        return ticket

    def _wait(self, ticket: int) -> None:
        """Waits until nobody holds a ticket from the one being served up to one's own.

        It sleeps, because a blocking wait for a lock cannot be cancelled; the time follows from the position
        in the queue and the length of the last turn, so that few checks are in vain.
        """
        until = time.monotonic() + _PATIENCE_SECONDS
        while (served := self._numbers()[1]) < ticket and not self._is_free(served, ticket):
            left = until - time.monotonic()
            if left <= 0:
                return
            turn_seconds = min(max(self._numbers()[2] / 1e9, _SHORTEST_TURN_SECONDS), _LONGEST_TURN_SECONDS)
            time.sleep(min(turn_seconds * (ticket - served - _EARLY), left))

    def _is_free(self, first: int, end: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB, end - first, _TICKETS + first)
        except BlockingIOError:
            return False
        return True

    def _numbers(self) -> tuple[int, int, int]:
        """The file may contain anything: impossible numbers count as none."""
        found = os.pread(self._file, _NUMBERS.size, 0).ljust(_NUMBERS.size, b"\0")
        following, served, last_turn = _NUMBERS.unpack(found)
        if following > _LAST_TICKET or not served <= following <= served + _LONGEST_LINE:
            return 0, 0, 0
        return following, served, last_turn

    def _drop(self) -> None:
        self._mine = None
        with suppress(OSError):
            fcntl.lockf(self._file, fcntl.LOCK_UN)


# POSIX drops every lock a process has on a file as soon as any descriptor of it is closed, so a process must
# have exactly one descriptor for each turn file; hence one registry for the whole process.
_lines: dict[tuple[int, str], _Line] = {}
_lines_guard = threading.Lock()


def _line_of(path: Path) -> _Line:
    key = (os.getpid(), str(path.resolve()))  # a forked child has none of its parent's locks
    with _lines_guard:
        line = _lines.get(key)
        if line is None:
            line = _lines[key] = _Line(path, key)
        line.users += 1
        return line


def _give_back(line: _Line) -> None:
    with _lines_guard:
        line.users -= 1
        if line.users == 0:
            _lines.pop(line.key, None)
            if line.tickets is not None:
                line.tickets.close()
