"""A clip that is open: its facts, sound, peaks and passages of speech."""

from dataclasses import dataclass, replace

from reviewer.audio.io.flac import close_sound, muted
from reviewer.audio.samples import Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.model.clip import Clip
from reviewer.model.intervals import Span
from reviewer.model.redaction import Redaction, muted_spans


@dataclass(frozen=True, slots=True)
class UnsealedClip:
    """A clip's facts, sound, peaks and passages of speech. Once closed, it reads as silence.

    Sound and peaks are muted where ``redactions`` say so. ``stored_as`` changes when its key does.
    """

    clip: Clip
    samples: Sound
    peaks: PeakPyramid
    speech: tuple[Span, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    stored_as: str = ""

    def muted_as(self, redactions: tuple[Redaction, ...]) -> "UnsealedClip":
        """The same open clip, with these redactions muted too."""
        spans = muted_spans(redactions, self.clip.rate_hz, self.clip.frames)
        return replace(
            self,
            samples=muted(self.samples, spans),
            peaks=self.peaks.muted(spans) if spans else self.peaks,
            redactions=redactions,
        )

    def close(self) -> None:
        """Closes the files of sound and peaks."""
        close_sound(self.samples)
        self.peaks.close()
