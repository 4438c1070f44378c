"""The pyramid of a sound file, each part of it decoded by a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
import soundfile

from reviewer.audio.pyramid import FIRST_BIN, Extremes, Pyramid, empty_first_level, fill_first_level
from reviewer.errors import Damaged

_BLOCK_FRAMES = 1 << 18
_HINT = "Ask your lead to import it again."


def overview(opened: Callable[[], BinaryIO] | Path, workers: int = 2) -> Pyramid:
    """The pyramid of a FLAC or WAV file of our own, never of one from outside.

    Decoding is what takes the time, and libsndfile lets other Python threads run meanwhile; so each worker
    opens the file for itself and decodes one part. Of the samples only a block a worker is ever in memory.

    Args:
        opened: gives a new seekable stream each time, closed here; or a file.
        workers: how many threads; as many as there are cores to spare.

    Raises:
        Damaged: it does not decode, or ends too early.
    """
    try:
        with _Part(opened) as sound:
            dtype = np.dtype(np.int16 if sound.file.subtype == "PCM_16" else np.int32)
            frames, channels = int(sound.file.frames), int(sound.file.channels)
        first = empty_first_level(frames, channels, dtype)
        edges = [first.shape[2] * part // workers for part in range(workers + 1)]
        with ThreadPoolExecutor(workers, "overview") as pool:
            list(pool.map(lambda part: _fill(opened, first, edges[part], edges[part + 1]), range(workers)))
    except soundfile.LibsndfileError as error:
        raise Damaged("The clip's audio does not decode.", _HINT) from error
    return Pyramid.from_first_level(frames, first)


class _Part:
    """The file, opened once more; a context manager."""

    def __init__(self, opened: Callable[[], BinaryIO] | Path) -> None:
        self._stream = None if isinstance(opened, Path) else opened()
        try:
            self.file = soundfile.SoundFile(opened if self._stream is None else self._stream)
        except BaseException:
            if self._stream is not None:
                self._stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        if self._stream is not None:
            self._stream.close()


def _fill(opened: Callable[[], BinaryIO] | Path, first: Extremes, begin_bin: int, end_bin: int) -> None:
    """Fill these bins of the first level."""
    with _Part(opened) as sound:
        frame, end = begin_bin * FIRST_BIN, min(end_bin * FIRST_BIN, int(sound.file.frames))
        if frame < end:
            sound.file.seek(frame)
        buffer = np.empty((min(_BLOCK_FRAMES, max(end - frame, 0)), first.shape[0]), dtype=first.dtype)
        while frame < end:
            block = sound.file.read(out=buffer[: end - frame])
            if block.shape[0] != min(buffer.shape[0], end - frame):
                raise Damaged("The clip's audio ends too early.", _HINT)
            done = frame // FIRST_BIN
            fill_first_level(first[:, :, done : done - (-block.shape[0] // FIRST_BIN)], block)
            frame += block.shape[0]
