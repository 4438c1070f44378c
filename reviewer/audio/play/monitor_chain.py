"""The monitor chain between a clip and the device: renditions for the present output settings."""

from dataclasses import dataclass

from reviewer.audio.dsp.loudness import Loudness, LoudnessAnalyser, measure_loudness
from reviewer.audio.play.output_settings import OutputSettings, processed
from reviewer.audio.play.prefetcher import StartJob
from reviewer.audio.play.rendition import MakeStretch, Rendition, Renditions
from reviewer.audio.samples import AudioFormat, Sound
from reviewer.errors import ReviewerError


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """Everything that renditions depend on; ``loudness`` is None if loudness matching does not apply."""

    output: OutputSettings
    loudness: Loudness | None
    device_format: AudioFormat


class MonitorChain:
    """Keeps the renditions for the present settings; the previous ones stay until they are released.

    ``settings`` may be replaced at any time; ``update`` applies one change at a time, and skips those that
    come while the previous renditions are still played. So a gain is heard while it is dragged, as fast as
    the sound can be rendered, and then at its final value.
    """

    def __init__(self, make_stretch: MakeStretch, start_job: StartJob) -> None:
        self.settings = OutputSettings()
        self._make_stretch = make_stretch
        self._start_job = start_job
        self._analyser = LoudnessAnalyser(start_job)
        self._sound: Sound | None = None
        self._format: AudioFormat | None = None
        self._renditions: Renditions | None = None
        self._rendered_for: RenderSettings | None = None
        self._previous: Renditions | None = None
        self._preparation: ClipPreparation | None = None
        self._prepared: PreparedClip | None = None

    @property
    def level_db(self) -> float | None:
        """The gain of loudness matching, 0 if it is off; None while the clip is being measured."""
        if self._sound is None or not self.settings.is_levelled:
            return 0.0
        loudness = self._loudness()
        return None if loudness is None else self.settings.level_db(loudness)

    @property
    def is_changing(self) -> bool:
        """Whether the previous renditions are still in use."""
        return self._previous is not None

    def set_clip(self, sound: Sound | None) -> None:
        """Set the clip, or none; its renditions are made once there is a device."""
        self.detach_device()
        self._analyser.cancel()
        self._sound = sound
        if sound is None or self._preparation is None:
            return
        self._prepared, self._preparation = self._preparation.result_for(sound), None
        if self._prepared is not None and self._prepared.settings.loudness is not None:
            self._analyser.set_measured(sound, self._prepared.settings.loudness)

    def prepare_clip(self, sound: Sound, device_format: AudioFormat, percent: int) -> None:
        """Render the beginning of the next clip on another thread, for a device of this format."""
        self.discard_prepared()
        output = self.settings.for_new_clip()
        self._preparation = ClipPreparation(
            sound, output, device_format, percent, self._make_stretch, self._start_job
        )
        self._start_job(self._preparation.run)

    def discard_prepared(self) -> None:
        """Drop the prepared clip, which will not be loaded."""
        if self._preparation is not None:
            self._preparation.cancel()
            self._preparation = None

    def attach_device(self, device_format: AudioFormat) -> None:
        """Make renditions for a device.

        Raises:
            Unavailable: the device's rate differs, and the library that converts it is not installed.
        """
        self._format = device_format
        self.update(0)
        self._drop_prepared()

    def detach_device(self) -> None:
        """Stop rendering: the device is closed."""
        self.release_previous()
        self._drop_prepared()
        if self._renditions is not None:
            self._renditions.stop()
        self._renditions = self._format = self._rendered_for = None

    def update(self, first_frame: int | None) -> None:
        """Make new renditions if the settings have changed, or the clip's loudness is known now.

        They are rendered now from the clip's frame ``first_frame`` on, or on request if that is None.
        """
        if self._sound is None or self._format is None or self._previous is not None:
            return
        loudness = self._loudness() if self.settings.is_levelled else None
        wanted = RenderSettings(self.settings, loudness, self._format)
        if wanted == self._rendered_for:
            return
        self._rendered_for = wanted
        self._previous = self._renditions
        if self._previous is not None:
            self._previous.set_replaced()
        prepared = self._prepared
        if prepared is not None and prepared.settings == wanted:
            self._renditions, self._prepared = prepared.renditions, None
            return
        sound = processed(self._sound, wanted.output, loudness)
        self._renditions = Renditions(sound, self._format, self._make_stretch, self._start_job, first_frame)

    def rendition(self, percent: int) -> Rendition | None:
        """The newest rendition at this speed; None without a clip or a device.

        Raises:
            Unavailable: this speed is not available here.
        """
        return self._renditions.at_speed(percent) if self._renditions is not None else None

    def release_previous(self) -> None:
        """Drop the previous renditions, which are not played any more."""
        if self._previous is not None:
            self._previous.stop()
        self._previous = None

    def _drop_prepared(self) -> None:
        """Drops what was prepared for other settings or another device."""
        if self._prepared is not None:
            self._prepared.renditions.stop()
            self._prepared = None

    def _loudness(self) -> Loudness | None:
        if self._sound is not None:
            self._analyser.measure(self._sound)
        return self._analyser.loudness


@dataclass(frozen=True, slots=True)
class PreparedClip:
    """Renditions of a clip that is not loaded yet, and the settings they depend on."""

    settings: RenderSettings
    renditions: Renditions


class ClipPreparation:
    """Measures the next clip and renders its beginning at the present speed, on another thread.

    Nothing of it reaches a device before the clip is loaded. ``run`` is a job; the rest is for the player's
    thread. An error occurs again, and is reported, when the clip is loaded.
    """

    def __init__(
        self,
        sound: Sound,
        output: OutputSettings,
        device_format: AudioFormat,
        percent: int,
        make_stretch: MakeStretch,
        start_job: StartJob,
    ) -> None:
        self._sound: Sound | None = sound
        self._output = output
        self._format = device_format
        self._percent = percent
        self._make_stretch = make_stretch
        self._start_job = start_job
        self._result: PreparedClip | None = None
        self._is_wanted = True

    def run(self) -> None:
        """Prepare the clip; nothing is kept if it was cancelled."""
        sound = self._sound
        if sound is None:
            return
        try:
            result = self._prepare(sound)
        except ReviewerError:
            return
        self._result = result
        if not self._is_wanted:
            self.cancel()

    def result_for(self, sound: Sound) -> PreparedClip | None:
        """The result, if it is finished and of this clip; else the preparation is cancelled."""
        result = self._result if sound is self._sound else None
        if result is None:
            self.cancel()
        return result

    def cancel(self) -> None:
        """Drop the clip and everything prepared."""
        self._is_wanted = False
        result, self._result, self._sound = self._result, None, None
        if result is not None:
            result.renditions.stop()

    def _prepare(self, sound: Sound) -> PreparedClip:
        loudness = measure_loudness(sound, lambda: self._is_wanted) if self._output.is_levelled else None
        settings = RenderSettings(self._output, loudness, self._format)
        renditions = Renditions(
            processed(sound, self._output, loudness), self._format, self._make_stretch, self._start_job
        )
        try:
            renditions.at_speed(self._percent).request(0)
        except ReviewerError:
            renditions.stop()
            raise
        return PreparedClip(settings, renditions)
