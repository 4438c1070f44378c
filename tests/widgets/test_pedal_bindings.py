"""A foot does what a key does, on the real desk, and nothing where there is no clip."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from reviewer.pedal.report import Pedal
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.pedal_bindings import (
    FIRST_REPEAT_MS,
    HOLD,
    NOTHING,
    REPEAT_MS,
    PedalBindings,
    act_of,
    acts,
    preference_of,
)
from reviewer.ui.pedal_reader import PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.qa.page import QaPage
from reviewer.ui.shortcuts import TABLE
from tests.benches.clip_page import clip_tools
from tests.fakes.pedal import FakeHidBackend
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import FakeDesk, FakeQa, a_lease, an_open_clip, speech_like

RATE = 16_000
Settle = Callable[[], None]
Show = Callable[[QWidget], None]
Away = Callable[[], None]


class FakeTimer(QTimer):
    """Rings when the test says so, and only while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: int | None = None
        self.waited: list[int] = []

    def start(self, msec: int) -> None:
        self.waits = msec
        self.waited.append(msec)

    def stop(self) -> None:
        self.waits = None

    def ring(self) -> None:
        if self.waits is not None:
            self.waits = None
            self.timeout.emit()


class Feet:
    """Pedals before a page; the reader never starts, the test is the feet."""

    def __init__(self, page: QWidget) -> None:
        self.preferences = Preferences()
        self.reader = PedalReader(FakeHidBackend(), self.preferences)
        self.timer = FakeTimer()
        self.keys = PedalBindings(self.reader, self.preferences, page, self.timer)

    def press(self, pedal: Pedal) -> None:
        self.reader.pressed.emit(pedal)

    def release(self, pedal: Pedal) -> None:
        self.reader.released.emit(pedal)

    def tap(self, pedal: Pedal) -> None:
        self.press(pedal)
        self.release(pedal)

    def assign(self, pedal: Pedal, act: str) -> None:
        self.preferences.put(preference_of(pedal), act)


class Desk:
    """A desk page with ten seconds of clip, its player, and feet."""

    def __init__(self, jobs: Jobs, settle: Settle, show: Show, *, take: bool = True) -> None:
        self.player = FakePlayer()
        desk = FakeDesk(an_open_clip(a_lease(1), data=speech_like(10.0)), an_open_clip(a_lease(2)))
        self.choices = Preferences()
        self.page = DeskPage(desk, clip_tools(jobs, self.player, self.choices))
        self.page.resize(1152, 735)
        show(self.page)
        self.page.enter()
        settle()
        if take:
            self.page.workspace.presenter.take_next()
            settle()
        self.feet = Feet(self.page)

    @property
    def position(self) -> int:
        return self.player.position


@pytest.fixture
def away(show: Show) -> Away:
    """Takes the user to another program: no window of ours is in front."""

    def go() -> None:
        other = QWidget()
        show(other)
        other.hide()
        assert QApplication.activeWindow() is None

    return go


@pytest.fixture
def desk(themed: QApplication, jobs: Jobs, settle: Settle, show: Show) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(*, take: bool = True) -> Desk:
        made.append(Desk(jobs, settle, show, take=take))
        return made[-1]

    yield make
    for one in made:
        one.page.close_down()
    settle()


def test_holding_plays_and_letting_go_pauses(desk):
    work = desk()
    work.feet.press(Pedal.MIDDLE)
    assert work.player.is_playing
    work.player.listen(RATE)
    work.feet.release(Pedal.MIDDLE)
    assert not work.player.is_playing
    assert work.position == RATE


def test_letting_go_goes_back_as_far_as_a_pause_does(desk):
    work = desk()
    work.choices.put("listening.backstep_ms", 500)
    work.feet.press(Pedal.MIDDLE)
    work.player.listen(2 * RATE)
    work.feet.release(Pedal.MIDDLE)
    assert work.position == 2 * RATE - RATE // 2


