"""A player without sound: time passes when the test says so."""

from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.play.transport import Transport
from reviewer.audio.samples import Sound
from reviewer.errors import Notice
from reviewer.model.event import HeardRange
from reviewer.model.intervals import merge_heard


class FakePlayer:
    """Same interface as ``Player``; ``listen(frames)`` lets that much of the clip be heard."""

    def __init__(self, problem: Notice | None = None) -> None:
        self.problem = problem
        self.loaded: Sound | None = None
        self.prepared: Sound | None = None
        self.is_closed = False
        self.output_settings = OutputSettings()
        self.output = ""
        self.level_db: float | None = 0.0
        self.underruns = 0
        self._transport = Transport()
        self._heard: list[HeardRange] = []

    @property
    def position(self) -> int:
        return self._transport.position

    @property
    def is_playing(self) -> bool:
        return self._transport.is_playing

    @property
    def speed_percent(self) -> int:
        return self._transport.speed_percent

    @property
    def frames(self) -> int:
        return self._transport.frames

    @property
    def is_buffered(self) -> bool:
        return self.loaded is not None

    @property
    def channels(self) -> int:
        return self.loaded.channels if self.loaded is not None else 0

    def prepare(self, samples: Sound) -> None:
        self.prepared = samples

    def forget_prepared(self) -> None:
        self.prepared = None

    def load(self, samples: Sound) -> None:
        self.unload(keeps_device=True)
        self.prepared = None
        self.loaded = samples
        self._transport = Transport.loaded(samples.frames, self.speed_percent)

    def unload(self, *, keeps_device: bool = False) -> None:
        if self.loaded is not None:
            self.output_settings = self.output_settings.for_new_clip()
        self.loaded = None
        self._transport = Transport.loaded(0, self.speed_percent)

    def play(self, start: int | None = None, until: int | None = None) -> None:
        if self.problem is None and self.loaded is not None:
            self._transport = self._transport.play(start, until)

    def play_loop(
        self, start: int, end: int, pre_roll_frames: int = 0, post_roll_frames: int = 0, at: int | None = None
    ) -> None:
        if self.problem is None and self.loaded is not None:
            self._transport = self._transport.play_loop(start, end, pre_roll_frames, post_roll_frames, at)

    def pause(self) -> None:
        self._transport = self._transport.pause()

    def seek(self, frame: int) -> None:
        self._transport = self._transport.seek(frame)

    def set_speed(self, percent: int) -> None:
        self._transport = self._transport.at_speed(percent)

    def set_output_settings(self, settings: OutputSettings) -> None:
        self.output_settings = settings

    def choose_output(self, output: str) -> None:
        self.output = output

    def take_heard(self) -> list[HeardRange]:
        heard, self._heard = merge_heard(self._heard), []
        return heard

    def close(self) -> None:
        self.forget_prepared()
        self.unload()
        self.is_closed = True

    def listen(self, frames: int) -> None:
        """Time passes until so many frames of the clip were heard, or it stops."""
        start, loop = self.position, self._transport.loop
        self._transport = self._transport.advance(start + frames)
        if loop is not None:
            self._heard += [
                HeardRange(*span, self.speed_percent) for span in loop.spans(start, start + frames)
            ]
        elif self.position > start:
            self._heard.append(HeardRange(start, self.position, self.speed_percent))
