"""Puts the window together over a workspace."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from reviewer.model.clock import Clock
from reviewer.ui.jobs import Jobs
from reviewer.ui.main_window import MainWindow
from reviewer.ui.preferences import Preferences
from reviewer.ui.services import Services
from reviewer.ui.theme import HAS_STYLE, STYLE, Theme
from reviewer.ui.workspace_gateway import WorkspaceGateway

if TYPE_CHECKING:
    from reviewer.audio.play.player import Player


def application() -> QApplication:
    """The one QApplication of this process."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(["reviewer", "-style", STYLE])
        app.setProperty(HAS_STYLE, True)  # noqa: FBT003 - Qt takes it by place
    app.setApplicationName("reviewer")
    app.setOrganizationName("reviewer")
    app.setApplicationDisplayName("Reviewer")
    return app


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
    return MainWindow(services, theme, is_complete=is_complete), jobs
