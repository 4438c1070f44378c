"""Plays one clip: transport, device and what was heard, for one calling thread."""

from collections.abc import Callable

from reviewer.audio.device import Device, SoundForm, Stream
from reviewer.audio.fade import FADE_SECONDS, rising
from reviewer.audio.feed import Feed
from reviewer.audio.growth import Job, in_thread
from reviewer.audio.heard import merged
from reviewer.audio.reels import MakeSpeed, Reel, Reels
from reviewer.audio.run import Run
from reviewer.audio.samples import Sound
from reviewer.audio.stretch import Stretched
from reviewer.audio.transport import Transport
from reviewer.errors import NoAudioDevice, Unavailable
from reviewer.model.event import HeardRange

_GONE = "Sound stopped: the output device has gone. Plug in or choose another, then press play again."


class Player:
    """Plays the loaded clip on a device.

    The stream is opened with the clip and is silent until something plays, so that no sound is lost at its
    start and playing begins at once. ``position`` is what is heard now; frames count as heard when the device
    has got them, so that after a pause both are the same. Without a device everything but sound works:
    ``problem`` is a sentence, and ``play`` does nothing but look for a device again. For one thread only.

    What begins or ends in the middle is faded over ``fade_seconds``. After a pause the position is where the
    fade began, so that nothing is lost between a pause and the next play.
    """

    def __init__(
        self,
        device: Device,
        *,
        make_speed: MakeSpeed = Stretched,
        start_job: Callable[[Job], None] = in_thread,
        fade_seconds: float = FADE_SECONDS,
    ) -> None:
        self._device = device
        self._make_speed = make_speed
        self._start_job = start_job
        self._fade_seconds = fade_seconds
        self._weights = rising(0)
        self._feed = Feed()
        self._transport = Transport()
        self._samples: Sound | None = None
        self._stream: Stream | None = None
        self._reels: Reels | None = None
        self._run: Run | None = None
        self._ending: list[Run] = []
        self._heard: list[HeardRange] = []
        self._problem: str | None = None

    @property
    def position(self) -> int:
        """The clip's frame that is heard now."""
        self._look()
        return self._transport.position

    @property
    def is_playing(self) -> bool:
        self._look()
        return self._transport.is_playing

    @property
    def speed_percent(self) -> int:
        return self._transport.speed_percent

    @property
    def frames(self) -> int:
        return self._transport.frames

    @property
    def problem(self) -> str | None:
        """Why there is no sound, or not at this speed, and what helps; None while all is well."""
        return self._problem

    def load(self, samples: Sound) -> None:
        """Take a clip, at its beginning, paused, at the speed of the one before.

        Raises:
            ValueError: something heard of the clip before was not taken (``unload``, ``take_heard``,
                ``load``): it would be logged as heard of this one.
        """
        self.unload()
        if self._heard:
            raise ValueError("what was heard of the clip before was not taken")
        self._samples = samples
        self._transport = Transport.loaded(samples.frames, self._transport.speed_percent)
        self._open()

    def unload(self) -> None:
        """Stop and let the clip go; what was heard of it can still be taken."""
        self._end_run()
        self._close_stream()
        self._samples = None
        self._transport = Transport.loaded(0, self._transport.speed_percent)

    def play(self, start: int | None = None, until: int | None = None) -> None:
        """Play from ``start`` (where it stands, from the beginning at the end) to ``until`` (the end)."""
        if self._can_play():
            self._end_run()
            self._transport = self._transport.play(start, until)
            self._begin_run()

    def play_loop(
        self, start: int, end: int, pre_roll_frames: int = 0, post_roll_frames: int = 0, at: int | None = None
    ) -> None:
        """Play ``start`` to ``end``, with so much before and after, round and round without a gap.

        It begins ``at`` a frame, if that is inside, else at the beginning.
        """
        if self._can_play():
            self._end_run()
            self._transport = self._transport.play_loop(start, end, pre_roll_frames, post_roll_frames, at)
            self._begin_run()

    def pause(self) -> None:
        """Stop; the position is where the sound that the device already has ends."""
        self._look()
        self._end_run()
        self._transport = self._transport.pause()

    def seek(self, frame: int) -> None:
        """Go there, and go on playing if it was."""
        self._look()
        target = self._transport.seek(frame)
        self._end_run()
        self._transport = target
        self._begin_run()

    def set_speed(self, percent: int) -> None:
        """Play at 25 to 300 % of the recorded speed, at the same pitch; until that is ready, as before."""
        self._look()
        self._transport = self._transport.at_speed(percent)
        reel = self._reel()
        if reel is not None:
            self._want(reel, self._transport.position)
        self._look()

    def take_heard(self) -> list[HeardRange]:
        """What the device got since the last call, merged; at 1x exact to the frame."""
        self._look()
        ended = [run for run in self._ending if not self._may_still_move(run)]  # asked before they are told
        for run in [*self._ending, *([self._run] if self._run else [])]:
            self._tell(run)
        self._ending = [run for run in self._ending if run not in ended]
        heard, self._heard = merged(self._heard), []
        return heard

    def close(self) -> None:
        """Let the clip and the device go."""
        self.unload()

    def _can_play(self) -> bool:
        self._look()
        return self._samples is not None and (self._stream is not None or self._open())

    def _look(self) -> None:
        """Bring the transport up to what is heard, take up a speed now ready, notice a lost device."""
        stream, run = self._stream, self._run
        if stream is not None and not stream.is_alive:
            self._end_run()
            self._close_stream()
            self._transport = self._transport.pause()
            self._problem = _GONE
            return
        if stream is not None and run is not None:
            self._transport = self._transport.advance(run.heard(stream.now(), stream.form.rate_hz))
        if not self._transport.is_playing:
            self._end_run()
        elif run is not None and run.error is not None:
            self._problem = f"{run.error.sentence} {run.error.hint}".strip()
            self._end_run()
            self._transport = self._transport.pause()
        elif run is not None and run.percent != self._transport.speed_percent:
            self._change_speed()

    def _change_speed(self) -> None:
        """Go over to the speed wanted, once its sound is ready where the device is by now."""
        reel, run = self._reel(), self._run
        if reel is None or run is None or reel.percent == run.percent:
            return
        place = self._transport.advance(run.fed()).position
        self._want(reel, place)
        if reel.is_ready(place):
            self._end_run()
            self._begin_run()

    def _reel(self) -> Reel | None:
        """The reel at the speed wanted; if that cannot be made, say so and go back to the plain one."""
        if self._reels is None:
            return None
        try:
            return self._reels.get(self._transport.speed_percent)
        except Unavailable as error:
            self._problem = f"{error.sentence} {error.hint}".strip()
            self._transport = self._transport.at_speed(100)
            return self._reels.get(100)

    def _begin_run(self) -> None:
        """Cue what the transport says, if it plays; the cue waits for what is not ready."""
        reel = self._reel() if self._transport.is_playing else None
        if reel is None:
            return
        at = self._transport
        self._want(reel, at.position)
        self._run = Run(reel, at, self._weights)
        self._feed.cue = self._run.cue

    def _want(self, reel: Reel, place: int) -> None:
        """Have the sound from ``place`` on made; in a loop all of the loop, so that no round waits for it."""
        loop = self._transport.loop
        reel.want(place, None if loop is None else (loop.start, loop.stop))

    def _end_run(self) -> None:
        """Let the device fade out, and no more; the transport stands where the fade begins."""
        run, self._run, self._feed.cue = self._run, None, None
        if run is not None:
            run.ended_at_block = self._feed.blocks
            self._ending.append(run)
            self._transport = self._transport.advance(run.fed())

    def _tell(self, run: Run) -> None:
        self._heard += [HeardRange(start, end, run.percent) for start, end in run.tell()]

    def _may_still_move(self, run: Run) -> bool:
        """Whether the device's thread may be in the middle of a block of this run."""
        return self._feed.blocks < run.ended_at_block + 2 or self._feed.sounding is run.cue

    def _open(self) -> bool:
        """Open the device for the clip; False, and a problem, if there is none."""
        if self._samples is None:
            return False
        form = SoundForm(self._samples.rate_hz, self._samples.channels, self._samples.bits)
        try:
            self._feed.begin(form.rate_hz, self._device.lead_in_seconds)
            self._stream = self._device.open(form, self._feed.fill)
        except NoAudioDevice as error:
            self._problem = f"{error.sentence} {error.hint}".strip()
            return False
        self._problem = None
        self._weights = rising(round(self._fade_seconds * self._stream.form.rate_hz))
        self._reels = Reels(self._samples, self._stream.form, self._make_speed, self._start_job)
        return True

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._reels is not None:
            self._reels.stop()
            self._reels = None
        for run in self._ending:
            self._tell(run)
        self._ending = []
