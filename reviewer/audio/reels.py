"""A clip's sound as the device wants it, at each speed."""

from collections.abc import Callable

from reviewer.audio.device import SoundForm
from reviewer.audio.feed import Ready
from reviewer.audio.form import at_hand, in_form
from reviewer.audio.growth import Growth, Job
from reviewer.audio.samples import IntSamples, Samples, Sound
from reviewer.audio.stretch import Speed

MakeSpeed = Callable[[Samples, int], Speed]


class Reel:
    """Sound in the device's form; ``out_part`` of its frames are ``clip_part`` of the clip's."""

    def __init__(
        self,
        data: IntSamples,
        percent: int,
        parts: tuple[int, int],
        ready: Ready,
        growth: Growth | None = None,
    ) -> None:
        self.data = data
        self.percent = percent
        self.ready = ready
        self._clip_part, self._out_part = parts
        self._growth = growth

    def out_frame(self, clip_frame: int) -> int:
        """The reel's frame at a clip's frame."""
        return min(clip_frame * self._out_part // self._clip_part, int(self.data.shape[0]))

    def clip_frames(self, out_frames: int) -> int:
        """How many of the clip's frames these are; rounded up, so that nothing heard is left out."""
        return -(-out_frames * self._clip_part // self._out_part)

    def want(self, clip_frame: int) -> None:
        """Have the sound from there on made first, if it is not there yet."""
        if self._growth is not None and not self.is_ready(clip_frame):
            self._growth.want(self.out_frame(clip_frame))

    def is_ready(self, clip_frame: int) -> bool:
        """Whether the sound at a clip's frame is there."""
        low, high = self.ready.stretch
        return low <= self.out_frame(clip_frame) < high

    def stop(self) -> None:
        """Make no more of it."""
        if self._growth is not None:
            self._growth.stop()


class Reels:
    """Reels of one clip for one stream: the plain one, and the one at the speed asked for last."""

    def __init__(
        self, sound: Sound, form: SoundForm, make_speed: MakeSpeed, start_job: Callable[[Job], None]
    ) -> None:
        """Take the clip into the device's form at once; ``start_job`` runs a job on another thread.

        Where the device does not take the clip's rate this costs some 5 ms for a second of sound.
        """
        self._samples = at_hand(in_form(sound, form))
        self._parts = (sound.rate_hz, form.rate_hz)
        self._make_speed = make_speed
        self._start_job = start_job
        self._plain = Reel(self._samples.data, 100, self._parts, Ready(0, self._samples.frames))
        self._other: Reel | None = None

    def get(self, percent: int) -> Reel:
        """The reel at this speed; what is not ready of it is silent, and made on demand.

        Raises:
            Unavailable: this speed cannot be made here.
        """
        if percent == 100:
            return self._plain
        if self._other is None or self._other.percent != percent:
            self.stop()
            self._other = self._at(percent)
        return self._other

    def stop(self) -> None:
        """Make no more of anything."""
        if self._other is not None:
            self._other.stop()

    def _at(self, percent: int) -> Reel:
        speed, ready = self._make_speed(self._samples, percent), Ready(0, 0)
        parts = (percent * self._parts[0], 100 * self._parts[1])
        return Reel(speed.data, percent, parts, ready, Growth(speed, ready, self._start_job))
