"""The watch over tests itself: what a test leaves behind is found and named."""

import subprocess
import sys
from pathlib import Path

import pytest

_LEAVES_A_THREAD = """
import threading

def test_leaves_a_thread():
    threading.Thread(target=threading.Event().wait, args=(60,), name="lost-thread", daemon=True).start()
"""

_LEAVES_A_WINDOW = """
from PySide6.QtWidgets import QWidget

kept = []

def test_leaves_a_window(qapp):
    kept.append(QWidget())
    kept[0].show()
"""

_LEAVES_A_JOB = """
import threading
from PySide6.QtCore import QThreadPool

def test_leaves_a_job(qapp):
    QThreadPool.globalInstance().start(lambda: threading.Event().wait(60))
"""

_LEAVES_NOTHING = """
from PySide6.QtWidgets import QWidget

def test_tidies_up(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
"""


# The inner run ends without waiting for what it left, as a process that is told to stop does.
_INNER_CONFTEST = """
import os, sys
import tests.conftest as house
from tests.conftest import _leaves_nothing_behind

house._PATIENCE_SECONDS = 0.2
ended = []

def pytest_sessionfinish(exitstatus):
    ended.append(int(exitstatus))

def pytest_unconfigure():
    sys.stdout.flush()
    os._exit(ended[0])
"""


def _run(repository: Path, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(_INNER_CONFTEST, encoding="utf-8")
    (folder / "test_inner.py").write_text(code, encoding="utf-8")
    options = ["-p", "no:cacheprovider", "-c", str(repository / "pyproject.toml"), "--rootdir", str(folder)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (_LEAVES_A_THREAD, "left running: lost-thread"),
        (_LEAVES_A_WINDOW, "left open: <PySide6.QtWidgets.QWidget"),
        (_LEAVES_A_JOB, "left jobs running"),
    ],
    ids=["thread", "window", "job"],
)
def test_what_a_test_leaves_behind_is_named(repository: Path, tmp_path: Path, code: str, named: str) -> None:
    result = _run(repository, tmp_path, code)
    assert result.returncode == 1
    assert named in result.stdout


def test_a_tidy_test_passes_the_watch(repository: Path, tmp_path: Path) -> None:
    result = _run(repository, tmp_path, _LEAVES_NOTHING)
    assert result.returncode == 0, result.stdout
