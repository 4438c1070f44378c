"""Starts the workstation: one Qt application, one workspace, one window."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from reviewer.app.demo import PEOPLE, make_demo
from reviewer.app.guard import guard_process
from reviewer.desk.agreement import Agreement
from reviewer.desk.session import DeskSession
from reviewer.desk.signin import SignIn
from reviewer.errors import ReviewerError
from reviewer.lead.session import LeadSession
from reviewer.model.people import Identity
from reviewer.model.project import Project
from reviewer.places import default_workspace, sound_record
from reviewer.qa.session import QaSession
from reviewer.ui.crash import CrashDialog
from reviewer.ui.jobs import Jobs
from reviewer.ui.main_window import MainWindow
from reviewer.ui.messages import crash_report
from reviewer.ui.preferences import Preferences
from reviewer.ui.screens import House
from reviewer.ui.theme import Theme
from reviewer.workspace import DATABASE_FILE, Workspace, open_workspace

if TYPE_CHECKING:
    from reviewer.audio.player import Player

_SIGNAL_POLL_MS = 200


class WorkspaceDoors:
    """A workspace as the window sees it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def project(self) -> Project:
        return self._workspace.project

    @property
    def sign_in(self) -> SignIn:
        return self._workspace.sign_in_desk

    @property
    def agreement(self) -> Agreement:
        return self._workspace.agreement

    def desk(self, identity: Identity) -> DeskSession:
        return self._workspace.desk(identity)

    def qa(self, identity: Identity) -> QaSession:
        return self._workspace.qa(identity)

    def lead(self, identity: Identity) -> LeadSession:
        return self._workspace.lead(identity)


def run(arguments: Sequence[str]) -> int:
    """Opens the workstation, or makes and shows the demo.

    Args:
        arguments: ``[--workspace DIR]`` or ``demo [DIR] [--tour OUT]``.

    Returns: the exit code; errors are one sentence and one hint on stderr.
    """
    options = _options(arguments)
    guard_process()
    try:
        if options.command == "demo":
            return _demo(options.directory, options.tour)
        return _window(options.workspace)
    except ReviewerError as error:
        print(error.sentence, error.hint, sep="\n", file=sys.stderr)
        return error.exit_code


def make_window(
    app: QApplication, workspace: Workspace, settings: QSettings, player_factory: Callable[[], "Player"]
) -> tuple[MainWindow, Jobs]:
    """The window over a workspace, with the job pool that its owner closes last."""
    jobs = Jobs(app)
    house = House(
        WorkspaceDoors(workspace), jobs, workspace.clock, player_factory, Preferences(settings, app)
    )
    return MainWindow(house, Theme(app, settings, app)), jobs


def sound_card_player() -> "Player":
    """A player on the sound card; made with the first clip, because looking for cards takes time."""
    from reviewer.audio.player import Player  # noqa: PLC0415
    from reviewer.audio.sound_card import SoundCard  # noqa: PLC0415
    from reviewer.audio.underruns import Tally  # noqa: PLC0415

    return Player(SoundCard(), tally=Tally(sound_record()))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="reviewer", description="Opens the workstation.")
    parser.set_defaults(command="", directory=None, tour=None)
    parser.add_argument("--workspace", type=Path, default=default_workspace(), metavar="DIR")
    commands = parser.add_subparsers(dest="command")
    demo = commands.add_parser("demo", help="a workspace of demo clips with three demo people")
    demo.add_argument("directory", type=Path, nargs="?", metavar="DIR")
    demo.add_argument(
        "--tour", type=Path, metavar="OUT", help="drive the window without a screen or sound card"
    )
    return parser.parse_args(list(arguments))


def _demo(directory: Path | None, tour: Path | None) -> int:
    if directory is not None:
        return _demo_in(directory, tour)
    with tempfile.TemporaryDirectory(prefix="reviewer-demo-") as scratch:
        return _demo_in(Path(scratch) / "workspace", tour)


def _demo_in(folder: Path, tour: Path | None) -> int:
    if tour is not None:
        from reviewer.app.tour import take_tour  # noqa: PLC0415

        return take_tour(folder, tour)
    if not (folder / DATABASE_FILE).exists():
        report = make_demo(folder)
        print(f"The demo is in {folder}: {report.accepted} clips to work on.")
    print("Sign in as one of:")
    for person in PEOPLE:
        print(f"  {person.name:<14} {person.role:<11} passphrase: {person.passphrase}")
    return _window(folder)


def _window(folder: Path) -> int:
    app = application()
    sys.excepthook = _show_crash
    with open_workspace(folder) as workspace:
        window, jobs = make_window(app, workspace, QSettings(), sound_card_player)
        window.show()
        _close_on_signals(window, app)
        try:
            return app.exec()
        finally:
            jobs.close()


def application() -> QApplication:
    """The one QApplication of this process."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(["reviewer"])
    app.setApplicationName("reviewer")
    app.setOrganizationName("reviewer")
    app.setApplicationDisplayName("Reviewer")
    return app


def _close_on_signals(window: MainWindow, app: QApplication) -> None:
    """Ctrl-C and a polite kill close the window the ordinary way: drafts are written first."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_arguments: window.close())
    wake = QTimer(app)
    wake.timeout.connect(_let_python_see_signals)
    wake.start(_SIGNAL_POLL_MS)


def _let_python_see_signals() -> None:
    """Does nothing: that Python code runs at all is what lets a signal in."""


def _show_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        QApplication.quit()
        return
    report = crash_report(error.with_traceback(trace))
    print(report.details, file=sys.stderr)
    owner = QApplication.activeWindow() or next(iter(QApplication.topLevelWidgets()), None)
    dialog = CrashDialog(report, owner)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
