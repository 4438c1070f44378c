"""One's own work, looked back on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.model.task import DailyCounts, TaskState
from reviewer.session.past_work import PastWork
from reviewer.session.text_search import FoundWork
from reviewer.ui.jobs import Jobs
from reviewer.ui.mine.page import MinePage
from reviewer.ui.page import PageRequest, StatusFacts
from tests.fakes.work_session import NOON, FakeDesk

Shown = Callable[[FakeDesk], MinePage]


def remembering(*past: PastWork, returned: int = 0) -> FakeDesk:
    """A desk at which something was submitted."""
    desk = FakeDesk()
    desk.work.past = list(past)
    desk.work.daily_counts = lambda: DailyCounts(5, len(past), returned)  # type: ignore[method-assign]
    return desk


def work(number: int, state: TaskState = TaskState.SUBMITTED, text: str | None = "hello\n there") -> PastWork:
    return PastWork(f"a{number}", f"c{number}", NOON - timedelta(minutes=number), state, text)


@pytest.fixture
def facts() -> list[StatusFacts]:
    """What the status bar was told."""
    return []


@pytest.fixture
def shown(
    themed: QApplication, qtbot: QtBot, jobs: Jobs, settle: Callable[[], None], facts: list[StatusFacts]
) -> Shown:
    def show(desk: FakeDesk) -> MinePage:
        page = MinePage(desk, jobs)  # type: ignore[arg-type]
        page.status_changed.connect(facts.append)
        qtbot.addWidget(page)
        page.show()
        page.enter()
        settle()
        return page

    return show


def test_search_ends_where_the_table_does(shown: Shown) -> None:
    page = shown(remembering(work(1)))
    button, table = (
        page.findChild(QPushButton, "mine_search_button"),
        page.findChild(QTableView, "mine_table"),
    )
    ends = [part.mapTo(page, part.rect().bottomRight()).x() for part in (button, table)]
    assert ends[0] == ends[1]


def test_submissions_are_listed_with_what_became_of_them_each_text_in_one_line_or_its_absence(
    shown: Shown, facts: list[StatusFacts]
) -> None:
    page = shown(remembering(work(1), work(2, TaskState.ACCEPTED, text=None), work(3)))
    cells = [[page.done.index(row, column).data() for column in (1, 2)] for row in range(3)]
    assert cells == [
        ["submitted", "hello there"],
        ["accepted", "(no longer available)"],
        ["submitted", "hello there"],
    ]
    assert facts == [StatusFacts(waiting=5, done_today=3)]


def test_an_empty_list_says_what_will_be_here(shown: Shown) -> None:
    page = shown(remembering())
    assert "Nothing submitted yet" in page.message.text
    assert "is listed here" in page.findChild(QTableView).accessibleDescription()


def test_returned_work_is_announced(shown: Shown) -> None:
    page = shown(remembering(work(1, TaskState.RETURNED), returned=1))
    assert "returned 1 to you" in page.message.text


def test_it_says_that_there_is_nothing_only_when_that_was_read(
    shown: Shown, settle: Callable[[], None]
) -> None:
    desk = remembering()
    desk.work.errors["history"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    page = shown(desk)
    table = page.findChild(QTableView, "mine_table")
    assert table.accessibleDescription() == "", "it could not be read"
    page.enter()
    settle()
    assert table.accessibleDescription() == "What you submit at the desk is listed here, with QA's verdict."


def test_what_failed_can_be_tried_again_and_no_text_is_left_after_a_lock(
    shown: Shown, settle: Callable[[], None]
) -> None:
    desk = remembering(work(1))
    desk.work.errors["history"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    page = shown(desk)
    assert page.done.rowCount() == 0
    page.message.retry_requested.emit()
    settle()
    assert page.done.rowCount() == 1
    page.close_down()
    assert page.done.rowCount() == 0


def test_todays_work_is_searched_and_one_clip_is_asked_for(
    shown: Shown, settle: Callable[[], None], qtbot: QtBot
) -> None:
    desk = remembering(work(1))
    desk.work.found = [FoundWork("a1", "c1", NOON, 2, "hello there"), FoundWork("a2", "c2", NOON, 1, "no")]
    page = shown(desk)
    assert page.search.table.isHidden()
    qtbot.keyClicks(page.search.wanted, "hello\r")
    settle()
    assert [page.search.found.index(row, 2).data() for row in range(page.search.found.rowCount())] == [
        "hello there"
    ]
    with qtbot.waitSignal(page.page_requested) as asked:
        page.search.table.activated.emit(page.search.found.index(0, 0))
    assert asked.args == [PageRequest("desk", "a1")]
    page.close_down()
    assert (page.search.wanted.text(), page.search.found.rowCount()) == ("", 0)


def test_only_what_qa_has_not_dealt_with_can_be_taken_back_and_the_desk_is_asked_for_it(
    shown: Shown, qtbot: QtBot
) -> None:
    page = shown(remembering(replace(work(1), may_be_taken_back=True), work(2, TaskState.QA_PENDING)))
    table = page.findChild(QTableView)
    assert not page.take_back_button.isEnabled()
    table.selectRow(1)
    assert not page.take_back_button.isEnabled()
    table.selectRow(0)
    with qtbot.waitSignal(page.page_requested) as asked:
        page.take_back_button.click()
    assert asked.args == [PageRequest("desk", "a1")]
