"""The line under the waves: what it shows, and that it has room for what matters."""

from collections.abc import Callable
from itertools import combinations

import pytest
from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.audio.samples import Samples
from reviewer.errors import Notice
from reviewer.model.intervals import Span
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.messages import message_of
from reviewer.ui.playback.controller import PlaybackAction, PlaybackController
from reviewer.ui.playback.play_bar import PlayBar
from reviewer.ui.preferences import Preferences
from reviewer.ui.widgets.tab_order import tab_through
from tests.benches.events import Events
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import speech_like

RATE = 16_000
NO_SOUND = Notice("PORT_AUDIO_NOT_INSTALLED_LINUX")


class Stand:
    """A bar over a playback of ten seconds, shown in a window of its own."""

    def __init__(self, qtbot: QtBot, show: Callable[[QWidget], None], problem: Notice | None = None) -> None:
        self._qtbot = qtbot
        self.preferences = Preferences()
        self.player = FakePlayer(problem)
        self.bar = PlayBar(Scope.DESK)
        self.zoom = QPushButton("right", self.bar)
        self.bar.add_right(self.zoom)
        self.playback = PlaybackController(self.player, self.bar, preferences=self.preferences)
        self.bar.follow(self.playback)
        self.playback.load(Samples(RATE, speech_like(seconds=10)))
        show(self.bar)

    def part(self, name: str) -> QWidget:
        found = self.bar.findChild(QWidget, name)
        assert found is not None
        return found

    def text(self, name: str) -> str:
        found = self.part(name)
        assert isinstance(found, QLabel | QToolButton)
        return found.text()

    def click(self, name: str) -> None:
        self._qtbot.mouseClick(self.part(name), Qt.MouseButton.LeftButton)

    def widen(self, width: int) -> None:
        self.bar.resize(width, self.bar.height())
        QApplication.processEvents()

    def hear(self, start: float, end: float) -> None:
        self.playback.seek(round(start * RATE))
        self.playback.toggle()
        self.player.listen(round((end - start) * RATE))
        self.playback.pause()
        self.playback.report_heard()


@pytest.fixture
def stand(themed: QApplication, qtbot: QtBot, show: Callable[[QWidget], None]) -> Stand:
    return Stand(qtbot, show)


@pytest.fixture
def silent(themed: QApplication, qtbot: QtBot, show: Callable[[QWidget], None]) -> Stand:
    return Stand(qtbot, show, NO_SOUND)


def fits(line: QLabel) -> bool:
    """Whether all of a wrapped text is inside its label."""
    room = QRect(0, 0, line.width(), 10_000)
    needed = line.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, line.text())
    return needed.height() <= line.height() and needed.width() <= line.width()


@pytest.mark.parametrize("width", [790, 820, 1120, 1192, 1856])
def test_the_sentence_without_sound_can_be_read_at_every_width(silent: Stand, width: int) -> None:
    silent.widen(width)
    line = silent.part("play_problem")
    assert isinstance(line, QLabel)
    assert line.text() == f"{message_of(NO_SOUND).sentence} {message_of(NO_SOUND).hint}"
    assert fits(line)
    assert silent.part("play_play").isVisible()


def test_the_room_of_the_sentence_comes_back_with_the_sound(silent: Stand) -> None:
    silent.widen(1120)
    assert not silent.part("play_loop").isVisible()
    silent.player.problem = None
    silent.playback.toggle()
    assert silent.part("play_loop").isVisible()
    assert silent.text("play_problem") == ""
    silent.playback.pause()


def test_the_buttons_are_visited_as_they_stand(stand: Stand) -> None:
    tab_through(stand.bar)
    stand.widen(1_200)
    stand.bar.activateWindow()
    stand.part("play_start").setFocus()
    places = []
    for _ in range(12):
        focused = QApplication.focusWidget()
        places.append(focused.x())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert places == sorted(places)


def test_a_screen_reader_gets_the_position_when_playback_rests_and_not_with_each_frame(stand: Stand) -> None:
    time = stand.part("play_time")
    stand.playback.toggle()
    before = time.accessibleDescription()
    stand.playback.seek(3 * RATE)
    assert stand.text("play_time").startswith("00:03.000")
    assert time.accessibleDescription() == before
    stand.playback.pause()
    assert time.accessibleDescription() == stand.text("play_time")


def test_a_time_that_runs_has_nothing_laid_out_anew(stand: Stand) -> None:
    QApplication.processEvents()
    events = Events(stand.bar)
    for second in range(1, 4):
        stand.playback.seek(second * RATE)
        QApplication.processEvents()
    assert stand.text("play_time").startswith("00:03.000")
    assert QEvent.Type.LayoutRequest not in events.kinds


def test_a_button_that_says_more_gets_the_room(stand: Stand, qtbot: QtBot) -> None:
    stand.widen(1120)
    assert stand.part("play_loop").isVisible()
    stand.zoom.setFixedWidth(500)
    qtbot.waitUntil(lambda: stand.zoom.geometry().right() < stand.bar.width())
    assert not stand.part("play_loop").isVisible()
    stand.zoom.setFixedWidth(40)
    qtbot.waitUntil(stand.part("play_loop").isVisible)


@pytest.mark.parametrize("width", [500, 790, 1120, 1856])
def test_nothing_of_the_bar_lies_over_another_part(stand: Stand, width: int) -> None:
    stand.widen(width)
    children = stand.bar.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    parts = {part.objectName(): part.geometry() for part in children if part.isVisible() and part.width()}
    pairs = combinations(parts, 2)
    assert [(one, other) for one, other in pairs if parts[one].intersects(parts[other])] == []
    assert max(place.right() for place in parts.values()) < stand.bar.width()


