"""Drafts side by side: used by a key, played word by word, folded away."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.ui.transcript.hypotheses_panel import HypothesesPanel
from reviewer.ui.transcript.hypothesis_text import HypothesisText

WORDS = (Word("𝔰et", 100, 200), Word("the", 200, 300), Word("timer", 300, 400))
TIMED = Hypothesis("h1", "c1", "pocketsphinx", "5.1.0", "𝔰et the timer", WORDS)
PLAIN = Hypothesis("h2", "c1", "manifest", "", "set a timer")
EMPTY = Hypothesis("h3", "c1", "other", "1", "  ")


@pytest.fixture
def panel(themed: QApplication, qtbot: QtBot, show) -> HypothesesPanel:
    made = HypothesesPanel()
    made.resize(800, 200)
    show(made)
    made.show_hypotheses((EMPTY, TIMED, PLAIN), 1_000)
    QApplication.processEvents()
    return made


def text_of(panel: HypothesesPanel, number: int) -> HypothesisText:
    found = panel.findChild(HypothesisText, f"draft_text_{number}")
    assert isinstance(found, HypothesisText)
    return found


def middle_of(text: HypothesisText, start: int, end: int) -> QPoint:
    """Between two UTF-16 offsets of the text, on the screen."""
    left, right = QTextCursor(text.document()), QTextCursor(text.document())
    left.setPosition(start)
    right.setPosition(end)
    return (text.cursorRect(left).center() + text.cursorRect(right).center()) / 2


def marked(text: HypothesisText) -> list[str]:
    return [mark.cursor.selectedText() for mark in text.extraSelections()]


def test_drafts_without_a_text_are_left_out_and_the_others_say_who_made_them(panel: HypothesesPanel) -> None:
    assert panel.hypotheses == (TIMED, PLAIN)
    assert [text_of(panel, n).isVisible() for n in (1, 2, 3, 4)] == [True, True, False, False]
    assert "pocketsphinx" in text_of(panel, 1).accessibleName()
    assert "import" in text_of(panel, 2).accessibleName()


def test_each_is_used_by_its_own_button_and_number(panel: HypothesesPanel, qtbot: QtBot) -> None:
    asked: list[Hypothesis] = []
    panel.use_requested.connect(asked.append)
    qtbot.mouseClick(panel.findChild(QPushButton, "use_draft_2"), Qt.MouseButton.LeftButton)
    panel.use(1)
    panel.use(3)
    assert asked == [PLAIN, TIMED]


def test_a_clicked_word_is_asked_for_at_the_frame_where_it_begins(
    panel: HypothesesPanel, qtbot: QtBot
) -> None:
    asked: list[int] = []
    panel.seek_requested.connect(asked.append)
    text = text_of(panel, 1)
    for start, end in ((9, 14), (5, 8), (0, 4)):
        qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(text, start, end))
    assert asked == [300, 200, 100]


def test_enter_does_what_a_click_does(panel: HypothesesPanel, qtbot: QtBot) -> None:
    asked: list[int] = []
    panel.seek_requested.connect(asked.append)
    text = text_of(panel, 1)
    cursor = text.textCursor()
    cursor.setPosition(6)
    text.setTextCursor(cursor)
    qtbot.keyClick(text, Qt.Key.Key_Return)
    assert asked == [200]


def test_words_without_times_are_not_asked_for(panel: HypothesesPanel, qtbot: QtBot) -> None:
    asked: list[int] = []
    panel.seek_requested.connect(asked.append)
    text = text_of(panel, 2)
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(text, 0, 3))
    assert asked == []


def test_the_word_at_the_playhead_is_marked_and_no_other(panel: HypothesesPanel) -> None:
    seen = []
    for frame in (50, 150, 250, 999, 1_000):
        panel.show_position(frame)
        seen.append(marked(text_of(panel, 1)))
    assert seen == [[], ["𝔰et"], ["the"], ["timer"], []]
    assert marked(text_of(panel, 2)) == []


def test_folded_only_the_title_is_left_and_the_next_clip_stays_folded(
    panel: HypothesesPanel, qtbot: QtBot
) -> None:
    told: list[bool] = []
    panel.folded_changed.connect(told.append)
    qtbot.mouseClick(panel.findChild(QPushButton, "fold_drafts"), Qt.MouseButton.LeftButton)
    panel.show_hypotheses((PLAIN,), 1_000)
    assert (told, text_of(panel, 1).isVisible(), panel.isVisible()) == ([True], False, True)
    panel.toggle_folded()
    assert text_of(panel, 1).isVisible()


def test_nothing_of_the_last_clip_stays(panel: HypothesesPanel) -> None:
    asked: list[Hypothesis] = []
    panel.use_requested.connect(asked.append)
    panel.show_nothing()
    panel.use(1)
    assert (panel.isVisible(), panel.hypotheses, asked) == (False, (), [])
