"""The form asks what the schema says, and tells the answers of what is shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import Notice
from reviewer.labels.schema import Schema, load_schema
from reviewer.labels.validate import FieldProblem
from reviewer.model.annotation import Flag
from reviewer.ui.form.chips import Chip, Chips
from reviewer.ui.form.flags import FlagsPanel, flag_hint, flag_label
from reviewer.ui.form.panel import FormPanel
from reviewer.ui.widgets.layouts import ScrolledColumn

Show = Callable[[QWidget], None]

FORM = """
name = "test"
version = "1"
title = "Questions"

[[field]]
key = "kind"
kind = "one_of"
label = "Kind"
required = true
choices = [{ value = "a", label = "Talk & song", key = "t" }, { value = "b", label = "Other", key = "o" }]

[[field]]
key = "which"
kind = "text"
label = "Which other?"
required = true
shown_when = { key = "kind", equals = "b" }

[[field]]
key = "noise"
kind = "many_of"
label = "Noise"
choices = [{ value = "wind", label = "Wind", key = "1" }, { value = "cars", label = "Cars", key = "2" }]

[[field]]
key = "clear"
kind = "yes_no"
label = "Clear?"

[[field]]
key = "grade"
kind = "scale"
label = "Grade"
low = 0
high = 4
low_label = "bad"
high_label = "good"
"""

NOT_ANSWERED = FieldProblem("kind", Notice("FIELD_NOT_ANSWERED", {"label": "Kind"}))


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    path = tmp_path / "form.toml"
    path.write_text(FORM, encoding="utf-8")
    return load_schema(path)


@pytest.fixture
def form(schema: Schema, themed: QApplication, qtbot: QtBot, show: Show) -> FormPanel:
    made = FormPanel(schema)
    made.resize(400, 500)
    show(made)
    return made


def chip(form: QWidget, name: str) -> QPushButton:
    return form.findChild(QPushButton, f"field_{name}")


def press(form: QWidget, qtbot: QtBot, name: str) -> None:
    qtbot.mouseClick(chip(form, name), Qt.MouseButton.LeftButton)


def row(form: FormPanel, key: str) -> QWidget:
    return form.findChild(QWidget, f"row_{key}")


def test_an_empty_form_has_no_answers(form: FormPanel) -> None:
    assert form.labels == {}


def test_each_kind_of_field_answers_in_its_own_type(form: FormPanel, qtbot: QtBot) -> None:
    press(form, qtbot, "kind_b")
    qtbot.keyClicks(form.findChild(QLineEdit, "text_which"), "a bell")
    press(form, qtbot, "noise_cars")
    press(form, qtbot, "noise_wind")
    press(form, qtbot, "clear_no")
    press(form, qtbot, "grade_0")
    assert form.labels == {
        "kind": "b", "which": "a bell", "noise": ("wind", "cars"), "clear": False, "grade": 0,
    }  # fmt: skip


def test_a_field_appears_when_the_answer_it_waits_for_is_given(form: FormPanel, qtbot: QtBot) -> None:
    assert not row(form, "which").isVisible()
    press(form, qtbot, "kind_b")
    assert row(form, "which").isVisible()


def test_what_stands_in_a_hidden_field_is_not_told_but_not_forgotten(form: FormPanel, qtbot: QtBot) -> None:
    press(form, qtbot, "kind_b")
    qtbot.keyClicks(form.findChild(QLineEdit, "text_which"), "a bell")
    press(form, qtbot, "kind_a")
    assert form.labels == {"kind": "a"}
    press(form, qtbot, "kind_b")
    assert form.labels == {"kind": "b", "which": "a bell"}


def test_one_of_many_answers_excludes_the_others(form: FormPanel, qtbot: QtBot) -> None:
    press(form, qtbot, "kind_a")
    press(form, qtbot, "kind_b")
    assert form.labels["kind"] == "b"
    assert not chip(form, "kind_a").isChecked()


def test_an_answer_given_again_is_taken_back(form: FormPanel, qtbot: QtBot) -> None:
    press(form, qtbot, "clear_yes")
    press(form, qtbot, "clear_yes")
    assert form.labels == {}


def test_every_answer_is_told_with_all_that_is_answered(form: FormPanel, qtbot: QtBot) -> None:
    told = []
    form.labels_changed.connect(told.append)
    press(form, qtbot, "kind_a")
    press(form, qtbot, "grade_4")
    assert told == [{"kind": "a"}, {"kind": "a", "grade": 4}]


def test_answers_that_are_shown_are_not_told_again(form: FormPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(form.labels_changed):
        form.show_labels({"kind": "b", "which": "x", "noise": ("wind",), "clear": True, "grade": 1})
    assert form.labels == {"kind": "b", "which": "x", "noise": ("wind",), "clear": True, "grade": 1}


def test_a_clip_without_answers_clears_those_of_the_one_before(form: FormPanel) -> None:
    form.show_labels({"kind": "b", "which": "x", "grade": 1})
    form.show_labels({})
    assert form.labels == {}
    assert not row(form, "which").isVisible()


def test_a_problem_stands_beside_its_field_until_that_is_answered(form: FormPanel, qtbot: QtBot) -> None:
    form.show_problems([NOT_ANSWERED])
    problem = form.findChild(QLabel, "problem_kind")
    assert problem.text() == "not answered"
    assert row(form, "kind").accessibleDescription() == "Kind is not answered."
    press(form, qtbot, "kind_a")
    assert problem.text() == ""


def test_a_problem_moves_nothing(form: FormPanel) -> None:
    before = form.sizeHint()
    form.show_problems(
        [NOT_ANSWERED, FieldProblem("grade", Notice("FIELD_NOT_ANSWERED", {"label": "Grade"}))]
    )
    assert form.sizeHint().height() == before.height()


def test_the_cursor_goes_to_the_field_that_is_asked_for(form: FormPanel, qtbot: QtBot) -> None:
    form.focus_field("noise")
    qtbot.waitUntil(lambda: chip(form, "noise_wind").hasFocus())


def test_a_key_of_the_schema_answers_while_the_field_has_the_cursor(form: FormPanel, qtbot: QtBot) -> None:
    form.focus_field("noise")
    qtbot.keyClick(chip(form, "noise_wind"), Qt.Key.Key_2)
    assert form.labels == {"noise": ("cars",)}


def test_arrows_move_inside_a_field_and_space_picks(form: FormPanel, qtbot: QtBot) -> None:
    form.focus_field("kind")
    qtbot.keyClick(chip(form, "kind_a"), Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: chip(form, "kind_b").hasFocus())
    qtbot.keyClick(chip(form, "kind_b"), Qt.Key.Key_Space)
    assert form.labels == {"kind": "b"}


def test_arrows_go_round(form: FormPanel, qtbot: QtBot) -> None:
    form.focus_field("grade")
    qtbot.keyClick(chip(form, "grade_0"), Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: chip(form, "grade_4").hasFocus())


def test_tab_stops_once_a_field(form: FormPanel, qtbot: QtBot) -> None:
    form.focus_field("kind")
    qtbot.keyClick(chip(form, "kind_a"), Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: chip(form, "noise_wind").hasFocus())


def test_tab_comes_back_to_what_was_picked(form: FormPanel) -> None:
    form.show_labels({"grade": 3})
    assert chip(form, "grade_3").focusPolicy() & Qt.FocusPolicy.TabFocus
    assert not chip(form, "grade_0").focusPolicy() & Qt.FocusPolicy.TabFocus


def test_an_ampersand_in_a_label_is_shown_as_one(form: FormPanel) -> None:
    assert chip(form, "kind_a").text() == "Talk && song"
    assert chip(form, "kind_a").accessibleName() == "Kind: Talk & song"


def test_a_required_field_is_marked(form: FormPanel) -> None:
    assert form.findChild(QLabel, "label_kind").text() == "Kind *"
    assert form.findChild(QLabel, "label_noise").text() == "Noise"


def test_a_scale_says_what_its_ends_mean(form: FormPanel) -> None:
    texts = [label.text() for label in row(form, "grade").findChildren(QLabel)]
    assert "0 bad … 4 good" in texts


def test_long_rows_wrap_instead_of_growing_wide(themed: QApplication, qtbot: QtBot) -> None:
    chips = Chips("x", "X", [Chip(str(n), f"Answer number {n}") for n in range(20)])
    qtbot.addWidget(chips)
    assert chips.minimumSizeHint().width() < 200
    assert chips.heightForWidth(300) > chips.heightForWidth(3000)


def test_no_chip_is_cut_off_at_the_edge(themed: QApplication, qtbot: QtBot, show: Show) -> None:
    chips = Chips("x", "X", [Chip(str(n), f"Answer number {n}") for n in range(20)])
    chips.resize(333, chips.heightForWidth(333))
    show(chips)
    assert all(chips.rect().contains(button.geometry()) for button in chips.findChildren(QPushButton))


def test_right_to_left_rows_begin_at_the_right(themed: QApplication, qtbot: QtBot, show: Show) -> None:
    chips = Chips("x", "X", [Chip("a", "A"), Chip("b", "B")])
    chips.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    chips.resize(300, 40)
    show(chips)
    first, second = chips.findChildren(QPushButton)
    assert first.x() > second.x()
    assert first.geometry().right() == 299


@pytest.fixture
def flags(themed: QApplication, qtbot: QtBot) -> FlagsPanel:
    made = FlagsPanel({Flag.NO_SPEECH: "desk.flag_1"})
    qtbot.addWidget(made)
    return made


def test_flags_do_not_exclude_each_other(flags: FlagsPanel) -> None:
    flags.toggle(Flag.NO_SPEECH)
    flags.toggle(Flag.DISTRESSING)
    assert flags.flags == {Flag.NO_SPEECH, Flag.DISTRESSING}


def test_a_flag_set_again_is_taken_back_and_told(flags: FlagsPanel) -> None:
    told = []
    flags.flags_changed.connect(told.append)
    flags.toggle(Flag.UNUSABLE)
    flags.toggle(Flag.UNUSABLE)
    assert told == [frozenset({Flag.UNUSABLE}), frozenset()]


def test_flags_that_are_shown_are_not_told(flags: FlagsPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(flags.flags_changed):
        flags.show_flags({Flag.PERSONAL_DATA})
    assert flags.flags == {Flag.PERSONAL_DATA}


def test_while_work_is_handed_in_no_flag_can_be_set(flags: FlagsPanel) -> None:
    flags.setEnabled(False)
    flags.toggle(Flag.NO_SPEECH)
    assert flags.flags == frozenset()


def test_a_flag_says_its_key_and_what_it_does(flags: FlagsPanel) -> None:
    hint = flags.findChild(QPushButton, "flag_no_speech").toolTip()
    assert "Ctrl+Shift+1" in hint
    assert flag_hint(Flag.NO_SPEECH) in hint


@pytest.mark.parametrize("flag", list(Flag))
def test_every_flag_has_words(flag: Flag) -> None:
    assert flag_label(flag)
    assert flag_hint(flag)


def test_long_questions_and_answers_never_scroll_sideways(
    tmp_path: Path, themed: QApplication, show: Show
) -> None:
    path = tmp_path / "long.toml"
    words = "word " * 30
    path.write_text(
        f'name = "long"\nversion = "1"\ntitle = "{words}"\n[[field]]\nkey = "q"\nkind = "one_of"\n'
        f'label = "{words}"\nchoices = [{{ value = "a", label = "{words}" }}]\n',
        encoding="utf-8",
    )
    column = ScrolledColumn("side", "Side")
    form = FormPanel(load_schema(path))
    column.column.addWidget(form)
    column.resize(380, 300)
    show(column)
    assert column.widget().width() == column.viewport().width()
    assert chip(form, "q_a").geometry().right() <= column.viewport().width()


def test_a_form_that_fits_does_not_scroll(schema: Schema, themed: QApplication, show: Show) -> None:
    column = ScrolledColumn("side", "Side")
    column.column.addWidget(FormPanel(schema))
    column.resize(400, 700)
    show(column)
    assert column.verticalScrollBar().maximum() == 0
