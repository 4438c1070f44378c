"""The peaks of a sound file, decoded by several threads at once."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
import soundfile

from reviewer.audio.io.flac import ErrorKeepingStream
from reviewer.audio.samples import Samples, Sound
from reviewer.audio.view.peaks import Extremes, PeakPyramid, empty_first_level, fill_first_level
from reviewer.errors import Damaged

OVERVIEW_BIN = 256
_BLOCK_FRAMES = 1 << 20
_PARTS_PER_WORKER = 8


def overview_of(sound: Sound, opened: Callable[[], BinaryIO]) -> PeakPyramid:
    """The peaks of a sound: from memory if its samples are there, else by ``overview`` of what is opened."""
    return PeakPyramid.from_samples(sound.data) if isinstance(sound, Samples) else overview(opened)


def overview(opened: Callable[[], BinaryIO] | Path, workers: int = 2) -> PeakPyramid:
    """The peaks of a FLAC or WAV file of our own, never of an untrusted one.

    Decoding takes most of the time, and libsndfile lets other Python threads run meanwhile; so each worker
    opens the file for itself and decodes one part after the other: where one core is busy, the other
    takes more of them. Of the samples only a block a worker is ever in memory.
    The first bins are of 256 frames, as other programs' are: to reduce to 64 takes longer than to read a WAV.

    Args:
        opened: gives a new seekable stream each time, called and closed in this thread; or a file.
        workers: how many threads; as many as there are cores to spare.

    Raises:
        Damaged: it does not decode, ends too early, or a seal of the stream does not verify.
    """
    with ExitStack() as stack:
        readers = [stack.enter_context(_Reader(opened)) for _ in range(workers)]
        file = readers[0].file
        dtype = np.dtype(np.int16 if file.subtype == "PCM_16" else np.int32)
        first = empty_first_level(int(file.frames), int(file.channels), dtype, OVERVIEW_BIN)
        parts = workers * _PARTS_PER_WORKER
        edges = [first.shape[2] * part // parts for part in range(parts + 1)]
        left = deque(pairwise(edges))
        with ThreadPoolExecutor(workers, "overview") as pool:
            list(pool.map(_Reader.fill, readers, [first] * workers, [left] * workers))
        return PeakPyramid.from_first_level(int(file.frames), first, OVERVIEW_BIN)


class _Reader:
    """The file, opened once more; a context manager."""

    def __init__(self, opened: Callable[[], BinaryIO] | Path) -> None:
        self._stream = None if isinstance(opened, Path) else ErrorKeepingStream(opened())
        try:
            self.file = soundfile.SoundFile(opened if self._stream is None else self._stream)
        except soundfile.LibsndfileError as error:
            with ExitStack() as stack:
                if self._stream is not None:
                    stack.callback(self._stream.close)
                    self._stream.raise_error()
                raise Damaged("AUDIO_NOT_DECODABLE") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        if self._stream is not None:
            self._stream.close()

    def fill(self, first: Extremes, left: deque[tuple[int, int]]) -> None:
        """Fill the bins of the first level that no other worker has taken, part by part."""
        while True:
            try:
                begin_bin, end_bin = left.popleft()
            except IndexError:
                return
            self._fill(first, begin_bin, end_bin)

    def _fill(self, first: Extremes, begin_bin: int, end_bin: int) -> None:
        frame, end = begin_bin * OVERVIEW_BIN, min(end_bin * OVERVIEW_BIN, int(self.file.frames))
        buffer = np.empty((min(_BLOCK_FRAMES, max(end - frame, 0)), first.shape[0]), dtype=first.dtype)
        try:
            if frame < end:
                self.file.seek(frame)
            while frame < end:
                block = self._read(buffer[: end - frame])
                done = frame // OVERVIEW_BIN
                bins = first[:, :, done : done - (-block.shape[0] // OVERVIEW_BIN)]
                fill_first_level(bins, block, OVERVIEW_BIN)
                frame += block.shape[0]
        except soundfile.LibsndfileError as error:
            self._raise_stream_error()
            raise Damaged("AUDIO_NOT_DECODABLE") from error

    def _read(self, out: Extremes) -> Extremes:
        block: Extremes = self.file.read(out=out)
        self._raise_stream_error()
        if block.shape[0] != out.shape[0]:
            raise Damaged("AUDIO_TRUNCATED")
        return block

    def _raise_stream_error(self) -> None:
        if self._stream is not None:
            self._stream.raise_error()
