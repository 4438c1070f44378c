"""Widget tests run without a screen unless one is asked for, and leave nothing behind."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.model.people import Role
from reviewer.ui import theme
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import active_keys
from reviewer.ui.page import Page
from reviewer.ui.theme import Choice, Scheme, Theme
from tests.benches.clip_page import CTRL, SHIFT, ClipPageBench
from tests.benches.clip_page import Role as PageRole
from tests.benches.main_window import MainWindowBench
from tests.widgets.scenes import FURTHER_SCENES, SCENES, Scene


@pytest.fixture(autouse=True)
def _widgets_before_are_gone(qapp: QApplication) -> None:
    """Widgets of earlier tests wait for an event loop to be deleted, and style sheets go to them too."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def themed(qapp: QApplication) -> QApplication:
    """The application in the dark theme."""
    theme.apply(qapp, Scheme.DARK)
    return qapp


@pytest.fixture
def dark(qapp: QApplication, tmp_path: Path) -> Theme:
    """A user's choice of the dark theme, with settings of its own."""
    chosen = Theme(qapp, QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat))
    chosen.choose(Choice.DARK)
    return chosen


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
            qtbot.waitUntil(lambda told=idle: bool(told), timeout=30_000)

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
def enter_page(
    themed: QApplication, show: Callable[[QWidget], None], settle: Callable[[], None]
) -> Iterator[Callable[[Page], None]]:
    """Shows a page as the main window does, and enters it; closed down afterwards."""
    entered: list[Page] = []

    def enter(page: Page) -> None:
        entered.append(page)
        page.resize(1152, 735)
        show(page)
        page.enter()
        settle()

    yield enter
    for page in entered:
        page.close_down()
    settle()


@pytest.fixture
def press(page: Page, qtbot: QtBot, settle: Callable[[], None]) -> Callable[..., None]:
    """Presses a key of a module's page, and waits until it has done what it does."""

    def pressed(key: Qt.Key, modifiers: Qt.KeyboardModifier = CTRL | SHIFT) -> None:
        qtbot.keyClick(page, key, modifiers)
        settle()

    return pressed


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


@pytest.fixture
def main_window(
    qtbot: QtBot, jobs: Jobs, settle: Callable[[], None], dark: Theme
) -> Callable[..., MainWindowBench]:
    """Opens the main window, and signs somebody of a role in."""

    def open_for(role: Role = Role.LEAD, **changes: Any) -> MainWindowBench:
        made = MainWindowBench(qtbot, jobs, settle, dark, role, **changes)
        made.sign_in()
        return made

    return open_for


@pytest.fixture
def scene_of(qtbot: QtBot, jobs: Jobs, settle: Callable[[], None], dark: Theme) -> Callable[[str], Scene]:
    """Opens a screen of ``scenes`` in the theme chosen now."""

    def make(name: str) -> Scene:
        role, set_up = (SCENES | FURTHER_SCENES)[name]
        scene = Scene(qtbot, jobs, settle, dark, role)
        set_up(scene)
        QApplication.processEvents()
        return scene

    return make


@pytest.fixture(params=["desk", "qa"])
def role(request: pytest.FixtureRequest) -> PageRole:
    """Whose page it is."""
    return request.param


@pytest.fixture(autouse=True)
def _keys_of_the_table(qapp: QApplication) -> Iterator[None]:
    """The keys that one test puts in force are not the next one's."""
    yield
    live = active_keys()
    assert live is not None
    live.use({})
