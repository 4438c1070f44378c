"""Output devices: what the player asks of one, and a virtual one for tests and for machines without sound."""

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.samples import AudioFormat
from reviewer.errors import Notice

FillBlock = Callable[[NDArray[Any], float], None]
"""Fills a block of shape ``(frames, channels)`` whose first frame is heard at a time in seconds."""


class Stream(Protocol):
    """An open output stream, running from ``open_stream`` to ``close``; silent while nothing plays."""

    @property
    def audio_format(self) -> AudioFormat:
        """What the device accepted; the rate and the channels may not be those asked for."""

    @property
    def is_alive(self) -> bool:
        """False once the device was disconnected."""

    @property
    def name(self) -> str:
        """What the system calls the device."""

    @property
    def underruns(self) -> int:
        """How often the device had nothing to play in time, since the stream was opened."""

    @property
    def fallback_reason(self) -> Notice | None:
        """Why this is not the device that the listener chose; None if it is."""

    @property
    def is_reusable(self) -> bool:
        """Whether it will do for the next clip too; False where opening another one may be better."""

    def now_seconds(self) -> float:
        """The time on the clock whose times ``fill`` is given."""

    def close(self) -> None:
        """Stop at once; what the device has not played is dropped."""


class Device(Protocol):
    """Something that pulls sound: it calls ``fill(out, when_seconds)`` for each block.

    ``out`` must be filled whole. ``fill`` runs on the device's thread and must not wait for anything.
    """

    @property
    def lead_in_seconds(self) -> float:
        """How much silence must come first, because the device loses the beginning of a stream."""

    def choose_output(self, output: str) -> bool:
        """At the next ``open_stream`` use the output with this id, or the default if there is none.

        Returns: whether that is another one than before.
        """

    def open_stream(self, audio_format: AudioFormat, fill: FillBlock) -> Stream:
        """Open and start a stream.

        Raises:
            NoAudioDevice: no sound here; the sentence says why, the hint what helps.
        """


class VirtualDevice:
    """A device without hardware: pulled by a test, or by a thread at the pace of real time.

    Everything pulled is kept in ``played`` if ``keeps`` is set, so that a test can see what was heard.
    """

    lead_in_seconds = 0.0

    def __init__(self, *, real_time: bool = False, keeps: bool = True, rate_hz: int | None = None) -> None:
        """Make one; ``rate_hz`` is the only rate it accepts, if given."""
        self._is_real_time = real_time
        self._keeps = keeps
        self._rate_hz = rate_hz
        self._stream: _VirtualStream | None = None
        self._output = ""

    def choose_output(self, output: str) -> bool:
        before, self._output = self._output, output
        return before != output

    def open_stream(self, audio_format: AudioFormat, fill: FillBlock) -> "_VirtualStream":
        accepted = AudioFormat(
            self._rate_hz or audio_format.rate_hz, audio_format.channels, audio_format.bits
        )
        self._stream = _VirtualStream(accepted, fill, keeps=self._keeps)
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
    fallback_reason: Notice | None = None

    def __init__(self, audio_format: AudioFormat, fill: FillBlock, *, keeps: bool) -> None:
        self.audio_format = audio_format
        self.is_alive = True
        self.underruns = 0
        self.is_reusable = True
        self._fill = fill
        self._keeps = keeps
        self._pulled = 0
        self._heard_now = 0
        self._kept: list[NDArray[Any]] = []
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def now_seconds(self) -> float:
        return self._heard_now / self.audio_format.rate_hz

    def pull(self, frames: int) -> NDArray[Any]:
        """Take the next frames, and hear them and all before."""
        return self.pull_ahead(frames, heard=self._pulled + frames)

    def pull_ahead(self, frames: int, *, heard: int) -> NDArray[Any]:
        """Take the next frames into a buffer; of all taken, ``heard`` frames were heard by now."""
        out = np.full((frames, self.audio_format.channels), -1, dtype=self.audio_format.dtype)
        self._fill(out, self._pulled / self.audio_format.rate_hz)
        self._pulled += frames
        self._heard_now = heard
        if self._keeps:
            self._kept.append(out)
        return out

    def played(self) -> NDArray[Any]:
        nothing = np.zeros((0, self.audio_format.channels), dtype=self.audio_format.dtype)
        return np.concatenate((nothing, *self._kept))

    def unplug(self) -> None:
        """As if the device had been disconnected."""
        self.is_alive = False

    def starve(self) -> None:
        """As if the device had not received its next block in time."""
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
            due = int((time.monotonic() - began) * self.audio_format.rate_hz) - self._pulled
            if due > 0:
                self.pull(due)
