"""The window is there before the workspace is open, and tells what opening it could not do."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from reviewer.app.window import after_first_paint
from reviewer.app.workspace_gateway import LazyWorkspaceGateway
from reviewer.clips.keys import KdfParameters
from reviewer.errors import NoWorkspace, Refused, Unavailable
from reviewer.places import PROJECT_FILE
from reviewer.workspace import Workspace, make_workspace, open_workspace
from tests.benches.workspace import LEAD, PASSPHRASE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    make_workspace(made, LEAD, PASSPHRASE, parameters=KdfParameters.cheap())
    return made


def cheaply(folder: Path) -> Workspace:
    return open_workspace(folder, parameters=KdfParameters.cheap())


class Opening:
    """Opens the workspace once it may, and counts how often it was asked to."""

    def __init__(self, *, may_open: bool = True) -> None:
        self.folders: list[Path] = []
        self.is_asked, self.may_open = threading.Event(), threading.Event()
        if may_open:
            self.may_open.set()

    def __call__(self, folder: Path) -> Workspace:
        self.folders.append(folder)
        self.is_asked.set()
        assert self.may_open.wait(30)
        return cheaply(folder)


def test_a_folder_without_a_workspace_is_told_before_there_is_a_window(tmp_path: Path):
    with pytest.raises(NoWorkspace, match="NO_WORKSPACE"):
        LazyWorkspaceGateway(tmp_path)


def test_a_workspace_of_another_account_is_told_as_such(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(Unavailable, match="WORKSPACE_OF_ANOTHER_ACCOUNT"):
        LazyWorkspaceGateway(folder)
    monkeypatch.undo()

    monkeypatch.setattr(Path, "chmod", refuse)  # files that all may write, in somebody else's folder
    with pytest.raises(Unavailable, match="WORKSPACE_OF_ANOTHER_ACCOUNT"):
        cheaply(folder)


def test_the_project_is_known_without_opening_the_workspace_and_closing_opens_nothing(folder: Path):
    opening = Opening()
    gateway = LazyWorkspaceGateway(folder, opening)
    assert gateway.project.locale == "en-US"
    gateway.close()
    assert opening.folders == []


def test_whoever_asks_waits_until_the_workspace_is_open_and_it_is_opened_once(folder: Path):
    opening = Opening(may_open=False)
    gateway = LazyWorkspaceGateway(folder, opening)
    gateway.begin()
    gateway.begin()
    asked = threading.Thread(target=lambda: gateway.sign_in)
    asked.start()
    asked.join(0.05)
    was_waiting = asked.is_alive()
    opening.may_open.set()
    asked.join()
    assert was_waiting
    assert gateway.sign_in is gateway.workspace.sessions
    assert gateway.sign_in.sign_in(LEAD, PASSPHRASE).person.name == LEAD
    assert opening.folders == [folder]
    gateway.close()


def test_a_workspace_that_does_not_open_says_why_each_time(folder: Path):
    (folder / PROJECT_FILE).write_text("colour = 3\n")
    gateway = LazyWorkspaceGateway(folder, cheaply)
    for _ in range(2):
        with pytest.raises(Refused, match="SETTING_UNKNOWN"):
            _ = gateway.sign_in
    gateway.close()


def test_what_is_closed_does_not_open_again(folder: Path):
    gateway = LazyWorkspaceGateway(folder, cheaply)
    gateway.begin()
    gateway.close()
    with pytest.raises(Unavailable, match="WORKSPACE_CLOSED"):
        _ = gateway.sign_in


def test_what_may_come_later_comes_on_that_thread_and_keeps_nobody_from_the_workspace(folder: Path):
    may_end = threading.Event()
    came: list[threading.Thread] = []

    def then() -> None:
        came.append(threading.current_thread())
        may_end.wait()

    gateway = LazyWorkspaceGateway(folder, cheaply, then)
    assert gateway.sign_in is gateway.workspace.sessions
    may_end.set()
    gateway.close()
    assert len(came) == 1
    assert came[0] is not threading.current_thread()


def test_what_may_come_later_does_not_come_to_a_window_that_is_closing(folder: Path):
    came: list[str] = []
    opening = Opening(may_open=False)
    gateway = LazyWorkspaceGateway(folder, opening, lambda: came.append("then"))
    gateway.begin()
    assert opening.is_asked.wait(30)
    closing = threading.Thread(target=gateway.close)
    closing.start()
    while not gateway.is_closing:
        closing.join(0.001)
    opening.may_open.set()
    closing.join()
    assert came == []


_STARTED = """
import sys, threading
from tests.benches.qt_imports import watch_qt_imports
imports = watch_qt_imports()
import PySide6.QtCore
from PySide6.QtCore import QEvent, QObject, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QListWidget
from reviewer.app import start
from reviewer.app.window import application
from reviewer.ui.main_window import MainWindow

