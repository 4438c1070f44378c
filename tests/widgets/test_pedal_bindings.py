"""A foot does what a key does, on the real desk, and nothing where there is no clip."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from reviewer.pedal.report import Pedal
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
from reviewer.ui.shortcuts import TABLE
from tests.benches.clip_page import ClipPageBench
from tests.fakes.pedal import FakeHidBackend
from tests.fakes.work_session import FakeDesk, FakeQa, a_lease, an_open_clip, speech_like

RATE = 16_000
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


class Desk:
    """A desk page with ten seconds of clip, its player, and pedals before it: the test is the feet."""

    def __init__(self, bench: ClipPageBench, session: FakeDesk | FakeQa, *, take: bool = True) -> None:
        bench.open(session, take=take)
        self.page, self.player, self.choices = bench.page, bench.player, bench.preferences
        self.playback = bench.workspace.playback
        self.preferences = Preferences()
        self.reader = PedalReader(FakeHidBackend(), self.preferences)
        self.timer = FakeTimer()
        self.keys = PedalBindings(self.reader, self.preferences, self.page, self.timer)

    @property
    def has_done_nothing(self) -> bool:
        return (self.player.position, self.player.is_playing) == (0, False)

    def press(self, *pedals: Pedal) -> None:
        for pedal in pedals:
            self.reader.pressed.emit(pedal)

    def release(self, pedal: Pedal) -> None:
        self.reader.released.emit(pedal)

    def tap(self, *pedals: Pedal) -> None:
        for pedal in pedals:
            self.press(pedal)
            self.release(pedal)

    def assign(self, pedal: Pedal, act: str) -> None:
        self.preferences.put(preference_of(pedal), act)


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
def ten_seconds() -> FakeDesk:
    return FakeDesk(an_open_clip(a_lease(1), data=speech_like(10.0)), an_open_clip(a_lease(2)))


@pytest.fixture
def desk(bench: ClipPageBench, ten_seconds: FakeDesk) -> Desk:
    return Desk(bench, ten_seconds)


@pytest.fixture
def skip_dialog(desk: Desk) -> Iterator[Callable[[], None]]:
    """Opens a dialog over the desk."""
    yield desk.page.ask_skip_reason
    desk.page.findChild(QWidget, "skip_dialog").reject()


@pytest.mark.parametrize("backstep_ms", [0, 500])
def test_holding_plays_and_letting_go_pauses_and_goes_back_as_far_as_a_pause_does(
    desk: Desk, backstep_ms: int
):
    desk.choices.put("listening.backstep_ms", backstep_ms)
    desk.press(Pedal.MIDDLE)
    assert desk.player.is_playing
    desk.player.listen(2 * RATE)
    desk.release(Pedal.MIDDLE)
    assert not desk.player.is_playing
    assert desk.player.position == 2 * RATE - RATE * backstep_ms // 1000


def test_a_clip_that_already_plays_goes_on_while_held_and_pauses_after(desk: Desk):
    desk.playback.toggle()
    desk.press(Pedal.MIDDLE)
    assert desk.player.is_playing
    desk.release(Pedal.MIDDLE)
    assert not desk.player.is_playing


def test_a_clip_that_ended_under_the_foot_does_not_start_again(desk: Desk):
    desk.press(Pedal.MIDDLE)
    desk.player.listen(10 * RATE)
    desk.release(Pedal.MIDDLE)
    assert not desk.player.is_playing


def test_left_goes_back_and_right_goes_on(desk: Desk):
    desk.tap(Pedal.RIGHT, Pedal.RIGHT)
    assert desk.player.position == 4 * RATE
    desk.tap(Pedal.LEFT)
    assert desk.player.position == 2 * RATE


def test_back_repeats_while_it_is_held_and_no_more_once_it_is_let_go(desk: Desk):
    desk.playback.seek(9 * RATE)
    desk.press(Pedal.LEFT)
    places = [desk.player.position]
    for _ in range(2):
        desk.timer.ring()
        places.append(desk.player.position)
    desk.release(Pedal.LEFT)
    desk.timer.ring()
    assert [*places, desk.player.position] == [7 * RATE, 5 * RATE, 3 * RATE, 3 * RATE]
    assert desk.timer.waited == [FIRST_REPEAT_MS, REPEAT_MS, REPEAT_MS]
    assert (FIRST_REPEAT_MS, REPEAT_MS) == (300, 150)


def test_what_its_key_does_once_a_pedal_does_once(desk: Desk):
    desk.assign(Pedal.LEFT, "loop")
    desk.press(Pedal.LEFT)
    assert desk.timer.waited == []
    assert desk.playback.is_looping


def test_letting_one_pedal_go_leaves_the_other_repeating(desk: Desk):
    desk.playback.seek(9 * RATE)
    desk.press(Pedal.RIGHT, Pedal.LEFT)
    desk.release(Pedal.RIGHT)
    before = desk.player.position
    desk.timer.ring()
    assert desk.player.position == before - 2 * RATE


def test_one_can_go_back_while_one_holds_to_play(desk: Desk):
    desk.press(Pedal.MIDDLE)
    desk.player.listen(5 * RATE)
    desk.tap(Pedal.LEFT)
    assert desk.player.is_playing
    assert desk.player.position == 3 * RATE


def test_a_pedal_does_what_was_chosen_for_it(desk: Desk):
    desk.assign(Pedal.RIGHT, "slower")
    desk.tap(Pedal.RIGHT)
    assert desk.player.speed_percent == 90


def test_play_or_pause_by_foot_is_a_switch(desk: Desk):
    desk.assign(Pedal.LEFT, "play")
    desk.tap(Pedal.LEFT)
    assert desk.player.is_playing
    desk.tap(Pedal.LEFT)
    assert not desk.player.is_playing


def test_a_pedal_for_nothing_does_nothing(desk: Desk):
    for pedal in Pedal:
        desk.assign(pedal, NOTHING)
    desk.tap(*Pedal)
    assert desk.has_done_nothing


def test_without_a_clip_no_pedal_does_anything(bench: ClipPageBench, ten_seconds: FakeDesk):
    desk = Desk(bench, ten_seconds, take=False)
    desk.tap(*Pedal)
    assert not bench.is_clip_shown
    assert not desk.player.is_playing


def test_on_a_page_that_is_not_shown_no_pedal_does_anything(desk: Desk):
    desk.page.workspace.stack.hide()
    desk.tap(*Pedal)
    assert desk.has_done_nothing


def test_a_page_that_goes_while_held_is_let_go_without_a_word(desk: Desk):
    desk.press(Pedal.MIDDLE)
    desk.page.leave()
    desk.page.workspace.stack.hide()
    desk.release(Pedal.MIDDLE)
    assert not desk.player.is_playing


@pytest.mark.parametrize("is_away", [False, True])
def test_through_a_dialog_no_pedal_does_anything_from_another_program_either(
    desk: Desk, skip_dialog: Callable[[], None], away: Away, is_away: bool
):
    skip_dialog()
    if is_away:
        away()
    desk.press(*Pedal)
    assert desk.has_done_nothing


def test_a_dialog_that_opens_over_a_held_pedal_has_paused_and_letting_go_does_nothing(
    desk: Desk, skip_dialog: Callable[[], None]
):
    desk.press(Pedal.MIDDLE)
    skip_dialog()
    assert not desk.player.is_playing
    desk.release(Pedal.MIDDLE)
    assert not desk.player.is_playing


def test_while_another_window_of_ours_is_in_front_no_pedal_does_anything(desk: Desk, show: Show):
    other = QWidget()
    show(other)
    desk.press(*Pedal)
    assert desk.has_done_nothing


def test_while_another_program_is_in_front_a_pedal_plays_and_does_nothing_else(desk: Desk, away: Away):
    away()
    desk.tap(Pedal.RIGHT)
    assert desk.has_done_nothing
    desk.press(Pedal.MIDDLE)
    assert desk.player.is_playing
    desk.release(Pedal.MIDDLE)
    assert not desk.player.is_playing


def test_who_turns_to_another_program_with_a_foot_down_can_let_go(desk: Desk, away: Away):
    desk.press(Pedal.MIDDLE)
    away()
    assert desk.player.is_playing
    desk.release(Pedal.MIDDLE)
    assert not desk.player.is_playing


def test_a_repetition_ends_when_another_program_comes_to_the_front(desk: Desk, away: Away):
    desk.playback.seek(9 * RATE)
    desk.press(Pedal.LEFT)
    away()
    desk.timer.ring()
    assert desk.player.position == 7 * RATE
    assert desk.timer.waits is None


def test_the_same_pedals_work_in_qa(bench: ClipPageBench):
    desk = Desk(bench, FakeQa("turn left"))
    desk.press(Pedal.MIDDLE)
    assert desk.player.is_playing
    desk.release(Pedal.MIDDLE)
    assert not desk.player.is_playing


def test_every_key_of_a_page_with_a_clip_can_be_done_by_foot_and_no_act_is_named_twice(themed):
    names = [act.name for act in acts()]
    rows = {row.id.partition(".")[2] for row in TABLE if row.scope in {Scope.DESK, Scope.QA}}
    assert rows - set(names) <= {"claim", "draw"}
    assert set(names) - rows == {HOLD, NOTHING}
    assert len(names) == len(set(names))
    assert names[:2] == [HOLD, NOTHING]


@pytest.mark.parametrize("stored", ["", "dance", "desk.back", "claim"])
def test_a_stored_act_that_makes_no_sense_is_the_default(themed, stored: str):
    preferences = Preferences()
    preferences.put("pedal.left", stored)
    assert act_of(Pedal.LEFT, preferences) == "back"
