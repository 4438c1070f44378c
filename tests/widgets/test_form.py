"""The form asks what the schema says, and tells the answers of what is shown."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import Notice
from reviewer.labels.schema import Choice, Field, FieldKind, Schema, load_schema
from reviewer.labels.validate import FieldProblem
from reviewer.model.annotation import Flag
from reviewer.ui.form.chips import Chip, Chips
from reviewer.ui.form.flags import FlagsPanel, flag_hint, flag_label
from reviewer.ui.form.panel import FormPanel
from reviewer.ui.widgets.layouts import FlowLayout, ScrolledColumn

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


ALL = {"kind": "b", "which": "x", "noise": ("wind",), "clear": True, "grade": 1}


def chip(form: QWidget, name: str) -> QPushButton:
    return form.findChild(QPushButton, f"field_{name}")


def press(form: QWidget, qtbot: QtBot, name: str) -> None:
    qtbot.mouseClick(chip(form, name), Qt.MouseButton.LeftButton)


def row(form: FormPanel, key: str) -> QWidget:
    return form.findChild(QWidget, f"row_{key}")


def test_each_kind_of_field_answers_in_its_own_type(form: FormPanel, qtbot: QtBot) -> None:
    assert form.labels == {}
    press(form, qtbot, "kind_b")
    qtbot.keyClicks(form.findChild(QLineEdit, "text_which"), "a bell")
    press(form, qtbot, "noise_cars")
    press(form, qtbot, "noise_wind")
    press(form, qtbot, "clear_no")
    press(form, qtbot, "grade_0")
    assert form.labels == {
        "kind": "b", "which": "a bell", "noise": ("wind", "cars"), "clear": False, "grade": 0,
    }  # fmt: skip


def test_a_field_appears_with_the_answer_it_waits_for_and_hidden_it_is_not_told_but_not_forgotten(
    form: FormPanel, qtbot: QtBot
) -> None:
    assert not row(form, "which").isVisible()
    press(form, qtbot, "kind_b")
    assert row(form, "which").isVisible()
    qtbot.keyClicks(form.findChild(QLineEdit, "text_which"), "a bell")
    press(form, qtbot, "kind_a")
    assert form.labels == {"kind": "a"}
    press(form, qtbot, "kind_b")
    assert form.labels == {"kind": "b", "which": "a bell"}


def test_every_answer_is_told_with_all_that_is_answered_the_last_one_counts_and_twice_is_taken_back(
    form: FormPanel, qtbot: QtBot
) -> None:
    told = []
    form.labels_changed.connect(told.append)
    for name in ("kind_a", "kind_b", "clear_yes", "clear_yes"):
        press(form, qtbot, name)
    both = {"kind": "b", "clear": True}
    assert told == [{"kind": "a"}, {"kind": "b"}, both, {"kind": "b"}]
    assert not chip(form, "kind_a").isChecked()


def test_answers_that_are_shown_are_not_told_and_the_next_clip_has_none_of_them(
    form: FormPanel, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(form.labels_changed):
        form.show_labels(ALL)
        assert form.labels == ALL
        form.show_labels({})
    assert form.labels == {}
    assert not row(form, "which").isVisible()


def test_a_problem_stands_beside_its_field_until_that_is_answered_and_moves_nothing(
    form: FormPanel, qtbot: QtBot
) -> None:
    before = form.sizeHint()
    form.show_problems(
        [NOT_ANSWERED, FieldProblem("grade", Notice("FIELD_NOT_ANSWERED", {"label": "Grade"}))]
    )
    assert form.sizeHint().height() == before.height()
    problem = form.findChild(QLabel, "problem_kind")
    assert problem.text() == "not answered"
    assert row(form, "kind").accessibleDescription() == "Kind is not answered."
    press(form, qtbot, "kind_a")
    assert problem.text() == ""


def test_the_cursor_goes_to_the_field_that_is_asked_for_and_its_keys_answer_there(
    form: FormPanel, qtbot: QtBot
) -> None:
    form.focus_field("noise")
    qtbot.waitUntil(lambda: chip(form, "noise_wind").hasFocus())
    qtbot.keyClick(chip(form, "noise_wind"), Qt.Key.Key_2)
    assert form.labels == {"noise": ("cars",)}


@pytest.mark.parametrize(
    ("start", "key", "end"),
    [
        ("kind_a", Qt.Key.Key_Right, "kind_b"),
        ("grade_0", Qt.Key.Key_Left, "grade_4"),
        ("kind_a", Qt.Key.Key_Tab, "noise_wind"),
    ],
    ids=["an arrow inside a field", "an arrow round it", "Tab to the next field"],
)
def test_the_cursor_moves_and_space_picks(
    form: FormPanel, qtbot: QtBot, start: str, key: Qt.Key, end: str
) -> None:
    form.focus_field(start.partition("_")[0])
    qtbot.keyClick(chip(form, start), key)
    qtbot.waitUntil(lambda: chip(form, end).hasFocus())
    qtbot.keyClick(chip(form, end), Qt.Key.Key_Space)
    assert chip(form, end).isChecked()


def test_tab_comes_back_to_what_was_picked(form: FormPanel) -> None:
    form.show_labels({"grade": 3})
    assert chip(form, "grade_3").focusPolicy() & Qt.FocusPolicy.TabFocus
    assert not chip(form, "grade_0").focusPolicy() & Qt.FocusPolicy.TabFocus


def test_labels_mark_what_is_required_show_an_ampersand_and_say_what_the_ends_of_a_scale_mean(
    form: FormPanel,
) -> None:
    assert form.findChild(QLabel, "label_kind").text() == "Kind *"
    assert form.findChild(QLabel, "label_noise").text() == "Noise"
    assert chip(form, "kind_a").text() == "t  Talk && song"
    assert chip(form, "kind_a").accessibleName() == "Kind (required): Talk & song"
    assert "0 bad … 4 good" in [label.text() for label in row(form, "grade").findChildren(QLabel)]


def test_long_rows_wrap_instead_of_growing_wide_and_no_chip_is_cut_off_at_the_edge(
    themed: QApplication, show: Show
) -> None:
    chips = Chips("x", "X", [Chip(str(n), f"Answer number {n}") for n in range(20)])
    assert chips.minimumSizeHint().width() < 200
    assert chips.heightForWidth(300) > chips.heightForWidth(3000)
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


def test_flags_do_not_exclude_each_other_and_one_set_again_is_taken_back_and_told(flags: FlagsPanel) -> None:
    told = []
    flags.flags_changed.connect(told.append)
    for flag in (Flag.UNUSABLE, Flag.DISTRESSING, Flag.UNUSABLE):
        flags.toggle(flag)
    assert told == [{Flag.UNUSABLE}, {Flag.UNUSABLE, Flag.DISTRESSING}, {Flag.DISTRESSING}]


def test_flags_that_are_shown_are_not_told_and_none_can_be_set_while_work_is_handed_in(
    flags: FlagsPanel, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(flags.flags_changed):
        flags.show_flags({Flag.PERSONAL_DATA})
        flags.setEnabled(False)
        flags.toggle(Flag.NO_SPEECH)
    assert flags.flags == {Flag.PERSONAL_DATA}


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


def test_a_digit_answers_and_moves_on_and_after_the_last_question_the_form_is_finished(
    form: FormPanel, qtbot: QtBot
) -> None:
    form.focus_field("clear")
    qtbot.keyClick(chip(form, "clear_yes"), Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: chip(form, "grade_0").hasFocus())
    with qtbot.waitSignal(form.finished):
        qtbot.keyClick(chip(form, "grade_0"), Qt.Key.Key_3)
    assert form.labels == {"clear": True, "grade": 3}


def test_an_answer_that_opens_a_question_moves_on_to_that_question(form: FormPanel, qtbot: QtBot) -> None:
    form.focus_field("kind")
    qtbot.keyClick(chip(form, "kind_a"), Qt.Key.Key_O)
    qtbot.waitUntil(lambda: form.findChild(QLineEdit, "text_which").hasFocus())


def test_a_required_answer_is_never_cleared_and_backspace_clears_an_optional_one(
    form: FormPanel, qtbot: QtBot
) -> None:
    form.show_labels({"kind": "a", "grade": 3})
    for key in (Qt.Key.Key_T, Qt.Key.Key_Backspace, Qt.Key.Key_Space):
        qtbot.keyClick(chip(form, "kind_a"), key)
    press(form, qtbot, "kind_a")
    qtbot.keyClick(chip(form, "grade_3"), Qt.Key.Key_3)
    assert form.labels == {"kind": "a", "grade": 3}
    qtbot.keyClick(chip(form, "grade_3"), Qt.Key.Key_Backspace)
    assert form.labels == {"kind": "a"}


def test_the_focus_enters_at_the_first_required_question_without_an_answer(
    form: FormPanel, qtbot: QtBot
) -> None:
    form.show_labels({"kind": "b"})
    form.focus_field()
    qtbot.waitUntil(lambda: form.findChild(QLineEdit, "text_which").hasFocus())


def test_answers_without_a_key_have_the_digit_of_their_position(themed: QApplication, qtbot: QtBot) -> None:
    chips = Chips("x", "X", [Chip(f"v{n}", f"Answer {n}") for n in range(1, 12)])
    qtbot.addWidget(chips)
    texts = [button.text() for button in chips.findChildren(QPushButton)]
    assert texts[:1] + texts[8:] == ["1  Answer 1", "9  Answer 9", "0  Answer 10", "Answer 11"]
    qtbot.keyClick(chips.findChildren(QPushButton)[0], Qt.Key.Key_0)
    assert chips.picked == ("v10",)


def test_a_digit_answers_by_its_position_where_the_layout_types_another_character(
    themed: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", staticmethod(lambda: "xcb"))
    chips = Chips("x", "X", [Chip(f"v{n}", f"Answer {n}") for n in range(1, 4)])
    qtbot.addWidget(chips)
    evdev_2 = 11  # AZERTY types an e with an acute there
    no_key = Qt.KeyboardModifier.NoModifier
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Eacute, no_key, evdev_2, 0, 0, "é")
    QApplication.sendEvent(chips.findChildren(QPushButton)[0], event)
    assert chips.picked == ("v2",)


@pytest.mark.parametrize(
    ("name", "role"),
    [("kind_a", QAccessible.Role.RadioButton), ("noise_wind", QAccessible.Role.CheckBox)],
)
def test_one_of_chips_are_radio_buttons_and_many_of_are_check_boxes_to_a_screen_reader(
    form: FormPanel, name: str, role: QAccessible.Role
) -> None:
    form.show_labels(ALL)
    spoken = QAccessible.queryAccessibleInterface(chip(form, name))
    assert spoken.role() == role
    assert bool(spoken.state().checked) == chip(form, name).isChecked()


def test_a_flag_that_the_text_implies_is_set_says_why_and_cannot_be_cleared(flags: FlagsPanel) -> None:
    told = []
    flags.flags_changed.connect(told.append)
    flags.show_implied(frozenset({Flag.PERSONAL_DATA}))
    flags.toggle(Flag.PERSONAL_DATA)
    assert told == [{Flag.PERSONAL_DATA}]
    assert flags.flags == {Flag.PERSONAL_DATA}
    assert not flags.findChild(QLabel, "flag_reason").isHidden()
    flags.show_implied(frozenset())
    flags.toggle(Flag.PERSONAL_DATA)
    assert flags.flags == frozenset()


def test_answers_of_an_earlier_form_are_named_in_its_words_and_do_not_enter_the_work(form: FormPanel) -> None:
    old = Field("kind", FieldKind.ONE_OF, "Sort", choices=(Choice("c", "Chant"),))
    form.use_forms({"test@0": Schema("test", "0", "Before", (old,))})
    form.show_labels({"grade": 2}, {"test@0": {"kind": "c", "gone": ("x", "y")}})
    earlier = form.findChild(QLabel, "earlier_answers")
    assert "Sort: Chant; gone: x, y" in earlier.text()
    assert earlier.isVisible()
    assert form.accessibleDescription() == earlier.text()
    assert form.labels == {"grade": 2}
    form.show_labels({})
    assert not earlier.isVisible()
    assert form.accessibleDescription() == ""


def test_an_earlier_answer_to_a_hidden_question_is_its_answer_once_it_is_asked(
    form: FormPanel, qtbot: QtBot
) -> None:
    form.show_labels({}, {"test@0": {"which": "a bell"}})
    assert form.labels == {}
    press(form, qtbot, "kind_b")
    assert form.labels == {"kind": "b", "which": "a bell"}
    assert not form.findChild(QLabel, "earlier_answers").isVisible()


def test_answers_like_the_last_clip_are_one_change_and_leave_given_answers(
    form: FormPanel, qtbot: QtBot
) -> None:
    told: list[object] = []
    form.show_labels({"grade": 1})
    form.labels_changed.connect(told.append)
    form.answer_from(ALL)
    form.answer_from(ALL)
    assert told == [ALL]
    form.show_labels({"grade": 4})
    form.answer_from(ALL)
    assert form.labels == {**ALL, "grade": 4}


def test_answers_take_another_line_once_they_need_it(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder)
    buttons = [QPushButton("Clear") for _ in range(3)]
    for button in buttons:
        flow.addWidget(button)
    one_line = flow.heightForWidth(buttons[0].sizeHint().width() * 4)
    assert one_line == buttons[0].sizeHint().height()
    assert flow.heightForWidth(buttons[0].sizeHint().width()) > 2 * one_line
    width, least = buttons[0].sizeHint().width() * 4, flow.minimumSize()
    buttons[1].setText("Clear but for a word or two, as if it came from another room")
    assert flow.heightForWidth(width) > one_line
    assert flow.minimumSize().width() > least.width()
    holder.show()
    buttons[1].hide()
    buttons[1].setText("Clear")
    assert flow.heightForWidth(width) == one_line


@pytest.mark.parametrize("width", [220, 320, 900])
def test_answers_with_long_words_are_read_whole_however_narrow_the_form_is(themed, qtbot: QtBot, width: int):
    long_one = "Rindfleischetikettierungsüberwachungsaufgabe & noch mehr Wörter dazu"
    chips = Chips(
        "rating",
        "Rating",
        [Chip("a", long_one), Chip("b", "Lentokonesuihkuturbiinimoottori"), Chip("c", "Gut")],
    )
    caption = Chips(
        "scale", "Scale", [Chip("1", "1")], caption="1 überhaupt nicht verständlich … 9 außerordentlich gut"
    )
    panel = QWidget()
    qtbot.addWidget(panel)
    column = QVBoxLayout(panel)
    for each in (chips, caption):
        column.addWidget(each)
    panel.setFixedWidth(width)
    panel.show()
    QApplication.processEvents()
    buttons = chips.findChildren(QPushButton)
    for button in buttons:
        metrics, lines = button.fontMetrics(), button.text().replace("&&", "&").split("\n")
        assert max(map(metrics.horizontalAdvance, lines)) <= button.width() - 16
        assert len(lines) * metrics.height() <= button.height()
    read = buttons[0].text().replace("&&", "&").replace("\n", "").replace("\N{NO-BREAK SPACE}", " ")
    assert read.replace(" ", "") == f"1{long_one}".replace(" ", "")
    places = [button.geometry() for button in buttons]
    assert not any(one.intersects(other) for one, other in itertools.combinations(places, 2))
    assert max(place.bottom() for place in places) < chips.height()
    label = caption.findChild(QLabel)
    assert width < 900 or label.height() == label.heightForWidth(5000), "one line where there is room"
    assert label.height() >= label.heightForWidth(label.width())
    panel.setFixedWidth(900)
    QApplication.processEvents()
    assert "\n" not in buttons[0].text(), "one line where there is room again"
