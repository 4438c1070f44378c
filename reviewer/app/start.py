"""Starts the workstation: one Qt application, one workspace, one window."""

import contextlib
import gc
import importlib.machinery
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from reviewer.app.window import NAME, after_first_paint, application, make_window, set_icon
from reviewer.app.workspace_gateway import LazyWorkspaceGateway
from reviewer.errors import ReviewerError, Unavailable
from reviewer.messages import window_catalogue
from reviewer.model.clock import SystemClock
from reviewer.places import DATABASE_FILE, sound_record
from reviewer.recent_workspaces import recent_workspaces, remember_workspace
from reviewer.ui.display_scale import DisplayScale
from reviewer.ui.icons import defer_icons, load_deferred_icons
from reviewer.ui.jobs import Jobs
from reviewer.ui.main_window import MainWindow
from reviewer.ui.preferences import Preferences
from reviewer.ui.theme import Theme

if TYPE_CHECKING:
    from argparse import Namespace
    from types import TracebackType

    from reviewer.audio.play.player import Player
    from reviewer.pedal.device import HidBackend
    from reviewer.ui.signin.signin_page import SignInPage

_SIGNAL_POLL_MS = 200
_PEDALS_AFTER_MS = 500  # after showing the window: nobody signs in sooner


def run(arguments: Sequence[str]) -> int:
    """Opens the workstation, or creates and shows the demo.

    Args:
        arguments: ``[--workspace DIR]`` or ``demo [DIR] [--tour OUT]``.

    Returns: the exit code; errors are one sentence and one hint on stderr.
    """
    os.umask(0o077)
    try:
        match list(arguments):
            case []:
                return _window(None)
            case ["--workspace", folder]:
                return _window(Path(folder))
        options = _options(arguments)
        if options.command == "demo":
            _guard()
            return _demo(options.directory, options.tour)
        return _window(options.workspace)
    except (ReviewerError, OSError) as error:
        known = (
            error if isinstance(error, ReviewerError) else Unavailable("OPERATING_SYSTEM", problem=str(error))
        )
        words = window_catalogue().words(known.notice)
        print(words.sentence, words.hint, sep="\n", file=sys.stderr)
        return known.exit_code


def sound_card_player() -> "Player":
    """A player on the sound card, created with the first clip because listing devices takes time."""
    from reviewer.audio.io.sound_card import SoundCard  # noqa: PLC0415
    from reviewer.audio.play.player import Player  # noqa: PLC0415
    from reviewer.audio.play.underruns import UnderrunCounter  # noqa: PLC0415

    return Player(SoundCard(), underruns=UnderrunCounter(sound_record()))


def _options(arguments: Sequence[str]) -> "Namespace":
    import argparse  # noqa: PLC0415 - the plain start needs none of it

    parser = argparse.ArgumentParser(prog="reviewer", description="Opens the workstation.")
    parser.set_defaults(command="", directory=None, tour=None)
    parser.add_argument("--workspace", type=Path, metavar="DIR")
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
    import tempfile  # noqa: PLC0415 - not before the first paint of the workstation

    with tempfile.TemporaryDirectory(prefix="reviewer-demo-") as scratch:
        return _demo_in(Path(scratch) / "workspace", tour)


def _demo_in(folder: Path, tour: Path | None) -> int:
    if tour is not None:
        from reviewer.app.tour import take_tour  # noqa: PLC0415

        return take_tour(folder, tour)
    from reviewer.app.demo import PEOPLE, make_demo  # noqa: PLC0415

    if not (folder / DATABASE_FILE).exists():
        report = make_demo(folder)
        print(f"Demo workspace: {folder} ({report.accepted} clips).")
    print("Sign in as one of:")
    for person in PEOPLE:
        print(f"  {person.name:<14} {person.role:<11} passphrase: {person.passphrase}")
    return _window(folder, is_demo=True)


def _window(given: Path | None, *, is_demo: bool = False) -> int:
    """Paints the sign-in page first; opens the workspace and loads the rest behind it.

    Without a folder it is the workspace that was opened last, or one that is chosen now.
    """
    scale = _scale_before_start()
    folder = given or next(recent_workspaces(), None) or _chosen_workspace()
    if folder is None:
        return 0
    gateway = LazyWorkspaceGateway(folder, then=read_ahead)
    app = application()
    sys.excepthook = _show_crash
    defer_icons()
    window, jobs = make_window(app, gateway, SystemClock(), QSettings(), sound_card_player, is_complete=False)

    def complete_window() -> None:
        gc.freeze()  # the modules stay: going through them would stop the window for 50 ms now and then
        _guard()  # before anything is typed or unsealed
        gateway.begin()
        _load_icons(app, window)
        _complete(window)
        if is_demo:
            _offer_demo_people(window.sign_in_flow.sign_in_page)
        else:
            remember_workspace(folder)

    window.sign_in_flow.sign_in_page.other_workspace_requested.connect(partial(_choose_another, window, jobs))
    window.sign_in_flow.sign_in_page.sign_in_requested.connect(import_pyqtgraph)
    after_first_paint(window, complete_window)
    after_first_paint(window, scale.remember)
    window.show()
    _close_on_signals(window, app)
    QTimer.singleShot(_PEDALS_AFTER_MS, window, lambda: _load_pedals(window, jobs))
    try:
        return app.exec()
    finally:
        window.close_pedals()
        jobs.close()
        gateway.close()


