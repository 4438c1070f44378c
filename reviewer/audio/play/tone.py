"""A tone to hear whether an output is the right one."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.fade import rising, weigh
from reviewer.audio.io.device import AudioFormat, Device

SECONDS = 0.8
_PITCH_HZ = 440.0
_LOUDNESS = 0.1
_FADE_SECONDS = 0.05
_ASKED = AudioFormat(48_000, 2, 16)


class _Tone:
    """Gives the device a tone once, and then silence."""

    def __init__(self) -> None:
        self.frames = np.zeros((0, 1), np.int16)
        self.given = 0

    def prepare(self, form: AudioFormat) -> None:
        places = np.arange(round(SECONDS * form.rate_hz)) / form.rate_hz
        wave = np.sin(2 * np.pi * _PITCH_HZ * places) * _LOUDNESS * np.iinfo(form.dtype).max
        tone = np.repeat(np.rint(wave).astype(form.dtype)[:, None], form.channels, axis=1)
        weights = rising(round(_FADE_SECONDS * form.rate_hz))
        weigh(tone, 0, weights, 0)
        weigh(tone, 0, weights[::-1], tone.shape[0] - weights.shape[0])
        self.frames = tone

    def fill(self, out: NDArray[Any], _when: float) -> None:
        part = self.frames[self.given : self.given + out.shape[0]]
        out[: part.shape[0]] = part
        out[part.shape[0] :] = 0
        self.given += part.shape[0]


def play_tone(device: Device, pause: float = 0.02) -> str:
    """Play it to its end; to be called on a thread that may wait.

    Returns:
        What is to be said: where it was heard.

    Raises:
        NoAudioDevice: no sound here.
    """
    tone = _Tone()
    stream = device.open(_ASKED, tone.fill)
    try:
        tone.prepare(stream.form)
        limit = stream.now() + 2 * SECONDS + 2 * device.lead_in_seconds
        while tone.given < tone.frames.shape[0] and stream.is_alive and stream.now() < limit:
            time.sleep(pause)
        time.sleep(device.lead_in_seconds)  # what the device still holds
        return stream.remark or stream.name
    finally:
        stream.close()
