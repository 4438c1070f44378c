"""A personal-data tag by keys alone: its kinds are offered, its flag sets itself, its sound is marked."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from reviewer.labels.schema import load_schema
from reviewer.model.annotation import Flag, PersonalDataKind, PersonalDataSpan
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.places import resource
from reviewer.ui.clip.transcription_panel import TranscriptionPanel
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.transcript.text_edit import TextField
from tests.fakes.work_session import an_open_clip, conventions_of, typed

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
HEARD = (Word("call", 1_000, 9_000), Word("five", 10_000, 14_000), Word("now", 15_000, 20_000))


@pytest.fixture
def panel(themed: QApplication, show: Callable[[QWidget], None]) -> TranscriptionPanel:
    made = TranscriptionPanel(Scope.DESK, load_schema(resource("schemas", "default.toml")), conventions_of())
    made.resize(1000, 500)
    show(made)
    return made


def open_with(panel: TranscriptionPanel, text: str) -> TextField:
    heard = Hypothesis("h", "clip-1", "engine", "1", "call five now", HEARD)
    panel.show_clip(an_open_clip(draft=typed(text), hypotheses=(heard,)))
    return panel.findChild(TextField)


def offered(panel: TranscriptionPanel) -> str:
    return panel.findChild(QLabel, "transcript_problems").text()


def test_an_inserted_tag_offers_its_kinds_and_a_digit_chooses_one(
    panel: TranscriptionPanel, qtbot: QtBot
) -> None:
    field = open_with(panel, "call me")
    qtbot.keyClick(field, Qt.Key.Key_0, ALT)
    qtbot.waitUntil(lambda: "2 phone" in offered(panel))
    qtbot.keyClick(field, Qt.Key.Key_3)
    qtbot.keyClicks(field, "now")
    assert field.text == "call me [pii:email] now"
    assert panel.flags.flags == {Flag.PERSONAL_DATA}
    qtbot.waitUntil(lambda: "phone" not in offered(panel))


@pytest.mark.parametrize(
    ("typed_keys", "text"),
    [("[pii2", "[pii:phone] "), ("[pii:2", "[pii:phone] "), ("[pii:ad\r", "[pii:address] ")],
    ids=["before the colon", "after it", "letters and Return"],
)
def test_a_typed_tag_is_finished_by_a_key(
    panel: TranscriptionPanel, qtbot: QtBot, typed_keys: str, text: str
) -> None:
    field = open_with(panel, "")
    for key in typed_keys:
        qtbot.keyClick(field, Qt.Key.Key_Return if key == "\r" else key)
    assert (field.text, field.caret) == (text, len(text))
    assert panel.annotation.flags == {Flag.PERSONAL_DATA}


def test_a_digit_elsewhere_is_typed(panel: TranscriptionPanel, qtbot: QtBot) -> None:
    field = open_with(panel, "[pii:phone]")
    qtbot.keyClicks(field, " 2")
    assert field.text == "[pii:phone] 2"


def test_the_sound_of_a_tag_is_marked_where_the_words_beside_it_have_times_and_undo_takes_both(
    panel: TranscriptionPanel, qtbot: QtBot
) -> None:
    field = open_with(panel, "call  now")
    for _ in range(4):
        qtbot.keyClick(field, Qt.Key.Key_Left)
    qtbot.keyClick(field, Qt.Key.Key_0, ALT)
    qtbot.keyClick(field, Qt.Key.Key_2)
    assert panel.annotation.text_verbatim.split() == ["call", "[pii:phone]", "now"]
    assert panel.annotation.spans == (PersonalDataSpan(9_000, 15_000, PersonalDataKind.NUMBER),)
    qtbot.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert panel.annotation.spans == ()
    assert "phone" not in panel.annotation.text_verbatim


def test_a_deleted_tag_takes_its_mark_in_the_sound_with_it(panel: TranscriptionPanel, qtbot: QtBot) -> None:
    field = open_with(panel, "call ")
    qtbot.keyClicks(field, "[pii2")
    assert panel.annotation.spans
    for _ in range(len("[pii:phone] ")):
        qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert panel.annotation.text_verbatim == "call "
    assert panel.annotation.spans == ()
