"""The main window over a real workspace whose queue, or whose broker, is on another machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from reviewer.app.workspace_gateway import OpenWorkspaceGateway
from reviewer.ui.clip.presenter import ClipPresenter
from reviewer.ui.clip.states import ClipState
from reviewer.ui.jobs import Jobs
from reviewer.ui.main_window import MainWindow
from reviewer.ui.page import Page
from reviewer.ui.preferences import Preferences
from reviewer.ui.services import Services
from reviewer.ui.theme import Choice, Theme
from reviewer.ui.transcript.text_edit import TextField
from tests.benches.workspace import PASSPHRASE, Bench
from tests.fakes.player import FakePlayer
from tests.fakes.remote_queue import Network

NOBODY_LISTENS = "[queue]\nqa_rate = 1.0\n[listening]\nheard_percent = 0\n[asr]\nhidden_share = 0.0\n"
Wait = Callable[[Callable[[], bool]], None]
_PATIENCE_MS = 90_000


@contextmanager
def network_desk(
    qapp: QApplication, qtbot: QtBot, bench: Bench, network: Network | None, folder: Path
) -> Iterator["NetworkDesk"]:
    """A window in the dark theme, whose settings are in a folder; afterwards the network is there again."""
    theme = Theme(qapp, QSettings(str(folder / "user.ini"), QSettings.Format.IniFormat))
    theme.choose(Choice.DARK)
    jobs = Jobs()

    def wait(is_so: Callable[[], bool]) -> None:
        qtbot.waitUntil(is_so, timeout=_PATIENCE_MS)

    made = NetworkDesk(bench, network, jobs, theme, wait)
    try:
        yield made
    finally:
        if network is not None:
            network.is_down = False
            if network.hangs_until is not None:
                network.hangs_until.set()
        made.close()
        jobs.close()


class NetworkDesk:
    """``wait`` lets the window run until something is so."""

    def __init__(self, bench: Bench, network: Network | None, jobs: Jobs, theme: Theme, wait: Wait) -> None:
        self.bench, self.network, self.jobs, self.wait = bench, network, jobs, wait
        player = self.player = FakePlayer()
        gateway = OpenWorkspaceGateway(bench.workspace)
        services = Services(gateway, jobs, bench.clock, lambda: player, Preferences())  # type: ignore[arg-type,return-value]
        self.window = MainWindow(services, theme)
        self.window.resize(1280, 800)
        self.window.show()
        self.settle()

    def settle(self, *, but_network: bool = False) -> None:
        for _ in range(3):
            idle: list[bool] = []
            self.jobs.when_idle(lambda told=idle: told.append(True), but_network=but_network)  # type: ignore[misc]
            self.wait(lambda told=idle: bool(told))  # type: ignore[misc]

    @property
    def page(self) -> Page:
        assert self.window.signed_in is not None
        return self.window.signed_in.page

    @property
    def presenter(self) -> ClipPresenter:
        presenter: ClipPresenter = self.page.workspace.presenter  # type: ignore[attr-defined]
        return presenter

    @property
    def is_open(self) -> bool:
        return self.presenter.state is ClipState.OPEN

    @property
    def sending(self) -> QLabel:
        assert self.window.signed_in is not None
        label = self.window.signed_in.status_bar.findChild(QLabel, "status_sending")
        assert isinstance(label, QLabel)
        return label

    @property
    def message(self) -> str:
        stack = self.page.workspace.stack  # type: ignore[attr-defined]
        line = stack.view.message if stack.is_clip_shown else stack.empty.message
        return str(line.text)

    @property
    def awaited(self) -> str:
        """What the page without a clip waits for."""
        label = self.page.findChild(QLabel, "empty_sentence")
        assert isinstance(label, QLabel)
        return label.text()

    def ask_to_sign_in(self, name: str) -> None:
        page = self.window.sign_in_flow.sign_in_page
        page.name.setText(name)
        page.passphrase.setText(PASSPHRASE)
        page.button.click()

    def sign_in(self, name: str) -> None:
        self.ask_to_sign_in(name)
        self.wait(lambda: self.window.signed_in is not None)
        self.settle()

    def ask_for_clip(self) -> None:
        self.presenter.take_next()

    def take_back(self) -> None:
        self.presenter.take_back()

    def take_next(self) -> None:
        self.presenter.take_next()
        self.wait(lambda: self.is_open)
        self.settle()

    def type(self, text: str) -> None:
        """Types into the open clip, and answers its form."""
        QTest.keyClicks(self.page.findChild(TextField), text)
        for name in ("field_speech_quality_clear", "field_speakers_one"):
            button = self.page.findChild(QPushButton, name)
            if not button.isChecked():
                button.click()

    def ask_to_submit(self, text: str) -> None:
        self.type(text)
        field = self.page.findChild(TextField)
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def submit(self, text: str) -> None:
        """Hands the clip in, and waits for the next one, or for none."""
        before = self.presenter.lease
        self.ask_to_submit(text)
        over = (ClipState.OPEN, ClipState.IDLE, ClipState.FAILED)
        self.wait(lambda: self.presenter.lease != before and self.presenter.state in over)

    def turns(self, count: int) -> int:
        """Lets the event loop turn so often; returns how often a timer fired in the meantime."""
        fired: list[int] = []
        timer = QTimer()
        timer.timeout.connect(lambda: fired.append(1))
        timer.start(0)
        while len(fired) < count:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
        timer.stop()
        return len(fired)

    def close(self) -> None:
        if self.window.is_anybody_here:
            self.window.lock()
            self.wait(lambda: not self.window.is_anybody_here)
        self.settle()
        self.window.close()
        self.window.deleteLater()
