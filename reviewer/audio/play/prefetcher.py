"""Keeping at hand, on another thread, the part of a sound that is played next."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from threading import Event, Thread

from reviewer.audio.dsp.stretch import TimeStretch, joined
from reviewer.audio.play.audio_callback import PlaybackCursor
from reviewer.audio.play.sample_buffer import BufferedChunk, SampleBuffer
from reviewer.audio.samples import IntSamples
from reviewer.errors import ReviewerError

Job = Callable[[], None]

_AHEAD_PART = 2 / 3
_LOOK_SECONDS = 0.1
_RESTING_WINDOWS = 2


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """A window at hand; ``tail`` is to be faded into the beginning of the next one."""

    piece: BufferedChunk
    tail: IntSamples
    is_joined: bool


class Prefetcher:
    """Makes the windows of a speed that are wanted next, and keeps as many as there is room for.

    One job does it: where all of the sound has room, until all is made; else until ``stop``, following what
    is played and dropping what lies behind. A loop is followed round: with room for all of it, it is kept
    whole; else its beginning is there again before its end was played. The player's thread only says what it
    wants; ``error`` is why nothing more will come.
    """

    def __init__(
        self,
        speed: TimeStretch,
        tape: SampleBuffer,
        start_job: Callable[[Job], None],
        room_frames: int = 1 << 62,
    ) -> None:
        self.error: ReviewerError | None = None
        self._speed = speed
        self._tape = tape
        self._start_job = start_job
        self._room_frames = room_frames
        self._made: dict[int, _Made] = {}
        self._dropped: list[_Made] = []
        self._place = 0
        self._loop_start: int | None = None
        self._loop_stop = speed.frames
        self._urgent: int | None = None
        self._cue: PlaybackCursor | None = None
        self._nudge = Event()
        self._is_started = False
        self._is_stopped = False
        self._is_resting = False

    def want(self, frame: int, loop: tuple[int, int] | None = None) -> None:
        """Make what begins at this frame of the speed's sound next, then what a loop plays after it."""
        self._urgent = frame
        if not self._is_followed:
            self._cue, self._place = None, frame
            self._loop_start, self._loop_stop = loop or (None, self._speed.frames)
        self._nudge.set()
        if not self._is_started:
            self._is_started = True
            self._start_job(self._run)

    def follow(self, cue: PlaybackCursor) -> None:
        """From now on what this cue plays next is wanted."""
        self._cue = cue
        self._nudge.set()

    def rest(self) -> None:
        """Another sound is to take this one's place: from now on make no more than is played until then."""
        self._is_resting = True

    def stop(self) -> None:
        """Make no more windows."""
        self._is_stopped = True
        self._nudge.set()

    def fill(self) -> None:
        """Make all that is wanted now."""
        while not self._is_stopped:
            window = next((each for each in self._plan() if each not in self._made), None)
            if window is None:
                return
            self._add(window)

    def _run(self) -> None:
        try:
            self.fill()
            while not self._is_stopped and not self._is_complete:
                self._nudge.wait(_LOOK_SECONDS if self._is_followed else None)
                self._nudge.clear()
                self.fill()
        except ReviewerError as error:
            self.error = error

    @property
    def _is_complete(self) -> bool:
        return self._has_room_for_all and len(self._made) == self._speed.windows

    @property
    def _has_room_for_all(self) -> bool:
        return self._speed.frames <= self._room_frames

    @property
    def _is_followed(self) -> bool:
        return self._cue is not None and not self._cue.is_over

    def _plan(self) -> Iterator[int]:
        """The windows wanted now, the most urgent first; some more than once.

        One at a time, for to know where a window begins, sound is read.
        """
        urgent = self._urgent_window()
        if urgent is not None:
            yield urgent
        place, start, stop = self._place, self._loop_start, self._loop_stop
        cue = self._cue
        if cue is not None:
            place, start, stop = cue.place(cue.cursor)[1], cue.loop_start, cue.stop
        ahead = self._ahead(place, start, stop)
        if self._is_resting:
            yield from islice(ahead, _RESTING_WINDOWS)
            return
        yield from ahead
        if self._has_room_for_all:
            first = self._speed.window_at(place)
            yield from range(first, self._speed.windows)
            yield from range(first)

    def _urgent_window(self) -> int | None:
        """The window asked for last, until it is made."""
        urgent = self._urgent
        if urgent is None or not self._speed.windows:
            return None
        window = self._speed.window_at(urgent)
        if window not in self._made:
            return window
        if self._urgent == urgent:
            self._urgent = None
        return None

    def _ahead(self, place: int, loop_start: int | None, stop: int) -> Iterator[int]:
        """The windows that are played next, each once, as far as there is room for them."""
        if place >= self._speed.frames:
            return
        room = min(self._room_frames, self._speed.frames) * _AHEAD_PART
        first = window = self._speed.window_at(place)
        is_round = False
        while room > 0 and window < self._speed.windows and not (is_round and window == first):
            yield window
            window += 1
            room -= self._speed.edge(window) - place
            place = self._speed.edge(window)
            if loop_start is not None and place >= stop:
                if is_round:
                    return
                place, window, is_round = loop_start, self._speed.window_at(loop_start), True

    def _add(self, window: int) -> None:
        sound = self._speed.make(window)
        start, stop = self._speed.edge(window), self._speed.edge(window + 1)
        tail = sound[stop - start :].copy()
        self._made[window] = _Made(BufferedChunk(start, sound[: stop - start]), tail, is_joined=False)
        for later in (window, window + 1):
            self._join(later)
        self._drop(window)
        self._tape.put(each.piece for each in self._made.values())

    def _join(self, window: int) -> None:
        before, made = self._made.get(window - 1), self._made.get(window)
        if before is None or made is None or made.is_joined or not before.tail.shape[0]:
            return
        data = joined(before.tail, made.piece.data)
        self._made[window] = _Made(BufferedChunk(made.piece.start, data), made.tail, is_joined=True)

    def _drop(self, newest: int) -> None:
        """Drop what is not wanted, what is farthest from the newest window first, until there is room.

        It is let go a round later: the device's thread may be copying from it, and shall not be the one that
        gives memory back.
        """
        self._dropped = []
        total = sum(each.piece.data.shape[0] for each in self._made.values())
        if total <= self._room_frames:
            return
        wanted, place = {newest, *self._plan()}, self._made[newest].piece.start
        others = [each for each in self._made if each not in wanted]
        others.sort(key=lambda each: abs(self._made[each].piece.start - place))
        while others and total > self._room_frames:
            dropped = self._made.pop(others.pop())
            total -= dropped.piece.data.shape[0]
            self._dropped.append(dropped)


def in_thread(job: Job) -> None:
    """Run a job on a thread of its own, which does not keep the program from ending."""
    Thread(target=job, name="tape", daemon=True).start()
