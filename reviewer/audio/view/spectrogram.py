"""Spectrogram: short-time spectra of a clip, in tiles on a fixed grid of samples.

Column c of level k covers the ``2**k`` frames ``[c * 2**k, (c + 1) * 2**k)``, whatever is in view, so a tile
never changes.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.samples import Sound, full_scale

TILE_COLUMNS = 256
STEP_DB = 0.5
FLOOR_DB = -127.5
"""A value of 0 means this or less; 255 means 0 dB, a sine at full scale."""

_LEAST_FFT = 256
_MOST_ROWS = 256
_WINDOWS_A_COLUMN = 8
_FAR_HOP = 1 << 14
_COLUMNS_A_WINDOW = 16
_SPARSE = 4
_BLOCK_VALUES = 1 << 18


class Band(StrEnum):
    """Wide-band shows moments (glottal pulses, bursts), narrow-band shows harmonics."""

    WIDE = "wide"
    NARROW = "narrow"


_SECONDS = {Band.WIDE: 0.005, Band.NARROW: 0.030}


@dataclass(frozen=True, slots=True)
class SpectrogramParameters:
    """Analysis parameters: ``band`` sets the window's length, ``ceiling_hz`` the highest frequency.

    The window is Gaussian and twice as long as its effective length, as in Praat ("Sound: To
    Spectrogram...", its manual), which has no visible side lobes: the -3 dB bandwidth is
    1.2983 / effective seconds, 260 Hz (wide) and 43 Hz (narrow).
    """

    rate_hz: int
    band: Band = Band.WIDE
    ceiling_hz: float = math.inf

    @property
    def top_hz(self) -> float:
        """The highest frequency shown: the ceiling, or Nyquist's if that is lower."""
        return min(self.ceiling_hz, self.rate_hz / 2)

    @property
    def effective_frames(self) -> int:
        return max(round(_SECONDS[self.band] * self.rate_hz), 1)

    @property
    def window_frames(self) -> int:
        """The window's whole length: odd, so that it is centred on a sample."""
        return 2 * self.effective_frames + 1

    @property
    def fft_size(self) -> int:
        return max(_LEAST_FFT, 1 << (self.window_frames - 1).bit_length())

    @property
    def bin_hz(self) -> float:
        return self.rate_hz / self.fft_size

    @property
    def bins(self) -> int:
        """How many bins of the spectrum are kept, from 0 Hz."""
        return min(math.ceil(self.top_hz / self.bin_hz), self.fft_size // 2) + 1

    @property
    def bins_a_row(self) -> int:
        return max(self.bins // _MOST_ROWS, 1)

    @property
    def rows(self) -> int:
        return -(-self.bins // self.bins_a_row)

    @property
    def finest_level(self) -> int:
        """Columns finer than a sixteenth of the window would all look alike."""
        return max(self.effective_frames // _COLUMNS_A_WINDOW, 1).bit_length() - 1

    def row_of(self, hertz: float) -> float:
        """The position of a frequency, in rows from the bottom edge; a bin is centred on its frequency."""
        return (hertz / self.bin_hz + 0.5) / self.bins_a_row

    def level_for(self, frames_a_pixel: float) -> int:
        """The level with at least one and less than two columns a pixel, within the existing levels."""
        if frames_a_pixel <= 1:
            return self.finest_level
        return max(math.floor(math.log2(frames_a_pixel)), self.finest_level)


def tile(
    sound: Sound, channel: int, parameters: SpectrogramParameters, level: int, index: int
) -> NDArray[np.uint8]:
    """The spectra of ``TILE_COLUMNS`` columns, from column ``index * TILE_COLUMNS`` of a level on.

    A column's spectrum is the mean power (Welch 1967, "The use of fast Fourier transform for the estimation
    of power spectra") of up to eight windows spread evenly over its frames, and of fewer where a column is
    so long that its windows lie far apart; where a column is shorter than half a window, of the one window
    centred on it. Outside the clip there is silence. Only what its windows need is read.

    Args:
        sound: the clip.
        channel: which channel, from 0.
        parameters: window and highest frequency.
        level: a column has ``2**level`` frames.
        index: which tile, from 0.

    Returns:
        Shape (parameters.rows, TILE_COLUMNS), row 0 the lowest frequency; dB = FLOOR_DB + STEP_DB * value,
        and 0 dB is a sine at full scale. A row of several bins holds the loudest.
    """
    hop = 1 << level
    first = index * TILE_COLUMNS
    inside = min(max(-(-sound.frames // hop) - first, 0), TILE_COLUMNS)
    out = np.zeros((parameters.rows, TILE_COLUMNS), dtype=np.uint8)
    offsets = _window_offsets(parameters, hop)
    block = max(_BLOCK_VALUES // (parameters.fft_size * offsets.size), 1)
    for start in range(0, inside, block):  # in blocks, so that memory does not grow with window or level
        end = min(start + block, inside)
        centres = (np.arange(first + start, first + end, dtype=np.int64) * hop)[:, None] + offsets
        power = _power(sound, channel, parameters, centres.reshape(-1))
        means = power.reshape(end - start, offsets.size, -1).mean(axis=1)
        out[:, start:end] = _as_bytes(_rows(means, parameters)).T
    return out


def gaussian(frames: int) -> NDArray[np.float32]:
    """Praat's Gaussian window: exp(-48 (i / (n + 1))^2) about its middle, lowered to end at 0.

    Source: Praat, ``Sound_to_Spectrogram``: (exp(-48 ((i - mid) / (n + 1))^2) - exp(-12)) / (1 - exp(-12)).
    """
    middle = (frames - 1) / 2
    x = (np.arange(frames) - middle) / (frames + 1)
    edge = math.exp(-12.0)
    values: NDArray[np.float32] = ((np.exp(-48.0 * x * x) - edge) / (1.0 - edge)).astype(np.float32)
    return values


@lru_cache(maxsize=8)
def _window(frames: int, fft_size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The window, and what a bin's power is multiplied by so that a sine at full scale has a power of 1."""
    window = gaussian(frames)
    scale = np.full(fft_size // 2 + 1, (2.0 / float(window.sum())) ** 2, dtype=np.float32)
    scale[[0, -1]] /= 4.0  # 0 Hz and the Nyquist bin have no mirrored bin to add
    return window, scale


def _window_offsets(parameters: SpectrogramParameters, hop: int) -> NDArray[np.int64]:
    """The windows' centres within a column, in whole frames."""
    most = max(_WINDOWS_A_COLUMN * _FAR_HOP // hop, 2) if hop > _FAR_HOP else _WINDOWS_A_COLUMN
    count = min(max(-(-2 * hop // parameters.effective_frames), 1), most)
    return (2 * np.arange(count, dtype=np.int64) + 1) * hop // (2 * count)


def _power(
    sound: Sound, channel: int, parameters: SpectrogramParameters, centres: NDArray[np.int64]
) -> NDArray[np.float32]:
    """The power spectra of the windows centred on these frames, shape (centres, bins)."""
    window, scale = _window(parameters.window_frames, parameters.fft_size)
    taken = _taken(sound, channel, parameters.effective_frames, centres)
    values = taken.astype(np.float32)
    values *= np.float32(1.0 / full_scale(taken.dtype))
    values *= window
    spectra = np.fft.rfft(values, parameters.fft_size, axis=1)[:, : parameters.bins]
    power = (spectra.real**2 + spectra.imag**2) * scale[: parameters.bins]
    return power.astype(np.float32, copy=False)


def _taken(sound: Sound, channel: int, half: int, centres: NDArray[np.int64]) -> NDArray[Any]:
    """The samples within ``half`` of each of the frames, silent beyond the clip, shape (centres, 2 half + 1).

    Windows that are far apart are read separately, so that a view of hours reads only seconds.
    """
    first, after = int(centres[0]) - half, int(centres[-1]) + half + 1
    if after - first > _SPARSE * centres.size * (2 * half + 1):
        return np.stack([_padded(sound, channel, at - half, at + half + 1) for at in centres.tolist()])
    frames = centres[:, None] + np.arange(-half, half + 1)
    taken: NDArray[Any] = np.take(_padded(sound, channel, first, after), frames - first)
    return taken


def _padded(sound: Sound, channel: int, first: int, after: int) -> NDArray[Any]:
    read = sound.read(first, after)[:, channel]
    if read.shape[0] == after - first:
        return read
    whole = np.zeros(after - first, dtype=read.dtype)
    whole[max(-first, 0) : max(-first, 0) + read.shape[0]] = read
    return whole


def _rows(power: NDArray[np.float32], parameters: SpectrogramParameters) -> NDArray[np.float32]:
    if parameters.bins_a_row == 1:
        return power
    loudest: NDArray[np.float32] = np.maximum.reduceat(
        power, np.arange(0, parameters.bins, parameters.bins_a_row), axis=1
    )
    return loudest


def _as_bytes(power: NDArray[np.float32]) -> NDArray[np.uint8]:
    decibels = 10.0 * np.log10(np.maximum(power, 1e-20))
    return np.clip(np.rint((decibels - FLOOR_DB) / STEP_DB), 0, 255).astype(np.uint8)
