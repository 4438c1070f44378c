"""From the start of the process to the first picture of the window, beside a window with nothing in it.

``script/benchmark tests/benchmarks/test_start.py``
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from reviewer.clips.keys import KdfParameters
from reviewer.workspace import make_workspace
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.benchmarks.quiet import wait_for_quiet
from tests.benchmarks.table import row

_ROUNDS = 15
_WAIT_SECONDS = 2.0
_MUST_BE = 1.7

# Both leave when all of the window was painted: its own paint event comes first, those of its children after.
_END = """
import os, time
from PySide6.QtCore import QEvent, QObject, QTimer
def leave():
    os.write(1, str(time.clock_gettime(time.CLOCK_MONOTONIC)).encode())
    os._exit(0)
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, leave)
        return False
"""
_BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1280, 800)
{end}
watch = Watch()
window.installEventFilter(watch)
window.show()
app.exec()
"""
_OURS = """
import sys
from reviewer.__main__ import main
import reviewer.ui.main_window as module
{end}
watch = Watch()
class Watched(module.MainWindow):
    def show(self):
        self.installEventFilter(watch)
        super().show()
import reviewer.app.window as made
made.MainWindow = Watched
main(["--workspace", sys.argv[1]])
"""


def test_start_of_the_program_to_first_paint(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    make_workspace(folder, LEAD, PASSPHRASE, parameters=KdfParameters.cheap())
    bare, ours = [], []
    for _ in range(_ROUNDS):  # in turns, so that a neighbour's load falls on both
        wait_for_quiet(_WAIT_SECONDS)
        bare.append(_milliseconds(_BARE, folder))
        ours.append(_milliseconds(_OURS, folder))
    floor, measured = statistics.median(bare), statistics.median(ours)
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    row(
        "start of the program to first paint",
        f"{ratio:.2f} x a bare QMainWindow ({measured:.0f} and {floor:.0f} ms;"
        f" at best {min(ours):.0f} and {min(bare):.0f})",
        f"<= {_MUST_BE} x",
        ratio <= _MUST_BE,
    )


def _milliseconds(code: str, folder: Path) -> float:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(folder / "config")}
    began = time.clock_gettime(time.CLOCK_MONOTONIC)
    done = subprocess.run(
        [sys.executable, "-c", code.format(end=_END), str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=60,
    )
    return (float(done.stdout) - began) * 1000