def _scale_before_start() -> DisplayScale:
    """By the settings of the application that is yet to be made."""
    scale = DisplayScale(Preferences(QSettings(NAME, NAME)))
    scale.set_before_start()
    return scale


def _complete(window: MainWindow) -> None:
    try:
        window.complete()
    except ReviewerError as error:
        window.sign_in_flow.sign_in_page.show_error(error)


def _load_icons(app: QApplication, window: MainWindow) -> None:
    """The program's own, and those of the window's buttons: after the first paint, which they would delay."""
    set_icon(app)
    load_deferred_icons(window)


def _chosen_workspace() -> Path | None:
    """Asks for a workspace where none was opened yet; None when nothing was chosen."""
    from reviewer.ui.signin.workspace_dialog import WorkspaceDialog  # noqa: PLC0415 - seldom needed

    found: list[Path] = []
    app = application()
    set_icon(app)
    _guard()  # who joins types a passphrase
    jobs = Jobs(app)
    dialog = WorkspaceDialog([], jobs)
    Theme(app, QSettings(), dialog)  # the window's own takes over
    dialog.chosen.connect(found.append)
    dialog.exec()
    dialog.deleteLater()
    jobs.close()
    return found[0] if found else None


def start_another(folder: Path) -> bool:
    """Opens another workspace in a process of its own; False if it does not start."""
    from reviewer.process_guard import module_command  # noqa: PLC0415 - seldom needed

    program, *arguments = module_command("reviewer", "--workspace", str(folder.absolute()))
    return QProcess.startDetached(program, arguments)[0]


def _choose_another(window: MainWindow, jobs: Jobs) -> None:
    """Another workspace is opened by another process: keys and sessions of two are never in one."""
    from reviewer.ui.signin.workspace_dialog import WorkspaceDialog  # noqa: PLC0415 - seldom needed

    dialog = WorkspaceDialog(list(recent_workspaces()), jobs, window)

    def open_it(folder: Path) -> None:
        if start_another(folder):
            window.close()

    dialog.chosen.connect(open_it)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _offer_demo_people(page: "SignInPage") -> None:
    """The demo's people are fictitious and their passphrases public."""
    from reviewer.app.demo import PEOPLE  # noqa: PLC0415 - for the demo alone
    from reviewer.ui.messages import term  # noqa: PLC0415
    from reviewer.ui.signin.signin_page import SignInEntry  # noqa: PLC0415

    entries = [
        (f"{one.name}, {term('ROLE', one.role)}: {one.passphrase}", SignInEntry(one.name, one.passphrase))
        for one in PEOPLE
    ]
    page.offer(QApplication.translate("SignInPage", "People of the demo"), entries)


def read_ahead() -> None:
    """Reads pyqtgraph's files ahead, so that importing it is quick.

    Runs on any thread and imports nothing: importing a Qt-aware module off the GUI thread may crash in
    libshiboken. Errors are left to the import.
    """
    spec = importlib.machinery.PathFinder.find_spec("pyqtgraph")
    for folder in spec.submodule_search_locations or () if spec is not None else ():
        for file in Path(folder).rglob("*.pyc"):
            with contextlib.suppress(OSError):
                file.read_bytes()


def import_pyqtgraph(_entry: object = None) -> None:
    """Imports pyqtgraph on the GUI thread while the passphrase is checked."""
    with contextlib.suppress(ImportError):
        import pyqtgraph  # noqa: F401, PLC0415 - after the first paint


def _load_pedals(window: MainWindow, jobs: Jobs) -> None:
    """Loads the pedal package on the job pool, so that typing does not stall."""
    jobs.run(_pedal_port, window.listen_to_pedals, _raise, owner=window)


def _pedal_port(_token: object) -> "HidBackend":
    from reviewer.pedal import monitor  # noqa: F401, PLC0415 - loads what the window would wait for
    from reviewer.pedal.hid import HidapiBackend  # noqa: PLC0415

    return HidapiBackend()


def _raise(error: Exception) -> None:
    raise error


def _guard() -> None:
    from reviewer.process_guard import harden_process  # noqa: PLC0415 - not before the first paint

    harden_process()


def _close_on_signals(window: MainWindow, app: QApplication) -> None:
    """Ctrl-C and SIGTERM close the window normally, so that drafts are saved."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_arguments: window.close())
    wake = QTimer(app)
    wake.timeout.connect(_let_python_see_signals)
    wake.start(_SIGNAL_POLL_MS)


def _let_python_see_signals() -> None:
    """Does nothing; running any Python code lets Python handle signals."""


def _show_crash(kind: type[BaseException], error: BaseException, trace: "TracebackType | None") -> None:
    if issubclass(kind, KeyboardInterrupt):
        QApplication.quit()
        return
    from reviewer.ui.messages import crash_report  # noqa: PLC0415
    from reviewer.ui.widgets.crash_dialog import CrashDialog  # noqa: PLC0415 - only for a crash

    report = crash_report(error.with_traceback(trace))
    print(report.details, file=sys.stderr)
    owner = QApplication.activeWindow() or next(iter(QApplication.topLevelWidgets()), None)
    dialog = CrashDialog(report, owner)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
