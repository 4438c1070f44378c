"""Sending saved work: at once, after a failure ever later, and at once when the person acts."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from reviewer.errors import LeaseLost, Refused, Unavailable
from reviewer.session.sending import SendingRound, Unsent
from reviewer.ui.clip.sender import Sender
from reviewer.ui.jobs import Jobs
from reviewer.ui.page import SendingFacts, StatusFacts
from reviewer.ui.status_bar import StatusBar

SINCE = datetime(2026, 11, 23, 12, tzinfo=UTC)


class FakeSending:
    """Fails while ``is_down``; ``refused`` is what the next round reports."""

    is_needed = True

    def __init__(self) -> None:
        self.is_down = False
        self.waiting = 0
        self.rounds = 0
        self.refused: tuple[Refused, ...] = ()
        self.wake: Callable[[], None] = lambda: None
        self.is_ended = False

    def begin(self, wake: Callable[[], None]) -> None:
        self.wake = wake

    def end(self) -> None:
        self.is_ended = True

    def unsent(self) -> Unsent:
        return Unsent(self.waiting, SINCE if self.waiting else None)

    def send(self) -> SendingRound:
        self.rounds += 1
        if self.is_down:
            raise Unavailable("QUEUE_UNREACHABLE")
        self.waiting = 0
        refused, self.refused = self.refused, ()
        return SendingRound(Unsent(), refused)

    def hand_in(self) -> None:
        self.waiting += 1
        self.wake()


class Bench:
    def __init__(self, qtbot: QtBot, jobs: Jobs) -> None:
        self.owner, self.sending = QObject(), FakeSending()
        self.sender = Sender(self.sending, jobs, self.owner, random_part=lambda: 0.0)  # type: ignore[arg-type]
        self.facts: list[SendingFacts] = []
        self.refused: list[Exception] = []
        self.sender.status_changed.connect(self._note)
        self.sender.refused.connect(self.refused.append)
        self._qtbot, self._jobs = qtbot, jobs

    def _note(self, facts: StatusFacts) -> None:
        assert facts.sending is not None
        self.facts.append(facts.sending)

    @property
    def wait_ms(self) -> int:
        timer = self.sender.findChild(QTimer)
        return timer.interval() if timer.isActive() else 0

    def round(self, act: Callable[[], None]) -> None:
        """Acts, and waits for the round that follows."""
        before = self.sending.rounds
        act()
        self._qtbot.waitUntil(lambda: self.sending.rounds > before)
        idle: list[bool] = []
        self._jobs.when_idle(lambda: idle.append(True))
        self._qtbot.waitUntil(lambda: bool(idle))


@pytest.fixture
def bench(qtbot: QtBot, jobs: Jobs) -> Bench:
    made = Bench(qtbot, jobs)
    made.round(made.sender.begin)
    return made


def test_work_is_sent_as_soon_as_it_is_saved(bench: Bench) -> None:
    bench.round(bench.sending.hand_in)
    assert bench.facts[-1] == SendingFacts(0)


def test_each_failure_waits_longer_and_an_act_of_the_person_does_not_wait(bench: Bench) -> None:
    bench.sending.is_down = True
    waits = []
    for _ in range(7):
        bench.round(bench.sending.hand_in)
        waits.append(bench.wait_ms)
    assert waits == [1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]
    assert bench.facts[-1].unsent == 7
    assert "cannot be reached" in bench.facts[-1].problem
    bench.sending.is_down = False
    bench.round(bench.sender.send_now)
    assert (bench.wait_ms, bench.facts[-1]) == (0, SendingFacts(0))


def test_refusal_of_earlier_work_is_told_once(bench: Bench) -> None:
    late = LeaseLost()
    bench.sending.refused = (late,)
    bench.round(bench.sending.hand_in)
    bench.round(bench.sending.hand_in)
    assert bench.refused == [late]


def test_nothing_is_sent_or_told_after_the_end(bench: Bench) -> None:
    bench.sender.end()
    said, rounds = len(bench.facts), bench.sending.rounds
    bench.sender.send_now()
    assert bench.sending.is_ended
    assert (len(bench.facts), bench.sending.rounds) == (said, rounds)


def test_status_bar_says_what_is_sent_and_what_waits_and_why(themed: object, qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    label = bar.findChild(QObject, "status_sending")
    bar.show_facts(StatusFacts(sending=SendingFacts(2)))
    assert label.text() == "2 saved here, sending"
    bar.show_facts(StatusFacts(sending=SendingFacts(2, "14:02", "The work queue cannot be reached.")))
    assert label.text() == "2 saved here, not sent since 14:02"
    assert label.property("kind") == "warn"
    assert "The work queue cannot be reached." in label.toolTip()
    assert bar.unsent == 2
    bar.show_facts(StatusFacts(sending=SendingFacts(0, "", "The work queue cannot be reached.")))
    assert (label.text(), label.property("kind"), bar.unsent) == ("All work sent", "label", 0)
