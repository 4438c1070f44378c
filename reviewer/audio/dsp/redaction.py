"""Redaction of sound: which frames are replaced for a marked span, and their replacement by silence."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.fade import FADE_SECONDS, fade_in_weights
from reviewer.audio.samples import Samples, Sound, as_float
from reviewer.model.intervals import Span, merge
from reviewer.model.redaction import PAD_SECONDS

QUANTUM_SECONDS = 0.25
"""Replaced stretches are whole multiples of this: their length must not tell how many digits were said."""
_GROW_AT_MOST_SECONDS = 0.3
_STEP_SECONDS = 0.01
_CONTEXT_SECONDS = 30.0
_FLOOR_PERCENT, _LEVEL_PERCENT = 10, 95
_ABOVE_FLOOR_DB, _BELOW_LEVEL_DB = 4.0, 35.0  # as in speech detection


def removed_span(sound: Sound, marked: Span) -> Span:
    """The frames to replace for a marked span, at least all of it.

    150 ms are added on each side, because marks are late or early; each end then moves on to the next
    silence, if there is one within 300 ms, so that no half of a sound is left; last the length is rounded up
    to a multiple of 250 ms, half at each end. Less is added only where the clip begins or ends.

    Raises ValueError for a span that is not in the clip.
    """
    if marked.end > sound.frames:
        raise ValueError(f"frames {marked.start} to {marked.end} are not in a clip of {sound.frames}")
    pad = round(PAD_SECONDS * sound.rate_hz)
    start, end = max(marked.start - pad, 0), min(marked.end + pad, sound.frames)
    quiet = _Silence(sound, Span(start, end))
    start, end = quiet.before(start), quiet.after(end)
    quantum = max(round(QUANTUM_SECONDS * sound.rate_hz), 1)
    missing = -(end - start) % quantum
    start -= missing // 2
    end += missing - missing // 2
    beyond = max(end - sound.frames, 0)
    end, start = end - beyond, start - beyond
    return Span(max(start, 0), min(end + max(-start, 0), sound.frames))


def redacted(samples: Samples, removed: Iterable[Span]) -> Samples:
    """The samples with silence in place of each span: digital zeros, no trace of what was there.

    The first and the last 5 ms of a span fade the sound around it out and in, so that it does not click; at
    the clip's ends there is nothing to fade. Spans that touch are one.
    """
    data: NDArray[Any] = samples.data.copy()
    fade = max(round(FADE_SECONDS * samples.rate_hz), 1)
    weights = fade_in_weights(fade)
    for span in merge(removed):
        before = data[span.start : span.start + fade].copy()
        after = data[max(span.end - fade, span.start) : span.end].copy()
        data[span.start : span.end] = 0
        if span.frames < 2 * fade:
            continue
        if span.start > 0:
            data[span.start : span.start + fade] = _weighted(before, weights[::-1])
        if span.end < samples.frames:
            data[span.end - fade : span.end] = _weighted(after, weights)
    data.flags.writeable = False
    return Samples(samples.rate_hz, data)


def _weighted(part: NDArray[Any], weights: NDArray[np.float32]) -> NDArray[Any]:
    """Rounds towards zero, so that 24-bit samples keep their eight zero bits at the bottom."""
    faded: NDArray[Any] = np.trunc(part * weights[:, None].astype(np.float64)).astype(part.dtype)
    return faded if part.dtype == np.int16 else faded & ~np.int32(0xFF)


class _Silence:
    """Where the sound around a span is silent, in steps of 10 ms, against the levels of 30 s around it."""

    def __init__(self, sound: Sound, span: Span) -> None:
        self._sound = sound
        self._step = max(round(_STEP_SECONDS * sound.rate_hz), 1)
        around = round(_CONTEXT_SECONDS * sound.rate_hz)
        levels = self._levels_db(max(span.start - around, 0), min(span.end + around, sound.frames))
        floor, level = np.percentile(levels, (_FLOOR_PERCENT, _LEVEL_PERCENT))
        # A sound without pauses is nowhere silent, however even it is.
        self._most_db = min(
            max(floor + _ABOVE_FLOOR_DB, level - _BELOW_LEVEL_DB), level - _ABOVE_FLOOR_DB * 2
        )
        self._reach = round(_GROW_AT_MOST_SECONDS * sound.rate_hz)

    def after(self, frame: int) -> int:
        """The end of the first silent step from ``frame`` on, or ``frame`` if none is near."""
        end = min(frame + self._reach, self._sound.frames)
        quiet = np.flatnonzero(self._levels_db(frame, end) <= self._most_db)
        return min(frame + (int(quiet[0]) + 1) * self._step, end) if quiet.size else frame

    def before(self, frame: int) -> int:
        """The start of the last silent step before ``frame``, or ``frame`` if none is near."""
        steps = min(self._reach, frame) // self._step
        start = frame - steps * self._step
        quiet = np.flatnonzero(self._levels_db(start, frame) <= self._most_db)
        return start + int(quiet[-1]) * self._step if quiet.size else frame

    def _levels_db(self, start: int, end: int) -> NDArray[np.float64]:
        """Of the loudest channel, step by step; the last step may be shorter."""
        data = as_float(self._sound.read(start, end)).astype(np.float64)
        if not data.shape[0]:
            return np.zeros(0)
        edges = np.arange(0, data.shape[0], self._step)
        lengths = np.diff(np.append(edges, data.shape[0]))[:, None]
        power = np.add.reduceat(data**2, edges, axis=0) / lengths
        levels: NDArray[np.float64] = 10 * np.log10(power.max(axis=1) + 1e-12)
        return levels
