"""A desk or QA page over a session in memory, and hands to work it."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from reviewer.qa.session import QaSession
from reviewer.ui.clip.workspace import ClipTools, ClipWorkspace
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.jobs import Jobs
from reviewer.ui.page import StatusFacts
from reviewer.ui.preferences import Preferences
from reviewer.ui.qa.page import QaPage
from reviewer.ui.transcript.text_edit import TextField
from reviewer.ui.widgets.inline_message import InlineMessage
from tests.fakes.clock import FakeClock
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import FakeDesk, FakeQa, FakeWork, a_lease, an_open_clip

Role = Literal["desk", "qa"]
Settle = Callable[[], None]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NO_KEY = Qt.KeyboardModifier.NoModifier


def clip_tools(
    jobs: Jobs, player: FakePlayer | None = None, preferences: Preferences | None = None
) -> ClipTools:
    """What a clip workspace is given, with a player without sound."""
    silent = player or FakePlayer()
    return ClipTools(lambda: silent, jobs, preferences or Preferences(), FakeClock())  # type: ignore[arg-type,return-value]


class ClipPageBench:
    """``open`` makes the page; from then on ``page``, ``work`` and ``player`` are there."""

    def __init__(self, qtbot: QtBot, settle: Settle, jobs: Jobs, show: Callable[[QWidget], None]) -> None:
        self._qtbot, self._settle, self._jobs, self._show = qtbot, settle, jobs, show
        self.player = FakePlayer()
        self.preferences = Preferences()
        self.clock = FakeClock()
        self.facts: list[StatusFacts] = []
        self.page: DeskPage | QaPage | None = None

    def open(self, session: "FakeDesk | FakeQa | QaSession", *, take: bool = True) -> "ClipPageBench":
        """Shows the page of this session, and takes its first clip if there is none to go on with."""
        self.session = session
        tools = ClipTools(lambda: self.player, self._jobs, self.preferences, self.clock)  # type: ignore[arg-type]
        make = QaPage if isinstance(session, FakeQa | QaSession) else DeskPage
        self.page = make(session, tools)  # type: ignore[arg-type]
        self.page.status_changed.connect(self.facts.append)
        self.page.resize(1152, 735)
        self._show(self.page)
        self.page.enter()
        self._settle()
        if take and not self.is_clip_shown:
            self.press(Qt.Key.Key_N, CTRL)
        return self

    def open_role(
        self, role: Role, *, count: int = 2, take: bool = True, **changes: object
    ) -> "ClipPageBench":
        """Opens the page of a role with so many clips, each with these ``changes``."""
        if role == "qa":
            return self.open(FakeQa(*["turn left"] * count, **changes), take=take)
        clips = [an_open_clip(a_lease(number), **changes) for number in range(1, count + 1)]
        return self.open(FakeDesk(*clips), take=take)

    @property
    def work(self) -> FakeWork:
        return self.session.work

    @property
    def workspace(self) -> ClipWorkspace:
        assert self.page is not None
        return self.page.workspace

    @property
    def field(self) -> TextField:
        return self.workspace.view.findChild(TextField)

    @property
    def is_clip_shown(self) -> bool:
        return self.workspace.stack.is_clip_shown

    @property
    def message(self) -> str:
        """What the message line says, of the clip or of the page without one."""
        stack = self.workspace.stack
        message: InlineMessage = stack.view.message if stack.is_clip_shown else stack.empty.message
        return message.text

    @property
    def saved(self) -> str:
        """What the status bar says of the last save."""
        return [facts.saved for facts in self.facts if facts.saved is not None][-1]

    def settle(self) -> None:
        self._settle()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
        self._qtbot.keyClick(QApplication.focusWidget() or self.page, key, modifiers)
        self._settle()

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.field, text)

    def click(self, name: str) -> None:
        self._qtbot.mouseClick(self.button(name), Qt.MouseButton.LeftButton)
        self._settle()

    def button(self, name: str) -> QPushButton:
        return self.page.findChild(QPushButton, name)

    def text_of(self, name: str) -> str:
        found = self.page.findChild(QWidget, name)
        assert isinstance(found, QLabel | QTextEdit)
        return found.text() if isinstance(found, QLabel) else found.toPlainText()

    def answer(self) -> None:
        """Answers what the form requires."""
        for name in ("field_speech_quality_clear", "field_speakers_one"):
            self.button(name).click()

    def hear(self) -> None:
        """Listens to the whole clip, however much of it was heard before."""
        self.workspace.playback.seek(0)
        self.listen(self.player.frames)

    def listen(self, frames: int) -> None:
        self.workspace.playback.toggle()
        self.player.listen(frames)
        self.workspace.playback.pause()
        self._settle()

    def prepare(self, text: str = "hello there") -> None:
        """Types, answers and hears all that is asked for."""
        self.type(text)
        self.answer()
        self.hear()

    def submit(self) -> None:
        self.press(Qt.Key.Key_Return, CTRL)

    def finish(self, text: str = "hello there") -> None:
        """Does all of the work on a clip, and submits it."""
        self.prepare(text)
        self.submit()

    def save(self) -> None:
        """Saves what is typed, as going to another page does."""
        self.page.leave()
        self._settle()

    def close(self) -> None:
        if self.page is not None:
            self.page.close_down()
            self._settle()