messages = []
qInstallMessageHandler(lambda kind, context, text: messages.append(text))


def sign_in(window, passphrase):
    page = window.sign_in_flow.sign_in_page
    page.name.setText("Lee Moreau")
    page.passphrase.setText(passphrase)
    page.button.click()


def everything(window):
    "Each step is done on the GUI thread; a function is waited for until it gives True."
    yield lambda: window.pedals is not None
    yield lambda: not any(thread.name == "workspace" for thread in threading.enumerate())
    sign_in(window, "not the passphrase")
    yield lambda: window.sign_in_flow.sign_in_page.message.text
    sign_in(window, sys.argv[2])
    yield lambda: window.signed_in is not None
    for page in ("people", "import", "export", "log", "overview"):
        window.signed_in.go_to(page)
        yield lambda: True
    window.show_settings()
    pages = window.findChild(QListWidget, "settings_pages")
    for row in range(pages.count()):
        pages.setCurrentRow(row)
        yield lambda: True
    print("settings:", pages.count())


class Driver(QObject):
    "Starts with the first paint of the window; closes it at the end."

    def __init__(self, app):
        super().__init__(app)
        self.steps = None
        self.is_reached = lambda: True
        self.timer = QTimer(self, interval=20)
        self.timer.timeout.connect(self.go_on)
        app.installEventFilter(self)

    def eventFilter(self, watched, event):
        if self.steps is None and isinstance(watched, MainWindow) and event.type() == QEvent.Type.Paint:
            print("before the first paint:", "pyqtgraph" in sys.modules, "Qt" in vars(PySide6.QtCore))
            self.window, self.steps = watched, everything(watched)
            self.timer.start()
        return False

    def go_on(self):
        if self.is_reached():
            self.is_reached = next(self.steps, None) or self.leave

    def leave(self):
        self.timer.stop()
        for dialog in self.window.findChildren(PySide6.QtWidgets.QDialog):
            dialog.close()
        self.window.close()


driver = Driver(application())
start.run(["--workspace", sys.argv[1]])
print("then:", "pyqtgraph" in sys.modules, "Qt" in vars(PySide6.QtCore))
print("icon:", not driver.window.windowIcon().pixmap(16).isNull())
print(imports.report)
print([text for text in messages if "thread" in text.lower()])
"""


def run_python(
    code: str, *arguments: str, cwd: Path, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
        cwd=cwd,
    )


def test_qt_modules_are_imported_on_the_gui_thread_alone_and_pyqtgraph_after_the_first_paint(
    folder: Path, tmp_path: Path, repository: Path
):
    ran = run_python(_STARTED, str(folder), PASSPHRASE, cwd=repository, XDG_CONFIG_HOME=str(tmp_path))
    assert ran.stdout.splitlines() == [
        "before the first paint: False False",
        "settings: 8",
        "then: True True",
        "icon: True",
        "Qt imported off the main thread: []",
        "[]",
    ], ran.stderr


def test_a_qt_import_on_another_thread_is_noticed(repository: Path):
    code = """
import threading
from tests.benches.qt_imports import watch_qt_imports

watch = watch_qt_imports()
thread = threading.Thread(target=__import__, args=("PySide6.QtCore",))
thread.start()
thread.join()
print(watch.report)
"""
    assert "'PySide6.QtCore'" in run_python(code, cwd=repository).stdout


def test_what_waits_for_the_first_paint_comes_once_and_after_it(qtbot: QtBot):
    told: list[str] = []

    class Painted(QWidget):
        def paintEvent(self, event: object) -> None:
            told.append("painted")

    window = Painted()
    qtbot.addWidget(window)
    after_first_paint(window, lambda: told.append("then"))
    assert told == []

    window.show()
    qtbot.waitUntil(lambda: "then" in told)
    window.repaint()

    assert told[0] == "painted"
    assert told.count("then") == 1


def test_a_folder_without_a_workspace_is_told_where_there_is_no_screen(tmp_path: Path, repository: Path):
    arguments = [sys.executable, "-m", "reviewer", "--workspace", str(tmp_path)]
    environment = os.environ | {"QT_QPA_PLATFORM": "there-is-none"}
    done = subprocess.run(
        arguments, cwd=repository, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == NoWorkspace.exit_code
    assert str(tmp_path) in done.stderr


def test_where_no_workspace_was_opened_one_is_asked_for_in_the_windows_own_style(
    tmp_path: Path, repository: Path
):
    code = (
        "import sys; from PySide6.QtCore import QTimer; from PySide6.QtWidgets import QApplication;"
        "from reviewer.app import start; from reviewer.app.window import application; app = application();"
        "QTimer.singleShot(0, lambda: (print(bool(app.styleSheet())), app.activeModalWidget().reject()));"
        "sys.exit(start.run([]))"
    )
    environment = os.environ | {name: str(tmp_path) for name in ("XDG_DATA_HOME", "XDG_STATE_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
