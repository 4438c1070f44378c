"""A window that nobody touches locks itself, and loses nothing by it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, QSettings, Qt
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.model.people import Role
from reviewer.ui import auto_lock
from reviewer.ui.auto_lock import AutoLock
from reviewer.ui.jobs import Jobs
from reviewer.ui.playback.controller import PlaybackAction
from reviewer.ui.shortcuts_dialog import ShortcutsDialog
from reviewer.ui.theme import Choice, Theme
from tests.fakes.clock import FakeClock
from tests.widgets.test_main_window import Stage

MINUTE = 60


class Watched:
    """A watch over an application in which somebody sits, unless told otherwise."""

    def __init__(self, minutes: int = 5) -> None:
        self.clock = FakeClock()
        self.is_anybody_here = True
        self.work_began: float | None = None
        self.told: list[bool] = []
        self.customer = QObject()
        self.watch = AutoLock(self, self.clock, minutes, self.customer)
        told = self.told
        self.watch.timed_out.connect(lambda: told.append(True))

    def is_at_work(self, within: timedelta) -> bool:
        began = self.work_began
        return began is not None and self.clock.monotonic() - began < within.total_seconds()

    def after(self, seconds: float) -> int:
        """Lets time pass and looks; gives how often it was told by now."""
        self.clock.advance(seconds)
        self.watch.look()
        return len(self.told)


@pytest.fixture
def watched(qapp: QApplication) -> Watched:
    return Watched()


@pytest.fixture
def widget(show: Callable[[QWidget], None]) -> QWidget:
    made = QWidget()
    show(made)
    return made


@pytest.fixture
def front(widget: QWidget) -> QWindow:
    """What the platform sends keys and mouse to: the window that is in front."""
    return widget.windowHandle()


def test_it_tells_when_the_time_is_up_and_not_before(watched: Watched) -> None:
    assert watched.after(5 * MINUTE - 1) == 0
    assert watched.after(1) == 1


def test_the_time_is_looked_at_without_anybody_asking(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_lock, "LOOK_EVERY_MS", 1)
    watched = Watched()
    with qtbot.waitSignal(watched.watch.timed_out):
        watched.clock.advance(5 * MINUTE)


def test_a_key_begins_the_time_anew(watched: Watched, front: QWindow) -> None:
    watched.clock.advance(4 * MINUTE)
    QTest.keyClick(front, Qt.Key.Key_A)
    assert watched.after(4 * MINUTE) == 0
    assert watched.after(1 * MINUTE) == 1


@pytest.mark.parametrize("act", ["press", "move"])
def test_the_mouse_begins_the_time_anew(watched: Watched, front: QWindow, act: str) -> None:
    watched.clock.advance(4 * MINUTE)
    if act == "press":
        QTest.mouseClick(front, Qt.MouseButton.LeftButton)
    else:
        QTest.mouseMove(front, QPoint(3, 4))
        QTest.mouseMove(front, QPoint(9, 9))
    assert watched.after(4 * MINUTE) == 0


def test_a_dialog_that_comes_to_the_front_is_watched_too(
    watched: Watched, front: QWindow, show: Callable[[QWidget], None]
) -> None:
    dialog = QWidget()
    show(dialog)
    watched.clock.advance(4 * MINUTE)
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_A)
    assert watched.after(4 * MINUTE) == 0


def test_painting_is_not_somebody(watched: Watched, front: QWindow) -> None:
    watched.clock.advance(4 * MINUTE)
    front.requestUpdate()
    front.resize(300, 200)
    QApplication.processEvents()
    assert watched.after(1 * MINUTE) == 1


def test_playing_counts_while_it_was_started_within_the_time(watched: Watched) -> None:
    watched.work_began = watched.clock.monotonic()
    for _ in range(8):
        assert watched.after(1 * MINUTE) == 0
    assert watched.after(1 * MINUTE) == 1


def test_whoever_wakes_a_computer_that_slept_does_not_save_the_time(watched: Watched, front: QWindow) -> None:
    watched.clock._now += timedelta(hours=1)  # durations stand still meanwhile
    QTest.keyClick(front, Qt.Key.Key_A)
    watched.watch.look()
    assert watched.told == [True]


def test_a_clock_that_is_set_back_puts_nothing_off(watched: Watched) -> None:
    watched.clock.set_back(3600)
    assert watched.after(5 * MINUTE) == 1


def test_with_nobody_here_no_time_runs(watched: Watched) -> None:
    watched.is_anybody_here = False
    assert watched.after(60 * MINUTE) == 0
    watched.is_anybody_here = True
    assert watched.after(4 * MINUTE) == 0


def test_who_comes_in_after_a_long_time_has_the_whole_time(watched: Watched, front: QWindow) -> None:
    watched.is_anybody_here = False
    watched.clock.advance(60 * MINUTE)
    QTest.keyClick(front, Qt.Key.Key_Return)
    watched.is_anybody_here = True
    assert watched.after(1) == 0


def test_nought_minutes_never_look(qapp: QApplication) -> None:
    assert not Watched(0).watch.is_watching
    assert Watched(1).watch.is_watching


# The window


@pytest.fixture
def stage(themed: QApplication, tmp_path: Path, qtbot: QtBot, jobs: Jobs, settle):
    settings = QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat)
    settings.setValue("theme", Choice.DARK.value)

    def make(role: Role, *, signed: bool = True, minutes: int = 5) -> Stage:
        made = Stage(role, jobs, Theme(themed, settings), signed=signed, minutes=minutes)
        qtbot.addWidget(made.window)
        made.window.show()
        made.sign_in()
        settle()
        return made

    return make


def leave_alone(stage: Stage, minutes: float = 5) -> None:
    stage.clock.advance(minutes * MINUTE)
    stage.window.auto_lock.look()


def test_a_window_left_alone_locks_like_the_button(stage, settle) -> None:
    made = stage(Role.LEAD)
    leave_alone(made)
    assert made.window.sign_in_flow.isVisible()
    settle()
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]
    assert made.window.signed_in is None
    assert "Locked after 5 min without" in made.window.sign_in_flow.sign_in_page.message.text


def test_what_is_typed_is_saved_before_the_window_locks_itself(stage, settle, qtbot: QtBot) -> None:
    made = stage(Role.CONTRACTOR)
    made.signed_in.page.workspace.presenter.take_next()
    settle()
    qtbot.keyClicks(made.signed_in.page.workspace.view.transcription.editor.focusProxy(), "hello")
    leave_alone(made)
    assert [draft.text_verbatim for draft in made.desk.work.drafts.values()] == ["hello"]
    settle()
    assert made.gateway.sign_in.calls[-1] == "lock"


def test_what_qa_typed_is_saved_before_the_window_locks_itself(stage, settle, qtbot: QtBot) -> None:
    made = stage(Role.QA)
    made.signed_in.page.workspace.presenter.take_next()
    settle()
    qtbot.keyClicks(made.signed_in.page.workspace.view.transcription.editor.focusProxy(), "turn")
    leave_alone(made)
    assert [draft.text_verbatim for draft in made.qa.work.drafts.values()] == ["turn"]
    settle()


def test_typing_keeps_the_window_open(stage, settle, qtbot: QtBot) -> None:
    made = stage(Role.QA)
    made.clock.advance(4 * MINUTE)
    QTest.keyClick(made.window.windowHandle(), Qt.Key.Key_Shift)
    leave_alone(made, 4)
    assert made.window.signed_in is not None


@pytest.mark.parametrize("role", [Role.QA, Role.CONTRACTOR])
@pytest.mark.parametrize("is_looping", [False, True])
def test_sound_keeps_the_window_open_for_once_the_time_and_no_loop_for_ever(
    stage, settle, role: Role, is_looping: bool
) -> None:
    made = stage(role)
    workspace = made.signed_in.page.workspace
    workspace.presenter.take_next()
    settle()
    if is_looping:
        workspace.playback.perform(PlaybackAction.LOOP)
    workspace.playback.toggle()
    for _ in range(4):
        leave_alone(made, 2)
    assert made.window.signed_in is not None
    assert workspace.playback.is_playing
    leave_alone(made, 2)
    assert not made.players[0].is_playing
    settle()
    assert made.window.signed_in is None
    assert made.gateway.sign_in.calls[-1] == "lock"


def test_somebody_who_starts_it_again_and_again_is_not_locked_out(stage, settle) -> None:
    made = stage(Role.CONTRACTOR)
    workspace = made.signed_in.page.workspace
    workspace.presenter.take_next()
    settle()
    for _ in range(10):
        workspace.playback.perform(PlaybackAction.IN_EDGE)
        leave_alone(made, 4)
    assert made.window.signed_in is not None
    workspace.playback.pause()


def test_an_import_under_way_keeps_the_window_open(stage, settle) -> None:
    made = stage(Role.LEAD)
    page = made.signed_in.page_of("import")
    page._show_running(running=True)
    for _ in range(10):
        leave_alone(made, 1)
    assert made.window.signed_in is not None
    page._show_running(running=False)
    leave_alone(made, 5)
    settle()
    assert made.window.signed_in is None


def test_an_export_under_way_keeps_the_window_open(stage) -> None:
    made = stage(Role.LEAD)
    page = made.signed_in.page_of("export")
    assert not made.signed_in.is_at_work(timedelta(minutes=1))
    page._show_running(running=True)
    assert made.signed_in.is_at_work(timedelta(minutes=1))


def test_the_agreement_does_not_stay_open_either(stage, settle) -> None:
    made = stage(Role.CONTRACTOR, signed=False)
    leave_alone(made)
    settle()
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]


def test_an_open_question_is_shut_by_it(stage, settle) -> None:
    made = stage(Role.LEAD)
    made.window.show_keys()
    dialog = made.window.findChild(ShortcutsDialog)
    leave_alone(made)
    assert not dialog.isVisible()
    settle()


def test_a_locked_window_left_alone_stays_as_it_is(stage, settle) -> None:
    made = stage(Role.LEAD)
    leave_alone(made)
    settle()
    leave_alone(made, 60)
    settle()
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]
    made.sign_in()
    settle()
    leave_alone(made, 4)
    assert made.window.signed_in is not None


def test_with_nought_minutes_the_window_never_locks_itself(stage) -> None:
    assert not stage(Role.LEAD, minutes=0).window.auto_lock.is_watching
