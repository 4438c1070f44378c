"""Made-up clips of any length for the benchmarks: their files, and a vault that holds them sealed."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from reviewer.audio.io.flac import FlacWriter, MemoryOutput
from reviewer.audio.samples import AudioFormat
from reviewer.audio.view.peaks import FIRST_BIN, PeakPyramid
from reviewer.clips.content import ClipContent
from reviewer.clips.repository import ClipRepository
from reviewer.clips.store import LocalClipStore
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from tests.benches.clips import add_clip as add_sealed_clip
from tests.factories import a_clip, a_keyring

RATE = 16_000
KEYRING = a_keyring()


@cache
def speechlike(seconds: int) -> NDArray[np.int16]:
    """Coloured noise in syllables and pauses: FLAC makes of it what it makes of speech; shape (frames, 1)."""
    random = np.random.default_rng(7)
    noise = random.normal(size=seconds * RATE + 16)
    coloured = np.convolve(noise, np.hanning(12) / 6, mode="same")[: seconds * RATE]
    loudness = np.repeat(random.choice([0.01, 0.3, 1.0], size=seconds * 8), RATE // 8)
    return np.rint(coloured * loudness * 4_000).astype(np.int16)[:, None]


def write_sound(path: Path, seconds: int) -> Path:
    """A sound file of so many seconds, ten minutes over and over; the name's ending is its format."""
    base = speechlike(min(seconds, 600))
    with soundfile.SoundFile(path, "w", RATE, 1, subtype="PCM_16") as out:
        for _ in range(seconds // (base.shape[0] // RATE)):
            out.write(base)
    return path


def pyramid_of(seconds: int) -> PeakPyramid:
    """What ``write_sound`` wrote, as its picture."""
    base = speechlike(min(seconds, 600))
    first = PeakPyramid.from_samples(base).levels[0]
    assert isinstance(first, np.ndarray)
    times = seconds // (base.shape[0] // RATE)
    assert times == 1 or base.shape[0] % FIRST_BIN == 0
    return PeakPyramid.from_first_level(times * base.shape[0], np.tile(first, (1, 1, times)))


def add_clip(vault: ClipContent, folder: Path, clip_id: str, seconds: int) -> None:
    """Brings such a clip in."""
    file = write_sound(folder / f"{clip_id}.flac", seconds)
    flac = MemoryOutput()
    with soundfile.SoundFile(file) as sound, FlacWriter(flac, AudioFormat(RATE, 1, 16)) as out:
        for block in sound.blocks(1 << 16, dtype="int16", always_2d=True):
            out.write(block)
    file.unlink()
    clip = a_clip(id=clip_id, frames=seconds * RATE, rate_hz=RATE, source_hash=clip_id, samples_hash=clip_id)
    add_sealed_clip(vault, KEYRING, clip, flac.getvalue(), pyramid_of(seconds).to_bytes())


@contextmanager
def a_vault(folder: Path) -> Iterator[ClipContent]:
    """The vault of a folder, made where there is none."""
    database = Database(folder / "workspace.db")
    migrate(database)
    yield ClipContent("w1", LocalClipStore(folder / "clips"), ClipRepository(database), database)
    database.close()
