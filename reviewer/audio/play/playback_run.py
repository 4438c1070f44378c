"""One uninterrupted stretch of playing: what the device is fed, as frames of the clip."""

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.fade import is_smooth
from reviewer.audio.play.audio_callback import Fades, PlaybackCursor
from reviewer.audio.play.rendition import Rendition
from reviewer.audio.play.transport import Transport
from reviewer.errors import ReviewerError


class Run:
    """A cue, and which of the clip's frames it is. In a loop frames are counted on through the rounds."""

    def __init__(self, reel: Rendition, at: Transport, weights: NDArray[np.float32]) -> None:
        """Cue what the transport says; ``weights`` are those of a rising fade, at the device's rate."""
        self.percent = reel.percent
        self.reel = reel
        self.ended_at_block = 0
        self._start = self._told = at.position
        self._stop = at.stop
        self._loop = at.loop
        start, loop_start = reel.out_frame(at.position), None
        stop = reel.frames if at.stop == at.frames else reel.out_frame(at.stop)
        if at.loop is not None:
            loop_start = reel.out_frame(at.loop.start)
        fades = Fades(
            weights,
            at_start=at.position > 0,
            at_stop=at.stop < at.frames,
            at_seam=loop_start is not None and not _is_smooth(reel, loop_start, stop, weights.shape[0]),
        )
        self.cue = PlaybackCursor(reel.tape, start, max(stop, start), loop_start=loop_start, fades=fades)
        reel.follow(self.cue)

    @property
    def error(self) -> ReviewerError | None:
        """Why it waits for ever, once it does."""
        if self.reel.error is None or self.cue.is_over:
            return None
        return None if self.cue.is_at_hand else self.reel.error

    def clip_frame(self, cursor: int) -> int:
        """The clip's frame at a count of the cue."""
        rounds, frame = self.cue.place(cursor)
        if rounds and self._loop is not None and self.cue.loop_start is not None:
            done = self._loop.frames * rounds + self._loop.start
            return done + min(self.reel.clip_frames(frame - self.cue.loop_start), self._loop.frames)
        if frame >= self.cue.stop:
            return self._stop
        return min(self._start + self.reel.clip_frames(frame - self.cue.start), self._stop)

    def fed(self) -> int:
        """Up to which of the clip's frames the device has got."""
        return self.clip_frame(self.cue.cursor)

    def heard(self, now: float, rate_hz: int) -> int:
        """Which of the clip's frames is heard now."""
        return self.clip_frame(self.cue.heard(now, rate_hz))

    def tell(self) -> list[tuple[int, int]]:
        """The ranges of the clip that the device got since this was asked last."""
        first, last = self._told, self.fed()
        if last <= first:
            return []
        self._told = last
        return [(first, last)] if self._loop is None else self._loop.spans(first, last)


def _is_smooth(reel: Rendition, start: int, stop: int, frames: int) -> bool:
    """Whether a loop needs no fade at its seam; one that is not at hand gets it, for nobody can know."""
    if stop - start <= 2 * (frames + 1):
        whole = reel.tape.read(start, stop)
        return whole is not None and is_smooth(whole, 0, whole.shape[0], frames)
    after, before = reel.tape.read(start, start + frames + 1), reel.tape.read(stop - frames - 1, stop)
    if after is None or before is None:
        return False
    seam = np.concatenate((after, before))
    return is_smooth(seam, 0, seam.shape[0], frames)
