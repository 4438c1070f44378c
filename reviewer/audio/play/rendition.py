"""Renditions of a clip: in the device's format, at each speed, mapped to the clip's frames."""

from collections.abc import Callable

from reviewer.audio.dsp.resample import converted
from reviewer.audio.dsp.stretch import TimeStretch
from reviewer.audio.play.audio_callback import PlaybackCursor, SampleBuffer
from reviewer.audio.play.prefetcher import Prefetcher, StartJob
from reviewer.audio.samples import AudioFormat, IntSamples, Samples, Sound
from reviewer.errors import ReviewerError

MakeStretch = Callable[[Sound, int], TimeStretch]

PASSTHROUGH_WINDOW_FRAMES = 1 << 14
_BUFFER_SECONDS = 60
_BUFFER_BYTES = 1 << 24


class Passthrough:
    """A ``TimeStretch`` that changes nothing: each window is read on request."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self.frames = sound.frames

    @property
    def windows(self) -> int:
        return -(-self.frames // PASSTHROUGH_WINDOW_FRAMES)

    def window_at(self, frame: int) -> int:
        return max(min(frame // PASSTHROUGH_WINDOW_FRAMES, self.windows - 1), 0)

    def edge(self, window: int) -> int:
        return min(window * PASSTHROUGH_WINDOW_FRAMES, self.frames)

    def render_window(self, window: int) -> IntSamples:
        return self._sound.read(self.edge(window), self.edge(window + 1))


class Rendition:
    """A clip at one speed in the device's format, rendered on request.

    ``clip_share`` frames of the clip are ``out_share`` frames of the rendition.
    """

    def __init__(
        self,
        buffer: SampleBuffer,
        percent: int,
        clip_share: int,
        out_share: int,
        prefetcher: Prefetcher | None = None,
    ) -> None:
        self.buffer = buffer
        self.percent = percent
        self._clip_share, self._out_share = clip_share, out_share
        self._prefetcher = prefetcher

    @property
    def frames(self) -> int:
        """Its length, in its own frames."""
        return self.buffer.frames

    @property
    def error(self) -> ReviewerError | None:
        """Why rendering has failed, if it has."""
        return self._prefetcher.error if self._prefetcher is not None else None

    def out_frame(self, clip_frame: int) -> int:
        """The rendition's frame at a frame of the clip."""
        return min(clip_frame * self._out_share // self._clip_share, self.frames)

    def clip_frames(self, out_frames: int) -> int:
        """The number of the clip's frames; rounded up, so that nothing heard is left out."""
        return -(-out_frames * self._clip_share // self._out_share)

    def request(self, clip_frame: int, loop: tuple[int, int] | None = None) -> None:
        """Render the sound from there on first; in a loop (start and exclusive end) all of it."""
        if self._prefetcher is not None:
            out_loop = (self.out_frame(loop[0]), self.out_frame(loop[1])) if loop is not None else None
            self._prefetcher.request(self.out_frame(clip_frame), out_loop)

    def follow(self, cursor: PlaybackCursor) -> None:
        """Render ahead of this cursor."""
        if self._prefetcher is not None:
            self._prefetcher.follow(cursor)

    def is_buffered(self, clip_frame: int) -> bool:
        """Whether the sound at a frame of the clip can be played now."""
        return self.buffer.chunk_at(self.out_frame(clip_frame)) is not None

    def set_replaced(self) -> None:
        """Render only what is played until another one replaces it."""
        if self._prefetcher is not None:
            self._prefetcher.set_replaced()

    def stop(self) -> None:
        """Stop rendering it."""
        if self._prefetcher is not None:
            self._prefetcher.stop()


class Renditions:
    """The renditions of one clip for one stream: at the recorded speed, and at the last other speed."""

    def __init__(
        self,
        sound: Sound,
        device_format: AudioFormat,
        make_stretch: MakeStretch,
        start_job: StartJob,
        first_frame: int | None = 0,
    ) -> None:
        """Convert the clip to the device's format; ``start_job`` runs a job on another thread.

        ``Samples`` in that format are buffered at once. Any other sound, long or processed, is rendered on
        the other thread, up to a minute or 16 MiB at a time: now, from the clip's frame ``first_frame`` on,
        or on request if that is None.

        Raises:
            Unavailable: the device's rate differs, and the library that converts it is not installed.
        """
        self._sound = converted(sound, device_format)
        self._rates_hz = (sound.rate_hz, device_format.rate_hz)
        self._make_stretch = make_stretch
        self._start_job = start_job
        frame_bytes = self._sound.channels * (2 if self._sound.bits == 16 else 4)
        self._capacity_frames = min(_BUFFER_SECONDS * self._sound.rate_hz, _BUFFER_BYTES // frame_bytes)
        self._stretched: Rendition | None = None
        self._plain = self._plain_rendition(first_frame)

    def at_speed(self, percent: int) -> Rendition:
        """The rendition at this speed; unrendered parts are silent, and rendered on request.

        Raises:
            Unavailable: this speed is not available here.
        """
        if percent == 100:
            return self._plain
        if self._stretched is None or self._stretched.percent != percent:
            if self._stretched is not None:
                self._stretched.stop()
            self._stretched = self._rendition(self._make_stretch(self._sound, percent), percent)
        return self._stretched

    def set_replaced(self) -> None:
        """Render only what is played until other renditions replace these."""
        self._plain.set_replaced()
        if self._stretched is not None:
            self._stretched.set_replaced()

    def stop(self) -> None:
        """Stop rendering."""
        self._plain.stop()
        if self._stretched is not None:
            self._stretched.stop()

    def _plain_rendition(self, first_frame: int | None) -> Rendition:
        if isinstance(self._sound, Samples):
            return Rendition(SampleBuffer.holding_all(self._sound.data), 100, *self._rates_hz)
        plain = self._rendition(Passthrough(self._sound), 100)
        if first_frame is not None:
            plain.request(first_frame)
        return plain

    def _rendition(self, stretch: TimeStretch, percent: int) -> Rendition:
        buffer = SampleBuffer(stretch.frames)
        prefetcher = Prefetcher(stretch, buffer, self._start_job, self._capacity_frames)
        clip_hz, device_hz = self._rates_hz
        return Rendition(buffer, percent, percent * clip_hz, 100 * device_hz, prefetcher)
