"""Loudness of a clip by ITU-R BS.1770-4, gated, in LUFS; and an analyser that does not block."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.samples import Samples, Sound, as_float

STEPS_PER_SECOND = 10
STEPS_PER_BLOCK = 4
_OFFSET_LU = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_PASSAGE_SECONDS = 5
_MOST_PASSAGES = 60
_IMMEDIATE_SAMPLES = 1_000_000
"""Up to this many values (a minute at 16 kHz, about 5 ms); longer clips are measured on another thread."""

# ITU-R BS.1770-4, Annex 1, tables 1 and 2: (b, a) of the shelf (the head) and of the high-pass, at 48 kHz.
_TABLE_RATE_HZ = 48_000
_TABLES = (
    ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585)),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness in LUFS: of the whole clip, and of each channel alone; None for silence."""

    whole: float | None
    channels: tuple[float | None, ...]


def step_frames(rate_hz: int) -> int:
    """The length of a step; four steps make a gating block with 75 % overlap."""
    return max(1, round(rate_hz / STEPS_PER_SECOND))


@lru_cache(maxsize=8)
def k_weights(rate_hz: int, frames: int) -> NDArray[np.float32]:
    """The K-weighting as power gains of the bins of a real FFT of ``frames``, shape ``(frames // 2 + 1,)``.

    The standard gives its filters at 48 kHz and asks for the same response at any other rate: it is evaluated
    at each bin's frequency (above 24 kHz, which 48 kHz cannot hold, as at 24 kHz).
    """
    hertz = np.minimum(np.fft.rfftfreq(frames, 1 / rate_hz), _TABLE_RATE_HZ / 2)
    delay = np.exp(-2j * np.pi * hertz / _TABLE_RATE_HZ)
    gains = np.ones(hertz.shape)
    for above, below in _TABLES:
        gains *= np.abs(np.polyval(above[::-1], delay) / np.polyval(below[::-1], delay)) ** 2
    weights: NDArray[np.float32] = gains.astype(np.float32)
    return weights


