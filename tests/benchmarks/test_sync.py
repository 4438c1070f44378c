"""Picture against sound: where the cursor stands, and which of the clip's frames the ear gets then.

``.venv/bin/pytest tests/benchmarks/test_sync.py -s``. Every frame of the clip carries its own number, so the
virtual device knows what it plays; its clock counts frames, so an hour takes seconds. What is heard lags what
was given to the device by a buffer, as on a card.
"""

import random
from collections import deque
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.io.sound_card import LATENCIES_SECONDS
from reviewer.audio.play.player import Player
from reviewer.audio.play.prefetcher import Job
from reviewer.audio.samples import IntSamples, Samples, Sound
from reviewer.ui.playback.controller import SPEEDS, PlaybackController
from tests.benchmarks.table import row

RATE = 8_000
BLOCK = RATE // 100
BUFFER = round(LATENCIES_SECONDS[0] * RATE)
HOUR_SECONDS = 3_600
DIGIT = 30_000


def numbered(frames: int) -> Samples:
    """A clip of two channels whose frame ``n`` reads ``n + 1``; 0 is silence."""
    numbers = np.arange(1, frames + 1, dtype=np.int64)
    return Samples(RATE, np.stack((numbers // DIGIT, numbers % DIGIT), axis=1).astype(np.int16))


class PickedFrames:
    """A clip at another speed by leaving out and repeating frames, so that each still says its number."""

    windows = 1

    def __init__(self, sound: Sound, percent: int) -> None:
        self.frames = (sound.frames * 100 + percent // 2) // percent
        self._sound = sound
        self._percent = percent

    def window_at(self, frame: int) -> int:
        return 0

    def edge(self, window: int) -> int:
        return self.frames if window else 0

    def render_window(self, window: int) -> IntSamples:
        places = np.arange(self.frames, dtype=np.int64) * self._percent // 100
        return self._sound.read(0, self._sound.frames)[np.minimum(places, self._sound.frames - 1)]


def at_once(job: Job) -> None:
    job()


class Booth:
    """A playback on a device whose sound is read frame by frame, a buffer after it was given."""

    def __init__(self, samples: Samples) -> None:
        self.device = VirtualDevice(keeps=False)
        self.player = Player(self.device, make_stretch=PickedFrames, start_job=at_once, fade_seconds=0.0)
        self.playback = PlaybackController(self.player)
        self.playback.load(samples)
        self._given: deque[int] = deque([0] * BUFFER, maxlen=BUFFER + 1)
        self._pulled = 0

    def pull(self, frames: int = BLOCK) -> None:
        heard = max(self._pulled + frames - BUFFER, 0)
        block = self.device.stream.pull_ahead(frames, heard=heard).astype(np.int64)
        self._pulled += frames
        self._given.extend((block[:, 0] * DIGIT + block[:, 1]).tolist())

    @property
    def apart(self) -> int | None:
        """By how many frames the cursor is off; None while silence is heard."""
        heard = self._given[0]
        return abs(self.playback.position - (heard - 1)) if heard else None


@pytest.fixture
def booths(qapp: QApplication) -> Iterator[list[Booth]]:
    made: list[Booth] = []
    yield made
    for booth in made:
        booth.playback.close()


def test_after_an_hour_of_playing(booths: list[Booth]) -> None:
    booth = Booth(numbered(RATE * HOUR_SECONDS))
    booths.append(booth)
    booth.playback.toggle()
    worst = [0] * 6
    blocks = HOUR_SECONDS * RATE // BLOCK
    seen = 0
    for block in range(blocks):
        booth.pull()
        apart = booth.apart
        if apart is not None:
            part = min(block * 6 // blocks, 5)
            worst[part] = max(worst[part], apart)
            seen += 1
    assert seen > blocks * 0.99
    told = f"{max(worst)} frames (first ten minutes {worst[0]}, last {worst[-1]})"
    is_met = max(worst) <= BUFFER and worst[-1] <= worst[0]
    row(
        "picture against sound after 60 min of playing (virtual clock)",
        told,
        f"<= {BUFFER} frames, no growth",
        is_met,
    )


def test_after_a_thousand_seeks_and_speed_changes(booths: list[Booth]) -> None:
    chance = random.Random(3)
    frames = RATE * 15  # so short that at any speed all of it is made at once, and no job waits
    booth = Booth(numbered(frames))
    booths.append(booth)
    booth.playback.toggle()
    worst = [0, 0]
    seen = 0
    for step in range(1_000):
        if step % 2:
            booth.playback.seek(chance.randrange(frames * 3 // 4))
        else:
            booth.player.set_speed(chance.choice(SPEEDS))
        if not booth.playback.is_playing:
            booth.playback.toggle()
        for _ in range(chance.randrange(1, 4)):
            booth.pull(chance.randrange(1, 3 * BLOCK))
        for _ in range(BUFFER // BLOCK + 2):  # until what was asked for is what is heard
            booth.pull()
        apart = booth.apart
        if apart is not None:
            half = step // 500
            worst[half] = max(worst[half], apart)
            seen += 1
    assert seen > 900
    told = f"{max(worst)} frames (first 500: {worst[0]}, last 500: {worst[1]})"
    is_met = max(worst) <= BUFFER and worst[1] <= worst[0] + BLOCK
    row(
        "picture against sound after 1,000 seeks and speed changes",
        told,
        f"<= {BUFFER} frames, no growth",
        is_met,
    )
