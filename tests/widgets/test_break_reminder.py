"""A break is proposed after a time of work, in a line that interrupts nothing."""

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from reviewer.model.people import Role
from reviewer.ui.break_reminder import MINUTES, BreakReminder, WorkStretch
from reviewer.ui.preferences import Preferences
from tests.fakes.clock import FakeClock


def worked(*moments: float) -> WorkStretch:
    made = WorkStretch()
    for minutes in moments:
        made.work(1000 + 60 * minutes)
    return made


@pytest.mark.parametrize(
    ("moments", "now", "minutes"),
    [
        ((), 0, 0),
        ((0,), 0, 0),
        ((0, 4, 8, 12), 12, 12),
        ((0, 4, 8, 12), 16.9, 12),
        ((0, 4, 8, 12), 17, 0),
        ((0, 4, 9, 12), 12, 3),
        ((0, 4, 8.99, 12), 12, 12),
    ],
)
def test_work_counts_until_five_minutes_without_any(moments: tuple[float, ...], now: float, minutes: int):
    assert worked(*moments).minutes(1000 + 60 * now) == minutes


class Desk:
    """A reminder over a fake clock; ``said`` is what it emitted."""

    def __init__(self, owner: QObject) -> None:
        self.clock, self.preferences, self.said = FakeClock(), Preferences(), list[int]()
        self.reminder = BreakReminder(self.clock, self.preferences, owner)
        self.reminder.due_changed.connect(self.said.append)

    def work(self, minutes: int) -> None:
        for _ in range(minutes + 1):
            self.reminder.count_work()
            self.reminder.look()
            self.clock.advance(60)


@pytest.fixture
def desk(qapp: QApplication) -> Desk:
    owner = QObject()
    made = Desk(owner)
    made.owner = owner  # type: ignore[attr-defined]
    return made


def test_after_fifty_minutes_a_break_is_due_and_after_a_pause_it_is_not(desk: Desk):
    desk.work(49)
    assert desk.said == []
    desk.work(1)
    assert desk.said[0] == 50
    desk.clock.advance(300)
    desk.reminder.look()
    assert desk.said[-1] == 0


@pytest.mark.parametrize(("setting", "is_due"), [(0, False), (25, True), (100, False)])
def test_people_choose_after_how_long_or_never(desk: Desk, setting: int, is_due: bool):
    desk.preferences.put(MINUTES, setting)
    desk.work(60)
    assert bool(desk.said) is is_due


def test_the_line_appears_while_somebody_types_and_takes_neither_focus_nor_keys(main_window):
    made = main_window(Role.CONTRACTOR)
    made.sign_in("desk")
    made.take_next()
    field, reminder = QApplication.focusWidget(), made.signed_in.findChild(BreakReminder)
    for _ in range(52):
        QTest.keyClick(made.window.windowHandle(), Qt.Key.Key_A)
        reminder.look()
        made.clock.advance(60)
    line = made.signed_in.findChild(QLabel, "status_break")
    assert line.text().startswith("51 min without a break")
    assert QApplication.focusWidget() is field
    assert field.text == "a" * 52
