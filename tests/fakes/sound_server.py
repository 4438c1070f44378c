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

import numpy as np
from numpy.typing import NDArray

_SETTINGS = "enable-shm = no\nenable-memfd = no\nautospawn = no\n"
_SOUND_IS_PULSE = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"


def is_possible() -> bool:
    """Whether PulseAudio and its recorder are installed."""
    return all(shutil.which(name) for name in ("pulseaudio", "parec"))


@dataclass(frozen=True, slots=True)
class Recording:
    """What arrives at the card."""

    file: Path
    rate_hz: int

    def samples(self) -> NDArray[np.int16]:
        """Everything recorded up to now."""
        content = self.file.read_bytes()
        return np.frombuffer(content[: len(content) // 2 * 2], dtype=np.int16)

    def wait_for(self, wanted: NDArray[np.int16], seconds: float = 20.0) -> int:
        """The place of ``wanted`` in what arrived; -1 if it does not come in time."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            found = find(self.samples(), wanted)
            if found >= 0:
                return found
            time.sleep(0.05)
        return -1


def find(haystack: NDArray[np.int16], needle: NDArray[np.int16]) -> int:
    """Where the samples of ``needle`` begin, or -1; exact."""
    content, wanted = haystack.tobytes(), needle.tobytes()
    place = content.find(wanted)
    while place % 2 == 1:
        place = content.find(wanted, place + 1)
    return place // 2 if place >= 0 else -1


class SoundServer:
    """One private server in one folder; nothing of the user's own sound is touched."""

    def __init__(self, folder: Path, rate_hz: int) -> None:
        self._folder = folder
        self._rate_hz = rate_hz
        self._run = folder / "run"
        self._count = 0
        self.environment = {
            "HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": str(self._run),
            "PULSE_RUNTIME_PATH": str(self._run),
            "PULSE_SERVER": f"unix:{self._run}/native",
            "PULSE_CLIENTCONFIG": str(folder / "client.conf"),
        }

    def start(self) -> None:
        for name in ("run", "home"):
            (self._folder / name).mkdir(mode=0o700)
        (self._folder / "home" / ".asoundrc").write_text(_SOUND_IS_PULSE)
        (self._folder / "client.conf").write_text(_SETTINGS)
        subprocess.run(
            [
                *("pulseaudio", "-n", "--daemonize=yes", "--fail", "--exit-idle-time=-1"),
                *("--disable-shm=yes", "--enable-memfd=no"),
                *("-L", f"module-native-protocol-unix socket={self._run}/native auth-anonymous=1"),
                *("-L", f"module-null-sink sink_name=test rate={self._rate_hz} channels=1 format=s16le"),
            ],
            env=os.environ | self.environment,
            check=True,
            capture_output=True,
            timeout=60,
        )

    def stop(self) -> None:
        pid = int((self._run / "pid").read_text())
        os.kill(pid, signal.SIGTERM)

    @contextmanager
    def recorded(self) -> Iterator[Recording]:
        """Record what arrives at the card meanwhile."""
        self._count += 1
        file = self._folder / f"recorded-{self._count}.raw"
        command = ["parec", "-d", "test.monitor", "--format=s16le", f"--rate={self._rate_hz}", "--channels=1"]
        with file.open("wb") as out:
            recorder = subprocess.Popen(
                [*command, "--latency-msec=20", "--raw"], stdout=out, env=os.environ | self.environment
            )
            try:
                recording = Recording(file, self._rate_hz)
                limit = time.monotonic() + 20
                while not file.stat().st_size and time.monotonic() < limit:
                    time.sleep(0.02)
                yield recording
            finally:
                recorder.terminate()
                recorder.wait()
