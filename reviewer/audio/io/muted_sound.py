"""A sound of which some spans read as silence, whatever is stored."""

from collections.abc import Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from reviewer.audio.samples import IntSamples, Samples, Sound
from reviewer.model.intervals import Span


class ClosableSound(Sound, Protocol):
    """A sound over an open stream."""

    def close(self) -> None: ...


class MutedSound:
    """A ``Sound`` over another that is read by range; it owns that one."""

    def __init__(self, sound: ClosableSound, spans: Sequence[Span]) -> None:
        self._sound = sound
        self._spans = tuple(spans)
        self.rate_hz = sound.rate_hz
        self.frames = sound.frames
        self.channels = sound.channels
        self.bits = sound.bits

    def read(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)``, limited to those there are; zeros in the muted spans."""
        start = min(max(start, 0), self.frames)
        data: IntSamples = _silenced(self._sound.read(start, end), start, self._spans)
        return data

    def with_spans(self, spans: Sequence[Span]) -> "MutedSound":
        """The same stream with other spans muted."""
        return MutedSound(self._sound, spans)

    def close(self) -> None:
        """Close the stream; it reads as silence afterwards."""
        self._sound.close()


def muted_samples(samples: Samples, spans: Sequence[Span]) -> Samples:
    """The samples with zeros in the spans; the spans of the copy in memory are gone."""
    return Samples(samples.rate_hz, _silenced(samples.data, 0, spans))


def _silenced(data: NDArray[Any], first: int, spans: Sequence[Span]) -> NDArray[Any]:
    out = data.copy()
    for span in spans:
        out[max(span.start - first, 0) : max(span.end - first, 0)] = 0
    out.flags.writeable = False
    return out
