"""From a sealed clip to its waveform on the screen, a minute and ten hours in the same run.

``script/benchmark tests/benchmarks/test_open_clip.py``
"""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from pytestqt.qtbot import QtBot

from reviewer.audio.io.flac import close_sound, open_sound
from reviewer.audio.samples import Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.clips.content import ClipContent
from reviewer.ui.waveform.waveform_view import WaveformView
from tests.benchmarks.clips import KEYRING, a_vault
from tests.benchmarks.table import row

_ROUNDS = 15


@pytest.fixture
def vault(sealed_clips: Path) -> Iterator[ClipContent]:
    with a_vault(sealed_clips) as made:
        yield made


def _seconds_to_paint(vault: ClipContent, view: WaveformView, clip_id: str) -> float:
    began = time.perf_counter()
    sound = open_sound(vault.audio(KEYRING, clip_id))
    if isinstance(sound, Samples):
        pyramid = PeakPyramid.from_samples(sound.data)
    else:
        pyramid = PeakPyramid.from_stream(vault.peaks(KEYRING, clip_id))
    view.show_clip(sound, pyramid)
    view.grab()
    took = time.perf_counter() - began
    view.show_nothing()
    close_sound(sound)
    pyramid.close()
    return took


def test_ten_hours_open_as_fast_as_a_minute(vault: ClipContent, qtbot: QtBot) -> None:
    view = WaveformView()
    qtbot.addWidget(view)
    view.resize(1_600, 340)
    view.show()
    _seconds_to_paint(vault, view, "minute")
    pairs = [
        [_seconds_to_paint(vault, view, name) for name in ("minute", "tenhours")] for _ in range(_ROUNDS)
    ]

    minute, ten_hours = (median(column) for column in zip(*pairs, strict=True))

    ratio = ten_hours / minute
    figure = "open a sealed clip to waveform painted"
    row(
        f"{figure}: 10 h / 60 s",
        f"{ratio:.2f} ({ten_hours * 1e3:.1f} ms)",
        "<= 1.2",
        ratio <= 1.2,
    )
    row(f"{figure}: 60 s", f"{minute * 1e3:.1f} ms", "<= 33 ms", minute <= 0.033)
