"""A sound card with no sound card: a private PulseAudio whose output is recorded."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

_SETTINGS = "enable-shm = no\nenable-memfd = no\nautospawn = no\n"
_SOUND_IS_PULSE = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"


def is_possible() -> bool:
    """Whether PulseAudio and its recorder are installed."""
    return all(shutil.which(name) for name in ("pulseaudio", "parec", "pactl"))


@dataclass(frozen=True, slots=True)
class Recording:
    """What arrives at the card."""

    file: Path
    bits: int

    def samples(self) -> NDArray[Any]:
        """Everything recorded up to now."""
        content = self.file.read_bytes()
        size = 2 if self.bits == 16 else 4
        return np.frombuffer(content[: len(content) // size * size], dtype=f"<i{size}")

    def wait_for(self, wanted: NDArray[Any], seconds: float = 20.0) -> int:
        """The place of ``wanted`` in what arrived; -1 if it does not come in time."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            found = find(self.samples(), wanted)
            if found >= 0:
                return found
            time.sleep(0.05)
        return -1


def find(haystack: NDArray[Any], needle: NDArray[Any]) -> int:
    """Where the samples of ``needle`` begin, or -1; exact."""
    content, wanted = haystack.tobytes(), needle.tobytes()
    size = haystack.itemsize
    place = content.find(wanted)
    while place > 0 and place % size:
        place = content.find(wanted, place + 1)
    return place // size if place >= 0 else -1


class SoundServer:
    """One private server in one folder; nothing of the user's own sound is touched."""

    def __init__(self, folder: Path, *, rate_hz: int = 16_000, bits: int = 16) -> None:
        self._folder = folder
        self._bits = bits
        self._form = (f"rate={rate_hz}", "channels=1", f"format=s{16 if bits == 16 else 32}le")
        self._run = folder / "run"
        self._count = 0
        self.environment = {
            "HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": str(self._run),
            "PULSE_RUNTIME_PATH": str(self._run),
            "PULSE_SERVER": f"unix:{self._run}/native",
            "PULSE_CLIENTCONFIG": str(folder / "client.conf"),
        }

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        """End this server, and no other, and wait until it has gone."""
        self._listener.terminate()
        self._listener.wait()
        file = self._run / "pid"
        os.kill(int(file.read_text()), signal.SIGTERM)
        limit = time.monotonic() + 20
        while file.exists() and time.monotonic() < limit:
            time.sleep(0.02)

    def _start(self) -> None:
        for name in ("run", "home"):
            (self._folder / name).mkdir(mode=0o700)
        (self._folder / "home" / ".asoundrc").write_text(_SOUND_IS_PULSE)
        (self._folder / "client.conf").write_text(_SETTINGS)
        subprocess.run(
            [
                *("pulseaudio", "-n", "--daemonize=yes", "--fail", "--exit-idle-time=-1"),
                *("--disable-shm=yes", "--enable-memfd=no"),
                *("-L", f"module-native-protocol-unix socket={self._run}/native auth-anonymous=1"),
                *("-L", f"module-null-sink sink_name=test {' '.join(self._form)}"),
            ],
            env=os.environ | self.environment,
            check=True,
            capture_output=True,
            timeout=60,
        )
        # While nobody records, the null sink works in blocks of 2 s, for which a recording waits.
        self._listener = self._record_to(subprocess.DEVNULL)

    def _record_to(self, out: "IO[bytes] | int") -> "subprocess.Popen[bytes]":
        command = ["parec", "-d", "test.monitor", *(f"--{setting}" for setting in self._form)]
        return subprocess.Popen(
            [*command, "--latency-msec=20", "--raw"],
            stdout=out,
            stderr=subprocess.DEVNULL,
            env=os.environ | self.environment,
        )

    def unplug(self) -> None:
        """As if the only card were pulled out."""
        self._ask("unload-module", "module-null-sink")

    def plug_in(self) -> None:
        """As if it, or another, were plugged in."""
        self._ask("load-module", "module-null-sink", "sink_name=test", *self._form)

    def _ask(self, *words: str) -> None:
        subprocess.run(
            ["pactl", *words], env=os.environ | self.environment, check=True, capture_output=True, timeout=60
        )

    @contextmanager
    def recorded(self) -> Iterator[Recording]:
        """Record what arrives at the card meanwhile."""
        self._count += 1
        file = self._folder / f"recorded-{self._count}.raw"
        with file.open("wb") as out:
            recorder = self._record_to(out)
            try:
                recording = Recording(file, self._bits)
                limit = time.monotonic() + 20
                while not file.stat().st_size and time.monotonic() < limit:
                    time.sleep(0.02)
                yield recording
            finally:
                recorder.terminate()
                recorder.wait()
