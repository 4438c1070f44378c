"""What is disabled for a moment only is not painted as disabled."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.desk.held_still import HeldStill


class Paints(QObject):
    """Counts how often a widget was painted, and how often while it could not be used."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.seen: list[bool] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self.seen.append(watched.isEnabled())
        return False


@pytest.fixture
def button(themed: QApplication, show: Callable[[QWidget], None]) -> Iterator[QPushButton]:
    panel = QWidget()
    column = QVBoxLayout(panel)
    made = QPushButton("Submit")
    column.addWidget(made)
    show(panel)
    QApplication.processEvents()
    yield made
    panel.close()


def test_it_cannot_be_used_at_once(button: QPushButton, qtbot: QtBot) -> None:
    still = HeldStill([button], button)
    still.hold(is_held=True)
    with qtbot.assertNotEmitted(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    still.hold(is_held=False)
    with qtbot.waitSignal(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_short_moment_is_never_painted(button: QPushButton) -> None:
    still, paints = HeldStill([button], button), Paints(button)
    still.hold(is_held=True)
    QApplication.processEvents()
    assert paints.seen == []
    still.hold(is_held=False)
    QApplication.processEvents()
    assert paints.seen == [True]


def test_a_moment_that_lasts_is_shown(button: QPushButton, qtbot: QtBot) -> None:
    still, paints = HeldStill([button], button), Paints(button)
    still.hold(is_held=True)
    qtbot.waitUntil(lambda: paints.seen == [False])
    still.hold(is_held=False)
    qtbot.waitUntil(lambda: paints.seen == [False, True])


def test_once_it_looks_disabled_it_still_paints_what_changes(button: QPushButton, qtbot: QtBot) -> None:
    still, paints = HeldStill([button], button), Paints(button)
    still.hold(is_held=True)
    qtbot.waitUntil(lambda: paints.seen == [False])
    still.hold(is_held=True)
    button.setText("Wait")
    QApplication.processEvents()
    assert paints.seen == [False, False]


def test_to_let_go_what_is_not_held_paints_nothing(button: QPushButton) -> None:
    still, paints = HeldStill([button], button), Paints(button)
    still.hold(is_held=False)
    QApplication.processEvents()
    assert paints.seen == []
