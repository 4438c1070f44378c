"""The sound card, through PortAudio; imported only when sound is wanted."""

import platform
import sys
from typing import Any

from numpy.typing import NDArray

from reviewer.audio.device import Fill, SoundForm
from reviewer.errors import NoAudioDevice

LATENCY_SECONDS = 0.08
_LEAD_IN_SECONDS = 0.3


class SoundCard:
    """The default output device."""

    lead_in_seconds = _LEAD_IN_SECONDS

    def __init__(self, latency_seconds: float = LATENCY_SECONDS) -> None:
        self._latency_seconds = latency_seconds

    def open(self, form: SoundForm, fill: Fill) -> "_CardStream":
        """Open at the clip's own rate, else at the device's.

        Raises:
            NoAudioDevice: PortAudio is missing, or there is no output device that takes this.
        """
        sounddevice = _sounddevice()
        forms = [form]
        try:
            return _CardStream(sounddevice, forms[0], fill, self._latency_seconds)
        except sounddevice.PortAudioError:
            look_again(sounddevice)
        try:
            forms.append(_form_of_default(sounddevice, form))
        except (sounddevice.PortAudioError, ValueError) as error:
            raise _no_device() from error
        for candidate in forms:
            try:
                return _CardStream(sounddevice, candidate, fill, self._latency_seconds)
            except (sounddevice.PortAudioError, ValueError):
                continue
        raise _no_device()


class _CardStream:
    """A running PortAudio stream."""

    def __init__(self, sounddevice: Any, form: SoundForm, fill: Fill, latency_seconds: float) -> None:
        self.form = form
        self.name = ""
        self.remark: str | None = None
        self.underruns = 0

        def callback(out: NDArray[Any], _frames: int, when: Any, status: Any) -> None:
            if status and status.output_underflow:
                self.underruns += 1
            # Some of PortAudio's hosts leave the time of the output at 0.
            fill(out, when.outputBufferDacTime or when.currentTime + latency_seconds)

        extra = sounddevice.WasapiSettings(auto_convert=True) if sys.platform == "win32" else None
        self._stream = sounddevice.OutputStream(
            samplerate=form.rate_hz,
            channels=form.channels,
            dtype="int16" if form.bits == 16 else "int32",
            latency=latency_seconds,
            callback=callback,
            extra_settings=extra,
        )
        self._stream.start()

    @property
    def is_alive(self) -> bool:
        return bool(self._stream.active)

    def now(self) -> float:
        return float(self._stream.time)

    def close(self) -> None:
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)


def _sounddevice() -> Any:
    try:
        import sounddevice  # noqa: PLC0415 - fails where PortAudio is missing, and nobody but us may import it
    except (OSError, ImportError) as error:
        raise NoAudioDevice("Sound is off: PortAudio is not installed.", _remedy_portaudio()) from error
    return sounddevice


def _remedy_portaudio() -> str:
    if platform.system() == "Linux":
        return "Install it (Debian, Ubuntu: sudo apt install libportaudio2), then start Reviewer again."
    return "Install Reviewer again: its sounddevice package brings PortAudio with it."


def look_again(sounddevice: Any) -> None:
    """PortAudio lists devices once; start it again to find one plugged in since."""
    try:
        sounddevice._terminate()  # noqa: SLF001 - documented in its FAQ, the only way
        sounddevice._initialize()  # noqa: SLF001
    except sounddevice.PortAudioError:
        return


def _form_of_default(sounddevice: Any, form: SoundForm) -> SoundForm:
    """What the default device takes that is nearest to what is asked for."""
    device = sounddevice.query_devices(kind="output")
    channels = min(form.channels, int(device["max_output_channels"]), 2)
    return SoundForm(int(device["default_samplerate"]), max(channels, 1), form.bits)


def _no_device() -> NoAudioDevice:
    return NoAudioDevice(
        "Sound is off: no output device was found.",
        "Plug in or choose an output device in the system's sound settings, then press play again.",
    )
