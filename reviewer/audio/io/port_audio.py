"""PortAudio (sounddevice): loaded late, its device list read by one thread at a time."""

import ctypes
import platform
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from threading import RLock
from typing import Any

from reviewer.errors import NoAudioDevice

LOCK = RLock()
"""Held while opening, closing or listing: PortAudio's device lists are not thread-safe."""

_MISSING = "PORT_AUDIO_NOT_INSTALLED_LINUX" if platform.system() == "Linux" else "PORT_AUDIO_NOT_INSTALLED"
_HANDLERS = {
    "libasound.so.2": ("snd_lib_error_set_handler",),
    "libjack.so.0": ("jack_set_error_function", "jack_set_info_function"),
}
_open_streams: set[object] = set()


@dataclass(frozen=True, slots=True)
class Output:
    """An output device by its system name; ``host`` is its sound system (PortAudio's host API)."""

    name: str
    host: str

    @property
    def id(self) -> str:
        """Its id in the preferences."""
        return f"{self.host}/{self.name}"


@dataclass(frozen=True, slots=True)
class Outputs:
    """The available outputs; ``default`` is the name of the system's default, empty without one."""

    default: str
    all: tuple[Output, ...]


def output_with_id(output_id: str) -> Output | None:
    """The output with this stored id; None for an invalid id."""
    host, slash, name = output_id.partition("/")
    return Output(name, host) if host and slash and name else None


def library() -> Any:
    """The module ``sounddevice``.

    Raises:
        NoAudioDevice: PortAudio is missing.
    """
    _silence_sound_systems()
    try:
        import sounddevice  # noqa: PLC0415 - fails where PortAudio is missing, and nothing else may import it
    except (OSError, ImportError) as error:
        raise NoAudioDevice(_MISSING) from error
    return sounddevice


def list_outputs(*, rescan_first: bool = False) -> Outputs:
    """The available outputs; ``rescan_first`` finds newly connected ones, if no stream is open.

    Raises:
        NoAudioDevice: PortAudio is missing.
    """
    with LOCK:
        sounddevice = library()
        if rescan_first:
            rescan(sounddevice)
        found = tuple(output for output in _indexed(sounddevice) if output is not None)
        try:
            default = str(sounddevice.query_devices(kind="output")["name"])
        except (sounddevice.PortAudioError, ValueError):
            default = ""
        return Outputs(default, found)


def index_of(sounddevice: Any, output: Output) -> int | None:
    """PortAudio's index of an output; None if it is not connected."""
    every = _indexed(sounddevice)
    return every.index(output) if output in every else None


def rescan(sounddevice: Any) -> bool:
    """Restarts PortAudio, which lists devices only once, to find new ones. Not while a stream is open."""
    with LOCK:
        if _open_streams:
            return False
        try:
            sounddevice._terminate()  # noqa: SLF001 - documented in its FAQ, the only way
            sounddevice._initialize()  # noqa: SLF001
        except sounddevice.PortAudioError:
            return False
        return True


def add_open_stream(stream: object) -> None:
    """Registers an open stream: PortAudio must not be restarted."""
    _open_streams.add(stream)


def remove_open_stream(stream: object) -> None:
    """Unregisters a closed stream."""
    _open_streams.discard(stream)


@cache
def _silence_sound_systems() -> None:
    """Stop ALSA and JACK from writing to the terminal: PortAudio returns errors, streams count underruns.

    Their handlers become ``abs`` of the C library, which accepts any arguments and does nothing. Python code
    there would run on the device's thread.
    """
    if platform.system() != "Linux":
        return
    for name, setters in _HANDLERS.items():
        with suppress(OSError, AttributeError):
            handler = ctypes.cast(ctypes.CDLL(None).abs, ctypes.c_void_p)
            sound_system = ctypes.CDLL(name)
            for setter in setters:
                getattr(sound_system, setter)(handler)


def _indexed(sounddevice: Any) -> list[Output | None]:
    """Every device in PortAudio's order; None for input devices."""
    hosts = [str(host["name"]) for host in sounddevice.query_hostapis()]
    return [
        Output(str(device["name"]), hosts[device["hostapi"]]) if device["max_output_channels"] > 0 else None
        for device in sounddevice.query_devices()
    ]
