"""One's own work, looked back on."""

from datetime import timedelta

import pytest
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from reviewer.desk.past_work import Done
from reviewer.errors import Unavailable
from reviewer.model.task import TaskState, Today
from reviewer.ui.jobs import Jobs
from reviewer.ui.mine.page import MinePage
from reviewer.ui.page import StatusFacts
from tests.factories import NOON
from tests.fakes.work_session import FakeDesk


class Remembering(FakeDesk):
    """A desk at which something was handed in."""

    def __init__(self, *done: Done, returned: int = 0) -> None:
        super().__init__()
        self._done = list(done)
        self._returned = returned

    def history(self, limit: int = 20) -> list[Done]:
        self._called("history")
        return self._done[:limit]

    def today(self) -> Today:
        return Today(5, len(self._done), self._returned)


def _done(number: int, state: TaskState = TaskState.SUBMITTED, text: str = "hello\n there") -> Done:
    return Done(f"c{number}", NOON - timedelta(minutes=number), state, text)


@pytest.fixture
def shown(themed, qtbot: QtBot, jobs: Jobs, settle):
    def show(desk: FakeDesk) -> MinePage:
        page = MinePage(desk, jobs)
        qtbot.addWidget(page)
        page.show()
        page.enter()
        settle()
        return page

    return show


def test_submissions_are_listed_with_what_became_of_them(shown):
    page = shown(Remembering(_done(1), _done(2, TaskState.ACCEPTED)))
    assert [page.done.index(row, 1).data() for row in range(2)] == ["handed in", "accepted"]


def test_a_text_stands_in_one_line(shown):
    assert shown(Remembering(_done(1))).done.index(0, 2).data() == "hello there"


def test_an_empty_list_says_what_will_be_here(shown):
    page = shown(Remembering())
    assert "Nothing handed in yet" in page.message.text
    assert "is listed here" in page.findChild(QTableView).accessibleDescription()


def test_returned_work_is_announced(shown):
    page = shown(Remembering(_done(1, TaskState.RETURNED), returned=1))
    assert "1 came back" in page.message.text


def test_the_status_bar_is_told(themed, qtbot: QtBot, jobs: Jobs, settle):
    page = MinePage(Remembering(_done(1)), jobs)
    qtbot.addWidget(page)
    facts: list[StatusFacts] = []
    page.status_changed.connect(facts.append)
    page.enter()
    settle()
    assert facts == [StatusFacts(waiting=5, done_today=1)]


def test_what_failed_can_be_tried_again(shown, settle):
    desk = Remembering(_done(1))
    desk.errors["history"] = [Unavailable("The workspace cannot be read.")]
    page = shown(desk)
    assert page.done.rowCount() == 0
    page.message.retry_requested.emit()
    settle()
    assert page.done.rowCount() == 1


def test_no_text_is_left_after_a_lock(shown):
    page = shown(Remembering(_done(1)))
    page.close_down()
    assert page.done.rowCount() == 0
