"""Spelling, find and replace, and paste in the transcript editor."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCharFormat
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from reviewer.transcript.find import Match
from reviewer.transcript.text_checker import TextChecker
from reviewer.ui.jobs import Jobs
from reviewer.ui.transcript.editor import TranscriptEditor
from reviewer.ui.transcript.paste_message import paste_message
from reviewer.ui.transcript.spelling_checker import SpellingChecker
from reviewer.ui.transcript.text_edit import Span, TextField
from tests.fakes.work_session import conventions_of

Show = Callable[[QWidget], None]
Settle = Callable[[], None]


@pytest.fixture
def editor(themed: QApplication, jobs: Jobs, show: Show) -> TranscriptEditor:
    made = TranscriptEditor(conventions_of(), TextChecker())
    made.use_spelling(SpellingChecker(jobs, parent=made))
    made.find_bar.texts_replaced.connect(lambda texts: made.replace_text(texts[0]))
    made.resize(600, 400)
    show(made)
    return made


def field_of(editor: TranscriptEditor) -> TextField:
    found = editor.findChild(TextField)
    assert isinstance(found, TextField)
    return found


def underlined(editor: TranscriptEditor) -> list[str]:
    wave = QTextCharFormat.UnderlineStyle.WaveUnderline
    marks = field_of(editor).extraSelections()
    return [mark.cursor.selectedText() for mark in marks if mark.format.underlineStyle() == wave]


def test_an_unknown_word_is_underlined_said_and_corrected_with_the_same_key(
    editor: TranscriptEditor, settle: Settle
) -> None:
    editor.show_text("so definately; yes")
    settle()
    assert underlined(editor) == ["definately", ";"]
    line = editor.findChild(QLabel, "transcript_problems")
    assert isinstance(line, QLabel)
    field_of(editor).select(Span(5, 5))
    editor.show_all_problems()
    assert "definately" in line.text()
    assert editor.fix_problem()
    assert editor.text == "so definitely; yes"
    settle()
    editor.show_all_problems()
    assert underlined(editor) == [";"]


def test_a_hint_stays_with_its_word_until_the_new_text_is_looked_up(
    editor: TranscriptEditor, settle: Settle
) -> None:
    editor.show_text("so definately yes")
    settle()
    field_of(editor).replace(Span(0, 2), "and now")
    editor.show_all_problems()
    assert underlined(editor) == ["definately"]


def test_the_word_at_the_cursor_is_asked_to_be_added(
    editor: TranscriptEditor, settle: Settle, qtbot: QtBot
) -> None:
    editor.show_text("teh frobnix")
    settle()
    field_of(editor).select(Span(6, 6))
    with qtbot.waitSignal(editor.add_word_requested) as asked:
        editor.add_word()
    assert asked.args == ["frobnix"]


def test_finding_selects_one_match_after_the_other_and_says_which(
    editor: TranscriptEditor, qtbot: QtBot
) -> None:
    editor.show_text("so we said so and So")
    field_of(editor).select(Span(0, 0))
    editor.find_text()
    bar = editor.find_bar
    qtbot.keyClicks(bar.wanted, "so")
    assert field_of(editor).selected == Span(0, 2)
    for expected in (Span(11, 13), Span(18, 20), Span(0, 2)):
        qtbot.keyClick(bar.wanted, Qt.Key.Key_Return)
        assert field_of(editor).selected == expected
    assert bar.count.text() == "1 of 3"
    qtbot.keyClick(bar.wanted, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert field_of(editor).selected == Span(18, 20)
    bar.match_case.setChecked(True)
    assert len(bar.matches) == 2
    qtbot.keyClick(bar.wanted, Qt.Key.Key_Escape)
    assert bar.isHidden()


def test_replacing_one_goes_on_to_the_next_and_replacing_all_says_how_many(
    editor: TranscriptEditor, qtbot: QtBot
) -> None:
    editor.show_text("so we said so and so")
    field_of(editor).select(Span(0, 0))
    editor.find_and_replace()
    bar = editor.find_bar
    qtbot.keyClicks(bar.wanted, "so")
    qtbot.keyClicks(bar.replacement, "soso")
    bar.replace_one()
    assert editor.text == "soso we said so and so"
    assert field_of(editor).selected == Span(13, 15)
    bar.whole_words.setChecked(True)
    bar.replace_all()
    assert editor.text == "soso we said soso and soso"
    assert bar.count.text() == "2 replaced"


def test_the_texts_leave_the_bar_with_the_clip(editor: TranscriptEditor) -> None:
    editor.show_text("so")
    editor.find_text()
    editor.find_bar.wanted.setText("so")
    editor.forget()
    assert editor.find_bar.isHidden()
    assert editor.find_bar.wanted.text() == ""
    assert editor.find_bar.matches == ()


def test_nothing_is_replaced_in_a_text_that_is_read_only(editor: TranscriptEditor) -> None:
    editor.show_text("so")
    editor.set_read_only(True)
    editor.find_and_replace()
    editor.find_bar.wanted.setText("so")
    assert editor.find_bar.matches == (Match(0, 0, 2),)
    editor.find_bar.replace_all()
    assert editor.text == "so"


def test_a_paste_is_cleaned_and_says_so_and_another_key_pastes_it_as_it_is(
    editor: TranscriptEditor, qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setText("[00:12] it’s so\n[00:14] late")
    with qtbot.waitSignal(editor.paste_cleaned) as cleaned:
        field_of(editor).paste()
    assert editor.text == "it's so late"
    message = paste_message(cleaned.args[0], "Ctrl+Z", "Ctrl+Shift+V")
    assert message.sentence == (
        "Pasted text: line breaks joined, times removed,"
        " quotation marks and apostrophes follow the conventions."
    )
    editor.show_text("")
    editor.paste_as_it_is()
    assert editor.text == "[00:12] it’s so [00:14] late"
