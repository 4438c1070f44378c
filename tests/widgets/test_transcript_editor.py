"""Typing a transcript: plain text in any script, checks while one types, tags on keys."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QTextCharFormat
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.transcript.conventions import Conventions
from reviewer.transcript.text_checker import TextChecker
from reviewer.ui.transcript.editor import TranscriptEditor
from reviewer.ui.transcript.tag_palette import TagForm, TagPalette
from reviewer.ui.transcript.text_edit import Span, TextField
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.read_only_text import Preview
from tests.fakes.work_session import conventions_of

Show = Callable[[QWidget], None]


@pytest.fixture(scope="module")
def conventions() -> Conventions:
    return conventions_of()


def shown_above(above: QWidget, below: QWidget, show: Show) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.addWidget(above)
    column.addWidget(below)
    show(page)
    above.setFocus()
    return page


@pytest.fixture
def editor(conventions: Conventions, themed: QApplication, qtbot: QtBot, show: Show) -> TranscriptEditor:
    made = TranscriptEditor(conventions, TextChecker())
    made.resize(600, 300)
    show(made)
    made.setFocus()
    return made


def field_of(editor: TranscriptEditor) -> TextField:
    return editor.findChild(TextField)


def sentence(editor: TranscriptEditor) -> str:
    return editor.findChild(QLabel, "transcript_problems").text()


def marked(editor: TranscriptEditor, *, is_wave: bool) -> list[str]:
    wave = QTextCharFormat.UnderlineStyle.WaveUnderline
    marks = field_of(editor).extraSelections()
    return [mark.cursor.selectedText() for mark in marks if (mark.format.underlineStyle() == wave) is is_wave]


def underlined(editor: TranscriptEditor) -> list[str]:
    return marked(editor, is_wave=True)


def preview(editor: TranscriptEditor) -> str:
    return editor.findChild(Preview).toPlainText()


def test_every_key_is_told_with_the_whole_text_and_another_clip_s_is_not(
    editor: TranscriptEditor, qtbot: QtBot
) -> None:
    told = []
    editor.text_edited.connect(lambda text, _begins: told.append(text))
    qtbot.keyClicks(field_of(editor), "hey")
    editor.show_text("hello there")
    assert told == ["h", "he", "hey"]
    assert editor.text == preview(editor) == "hello there"


@pytest.mark.parametrize(("typed", "text"), [("one\rtwo", "one two"), ("\rone \r\rtwo\r", "one two ")])
def test_return_is_one_space_between_words(
    editor: TranscriptEditor, qtbot: QtBot, typed: str, text: str
) -> None:
    qtbot.keyClicks(field_of(editor), typed)
    assert editor.text == text


def test_the_line_is_about_the_problem_at_the_cursor_and_one_key_mends_it(editor: TranscriptEditor) -> None:
    editor.show_text("umm a b; c")
    field_of(editor).select(Span(8, 8))
    editor.show_all_problems()
    assert "2 to fix" in sentence(editor)
    assert "punctuation" in sentence(editor)
    assert editor.fix_problem()
    assert editor.text == "umm a b c"
    assert "um" in sentence(editor)
    assert editor.fix_problem()
    assert editor.text == "um a b c"
    assert not editor.fix_problem()


def test_a_tooltip_says_what_is_wrong_and_which_key_mends_it(editor: TranscriptEditor) -> None:
    editor.show_text("umm a")
    editor.show_all_problems()
    assert "Ctrl+." in field_of(editor).tooltip_at(1)
    assert field_of(editor).tooltip_at(4) == ""


def test_pasted_formats_and_lines_are_left_behind(editor: TranscriptEditor) -> None:
    data = QMimeData()
    data.setHtml("<b>two</b><br>lines")
    data.setText("two\nlines")
    QGuiApplication.clipboard().setMimeData(data)
    field_of(editor).paste()
    QGuiApplication.clipboard().clear()  # Qt would free what Python made after Python is gone
    assert editor.text == "two lines"
    assert not field_of(editor).textCursor().charFormat().font().bold()


@pytest.mark.parametrize(
    "text",
    [
        "שלום [laugh] לכולם",
        "今天天气很好",
        "مرحبا بالعالم",
        "ภาษาไทยไม่มีช่องว่าง",
        "naïve café 😀𐐷",
        "x" * 300,
        "two  spaces, and\u200bnothing",
    ],
)
def test_text_of_every_script_comes_back_as_it_went_in(editor: TranscriptEditor, text: str) -> None:
    editor.show_text(text)
    assert editor.text == text


def test_hebrew_is_set_from_right_to_left_and_english_is_not(editor: TranscriptEditor) -> None:
    editor.show_text("שלום לכולם")
    assert field_of(editor).document().firstBlock().textDirection() == Qt.LayoutDirection.RightToLeft
    editor.show_text("hello everybody")
    assert field_of(editor).document().firstBlock().textDirection() == Qt.LayoutDirection.LeftToRight


def test_a_word_of_300_letters_wraps_inside_the_field(editor: TranscriptEditor) -> None:
    editor.show_text("x" * 300)
    field = field_of(editor)
    assert field.document().size().width() <= field.viewport().width()
    assert field.document().firstBlock().layout().lineCount() > 1


def test_a_problem_is_underlined_and_said_in_one_sentence_until_it_is_mended(
    editor: TranscriptEditor,
) -> None:
    editor.show_text("the 3 of them said umm no ")
    assert underlined(editor) == ["3", "umm"]
    assert sentence(editor).startswith("2 to fix")
    assert "numbers in words" in sentence(editor)
    editor.show_text("the three of them ")
    assert (underlined(editor), sentence(editor)) == ([], "")


def test_what_is_being_typed_is_spared_until_the_cursor_leaves_it(
    editor: TranscriptEditor, qtbot: QtBot
) -> None:
    qtbot.waitUntil(field_of(editor).hasFocus)
    qtbot.keyClicks(field_of(editor), "hello [lau")
    qtbot.waitUntil(lambda: preview(editor) != "")
    assert underlined(editor) == []
    qtbot.keyClick(field_of(editor), Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: underlined(editor) != [])


def test_the_next_problem_is_selected_then_the_first_again_also_behind_letters_beyond_the_basic_plane(
    editor: TranscriptEditor,
) -> None:
    assert not editor.next_problem()
    editor.show_text("𐐷𐐷 the 3 of them and 4 more")
    assert underlined(editor) == ["𐐷𐐷", "3", "4"]
    selected = []
    for _ in range(4):
        assert editor.next_problem()
        selected.append(field_of(editor).textCursor().selectedText())
    assert selected == ["𐐷𐐷", "3", "4", "𐐷𐐷"]


def test_tags_are_coloured_and_the_preview_shows_what_training_reads(
    editor: TranscriptEditor, qtbot: QtBot
) -> None:
    qtbot.keyClicks(field_of(editor), "so [laugh] then [noise] ")
    qtbot.waitUntil(lambda: preview(editor) == "so then")
    assert marked(editor, is_wave=False) == ["[laugh]", "[noise]"]


def test_a_tag_goes_in_at_the_cursor_as_a_step_of_its_own(editor: TranscriptEditor) -> None:
    steps = []
    editor.text_edited.connect(lambda _text, begins: steps.append(begins))
    editor.show_text("so then")
    field = field_of(editor)
    cursor = field.textCursor()
    cursor.setPosition(2)
    field.setTextCursor(cursor)
    editor.insert_tag("[laugh]")
    assert editor.text == "so [laugh] then"
    assert steps == [True]


def test_the_detail_of_a_tag_is_selected_to_be_typed_over(editor: TranscriptEditor, qtbot: QtBot) -> None:
    editor.insert_tag("[pii:name]")
    qtbot.keyClicks(field_of(editor), "phone")
    assert editor.text.strip() == "[pii:phone]"


def test_a_tag_replaces_what_is_selected(editor: TranscriptEditor) -> None:
    editor.show_text("my name is ana")
    field_of(editor).selectAll()
    editor.insert_tag("[unclear]")
    assert editor.text == "[unclear] "


def test_a_locked_text_takes_no_tag(editor: TranscriptEditor) -> None:
    editor.set_read_only(True)
    editor.insert_tag("[laugh]")
    assert editor.text == ""


def test_tab_leaves_the_text(
    conventions: Conventions, themed: QApplication, qtbot: QtBot, show: Show
) -> None:
    inner, after = TranscriptEditor(conventions, TextChecker()), QLineEdit()
    _page = shown_above(inner, after, show)
    qtbot.keyClick(field_of(inner), Qt.Key.Key_Tab)
    qtbot.waitUntil(after.hasFocus)
    assert inner.text == ""


@pytest.fixture
def palette(conventions: Conventions, themed: QApplication, qtbot: QtBot, show: Show) -> TagPalette:
    made = TagPalette(conventions)
    made.resize(700, 200)
    show(made)
    return made


def test_the_palette_shows_every_tag_with_key_and_meaning_and_gives_their_keys(
    palette: TagPalette, conventions: Conventions
) -> None:
    for tag in conventions.tags:
        button = palette.findChild(QPushButton, f"tag_{tag.name}")
        assert tag.meaning in button.toolTip()
        assert tag.key in button.toolTip()
        assert palette.findChild(ElidedLabel, f"tag_meaning_{tag.name}").text() == tag.meaning
    assert len(palette.keys) == len([tag for tag in conventions.tags if tag.key])


def test_a_click_asks_for_the_tag_and_leaves_no_focus_ring_for_tab_to_find(
    palette: TagPalette, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(palette.tag_requested) as asked:
        qtbot.mouseClick(palette.findChild(QPushButton, "tag_laugh"), Qt.MouseButton.LeftButton)
    assert asked.args == ["[laugh]"]
    policies = {button.focusPolicy() for button in palette.findChildren(QPushButton)}
    assert not any(policy & Qt.FocusPolicy.TabFocus for policy in policies)


def test_the_key_of_a_tag_types_it_while_one_types(
    conventions: Conventions, themed: QApplication, qtbot: QtBot, show: Show
) -> None:
    editor, palette = TranscriptEditor(conventions, TextChecker()), TagPalette(conventions)
    palette.tag_requested.connect(editor.insert_tag)
    _page = shown_above(editor, palette, show)
    qtbot.keyClicks(field_of(editor), "so")
    qtbot.keyClick(field_of(editor), Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert editor.text == "so [laugh] "


def test_a_narrow_palette_keeps_its_tags_and_drops_the_words(palette: TagPalette) -> None:
    wide = palette.sizeHint().height()
    palette.set_form(TagForm.COMPACT)
    assert palette.sizeHint().height() < wide
    assert not palette.findChild(ElidedLabel, "tag_meaning_laugh").isVisible()
    palette.set_form(TagForm.WITH_MEANINGS)
    assert palette.findChild(ElidedLabel, "tag_meaning_laugh").isVisible()
    assert palette.sizeHint().height() == wide


def test_a_long_line_asks_for_no_width_and_is_whole_in_its_tooltip(
    themed: QApplication, qtbot: QtBot
) -> None:
    label, line = ElidedLabel("x", "X"), "word " * 200
    qtbot.addWidget(label)
    label.show_text(line)
    assert label.minimumSizeHint().width() == 0
    assert label.toolTip() == label.accessibleDescription() == line


@pytest.mark.parametrize(
    ("text", "at", "selected"),
    [
        ("I don't know", 3, "don't"),
        ("I don't know", 6, "don't"),
        ("they said 'no' twice", 11, "no"),
        ("qu\N{RIGHT SINGLE QUOTATION MARK}est-ce", 1, "qu\N{RIGHT SINGLE QUOTATION MARK}est"),
        ("so [laugh] yes", 6, "[laugh]"),
    ],
)
def test_a_double_click_selects_a_whole_tag_and_a_word_with_its_apostrophe(
    editor: TranscriptEditor, qtbot: QtBot, text: str, at: int, selected: str
):
    field = field_of(editor)
    field.put_text(text)
    field.mark([Span(3, 10)] if "[" in text else [], [])
    cursor = field.textCursor()
    cursor.setPosition(at)
    qtbot.mouseDClick(field.viewport(), Qt.MouseButton.LeftButton, pos=field.cursorRect(cursor).center())
    assert field.textCursor().selectedText() == selected
