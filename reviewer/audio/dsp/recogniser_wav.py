"""A clip's sound as recognisers read it."""

import io

import soundfile

from reviewer.audio.dsp.resample import converted
from reviewer.audio.samples import AudioFormat, Samples

RECOGNISER_RATE_HZ = 16_000


def wav_for_recogniser(samples: Samples) -> bytes:
    """A WAV in memory: 16 kHz, the mean of all channels, 16 bits.

    Raises: Unavailable, if the rate differs and libsamplerate is not installed.
    """
    sound = converted(samples, AudioFormat(RECOGNISER_RATE_HZ, 1, samples.bits))
    data = sound.read(0, sound.frames)
    written = io.BytesIO()
    soundfile.write(written, data, RECOGNISER_RATE_HZ, format="WAV", subtype="PCM_16")
    return written.getvalue()
