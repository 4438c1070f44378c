"""Prefetches the next clip while the present one is transcribed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from reviewer.errors import Unavailable
from reviewer.ui.clip.sender import NetworkExecutor
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.jobs import Jobs
from reviewer.ui.playback.controller import PlaybackController

if TYPE_CHECKING:
    from reviewer.audio.samples import Sound
    from reviewer.session.work_session import WorkSession


class Prefetch:
    """Requests the next clip once the present one is shown and no other job is running.

    With a queue in the workspace's file its calls run in order with all others, so no draft is overtaken, and
    a prefetched clip is dropped only after all earlier requests. With a queue elsewhere they run beside them.
    A clip that cannot be prefetched reports why when it is opened; ``was_away`` is called if something was
    away, after which ``ask_again`` asks once more. Then clips are taken along, and ``was_filled`` is called.
    """

    def __init__(
        self,
        work: "WorkSession",
        executor: SerialExecutor | NetworkExecutor,
        jobs: Jobs,
        playback: PlaybackController,
        was_away: Callable[[], None],
        was_filled: Callable[[], None],
    ) -> None:
        self._work = work
        self._playback = playback
        self._executor = executor
        self._jobs = jobs
        self._was_away = was_away
        self._was_filled = was_filled
        self._is_wanted = self._has_asked = self._has_failed = False

    def begin_clip(self) -> None:
        """A clip was opened, so the next one may be prefetched."""
        self._is_wanted, self._has_failed = True, False
        self._jobs.when_idle(self._ask)

    def ask_again(self) -> None:
        """What was away is back: requests the next clip if that failed before."""
        if self._has_failed:
            self.begin_clip()

    def drop(self) -> None:
        """Ends the prefetch lease and drops the sound: no clip comes next."""
        self._is_wanted = self._has_failed = False
        self._playback.drop_prefetched()
        if self._has_asked:
            self._has_asked = False
            self._executor.run(self._work.drop_prefetched)

    def _ask(self) -> None:
        if self._is_wanted:
            self._is_wanted, self._has_asked = False, True
            self._executor.run(self._work.prefetch, self._on_fetched, self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        """Opening this clip fails in the same way, and reports it."""
        if isinstance(error, Unavailable) and self._has_asked:
            self._has_failed = True
            self._was_away()

    def _on_filled(self, _nothing: None) -> None:
        self._was_filled()

    def _on_fetched(self, samples: "Sound | None") -> None:
        if samples is not None and self._has_asked:
            self._playback.prefetch(samples)
        if self._has_asked:
            self._executor.run(self._work.take_along, self._on_filled, self._on_failed)
