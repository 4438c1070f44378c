"""The decoding process, which opens untrusted files: ``python -m reviewer.audio.decode.child``.

It imports numpy and soundfile once and forks for each file; the fork restricts itself, decodes one file and
sends plain integer samples through a pipe. Where a platform cannot fork, the process is started for each
file with ``--once``.
"""

import contextlib
import os
import re
import select
import signal
import socket
import sys
from typing import Any, NoReturn

import numpy as np
import soundfile
from numpy.typing import NDArray

from reviewer.audio.decode import sandbox
from reviewer.audio.decode.wire import ENDED, KILLED, REQUEST, TIMED_OUT, VERDICT, Failure, Head, Sender, Tail
from reviewer.audio.samples import IntSamples
from reviewer.process_guard import harden_process

_BLOCK_VALUES = 1 << 16
_LOSSY = ("VORBIS", "OPUS", "MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III")
_FLOATING = ("FLOAT", "DOUBLE")
_WIDE = ("PCM_24", "PCM_32", "DWVW_24", "ALAC_20", "ALAC_24", "ALAC_32")
_DATA_CHUNK = re.compile(r"^\s*data : (\d+) \(should be (\d+)\)", re.MULTILINE)
_STREAMED = 0xFFFFFFFF


def send_sound(source: int, sender: Sender, audio_seconds: float) -> None:
    """Decode one file and send it: head, blocks of samples, tail; or a failure.

    Args:
        source: the open file's descriptor, not its name, so that the content alone decides.
        sender: the end of the pipe.
        audio_seconds: decoding stops after this much sound.
    """
    try:
        with soundfile.SoundFile(source, closefd=False) as sound:
            _send_blocks(sound, sender, int(audio_seconds * sound.samplerate))
    except soundfile.LibsndfileError as error:
        sender.send_failure(Failure("library", int(error.code)))
    except (MemoryError, OverflowError):
        sender.send_failure(Failure("memory"))
    except (RuntimeError, ValueError, TypeError, OSError):
        sender.send_failure(Failure("library"))


def main(arguments: list[str]) -> None:
    """Serve the parent on standard input until it closes; with ``--once``, serve one file only."""
    harden_process()
    if arguments[:1] == ["--once"]:
        _serve_once(float(arguments[1]), int(arguments[2]), float(arguments[3]))
    with socket.socket(fileno=0) as parent:
        while True:
            message, descriptors, _, _ = socket.recv_fds(parent, REQUEST.size, 2)
            if len(message) < REQUEST.size or len(descriptors) != 2:
                return
            parent.sendall(VERDICT.pack(*_fork_for_one_file(parent, message, *descriptors)))


def _send_blocks(sound: Any, sender: Sender, most_frames: int) -> None:
    kind = str(sound.subtype)
    is_floating = kind in _LOSSY or kind in _FLOATING
    is_wide = kind in _WIDE or kind in _FLOATING
    width = 4 if is_wide else 2
    sender.send_head(
        Head(int(sound.samplerate), int(sound.channels), width, str(sound.format), kind in _FLOATING)
    )
    block_frames = max(1, _BLOCK_VALUES // int(sound.channels))
    dtype = "float64" if is_floating else "int32" if is_wide else "int16"
    promised, frames, invalid = int(sound.frames), 0, 0
    while True:
        try:
            block = sound.read(min(block_frames, most_frames + 1 - frames), dtype=dtype, always_2d=True)
        except soundfile.LibsndfileError as error:
            sender.send_failure(Failure("broken_off", int(error.code)))
            return
        frames += block.shape[0]
        if frames > most_frames:
            sender.send_failure(Failure("too_long"))
            return
        if not block.shape[0]:
            break
        if is_floating:
            invalid += int(block.size - np.count_nonzero(np.isfinite(block)))
        sender.send_block(_as_integers(block, is_wide=is_wide))
    sender.send_tail(Tail(frames, invalid, is_short=_is_short(sound, promised, frames)))


def _as_integers(block: NDArray[Any], *, is_wide: bool) -> IntSamples:
    """16-bit integers, or 24-bit ones at the top of an int32; NaN and infinity become silence."""
    if block.dtype == np.float64:
        block = np.where(np.isfinite(block), block, 0.0)
        if is_wide:
            return _top_24_bits(np.rint(block * 8388608.0))
        return np.clip(np.rint(block * 32768.0), -32768, 32767).astype(np.int16)
    if is_wide:
        return _top_24_bits((block.astype(np.int64) + 128) >> 8)
    integers: NDArray[np.int16] = block
    return integers


def _top_24_bits(values: NDArray[Any]) -> NDArray[np.int32]:
    shifted: NDArray[np.int32] = np.clip(values, -8388608, 8388607).astype(np.int32) << 8
    return shifted


def _is_short(sound: Any, promised: int, frames: int) -> bool:
    """Whether the header promised more frames than the file has.

    libsndfile corrects the count of a WAV and says so in its log. The count of an MP3 is an estimate, a few
    blocks of 1,152 samples too high where no Xing header gives it.
    """
    claim = _DATA_CHUNK.search(str(sound.extra_info))
    if claim is not None and int(claim[1]) != _STREAMED and int(claim[1]) > int(claim[2]):
        return True
    estimated = max(8 * 1152, promised // 50) if sound.format == "MP3" else 0
    return frames < promised - estimated


def _fork_for_one_file(parent: socket.socket, message: bytes, source: int, out: int) -> tuple[int, int]:
    """Decode ``source`` into ``out`` in a fork; returns ENDED, KILLED or TIMED_OUT, and a detail."""
    wall_seconds, cpu_seconds, memory_bytes, audio_seconds = REQUEST.unpack(message)
    life, held = os.pipe()
    pid = os.fork()
    if pid == 0:
        _decode_and_leave(parent, life, source, out, (cpu_seconds, memory_bytes, audio_seconds))
    for descriptor in (held, source, out):
        os.close(descriptor)
    is_over, _, _ = select.select([life], [], [], wall_seconds)  # readable once the fork has ended
    if not is_over:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(life)
    if not is_over:
        return TIMED_OUT, 0
    return (KILLED, os.WTERMSIG(status)) if os.WIFSIGNALED(status) else (ENDED, os.WEXITSTATUS(status))


def _decode_and_leave(
    parent: socket.socket, life: int, source: int, out: int, limits: tuple[float, int, float]
) -> NoReturn:
    """In the fork: drop privileges, decode, and exit without running any clean-up."""
    status = 1
    with contextlib.suppress(BaseException):
        os.close(life)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        parent.detach()
        seconds, memory_bytes, audio_seconds = limits
        sandbox.restrict_process(seconds, memory_bytes)
        send_sound(source, Sender(out), audio_seconds)
        status = 0
    os._exit(status)


def _serve_once(seconds: float, memory_bytes: int, audio_seconds: float) -> NoReturn:
    """Serve one file named on standard input; samples go to the original standard output."""
    path = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    source = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    sandbox.restrict_process(seconds, memory_bytes)
    send_sound(source, Sender(out), audio_seconds)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
