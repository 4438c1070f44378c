"""From the press of the play key on the real desk page to the clip's first sample in the device's callback.

``.venv/bin/pytest tests/benchmarks/test_key_latency.py -s``; on the virtual device at the pace of real time,
and on a private PulseAudio where there is one.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.audio.io.device import Device, FillBlock, Stream, VirtualDevice
from reviewer.audio.io.sound_card import SoundCard
from reviewer.audio.play.player import Player
from reviewer.audio.samples import AudioFormat
from reviewer.model.clock import SystemClock
from reviewer.ui import theme
from reviewer.ui.clip.states import ClipState
from reviewer.ui.clip.workspace import ClipTools
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.jobs import Jobs
from reviewer.ui.preferences import Preferences
from reviewer.ui.transcript.text_edit import TextField
from tests.benchmarks.table import row
from tests.contracts.conftest import _running_server, sound_server  # noqa: F401 - fixtures
from tests.fakes.sound_server import SoundServer
from tests.fakes.work_session import FakeDesk, an_open_clip
from tests.sounds import some_noise

RATE = 16_000
PRESSES = 40
ALLOWED_MS = 10
_FIGURE = "key press to first sample of the clip in the callback"


class Watched:
    """Another device, of which it is noted when the first frame that is not silent is filled in."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.lead_in_seconds = device.lead_in_seconds
        self.began: float | None = None
        self.blocks: list[int] = []

    def choose_output(self, output: str) -> bool:
        return self._device.choose_output(output)

    def open_stream(self, audio_format: AudioFormat, fill: FillBlock) -> Stream:
        def noting(out: NDArray[Any], when: float) -> None:
            fill(out, when)
            self.blocks.append(out.shape[0])
            if self.began is None and out.any():
                self.began = time.perf_counter()

        return self._device.open_stream(audio_format, noting)


@pytest.fixture
def page_on(qapp: QApplication, qtbot: QtBot) -> Iterator[Callable[[Device], DeskPage]]:
    theme.apply(qapp, theme.Scheme.DARK)
    jobs = Jobs()
    made: list[DeskPage] = []

    def make(device: Device) -> DeskPage:
        clip = an_open_clip(data=some_noise(RATE * 20))
        page = DeskPage(FakeDesk(clip), ClipTools(lambda: Player(device), jobs, Preferences(), SystemClock()))
        made.append(page)
        qtbot.addWidget(page)
        page.resize(1152, 735)
        page.show()
        page.enter()
        qtbot.waitUntil(lambda: page.workspace.presenter.state is ClipState.IDLE)
        page.workspace.presenter.take_next()
        qtbot.waitUntil(lambda: page.workspace.playback.frames > 0)
        qtbot.wait(600)  # the lead-in, and the first paint
        return page

    yield make
    for page in made:
        page.close_down()
    jobs.close()


def measure(page: DeskPage, device: Watched, qtbot: QtBot) -> tuple[list[float], float]:
    """Milliseconds from key to sample, in order of size, and the length of the device's usual block."""
    field = page.findChild(TextField)
    field.setFocus()
    page.resize(1152, 735)
    device.blocks.clear()
    took = []
    for turn in range(PRESSES):
        page.workspace.playback.seek(RATE * (turn % 8) + RATE)
        qtbot.wait(37)  # not in step with the device's blocks
        device.began = None
        pressed = time.perf_counter()
        QTest.keyClick(field, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: device.began is not None)
        assert device.began is not None
        took.append((device.began - pressed) * 1000)
        QTest.keyClick(field, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
        assert not page.workspace.playback.is_playing
        ended = len(device.blocks) + 3  # the fade, and what the device's thread was in the middle of
        qtbot.waitUntil(lambda: len(device.blocks) > ended)  # noqa: B023 - waits within the round
    assert field.text == ""
    return sorted(took), statistics.median(device.blocks) * 1000 / RATE


def report(figure: str, took: list[float], block_ms: float) -> None:
    most, late = block_ms + ALLOWED_MS, took[int(len(took) * 0.95)]
    told = f"p50 {statistics.median(took):.1f} ms, p95 {late:.1f} ms, block {block_ms:.1f} ms"
    row(figure, told, f"<= a block + {ALLOWED_MS} ms = {most:.1f} ms (p95)", late <= most)


def test_on_the_virtual_device(page_on: Callable[[Device], DeskPage], qtbot: QtBot) -> None:
    device = Watched(VirtualDevice(real_time=True, keeps=False))
    took, block_ms = measure(page_on(device), device, qtbot)
    report(f"{_FIGURE}, virtual device", took, block_ms)


def test_on_a_card(
    sound_server: SoundServer,  # noqa: F811 - the fixture
    page_on: Callable[[Device], DeskPage],
    qtbot: QtBot,
) -> None:
    device = Watched(SoundCard())
    page = page_on(device)
    if page.workspace.playback.problem:
        pytest.skip(page.workspace.playback.problem)
    took, block_ms = measure(page, device, qtbot)
    report(f"{_FIGURE}, PulseAudio", took, block_ms)
