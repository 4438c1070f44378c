"""Measuring a clip's loudness without keeping anybody waiting."""

from collections.abc import Callable

from reviewer.audio.dsp.loudness import Loudness, measured
from reviewer.audio.play.prefetcher import Job
from reviewer.audio.samples import Samples, Sound

_AT_ONCE = 1_000_000
"""Up to so many samples, a minute of 16 kHz, it takes some 5 ms; more are measured on another thread."""


class LoudnessAnalyser:
    """The loudness of one clip after the other; ``loudness`` is None until it is known."""

    def __init__(self, start_job: Callable[[Job], None]) -> None:
        self._start_job = start_job
        self._sound: Sound | None = None
        self._under_way: _Measurement | None = None

    @property
    def loudness(self) -> Loudness | None:
        """Of the clip begun last, once it is measured."""
        return self._under_way.result if self._under_way is not None else None

    def begin(self, sound: Sound) -> None:
        """Measure this clip, if it is not the one measured already; a short one at once."""
        if sound is self._sound:
            return
        self.stop()
        self._sound, self._under_way = sound, _Measurement(sound)
        if isinstance(sound, Samples) and sound.frames * sound.channels <= _AT_ONCE:
            self._under_way.run()
        else:
            self._start_job(self._under_way.run)

    def know(self, sound: Sound, loudness: Loudness) -> None:
        """This clip was measured before it came."""
        self.stop()
        self._sound, self._under_way = sound, _Measurement(sound)
        self._under_way.result = loudness

    def stop(self) -> None:
        """Let the clip go; what is being measured of it is of no more interest."""
        if self._under_way is not None:
            self._under_way.is_wanted = False
        self._sound = self._under_way = None


class _Measurement:
    """One measurement; ``result`` is written once, in one step, by whoever runs it."""

    def __init__(self, sound: Sound) -> None:
        self.result: Loudness | None = None
        self.is_wanted = True
        self._sound = sound

    def run(self) -> None:
        loudness = measured(self._sound, lambda: self.is_wanted)
        if self.is_wanted:
            self.result = loudness
