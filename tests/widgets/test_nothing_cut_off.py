"""Labels and buttons of every screen show their words whole, unless they are made to be elided."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget

from reviewer.ui.signin.signin_flow import SignInFlow
from reviewer.ui.widgets.elided_label import ElidedLabel
from tests.widgets.scenes import SCENES, Scene

SIZES = [(1280, 800), (1024, 680)]


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


def test_words_of_the_first_sign_in_are_seen_whole(scene_of: Callable[[str], Scene]) -> None:
    scene = scene_of("sign_in")
    flow: SignInFlow = scene.window.sign_in_flow
    flow.sign_in_page.show_project("Call centre recordings of the whole of Europe, second half of the year")
    QApplication.processEvents()
    assert list(cut_off(scene.window)) == []
    scene.click("sign_in_enrol")
    QApplication.processEvents()
    assert list(cut_off(scene.window)) == []
