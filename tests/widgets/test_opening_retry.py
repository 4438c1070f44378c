"""A clip that waits for something away: asked for again only once it is back, ever later, and never twice."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.ui.clip.opening_retry import OpeningRetry
from reviewer.ui.jobs import Jobs

AWAY = Unavailable("BROKER_AWAY")


class Bench:
    """``answers`` are what the next questions get: an error, or None for an answer."""

    def __init__(self, qtbot: QtBot, jobs: Jobs) -> None:
        self.qtbot, self.owner = qtbot, QObject()
        self.answers: list[Exception | None] = []
        self.asked = self.opened = 0
        self.during: Callable[[], None] = lambda: None
        self.retry = OpeningRetry(jobs, self.owner, random_part=lambda: 0.0)

    def begin(self, error: Exception) -> str:
        return self.retry.begin(error, self.reach, self.open_next)

    def reach(self) -> None:
        self.asked += 1
        answer = self.answers.pop(0)
        if answer is not None:
            raise answer

    def open_next(self) -> None:
        self.opened += 1
        self.retry.pause()  # as the window does when it asks

    def ask(self) -> None:
        """As its timer does."""
        before = self.asked
        self.retry._timer.stop()
        self.retry.ask_now()
        self.qtbot.waitUntil(lambda: self.asked > before)
        self.qtbot.waitUntil(lambda: self.is_settled)

    @property
    def is_settled(self) -> bool:
        return self.opened > 0 or self.wait_ms > 0 or not self.retry.is_waiting

    @property
    def wait_ms(self) -> int:
        timer = self.retry.findChild(QTimer)
        return timer.interval() if timer.isActive() else 0


@pytest.fixture
def bench(qtbot: QtBot, jobs: Jobs) -> Bench:
    return Bench(qtbot, jobs)


@pytest.mark.parametrize(
    ("code", "awaited"),
    [
        ("BROKER_AWAY", "the broker"),
        ("BROKER_FAILED", "the broker, which has a problem"),
        ("QUEUE_UNREACHABLE", "the work queue"),
        ("QUEUE_ANSWER", "the work queue"),
        ("CLIP_NOT_READ", "the clip's sound"),
        ("WORKSPACE_FILE_FAILED", "the disk"),
    ],
)
def test_what_is_away_is_named_and_waited_for(bench: Bench, code: str, awaited: str) -> None:
    assert bench.begin(Unavailable(code)).startswith(f"Waiting for {awaited}: ")
    assert bench.wait_ms == 1000


def test_what_is_away_is_asked_ever_later_and_the_clip_opens_when_it_answers(bench: Bench) -> None:
    bench.begin(AWAY)
    waits = [bench.wait_ms]
    bench.answers = [AWAY, AWAY, None]
    for _ in range(2):
        bench.ask()
        waits.append(bench.wait_ms)
    assert waits == [1000, 2000, 4000]
    assert bench.opened == 0
    bench.ask()
    assert (bench.opened, bench.retry.is_waiting) == (1, False)


def test_clip_that_fails_again_although_all_answers_waits_longer(bench: Bench) -> None:
    bench.begin(AWAY)
    bench.answers = [None]
    bench.ask()
    bench.begin(AWAY)
    assert bench.wait_ms == 2000
    bench.retry.end()
    bench.begin(AWAY)
    assert bench.wait_ms == 1000


@pytest.mark.parametrize("code", ["BROKER_NOT_TRUSTED", "QUEUE_NOT_TRUSTED"])
def test_certificate_that_expired_is_waited_for_and_named(bench: Bench, code: str) -> None:
    assert "certificate is not trusted" in bench.begin(Unavailable(code))
    assert bench.retry.is_waiting


@pytest.mark.parametrize("error", [Refused("CONSENT_ENDED"), Unavailable("KEYRING_CHANGED"), ValueError()])
def test_other_failures_are_not_tried_again(bench: Bench, error: Exception) -> None:
    assert bench.begin(error) == ""
    assert (bench.retry.is_waiting, bench.wait_ms) == (False, 0)


@pytest.mark.parametrize("answer", [Refused("KEY_NOT_LEASED"), Damaged("WORKSPACE_META")])
def test_broker_that_answers_otherwise_lets_the_opening_say_so(bench: Bench, answer: Exception) -> None:
    bench.begin(AWAY)
    bench.answers = [answer]
    bench.ask()
    assert bench.opened == 1


def test_answer_that_comes_after_the_person_did_something_else_opens_nothing(
    bench: Bench, qtbot: QtBot, jobs: Jobs
) -> None:
    bench.begin(AWAY)
    bench.answers = [None]
    bench.retry.ask_now()
    bench.retry.end()
    idle: list[bool] = []
    jobs.when_idle(lambda: idle.append(True))
    qtbot.waitUntil(lambda: bool(idle))
    assert (bench.asked, bench.opened, bench.wait_ms) == (1, 0, 0)
