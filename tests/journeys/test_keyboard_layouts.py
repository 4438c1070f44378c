"""Shortcuts work under real keyboard layouts: digits, and letters of other scripts, by position."""

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.benches.keyboard_layouts import COMBINATIONS
from tests.conftest import REPOSITORY

LAYOUTS = ("us", "de", "fr", "be", "cz", "pl", "es", "ru", "gr", "il", "ara", "vn", "in", "jp")
pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("setxkbmap") and ctypes.util.find_library("Xtst")),
    reason="needs Xvfb, setxkbmap and libXtst",
)


@pytest.fixture
def display() -> Iterator[str]:
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-noreset", "-screen", "0", "640x480x24"]
    server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as numbers:
        number = numbers.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


def test_shortcuts_work_on_every_layout_and_alt_types_nothing(display: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benches.keyboard_layouts", *LAYOUTS],
        env={**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {
        layout: pressed for layout, (pressed, _, _) in found.items() if pressed != list(COMBINATIONS)
    } == {}
    assert {layout: typed for layout, (_, typed, _) in found.items() if typed} == {}
    assert all(plain for _, _, plain in found.values())
    assert found["fr"][2] == "ab"
    assert found["ru"][2] == "йи"
    assert found["ara"][2] == "ضلا"
