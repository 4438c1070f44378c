"""Everything that runs on the device's thread: it copies buffered samples, or silence.

Filling a block never locks, waits, logs or renders. Other threads pass it one frozen ``CallbackSettings`` and
one tuple of buffered chunks; each is replaced by one assignment.
"""

import time
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.fade import apply_fade, fade_in_weights
from reviewer.audio.samples import IntSamples, concatenated

_NEVER = 2**62
_LONGEST_BLOCK_SECONDS = 0.05
_POLL_SECONDS = 0.0002


@dataclass(frozen=True, slots=True, eq=False)
class BufferedChunk:
    """Samples from the frame ``start`` on; ``data`` is never written to again."""

    start: int
    data: IntSamples

    @property
    def end(self) -> int:
        return self.start + int(self.data.shape[0])


class SampleBuffer:
    """The chunks of a sound of ``frames`` frames that are in memory, found by frame number.

    All chunks are replaced in one assignment, and none is ever overwritten, so chunks do not change while
    the device's thread copies from them.
    """

    __slots__ = ("_chunks", "frames")

    def __init__(self, frames: int) -> None:
        self.frames = frames
        self._chunks: tuple[tuple[int, ...], tuple[BufferedChunk, ...]] = ((), ())

    @classmethod
    def holding_all(cls, data: IntSamples) -> "SampleBuffer":
        """A buffer that has the whole sound from the start."""
        buffer = cls(int(data.shape[0]))
        buffer.replace_chunks([BufferedChunk(0, data)])
        return buffer

    def replace_chunks(self, chunks: Iterable[BufferedChunk]) -> None:
        """Replace all chunks by these, which do not overlap."""
        ordered = tuple(sorted(chunks, key=lambda chunk: chunk.start))
        self._chunks = (tuple(chunk.start for chunk in ordered), ordered)

    def chunk_at(self, frame: int) -> BufferedChunk | None:
        """The chunk that contains this frame, if it is buffered."""
        starts, chunks = self._chunks
        index = bisect_right(starts, frame) - 1
        if index < 0 or frame >= chunks[index].end:
            return None
        return chunks[index]

    def read(self, start: int, end: int) -> IntSamples | None:
        """Frames ``[start, end)``, shape ``(frames, channels)``; None unless all of them are buffered."""
        found: list[IntSamples] = []
        while start < end:
            chunk = self.chunk_at(start)
            if chunk is None:
                return None
            found.append(chunk.data[start - chunk.start : end - chunk.start])
            start = chunk.end
        return concatenated(found) if found else None


@dataclass(frozen=True, slots=True, eq=False)
class Fades:
    """Where a playback run is faded, always over the same length; ``weights`` are those of its fade-in."""

    weights: NDArray[np.float32]
    at_start: bool = False
    at_stop: bool = False
    at_seam: bool = False


_NO_FADES = Fades(fade_in_weights(0))


class PlaybackCursor:
    """The position of a playback run, from ``start`` to ``stop`` of a buffer; it waits for unbuffered frames.

    With ``loop_start`` it continues there after ``stop``, without end, and ``count`` increases through the
    rounds: ``loop_position`` converts it to a frame. Only the device's thread writes ``count`` and
    ``last_block``, each in one assignment.
    """

    __slots__ = (
        "_end_count",
        "_fades",
        "_fades_in",
        "_fades_out_at",
        "buffer",
        "count",
        "last_block",
        "loop_start",
        "start",
        "stop",
    )

    def __init__(
        self,
        buffer: SampleBuffer,
        start: int,
        stop: int,
        *,
        loop_start: int | None = None,
        fades: Fades = _NO_FADES,
    ) -> None:
        self.buffer = buffer
        self.start = start
        self.stop = stop
        self.loop_start = loop_start if loop_start is not None and loop_start < stop else None
        self.count = start
        self.last_block: tuple[int, float] | None = None
        self._fades = fades
        self._fades_in = fades.at_start
        self._fades_out_at: int | None = None
        self._end_count = stop if self.loop_start is None else _NEVER

    @property
    def is_over(self) -> bool:
        """Whether the device has received all of it."""
        return self.count >= self._end_count

    @property
    def is_buffered(self) -> bool:
        """Whether the next frame can be copied now."""
        return self.buffer.chunk_at(self.loop_position(self.count)[1]) is not None

    def loop_position(self, count: int) -> tuple[int, int]:
        """The number of finished rounds at this count, and the buffer's next frame."""
        if self.loop_start is None or count < self.stop:
            return 0, count
        rounds, frames = divmod(count - self.stop, self.stop - self.loop_start)
        return rounds + 1, self.loop_start + frames

    def heard_count(self, now_seconds: float, rate_hz: int) -> int:
        """The count that is heard now: frames given to the device, minus those it has not played yet."""
        if self.last_block is None:
            return self.start
        first, when_seconds = self.last_block
        return max(self.start, min(first + round((now_seconds - when_seconds) * rate_hz), self.count))

    def copy_next(self, out: NDArray[Any], when_seconds: float) -> int:
        """Copy the next frames into ``out``, shape ``(frames, channels)``; returns how many there were."""
        first_count = count = self.count
        end = min(first_count + out.shape[0], self._end_count)
        while count < end:
            rounds, first = self.loop_position(count)
            chunk = self.buffer.chunk_at(first) if first < self.stop else None
            if chunk is None:
                break
            last = min(first + end - count, self.stop, chunk.end)
            part = out[count - first_count : count - first_count + last - first]
            part[:] = chunk.data[first - chunk.start : last - chunk.start]
            self._apply_fades(part, count, rounds, first)
            count += last - first
        if count > first_count:
            self.last_block = (first_count, when_seconds)
            self.count = count
        return count - first_count

    def copy_fading_out(self, out: NDArray[Any], when_seconds: float) -> int:
        """Fade out the next frames; returns how many; the fade is over if ``out`` is not full."""
        if self._fades_out_at is None:
            self._fades_out_at = self.count
            tail = self._fades.weights.shape[0] if self.last_block is not None else 0
            self._end_count = min(self.count + tail, self._end_count)
        return self.copy_next(out, when_seconds)

    def continues(self, before: "PlaybackCursor") -> bool:
        """Whether this continues exactly at ``before``'s position, so that it needs no fade-in.

        Not during a fade of either: the volume would jump.
        """
        is_same = before.buffer is self.buffer and before.last_block is not None and not before.is_over
        is_unfaded = before.is_unfaded_at(before.count) and self.is_unfaded_at(
            self.start, except_fade_in=True
        )
        if is_same and is_unfaded and before.loop_position(before.count)[1] == self.start:
            self._fades_in = False
            return True
        return False

    def is_unfaded_at(self, count: int, *, except_fade_in: bool = False) -> bool:
        """Whether no fade lowers the frame at this count, or none except the fade-in at the start."""
        frames = self._fades.weights.shape[0]
        rounds, first = self.loop_position(count)
        rises = self._fades_in and not except_fade_in and count < self.start + frames
        is_looped = self.loop_start is not None
        falls = (self._fades.at_seam if is_looped else self._fades.at_stop) and first >= self.stop - frames
        seam = self.loop_start is not None and self._fades.at_seam and first < self.loop_start + frames
        return not (rises or falls or (rounds and seam) or self._fades_out_at is not None)

    def _apply_fades(self, part: NDArray[Any], count: int, rounds: int, first: int) -> None:
        rise = self._fades.weights
        if self._fades_in:
            apply_fade(part, count, rise, self.start)
        if self._fades_out_at is not None:
            apply_fade(part, count, rise[::-1], self._fades_out_at)
        if self.loop_start is None:
            if self._fades.at_stop:
                apply_fade(part, first, rise[::-1], self.stop - rise.shape[0])
        elif self._fades.at_seam:
            apply_fade(part, first, rise[::-1], self.stop - rise.shape[0])
            if rounds:
                apply_fade(part, first, rise, self.loop_start)


