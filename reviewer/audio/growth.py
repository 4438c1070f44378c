"""Making a clip at another speed on another thread, from where it is wanted."""

from bisect import bisect_right
from collections.abc import Callable
from threading import Thread

from reviewer.audio.feed import Ready
from reviewer.audio.stretch import Speed

Job = Callable[[], None]


class Growth:
    """Makes the windows of a speed, those after the wanted place first, and says which stretch is ready.

    One job makes windows until all are made or ``stop``; the player's thread only says what it wants. Both
    write ``ready`` in one step each; should one overwrite the other's, the job's next window puts it right.
    """

    def __init__(self, speed: Speed, ready: Ready, start_job: Callable[[Job], None]) -> None:
        self._speed = speed
        self._ready = ready
        self._start_job = start_job
        self._made = [False] * (len(speed.edges) - 1)
        self._wanted = 0
        self._is_started = False
        self._is_stopped = False

    def want(self, frame: int) -> None:
        """Make what begins at this frame of the speed's sound next."""
        self._wanted = min(max(bisect_right(self._speed.edges, frame) - 1, 0), max(len(self._made) - 1, 0))
        self._tell()
        if not self._is_started:
            self._is_started = True
            self._start_job(self._run)

    def stop(self) -> None:
        """Make no more windows."""
        self._is_stopped = True

    def _run(self) -> None:
        while not self._is_stopped and not all(self._made):
            window = self._next()
            self._speed.make(window)
            self._made[window] = True
            self._tell()

    def _next(self) -> int:
        """The first window not made, from the wanted one on, then from the beginning."""
        try:
            return self._made.index(False, self._wanted)
        except ValueError:
            return self._made.index(False)

    def _tell(self) -> None:
        """The stretch of made windows from the wanted one on; everything once all are made."""
        if all(self._made):
            self._ready.stretch = (0, self._speed.edges[-1])
            return
        first = self._wanted
        try:
            after = self._made.index(False, first)
        except ValueError:
            after = len(self._made)
        self._ready.stretch = (self._speed.edges[first], self._speed.edges[after])


def in_thread(job: Job) -> None:
    """Run a job on a thread of its own, which does not keep the program from ending."""
    Thread(target=job, name="speed", daemon=True).start()
