"""A clip is opened where it was left, and plays by itself only where it can be seen."""

from collections.abc import Callable

import pytest
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


@pytest.mark.parametrize(
    ("left_at", "wants_it", "opened_at"),
    [(3 * RATE, True, 3 * RATE), (3 * RATE, False, 0), *((at, True, 0) for at in (-5, 10 * RATE, 99 * RATE))],
)
@pytest.mark.parametrize("plays", [True, False])
def test_a_clip_is_opened_where_it_was_left_if_one_wants_it_and_plays_by_itself_if_one_wants_that(
    corner: Corner, left_at: int, wants_it: bool, opened_at: int, plays: bool
) -> None:
    corner.preferences.put("listening.resume", wants_it)
    if plays:
        corner.preferences.put("listening.play_on_open", True)
    corner.open(left_at)
    assert (corner.playback.position, corner.playback.is_playing) == (opened_at, plays)
    corner.playback.pause()


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


@pytest.fixture
def playing(corner: Corner) -> Corner:
    """For somebody whose clips play by themselves."""
    corner.preferences.put("listening.play_on_open", True)
    return corner


def test_behind_another_page_it_waits_until_it_is_seen_and_plays_once(playing: Corner) -> None:
    playing.pages.setCurrentIndex(1)
    playing.open()
    assert not playing.playback.is_playing
    playing.pages.setCurrentIndex(0)
    assert playing.playback.is_playing
    playing.playback.pause()
    playing.pages.setCurrentIndex(1)
    playing.pages.setCurrentIndex(0)
    assert not playing.playback.is_playing


def test_behind_a_dialog_it_waits(playing: Corner, qtbot: QtBot) -> None:
    dialog = QDialog(playing.pages)
    dialog.open()
    playing.open()
    assert not playing.playback.is_playing
    dialog.close()
    playing.pages.activateWindow()
    qtbot.waitUntil(lambda: playing.playback.is_playing)
    playing.playback.pause()


def test_a_clip_that_has_gone_meanwhile_does_not_play(playing: Corner) -> None:
    playing.pages.setCurrentIndex(1)
    playing.open()
    playing.place.end_clip()
    playing.pages.setCurrentIndex(0)
    assert not playing.playback.is_playing


def test_a_clip_is_opened_where_it_was_left_and_the_picture_shows_it(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role, position=RATE)
    assert bench.workspace.playback.position == RATE
    assert bench.workspace.view.waveform.waves.position == RATE


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
