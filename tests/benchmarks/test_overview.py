"""The overview of an hour, beside one thread that only decodes the same file, and audiowaveform.

``script/benchmark tests/benchmarks/test_overview.py``
"""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import soundfile

from reviewer.audio.overview import overview
from tests.benchmarks.clips import write_sound
from tests.benchmarks.table import row

_HOUR = 3_600
_ROUNDS = 7


def _decode(path: Path) -> None:
    """The floor: every sample once, to nowhere, one thread, in blocks as large as ours."""
    buffer = np.empty((1 << 18, 1), np.int16)
    with soundfile.SoundFile(path) as sound:
        while sound.read(out=buffer).shape[0]:
            pass


def _seconds(*works: Callable[[], object]) -> list[float]:
    """The median time of each, taken by turns."""
    rounds = []
    for _ in range(_ROUNDS):
        times = []
        for work in works:
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
        rounds.append(times)
    return [median(column) for column in zip(*rounds, strict=True)]


def _compare(path: Path, must_be: float) -> float:
    ours, floor = _seconds(lambda: overview(path), lambda: _decode(path))
    kind = path.suffix[1:].upper()
    measured = f"{ours / floor:.2f} ({ours * 1e3:.0f} ms / {floor * 1e3:.0f} ms)"
    row(f"overview of 1 h {kind} / one-thread decode", measured, f"<= {must_be}", ours <= must_be * floor)
    return ours


def test_an_hour_of_flac_takes_little_more_than_half_its_decoding(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "hour.flac", _HOUR)
    _compare(path, 0.55)
    path.unlink()


def test_an_hour_of_wav(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "hour.wav", _HOUR)
    ours = _compare(path, 1.8)
    peer = shutil.which("audiowaveform")
    if peer is not None:
        command = [peer, "-q", "-i", str(path), "-o", str(tmp_path / "peaks.dat"), "-z", "64"]
        (theirs,) = _seconds(lambda: subprocess.run(command, check=True, capture_output=True))
        measured = f"{ours / theirs:.2f} ({theirs * 1e3:.0f} ms)"
        row("overview of 1 h WAV / audiowaveform", measured, "<= 0.15", ours <= 0.15 * theirs)
    path.unlink()


@pytest.mark.parametrize("workers", [1, 2])
def test_threads_make_the_difference(tmp_path: Path, workers: int) -> None:
    path = write_sound(tmp_path / "part.flac", 600)
    ours, floor = _seconds(lambda: overview(path, workers), lambda: _decode(path))
    row(f"overview of 10 min FLAC, {workers} threads / decode", f"{ours / floor:.2f}", "for comparison", True)
