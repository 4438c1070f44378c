"""A clip is opened where it was left, and plays by itself only where it can be seen."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.samples import Samples
from reviewer.model.annotation import Annotation
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.jobs import Jobs
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.position_memory import PositionMemory
from reviewer.ui.preferences import Preferences
from reviewer.ui.qa.page import QaPage
from reviewer.ui.transcript.text_edit import TextField
from tests.fakes.desk import FakeDesk, a_lease, an_open_clip, speech_like
from tests.fakes.player import FakePlayer
from tests.fakes.qa import FakeQa

RATE = 16_000
CTRL = Qt.KeyboardModifier.ControlModifier


class Corner:
    """Two pages, a clip on the first, and what is kept of its place."""

    def __init__(self, qtbot: QtBot, show: Callable[[QWidget], None]) -> None:
        self.preferences = Preferences()
        self.player = FakePlayer()
        self.pages = QStackedWidget()
        self.board = QWidget()
        for page in (self.board, QWidget()):
            self.pages.addWidget(page)
        self.playback = PlaybackController(self.player, self.pages, preferences=self.preferences)
        self.place = PositionMemory(self.playback, self.board, self.pages)
        self.kept: list[int] = []
        self.playback.load(Samples(RATE, speech_like(seconds=10)))
        show(self.pages)

    def open(self, frame: int = 0) -> None:
        self.place.begin(self.kept.append, frame)


@pytest.fixture
def corner(themed: QApplication, qtbot: QtBot, show: Callable[[QWidget], None]) -> Corner:
    return Corner(qtbot, show)


def test_a_clip_is_opened_where_it_was_left(corner: Corner) -> None:
    corner.open(3 * RATE)
    assert corner.playback.position == 3 * RATE
    assert not corner.playback.is_playing


def test_who_does_not_want_it_begins_at_the_beginning(corner: Corner) -> None:
    corner.preferences.put("listening.resume", False)
    corner.open(3 * RATE)
    assert corner.playback.position == 0


@pytest.mark.parametrize("frame", [-5, 10 * RATE, 99 * RATE])
def test_a_place_at_the_end_or_outside_is_none(corner: Corner, frame: int) -> None:
    corner.open(frame)
    assert corner.playback.position == 0


def test_the_place_is_kept_at_each_stop_and_when_asked_but_not_twice(corner: Corner) -> None:
    corner.open()
    corner.playback.toggle()
    corner.player.listen(RATE)
    corner.playback.pause()
    corner.place.keep()
    corner.playback.seek(5 * RATE)
    corner.place.keep()
    assert corner.kept == [RATE, 5 * RATE]


def test_of_a_clip_that_is_gone_no_place_is_kept(corner: Corner) -> None:
    corner.open(RATE)
    corner.place.end()
    corner.playback.seek(5 * RATE)
    corner.place.keep()
    assert corner.kept == []


def test_letting_the_clip_go_keeps_no_beginning(corner: Corner) -> None:
    corner.open(RATE)
    corner.playback.toggle()
    corner.player.listen(RATE)
    corner.playback.unload()
    corner.place.keep()
    assert corner.kept == [2 * RATE]


def test_a_clip_does_not_play_by_itself_unless_that_was_chosen(corner: Corner) -> None:
    corner.open()
    assert not corner.playback.is_playing


def test_where_it_was_chosen_a_clip_plays_by_itself_from_where_it_was_left(corner: Corner) -> None:
    corner.preferences.put("listening.play_on_open", True)
    corner.open(2 * RATE)
    assert (corner.playback.is_playing, corner.playback.position) == (True, 2 * RATE)
    corner.playback.pause()


def test_behind_another_page_it_waits_until_it_is_seen_and_plays_once(corner: Corner) -> None:
    corner.preferences.put("listening.play_on_open", True)
    corner.pages.setCurrentIndex(1)
    corner.open()
    assert not corner.playback.is_playing
    corner.pages.setCurrentIndex(0)
    assert corner.playback.is_playing
    corner.playback.pause()
    corner.pages.setCurrentIndex(1)
    corner.pages.setCurrentIndex(0)
    assert not corner.playback.is_playing


def test_behind_a_dialog_it_waits(corner: Corner, qtbot: QtBot) -> None:
    corner.preferences.put("listening.play_on_open", True)
    dialog = QDialog(corner.pages)
    dialog.open()
    corner.open()
    assert not corner.playback.is_playing
    dialog.close()
    corner.pages.activateWindow()
    qtbot.waitUntil(lambda: corner.playback.is_playing)
    corner.playback.pause()


def test_a_clip_that_has_gone_meanwhile_does_not_play(corner: Corner) -> None:
    corner.preferences.put("listening.play_on_open", True)
    corner.pages.setCurrentIndex(1)
    corner.open()
    corner.place.end()
    corner.pages.setCurrentIndex(0)
    assert not corner.playback.is_playing


class Desk:
    """The whole desk page over a session in memory."""

    def __init__(self, desk: FakeDesk, jobs: Jobs, settle: Callable[[], None]) -> None:
        self.desk, self.player, self.settle = desk, FakePlayer(), settle
        self.page = DeskPage(desk, lambda: self.player, jobs, Preferences())

    def take(self) -> None:
        self.page.resize(1152, 735)
        self.page.show()
        self.page.enter()
        self.settle()
        self.page.presenter.take_next()
        self.settle()

    def listen(self, frames: int) -> None:
        self.page.playback.toggle()
        self.player.listen(frames)
        self.page.playback.pause()
        self.settle()


@pytest.fixture
def open_desk(
    themed: QApplication, qtbot: QtBot, jobs: Jobs, settle: Callable[[], None]
) -> Iterator[Callable[[FakeDesk], Desk]]:
    made: list[Desk] = []

    def make(session: FakeDesk) -> Desk:
        desk = Desk(session, jobs, settle)
        qtbot.addWidget(desk.page)
        made.append(desk)
        desk.take()
        return desk

    yield make
    for desk in made:
        desk.page.close_down()
        settle()


def test_the_desk_opens_a_clip_where_it_was_left_and_shows_it(open_desk: Callable[[FakeDesk], Desk]) -> None:
    desk = open_desk(FakeDesk(an_open_clip(position=RATE)))
    assert desk.page.playback.position == RATE
    assert desk.page.view.board.waves.position == RATE


def test_listening_keeps_the_place_and_is_no_typing(open_desk: Callable[[FakeDesk], Desk]) -> None:
    desk = open_desk(FakeDesk(an_open_clip()))
    desk.listen(RATE // 2)
    assert desk.desk.places == {1: RATE // 2}
    assert desk.desk.drafts == {}
    assert not desk.page.presenter._is_touched


def test_a_lock_keeps_the_place_before_the_clip_is_closed(open_desk: Callable[[FakeDesk], Desk]) -> None:
    desk = open_desk(FakeDesk(an_open_clip(draft=Annotation("typed"))))
    desk.page.playback.seek(RATE)
    desk.page.close_down()
    desk.settle()
    assert desk.desk.places == {1: RATE}
    assert desk.desk.calls.index("keep_place") < desk.desk.calls.index("closed")


def test_another_page_in_front_keeps_the_place(open_desk: Callable[[FakeDesk], Desk]) -> None:
    desk = open_desk(FakeDesk(an_open_clip()))
    desk.page.playback.seek(RATE)
    desk.page.leave()
    desk.settle()
    assert desk.desk.places == {1: RATE}


def test_after_handing_in_the_place_of_the_next_clip_is_its_own(
    open_desk: Callable[[FakeDesk], Desk], qtbot: QtBot
) -> None:
    desk = open_desk(FakeDesk(an_open_clip(a_lease(1)), an_open_clip(a_lease(2))))
    frames = desk.player.frames
    desk.listen(frames)
    qtbot.keyClicks(desk.page.findChild(TextField), "hello there")
    for name in ("field_speech_quality_clear", "field_speakers_one"):
        desk.page.findChild(QWidget, name).click()  # type: ignore[attr-defined]
    desk.page.presenter.submit()
    desk.settle()
    assert desk.page.playback.position == 0
    desk.listen(RATE // 4)
    assert desk.desk.places == {1: frames, 2: RATE // 4}


def test_a_check_too_is_opened_where_it_was_left(
    themed: QApplication, qtbot: QtBot, jobs: Jobs, settle: Callable[[], None]
) -> None:
    session, player = FakeQa("turn left"), FakePlayer()
    session.places["s1"] = RATE
    page = QaPage(session, lambda: player, jobs, Preferences())
    qtbot.addWidget(page)
    page.show()
    page.enter()
    page.empty.take.click()
    settle()
    assert page.playback.position == RATE
    page.playback.toggle()
    player.listen(RATE // 2)
    page.leave()
    settle()
    assert session.places == {"s1": RATE * 3 // 2}
    page.close_down()
    settle()
