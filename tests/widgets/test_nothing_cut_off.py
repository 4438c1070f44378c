"""Labels and buttons of every screen show their words whole, unless they are made to be elided."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QWidget,
)

from reviewer.errors import Unavailable
from reviewer.ui.signin.signin_flow import SignInFlow
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.layouts import ScrolledContent
from tests.fakes.lead import a_log_row
from tests.widgets.scenes import SCENES, Scene

SIZES = [(1280, 800), (1024, 680)]
LEAD_PAGES = (
    "overview", "progress", "clips", "import", "export", "held", "retention", "corpus", "people", "log",
)  # fmt: skip


def cut_off(root: QWidget) -> Iterator[str]:
    """Those that are too narrow or too low for what they say."""
    for label in root.findChildren(QLabel):
        if not label.isVisible() or isinstance(label, ElidedLabel) or not label.text():
            continue
        if label.textFormat() is Qt.TextFormat.RichText:
            continue
        room, needed = label.contentsRect(), label.sizeHint()
        margins = label.width() - room.width(), label.height() - room.height()
        is_low = room.height() < (label.heightForWidth(label.width()) - margins[1] if label.wordWrap() else 0)
        if is_low or (not label.wordWrap() and label.width() < needed.width()):
            yield f"{label.objectName()}: {label.text()}"
    for button in root.findChildren(QAbstractButton):
        if (
            isinstance(button, QPushButton)
            and button.isVisible()
            and button.width() < button.sizeHint().width()
        ):
            yield f"{button.objectName()}: {button.text()}"


@pytest.mark.parametrize("name", SCENES)
def test_words_of_a_screen_are_seen_whole(scene_of: Callable[[str], Scene], name: str) -> None:
    scene = scene_of(name)
    for size in SIZES:
        scene.window.resize(*size)
        QApplication.processEvents()
        assert list(cut_off(scene.front)) == [], size


@pytest.mark.parametrize("page", LEAD_PAGES)
def test_pages_of_the_lead_keep_their_parts_whole_in_the_smallest_window(
    scene_of: Callable[[str], Scene], page: str
) -> None:
    scene = scene_of("overview")
    scene.window.resize(scene.window.minimumSize())
    scene.click(f"sidebar_{page}")
    scene.settle()
    content: ScrolledContent = scene.page.findChild(ScrolledContent)
    QApplication.processEvents()
    assert content.horizontalScrollBar().maximum() == 0, "it scrolls sideways"
    for part in content.widget().findChildren(QWidget):
        is_in_a_table = part.parent() is not None and isinstance(part.parent(), QTableView | QHeaderView)
        if part.isVisible() and not is_in_a_table and part.layout() is None:
            least_px = min(part.minimumSizeHint().height(), part.maximumHeight())
            assert part.height() >= least_px, part.objectName()


@pytest.mark.parametrize("code", ["BROKER_AWAY", "QUEUE_UNREACHABLE", "CLIP_NOT_READ"])
def test_why_no_clip_opens_is_read_whole_beside_the_button_that_tries_again(
    scene_of: Callable[[str], Scene], code: str
) -> None:
    scene = scene_of("free_desk")
    scene.desk.work.errors["open"] = [Unavailable(code, problem="there is no such bucket")]
    scene.take_next()
    assert scene.window.findChild(QPushButton, "empty_message_retry").isVisible()
    assert list(cut_off(scene.window)) == []


def test_what_takes_the_focus_in_a_small_window_is_scrolled_into_view(
    scene_of: Callable[[str], Scene],
) -> None:
    scene = scene_of("export")
    scene.window.resize(scene.window.minimumSize())
    scene.click("sidebar_export")
    scene.settle()
    table = scene.page.findChild(QTableView, "export_left_out")
    content = scene.page.findChild(ScrolledContent)
    table.setFocus()
    QApplication.processEvents()
    assert content.viewport().rect().bottom() >= table.mapTo(content.viewport(), QPoint(0, 0)).y()


def test_an_action_of_the_log_and_a_name_are_read_whole(scene_of: Callable[[str], Scene]) -> None:
    row = a_log_row(
        1,
        action="redaction.prepared",
        outcome="refused",
        reason="NDA_REQUIRED",
        object="c0227d599febc7f2d",
        detail={"parts": [f"part {number} of a long list" for number in range(40)]},
    )
    scene = scene_of("overview")
    scene.lead.log[:] = [row]
    for page, name, column in (("log", "log_table", 4), ("overview", "overview_people", 0)):
        scene.click(f"sidebar_{page}")
        scene.settle()
        table = scene.page.findChild(QTableView, name)
        assert table.columnWidth(column) >= table.sizeHintForColumn(column), page


def test_the_outcome_of_a_line_is_read_whole(scene_of: Callable[[str], Scene]) -> None:
    table = scene_of("import").page.findChild(QTableView, "import_rows")
    assert table.columnWidth(2) >= table.sizeHintForColumn(2)


def test_words_of_the_first_sign_in_are_seen_whole(scene_of: Callable[[str], Scene]) -> None:
    scene = scene_of("sign_in")
    flow: SignInFlow = scene.window.sign_in_flow
    flow.sign_in_page.show_project("Call centre recordings of the whole of Europe, second half of the year")
    QApplication.processEvents()
    assert list(cut_off(scene.window)) == []
    scene.click("sign_in_enrol")
    QApplication.processEvents()
    assert list(cut_off(scene.window)) == []