@dataclass(frozen=True, slots=True, eq=False)
class CallbackSettings:
    """What the device's thread does from its next block on: play ``cursor``, or silence without one.

    The previous sound is faded out first; with ``drops_previous`` it ends at once.
    """

    cursor: PlaybackCursor | None = None
    drops_previous: bool = False


class AudioCallback:
    """Fills the device's blocks from the present cursor.

    ``finished_blocks`` counts blocks. The device's thread fades out a replaced cursor, which no longer moves
    once two more blocks have finished (only one can have been in progress) and it is not the ``sounding``
    one.
    """

    def __init__(self) -> None:
        self.sounding: PlaybackCursor | None = None
        self.finished_blocks = 0
        self._settings = CallbackSettings()
        self._seen = self._settings
        self._begun_blocks = 0
        self._lead_in_frames = 0
        self._rate_hz = 1

    def start_stream(self, rate_hz: int, lead_in_seconds: float) -> None:
        """Prepare for a new stream, before it is opened: nothing to play, and some silence first."""
        self._settings = self._seen = CallbackSettings()
        self.sounding = None
        self._begun_blocks = self.finished_blocks
        self._rate_hz = rate_hz
        self._lead_in_frames = round(lead_in_seconds * rate_hz)

    def play(self, cursor: PlaybackCursor | None) -> None:
        """Play this from the next block on, or nothing; the previous sound is faded out."""
        self._settings = CallbackSettings(cursor)

    def drop_all(self) -> bool:
        """Stop the previous sound at once, without a fade; the stream continues with silence.

        Waits for a block in progress. False if it does not end: the stream must be closed then.
        """
        self._settings = CallbackSettings(drops_previous=True)
        begun, latest = self._begun_blocks, time.monotonic() + _LONGEST_BLOCK_SECONDS
        while self.finished_blocks < begun:
            if time.monotonic() >= latest:
                return False
            time.sleep(_POLL_SECONDS)
        self.sounding = None
        return True

    def fill(self, out: NDArray[Any], when_seconds: float) -> None:
        """Fill a block of shape ``(frames, channels)`` whose first frame is heard at ``when_seconds``."""
        self._begun_blocks += 1  # before anything is read: ``drop_all`` relies on it
        settings = self._settings
        if settings is not self._seen:
            self._seen = settings
            if settings.drops_previous:
                self.sounding = None
        done = min(self._lead_in_frames, out.shape[0])
        self._lead_in_frames -= done
        out[:done] = 0
        cursor, previous = settings.cursor, self.sounding
        if previous is not cursor:
            if previous is not None and (cursor is None or not cursor.continues(previous)):
                done += previous.copy_fading_out(out[done:], when_seconds + done / self._rate_hz)
            if done < out.shape[0] or previous is None:
                self.sounding = cursor
        if self.sounding is cursor and cursor is not None:
            done += cursor.copy_next(out[done:], when_seconds + done / self._rate_hz)
        out[done:] = 0
        self.finished_blocks += 1
