"""What can be worked out of the next clip before it is loaded, on another thread."""

from collections.abc import Callable
from dataclasses import dataclass

from reviewer.audio.dsp.loudness import Loudness, measured
from reviewer.audio.io.device import AudioFormat
from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.play.prefetcher import Job
from reviewer.audio.play.rendition import MakeStretch, Renditions
from reviewer.audio.samples import Sound
from reviewer.errors import ReviewerError


@dataclass(frozen=True, slots=True)
class PreparedClip:
    """Renditions for these settings, this loudness (None without level) and this format of the device."""

    settings: OutputSettings
    loudness: Loudness | None
    form: AudioFormat
    reels: Renditions


class ClipPreparation:
    """One clip's loudness, its reels, and its beginning at the speed of the moment.

    Nothing of it reaches a device before the clip is loaded. ``run`` is a job; the rest is for the player's
    thread. What it needs and cannot have is met again, and told, when the clip is loaded.
    """

    def __init__(
        self,
        sound: Sound,
        settings: OutputSettings,
        form: AudioFormat,
        percent: int,
        make_stretch: MakeStretch,
        start_job: Callable[[Job], None],
    ) -> None:
        self._sound: Sound | None = sound
        self._ears = settings
        self._form = form
        self._percent = percent
        self._make_stretch = make_stretch
        self._start_job = start_job
        self._made: PreparedClip | None = None
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

    def taken_for(self, sound: Sound) -> PreparedClip | None:
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

    def _worked_out(self, sound: Sound) -> PreparedClip:
        loudness = measured(sound, lambda: self._is_wanted) if self._ears.is_levelled else None
        reels = Renditions(
            self._ears.applied(sound, loudness), self._form, self._make_stretch, self._start_job
        )
        try:
            reels.get(self._percent).want(0)
        except ReviewerError:
            reels.stop()
            raise
        return PreparedClip(self._ears, loudness, self._form, reels)
