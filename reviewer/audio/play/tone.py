"""A test tone, to hear whether an output is the right one."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.fade import apply_fade, fade_in_weights
from reviewer.audio.io.device import Device
from reviewer.audio.samples import AudioFormat
from reviewer.messages import window_catalogue

TONE_SECONDS = 0.8
_FREQUENCY_HZ = 440.0
_AMPLITUDE = 0.1
_FADE_SECONDS = 0.05
_ASKED = AudioFormat(48_000, 2, 16)


class _Tone:
    """Fills blocks with a tone once, then with silence."""

    def __init__(self) -> None:
        self.frames = np.zeros((0, 1), np.int16)
        self.given_frames = 0

    def prepare(self, audio_format: AudioFormat) -> None:
        times = np.arange(round(TONE_SECONDS * audio_format.rate_hz)) / audio_format.rate_hz
        wave = np.sin(2 * np.pi * _FREQUENCY_HZ * times) * _AMPLITUDE * np.iinfo(audio_format.dtype).max
        tone = np.repeat(np.rint(wave).astype(audio_format.dtype)[:, None], audio_format.channels, axis=1)
        weights = fade_in_weights(round(_FADE_SECONDS * audio_format.rate_hz))
        apply_fade(tone, 0, weights, 0)
        apply_fade(tone, 0, weights[::-1], tone.shape[0] - weights.shape[0])
        self.frames = tone

    def fill(self, out: NDArray[Any], _when: float) -> None:
        part = self.frames[self.given_frames : self.given_frames + out.shape[0]]
        out[: part.shape[0]] = part
        out[part.shape[0] :] = 0
        self.given_frames += part.shape[0]


def play_tone(device: Device, poll_seconds: float = 0.02) -> str:
    """Play a sine of 440 Hz at -20 dBFS for 0.8 s; to be called on a thread that may wait.

    Returns:
        Where it was heard, to be shown: the device's name, or why it was not the chosen one.

    Raises:
        NoAudioDevice: no sound here.
    """
    tone = _Tone()
    stream = device.open_stream(_ASKED, tone.fill)
    try:
        tone.prepare(stream.audio_format)
        limit = stream.now_seconds() + 2 * TONE_SECONDS + 2 * device.lead_in_seconds
        while tone.given_frames < tone.frames.shape[0] and stream.is_alive and stream.now_seconds() < limit:
            time.sleep(poll_seconds)
        time.sleep(device.lead_in_seconds)  # what the device still holds
        reason = stream.fallback_reason
        return stream.name if reason is None else window_catalogue().words(reason).sentence
    finally:
        stream.close()
