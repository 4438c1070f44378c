"""How often somebody may ask for keys: a fixed number in any minute, and of so many clips in an hour."""

import threading
from collections import deque
from dataclasses import dataclass, field

_SECONDS = 60.0
_HOUR_SECONDS = 3600.0


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


class ClipLimit:
    """Counts the different clips whose keys were released to a person; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clips: dict[str, dict[str, float]] = {}

    def take(self, who: str, clip_id: str, now: float, most: int) -> bool:
        """Counts one clip at ``now``, in seconds of a monotonic clock; False for a further one beyond
        ``most`` in the last hour. Zero is no limit."""
        with self._lock:
            clips = self._clips.setdefault(who, {})
            for each in [each for each, at in clips.items() if at <= now - _HOUR_SECONDS]:
                del clips[each]
            if most and clip_id not in clips and len(clips) >= most:
                return False
            clips[clip_id] = now
            return True

    def forget(self, who: str) -> None:
        """Lets somebody start anew."""
        with self._lock:
            self._clips.pop(who, None)
