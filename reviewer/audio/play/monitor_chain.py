"""A clip as its listener wants it now: level, gain and channels, on reels for one device."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from reviewer.audio.dsp.loudness_analyser import LoudnessAnalyser
from reviewer.audio.io.device import AudioFormat
from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.play.prefetcher import Job
from reviewer.audio.play.prepared_clip import ClipPreparation, PreparedClip
from reviewer.audio.play.rendition import MakeStretch, Rendition, Renditions
from reviewer.audio.samples import Sound

if TYPE_CHECKING:
    from reviewer.audio.dsp.loudness import Loudness


class MonitorChain:
    """Keeps the renditions for the present settings; the previous ones stay until they are released.

    ``settings`` may be changed at any time; ``renew`` follows one change after the other: while the previous
    renditions are still being played, further changes do not pile up. So a gain that is dragged is heard on
    the way, as fast as the sound can be rendered, and then as it was left.
    """

    def __init__(self, make_stretch: MakeStretch, start_job: Callable[[Job], None]) -> None:
        self.settings = OutputSettings()
        self._make_stretch = make_stretch
        self._start_job = start_job
        self._meter = LoudnessAnalyser(start_job)
        self._sound: Sound | None = None
        self._form: AudioFormat | None = None
        self._reels: Renditions | None = None
        self._made_for: tuple[OutputSettings, Loudness | None] | None = None
        self._before: Renditions | None = None
        self._ready: ClipPreparation | None = None
        self._made: PreparedClip | None = None

    @property
    def level_db(self) -> float | None:
        """What the level adds to the clip, 0 where it is off; None while the clip is being measured."""
        if self._sound is None or not self.settings.is_levelled:
            return 0.0
        loudness = self._loudness()
        return None if loudness is None else self.settings.level_db(loudness)

    @property
    def is_changing(self) -> bool:
        """Whether reels of before are still there."""
        return self._before is not None

    def take(self, sound: Sound | None) -> None:
        """Another clip, or none; its reels are made once there is a device."""
        self.end()
        self._meter.stop()
        self._sound = sound
        if sound is None or self._ready is None:
            return
        self._made, self._ready = self._ready.taken_for(sound), None
        if self._made is not None and self._made.loudness is not None:
            self._meter.know(sound, self._made.loudness)

    def prepare(self, sound: Sound, form: AudioFormat, percent: int) -> None:
        """Have what the next clip needs worked out on another thread, for a device of this form."""
        self.forget()
        settings = self.settings.for_new_clip()
        self._ready = ClipPreparation(sound, settings, form, percent, self._make_stretch, self._start_job)
        self._start_job(self._ready.run)

    def forget(self) -> None:
        """What was prepared is not loaded after all."""
        if self._ready is not None:
            self._ready.stop()
            self._ready = None

    def begin(self, form: AudioFormat) -> None:
        """Make reels for a device.

        Raises:
            Unavailable: the device's rate is another, and the library that converts it is not installed.
        """
        self._form = form
        self.renew(0)
        self._drop_made()

    def end(self) -> None:
        """The device is closed: nothing more is made."""
        self.let_go()
        self._drop_made()
        if self._reels is not None:
            self._reels.stop()
        self._reels = self._form = self._made_for = None

    def renew(self, first: int | None) -> None:
        """Make new reels if the ears are others by now, or the clip has been measured for their level.

        From the clip's frame ``first`` on at once, or only when it is wanted if that is None.
        """
        if self._sound is None or self._form is None or self._before is not None:
            return
        wanted = (self.settings, self._loudness() if self.settings.is_levelled else None)
        if wanted == self._made_for:
            return
        self._made_for = wanted
        self._before = self._reels
        if self._before is not None:
            self._before.rest()
        made = self._made
        if made is not None and (made.settings, made.loudness, made.form) == (*wanted, self._form):
            self._reels, self._made = made.reels, None
            return
        sound = wanted[0].applied(self._sound, wanted[1])
        self._reels = Renditions(sound, self._form, self._make_stretch, self._start_job, first)

    def reel(self, percent: int) -> Rendition | None:
        """The newest reel at this speed; None without a clip or a device.

        Raises:
            Unavailable: this speed cannot be made here.
        """
        return self._reels.get(percent) if self._reels is not None else None

    def let_go(self) -> None:
        """Nothing plays from the reels of before any more."""
        if self._before is not None:
            self._before.stop()
        self._before = None

    def _drop_made(self) -> None:
        """What was made ready for other ears, or another device, is of no use."""
        if self._made is not None:
            self._made.reels.stop()
            self._made = None

    def _loudness(self) -> "Loudness | None":
        if self._sound is not None:
            self._meter.begin(self._sound)
        return self._meter.loudness
