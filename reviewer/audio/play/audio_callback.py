"""What the device's thread does: copy what is cued, else silence."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.fade import rising, weigh
from reviewer.audio.play.sample_buffer import SampleBuffer

_NEVER = 2**62
_BLOCK_PATIENCE_SECONDS = 0.05
_LOOK_SECONDS = 0.0002


@dataclass(frozen=True, slots=True, eq=False)
class Fades:
    """Where a cue is faded, always over the same length; ``weights`` are those of its rise."""

    weights: NDArray[np.float32]
    at_start: bool = False
    at_stop: bool = False
    at_seam: bool = False


_NO_FADES = Fades(rising(0))


class PlaybackCursor:
    """One run of sound to be fed, from ``start`` to ``stop`` of a tape; it waits where nothing is at hand.

    With ``loop_start`` it goes on there after ``stop``, for ever. ``cursor`` counts on through the rounds:
    ``place`` says which frame it is. ``cursor`` and ``mark`` are written by the device's thread alone, each
    in one step.
    """

    __slots__ = (
        "_fades",
        "_last",
        "_leaves_at",
        "_rises",
        "cursor",
        "loop_start",
        "mark",
        "start",
        "stop",
        "tape",
    )

    def __init__(
        self,
        tape: SampleBuffer,
        start: int,
        stop: int,
        *,
        loop_start: int | None = None,
        fades: Fades = _NO_FADES,
    ) -> None:
        self.tape = tape
        self.start = start
        self.stop = stop
        self.loop_start = loop_start if loop_start is not None and loop_start < stop else None
        self.cursor = start
        self.mark: tuple[int, float] | None = None
        self._fades = fades
        self._rises = fades.at_start
        self._leaves_at: int | None = None
        self._last = stop if self.loop_start is None else _NEVER

    @property
    def is_over(self) -> bool:
        """Whether all of it was fed."""
        return self.cursor >= self._last

    @property
    def is_at_hand(self) -> bool:
        """Whether the frame that comes next can be fed now."""
        return self.tape.piece_at(self.place(self.cursor)[1]) is not None

    def place(self, cursor: int) -> tuple[int, int]:
        """How many rounds are over at this count, and which frame of the tape comes next."""
        if self.loop_start is None or cursor < self.stop:
            return 0, cursor
        rounds, frames = divmod(cursor - self.stop, self.stop - self.loop_start)
        return rounds + 1, self.loop_start + frames

    def take(self, out: NDArray[Any], when: float) -> int:
        """Copy the next frames into ``out``; returns how many there were."""
        begin = at = self.cursor
        end = min(begin + out.shape[0], self._last)
        while at < end:
            rounds, first = self.place(at)
            found = self.tape.piece_at(first) if first < self.stop else None
            if found is None:
                break
            last = min(first + end - at, self.stop, found.end)
            piece = out[at - begin : at - begin + last - first]
            piece[:] = found.data[first - found.start : last - found.start]
            self._fade(piece, at, rounds, first)
            at += last - first
        if at > begin:
            self.mark = (begin, when)
            self.cursor = at
        return at - begin

    def leave(self, out: NDArray[Any], when: float) -> int:
        """Fade out what follows; returns how many frames that took; over if ``out`` is not full."""
        if self._leaves_at is None:
            self._leaves_at = self.cursor
            tail = self._fades.weights.shape[0] if self.mark is not None else 0
            self._last = min(self.cursor + tail, self._last)
        return self.take(out, when)

    def join(self, before: "PlaybackCursor") -> bool:
        """Whether this goes on exactly where ``before`` is; then it needs no fade, and has none.

        Not while a fade of either is under way: the loudness would jump.
        """
        is_same = before.tape is self.tape and before.mark is not None and not before.is_over
        is_whole = before.is_whole_at(before.cursor) and self.is_whole_at(self.start, but_for_its_rise=True)
        if is_same and is_whole and before.place(before.cursor)[1] == self.start:
            self._rises = False
            return True
        return False

    def is_whole_at(self, cursor: int, *, but_for_its_rise: bool = False) -> bool:
        """Whether no fade lowers the frame at this count, or none but the rise at its start."""
        frames = self._fades.weights.shape[0]
        rounds, first = self.place(cursor)
        rises = self._rises and not but_for_its_rise and cursor < self.start + frames
        is_looped = self.loop_start is not None
        falls = (self._fades.at_seam if is_looped else self._fades.at_stop) and first >= self.stop - frames
        seam = self.loop_start is not None and self._fades.at_seam and first < self.loop_start + frames
        return not (rises or falls or (rounds and seam) or self._leaves_at is not None)

    def heard(self, now: float, rate_hz: int) -> int:
        """What is heard at ``now``, counted as ``cursor`` is: what was fed, less what waits there."""
        if self.mark is None:
            return self.start
        begin, when = self.mark
        return max(self.start, min(begin + round((now - when) * rate_hz), self.cursor))

    def _fade(self, piece: NDArray[Any], at: int, rounds: int, first: int) -> None:
        up = self._fades.weights
        if self._rises:
            weigh(piece, at, up, self.start)
        if self._leaves_at is not None:
            weigh(piece, at, up[::-1], self._leaves_at)
        if self.loop_start is None:
            if self._fades.at_stop:
                weigh(piece, first, up[::-1], self.stop - up.shape[0])
        elif self._fades.at_seam:
            weigh(piece, first, up[::-1], self.stop - up.shape[0])
            if rounds:
                weigh(piece, first, up, self.loop_start)


class AudioCallback:
    """Fills the device's blocks from the cue of the moment: no lock, no waiting, nothing but copying.

    The player's thread puts a cue in with one assignment. ``blocks`` counts finished blocks: a cue taken out
    is faded out by the device's thread; it will not move any more once a second block has finished (only one
    can have been under way) and it is not ``sounding``.
    """

    def __init__(self) -> None:
        self.cue: PlaybackCursor | None = None
        self.sounding: PlaybackCursor | None = None
        self.blocks = 0
        self._begun = 0
        self._is_cut = False
        self._lead_in_frames = 0
        self._rate_hz = 1

    def begin(self, rate_hz: int, lead_in_seconds: float) -> None:
        """A new stream: nothing cued, and so much silence first."""
        self.cue = self.sounding = None
        self._begun, self._is_cut = self.blocks, False
        self._rate_hz = rate_hz
        self._lead_in_frames = round(lead_in_seconds * rate_hz)

    def cut(self) -> bool:
        """Nothing of what was cued comes after this, not even its fade; the stream goes on in silence.

        A block that is under way is waited for. False if it does not end: then the stream must be closed.
        """
        self.cue = None
        self._is_cut = True
        begun, latest = self._begun, time.monotonic() + _BLOCK_PATIENCE_SECONDS
        while self.blocks < begun:
            if time.monotonic() >= latest:
                return False
            time.sleep(_LOOK_SECONDS)
        self.sounding = None
        return True

    def fill(self, out: NDArray[Any], when: float) -> None:
        """Fill a block of shape ``(frames, channels)`` whose first frame is heard at ``when`` seconds."""
        self._begun += 1  # before it looks at anything: ``cut`` counts on it
        if self._is_cut:
            self._is_cut, self.sounding = False, None
        done = min(self._lead_in_frames, out.shape[0])
        self._lead_in_frames -= done
        out[:done] = 0
        cue, before = self.cue, self.sounding
        if before is not cue:
            if before is not None and (cue is None or not cue.join(before)):
                done += before.leave(out[done:], when + done / self._rate_hz)
            if done < out.shape[0] or before is None:
                self.sounding = cue
        if self.sounding is cue and cue is not None:
            done += cue.take(out[done:], when + done / self._rate_hz)
        out[done:] = 0
        self.blocks += 1


def in_channels(data: NDArray[Any], channels: int) -> NDArray[Any]:
    """The same sound in the device's channels: as it is, one copied to all, or the mean of all.

    Args:
        data: integers, shape ``(frames, n)``.
        channels: what the device takes.
    """
    if data.shape[1] == channels:
        return data
    mono = data if data.shape[1] == 1 else np.rint(data.mean(axis=1, keepdims=True)).astype(data.dtype)
    return np.ascontiguousarray(np.broadcast_to(mono, (data.shape[0], channels)))
