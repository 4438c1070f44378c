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

from reviewer.audio.io.flac import ErrorKeepingStream, translated_errors
from reviewer.audio.view.peaks import Extremes, PeakPyramid, empty_first_level, fill_first_level
from reviewer.errors import Damaged, ReviewerError

OVERVIEW_BIN = 256
_BLOCK_FRAMES = 1 << 20
_PARTS_PER_WORKER = 8


def overview(opened: Callable[[], BinaryIO] | Path, workers: int = 2) -> PeakPyramid:
    """The peaks of our own FLAC or WAV file, never of an untrusted one.

    Decoding takes most of the time, and libsndfile lets other Python threads run meanwhile; so each worker
    opens the file itself and decodes one part after the other; a worker on an idle core takes more of them.
    Only one block of samples a worker is in memory. The first bins have 256 frames, as in other programs:
    reducing to 64 takes longer than reading a WAV.

    Args:
        opened: returns a new seekable stream at each call, called and closed in this thread; or a file.
        workers: the number of threads; at most the number of idle cores.

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
    """One worker's handle of the file; a context manager."""

    def __init__(self, opened: Callable[[], BinaryIO] | Path) -> None:
        self._stream = None if isinstance(opened, Path) else ErrorKeepingStream(opened())
        try:
            with translated_errors(self._stream):
                self.file = soundfile.SoundFile(opened if self._stream is None else self._stream)
        except ReviewerError:
            if self._stream is not None:
                self._stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        if self._stream is not None:
            self._stream.close()

    def fill(self, first: Extremes, left: deque[tuple[int, int]]) -> None:
        """Fill bins of the first level, part by part, that no other worker has taken."""
        while True:
            try:
                begin_bin, end_bin = left.popleft()
            except IndexError:
                return
            self._fill(first, begin_bin, end_bin)

    def _fill(self, first: Extremes, begin_bin: int, end_bin: int) -> None:
        frame, end = begin_bin * OVERVIEW_BIN, min(end_bin * OVERVIEW_BIN, int(self.file.frames))
        buffer = np.empty((min(_BLOCK_FRAMES, max(end - frame, 0)), first.shape[0]), dtype=first.dtype)
        while frame < end:
            out = buffer[: end - frame]
            with translated_errors(self._stream):
                if self.file.tell() != frame:
                    self.file.seek(frame)
                block: Extremes = self.file.read(out=out)
            if block.shape[0] != out.shape[0]:
                raise Damaged("AUDIO_TRUNCATED")
            done = frame // OVERVIEW_BIN
            fill_first_level(
                first[:, :, done : done - (-block.shape[0] // OVERVIEW_BIN)], block, OVERVIEW_BIN
            )
            frame += block.shape[0]
