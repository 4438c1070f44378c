"""Doubtful words come after listening, are few, and are reached without a mouse."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.model.hypothesis import Word
from reviewer.transcript.doubtful_words import doubtful_words
from reviewer.transcript.word_times import TimedWord, timed_words
from reviewer.ui.transcript.doubtful_words_bar import DoubtfulWordsBar

TEXT = "set the kitten & timer"
HEARD = (Word("set", 0, 9, 0.1), Word("the", 10, 19, 0.9), Word("kitten", 20, 29, 0.2))
DOUBTS = doubtful_words(timed_words(TEXT, HEARD, 0, 100))


@pytest.fixture
def bar(themed: QApplication, show) -> Iterator[DoubtfulWordsBar]:
    window = QWidget()
    made = DoubtfulWordsBar(window)
    show(window)
    made.show_doubts(TEXT, DOUBTS)
    yield made
    window.close()


def words(bar: DoubtfulWordsBar) -> list[str]:
    return [each.text() for each in bar.findChildren(QPushButton) if each.isVisible()]


def test_nothing_is_listed_before_the_clip_was_heard(bar: DoubtfulWordsBar) -> None:
    assert not bar.isVisible()
    assert not bar.next_after(0)
    bar.set_heard(is_heard=True)
    assert words(bar) == ["set", "kitten"]


def test_tab_walks_through_the_words_and_each_one_asks_to_be_heard(
    bar: DoubtfulWordsBar, qtbot: QtBot
) -> None:
    asked: list[TimedWord] = []
    bar.word_requested.connect(asked.append)
    bar.set_heard(is_heard=True)
    bar.findChild(QPushButton, "doubtful_word_1").setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert asked == list(DOUBTS)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert asked == [*DOUBTS, DOUBTS[0]]


def test_the_key_goes_to_the_next_one_behind_the_cursor_and_around(bar: DoubtfulWordsBar) -> None:
    asked: list[TimedWord] = []
    bar.edit_requested.connect(asked.append)
    bar.set_heard(is_heard=True)
    assert all(bar.next_after(caret) for caret in (0, 8, 22))
    assert asked == [DOUBTS[1], DOUBTS[0], DOUBTS[0]]


def test_the_next_clip_must_be_heard_again(bar: DoubtfulWordsBar) -> None:
    bar.set_heard(is_heard=True)
    bar.show_nothing()
    bar.show_doubts(TEXT, DOUBTS)
    assert not bar.isVisible()
