"""Peaks: lowest and highest samples at several resolutions, so that a clip of any length is drawn at once."""

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.block_cache import BlockCache
from reviewer.audio.samples import IntSamples, Sound, full_scale
from reviewer.errors import Damaged, Unavailable
from reviewer.model.intervals import Span

FIRST_BIN = 64
FACTOR = 4
PEAK_BLOCK_FRAMES = FIRST_BIN * FACTOR**5
_IN_MEMORY_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 16
_CACHED_BLOCKS = 32
_MAGIC = b"RVPK"
_VERSION = 1
_HEADER = struct.Struct("<4sHBBQ")  # magic, version, bytes a value, channels, frames
_TYPES: dict[int, type[np.int16] | type[np.int32]] = {2: np.int16, 4: np.int32}

Extremes = NDArray[Any]


class CachedStream:
    """Reads byte ranges of a stream that it owns, and caches the blocks used last. Thread-safe."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = Lock()
        self._cache: BlockCache[int, bytes] = BlockCache(_CACHED_BLOCKS)
        self._is_closed = False

    def read(self, start: int, end: int) -> bytes:
        """Bytes ``[start, end)``; zeros after ``close``.

        Raises:
            Damaged: they do not verify, or are missing.
            Unavailable: they cannot be read from the disk.
        """
        if start >= end:
            return b""
        first, last = start // _BLOCK_BYTES, (end - 1) // _BLOCK_BYTES
        with self._lock:
            if self._is_closed:
                return bytes(end - start)
            blocks = b"".join(self._block(number) for number in range(first, last + 1))
        part = blocks[start - first * _BLOCK_BYTES : end - first * _BLOCK_BYTES]
        if len(part) != end - start:
            raise Damaged("PEAKS_TRUNCATED")
        return part

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._cache.clear()
            self._stream.close()

    def _block(self, number: int) -> bytes:
        block = self._cache.get(number)
        if block is None:
            try:
                self._stream.seek(number * _BLOCK_BYTES)
                block = self._stream.read(_BLOCK_BYTES)
            except OSError as error:
                raise Unavailable("CLIP_NOT_READ", problem=str(error.strerror)) from error
            self._cache.put(number, block)
        return block


class StoredPeakLevel:
    """Lowest and highest values, shape ``(channels, 2, bins)``, little-endian, at an offset in a stream."""

    def __init__(
        self, stored: CachedStream, offset: int, dtype: "np.dtype[Any]", shape: tuple[int, int, int]
    ) -> None:
        self.dtype = dtype
        self.shape = shape
        self._stored = stored
        self._offset = offset

    @property
    def nbytes(self) -> int:
        channels, two, bins = self.shape
        return channels * two * bins * self.dtype.itemsize

    def read(self, channel: int, first: int, after: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """The lowest and the highest values of bins ``[first, after)``. Raises Damaged, Unavailable."""
        lows, highs = (self._values((2 * channel + row) * self.shape[2], first, after) for row in (0, 1))
        return lows, highs

    def read_all(self) -> NDArray[Any]:
        """The whole level. Raises Damaged, Unavailable."""
        channels, two, bins = self.shape
        return self._values(0, 0, channels * two * bins).reshape(self.shape)

    def _values(self, row: int, first: int, after: int) -> NDArray[Any]:
        size = self.dtype.itemsize
        begin = self._offset + (row + first) * size
        read = self._stored.read(begin, begin + (after - first) * size)
        values: NDArray[Any] = np.frombuffer(read, dtype=f"<i{size}").astype(self.dtype, copy=False)
        return values


@dataclass(frozen=True, slots=True, eq=False)
class PeakPyramid:
    """Lowest and highest samples at 64, 256, 1024 ... frames a bin; an overview begins at 256.

    ``levels[k]`` has the shape ``(channels, 2, bins)``: lowest, then highest, of ``first_bin * 4**k`` frames
    a bin. The last bin may be shorter; the values are of the samples' own type, int16 or int32. Of a long
    clip the fine levels may be a ``StoredPeakLevel``, which is read by range.
    """

    frames: int
    channels: int
    levels: tuple[Extremes | StoredPeakLevel, ...]
    stored: CachedStream | None = None
    first_bin: int = FIRST_BIN

    @classmethod
    def from_samples(cls, data: IntSamples) -> "PeakPyramid":
        """Reduce samples of shape ``(frames, channels)``."""
        first = empty_first_level(data.shape[0], data.shape[1], data.dtype)
        fill_first_level(first, data)
        return cls.from_first_level(int(data.shape[0]), first)

    @classmethod
    def from_first_level(cls, frames: int, first: Extremes, first_bin: int = FIRST_BIN) -> "PeakPyramid":
        """Build the other levels on a first level filled by ``fill_first_level``."""
        levels = [first]
        while len(levels) < _level_count(frames, first_bin):
            levels.append(_reduced(levels[-1]))
        return cls(frames, int(first.shape[0]), tuple(levels), first_bin=first_bin)

    @classmethod
    def from_stream(cls, stream: BinaryIO) -> "PeakPyramid":
        """Read what ``to_bytes`` wrote: coarse levels at once, the others by range on demand.

        The stream is closed with the pyramid, or here on an error.

        Raises:
            Damaged: another version, not exactly the bytes that frames and channels ask for, or the stream's
                own seal does not verify.
            Unavailable: it cannot be read from the disk.
        """
        stored, offset = CachedStream(stream), _HEADER.size
        levels: list[Extremes | StoredPeakLevel] = []
        try:
            length = stream.seek(0, io.SEEK_END)
            stream.seek(0)
            frames, channels, size, bins = _read_header(stream.read(_HEADER.size), length)
            for count in bins:
                level = StoredPeakLevel(stored, offset, np.dtype(_TYPES[size]), (channels, 2, count))
                is_long = length - offset > _IN_MEMORY_BYTES
                levels.append(level if is_long else level.read_all())
                offset += level.nbytes
        except BaseException:
            stored.close()
            raise
        if isinstance(levels[0], StoredPeakLevel):
            return cls(frames, channels, tuple(levels), stored)
        stored.close()
        return cls(frames, channels, tuple(levels))

    def muted(self, spans: Sequence[Span]) -> "PeakPyramid":
        """Peaks of the same clip that are flat wherever a finest bin touches one of the spans.

        In memory; the stream stays open, for another one with other spans. Raises Damaged, Unavailable.
        """
        finest = self.levels[0]
        first = finest.read_all() if isinstance(finest, StoredPeakLevel) else finest.copy()
        if not first.flags.writeable:
            first = first.copy()
        for span in spans:
            first[:, :, span.start // self.first_bin : -(-span.end // self.first_bin)] = 0
        built = PeakPyramid.from_first_level(self.frames, first, self.first_bin)
        return replace(built, stored=self.stored)

    def close(self) -> None:
        """Close the stream; fine levels read as silence afterwards."""
        if self.stored is not None:
            self.stored.close()

    @property
    def full_scale(self) -> int:
        """The divisor that brings a value into [-1, 1]."""
        return full_scale(self.levels[0].dtype)

    def columns(
        self, channel: int, start: float, end: float, pixels: int, samples: Sound | None = None
    ) -> tuple[Extremes, Extremes]:
        """One lowest and one highest value a pixel for frames ``[start, end)``.

        A column covers every frame that its pixel touches, and at most the rest of the two edge bins.
        With ``samples``, pixels narrower than a bin are read from these exactly. Outside the clip both are 0.

        Args:
            channel: which channel, from 0.
            start: first frame, may be a fraction or below 0.
            end: the frame after the last, may be beyond the clip; not before ``start``.
            pixels: how many columns.
            samples: the clip's samples, if available.

        Returns:
            Two arrays of length ``pixels``, of the samples' type.
        """
        if pixels < 1 or end < start or not self.frames:
            nothing = np.zeros(max(pixels, 0), dtype=self.levels[0].dtype)
            return nothing, nothing.copy()
        edges = start + (end - start) * np.arange(pixels + 1) / pixels
        first = np.floor(edges[:-1]).astype(np.int64)
        after = np.maximum(np.ceil(edges[1:]).astype(np.int64), first + 1)
        width = (end - start) / pixels
        if first[0] >= 0 and after[-1] <= self.frames:
            return self._spans(channel, first, after, width, samples)
        lows, highs = np.zeros((2, pixels), dtype=self.levels[0].dtype)
        inside = (first < self.frames) & (after > 0)
        if inside.any():
            first, after = np.maximum(first[inside], 0), np.minimum(after[inside], self.frames)
            lows[inside], highs[inside] = self._spans(channel, first, after, width, samples)
        return lows, highs

    def to_bytes(self) -> bytes:
        """Header and values, little-endian; ``from_stream`` reads it. Only of one with bins of 64 frames."""
        if self.first_bin != FIRST_BIN:
            raise ValueError(self.first_bin)
        size = self.levels[0].dtype.itemsize
        header = _HEADER.pack(_MAGIC, _VERSION, size, self.channels, self.frames)
        whole = (level.read_all() if isinstance(level, StoredPeakLevel) else level for level in self.levels)
        return header + b"".join(level.astype(f"<i{size}", copy=False).tobytes() for level in whole)

    def _spans(
        self,
        channel: int,
        first: NDArray[np.int64],
        after: NDArray[np.int64],
        width: float,
        samples: Sound | None,
    ) -> tuple[Extremes, Extremes]:
        """Extremes of frames ``[first[i], after[i])``, all inside, from the coarsest level fine enough."""
        if samples is not None and width < self.first_bin:
            begin, end = int(first[0]), min(int(after[-1]) + 1, self.frames)
            lows = highs = samples.read(begin, end)[:, channel]
            return _reduce_spans(lows, highs, first - begin, after - begin)
        level = min(_level_for(width, self.first_bin), len(self.levels) - 1)
        size = self.first_bin * FACTOR**level
        first, after = first // size, -(-after // size)
        chosen = self.levels[level]
        begin, end = int(first[0]), min(int(after[-1]) + 1, chosen.shape[2])
        if isinstance(chosen, StoredPeakLevel):
            lows, highs = chosen.read(channel, begin, end)
        else:
            lows, highs = chosen[channel, :, begin:end]
        return _reduce_spans(lows, highs, first - begin, after - begin)


class PeakWriter:
    """Reduces a sound that comes in blocks to the bytes of its peaks.

    Only the peaks are kept: about 1/32 of the samples' size.
    """

    def __init__(self) -> None:
        self._parts: list[Extremes] = []
        self._frames = 0

    def add(self, block: IntSamples) -> None:
        """The next samples; every block but the last has ``PEAK_BLOCK_FRAMES``."""
        if self._frames % PEAK_BLOCK_FRAMES:
            raise ValueError("a block after the last one")
        bins = empty_first_level(block.shape[0], block.shape[1], block.dtype)
        fill_first_level(bins, block)
        self._parts.append(bins)
        self._frames += block.shape[0]

    def parts(self) -> Iterator[bytes]:
        """What ``PeakPyramid.to_bytes`` gives for the whole sound, for at least one frame; used once."""
        parts, self._parts = self._parts, []
        channels, size = parts[0].shape[0], parts[0].dtype.itemsize
        yield _HEADER.pack(_MAGIC, _VERSION, size, channels, self._frames)
        for channel in range(channels):
            for which in (0, 1):
                for part in parts:
                    yield part[channel, which].astype(f"<i{size}", copy=False).tobytes()
        level = np.empty((channels, 2, 0))
        for number in range(1, _level_count(self._frames)):
            if number == 1:  # all but the last have whole fours
                level, parts = np.concatenate([_reduced(part) for part in parts], axis=2), []
            else:
                level = _reduced(level)
            yield level.astype(f"<i{size}", copy=False).tobytes()


def _read_header(blob: bytes, length: int) -> tuple[int, int, int, list[int]]:
    """Frames, channels, bytes a value, and the bins of each level; ``length`` is that of the whole."""
    if len(blob) < _HEADER.size:
        raise Damaged("PEAKS_TRUNCATED")
    magic, version, size, channels, frames = _HEADER.unpack_from(blob)
    if magic != _MAGIC or version != _VERSION or size not in _TYPES or channels < 1:
        raise Damaged("PEAKS_OTHER_VERSION")
    bins = [_bin_count(frames, k) for k in range(_level_count(frames))] or [0]
    if length != _HEADER.size + sum(bins) * 2 * channels * size:
        raise Damaged("PEAKS_WRONG_LENGTH")
    return frames, channels, size, bins


def empty_first_level(
    frames: int, channels: int, dtype: "np.dtype[Any]", first_bin: int = FIRST_BIN
) -> Extremes:
    """An empty finest level for this many frames, shape ``(channels, 2, bins)``."""
    return np.empty((channels, 2, _bin_count(frames, 0, first_bin)), dtype=dtype)


def fill_first_level(bins: Extremes, data: IntSamples, first_bin: int = FIRST_BIN) -> None:
    """Write the extremes of samples of shape ``(frames, channels)`` into their bins.

    ``reduceat`` is the fastest that numpy has for it, and lets other threads run meanwhile.
    """
    starts = np.arange(0, data.shape[0], first_bin)
    if not starts.size:
        return
    for channel in range(data.shape[1]):
        values = np.ascontiguousarray(data[:, channel])
        np.minimum.reduceat(values, starts, out=bins[channel, 0])
        np.maximum.reduceat(values, starts, out=bins[channel, 1])


def _level_count(frames: int, first_bin: int = FIRST_BIN) -> int:
    """The number of levels for this many frames: the coarsest has at most ``FACTOR`` bins."""
    count = 1 if frames else 0
    while frames and _bin_count(frames, count - 1, first_bin) > FACTOR:
        count += 1
    return count


def _bin_count(frames: int, level: int, first_bin: int = FIRST_BIN) -> int:
    return int(-(-frames // (first_bin * FACTOR**level)))


def _level_for(width: float, first_bin: int) -> int:
    """The coarsest level whose bins are not wider than a pixel (0 where even the finest is)."""
    level = 0
    while first_bin * FACTOR ** (level + 1) <= width:
        level += 1
    return level


def _reduced(level: Extremes) -> Extremes:
    """The next level, from strided columns: three times as fast as ``reduceat``."""
    channels, _, bins = level.shape
    full = bins // FACTOR
    coarse = np.empty((channels, 2, -(-bins // FACTOR)), dtype=level.dtype)
    fours = level[:, :, : full * FACTOR].reshape(channels, 2, full, FACTOR)
    for which, reduce in enumerate((np.minimum, np.maximum)):
        whole, columns = coarse[:, which, :full], fours[:, which]
        reduce(columns[..., 0], columns[..., 1], out=whole)
        reduce(whole, columns[..., 2], out=whole)
        reduce(whole, columns[..., 3], out=whole)
        if full * FACTOR < bins:
            reduce.reduce(level[:, which, full * FACTOR :], axis=1, out=coarse[:, which, full])
    return coarse


def _reduce_spans(
    lows: Extremes, highs: Extremes, first: NDArray[np.int64], after: NDArray[np.int64]
) -> tuple[Extremes, Extremes]:
    """The lowest of ``lows[first[i]:after[i]]`` and the highest of ``highs`` for each i.

    Spans are not empty and may overlap. They come with one value beyond their end, where there is one:
    ``reduceat`` takes no index at the end, and copying everything would be slow.
    """
    pairs = np.empty(2 * first.size, dtype=np.int64)
    pairs[0::2], pairs[1::2] = first, after
    if after[-1] == lows.shape[0]:
        lows, highs = (np.append(values, values[-1:]) for values in (lows, highs))
    return np.minimum.reduceat(lows, pairs)[::2], np.maximum.reduceat(highs, pairs)[::2]
