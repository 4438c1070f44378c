"""Where sound goes: a sound card, or one made of nothing."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Fill = Callable[[NDArray[Any], float], None]


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """What a stream carries: ``bits`` 16 (int16) or 24 (int32, 24 bits at the top)."""

    rate_hz: int
    channels: int
    bits: int

    @property
    def dtype(self) -> type[np.int16] | type[np.int32]:
        return np.int16 if self.bits == 16 else np.int32


class Stream(Protocol):
    """An open way to the ear, running from ``open`` to ``close``; silent while there is nothing to play."""

    @property
    def form(self) -> AudioFormat:
        """What the device took; the rate and the channels may not be those asked for."""

    @property
    def is_alive(self) -> bool:
        """False once the device has gone."""

    @property
    def name(self) -> str:
        """What the system calls the device."""

    @property
    def underruns(self) -> int:
        """How often the device had nothing to play in time, since ``open``."""

    @property
    def remark(self) -> str | None:
        """Why this is not the device that the listener chose, in a sentence; None if it is."""

    @property
    def may_stay(self) -> bool:
        """Whether it is good for the next clip too; False where opening anew may give a better one."""

    def now(self) -> float:
        """Seconds on the clock that ``fill`` is given times of."""

    def close(self) -> None:
        """Stop at once; what the device has not played is dropped."""


class Device(Protocol):
    """Something that pulls sound: it calls ``fill(out, when)`` for each block.

    ``out`` has the shape ``(frames, channels)`` and must be filled whole; ``when`` is its first frame heard.
    ``fill`` runs on the device's thread and must not wait for anything.
    """

    @property
    def lead_in_seconds(self) -> float:
        """How much silence must go first, because the device loses the beginning of a stream."""

    def choose(self, output: str) -> bool:
        """At the next ``open`` take the output of this text, or the default if it names none.

        Returns: whether that is another one than before.
        """

    def open(self, form: AudioFormat, fill: Fill) -> Stream:
        """Open and start.

        Raises:
            NoAudioDevice: no sound here, with one sentence and the remedy.
        """


class VirtualDevice:
    """A device of nothing: pulled by a test, or by a thread at the pace of real time.

    Everything pulled is kept in ``played`` if ``keeps`` is set, so that a test can see what reached the ear.
    """

    lead_in_seconds = 0.0

    def __init__(self, *, real_time: bool = False, keeps: bool = True, rate_hz: int | None = None) -> None:
        """Make one; ``rate_hz`` is the only rate it takes, if given."""
        self._is_real_time = real_time
        self._keeps = keeps
        self._rate_hz = rate_hz
        self._stream: _VirtualStream | None = None
        self._output = ""

    def choose(self, output: str) -> bool:
        before, self._output = self._output, output
        return before != output

    def open(self, form: AudioFormat, fill: Fill) -> "_VirtualStream":
        taken = AudioFormat(self._rate_hz or form.rate_hz, form.channels, form.bits)
        self._stream = _VirtualStream(taken, fill, keeps=self._keeps)
        if self._is_real_time:
            self._stream.start_thread()
        return self._stream

    @property
    def stream(self) -> "_VirtualStream":
        """The newest stream.

        Raises:
            LookupError: none was opened.
        """
        if self._stream is None:
            raise LookupError("nothing was opened on this device")
        return self._stream

    def pull(self, frames: int) -> NDArray[Any]:
        """Take the next frames of the open stream, as a sound card would; shape ``(frames, channels)``."""
        return self.stream.pull(frames)

    def played(self) -> NDArray[Any]:
        """Everything pulled from the newest stream."""
        return self.stream.played()


class _VirtualStream:
    """The stream of a ``VirtualDevice``: its clock counts the frames pulled."""

    _BLOCK_SECONDS = 0.01
    name = "Virtual device"
    remark: str | None = None

    def __init__(self, form: AudioFormat, fill: Fill, *, keeps: bool) -> None:
        self.form = form
        self.is_alive = True
        self.underruns = 0
        self.may_stay = True
        self._fill = fill
        self._keeps = keeps
        self._pulled = 0
        self._heard_now = 0
        self._kept: list[NDArray[Any]] = []
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def now(self) -> float:
        return self._heard_now / self.form.rate_hz

    def pull(self, frames: int) -> NDArray[Any]:
        """Take the next frames, and hear them and all before."""
        return self.pull_ahead(frames, heard=self._pulled + frames)

    def pull_ahead(self, frames: int, *, heard: int) -> NDArray[Any]:
        """Take the next frames into a buffer; of all taken, ``heard`` frames were heard by now."""
        out = np.full((frames, self.form.channels), -1, dtype=self.form.dtype)
        self._fill(out, self._pulled / self.form.rate_hz)
        self._pulled += frames
        self._heard_now = heard
        if self._keeps:
            self._kept.append(out)
        return out

    def played(self) -> NDArray[Any]:
        nothing = np.zeros((0, self.form.channels), dtype=self.form.dtype)
        return np.concatenate((nothing, *self._kept))

    def unplug(self) -> None:
        """As if the device had gone."""
        self.is_alive = False

    def starve(self) -> None:
        """As if the device had not got its next block in time."""
        self.underruns += 1

    def start_thread(self) -> None:
        self._thread = threading.Thread(target=self._run, name="virtual sound", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self.is_alive = False

    def _run(self) -> None:
        began = time.monotonic()
        while not self._closing.wait(self._BLOCK_SECONDS):
            due = int((time.monotonic() - began) * self.form.rate_hz) - self._pulled
            if due > 0:
                self.pull(due)
