"""The watch over tests itself: what a test leaves behind is found and named."""

import os
import re
import subprocess
import sys
from pathlib import Path

# The job comes last: every test after it would find the pool busy.
_TESTS = """
import threading
from PySide6.QtCore import QThreadPool
from PySide6.QtWidgets import QWidget

kept = []

def test_tidies_up(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()

def test_leaves_a_thread():
    threading.Thread(target=threading.Event().wait, args=(60,), name="lost-thread", daemon=True).start()

def test_leaves_a_window(qapp):
    kept.append(QWidget())
    kept[0].show()

def test_leaves_a_job(qapp):
    QThreadPool.globalInstance().start(lambda: threading.Event().wait(60))
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


def test_what_a_test_leaves_behind_is_named_and_a_tidy_test_passes(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(_INNER_CONFTEST, encoding="utf-8")
    (tmp_path / "test_inner.py").write_text(_TESTS, encoding="utf-8")
    options = ["-p", "no:cacheprovider", "-p", "no:randomly", "-c", str(repository / "pyproject.toml")]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=repository,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 1
    said = dict(re.findall(r"^ERROR .*::(\w+) - AssertionError: (.*)", result.stdout, re.MULTILINE))
    assert said.keys() == {"test_leaves_a_thread", "test_leaves_a_window", "test_leaves_a_job"}, result.stdout
    assert said["test_leaves_a_thread"] == "left running: lost-thread"
    assert said["test_leaves_a_window"].startswith("left open: <PySide6.QtWidgets.QWidget")
    assert said["test_leaves_a_job"].startswith("left jobs running")
    assert "4 passed" in result.stdout
