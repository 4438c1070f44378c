"""Words on the desk: own words, snippets and pastes, by keys."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.ui.settings.snippets_page import SnippetsPage
from reviewer.ui.transcript.text_edit import Span
from tests.benches.clip_page import ClipPageBench
from tests.fakes.work_session import typed

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def unknown(bench: ClipPageBench) -> list[str]:
    editor = bench.workspace.view.transcription.editor
    editor.show_all_problems()
    return [bench.field.text[p.start : p.end] for p in editor.problems]


def test_a_word_is_added_to_ones_own_and_taken_out_by_one_key(
    bench: ClipPageBench, settle: Callable[[], None]
) -> None:
    bench.open_role("desk", draft=typed("teh frobnix"))
    settle()
    assert unknown(bench) == ["teh", "frobnix"]
    bench.field.select(Span(6, 6))
    bench.press(Qt.Key.Key_W, CTRL | SHIFT)
    settle()
    assert bench.work.known_words.words == ["frobnix"]
    assert unknown(bench) == ["teh"]
    assert "frobnix" in bench.message
    bench.press(Qt.Key.Key_W, CTRL | SHIFT)
    settle()
    assert bench.work.known_words.words == []
    assert unknown(bench) == ["teh", "frobnix"]


def test_a_snippet_is_put_on_a_key_in_the_settings_and_typed_with_spaces(
    bench: ClipPageBench, themed: QApplication, qtbot: QtBot
) -> None:
    bench.open_role("desk")
    page = SnippetsPage(bench.preferences)
    qtbot.addWidget(page)
    page.fields[1].setText(" [unclear]  you know ")
    bench.field.textCursor().insertText("so")
    bench.press(Qt.Key.Key_2, ALT | SHIFT)
    assert bench.field.text == "so [unclear] you know "
    bench.press(Qt.Key.Key_3, ALT | SHIFT)
    assert bench.field.text == "so [unclear] you know "
    assert "no snippet" in bench.message
    again = SnippetsPage(bench.preferences)
    qtbot.addWidget(again)
    assert again.fields[1].text() == "[unclear] you know"


def test_what_a_paste_changed_is_said_in_one_sentence(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    QGuiApplication.clipboard().setText("[00:12] so\nwe")
    bench.press(Qt.Key.Key_V, CTRL)
    assert bench.field.text == "so we"
    assert bench.message.startswith("Pasted text: line breaks joined, times removed.")
    bench.press(Qt.Key.Key_V, CTRL | SHIFT)
    assert bench.field.text == "so we[00:12] so we"
