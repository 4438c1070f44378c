"""A window that nobody touches locks itself, and loses nothing by it."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.model.people import Role
from reviewer.ui.auto_lock import AutoLock
from reviewer.ui.playback.controller import PlaybackAction
from reviewer.ui.qa.page import QaPage
from reviewer.ui.shortcuts_dialog import ShortcutsDialog
from tests.benches.main_window import MainWindowBench
from tests.fakes.clock import FakeClock

MINUTE = 60


class Watched:
    """A watch over an application in which somebody sits, unless told otherwise."""

    def __init__(self, minutes: int = 5, look_every_ms: int = 5_000) -> None:
        self.clock = FakeClock()
        self.is_anybody_here = True
        self.work_began: float | None = None
        self.told: list[bool] = []
        self.customer = QObject()
        self.watch = AutoLock(self, self.clock, minutes, self.customer, look_every_ms)
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
def front(show: Callable[[QWidget], None]) -> Iterator[QWindow]:
    """What the platform sends keys and mouse to: the window that is in front."""
    widget = QWidget()
    show(widget)
    yield widget.windowHandle()  # noqa: PT022 - the widget lives as long as the test


def test_it_tells_when_the_time_is_up_and_not_before(watched: Watched) -> None:
    assert watched.after(5 * MINUTE - 1) == 0
    assert watched.after(1) == 1


def test_the_time_is_looked_at_without_anybody_asking(qapp: QApplication, qtbot: QtBot) -> None:
    watched = Watched(look_every_ms=1)
    with qtbot.waitSignal(watched.watch.timed_out):
        watched.clock.advance(5 * MINUTE)


@pytest.mark.parametrize("act", ["key", "press", "move", "key in a dialog"])
def test_key_and_mouse_begin_the_time_anew_also_in_a_dialog_that_comes_to_the_front(
    watched: Watched, front: QWindow, show: Callable[[QWidget], None], act: str
) -> None:
    dialog = QWidget()
    if act == "key in a dialog":
        show(dialog)
    watched.clock.advance(4 * MINUTE)
    match act:
        case "key":
            QTest.keyClick(front, Qt.Key.Key_A)
        case "press":
            QTest.mouseClick(front, Qt.MouseButton.LeftButton)
        case "move":
            QTest.mouseMove(front, QPoint(3, 4))
            QTest.mouseMove(front, QPoint(9, 9))
        case _:
            QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_A)
    assert watched.after(4 * MINUTE) == 0
    assert watched.after(1 * MINUTE) == 1


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
    watched.clock.set_back(-3600)  # durations stand still meanwhile
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


def leave_alone(made: MainWindowBench, minutes: float = 5) -> None:
    made.clock.advance(minutes * MINUTE)
    made.window.auto_lock.look()


@pytest.fixture
def made(main_window) -> MainWindowBench:
    """A lead's window."""
    return main_window()


@pytest.fixture(params=[Role.CONTRACTOR, Role.QA])
def at_work(request: pytest.FixtureRequest, main_window) -> MainWindowBench:
    """A window with a clip in it."""
    made = main_window(request.param)
    made.take_next()
    return made


def test_a_window_left_alone_locks_like_the_button(made: MainWindowBench) -> None:
    leave_alone(made)
    assert made.window.sign_in_flow.isVisible()
    made.settle()
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]
    assert made.window.signed_in is None
    assert "Locked after 5 min without" in made.window.sign_in_flow.sign_in_page.message.text


def test_what_is_typed_is_saved_before_the_window_locks_itself(
    at_work: MainWindowBench, qtbot: QtBot
) -> None:
    work = (at_work.qa if isinstance(at_work.page, QaPage) else at_work.desk).work
    qtbot.keyClicks(at_work.page.workspace.view.transcription.editor.focusProxy(), "hello")
    leave_alone(at_work)
    assert [draft.text_verbatim for draft in work.drafts.values()] == ["hello"]
    at_work.settle()
    assert at_work.gateway.sign_in.calls[-1] == "lock"


def test_typing_keeps_the_window_open(made: MainWindowBench) -> None:
    made.clock.advance(4 * MINUTE)
    QTest.keyClick(made.window.windowHandle(), Qt.Key.Key_Shift)
    leave_alone(made, 4)
    assert not made.window.sign_in_flow.isVisible()


@pytest.mark.parametrize("is_looping", [False, True])
def test_sound_keeps_the_window_open_for_once_the_time_and_no_loop_for_ever(
    at_work: MainWindowBench, is_looping: bool
) -> None:
    playback = at_work.page.workspace.playback
    if is_looping:
        playback.perform(PlaybackAction.LOOP)
    playback.toggle()
    for _ in range(4):
        leave_alone(at_work, 2)
    assert not at_work.window.sign_in_flow.isVisible()
    assert playback.is_playing
    leave_alone(at_work, 2)
    assert not at_work.player.is_playing
    at_work.settle()
    assert at_work.window.signed_in is None
    assert at_work.gateway.sign_in.calls[-1] == "lock"


def test_somebody_who_starts_it_again_and_again_is_not_locked_out(at_work: MainWindowBench) -> None:
    playback = at_work.page.workspace.playback
    for _ in range(10):
        playback.perform(PlaybackAction.IN_EDGE)
        leave_alone(at_work, 4)
    assert not at_work.window.sign_in_flow.isVisible()
    playback.pause()


@pytest.mark.parametrize("name", ["import", "export"])
def test_an_import_or_export_under_way_keeps_the_window_open(made: MainWindowBench, name: str) -> None:
    may_end = threading.Event()
    made.lead.before_report = lambda _progress, _cancelled: may_end.wait(30)
    made.signed_in.go_to(name)
    (made.page.manifest if name == "import" else made.page.out).setText("/nowhere")
    (made.page.check_button if name == "import" else made.page.run_button).click()
    for _ in range(10):
        leave_alone(made, 1)
    assert not made.window.sign_in_flow.isVisible()
    may_end.set()
    made.settle()
    leave_alone(made, 5)
    made.settle()
    assert made.window.signed_in is None


def test_the_agreement_does_not_stay_open_either(main_window) -> None:
    made = main_window(Role.CONTRACTOR, signed=False)
    leave_alone(made)
    made.settle()
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]


def test_an_open_question_is_shut_by_it(made: MainWindowBench) -> None:
    made.window.show_keys()
    dialog = made.window.findChild(ShortcutsDialog)
    leave_alone(made)
    assert not dialog.isVisible()


def test_a_locked_window_left_alone_stays_as_it_is(made: MainWindowBench) -> None:
    for minutes in (5, 60):
        leave_alone(made, minutes)
        made.settle()
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]
    made.sign_in()
    leave_alone(made, 4)
    assert not made.window.sign_in_flow.isVisible()


def test_with_nought_minutes_the_window_never_locks_itself(main_window) -> None:
    assert not main_window(lock_minutes=0).window.auto_lock.is_watching
