"""The sound card, through PortAudio; loaded only when sound is wanted."""

import platform
import time
from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import NDArray

from reviewer.audio.io import port_audio
from reviewer.audio.io.device import AudioFormat, Fill
from reviewer.audio.io.port_audio import Output, output_of
from reviewer.errors import NoAudioDevice

LATENCIES_SECONDS = (0.08, 0.12, 0.2)
MANY_UNDERRUNS = 3
"""From so many in one stream on, the next one has more room."""
_LEAD_IN_SECONDS = 0.3
_LOOK_EVERY_SECONDS = 5.0
_LISTS_FOLLOW = platform.system() == "Linux"
"""There the device called default follows the system by itself; elsewhere PortAudio must look again."""


class SoundCard:
    """The chosen output device, or the system's default where none is chosen or it is not there."""

    lead_in_seconds = _LEAD_IN_SECONDS

    def __init__(self, output: Output | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.chosen = output
        """Taken at the next ``open``; None is the system's default."""
        self._clock = clock
        self._looked_at = float("-inf")
        self._is_stale = False
        self._patience = 0

    @property
    def latency_seconds(self) -> float:
        """How much sound waits in the device; more of it after a stream that ran dry."""
        return LATENCIES_SECONDS[self._patience]

    def choose(self, output: str) -> bool:
        before, self.chosen = self.chosen, output_of(output)
        return before != self.chosen

    def open(self, form: AudioFormat, fill: Fill) -> "CardStream":
        """Open at the clip's own rate, else at the device's.

        Raises:
            NoAudioDevice: PortAudio is missing, or there is no output device that takes this.
        """
        with port_audio.LOCK:
            sounddevice = port_audio.library()
            port_audio.hush_alsa()
            self._look_for_new(sounddevice)
            stream = self._first(sounddevice, form, fill)
            if stream is None and port_audio.look_again(sounddevice):
                stream = self._first(sounddevice, form, fill)
            if stream is None:
                raise _no_device()
            self._is_stale = False
            return stream

    def _look_for_new(self, sounddevice: Any) -> None:
        """Where the list may be out of date; it costs some ten milliseconds."""
        is_missing = self.chosen is not None and port_audio.index_of(sounddevice, self.chosen) is None
        is_due = self._clock() - self._looked_at >= _LOOK_EVERY_SECONDS
        follows = self.chosen is None and not _LISTS_FOLLOW
        if self._is_stale or (is_due and (is_missing or follows)):
            self._looked_at = self._clock()
            port_audio.look_again(sounddevice)

    def _first(self, sounddevice: Any, form: AudioFormat, fill: Fill) -> "CardStream | None":
        """The first that opens: of the chosen device and the default, each as asked and in its own form."""
        for index, remark in self._places(sounddevice):
            for candidate in _forms(sounddevice, index, form):
                try:
                    return CardStream(
                        sounddevice, (index, remark), candidate, fill, self.latency_seconds, self._on_closed
                    )
                except (sounddevice.PortAudioError, ValueError):
                    continue
        return None

    def _places(self, sounddevice: Any) -> Iterator[tuple[int | None, str | None]]:
        if self.chosen is None:
            yield None, None
            return
        index = port_audio.index_of(sounddevice, self.chosen)
        if index is not None:
            yield index, None
        why = "is not there" if index is None else "does not open"
        yield None, f"{self.chosen.name} {why}: the default plays."

    def _on_closed(self, stream: "CardStream", *, has_died: bool) -> None:
        self._is_stale = self._is_stale or has_died
        if stream.underruns >= MANY_UNDERRUNS:
            self._patience = min(self._patience + 1, len(LATENCIES_SECONDS) - 1)


class CardStream:
    """A running PortAudio stream."""

    def __init__(
        self,
        sounddevice: Any,
        place: tuple[int | None, str | None],
        form: AudioFormat,
        fill: Fill,
        latency_seconds: float,
        on_closed: Callable[..., None],
    ) -> None:
        self.form = form
        self.underruns = 0
        index, self.remark = place
        self._follows = index is not None or _LISTS_FOLLOW
        self._on_closed = on_closed

        def callback(out: NDArray[Any], _frames: int, when: Any, status: Any) -> None:
            if status and status.output_underflow:
                self.underruns += 1
            # Some of PortAudio's hosts leave the time of the output at 0.
            fill(out, when.outputBufferDacTime or when.currentTime + latency_seconds)

        extra = sounddevice.WasapiSettings(auto_convert=True) if _is_wasapi(sounddevice, index) else None
        self._stream = sounddevice.OutputStream(
            device=index,
            samplerate=form.rate_hz,
            channels=form.channels,
            dtype="int16" if form.bits == 16 else "int32",
            latency=latency_seconds,
            callback=callback,
            extra_settings=extra,
        )
        self.name = _name(sounddevice, index)
        self._stream.start()
        port_audio.opened(self)

    @property
    def is_alive(self) -> bool:
        return bool(self._stream.active)

    @property
    def may_stay(self) -> bool:
        """Not in the place of a device that may be back, nor of a default that may be another one by now,
        nor where it ran dry: the next one may have more room."""
        return self._follows and self.remark is None and not self.underruns

    def now(self) -> float:
        return float(self._stream.time)

    def close(self) -> None:
        with port_audio.LOCK:
            has_died = not self.is_alive
            self._stream.abort(ignore_errors=True)
            self._stream.close(ignore_errors=True)
            port_audio.closed(self)
        self._on_closed(self, has_died=has_died)


def _forms(sounddevice: Any, index: int | None, form: AudioFormat) -> list[AudioFormat]:
    """What is asked for, then what the device takes that is nearest to it."""
    try:
        device = _info(sounddevice, index)
    except (sounddevice.PortAudioError, ValueError):
        return [form]
    channels = min(form.channels, int(device["max_output_channels"]), 2)
    return [form, AudioFormat(int(device["default_samplerate"]), max(channels, 1), form.bits)]


def _info(sounddevice: Any, index: int | None) -> Any:
    return sounddevice.query_devices(index, kind="output")


def _name(sounddevice: Any, index: int | None) -> str:
    try:
        return str(_info(sounddevice, index)["name"])
    except (sounddevice.PortAudioError, ValueError):
        return ""


def _is_wasapi(sounddevice: Any, index: int | None) -> bool:
    if platform.system() != "Windows":
        return False
    hosts = sounddevice.query_hostapis()
    return "WASAPI" in hosts[_info(sounddevice, index)["hostapi"]]["name"]


def _no_device() -> NoAudioDevice:
    return NoAudioDevice("No sound: no output device was found.", "Plug one in, then press play.")