def test_at_the_desks_usual_width_everything_is_there(stand: Stand) -> None:
    stand.widen(1120)
    assert [act for act in PlaybackAction if not stand.part(f"play_{act}").isVisible()] == []
    assert stand.zoom.isVisible()


def test_the_bar_never_makes_its_page_wider(stand: Stand) -> None:
    stand.widen(1856)
    assert stand.bar.minimumSizeHint().width() < 500


@pytest.mark.parametrize(
    ("speech", "end", "share", "said"),
    [
        ([Span(2 * RATE, 4 * RATE), Span(6 * RATE, 8 * RATE)], 3, 25, "of the speech was heard; 3.0 s are"),
        ([], 6, 40, "of the clip was heard; 6.0 s are"),
    ],
    ids=["speech", "without segments the clip"],
)
def test_the_count_is_of(stand: Stand, speech: list[Span], end: int, share: int, said: str) -> None:
    stand.playback.load(Samples(RATE, speech_like(seconds=10)), speech)
    stand.hear(2, end)
    said = f"{share} % {said} missing."
    assert stand.text("play_heard") == f"heard {share} %"
    assert stand.part("play_heard").accessibleDescription() == f"{said} 98 % are required."
    assert said in stand.part("play_heard_part").toolTip()


def test_a_tick_and_a_sentence_say_that_enough_was_heard(stand: Stand) -> None:
    stand.bar.require_heard(90)
    before = stand.part("play_heard_part").width()
    ticks = []
    for end in (8.9, 9.0):
        stand.hear(0, end)
        ticks.append(stand.part("play_heard_tick").isVisible())
    assert ticks == [False, True]
    assert stand.part("play_heard_part").width() == before
    stand.hear(9, 10)
    assert stand.part("play_heard_part").toolTip() == "The whole clip was heard."


def test_where_nothing_is_unheard_a_line_says_so_until_something_else_is_asked_for(stand: Stand) -> None:
    stand.widen(1120)
    stand.hear(0, 10)
    stand.click("play_next_unheard")
    line = stand.part("play_problem")
    assert isinstance(line, QLabel)
    assert (line.text(), line.property("kind")) == ("All speech heard.", "ok")
    assert fits(line)
    stand.click("play_back")
    assert line.text() == ""


def test_a_click_on_the_time_shows_what_is_left_then_samples_and_nothing_moves(stand: Stand) -> None:
    stand.playback.seek(4 * RATE)
    seen, places = [], set()
    for _ in range(4):
        seen.append(stand.text("play_time"))
        places.add(stand.part("play_play").x())
        places.add(stand.part("play_loop").x())
        stand.click("play_time")
    assert seen == [
        "00:04.000 / 00:10.000",
        "00:04.000 −00:06.000",
        "64,000 / 160,000",
        "00:04.000 / 00:10.000",
    ]
    assert len(places) == 2


@pytest.mark.parametrize("seconds", [0.3, 59.9, 3_700])
def test_the_time_is_as_wide_as_its_longest_face(stand: Stand, seconds: float) -> None:
    time = stand.part("play_time")
    frames = round(seconds * RATE)
    for _ in range(3):
        time.show_position(frames, frames, RATE)  # type: ignore[attr-defined]
        needed = time.fontMetrics().horizontalAdvance(stand.text("play_time"))
        assert needed + 16 <= time.width()
        stand.click("play_time")


def test_the_buttons_say_how_far_and_how_slow_they_go(stand: Stand) -> None:
    assert stand.part("play_back").toolTip() == "Back 2 s  (F2)"
    stand.preferences.put("listening.step_ms", 1500)
    stand.preferences.put("listening.again_percent", 60)
    assert stand.part("play_back").toolTip() == "Back 1.5 s  (F2)"
    assert stand.part("play_forward").accessibleName() == "Forward 1.5 s"
    assert stand.part("play_again").toolTip() == "Replay the last 1.5 s at 60 %  (Shift+F4)"


def test_the_length_of_the_backstep_is_shown_and_stored(stand: Stand) -> None:
    stand.widen(1120)
    assert stand.text("play_backstep") == "off"
    stand.click("play_backstep")
    assert stand.text("play_backstep") == "0.25 s"
    assert stand.preferences.number("listening.backstep_ms", 0) == 250


def test_keys_to_segments_sleep_where_there_are_none(stand: Stand) -> None:
    assert not stand.part("play_next_segment").isEnabled()
    stand.playback.load(Samples(RATE, speech_like(seconds=10)), [Span(0, RATE)])
    assert stand.part("play_next_segment").isEnabled()


def test_another_speed_is_seen_however_narrow_the_bar_is(stand: Stand) -> None:
    stand.widen(190)
    assert not stand.part("play_normal_speed").isVisible()
    stand.playback.perform(PlaybackAction.SLOWER)
    QApplication.processEvents()
    speed = stand.part("play_normal_speed")
    assert speed.isVisible()
    assert stand.bar.rect().contains(QRect(speed.mapTo(stand.bar, speed.rect().topLeft()), speed.size()))
    assert speed.accessibleName() == f"Speed: {stand.text('play_normal_speed')}"
    stand.playback.perform(PlaybackAction.NORMAL_SPEED)
    QApplication.processEvents()
    assert not speed.isVisible()
