"""Widget tests run without a screen unless one is asked for, and leave nothing behind."""

import os
from collections.abc import Callable, Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui import theme
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import active_keys
from tests.benches.clip_page import ClipPageBench


@pytest.fixture(autouse=True)
def _widgets_before_are_gone(qapp: QApplication) -> None:
    """Widgets of earlier tests wait for an event loop to be deleted, and style sheets go to them too."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def themed(qapp: QApplication) -> QApplication:
    """The application in the dark theme."""
    theme.apply(qapp, theme.Scheme.DARK)
    return qapp


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    """The job pool, joined afterwards."""
    pool = Jobs()
    yield pool
    pool.close()


@pytest.fixture
def settle(qtbot: QtBot, jobs: Jobs) -> Callable[[], None]:
    """Waits until every job, and every job that those asked for, has been delivered."""

    def wait() -> None:
        for _ in range(2):  # what others began when it was idle is waited for too
            idle: list[bool] = []
            jobs.when_idle(lambda told=idle: told.append(True))
            qtbot.waitUntil(lambda told=idle: bool(told))

    return wait


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[QWidget], None]:
    """Shows a widget as the active window, for as long as the test lasts."""

    def as_active_window(widget: QWidget) -> None:
        qtbot.addWidget(widget)
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()

    return as_active_window


@pytest.fixture
def bench(
    themed: QApplication,
    qtbot: QtBot,
    settle: Callable[[], None],
    jobs: Jobs,
    show: Callable[[QWidget], None],
) -> Iterator[ClipPageBench]:
    """A desk or QA page to be opened; closed afterwards."""
    made = ClipPageBench(qtbot, settle, jobs, show)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _keys_of_the_table(qapp: QApplication) -> Iterator[None]:
    """The keys that one test puts in force are not the next one's."""
    yield
    live = active_keys()
    assert live is not None
    live.use({})