def test_a_clip_that_already_plays_goes_on_while_held_and_pauses_after(desk):
    work = desk()
    work.page.workspace.playback.toggle()
    work.feet.press(Pedal.MIDDLE)
    assert work.player.is_playing
    work.feet.release(Pedal.MIDDLE)
    assert not work.player.is_playing


def test_a_clip_that_ended_under_the_foot_does_not_start_again(desk):
    work = desk()
    work.feet.press(Pedal.MIDDLE)
    work.player.listen(10 * RATE)
    work.feet.release(Pedal.MIDDLE)
    assert not work.player.is_playing


def test_left_goes_back_and_right_goes_on(desk):
    work = desk()
    work.feet.tap(Pedal.RIGHT)
    work.feet.tap(Pedal.RIGHT)
    assert work.position == 4 * RATE
    work.feet.tap(Pedal.LEFT)
    assert work.position == 2 * RATE


def test_back_repeats_while_it_is_held(desk):
    work = desk()
    work.page.workspace.playback.seek(9 * RATE)
    work.feet.press(Pedal.LEFT)
    places = [work.position]
    for _ in range(3):
        work.feet.timer.ring()
        places.append(work.position)
    assert places == [7 * RATE, 5 * RATE, 3 * RATE, RATE]
    assert work.feet.timer.waited == [FIRST_REPEAT_MS, REPEAT_MS, REPEAT_MS, REPEAT_MS]
    assert (FIRST_REPEAT_MS, REPEAT_MS) == (300, 150)


def test_let_go_it_repeats_no_more(desk):
    work = desk()
    work.page.workspace.playback.seek(9 * RATE)
    work.feet.tap(Pedal.LEFT)
    work.feet.timer.ring()
    assert work.position == 7 * RATE


def test_what_its_key_does_once_a_pedal_does_once(desk):
    work = desk()
    work.feet.assign(Pedal.LEFT, "loop")
    work.feet.press(Pedal.LEFT)
    assert work.feet.timer.waited == []
    assert work.page.workspace.playback.is_looping


def test_letting_one_pedal_go_leaves_the_other_repeating(desk):
    work = desk()
    work.page.workspace.playback.seek(9 * RATE)
    work.feet.press(Pedal.RIGHT)
    work.feet.press(Pedal.LEFT)
    work.feet.release(Pedal.RIGHT)
    before = work.position
    work.feet.timer.ring()
    assert work.position == before - 2 * RATE


def test_one_can_go_back_while_one_holds_to_play(desk):
    work = desk()
    work.feet.press(Pedal.MIDDLE)
    work.player.listen(5 * RATE)
    work.feet.tap(Pedal.LEFT)
    assert work.player.is_playing
    assert work.position == 3 * RATE


def test_a_pedal_does_what_was_chosen_for_it(desk):
    work = desk()
    work.feet.assign(Pedal.RIGHT, "slower")
    work.feet.tap(Pedal.RIGHT)
    assert work.player.speed_percent == 90


def test_play_or_pause_by_foot_is_a_switch(desk):
    work = desk()
    work.feet.assign(Pedal.LEFT, "play")
    work.feet.tap(Pedal.LEFT)
    assert work.player.is_playing
    work.feet.tap(Pedal.LEFT)
    assert not work.player.is_playing


def test_a_pedal_for_nothing_does_nothing(desk):
    work = desk()
    for pedal in Pedal:
        work.feet.assign(pedal, NOTHING)
        work.feet.tap(pedal)
    assert not work.player.is_playing
    assert work.position == 0


def test_without_a_clip_no_pedal_does_anything(desk):
    work = desk(take=False)
    for pedal in Pedal:
        work.feet.tap(pedal)
    assert not work.page.workspace.stack.is_clip_shown
    assert not work.player.is_playing


def test_on_a_page_that_is_not_shown_no_pedal_does_anything(desk):
    work = desk()
    work.page.workspace.stack.hide()
    for pedal in Pedal:
        work.feet.tap(pedal)
    assert work.position == 0
    assert not work.player.is_playing


