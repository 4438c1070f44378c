"""How long to wait before a server that did not answer is asked again."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubles the wait after each failure, up to ``longest_seconds``.

    A random part of each wait (``jitter``, from 0 to 1) is left out, so that a room full of windows that lost
    the server together does not come back to it together.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 20.0
    jitter: float = 0.5

    def wait_seconds(self, failures: int, random: Callable[[], float]) -> float:
        """The wait after so many failures in a row, 1 or more; ``random`` returns 0 <= x < 1."""
        doublings = min(failures - 1, 32)
        longest: float = min(self.longest_seconds, self.first_seconds * 2**doublings)
        return longest * (1 - self.jitter * random())
