"""A long clip's sound, decoded where it is wanted."""

from collections import OrderedDict
from threading import Lock
from typing import BinaryIO

import numpy as np
import soundfile

from reviewer.audio.io.error_keeping_stream import ErrorKeepingStream
from reviewer.audio.io.flac import read_canonical
from reviewer.audio.samples import IntSamples, Sound
from reviewer.errors import Damaged

BLOCK_FRAMES = 1 << 14
_WHOLE_VALUES = 1 << 21
_KEPT_BYTES = 1 << 22
_LEAST_KEPT = 16
_HINT = "Ask your lead to import it again."


class FlacStream:
    """A ``Sound`` over a stream of our own FLAC, of which it keeps the blocks used last.

    For any thread; a read of a block that is not kept takes about a millisecond, and others wait for it. It
    owns the stream. After ``close`` it is silent, so that who still plays or draws it can end in peace.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Take a seekable stream; only its beginning and its end are read now.

        Raises:
            Damaged: not our FLAC, or the stream's own seal does not verify.
        """
        self._stream = ErrorKeepingStream(stream)
        self._lock = Lock()
        self._file: soundfile.SoundFile | None = self._opened()
        self.rate_hz = int(self._file.samplerate)
        self.frames = int(self._file.frames)
        self.channels = int(self._file.channels)
        self.bits = 16 if self._file.subtype == "PCM_16" else 24
        self._dtype = np.dtype(np.int16 if self.bits == 16 else np.int32)
        self._kept: OrderedDict[int, IntSamples] = OrderedDict()
        block_bytes = BLOCK_FRAMES * self.channels * self._dtype.itemsize
        self._room = max(_KEPT_BYTES // block_bytes, _LEAST_KEPT)
        self._is_closed = False

    def read(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)``, cut to what there is; see ``Sound``. Silence after ``close``.

        Raises:
            Damaged: a part of the stream that is needed does not verify, or does not decode.
        """
        start = min(max(start, 0), self.frames)
        end = min(max(end, start), self.frames)
        if start == end:
            return np.empty((0, self.channels), dtype=self._dtype)
        first, last = start // BLOCK_FRAMES, (end - 1) // BLOCK_FRAMES
        if first == last:
            return self._block(first)[start - first * BLOCK_FRAMES : end - first * BLOCK_FRAMES]
        out: IntSamples = np.empty((end - start, self.channels), dtype=self._dtype)
        for number in range(first, last + 1):
            low, high = max(start, number * BLOCK_FRAMES), min(end, (number + 1) * BLOCK_FRAMES)
            offset = number * BLOCK_FRAMES
            out[low - start : high - start] = self._block(number)[low - offset : high - offset]
        return out

    def close(self) -> None:
        """Let the stream go."""
        with self._lock:
            self._is_closed = True
            self._kept.clear()
            if self._file is not None:
                self._file.close()
                self._file = None
            self._stream.close()

    def _block(self, number: int) -> IntSamples:
        with self._lock:
            kept = self._kept.get(number)
            if kept is not None:
                self._kept.move_to_end(number)
                return kept
            block = self._decoded(number)
            block.flags.writeable = False
            self._kept[number] = block
            while len(self._kept) > self._room:
                self._kept.popitem(last=False)
            return block

    def _decoded(self, number: int) -> IntSamples:
        start = number * BLOCK_FRAMES
        frames = min(BLOCK_FRAMES, self.frames - start)
        if self._is_closed:
            silence: IntSamples = np.zeros((frames, self.channels), dtype=self._dtype)
            return silence
        file = self._file or self._opened()
        self._file = None  # after an error the decoder's place is not to be trusted: it is opened anew
        try:
            if file.tell() != start:
                file.seek(start)
            block: IntSamples = file.read(frames, dtype=self._dtype.name, always_2d=True)
        except soundfile.LibsndfileError as error:
            self._stream.complain()
            raise Damaged("The clip's audio does not decode.", _HINT) from error
        self._stream.complain()
        if block.shape[0] != frames:
            raise Damaged("The clip's audio ends too early.", _HINT)
        self._file = file
        return block

    def _opened(self) -> soundfile.SoundFile:
        try:
            self._stream.seek(0)
            file = soundfile.SoundFile(self._stream)
        except soundfile.LibsndfileError as error:
            self._stream.complain()
            raise Damaged("The clip's audio does not decode.", _HINT) from error
        self._stream.complain()
        if file.format != "FLAC" or file.subtype not in ("PCM_16", "PCM_24"):
            file.close()
            raise Damaged("The clip's audio is not in the form it was kept in.", _HINT)
        return file


def open_sound(stream: BinaryIO) -> Sound:
    """A clip's sound: decoded at once where it is short (two minutes at 16 kHz, one channel), else on demand.

    The stream is closed with the sound, or by this.

    Raises:
        Damaged: not our FLAC, or the stream's own seal does not verify.
    """
    try:
        sound = FlacStream(stream)
        if sound.frames * sound.channels > _WHOLE_VALUES:
            return sound
        stream.seek(0)
        samples = read_canonical(stream)
    except BaseException:
        stream.close()
        raise
    sound.close()
    return samples


def close_sound(sound: Sound) -> None:
    """Let go what a sound reads from; it may be asked for more, but is silent."""
    if isinstance(sound, FlacStream):
        sound.close()
