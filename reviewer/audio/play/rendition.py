"""A clip's sound as the device wants it, at each speed."""

from collections.abc import Callable

from reviewer.audio.dsp.resample import in_format
from reviewer.audio.dsp.stretch import TimeStretch
from reviewer.audio.io.device import AudioFormat
from reviewer.audio.play.audio_callback import PlaybackCursor
from reviewer.audio.play.passthrough import Passthrough
from reviewer.audio.play.prefetcher import Job, Prefetcher
from reviewer.audio.play.sample_buffer import SampleBuffer
from reviewer.audio.samples import Samples, Sound
from reviewer.errors import ReviewerError

MakeStretch = Callable[[Sound, int], TimeStretch]

_ROOM_SECONDS = 60
_ROOM_BYTES = 1 << 24


class Rendition:
    """Sound in the device's form; ``out_part`` of its frames are ``clip_part`` of the clip's."""

    def __init__(
        self, tape: SampleBuffer, percent: int, parts: tuple[int, int], growth: Prefetcher | None = None
    ) -> None:
        self.tape = tape
        self.percent = percent
        self._clip_part, self._out_part = parts
        self._growth = growth

    @property
    def frames(self) -> int:
        """Its length in its own frames."""
        return self.tape.frames

    @property
    def error(self) -> ReviewerError | None:
        """Why no more of it can be made, if that is so."""
        return self._growth.error if self._growth is not None else None

    def out_frame(self, clip_frame: int) -> int:
        """The reel's frame at a clip's frame."""
        return min(clip_frame * self._out_part // self._clip_part, self.frames)

    def clip_frames(self, out_frames: int) -> int:
        """How many of the clip's frames these are; rounded up, so that nothing heard is left out."""
        return -(-out_frames * self._clip_part // self._out_part)

    def want(self, clip_frame: int, loop: tuple[int, int] | None = None) -> None:
        """Have the sound from there on made first; in a loop (its first frame, the one after) all of it."""
        if self._growth is not None:
            out_loop = (self.out_frame(loop[0]), self.out_frame(loop[1])) if loop is not None else None
            self._growth.want(self.out_frame(clip_frame), out_loop)

    def follow(self, cue: PlaybackCursor) -> None:
        """Have ready what this cue plays next."""
        if self._growth is not None:
            self._growth.follow(cue)

    def is_ready(self, clip_frame: int) -> bool:
        """Whether the sound at a clip's frame is there."""
        return self.tape.piece_at(self.out_frame(clip_frame)) is not None

    def rest(self) -> None:
        """Make no more of it than is played until another takes its place."""
        if self._growth is not None:
            self._growth.rest()

    def stop(self) -> None:
        """Make no more of it."""
        if self._growth is not None:
            self._growth.stop()


class Renditions:
    """Renditions of one clip for one stream: the plain one, and the one at the speed asked for last."""

    def __init__(
        self,
        sound: Sound,
        form: AudioFormat,
        make_stretch: MakeStretch,
        start_job: Callable[[Job], None],
        first: int | None = 0,
    ) -> None:
        """Take the clip in the device's form; ``start_job`` runs a job on another thread.

        ``Samples`` in its form are at hand at once. Any other sound, a long one or one that is worked
        on for the ear, is read on the other thread, a minute or 16 MiB of it at a time; at once from the
        clip's frame ``first`` on, or only when it is wanted if that is None.

        Raises:
            Unavailable: the device's rate is another, and the library that converts it is not installed.
        """
        self._sound = in_format(sound, form)
        self._parts = (sound.rate_hz, form.rate_hz)
        self._make_stretch = make_stretch
        self._start_job = start_job
        frame_bytes = self._sound.channels * (2 if self._sound.bits == 16 else 4)
        self._room_frames = min(_ROOM_SECONDS * self._sound.rate_hz, _ROOM_BYTES // frame_bytes)
        self._other: Rendition | None = None
        self._plain = self._begun(first)

    def get(self, percent: int) -> Rendition:
        """The reel at this speed; what is not ready of it is silent, and made on demand.

        Raises:
            Unavailable: this speed cannot be made here.
        """
        if percent == 100:
            return self._plain
        if self._other is None or self._other.percent != percent:
            if self._other is not None:
                self._other.stop()
            self._other = self._made(self._make_stretch(self._sound, percent), percent)
        return self._other

    def rest(self) -> None:
        """Make no more of anything than is played until other reels take the place of these."""
        self._plain.rest()
        if self._other is not None:
            self._other.rest()

    def stop(self) -> None:
        """Make no more of anything."""
        self._plain.stop()
        if self._other is not None:
            self._other.stop()

    def _begun(self, first: int | None) -> Rendition:
        if isinstance(self._sound, Samples):
            return Rendition(SampleBuffer.whole(self._sound.data), 100, self._parts)
        plain = self._made(Passthrough(self._sound), 100)
        if first is not None:
            plain.want(first)
        return plain

    def _made(self, speed: TimeStretch, percent: int) -> Rendition:
        tape = SampleBuffer(speed.frames)
        growth = Prefetcher(speed, tape, self._start_job, self._room_frames)
        return Rendition(tape, percent, (percent * self._parts[0], 100 * self._parts[1]), growth)
