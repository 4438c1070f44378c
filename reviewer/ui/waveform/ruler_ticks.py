"""Positions and labels of the ruler's ticks."""

import math
import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEPS_MS = (
    1, 2, 5, 10, 20, 50, 100, 200, 500,
    1_000, 2_000, 5_000, 10_000, 15_000, 30_000,
    60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000,
)  # fmt: skip
_MINOR_PARTS = 5
_FLOAT_SLACK = 1e-6

_THIN_SPACE = "\u2009"


_CLIP_TIME = re.compile(r"(?:(?:(?P<h>\d{1,3}):)?(?P<m>\d{1,3}):)?(?P<s>\d{1,6}(?:[.,]\d{0,9})?)", re.ASCII)


class RulerUnit(StrEnum):
    """The ruler's unit; the value is stored in the preferences."""

    TIME = "time"
    SAMPLES = "samples"


class Ticks(NamedTuple):
    """The ticks of a ruler: ``frames`` are all of them in order, ``labels`` those with text."""

    frames: "NDArray[np.float64]"
    labels: tuple[tuple[float, str], ...]


_NONE = Ticks(np.empty(0), ())


def clip_time(frames: float, rate_hz: int) -> str:
    """``mm:ss.mmm`` (``h:mm:ss.mmm`` from one hour), truncated to milliseconds like a clock."""
    millis = math.floor(frames * 1000 / rate_hz + _FLOAT_SLACK)
    minutes, rest = divmod(millis, 60_000)
    seconds, millis = divmod(rest, 1000)
    if minutes < 60:
        return f"{minutes:02d}:{seconds:02d}.{millis:03d}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}.{millis:03d}"


def frame_of_clip_time(text: str, rate_hz: int) -> int | None:
    """The frame of a typed time: ``1:02.5``, ``62,5`` or ``0:01:02.500``; None if it is no time."""
    match = _CLIP_TIME.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds = (float((match[name] or "0").replace(",", ".")) for name in "hms")
    return math.ceil((hours * 3600 + minutes * 60 + seconds) * rate_hz - _FLOAT_SLACK)


def sample_number(frame: float) -> str:
    """A frame number with thin spaces as thousands separators: ``1 234 567``."""
    return f"{math.floor(frame + _FLOAT_SLACK):,}".replace(",", _THIN_SPACE)


def sample_ticks(start: float, end: float, width_px: float, label_px: float) -> Ticks:
    """Like ``ticks``, on round sample numbers: 1, 2 or 5 times a power of ten.

    No tick is between two samples.
    """
    if end <= start or width_px <= 0:
        return _NONE
    least = max((end - start) * label_px / width_px, 1.0)
    power = 10 ** max(math.ceil(math.log10(least)) - 1, 0)
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)
    minor = step // _MINOR_PARTS if step % _MINOR_PARTS == 0 else 1
    frames, named = _multiples(start, end, minor, step // minor)
    return Ticks(frames, tuple((at, sample_number(at)) for at in named))


def ticks(start: float, end: float, rate_hz: int, width_px: float, label_px: float) -> Ticks:
    """The ticks from frame ``start`` to ``end`` on a ruler ``width_px`` wide whose labels need ``label_px``.

    Labels are at round times; the step is the smallest of a fixed list at which labels do not overlap.
    """
    span_ms = (end - start) * 1000 / rate_hz
    if span_ms <= 0 or width_px <= 0:
        return _NONE
    least = span_ms * label_px / width_px
    step = next((s for s in _STEPS_MS if s >= least), math.ceil(least / _STEPS_MS[-1]) * _STEPS_MS[-1])
    frames_a_ms = rate_hz / 1000
    times_ms, named_ms = _multiples(start / frames_a_ms, end / frames_a_ms, step / _MINOR_PARTS, _MINOR_PARTS)
    return Ticks(times_ms * frames_a_ms, tuple((at * frames_a_ms, clip_time(at, 1000)) for at in named_ms))


def _multiples(
    start: float, end: float, step: float, parts: int
) -> tuple["NDArray[np.float64]", list[float]]:
    """All multiples of ``step`` from ``start`` to ``end``, inclusive, and the subdivisions into ``parts``."""
    first, last = math.ceil(start / step - _FLOAT_SLACK), math.floor(end / step + _FLOAT_SLACK)
    steps = np.arange(first, last + 1, dtype=np.float64) * step
    return steps, steps[-first % parts :: parts].tolist()
