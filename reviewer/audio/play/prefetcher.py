"""Renders the next part of a sound in advance, on the render thread."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from threading import Event, Thread

from reviewer.audio.dsp.stretch import TimeStretch, cross_faded
from reviewer.audio.play.audio_callback import BufferedChunk, PlaybackCursor, SampleBuffer
from reviewer.audio.samples import IntSamples
from reviewer.errors import ReviewerError

Job = Callable[[], None]
StartJob = Callable[[Job], None]

_AHEAD_SHARE = 2 / 3
_POLL_SECONDS = 0.1
_REPLACED_WINDOWS = 2


@dataclass(frozen=True, slots=True, eq=False)
class PrefetchSettings:
    """What the render thread must render, as one value that is replaced in one assignment.

    ``urgent_frame``, of the request with that ``number``, comes first. Then comes what ``cursor`` plays next;
    without one, the sound from ``frame`` on, in a ``loop`` (start and exclusive end) or to the end. With
    ``is_replaced`` another sound will replace this one, and only what is played until then is rendered;
    with ``is_stopped`` nothing is.
    """

    number: int = 0
    urgent_frame: int = 0
    frame: int = 0
    loop: tuple[int, int] | None = None
    cursor: PlaybackCursor | None = None
    is_replaced: bool = False
    is_stopped: bool = False

    @property
    def is_followed(self) -> bool:
        """Whether playback is running, so that the requested part moves with it."""
        return self.cursor is not None and not self.cursor.is_over


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    """A rendered window; ``tail`` is to be cross-faded into the beginning of the next one."""

    chunk: BufferedChunk
    tail: IntSamples
    is_joined: bool


class Prefetcher:
    """Renders the windows of a time stretch that are played next, and keeps as many as fit.

    One job renders: if the whole sound fits, until all is rendered; else until ``stop``, following playback
    and dropping what is behind it. A loop that fits is kept whole; else its start is rendered again before
    its end is played. The player's thread only replaces the settings; ``error`` is why rendering stopped.
    """

    def __init__(
        self,
        stretch: TimeStretch,
        buffer: SampleBuffer,
        start_job: StartJob,
        capacity_frames: int = 1 << 62,
    ) -> None:
        self.error: ReviewerError | None = None
        self._stretch = stretch
        self._buffer = buffer
        self._start_job = start_job
        self._capacity_frames = capacity_frames
        self._settings = PrefetchSettings()
        self._changed = Event()
        self._is_started = False
        self._windows: dict[int, _Window] = {}
        self._dropped: list[_Window] = []
        self._served_number = 0

    def request(self, frame: int, loop: tuple[int, int] | None = None) -> None:
        """Render from this frame of the stretched sound on next, then what a loop plays after it."""
        settings = replace(self._settings, number=self._settings.number + 1, urgent_frame=frame)
        if not settings.is_followed:
            settings = replace(settings, frame=frame, loop=loop, cursor=None)
        self._put(settings)
        if not self._is_started:
            self._is_started = True
            self._start_job(self._run)

    def follow(self, cursor: PlaybackCursor) -> None:
        """Render what this cursor plays next."""
        self._put(replace(self._settings, cursor=cursor))

    def set_replaced(self) -> None:
        """Another sound will replace this one: render only what is played until then."""
        self._put(replace(self._settings, is_replaced=True))

    def stop(self) -> None:
        """Render no more windows."""
        self._put(replace(self._settings, is_stopped=True))

    def render_requested(self) -> None:
        """Render everything that is requested now."""
        while not self._settings.is_stopped:
            window = next((each for each in self._plan() if each not in self._windows), None)
            if window is None:
                return
            self._render(window)

    def _put(self, settings: PrefetchSettings) -> None:
        self._settings = settings
        self._changed.set()

    def _run(self) -> None:
        try:
            self.render_requested()
            while not self._settings.is_stopped and not self._is_complete:
                self._changed.wait(_POLL_SECONDS if self._settings.is_followed else None)
                self._changed.clear()
                self.render_requested()
        except ReviewerError as error:
            self.error = error

    @property
    def _is_complete(self) -> bool:
        return self._has_room_for_all and len(self._windows) == self._stretch.windows

    @property
    def _has_room_for_all(self) -> bool:
        return self._stretch.frames <= self._capacity_frames

    def _plan(self) -> Iterator[int]:
        """The windows requested now, the most urgent first; some more than once.

        A generator, because finding a window's start reads sound.
        """
        settings = self._settings
        urgent = self._urgent_window(settings)
        if urgent is not None:
            yield urgent
        frame = settings.frame
        loop_start, stop = settings.loop or (None, self._stretch.frames)
        cursor = settings.cursor
        if cursor is not None:
            frame = cursor.loop_position(cursor.count)[1]
            loop_start, stop = cursor.loop_start, cursor.stop
        ahead = self._ahead(frame, loop_start, stop)
        if settings.is_replaced:
            yield from islice(ahead, _REPLACED_WINDOWS)
            return
        yield from ahead
        if self._has_room_for_all:
            first = self._stretch.window_at(frame)
            yield from range(first, self._stretch.windows)
            yield from range(first)

    def _urgent_window(self, settings: PrefetchSettings) -> int | None:
        """The window requested last, until it has been rendered once."""
        if settings.number == self._served_number or not self._stretch.windows:
            return None
        window = self._stretch.window_at(settings.urgent_frame)
        if window not in self._windows:
            return window
        self._served_number = settings.number
        return None

    def _ahead(self, frame: int, loop_start: int | None, stop: int) -> Iterator[int]:
        """The windows that are played next, each once, as far as they fit."""
        if frame >= self._stretch.frames:
            return
        room = min(self._capacity_frames, self._stretch.frames) * _AHEAD_SHARE
        first = window = self._stretch.window_at(frame)
        is_second_round = False
        while room > 0 and window < self._stretch.windows and not (is_second_round and window == first):
            yield window
            window += 1
            edge = self._stretch.edge(window)
            room -= edge - frame
            frame = edge
            if loop_start is not None and frame >= stop:
                if is_second_round:
                    return
                frame, window, is_second_round = loop_start, self._stretch.window_at(loop_start), True

    def _render(self, window: int) -> None:
        sound = self._stretch.render_window(window)
        start, stop = self._stretch.edge(window), self._stretch.edge(window + 1)
        tail = sound[stop - start :].copy()
        self._windows[window] = _Window(BufferedChunk(start, sound[: stop - start]), tail, is_joined=False)
        for later in (window, window + 1):
            self._join(later)
        self._drop_unwanted(window)
        self._buffer.replace_chunks(each.chunk for each in self._windows.values())

    def _join(self, number: int) -> None:
        before, window = self._windows.get(number - 1), self._windows.get(number)
        if before is None or window is None or window.is_joined or not before.tail.shape[0]:
            return
        data = cross_faded(before.tail, window.chunk.data)
        self._windows[number] = _Window(BufferedChunk(window.chunk.start, data), window.tail, is_joined=True)

    def _drop_unwanted(self, newest: int) -> None:
        """Drop unneeded windows, the farthest from the newest one first, until there is space.

        They are freed one round later: the device's thread may be copying from them, and must not free
        memory.
        """
        self._dropped = []
        total = sum(each.chunk.data.shape[0] for each in self._windows.values())
        if total <= self._capacity_frames:
            return
        wanted, frame = {newest, *self._plan()}, self._windows[newest].chunk.start
        others = [each for each in self._windows if each not in wanted]
        others.sort(key=lambda each: abs(self._windows[each].chunk.start - frame))
        while others and total > self._capacity_frames:
            dropped = self._windows.pop(others.pop())
            total -= dropped.chunk.data.shape[0]
            self._dropped.append(dropped)


def in_thread(job: Job) -> None:
    """Run a job on a daemon render thread."""
    Thread(target=job, name="render", daemon=True).start()
