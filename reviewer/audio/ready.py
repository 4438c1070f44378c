"""What can be worked out of the next clip before it is loaded, on another thread."""

from collections.abc import Callable
from dataclasses import dataclass

from reviewer.audio.device import SoundForm
from reviewer.audio.ears import Ears
from reviewer.audio.growth import Job
from reviewer.audio.loudness import Loudness, measured
from reviewer.audio.reels import MakeSpeed, Reels
from reviewer.audio.samples import Sound
from reviewer.errors import ReviewerError


@dataclass(frozen=True, slots=True)
class Made:
    """Reels for these ears, this loudness (None where there is no level) and this form of the device."""

    ears: Ears
    loudness: Loudness | None
    form: SoundForm
    reels: Reels


class Ready:
    """One clip's loudness, its reels, and its beginning at the speed of the moment.

    Nothing of it reaches a device before the clip is loaded. ``run`` is a job; the rest is for the player's
    thread. What it needs and cannot have is met again, and told, when the clip is loaded.
    """

    def __init__(
        self,
        sound: Sound,
        ears: Ears,
        form: SoundForm,
        percent: int,
        make_speed: MakeSpeed,
        start_job: Callable[[Job], None],
    ) -> None:
        self._sound: Sound | None = sound
        self._ears = ears
        self._form = form
        self._percent = percent
        self._make_speed = make_speed
        self._start_job = start_job
        self._made: Made | None = None
        self._is_wanted = True

    def run(self) -> None:
        """Work it out; nothing is left of it if it was stopped meanwhile."""
        sound = self._sound
        if sound is None:
            return
        try:
            made = self._worked_out(sound)
        except ReviewerError:
            return
        self._made = made
        if not self._is_wanted:
            self.stop()

    def taken_for(self, sound: Sound) -> Made | None:
        """What was made, if it is of this clip and done; else it is stopped."""
        made = self._made if sound is self._sound else None
        if made is None:
            self.stop()
        return made

    def stop(self) -> None:
        """Let the clip go, and all that was made of it."""
        self._is_wanted = False
        made, self._made, self._sound = self._made, None, None
        if made is not None:
            made.reels.stop()

    def _worked_out(self, sound: Sound) -> Made:
        loudness = measured(sound, lambda: self._is_wanted) if self._ears.is_levelled else None
        reels = Reels(self._ears.applied(sound, loudness), self._form, self._make_speed, self._start_job)
        try:
            reels.get(self._percent).want(0)
        except ReviewerError:
            reels.stop()
            raise
        return Made(self._ears, loudness, self._form, reels)
