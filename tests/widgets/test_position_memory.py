"""A clip is opened where it was left, and plays by itself only where it can be seen."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.samples import Samples
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.position_memory import PositionMemory
from reviewer.ui.preferences import Preferences
from tests.benches.clip_page import ClipPageBench, Role
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import speech_like

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
        self.place.begin_clip(self.kept.append, frame)


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
    corner.place.end_clip()
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
    corner.place.end_clip()
    corner.pages.setCurrentIndex(0)
    assert not corner.playback.is_playing


@pytest.mark.parametrize("role", ["desk", "qa"])
def test_a_clip_is_opened_where_it_was_left_and_the_picture_shows_it(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role, position=RATE)
    assert bench.workspace.playback.position == RATE
    assert bench.workspace.view.waveform.waves.position == RATE


@pytest.mark.parametrize("role", ["desk", "qa"])
@pytest.mark.parametrize("way", ["stop", "leave", "lock"])
def test_the_position_is_saved_at_each_stop_at_another_page_and_at_lock(
    bench: ClipPageBench, role: Role, way: str
) -> None:
    bench.open_role(role)
    if way == "stop":
        bench.listen(RATE)
    else:
        bench.workspace.playback.seek(RATE)
        (bench.page.leave if way == "leave" else bench.page.close_down)()
        bench.settle()
    assert bench.work.positions == {"task-1": RATE}
    assert bench.work.drafts == {}
    if way == "lock":
        assert bench.work.calls.index("save_position") < bench.work.calls.index("close")


def test_after_submitting_the_position_of_the_next_clip_is_its_own(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    frames = bench.player.frames
    bench.finish()
    assert bench.workspace.playback.position == 0
    bench.listen(RATE // 4)
    assert bench.work.positions == {"task-1": frames, "task-2": RATE // 4}
