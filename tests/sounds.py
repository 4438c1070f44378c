"""Made-up sound for tests: samples, and files that hold them."""

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from reviewer.audio.samples import Samples


def some_noise(frames: int, *, channels: int = 1, bits: int = 16, seed: int = 1) -> NDArray[Any]:
    """Noise of which no sample is zero, so that it can be told from silence; shape ``(frames, channels)``."""
    values = np.random.default_rng(seed).integers(1, 12_000, size=(frames, channels))
    values *= np.random.default_rng(seed + 1).choice((-1, 1), size=values.shape)
    if bits == 16:
        return values.astype(np.int16)
    return (values.astype(np.int32) * 256 + 77) << 8


def a_tone(
    frames: int, *, rate_hz: int = 16_000, pitch_hz: float = 440.0, loudness: float = 0.3
) -> NDArray[Any]:
    """A sine as int16, shape ``(frames, 1)``."""
    wave = loudness * np.sin(2 * np.pi * pitch_hz * np.arange(frames) / rate_hz)
    return np.rint(wave * 32767).astype(np.int16)[:, None]


def some_samples(
    frames: int = 16_000, *, rate_hz: int = 16_000, channels: int = 1, bits: int = 16
) -> Samples:
    return Samples(rate_hz, some_noise(frames, channels=channels, bits=bits))


def sound_file(
    data: NDArray[Any], *, rate_hz: int = 16_000, container: str = "WAV", subtype: str | None = None
) -> bytes:
    """The bytes of a sound file of this format."""
    out = io.BytesIO()
    if subtype in ("FLOAT", "DOUBLE") and data.dtype.kind == "i":
        data = data / -float(np.iinfo(data.dtype).min)  # libsndfile writes integers to these as they are
    with soundfile.SoundFile(out, "w", rate_hz, data.shape[1], format=container, subtype=subtype) as sound:
        for start in range(0, data.shape[0], rate_hz):
            sound.write(data[start : start + rate_hz])
    return out.getvalue()


def a_wav(
    data: NDArray[np.int16],
    *,
    rate_hz: int = 16_000,
    claimed_bytes: int | None = None,
    channels: int | None = None,
) -> bytes:
    """A plain 16-bit WAV written by hand, which may lie about its length or its channels."""
    content = data.astype("<i2").tobytes()
    count = data.shape[1] if channels is None else channels
    head = struct.pack("<HHIIHH", 1, count, rate_hz, rate_hz * count * 2, count * 2, 16)
    size = len(content) if claimed_bytes is None else claimed_bytes
    chunks = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", size) + content
    return b"RIFF" + struct.pack("<I", min(size + 36, 0xFFFFFFFF)) + chunks


def largest_step_from_silence(data: NDArray[Any]) -> int:
    """From silence to the first frame, from each to the next, and from the last to silence."""
    return int(np.abs(np.diff(data.astype(np.int64), axis=0, prepend=0, append=0)).max())


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
