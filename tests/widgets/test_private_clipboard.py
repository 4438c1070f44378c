"""What is copied or dragged from a clip's text stays in this program, unless the project allows it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from reviewer.model.hypothesis import Hypothesis
from reviewer.session.differences import Side
from reviewer.ui.comparison.marked_text import MarkedText
from reviewer.ui.private_clipboard import FORMAT, PrivateText, allow_copying_out, forget_copied
from reviewer.ui.transcript.hypothesis_text import HypothesisText
from reviewer.ui.transcript.text_edit import TextField
from reviewer.ui.widgets.read_only_text import CommentText, Preview


def hypothesis(parent: QWidget) -> QTextEdit:
    made = HypothesisText("hypothesis", parent)
    made.show_hypothesis(Hypothesis("h", "clip", "asr", "1", "secret words"), 8000)
    return made


def marked(parent: QWidget) -> QPlainTextEdit:
    made = MarkedText(Side.MINE, "mine", "mine", parent)
    made.show_text("secret words", ())
    return made


def comment(parent: QWidget) -> QTextEdit:
    made = CommentText("comment", "comment", parent)
    made.show_text("secret words")
    return made


def preview(parent: QWidget) -> QTextEdit:
    made = Preview(parent)
    made.show_text("secret words", "profile")
    return made


def transcript(parent: QWidget) -> QTextEdit:
    made = TextField(parent)
    made.replace_all("secret words")
    return made


@pytest.fixture
def window(qtbot: QtBot, themed: object) -> Iterator[QWidget]:
    made = QWidget()
    qtbot.addWidget(made)
    yield made
    forget_copied()


@pytest.mark.parametrize("make", [transcript, hypothesis, marked, comment, preview])
def test_other_programs_get_an_empty_format_and_this_one_the_text(window: QWidget, make) -> None:
    text, field = make(window), transcript(window)
    text.selectAll()
    text.copy()
    offered = QGuiApplication.clipboard().mimeData()
    assert offered.formats() == [FORMAT]
    assert bytes(offered.data(FORMAT).data()) == b""
    assert QGuiApplication.clipboard().text() == ""
    field.replace_all("")
    assert field.canPaste()
    field.paste()
    assert field.text == "secret words"


def test_a_cut_text_can_be_pasted_again(window: QWidget) -> None:
    field = transcript(window)
    field.selectAll()
    field.cut()
    assert field.text == ""
    field.paste()
    field.paste_as_it_is()
    assert field.text == "secret wordssecret words"


def test_a_project_may_let_other_programs_have_it(window: QWidget) -> None:
    allow_copying_out(window, is_allowed=True)
    text = transcript(window)
    text.selectAll()
    text.copy()
    assert QGuiApplication.clipboard().text() == "secret words"
    QGuiApplication.clipboard().clear()


def test_without_anybody_who_says_so_nothing_is_copied_out(qtbot: QtBot, themed: object) -> None:
    text = TextField()
    qtbot.addWidget(text)
    text.replace_all("secret")
    text.selectAll()
    assert isinstance(text.createMimeDataFromSelection(), PrivateText)


def test_a_lock_clears_what_was_copied_from_a_clip_and_nothing_else(main_window) -> None:
    window = main_window().window
    text = transcript(window)
    text.selectAll()
    text.copy()
    window.lock()
    assert not isinstance(QGuiApplication.clipboard().mimeData(), PrivateText)
    other = QMimeData()
    other.setText("a shopping list")
    QGuiApplication.clipboard().setMimeData(other)
    forget_copied()
    assert QGuiApplication.clipboard().text() == "a shopping list"
    QGuiApplication.clipboard().clear()
