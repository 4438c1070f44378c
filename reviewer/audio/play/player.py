"""Plays one clip: transport, output stream and what was heard, for one calling thread."""

from reviewer.audio.dsp.fade import FADE_SECONDS, fade_in_weights
from reviewer.audio.dsp.stretch import SignalsmithStretch
from reviewer.audio.io.device import Device
from reviewer.audio.play.audio_callback import AudioCallback
from reviewer.audio.play.monitor_chain import MonitorChain
from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.play.output_stream import OutputStream
from reviewer.audio.play.playback_run import HeardTracker, PlaybackRun
from reviewer.audio.play.prefetcher import StartJob, in_thread
from reviewer.audio.play.rendition import MakeStretch, Rendition
from reviewer.audio.play.transport import Transport
from reviewer.audio.play.underruns import UnderrunCounter
from reviewer.audio.samples import Sound
from reviewer.errors import Notice, Unavailable
from reviewer.messages import window_catalogue
from reviewer.model.event import HeardRange


class Player:
    """Plays the loaded clip on a device.

    The stream is opened with the clip and is silent until something plays, so that no sound is lost at its
    start and playback begins at once. ``position`` is what is heard now; frames count as heard when the
    device has got them, so that after a pause both are the same. Without a device everything but sound works:
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
        start_job: StartJob = in_thread,
        fade_seconds: float = FADE_SECONDS,
        underruns: UnderrunCounter | None = None,
    ) -> None:
        self._device = device
        self._underruns = underruns or UnderrunCounter()
        self._monitor_chain = MonitorChain(make_stretch, start_job)
        self._fade_seconds = fade_seconds
        self._fade_weights = fade_in_weights(0)
        self._callback = AudioCallback()
        self._output = OutputStream(device, self._callback, self._underruns)
        self._transport = Transport()
        self._sound: Sound | None = None
        self._run: PlaybackRun | None = None
        self._heard = HeardTracker(self._callback)
        self._problem: str | None = None

    @property
    def position(self) -> int:
        """The clip's frame that is heard now."""
        self._refresh()
        return self._transport.position

    @property
    def is_playing(self) -> bool:
        self._refresh()
        return self._transport.is_playing

    @property
    def speed_percent(self) -> int:
        return self._transport.speed_percent

    @property
    def frames(self) -> int:
        return self._transport.frames

    @property
    def is_buffered(self) -> bool:
        """Whether the sound at the position is rendered at the present speed, so that it sounds at once."""
        rendition = self._rendition()
        return rendition is not None and rendition.is_buffered(self._transport.position)

    @property
    def problem(self) -> str | None:
        """Why there is no sound, or not at this speed, and what helps; None while there is."""
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
        return self._underruns.total(self._output.stream)

    def load(self, samples: Sound) -> None:
        """Load a clip: at its beginning, paused, at the previous speed; a device of its format stays open.

        Raises:
            ValueError: what was heard of the previous clip was not taken (``unload``, ``take_heard``,
                ``load``): it would be logged as heard of this one.
        """
        self.unload(keeps_device=True)
        if self._heard.has_untaken:
            raise ValueError("what was heard of the previous clip was not taken")
        self._sound = samples
        self._monitor_chain.set_clip(samples)
        self._transport = Transport.loaded(samples.frames, self._transport.speed_percent)
        self._open(samples)

    def prepare(self, samples: Sound) -> None:
        """Measure and render the clip that is loaded next, on another thread."""
        device_format = self._output.expected_format(samples)
        self._monitor_chain.prepare_clip(samples, device_format, self._transport.speed_percent)

    def forget_prepared(self) -> None:
        """The clip that was prepared is not loaded after all: keep nothing of it."""
        self._monitor_chain.discard_prepared()

    def unload(self, *, keeps_device: bool = False) -> None:
        """Stop, and let the clip go; what was heard of it can still be taken.

        With ``keeps_device`` the device stays open, and silent, for a clip that is loaded at once.
        """
        self._end_run()
        self._close_stream(keeps_device=keeps_device)
        if self._sound is not None:
            self._monitor_chain.settings = self.output_settings.for_new_clip()
        self._monitor_chain.set_clip(None)
        self._sound = None
        self._transport = Transport.loaded(0, self._transport.speed_percent)

    def play(self, start: int | None = None, until: int | None = None) -> None:
        """Play from ``start`` (default: the position, or 0 if that is the end) to ``until`` (the end)."""
        if self._can_play():
            self._end_run()
            self._transport = self._transport.play(start, until)
            self._start_run()

    def play_loop(
        self, start: int, end: int, pre_roll_frames: int = 0, post_roll_frames: int = 0, at: int | None = None
    ) -> None:
        """Loop ``start`` to ``end``, with pre-roll and post-roll, without a gap.

        It begins ``at`` a frame, if that is inside, else at the beginning.
        """
        if self._can_play():
            self._end_run()
            self._transport = self._transport.play_loop(start, end, pre_roll_frames, post_roll_frames, at)
            self._start_run()

    def pause(self) -> None:
        """Pause; the position is where the sound that the device already has ends."""
        self._refresh()
        self._end_run()
        self._transport = self._transport.pause()

    def seek(self, frame: int) -> None:
        """Go there, and go on playing if it was playing."""
        self._refresh()
        target = self._transport.seek(frame)
        self._end_run()
        self._transport = target
        self._start_run()

    def set_speed(self, percent: int) -> None:
        """Play at 25 to 300 % of the recorded speed, at the same pitch, as soon as that is rendered."""
        self._refresh()
        self._transport = self._transport.at_speed(percent)
        rendition = self._rendition()
        if rendition is not None:
            self._request(rendition, self._transport.position)
        self._refresh()

    def set_output_settings(self, settings: OutputSettings) -> None:
        """Apply these from now on; while it plays, as soon as that is rendered, at the same place."""
        self._monitor_chain.settings = settings
        self._refresh()

    def choose_output(self, output: str) -> None:
        """Switch to the output with this id, or the default; a playing clip goes on there."""
        self._refresh()
        if not self._device.choose_output(output):
            return
        self._end_run()
        self._close_stream()
        if self._sound is not None and self._open(self._sound):
            self._start_run()
        else:
            self._transport = self._transport.pause()

    def take_heard(self) -> list[HeardRange]:
        """What the device got since the last call, merged; at 1x exact to the frame."""
        self._refresh()
        return self._heard.take_heard(self._run)

    def close(self) -> None:
        """Let all clips and the device go; save the record of underruns."""
        self.forget_prepared()
        self.unload()
        self._underruns.save()

    def _can_play(self) -> bool:
        self._refresh()
        return self._sound is not None and (self._output.stream is not None or self._open(self._sound))

    def _refresh(self) -> None:
        """Follow what is heard, switch to what is rendered by now, notice a lost device."""
        self._monitor_chain.update(self._transport.position if self._run is None else None)
        if self._run is None:
            self._monitor_chain.release_previous()
        stream, run = self._output.stream, self._run
        if stream is not None and not stream.is_alive:
            self._end_run()
            self._close_stream()
            self._transport = self._transport.pause()
            code = "OUTPUT_DISCONNECTED" if stream.name else "UNNAMED_OUTPUT_DISCONNECTED"
            self._problem = _sentences(Notice(code, {"output": stream.name}))
            return
        if stream is not None and run is not None:
            heard = run.heard_frame(stream.now_seconds(), stream.audio_format.rate_hz)
            self._transport = self._transport.advance(heard)
        if not self._transport.is_playing:
            self._end_run()
        elif run is not None and run.error is not None:
            self._problem = _sentences(run.error.notice)
            self._end_run()
            self._transport = self._transport.pause()
        elif run is not None and (
            run.percent != self._transport.speed_percent or self._monitor_chain.is_changing
        ):
            self._change_rendition()

    def _change_rendition(self) -> None:
        """Switch to the speed and settings wanted, once that is buffered where the device is by now."""
        rendition, run = self._rendition(), self._run
        if rendition is None or run is None or rendition is run.rendition:
            return
        frame = self._transport.advance(run.fed_frame()).position
        self._request(rendition, frame)
        if rendition.is_buffered(frame):
            self._end_run()
            self._start_run()

    def _rendition(self) -> Rendition | None:
        """The rendition at the speed wanted; if that is not available, say so and go back to 100 %."""
        try:
            return self._monitor_chain.rendition(self._transport.speed_percent)
        except Unavailable as error:
            self._problem = _sentences(error.notice)
            self._transport = self._transport.at_speed(100)
            return self._monitor_chain.rendition(100)

    def _start_run(self) -> None:
        """Play what the transport says, if it plays; the cursor waits for what is not rendered."""
        rendition = self._rendition() if self._transport.is_playing else None
        if rendition is None:
            return
        at = self._transport
        self._request(rendition, at.position)
        self._monitor_chain.release_previous()
        self._run = PlaybackRun(rendition, at, self._fade_weights)
        self._callback.play(self._run.cursor)
        self._underruns.start_playing(self._output.stream)

    def _request(self, rendition: Rendition, frame: int) -> None:
        """Have the sound from there on rendered; in a loop all of it, so that no round waits for it."""
        loop = self._transport.loop
        rendition.request(frame, None if loop is None else (loop.start, loop.stop))

    def _end_run(self) -> None:
        """Let the device fade out, and no more; the transport is where the fade begins."""
        run, self._run = self._run, None
        self._callback.play(None)
        if run is not None:
            self._underruns.stop_playing(self._output.stream)
            self._heard.end_run(run)
            self._transport = self._transport.advance(run.fed_frame())

    def _open(self, sound: Sound) -> bool:
        """Open the device for the clip; False, and a problem, if there is none."""
        try:
            stream = self._output.open_for(sound)
            self._monitor_chain.attach_device(stream.audio_format)
        except Unavailable as error:
            self._close_stream()
            self._problem = _sentences(error.notice)
            return False
        self._problem = _sentences(stream.fallback_reason) if stream.fallback_reason else None
        self._fade_weights = fade_in_weights(round(self._fade_seconds * stream.audio_format.rate_hz))
        return True

    def _close_stream(self, *, keeps_device: bool = False) -> None:
        self._output.end_clip(keeps_device=keeps_device)
        self._monitor_chain.detach_device()
        self._heard.end_stream()


def _sentences(notice: Notice) -> str:
    words = window_catalogue().words(notice)
    return f"{words.sentence} {words.hint}".strip()
