"""Puts the window together over a workspace."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLoggingCategory, QObject, QSettings, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget

from reviewer.model.clock import Clock
from reviewer.places import resource
from reviewer.ui.garbage_collector import GarbageCollector
from reviewer.ui.jobs import Jobs
from reviewer.ui.main_window import MainWindow
from reviewer.ui.preferences import Preferences
from reviewer.ui.services import Services
from reviewer.ui.theme import HAS_STYLE, STYLE, Theme
from reviewer.ui.workspace_gateway import WorkspaceGateway

if TYPE_CHECKING:
    from reviewer.audio.play.player import Player


NAME = "reviewer"
"""Of the application and its organisation: where the settings are."""


def application() -> QApplication:
    """The one QApplication of this process."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        # Qt warns on Wayland each time that the focus leaves a text field of a window in the background.
        QLoggingCategory.setFilterRules("qt.qpa.wayland.textinput.warning=false")
        app = QApplication([NAME, "-style", STYLE])
        app.setProperty(HAS_STYLE, True)  # noqa: FBT003 - Qt takes it by place
    app.setApplicationName(NAME)
    app.setOrganizationName(NAME)
    app.setApplicationDisplayName("Reviewer")
    app.setDesktopFileName(NAME)  # by which Wayland knows windows of the same program
    return app


def set_icon(app: QApplication) -> None:
    """Gives all windows the program's icon; it is read when a window first shows it."""
    app.setWindowIcon(QIcon(str(resource("icons", "reviewer.svg"))))


def make_window(
    app: QApplication,
    gateway: WorkspaceGateway,
    clock: Clock,
    settings: QSettings,
    player_factory: Callable[[], "Player"],
    *,
    is_complete: bool = True,
) -> tuple[MainWindow, Jobs]:
    """The window over a workspace, with the job pool that its owner closes last."""
    jobs = Jobs(app)
    services = Services(gateway, jobs, clock, player_factory, Preferences(settings, app))
    theme = Theme(app, settings, app, asks_platform=is_complete)
    window = MainWindow(services, theme, is_complete=is_complete)
    GarbageCollector(window)
    return window, jobs


class _FirstPaint(QObject):
    """Watches a window until its first paint, then deletes itself."""

    def __init__(self, window: QWidget, then: Callable[[], object]) -> None:
        super().__init__(window)
        self._then = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # A paint event arrives for each part; the queued call runs after all of them.
            QTimer.singleShot(0, self._go)
        return False

    def _go(self) -> None:
        then, self._then = self._then, _nothing
        self.deleteLater()
        then()


def after_first_paint(window: QWidget, then: Callable[[], object]) -> None:
    """Calls ``then`` once, on the GUI thread, after ``window`` was painted for the first time."""
    _FirstPaint(window, then)


def _nothing() -> None:
    """For a call that is no longer needed."""