def test_a_page_that_goes_while_held_is_let_go_without_a_word(desk):
    work = desk()
    work.feet.press(Pedal.MIDDLE)
    work.page.leave()
    work.page.workspace.stack.hide()
    work.feet.release(Pedal.MIDDLE)
    assert not work.player.is_playing


def test_through_a_dialog_no_pedal_does_anything(desk):
    work = desk()
    work.page.ask_skip_reason()
    for pedal in Pedal:
        work.feet.press(pedal)
    assert not work.player.is_playing
    assert work.position == 0
    work.page.findChild(QWidget, "skip_dialog").reject()


def test_through_a_dialog_no_pedal_does_anything_from_another_program_either(desk, away: Away):
    work = desk()
    work.page.ask_skip_reason()
    away()
    work.feet.press(Pedal.MIDDLE)
    assert not work.player.is_playing
    work.page.findChild(QWidget, "skip_dialog").reject()


def test_a_dialog_that_opens_over_a_held_pedal_has_paused_and_letting_go_does_nothing(desk):
    work = desk()
    work.feet.press(Pedal.MIDDLE)
    work.page.ask_skip_reason()
    assert not work.player.is_playing
    work.feet.release(Pedal.MIDDLE)
    assert not work.player.is_playing
    work.page.findChild(QWidget, "skip_dialog").reject()


def test_while_another_window_of_ours_is_in_front_no_pedal_does_anything(desk, show: Show):
    work = desk()
    other = QWidget()
    show(other)
    for pedal in Pedal:
        work.feet.press(pedal)
    assert not work.player.is_playing
    assert work.position == 0


def test_while_another_program_is_in_front_a_pedal_plays_and_does_nothing_else(desk, away: Away):
    work = desk()
    away()
    work.feet.tap(Pedal.RIGHT)
    assert work.position == 0
    work.feet.press(Pedal.MIDDLE)
    assert work.player.is_playing
    work.feet.release(Pedal.MIDDLE)
    assert not work.player.is_playing


def test_who_turns_to_another_program_with_a_foot_down_can_let_go(desk, away: Away):
    work = desk()
    work.feet.press(Pedal.MIDDLE)
    away()
    assert work.player.is_playing
    work.feet.release(Pedal.MIDDLE)
    assert not work.player.is_playing


def test_a_repetition_ends_when_another_program_comes_to_the_front(desk, away: Away):
    work = desk()
    work.page.workspace.playback.seek(9 * RATE)
    work.feet.press(Pedal.LEFT)
    away()
    work.feet.timer.ring()
    assert work.position == 7 * RATE
    assert work.feet.timer.waits is None


def test_the_same_pedals_work_in_qa(themed, jobs: Jobs, settle: Settle, show: Show):
    player = FakePlayer()
    page = QaPage(FakeQa("turn left"), clip_tools(jobs, player))
    page.resize(1152, 735)
    show(page)
    page.enter()
    settle()
    page.workspace.presenter.take_next()
    settle()
    feet = Feet(page)
    feet.press(Pedal.MIDDLE)
    assert player.is_playing
    feet.release(Pedal.MIDDLE)
    assert not player.is_playing
    page.close_down()
    settle()


def test_every_key_of_a_page_with_a_clip_can_be_done_by_foot(themed):
    names = {act.name for act in acts()}
    rows = {row.id.partition(".")[2] for row in TABLE if row.scope in {Scope.DESK, Scope.QA}}
    assert rows - names <= {"claim", "draw"}
    assert names - rows == {HOLD, NOTHING}


def test_no_act_is_named_twice(themed):
    names = [act.name for act in acts()]
    assert len(names) == len(set(names))
    assert names[:2] == [HOLD, NOTHING]


@pytest.mark.parametrize("stored", ["", "dance", "desk.back", "claim"])
def test_a_stored_act_that_makes_no_sense_is_the_default(themed, stored: str):
    preferences = Preferences()
    preferences.put("pedal.left", stored)
    assert act_of(Pedal.LEFT, preferences) == "back"
