"""Right-to-left and mixed texts in fields, cells and QA's comparison."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from reviewer.session.differences import Side
from reviewer.ui.comparison.marked_text import MarkedText
from reviewer.ui.transcript.hypothesis_text import HypothesisText
from reviewer.ui.transcript.text_edit import Span, TextField
from reviewer.ui.widgets.read_only_text import Preview
from reviewer.ui.widgets.tables import Column, RowsModel
from tests.fakes.work_session import a_hypothesis

Show = Callable[[QWidget], None]
HEBREW = "[laugh] שלום, we said 12"
WIDTH_PX = 600


@pytest.fixture
def field(themed: QApplication, show: Show) -> TextField:
    made = TextField()
    made.resize(WIDTH_PX, 100)
    show(made)
    made.setFocus()
    return made


def x_at_start(field: QTextEdit | QPlainTextEdit) -> int:
    cursor = field.textCursor()
    cursor.setPosition(0)
    return field.cursorRect(cursor).x()


def test_a_text_behind_a_tag_begins_at_the_right_and_one_without_letters_at_the_left(
    field: TextField,
) -> None:
    field.put_text(HEBREW)
    assert x_at_start(field) > WIDTH_PX * 3 // 4
    field.put_text("[laugh]")
    assert x_at_start(field) < WIDTH_PX // 4


def test_the_direction_follows_what_is_typed(field: TextField) -> None:
    field.put_text("[laugh] ")
    field.textCursor().insertText("שלום")
    assert x_at_start(field) > WIDTH_PX * 3 // 4
    field.replace(Span(0, len(field.text)), "hello")
    assert x_at_start(field) < WIDTH_PX // 4


def test_the_left_key_goes_to_the_left_in_either_direction(field: TextField, qtbot: QtBot) -> None:
    field.put_text(HEBREW, caret=8)
    for _ in range(len(HEBREW) - 10):
        before = field.cursorRect().x()
        qtbot.keyClick(field, Qt.Key.Key_Left)
        assert field.cursorRect().x() <= before


def test_selecting_in_a_mixed_text_takes_the_characters_of_the_span(field: TextField) -> None:
    field.put_text(HEBREW)
    field.select(Span(8, 12))
    assert field.textCursor().selectedText() == "שלום"


def test_training_text_draft_and_both_texts_of_a_comparison_begin_at_the_right(
    themed: QApplication, show: Show
) -> None:
    preview, mine = Preview(), MarkedText(Side.MINE, "qa_mine", "Mine")
    preview.show_text("שלום we", "training@1")
    mine.show_text(HEBREW, ())
    for shown in (preview, mine):
        shown.resize(WIDTH_PX, 100)
        show(shown)
        assert x_at_start(shown) > WIDTH_PX * 3 // 4
    draft = HypothesisText("draft_text_1")
    draft.resize(WIDTH_PX, 100)
    draft.show_hypothesis(a_hypothesis(HEBREW), 1)
    show(draft)
    assert x_at_start(draft) > WIDTH_PX * 3 // 4
    mine.show_text("hello שלום", ())
    assert x_at_start(mine) < WIDTH_PX // 4


def test_a_cell_is_laid_out_from_the_right_while_screen_readers_get_the_text_alone() -> None:
    model = RowsModel([Column("Text", str)], [HEBREW, "hello שלום"])
    right, left = model.index(0, 0), model.index(1, 0)
    assert right.data() == f"\u2067{HEBREW}\u2069"
    assert right.data(Qt.ItemDataRole.AccessibleTextRole) == HEBREW
    assert right.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight.value
    assert left.data() == "hello שלום"
    assert left.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignLeft.value
