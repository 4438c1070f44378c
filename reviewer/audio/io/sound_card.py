"""The sound card, through PortAudio (sounddevice); loaded on first use."""

import platform
import time
from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import NDArray

from reviewer.audio.io import port_audio
from reviewer.audio.io.device import FillBlock
from reviewer.audio.io.port_audio import Output, output_with_id
from reviewer.audio.samples import AudioFormat
from reviewer.errors import NoAudioDevice, Notice

LATENCIES_SECONDS = (0.08, 0.12, 0.2)
MANY_UNDERRUNS = 3
"""From this many underruns in a stream on, the next one has a longer latency."""
_LEAD_IN_SECONDS = 0.3
_RESCAN_SECONDS = 5.0
DEFAULT_FOLLOWS_SYSTEM = platform.system() == "Linux"
"""Here the device named default follows the system; elsewhere PortAudio must list devices again."""


class SoundCard:
    """The chosen output device, or the system's default if none is chosen or connected."""

    lead_in_seconds = _LEAD_IN_SECONDS

    def __init__(
        self,
        output: Output | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        default_follows_system: bool = DEFAULT_FOLLOWS_SYSTEM,
    ) -> None:
        self.chosen = output
        """The output for the next ``open_stream``; None for the system's default."""
        self._clock = clock
        self._default_follows_system = default_follows_system
        self._scanned_at = float("-inf")
        self._is_stale = False
        self._latency_index = 0

    @property
    def latency_seconds(self) -> float:
        """The device's buffer; longer after a stream with many underruns."""
        return LATENCIES_SECONDS[self._latency_index]

    def choose_output(self, output: str) -> bool:
        before, self.chosen = self.chosen, output_with_id(output)
        return before != self.chosen

    def open_stream(self, audio_format: AudioFormat, fill: FillBlock) -> "CardStream":
        """Open at the clip's rate, else at the device's.

        Raises:
            NoAudioDevice: PortAudio is missing, or no output device accepts the format.
        """
        with port_audio.LOCK:
            sounddevice = port_audio.library()
            self._rescan_if_stale(sounddevice)
            stream = self._first_that_opens(sounddevice, audio_format, fill)
            if stream is None and port_audio.rescan(sounddevice):
                stream = self._first_that_opens(sounddevice, audio_format, fill)
            if stream is None:
                raise NoAudioDevice("NO_OUTPUT_DEVICE")
            self._is_stale = False
            return stream

    def _rescan_if_stale(self, sounddevice: Any) -> None:
        """Rescan if the list may be outdated; takes about ten milliseconds."""
        is_missing = self.chosen is not None and port_audio.index_of(sounddevice, self.chosen) is None
        is_due = self._clock() - self._scanned_at >= _RESCAN_SECONDS
        is_outdated = self.chosen is None and not self._default_follows_system
        if self._is_stale or (is_due and (is_missing or is_outdated)):
            self._scanned_at = self._clock()
            port_audio.rescan(sounddevice)

    def _first_that_opens(
        self, sounddevice: Any, audio_format: AudioFormat, fill: FillBlock
    ) -> "CardStream | None":
        """The first stream that opens: chosen device, then default; requested format, then its own."""
        for index, fallback_reason in self._candidates(sounddevice):
            for candidate in _formats(sounddevice, index, audio_format):
                try:
                    return CardStream(
                        sounddevice,
                        index,
                        candidate,
                        fill,
                        self.latency_seconds,
                        self._on_closed,
                        fallback_reason=fallback_reason,
                        default_follows_system=self._default_follows_system,
                    )
                except (sounddevice.PortAudioError, ValueError):
                    continue
        return None

    def _candidates(self, sounddevice: Any) -> Iterator[tuple[int | None, Notice | None]]:
        if self.chosen is None:
            yield None, None
            return
        index = port_audio.index_of(sounddevice, self.chosen)
        if index is not None:
            yield index, None
        output = {"output": self.chosen.name}
        yield None, Notice("OUTPUT_NOT_CONNECTED" if index is None else "OUTPUT_NOT_OPENED", output)

    def _on_closed(self, stream: "CardStream", *, has_died: bool) -> None:
        self._is_stale = self._is_stale or has_died
        if stream.underruns >= MANY_UNDERRUNS:
            self._latency_index = min(self._latency_index + 1, len(LATENCIES_SECONDS) - 1)


class CardStream:
    """A running PortAudio stream."""

    def __init__(
        self,
        sounddevice: Any,
        index: int | None,
        audio_format: AudioFormat,
        fill: FillBlock,
        latency_seconds: float,
        on_closed: Callable[..., None],
        *,
        fallback_reason: Notice | None,
        default_follows_system: bool,
    ) -> None:
        self.audio_format = audio_format
        self.underruns = 0
        self.fallback_reason = fallback_reason
        self._is_current = index is not None or default_follows_system
        self._on_closed = on_closed

        def callback(out: NDArray[Any], _frames: int, when: Any, status: Any) -> None:
            if status and status.output_underflow:
                self.underruns += 1
            # Some of PortAudio's host APIs report an output time of 0.
            fill(out, when.outputBufferDacTime or when.currentTime + latency_seconds)

        extra = sounddevice.WasapiSettings(auto_convert=True) if _is_wasapi(sounddevice, index) else None
        self._stream = sounddevice.OutputStream(
            device=index,
            samplerate=audio_format.rate_hz,
            channels=audio_format.channels,
            dtype="int16" if audio_format.bits == 16 else "int32",
            latency=latency_seconds,
            callback=callback,
            extra_settings=extra,
        )
        self.name = _name(sounddevice, index)
        self._stream.start()
        port_audio.add_open_stream(self)

    @property
    def is_alive(self) -> bool:
        return bool(self._stream.active)

    @property
    def is_reusable(self) -> bool:
        """Not if it replaces a missing device, the default may have changed, or after an underrun: the next
        one may have a longer latency."""
        return self._is_current and self.fallback_reason is None and not self.underruns

    def now_seconds(self) -> float:
        return float(self._stream.time)

    def close(self) -> None:
        with port_audio.LOCK:
            has_died = not self.is_alive
            self._stream.abort(ignore_errors=True)
            self._stream.close(ignore_errors=True)
            port_audio.remove_open_stream(self)
        self._on_closed(self, has_died=has_died)


def _formats(sounddevice: Any, index: int | None, audio_format: AudioFormat) -> list[AudioFormat]:
    """The requested format, then the device's nearest one."""
    try:
        device = _info(sounddevice, index)
    except (sounddevice.PortAudioError, ValueError):
        return [audio_format]
    channels = min(audio_format.channels, int(device["max_output_channels"]), 2)
    return [audio_format, AudioFormat(int(device["default_samplerate"]), max(channels, 1), audio_format.bits)]


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
