"""A playback run without interruption, in frames of the clip, and the frames that the device received."""

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.fade import loops_smoothly
from reviewer.audio.play.audio_callback import AudioCallback, Fades, PlaybackCursor
from reviewer.audio.play.rendition import Rendition
from reviewer.audio.play.transport import Transport
from reviewer.errors import ReviewerError
from reviewer.model.event import HeardRange
from reviewer.model.intervals import merge_heard


class PlaybackRun:
    """A playback cursor, and its position in frames of the clip. In a loop the count keeps increasing."""

    def __init__(self, rendition: Rendition, at: Transport, fade_weights: NDArray[np.float32]) -> None:
        """Cue the transport's position; ``fade_weights`` are those of a fade-in, at the device's rate."""
        self.rendition = rendition
        self.ended_at_block = 0
        self._start = self._reported = at.position
        self._stop = at.stop
        self._loop = at.loop
        start, loop_start = rendition.out_frame(at.position), None
        stop = rendition.frames if at.stop == at.frames else rendition.out_frame(at.stop)
        if at.loop is not None:
            loop_start = rendition.out_frame(at.loop.start)
        fade_frames = fade_weights.shape[0]
        fades = Fades(
            fade_weights,
            at_start=at.position > 0,
            at_stop=at.stop < at.frames,
            at_seam=loop_start is not None and not _loops_smoothly(rendition, loop_start, stop, fade_frames),
        )
        self.cursor = PlaybackCursor(
            rendition.buffer, start, max(stop, start), loop_start=loop_start, fades=fades
        )
        rendition.follow(self.cursor)

    @property
    def percent(self) -> int:
        """The speed it plays at."""
        return self.rendition.percent

    @property
    def error(self) -> ReviewerError | None:
        """Why rendering has stopped, if it has."""
        if self.rendition.error is None or self.cursor.is_over:
            return None
        return None if self.cursor.is_buffered else self.rendition.error

    def fed_frame(self) -> int:
        """The clip's frame up to which the device has received sound."""
        return self._clip_frame(self.cursor.count)

    def heard_frame(self, now_seconds: float, rate_hz: int) -> int:
        """The clip's frame that is heard now."""
        return self._clip_frame(self.cursor.heard_count(now_seconds, rate_hz))

    def take_fed(self) -> list[tuple[int, int]]:
        """The ranges of the clip that the device has received since the last call."""
        first, last = self._reported, self.fed_frame()
        if last <= first:
            return []
        self._reported = last
        return [(first, last)] if self._loop is None else self._loop.spans(first, last)

    def _clip_frame(self, count: int) -> int:
        rounds, frame = self.cursor.loop_position(count)
        if rounds and self._loop is not None and self.cursor.loop_start is not None:
            done = self._loop.frames * rounds + self._loop.start
            return done + min(self.rendition.clip_frames(frame - self.cursor.loop_start), self._loop.frames)
        if frame >= self.cursor.stop:
            return self._stop
        return min(self._start + self.rendition.clip_frames(frame - self.cursor.start), self._stop)


class HeardTracker:
    """Collects the clip's frames that the device has received from all runs, also from those fading out."""

    def __init__(self, callback: AudioCallback) -> None:
        self._callback = callback
        self._ending: list[PlaybackRun] = []
        self._heard: list[HeardRange] = []

    @property
    def has_untaken(self) -> bool:
        """Whether heard frames have not been taken yet."""
        return bool(self._heard)

    def end_run(self, run: PlaybackRun) -> None:
        """This run was replaced; the device may still fade it out."""
        run.ended_at_block = self._callback.finished_blocks
        self._ending.append(run)

    def take_heard(self, run: PlaybackRun | None) -> list[HeardRange]:
        """The ranges heard since the last call, including the present run's; merged."""
        ended = [each for each in self._ending if not self._may_still_move(each)]  # before they are read
        for each in [*self._ending, *([run] if run is not None else [])]:
            self._collect(each)
        self._ending = [each for each in self._ending if each not in ended]
        heard, self._heard = merge_heard(self._heard), []
        return heard

    def end_stream(self) -> None:
        """The device is closed: no run moves any more."""
        for run in self._ending:
            self._collect(run)
        self._ending = []

    def _collect(self, run: PlaybackRun) -> None:
        self._heard += [HeardRange(start, end, run.percent) for start, end in run.take_fed()]

    def _may_still_move(self, run: PlaybackRun) -> bool:
        """Whether the device's thread may be in the middle of a block of this run."""
        is_recent = self._callback.finished_blocks < run.ended_at_block + 2
        return is_recent or self._callback.sounding is run.cursor


def _loops_smoothly(rendition: Rendition, start: int, stop: int, fade_frames: int) -> bool:
    """Whether a loop needs no fade at its seam; an unbuffered seam is faded, to be safe."""
    buffer = rendition.buffer
    if stop - start <= 2 * (fade_frames + 1):
        whole = buffer.read(start, stop)
        return whole is not None and loops_smoothly(whole, fade_frames)
    after, before = buffer.read(start, start + fade_frames + 1), buffer.read(stop - fade_frames - 1, stop)
    return (
        after is not None
        and before is not None
        and loops_smoothly(np.concatenate((after, before)), fade_frames)
    )
