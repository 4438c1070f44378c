"""Words of clips that leave through the desktop: by copying, selecting, input methods, standard error."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPlainTextEdit, QTextEdit, QWidget

from reviewer.model.people import Role
from reviewer.ui.private_clipboard import FORMAT, PrivateText, allow_copying_out
from tests.benches.main_window import MainWindowBench
from tests.widgets.conftest import dark, jobs, main_window, scene_of, settle
from tests.widgets.scenes import Scene

__all__ = ["dark", "jobs", "main_window", "scene_of", "settle"]  # fixtures

SECRET = "words that were heard"
CLIP_SCREENS = ("desk", "mine", "blind_check", "compared_check")
"""Everything on these is about clips."""
Field = QLineEdit | QTextEdit | QPlainTextEdit
CONTROL = Qt.KeyboardModifier.ControlModifier


def text_fields(page: QWidget) -> list[Field]:
    """Every field in which somebody may type or select, hidden ones too: a key or a click shows them."""
    return [field for kind in (QLineEdit, QTextEdit, QPlainTextEdit) for field in page.findChildren(kind)]


def fill(field: Field) -> None:
    if isinstance(field, QLineEdit):
        field.setText(SECRET)
    else:
        field.setPlainText(SECRET)
    field.selectAll()


def offered() -> str:
    return QGuiApplication.clipboard().text()


def by_key(field: Field) -> None:
    QTest.keyClick(field, Qt.Key.Key_C, CONTROL)


def by_cutting(field: Field) -> None:
    QTest.keyClick(field, Qt.Key.Key_X, CONTROL)


def by_context_menu(field: Field) -> None:
    menu = field.createStandardContextMenu()
    for action in menu.actions():
        if action.objectName() == "edit-copy":
            action.trigger()
    menu.deleteLater()


@pytest.mark.parametrize("take", [by_key, by_cutting, by_context_menu])
@pytest.mark.parametrize("screen", CLIP_SCREENS)
def test_no_field_of_a_clip_gives_its_words_to_other_programs(
    scene_of: Callable[[str], Scene],
    screen: str,
    take: Callable[[Field], None],
) -> None:
    scene = scene_of(screen)
    fields = text_fields(scene.page)
    assert len(fields) > (0 if screen == "mine" else 4)
    leaks = []
    for field in fields:
        QGuiApplication.clipboard().clear()
        fill(field)
        take(field)
        if offered():
            leaks.append(field.objectName())
    assert leaks == []


def test_words_that_the_find_bar_took_from_the_text_stay_here(scene_of: Callable[[str], Scene]) -> None:
    scene = scene_of("desk")
    text = scene.window.findChild(QTextEdit, "transcript_text")
    wanted, replacement = (scene.window.findChild(QLineEdit, name) for name in ("find_text", "replace_text"))
    text.setFocus()
    QTest.keyClick(text, Qt.Key.Key_A, CONTROL)
    QTest.keyClick(text, Qt.Key.Key_F, CONTROL)
    taken = wanted.text()
    assert len(taken) > 20
    QTest.keyClick(wanted, Qt.Key.Key_A, CONTROL)
    by_key(wanted)
    assert QGuiApplication.clipboard().mimeData().formats() == [FORMAT]
    assert offered() == ""
    QTest.keyClick(replacement, Qt.Key.Key_V, CONTROL)
    assert replacement.text() == taken
    scene.lock()
    assert not isinstance(QGuiApplication.clipboard().mimeData(), PrivateText)


def test_a_project_that_allows_it_lets_lines_be_copied_out(scene_of: Callable[[str], Scene]) -> None:
    scene = scene_of("desk")
    allow_copying_out(scene.window, is_allowed=True)
    line = scene.window.findChild(QLineEdit, "find_text")
    fill(line)
    by_key(line)
    assert offered() == SECRET
    QGuiApplication.clipboard().clear()


def test_what_another_program_copies_is_left_alone(scene_of: Callable[[str], Scene]) -> None:
    scene = scene_of("desk")
    fill(scene.window.findChild(QLineEdit, "find_text"))
    QGuiApplication.clipboard().setText("a shopping list", QClipboard.Mode.Clipboard)
    assert offered() == "a shopping list"
    QGuiApplication.clipboard().clear()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # of menus
def test_menu_that_is_open_over_a_text_goes_at_a_lock(scene_of: Callable[[str], Scene]) -> None:
    """Otherwise it stays above the sign-in page, with words on it."""
    scene = scene_of("desk")
    menu = QMenu(scene.window.findChild(QTextEdit, "transcript_text"))
    menu.addAction(SECRET)
    menu.popup(scene.window.mapToGlobal(scene.window.rect().center()))
    assert QApplication.activePopupWidget() is menu
    scene.lock()
    assert QApplication.activePopupWidget() is None


@pytest.mark.parametrize("screen", CLIP_SCREENS)
def test_no_message_about_a_clip_can_be_selected(scene_of: Callable[[str], Scene], screen: str) -> None:
    """A message quotes the tag that is wrong, and a tag may be the whole text in brackets."""
    page = scene_of(screen).page
    messages = [label for label in page.findChildren(QLabel) if _is_clip_message(label)]
    assert messages or screen == "mine"
    selectable = Qt.TextInteractionFlag.TextSelectableByMouse
    assert [one.objectName() for one in messages if one.textInteractionFlags() & selectable] == []


def _is_clip_message(label: QLabel) -> bool:
    return label.objectName() in {
        f"{scope}_message_{kind}" for scope in ("desk", "qa") for kind in ("text", "label")
    }


@pytest.mark.parametrize("screen", CLIP_SCREENS)
def test_input_methods_are_asked_not_to_learn_what_is_typed_about_clips(
    scene_of: Callable[[str], Scene],
    screen: str,
) -> None:
    page = scene_of(screen).page
    typed_in = [field for field in text_fields(page) if not field.isReadOnly()]
    assert typed_in
    hint = Qt.InputMethodHint.ImhSensitiveData
    assert [one.objectName() for one in typed_in if not one.inputMethodHints() & hint] == []


def test_a_lead_s_search_in_texts_stays_here_too(main_window: Callable[..., MainWindowBench]) -> None:
    bench = main_window(Role.LEAD)
    bench.signed_in.go_to("corpus")
    bench.settle()
    line = bench.window.findChild(QLineEdit, "corpus_find")
    fill(line)
    by_key(line)
    assert offered() == ""


IN_A_THREAD = """
import threading
def work(): raise ValueError({0!r})
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
WHILE_DELETED = """
class Gone:
    def __del__(self): raise ValueError({0!r})
Gone()
"""
IN_A_CALLBACK = """
import cffi
@cffi.FFI().callback("int(int)")
def sound(_frames): raise ValueError({0!r})
sound(1)
"""
IN_A_WORKER = "raise ValueError({0!r})"


@pytest.mark.parametrize("code", [IN_A_THREAD, WHILE_DELETED, IN_A_CALLBACK, IN_A_WORKER])
def test_exceptions_that_nobody_catches_write_no_message(code: str, repository: Path) -> None:
    """Desktops keep what programs write to standard error, in clear and for long."""
    start = "from reviewer.process_guard import harden_process\nharden_process()\n"
    ran = subprocess.run(
        [sys.executable, "-c", start + code.format(SECRET)],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ValueError" in ran.stderr
    assert SECRET not in ran.stderr + ran.stdout
