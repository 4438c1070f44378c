"""PortAudio (sounddevice): loaded late, its device list read by one thread at a time."""

import ctypes
import platform
from dataclasses import dataclass
from threading import RLock
from typing import Any

from reviewer.errors import NoAudioDevice

LOCK = RLock()
"""Held by whoever opens, closes or lists: PortAudio's lists are not for two threads."""

_MISSING = "PORT_AUDIO_NOT_INSTALLED_LINUX" if platform.system() == "Linux" else "PORT_AUDIO_NOT_INSTALLED"
_open_streams: set[object] = set()


@dataclass(frozen=True, slots=True)
class Output:
    """An output device as the system calls it; ``host`` is its sound system (PortAudio's host API)."""

    name: str
    host: str

    @property
    def id(self) -> str:
        """What it is remembered by in the preferences."""
        return f"{self.host}/{self.name}"


@dataclass(frozen=True, slots=True)
class Outputs:
    """What there is to choose from; ``default`` is the name of the system's default, empty without one."""

    default: str
    all: tuple[Output, ...]


def output_with_id(output_id: str) -> Output | None:
    """The output remembered by this id; None for text that is no id."""
    host, slash, name = output_id.partition("/")
    return Output(name, host) if host and slash and name else None


def library() -> Any:
    """The module ``sounddevice``.

    Raises:
        NoAudioDevice: PortAudio is missing.
    """
    try:
        import sounddevice  # noqa: PLC0415 - fails where PortAudio is missing, and nothing else may import it
    except (OSError, ImportError) as error:
        raise NoAudioDevice(_MISSING) from error
    return sounddevice


def list_outputs(*, rescan_first: bool = False) -> Outputs:
    """The outputs there are; ``rescan_first`` finds those plugged in since, if no stream is open.

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
    """PortAudio's number of an output; None if it is not there."""
    every = _indexed(sounddevice)
    return every.index(output) if output in every else None


def rescan(sounddevice: Any) -> bool:
    """PortAudio lists devices once; start it again to find one plugged in since. Not while one is open."""
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
    """A stream is open now: PortAudio must not be restarted."""
    _open_streams.add(stream)


def remove_open_stream(stream: object) -> None:
    """It is closed."""
    _open_streams.discard(stream)


def silence_alsa() -> None:
    """Keep ALSA from writing to the terminal at each underrun; streams count them themselves.

    Its handler becomes ``abs`` of the C library: something that takes what it is given and does nothing.
    Python code there would be run by the device's thread.
    """
    if platform.system() != "Linux":
        return
    try:
        handler = ctypes.cast(ctypes.CDLL(None).abs, ctypes.c_void_p)
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(handler)
    except (OSError, AttributeError):
        return


def _indexed(sounddevice: Any) -> list[Output | None]:
    """Every device in PortAudio's order; None for one that only records."""
    hosts = [str(host["name"]) for host in sounddevice.query_hostapis()]
    return [
        Output(str(device["name"]), hosts[device["hostapi"]]) if device["max_output_channels"] > 0 else None
        for device in sounddevice.query_devices()
    ]
