"""What the broker counts, as Prometheus text: numbers and codes, nobody's name and no clip."""

import threading
from collections import Counter
from collections.abc import Callable

from reviewer.errors import ReviewerError
from reviewer.stats.queue_figures import QueueFigures, prometheus_text

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_PREFIX = "reviewer_broker"


class QueueMetrics:
    """The figures of the queue as Prometheus text; asked at most once in ``KEPT_SECONDS``, whoever asks.

    Whoever reaches the port can ask, and each answer reads every task.
    """

    KEPT_SECONDS = 15.0

    def __init__(self, figures: Callable[[], QueueFigures]) -> None:
        self._figures = figures
        self._lock = threading.Lock()
        self._asked: float | None = None
        self._text = ""

    def text(self, now: float) -> str:
        """``now`` is the time of a monotonic clock, in seconds. A queue that does not answer is ``up 0``."""
        with self._lock:
            if self._asked is None or now - self._asked >= self.KEPT_SECONDS:
                try:
                    self._text = prometheus_text(self._figures())
                except ReviewerError:
                    self._text = prometheus_text(None)
                self._asked = now
            return self._text


class Metrics:
    """Counts of releases and refusals, and how long answers took; may be used from any thread."""

    def __init__(self, started: float) -> None:
        """``started`` is the time of a monotonic clock, in seconds."""
        self._started = started
        self._lock = threading.Lock()
        self._releases = 0
        self._refusals: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._buckets = [0] * len(_BOUNDS)
        self._seconds = 0.0
        self._answers = 0

    def released(self) -> None:
        with self._lock:
            self._releases += 1

    def refused(self, code: str) -> None:
        with self._lock:
            self._refusals[code] += 1

    def failed(self, code: str) -> None:
        """Disk, queue or program failed: no key left, and nobody was refused."""
        with self._lock:
            self._failures[code] += 1

    def took(self, seconds: float) -> None:
        """An answer left after so long."""
        with self._lock:
            self._answers += 1
            self._seconds += seconds
            for place, bound in enumerate(_BOUNDS):
                self._buckets[place] += seconds <= bound

    def text(self, now: float) -> str:
        """The Prometheus text format, version 0.0.4."""
        with self._lock:
            lines = [
                *_head("releases_total", "counter", "Keys that were released."),
                f"{_PREFIX}_releases_total {self._releases}",
                *_head("refusals_total", "counter", "Requests that were refused, by code."),
                *_by_code("refusals_total", self._refusals),
                *_head("failures_total", "counter", "Requests that failed here, by code."),
                *_by_code("failures_total", self._failures),
                *_head("request_seconds", "histogram", "Time to an answer."),
                *(
                    f'{_PREFIX}_request_seconds_bucket{{le="{bound}"}} {count}'
                    for bound, count in zip(_BOUNDS, self._buckets, strict=True)
                ),
                f'{_PREFIX}_request_seconds_bucket{{le="+Inf"}} {self._answers}',
                f"{_PREFIX}_request_seconds_sum {self._seconds:.6f}",
                f"{_PREFIX}_request_seconds_count {self._answers}",
                *_head("uptime_seconds", "gauge", "Since the broker was started."),
                f"{_PREFIX}_uptime_seconds {now - self._started:.0f}",
            ]
        return "\n".join(lines) + "\n"


def _head(name: str, kind: str, help_text: str) -> tuple[str, str]:
    return f"# HELP {_PREFIX}_{name} {help_text}", f"# TYPE {_PREFIX}_{name} {kind}"


def _by_code(name: str, counts: Counter[str]) -> list[str]:
    return [f'{_PREFIX}_{name}{{code="{code}"}} {counts[code]}' for code in sorted(counts)]
