"""The watermark: name and minute, over everything, in nobody's way."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.watermark import Watermark, watermark_text
from tests.fakes.clock import FakeClock


def differing(one: QImage, other: QImage) -> list[int]:
    """By how much the channel of each pixel differs, where it does."""
    pairs = zip(bytes(one.constBits()), bytes(other.constBits()), strict=True)
    return [abs(a - b) for a, b in pairs if a != b]


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)


def test_it_bears_name_and_minute_with_the_offset_of_the_zone() -> None:
    at = datetime(2026, 11, 2, 9, 5, tzinfo=UTC)
    text = watermark_text("Ana Kowalska", at)
    assert text.startswith("Ana Kowalska · 2026-11-0")
    assert datetime.strptime(text.partition(" · ")[2], "%Y-%m-%d %H:%M %z") == at


def test_it_is_everywhere_faint_and_a_minute_later_another(qtbot: QtBot, themed: object) -> None:
    page, clock = QWidget(), FakeClock()
    page.setStyleSheet("background: #1E2128")
    qtbot.addWidget(page)
    page.resize(1280, 800)
    bare = picture(page)
    mark = Watermark("Ana Kowalska", clock, page)
    first = picture(page)
    changed = differing(bare, first)
    assert changed, "it is seen"
    assert max(changed) <= 24, "and faint"
    for x, y in ((0, 0), (860, 0), (0, 560), (860, 560)):
        corner = differing(bare.copy(x, y, 420, 240), first.copy(x, y, 420, 240))
        assert corner, (x, y)
    clock.advance(60)
    mark.tick()
    assert differing(first, picture(page))


def test_clicks_and_keys_go_to_what_lies_below(qtbot: QtBot, themed: object) -> None:
    page, clicked = QWidget(), []
    qtbot.addWidget(page)
    button = QPushButton("Submit", page)
    button.clicked.connect(lambda: clicked.append(True))
    QVBoxLayout(page).addWidget(button)
    mark = Watermark("Ana", FakeClock(), page)
    with qtbot.waitExposed(page):
        page.show()
    assert page.childAt(button.geometry().center()) is button
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert clicked == [True]
    assert mark.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_the_window_has_it_where_the_project_asks_for_it(main_window) -> None:
    bench = main_window()
    mark = bench.window.signed_in.findChild(Watermark)
    assert mark.text.startswith("Ana Kowalska · ")
    assert mark.size() == bench.window.signed_in.size()
    bench.window.resize(1400, 900)
    assert mark.size() == bench.window.signed_in.size() == bench.window.centralWidget().size()
