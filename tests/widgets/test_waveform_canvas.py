"""pyqtgraph's view around the waves paints what was asked for, and nothing it was not asked for."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.waveform.canvas import Canvas
from tests.benches.events import Events

RED, BLUE = QColor("#aa0000"), QColor("#0000aa")


class Painting:
    """Fills everything with a colour, and remembers how often."""

    def __init__(self) -> None:
        self.colour = RED
        self.times = 0

    def __call__(self, painter: QPainter) -> None:
        self.times += 1
        painter.fillRect(QRect(0, 0, 5_000, 5_000), self.colour)


@pytest.fixture
def painting() -> Painting:
    return Painting()


@pytest.fixture
def stage(themed: QApplication, painting: Painting, show: Callable[[QWidget], None]) -> Iterator[Canvas]:
    around = QWidget()
    around.resize(300, 200)
    made = Canvas(painting, around)
    made.cover(QSize(300, 200))
    show(around)
    QApplication.processEvents()
    yield made
    around.close()


def corners(stage: Canvas) -> set[str]:
    image = stage.grab().toImage()
    far = QPoint(image.width() - 1, image.height() - 1)
    return {image.pixelColor(at).name() for at in (QPoint(0, 0), far, QPoint(far.x(), 0), QPoint(0, far.y()))}


@pytest.mark.parametrize("size", [QSize(300, 200), QSize(500, 120), QSize(120, 500), QSize(1, 1)])
def test_the_painting_covers_all_of_any_size_without_a_frame(stage: Canvas, size: QSize) -> None:
    stage.cover(size)
    assert stage.grab().size() == size * stage.devicePixelRatioF()
    assert corners(stage) == {RED.name()}


def test_a_pixel_of_the_painting_is_a_pixel_of_the_widget(stage: Canvas, painting: Painting) -> None:
    for size in (QSize(300, 200), QSize(301, 77)):
        stage.cover(size)
        at = stage.mapToScene(QPoint(7, 9))
        assert (at.x(), at.y()) == (7, 9)


def test_what_is_refreshed_is_painted_once_and_nothing_unasked(stage: Canvas, painting: Painting) -> None:
    before, painting.colour = painting.times, BLUE
    QApplication.processEvents()
    assert painting.times == before
    stage.refresh()
    stage.refresh()
    QApplication.processEvents()
    assert painting.times == before + 1


def test_a_part_that_is_refreshed_is_all_that_is_painted(stage: Canvas) -> None:
    events = Events(stage.viewport())
    stage.refresh(QRect(20, 0, 3, 200))
    QApplication.processEvents()
    assert events.painted == [QRect(20, 0, 3, 200)]


def test_keyboard_and_what_is_dragged_over_it_are_left_to_the_window(stage: Canvas) -> None:
    for part in (stage, stage.viewport()):
        assert part.focusPolicy() == Qt.FocusPolicy.NoFocus
        assert not part.acceptDrops()


def test_it_ends_with_the_widget_around_it(themed: QApplication, painting: Painting, qtbot: QtBot) -> None:
    around = QWidget()
    stage = Canvas(painting, around)
    gone: list[bool] = []
    stage.destroyed.connect(lambda: gone.append(True))
    around.deleteLater()
    qtbot.waitUntil(lambda: gone == [True])
