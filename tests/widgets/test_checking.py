"""The spot check's presenter: in order, and never about a check that is over."""

import pytest
from pytestqt.qtbot import QtBot

from reviewer.errors import Refused
from reviewer.model.event import HeardRange
from reviewer.model.task import Verdict
from reviewer.ui.jobs import Jobs
from reviewer.ui.qa.checking import Checking, Waiting
from tests.fakes.qa import FakeQa


@pytest.fixture
def session() -> FakeQa:
    return FakeQa("one", "two")


@pytest.fixture
def checking(themed, jobs: Jobs, session: FakeQa) -> Checking:
    return Checking(session, jobs)


def test_it_tells_what_waits(checking: Checking, settle, qtbot: QtBot):
    with qtbot.waitSignal(checking.waiting_changed) as told:
        checking.look()
    assert told.args == [Waiting(checks=2, unwitnessed=4)]
    settle()


def test_a_taken_check_is_in_hand(checking: Checking, settle):
    checking.take()
    settle()
    assert checking.check is not None
    assert checking.check.submission.id == "s1"


def test_without_a_check_nothing_is_asked_of_the_session(checking: Checking, session: FakeQa, settle):
    checking.hand_in("text")
    checking.accept("")
    checking.send_back("comment")
    checking.heard([HeardRange(0, 1)])
    checking.close_down()
    settle()
    assert session.calls == []


def test_what_was_heard_is_told_before_the_verdict(checking: Checking, session: FakeQa, settle):
    checking.take()
    settle()
    checking.hand_in("one")
    settle()
    checking.heard([HeardRange(0, 9)])
    checking.accept("")
    settle()
    calls = [name for name in session.calls if name in {"heard", "accept"}]
    assert calls == ["heard", "accept"]


def test_after_a_verdict_no_check_is_in_hand(checking: Checking, session: FakeQa, settle, qtbot: QtBot):
    checking.take()
    settle()
    checking.hand_in("one")
    settle()
    with qtbot.waitSignal(checking.decided) as told:
        checking.send_back("Listen again.")
    settle()
    assert told.args == [Verdict.RETURNED]
    assert checking.check is None


def test_a_refused_verdict_leaves_the_check_in_hand(
    checking: Checking, session: FakeQa, settle, qtbot: QtBot
):
    checking.take()
    settle()
    checking.hand_in("one")
    settle()
    session.errors["accept"] = [Refused("Not now.")]
    with qtbot.waitSignal(checking.failed):
        checking.accept("")
    settle()
    assert checking.check is not None


def test_a_clip_is_closed_once(checking: Checking, session: FakeQa, settle):
    checking.take()
    settle()
    checking.close_down()
    checking.close_down()
    settle()
    assert session.calls.count("closed") == 1
