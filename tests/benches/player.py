"""A player on a virtual device, as the tests of playback set it up."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.audio_callback import AudioCallback
from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.play.player import Player
from reviewer.audio.play.rendition import MakeStretch
from reviewer.audio.samples import Sound
from tests.fakes.stretch import RepeatingStretch

PLAIN = OutputSettings()


class PlayerBench:
    """Without fades, so that each frame can be told; render jobs run at once, or wait for ``run_jobs``."""

    def __init__(
        self,
        sound: Sound | None = None,
        *,
        settings: OutputSettings = PLAIN,
        fade_seconds: float = 0.0,
        jobs_wait: bool = False,
        device: VirtualDevice | None = None,
        make_stretch: MakeStretch = RepeatingStretch,
    ) -> None:
        self.device = device or VirtualDevice()
        self.jobs_wait = jobs_wait
        self.jobs: list[Callable[[], None]] = []
        self.player = Player(
            self.device, make_stretch=make_stretch, start_job=self._start, fade_seconds=fade_seconds
        )
        self.player.set_output_settings(settings)
        if sound is not None:
            self.player.load(sound)

    def run_jobs(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()

    def pull(self, frames: int) -> NDArray[np.int16]:
        return self.device.pull(frames)

    def _start(self, job: Callable[[], None]) -> None:
        if self.jobs_wait:
            self.jobs.append(job)
        else:
            job()


class OvertakenCallback(AudioCallback):
    """A callback of which a block comes in between just when somebody asks how many have finished."""

    comes_between: Callable[[], None] | None = None

    def __getattribute__(self, name: str) -> Any:
        if name == "finished_blocks" and self.comes_between is not None:
            act, self.comes_between = self.comes_between, None
            act()
        return super().__getattribute__(name)
