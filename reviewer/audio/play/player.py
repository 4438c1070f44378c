"""Plays one clip: transport, device and what was heard, for one calling thread."""

from collections.abc import Callable

from reviewer.audio.dsp.fade import FADE_SECONDS, rising
from reviewer.audio.dsp.stretch import SignalsmithStretch
from reviewer.audio.io.device import Device
from reviewer.audio.play.audio_callback import AudioCallback
from reviewer.audio.play.monitor_chain import MonitorChain
from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.play.output_stream import OutputStream
from reviewer.audio.play.playback_run import Run
from reviewer.audio.play.played_ranges import PlayedRanges
from reviewer.audio.play.prefetcher import Job, in_thread
from reviewer.audio.play.rendition import MakeStretch, Rendition
from reviewer.audio.play.transport import Transport
from reviewer.audio.play.underruns import UnderrunCounter
from reviewer.audio.samples import Sound
from reviewer.errors import Unavailable
from reviewer.model.event import HeardRange


class Player:
    """Plays the loaded clip on a device.

    The stream is opened with the clip and is silent until something plays, so that no sound is lost at its
    start and playing begins at once. ``position`` is what is heard now; frames count as heard when the device
    has got them, so that after a pause both are the same. Without a device everything but sound works:
    ``problem`` is a sentence, and ``play`` does nothing but look for a device again. For one thread only.

    What begins or ends in the middle is faded over ``fade_seconds``. After a pause the position is where the
    fade began, so that nothing is lost. With plain ``OutputSettings()`` at 1x the device gets the clip's own
    samples.
    """

    def __init__(
        self,
        device: Device,
        *,
        make_stretch: MakeStretch = SignalsmithStretch,
        start_job: Callable[[Job], None] = in_thread,
        fade_seconds: float = FADE_SECONDS,
        tally: UnderrunCounter | None = None,
    ) -> None:
        self._device = device
        self._tally = tally or UnderrunCounter()
        self._monitor_chain = MonitorChain(make_stretch, start_job)
        self._fade_seconds = fade_seconds
        self._weights = rising(0)
        self._feed = AudioCallback()
        self._outlet = OutputStream(device, self._feed, self._tally)
        self._transport = Transport()
        self._sound: Sound | None = None
        self._run: Run | None = None
        self._hearing = PlayedRanges(self._feed)
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

    @property
    def output_settings(self) -> OutputSettings:
        """What is done to the sound for the listener."""
        return self._monitor_chain.settings

    @property
    def level_db(self) -> float | None:
        """What the level adds to this clip, 0 where it is off; None while the clip is being measured."""
        return self._monitor_chain.level_db

    @property
    def channels(self) -> int:
        """How many the clip has; 0 without one."""
        return self._sound.channels if self._sound is not None else 0

    @property
    def underruns(self) -> int:
        """How often the device had nothing to play in time, since the program started."""
        return self._tally.underruns(self._outlet.stream)

    def load(self, samples: Sound) -> None:
        """Take a clip, at its beginning, paused, at the speed of the one before; a device of its form stays.

        Raises:
            ValueError: something heard of the clip before was not taken (``unload``, ``take_heard``,
                ``load``): it would be logged as heard of this one.
        """
        self.unload(keeps_device=True)
        if self._hearing.has_something:
            raise ValueError("what was heard of the clip before was not taken")
        self._sound = samples
        self._monitor_chain.take(samples)
        self._transport = Transport.loaded(samples.frames, self._transport.speed_percent)
        self._open(samples)

    def prepare(self, samples: Sound) -> None:
        """Have the clip that is loaded next worked out on another thread: level, device's form, speed."""
        self._monitor_chain.prepare(samples, self._outlet.form_for(samples), self._transport.speed_percent)

    def forget_prepared(self) -> None:
        """The clip that was prepared does not come, or is gone: nothing is kept of it."""
        self._monitor_chain.forget()

    def unload(self, *, keeps_device: bool = False) -> None:
        """Stop and let the clip go; what was heard of it can still be taken.

        With ``keeps_device`` the device stays open, and silent, for a clip that is loaded at once.
        """
        self._end_run()
        self._close_stream(keeps_device=keeps_device)
        if self._sound is not None:
            self._monitor_chain.settings = self.output_settings.for_new_clip()
        self._monitor_chain.take(None)
        self._sound = None
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
        """Play ``start`` to ``end``, with so much before and after, round and round without a gap;
        from ``at`` on, if that is inside, else from the beginning.
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

    def set_output_settings(self, settings: OutputSettings) -> None:
        """Hear it so from now on: while it plays as soon as that is ready, faded over, at the same place."""
        self._monitor_chain.settings = settings
        self._look()

    def choose_output(self, output: str) -> None:
        """Go over to the output remembered by this text, or the default; a playing clip goes on there."""
        self._look()
        if not self._device.choose(output):
            return
        self._end_run()
        self._close_stream()
        if self._sound is not None and self._open(self._sound):
            self._begin_run()
        else:
            self._transport = self._transport.pause()

    def take_heard(self) -> list[HeardRange]:
        """What the device got since the last call, merged; at 1x exact to the frame."""
        self._look()
        return self._hearing.take(self._run)

    def close(self) -> None:
        """Let all clips and the device go; keep how well the device kept up."""
        self.forget_prepared()
        self.unload()
        self._tally.save()

    def _can_play(self) -> bool:
        self._look()
        return self._sound is not None and (self._outlet.stream is not None or self._open(self._sound))

    def _look(self) -> None:
        """Bring the transport up to what is heard, take up what is now ready, notice a lost device."""
        self._monitor_chain.renew(self._transport.position if self._run is None else None)
        if self._run is None:
            self._monitor_chain.let_go()
        stream, run = self._outlet.stream, self._run
        if stream is not None and not stream.is_alive:
            name = f"The sound device “{stream.name}”" if stream.name else "The sound device"
            self._end_run()
            self._close_stream()
            self._transport = self._transport.pause()
            self._problem = f"{name} has gone. Press play to go on with the next one."
            return
        if stream is not None and run is not None:
            self._transport = self._transport.advance(run.heard(stream.now(), stream.form.rate_hz))
        if not self._transport.is_playing:
            self._end_run()
        elif run is not None and run.error is not None:
            self._problem = f"{run.error.sentence} {run.error.hint}".strip()
            self._end_run()
            self._transport = self._transport.pause()
        elif run is not None and (
            run.percent != self._transport.speed_percent or self._monitor_chain.is_changing
        ):
            self._change_over()

    def _change_over(self) -> None:
        """Go over to the speed and ears wanted, once the sound is ready where the device is by now."""
        reel, run = self._reel(), self._run
        if reel is None or run is None or reel is run.reel:
            return
        place = self._transport.advance(run.fed()).position
        self._want(reel, place)
        if reel.is_ready(place):
            self._end_run()
            self._begin_run()

    def _reel(self) -> Rendition | None:
        """The reel at the speed wanted; if that cannot be made, say so and go back to the plain one."""
        try:
            return self._monitor_chain.reel(self._transport.speed_percent)
        except Unavailable as error:
            self._problem = f"{error.sentence} {error.hint}".strip()
            self._transport = self._transport.at_speed(100)
            return self._monitor_chain.reel(100)

    def _begin_run(self) -> None:
        """PlaybackCursor what the transport says, if it plays; the cue waits for what is not ready."""
        reel = self._reel() if self._transport.is_playing else None
        if reel is None:
            return
        at = self._transport
        self._want(reel, at.position)
        self._monitor_chain.let_go()
        self._run = Run(reel, at, self._weights)
        self._feed.cue = self._run.cue
        self._tally.plays(self._outlet.stream)

    def _want(self, reel: Rendition, place: int) -> None:
        """Have the sound from ``place`` on made; in a loop all of the loop, so that no round waits for it."""
        loop = self._transport.loop
        reel.want(place, None if loop is None else (loop.start, loop.stop))

    def _end_run(self) -> None:
        """Let the device fade out, and no more; the transport stands where the fade begins."""
        run, self._run, self._feed.cue = self._run, None, None
        if run is not None:
            self._tally.pauses(self._outlet.stream)
            self._hearing.ends(run)
            self._transport = self._transport.advance(run.fed())

    def _open(self, sound: Sound) -> bool:
        """Open the device for the clip; False, and a problem, if there is none."""
        try:
            stream = self._outlet.open(sound)
            self._monitor_chain.begin(stream.form)
        except Unavailable as error:
            self._close_stream()
            self._problem = f"{error.sentence} {error.hint}".strip()
            return False
        self._problem = stream.remark
        self._weights = rising(round(self._fade_seconds * stream.form.rate_hz))
        return True

    def _close_stream(self, *, keeps_device: bool = False) -> None:
        self._outlet.end(keeps_device=keeps_device)
        self._monitor_chain.end()
        self._hearing.close()
