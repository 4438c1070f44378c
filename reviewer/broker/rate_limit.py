"""How often somebody may ask for keys: a fixed number in any minute."""

import threading
from collections import deque
from dataclasses import dataclass, field

_SECONDS = 60.0


@dataclass(slots=True)
class _Asked:
    times: deque[float] = field(default_factory=deque)
    is_over: bool = False


class RateLimit:
    """Counts requests by who sent them; may be used from any thread."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}

    def take(self, who: str, now: float) -> tuple[bool, bool]:
        """Counts one request at ``now``, in seconds of a monotonic clock.

        Returns: whether it is within the limit; and whether it is the first one beyond it since the last that
            was within.
        """
        with self._lock:
            asked = self._asked.setdefault(who, _Asked())
            while asked.times and asked.times[0] <= now - _SECONDS:
                asked.times.popleft()
            if len(asked.times) < self._a_minute:
                asked.times.append(now)
                asked.is_over = False
                return True, False
            is_first, asked.is_over = not asked.is_over, True
            return False, is_first
