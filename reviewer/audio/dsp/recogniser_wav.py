"""A clip's sound as recognisers read it."""

import io
from collections.abc import Sequence

import numpy as np
import soundfile

from reviewer.audio.dsp.resample import converted
from reviewer.audio.samples import AudioFormat, IntSamples, Samples, Sound, concatenated
from reviewer.model.intervals import Span

RECOGNISER_RATE_HZ = 16_000


def wav_for_recogniser(samples: Samples) -> bytes:
    """A WAV in memory: 16 kHz, the mean of all channels, 16 bits.

    Raises: Unavailable, if the rate differs and libsamplerate is not installed.
    """
    return _wav(_for_recogniser(samples))


def wav_of_parts(sound: Sound, parts: Sequence[Span]) -> tuple[bytes, tuple[tuple[float, float], ...]]:
    """As ``wav_for_recogniser``, of at least one part of a sound, one after the other.

    Returns: the WAV, and the seconds at which each part begins and ends in it.
    """
    pieces = [_for_recogniser(Samples(sound.rate_hz, sound.read(each.start, each.end))) for each in parts]
    ends = np.cumsum([len(piece) for piece in pieces]) / RECOGNISER_RATE_HZ
    places = zip([0.0, *ends[:-1]], ends, strict=True)
    return _wav(concatenated(pieces)), tuple((float(start), float(end)) for start, end in places)


def _for_recogniser(samples: Samples) -> IntSamples:
    sound = converted(samples, AudioFormat(RECOGNISER_RATE_HZ, 1, samples.bits))
    return sound.read(0, sound.frames)


def _wav(data: IntSamples) -> bytes:
    written = io.BytesIO()
    soundfile.write(written, data, RECOGNISER_RATE_HZ, format="WAV", subtype="PCM_16")
    return written.getvalue()
