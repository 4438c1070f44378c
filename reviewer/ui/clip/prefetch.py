"""Getting from one clip to the next, and having the next one ready while the present one is typed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from reviewer.errors import ReviewerError
from reviewer.model.task import Lease
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.jobs import Jobs

if TYPE_CHECKING:
    from reviewer.audio.samples import Sound
    from reviewer.desk.listen import Heard
    from reviewer.desk.session import DeskSession, OpenClip


@dataclass(frozen=True, slots=True)
class Turn:
    """What is on the desk now: an open clip, nothing, or the lease of a clip that did not open, and why."""

    lease: Lease | None = None
    clip: "OpenClip | None" = None
    error: Exception | None = None


class WorksAhead(Protocol):
    """What has the next clip's sound worked out before it is played (``Playback``)."""

    def prefetch(self, samples: "Sound") -> None: ...
    def drop_prefetched(self) -> None: ...


class Ahead:
    """Asks for the next clip once the present one is on the screen and nothing else is to be done.

    Every call to the desk is a job in order: what is typed is never overtaken, and what was prepared is given
    back after all that was asked for before. A clip that cannot be prepared says so when its turn comes.
    """

    def __init__(self, desk: "DeskSession", executor: SerialExecutor, jobs: Jobs, sound: WorksAhead) -> None:
        self._desk = desk
        self._sound = sound
        self._executor = executor
        self._jobs = jobs
        self._is_wanted = self._has_asked = False

    def begin(self) -> None:
        """A clip was opened: the next one may be made ready."""
        self._is_wanted = True
        self._jobs.when_idle(self._look)

    def give_back(self) -> None:
        """Nothing comes next: the lease ahead ends, and what was prepared is forgotten."""
        self._is_wanted = False
        self._sound.drop_prefetched()
        if self._has_asked:
            self._has_asked = False
            self._executor.run(self._desk.give_back_ahead)

    def _look(self) -> None:
        if self._is_wanted:
            self._is_wanted, self._has_asked = False, True
            self._executor.run(partial(_prepare_next, self._desk), self._on_prepared)

    def _on_prepared(self, heard: "Heard | None") -> None:
        if heard is not None and self._has_asked:
            self._sound.prefetch(heard.samples)


def take_turn(desk: "DeskSession", ask: Callable[[], Lease | None]) -> Turn:
    """Asks the desk for a lease and opens its clip; runs on the pool, as one job, so that it is quick."""
    lease = None
    try:
        lease = ask()
        return Turn(lease, desk.open(lease) if lease is not None else None)
    except Exception as error:  # noqa: BLE001 - the GUI thread sorts known errors and bugs
        return Turn(lease, error=error)


def hand_over(desk: "DeskSession", end: Callable[[], object]) -> Turn:
    """Ends the present work, for good and on the disk, and only then takes the next: where it is prepared,
    with one commit for both.

    Raises what ``end`` raises; whatever is wrong with the next clip is in the turn.
    """
    clip = desk.go_on(end)
    if clip is not None:
        return Turn(clip.lease, clip)
    end()
    return take_turn(desk, desk.claim)


def _prepare_next(desk: "DeskSession") -> "Heard | None":
    try:
        lease = desk.claim_ahead()
        return desk.prepare(lease) if lease is not None else None
    except ReviewerError:
        return None  # the same is found again when it is this clip's turn, and told then