def step_powers(values: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    """K-weighted mean square of each whole step, shape ``(steps, channels)``.

    By Parseval's theorem, from the spectrum of each step; the filter's state between steps is ignored (error
    below 0.1 LU on speech and noise, 0.3 LU on a pure bass tone).

    Args:
        values: float32 in [-1, 1), shape ``(frames, channels)``.
        rate_hz: their rate.
    """
    frames = step_frames(rate_hz)
    steps, channels = values.shape[0] // frames, values.shape[1]
    powers = np.empty((steps, channels))
    for channel in range(channels):
        rows = np.ascontiguousarray(values[: steps * frames, channel]).reshape(steps, frames)
        powers[:, channel] = _power(rows, rate_hz)
    return powers


def block_powers(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of every four consecutive steps, shape ``(max(0, steps - 3), ...)``."""
    count = steps.shape[0] - STEPS_PER_BLOCK + 1
    if count < 1:
        return steps[:0]
    total: NDArray[np.float64] = sum(
        (steps[first : first + count] for first in range(1, STEPS_PER_BLOCK)), steps[:count]
    )
    return total / STEPS_PER_BLOCK


def integrated(blocks: NDArray[np.float64]) -> float | None:
    """Gated loudness in LUFS of blocks' powers, shape ``(blocks,)``; None if all are below -70 LUFS."""
    loud = blocks[lufs(blocks) > _ABSOLUTE_GATE_LUFS]
    if not loud.size:
        return None
    gate = loud.mean() * 10 ** (_RELATIVE_GATE_LU / 10)
    return float(lufs(loud[loud > gate].mean()))


def lufs(power: float | np.floating | NDArray[np.float64]) -> NDArray[np.float64]:
    """K-weighted power (1 is full scale) to LUFS; silence is about -200."""
    level: NDArray[np.float64] = _OFFSET_LU + 10 * np.log10(np.maximum(power, 1e-20))
    return level


def measure_loudness(sound: Sound, is_wanted: Callable[[], bool] = lambda: True) -> Loudness:
    """The loudness of a clip; beyond five minutes, that of 60 evenly spread passages of 5 s.

    Every channel has the weight 1, like left, right and centre in the standard. A clip shorter than a block
    counts as one. A cancelled measurement stops early. Raises what ``sound.read`` raises.
    """
    blocks = np.concatenate([np.zeros((0, sound.channels)), *_blocks(sound, is_wanted)])
    return Loudness(
        integrated(blocks.sum(axis=1)),
        tuple(integrated(blocks[:, channel]) for channel in range(sound.channels)),
    )


class LoudnessAnalyser:
    """Measures clips without blocking; ``loudness`` is None until it is known."""

    def __init__(self, start_job: Callable[[Callable[[], None]], None]) -> None:
        self._start_job = start_job
        self._sound: Sound | None = None
        self._measurement: _Measurement | None = None

    @property
    def loudness(self) -> Loudness | None:
        """The loudness of the last clip, once it is measured."""
        return self._measurement.result if self._measurement is not None else None

    def measure(self, sound: Sound) -> None:
        """Measure this clip, unless it was measured already; a short one at once."""
        if sound is self._sound:
            return
        self.cancel()
        self._sound, self._measurement = sound, _Measurement(sound)
        if isinstance(sound, Samples) and sound.frames * sound.channels <= _IMMEDIATE_SAMPLES:
            self._measurement.run()
        else:
            self._start_job(self._measurement.run)

    def set_measured(self, sound: Sound, loudness: Loudness) -> None:
        """Use the result for a clip that was measured before it was loaded."""
        self.cancel()
        self._sound, self._measurement = sound, _Measurement(sound)
        self._measurement.result = loudness

    def cancel(self) -> None:
        """Drop the clip, and stop measuring it."""
        if self._measurement is not None:
            self._measurement.is_wanted = False
        self._sound = self._measurement = None


class _Measurement:
    """One measurement; ``result`` is written once, in one assignment, by the thread that runs it."""

    def __init__(self, sound: Sound) -> None:
        self.result: Loudness | None = None
        self.is_wanted = True
        self._sound = sound

    def run(self) -> None:
        loudness = measure_loudness(self._sound, lambda: self.is_wanted)
        if self.is_wanted:
            self.result = loudness


def _blocks(sound: Sound, is_wanted: Callable[[], bool]) -> Iterator[NDArray[np.float64]]:
    rate_hz = sound.rate_hz
    if 0 < sound.frames < STEPS_PER_BLOCK * step_frames(rate_hz):
        values = as_float(sound.read(0, sound.frames))
        yield _power(np.ascontiguousarray(values.T), rate_hz)[None, :]
        return
    length = _PASSAGE_SECONDS * rate_hz
    overlap = (STEPS_PER_BLOCK - 1) * step_frames(rate_hz)
    for start in _passages(sound.frames, length):
        if not is_wanted():
            return
        end = start + length + overlap
        yield block_powers(step_powers(as_float(sound.read(start, end)), rate_hz))


def _passages(frames: int, length: int) -> list[int]:
    """Starts of the measured passages: consecutive, or 60 spread evenly."""
    if frames <= _MOST_PASSAGES * length:
        return list(range(0, frames, length))
    return [number * (frames - length) // (_MOST_PASSAGES - 1) for number in range(_MOST_PASSAGES)]


def _power(rows: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    """Weighted mean square of each row."""
    frames = rows.shape[1]
    spectrum = np.fft.rfft(rows, axis=1)
    energy = spectrum.real**2 + spectrum.imag**2
    weights = k_weights(rate_hz, frames) * np.float32(2.0)
    weights[0] /= 2
    if frames % 2 == 0:
        weights[-1] /= 2
    power: NDArray[np.float64] = (energy @ weights).astype(np.float64) / frames**2
    return power
