"""The memory that ten hours cost more than ten seconds: open, played and scrolled from end to end.

``script/benchmark tests/benchmarks/test_memory.py``
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.clips import RATE
from tests.benchmarks.table import row

_MIB = 1_024


def _sitting(folder: Path, clip_id: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.sitting", str(folder), clip_id]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=1_500)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read where Linux tells it")
def test_ten_hours_take_the_memory_of_a_minute(sealed_clips: Path) -> None:
    short, long = _sitting(sealed_clips, "tenseconds"), _sitting(sealed_clips, "tenhours")
    more = (long["kib"] - short["kib"]) / _MIB
    assert long["heard"] == 36_000 * RATE
    row(
        "memory, 10 h clip open, playing and scrolled end to end, minus a 10 s clip",
        f"{more:.1f} MiB (of {long['kib'] / _MIB:.0f} MiB, {long['seconds']:.0f} s)",
        "<= 64 MiB",
        more <= 64,
    )
