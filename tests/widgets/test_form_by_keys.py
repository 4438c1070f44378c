"""The form by keys alone, in the page: Tab, F9, digits, conditions, and questions about segments."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from reviewer.model.annotation import Annotation, Segment
from reviewer.ui.transcript.text_edit import TextField
from tests.benches.clip_page import CTRL, SHIFT, ClipPageBench
from tests.fakes.work_session import FakeDesk, a_lease, an_open_clip, typed

FORM = """
name = "keys"
version = "1"
title = "Questions"

[[field]]
key = "emotion"
kind = "one_of"
label = "Emotion"
per = "segment"
choices = [{ value = "calm", label = "Calm" }, { value = "angry", label = "Angry" }]

[[field]]
key = "why"
kind = "text"
label = "Why?"
per = "segment"
required = true
shown_when = { key = "emotion", equals = "angry" }

[[field]]
key = "speakers"
kind = "one_of"
label = "Speakers"
required = true
choices = [{ value = "one", label = "One" }, { value = "two", label = "Two" }]

[[field]]
key = "overlap"
kind = "yes_no"
label = "Do they overlap?"
required = true
shown_when = { key = "speakers", equals = "two" }

[[field]]
key = "grade"
kind = "scale"
label = "Grade"
"""


@pytest.fixture
def desk(bench: ClipPageBench, tmp_path: Path) -> ClipPageBench:
    path = tmp_path / "keys.toml"
    path.write_text(FORM, encoding="utf-8")
    halves = Annotation((Segment("s1", 0, 16_000, "so", "S1"), Segment("s2", 16_000, 48_000, "then", "S2")))
    clips = [an_open_clip(a_lease(number), draft=halves) for number in (1, 2)]
    return bench.open(FakeDesk(*clips, schema=path))


def focus() -> str:
    found = QApplication.focusWidget()
    assert found is not None
    return found.objectName()


def press(desk: ClipPageBench, *keys: Qt.Key) -> None:
    for key in keys:
        desk.press(key)


def test_tab_from_the_text_is_the_first_question_and_shift_tab_goes_back_to_the_cursor(
    desk: ClipPageBench,
) -> None:
    for _ in range(2):
        press(desk, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Tab)
        assert focus() == "field_emotion_calm"
        desk.press(Qt.Key.Key_Backtab, SHIFT)
        assert isinstance(QApplication.focusWidget(), TextField)
        assert desk.field.caret == 1
        desk.press(Qt.Key.Key_F, CTRL)  # whatever else is open
        desk.field.setFocus()


def test_f9_is_the_first_open_question_of_the_clip(desk: ClipPageBench) -> None:
    press(desk, Qt.Key.Key_F9)
    assert focus() == "field_speakers_one"
    press(desk, Qt.Key.Key_2)
    assert focus() == "field_overlap_yes"
    press(desk, Qt.Key.Key_F9, Qt.Key.Key_F9)
    assert focus() == "field_overlap_yes"


def test_f9_goes_to_an_open_question_about_the_segment_before_those_about_the_clip(
    desk: ClipPageBench,
) -> None:
    press(desk, Qt.Key.Key_Tab, Qt.Key.Key_2, Qt.Key.Key_F9)
    assert isinstance(QApplication.focusWidget(), TextField)
    press(desk, Qt.Key.Key_F9)
    assert focus() == "text_why"


def test_digits_answer_a_segment_and_the_clip_and_end_in_the_text(desk: ClipPageBench) -> None:
    view = desk.workspace.view
    press(desk, Qt.Key.Key_Tab, Qt.Key.Key_2)
    assert focus() == "text_why"
    for key in "LOUD":
        desk.press(Qt.Key(ord(key)))
    press(desk, Qt.Key.Key_Return)
    assert isinstance(QApplication.focusWidget(), TextField)
    press(desk, Qt.Key.Key_F9, Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_4)
    assert isinstance(QApplication.focusWidget(), TextField)
    assert view.annotation.labels == {"speakers": "two", "overlap": True, "grade": 4}
    assert view.annotation.segments[0].labels == {"emotion": "angry", "why": "loud"}


def test_an_answer_that_is_hidden_in_one_segment_never_appears_in_another(desk: ClipPageBench) -> None:
    press(desk, Qt.Key.Key_Tab, Qt.Key.Key_2, Qt.Key.Key_X, Qt.Key.Key_Return)
    press(desk, Qt.Key.Key_Tab, Qt.Key.Key_1)  # calm: the reason is hidden, but remembered
    desk.field.setFocus()
    press(desk, Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_1)
    press(desk, Qt.Key.Key_Tab, Qt.Key.Key_2)
    assert desk.workspace.view.annotation.segments[1].labels == {"emotion": "angry"}


def test_the_question_with_the_focus_is_in_view(bench: ClipPageBench) -> None:
    desk = bench.open_role("desk")
    desk.page.resize(844, 536)
    press(desk, Qt.Key.Key_F9, Qt.Key.Key_1, Qt.Key.Key_1, Qt.Key.Key_1)
    assert focus() == "field_noise_music"
    side = desk.workspace.view.transcription.side
    chip = desk.page.findChild(QPushButton, "field_noise_music")
    assert side.verticalScrollBar().maximum() > 0
    top = chip.mapTo(side.viewport(), chip.rect().topLeft())
    assert side.viewport().rect().contains(chip.rect().translated(top))


def test_a_key_answers_like_the_last_clip_and_leaves_what_was_answered(desk: ClipPageBench) -> None:
    press(desk, Qt.Key.Key_F9, Qt.Key.Key_2, Qt.Key.Key_Y, Qt.Key.Key_4)
    desk.hear()
    desk.submit()
    view = desk.workspace.view
    assert view.annotation.labels == {}
    press(desk, Qt.Key.Key_F9, Qt.Key.Key_Tab, Qt.Key.Key_5)
    desk.press(Qt.Key.Key_S, CTRL | SHIFT)
    assert view.annotation.labels == {"speakers": "two", "overlap": True, "grade": 5}


def test_every_chip_says_its_question_its_answer_and_its_state_to_a_screen_reader(
    desk: ClipPageBench,
) -> None:
    press(desk, Qt.Key.Key_F9, Qt.Key.Key_2)
    for name, label, is_checked in (("one", "One", False), ("two", "Two", True)):
        spoken = QAccessible.queryAccessibleInterface(
            desk.page.findChild(QPushButton, f"field_speakers_{name}")
        )
        assert spoken.role() == QAccessible.Role.RadioButton
        assert spoken.text(QAccessible.Text.Name) == f"Speakers (required): {label}"
        assert bool(spoken.state().checked) == is_checked


def test_a_text_answer_keeps_its_value_beside_its_name_for_a_screen_reader(desk: ClipPageBench) -> None:
    press(desk, Qt.Key.Key_Tab, Qt.Key.Key_2, Qt.Key.Key_X)
    spoken = QAccessible.queryAccessibleInterface(desk.page.findChild(QWidget, "text_why"))
    assert spoken.text(QAccessible.Text.Name) == "Why? (required)"
    assert spoken.text(QAccessible.Text.Value) == "x"


def test_earlier_answers_stay_with_the_work_and_stop_no_submission(bench: ClipPageBench) -> None:
    earlier = {"old@1": {"speakers": "many", "gone": True}}
    bench.open_role("desk", draft=replace(typed("so"), earlier=earlier))
    bench.finish(" there")
    (work,) = bench.work.submitted
    assert work.earlier == earlier
    assert work.labels["speakers"] != "many"
