"""What only the desk has: submit to the next clip, skip, returned work, a machine's draft."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QRadioButton
from pytestqt.qtbot import QtBot

from reviewer.errors import Damaged
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.model.task import SkipReason
from reviewer.ui.desk.skip_dialog import SkipDialog
from tests.benches.clip_page import CTRL, SHIFT, ClipPageBench
from tests.fakes.work_session import FakeDesk, a_hypothesis, a_lease, an_open_clip, returned, typed

MACHINE = (a_hypothesis("as heard by a machine"),)


# What comes with a clip


@pytest.mark.parametrize(("draft", "begins_with"), [(None, "hello there"), (typed("new"), "new")])
def test_returned_work_shows_the_comment_and_begins_with_the_earlier_text_or_a_newer_draft(
    bench: ClipPageBench, draft: Annotation | None, begins_with: str
) -> None:
    bench.open_role("desk", returned=returned("Listen to the end.", "hello there"), draft=draft)
    assert bench.text_of("notice_says") == "Returned by QA: Listen to the end."
    assert "hello there" in bench.text_of("notice_text")
    assert bench.field.text == begins_with


def test_a_machine_s_draft_is_offered_and_put_in_only_when_asked(bench: ClipPageBench) -> None:
    bench.open_role("desk", hypotheses=MACHINE)
    assert bench.text_of("draft_text_1") == "as heard by a machine"
    assert bench.field.text == ""
    bench.press(Qt.Key.Key_M, CTRL | SHIFT)
    assert bench.field.text == "as heard by a machine"
    assert bench.workspace.view.annotation.text_verbatim == "as heard by a machine"


def test_finished_work_is_submitted_and_the_next_clip_opens_with_nothing_of_the_one_before(
    bench: ClipPageBench,
) -> None:
    bench.open(FakeDesk(an_open_clip(a_lease(1), hypotheses=MACHINE), an_open_clip(a_lease(2))))
    bench.finish("hello there")
    (work,) = bench.work.submitted
    assert work.text_verbatim == "hello there"
    assert work.labels == {"speech_quality": "clear", "speakers": "one"}
    assert bench.work.held == a_lease(2)
    assert bench.is_clip_shown
    panel = bench.workspace.view.transcription
    assert (bench.field.text, panel.form.labels, bench.player.position) == ("", {}, 0)
    assert not panel.notice.isVisible()
    assert not panel.drafts.isVisible()


def test_the_second_draft_has_a_key_and_words_are_played(bench: ClipPageBench) -> None:
    other = Hypothesis("h2", "clip-1", "other", "1", "a better one", (Word("a", 8_000, 9_000, 0.2),))
    bench.open_role("desk", hypotheses=(*MACHINE, other))
    bench.press(Qt.Key.Key_F2, CTRL | SHIFT)
    assert bench.field.text == "a better one"
    bench.workspace.view.transcription.drafts.seek_requested.emit(8_000)
    assert bench.player.position == 8_000


def test_a_doubtful_word_is_selected_and_played_once_the_clip_was_heard(bench: ClipPageBench, qtbot) -> None:
    words = (Word("one", 0, 4_000, 0.9), Word("two", 8_000, 9_000, 0.2))
    bench.open_role("desk", hypotheses=(Hypothesis("h2", "clip-1", "other", "1", "one two", words),))
    bench.press(Qt.Key.Key_M, CTRL | SHIFT)
    bench.press(Qt.Key.Key_F8, CTRL | SHIFT)
    assert not bench.field.textCursor().hasSelection()
    bench.hear()
    bar = bench.workspace.view.transcription.doubts
    qtbot.waitUntil(bar.isVisible)
    bench.press(Qt.Key.Key_F8, CTRL | SHIFT)
    assert bench.field.textCursor().selectedText() == "two"
    assert bench.player.is_playing
    assert bench.player.position <= 8_000


# Submitting


def test_a_clip_without_speech_needs_nothing_but_to_be_heard_and_its_words_are_asked_about(
    bench: ClipPageBench,
) -> None:
    bench.open_role("desk")
    bench.hear()
    bench.field.setFocus()
    bench.type("the end")
    bench.press(Qt.Key.Key_1, CTRL | SHIFT)
    bench.click("submit")
    assert bench.work.submitted == []
    bench.workspace.view.transcription.editor.replace_text("")
    bench.click("submit")
    assert [(done.text_verbatim, done.flags) for done in bench.work.submitted] == [("", {Flag.NO_SPEECH})]


def test_a_clip_that_does_not_open_can_be_given_back(bench: ClipPageBench) -> None:
    bench.open_role("desk", take=False)
    bench.work.errors["open"] = [Damaged("CLIP_KEY_DAMAGED")]
    bench.click("claim")
    assert not bench.is_clip_shown
    assert "does not verify" in bench.message
    bench.click("give_back")
    assert bench.work.skipped == [SkipReason.TECHNICAL]
    assert bench.is_clip_shown


# Skipping


def dialog_of(bench: ClipPageBench) -> SkipDialog:
    bench.press(Qt.Key.Key_K, CTRL | SHIFT)
    return bench.page.findChild(SkipDialog)


def test_a_skip_needs_a_reason_and_enter_skips_nothing(bench: ClipPageBench, qtbot: QtBot) -> None:
    bench.open_role("desk")
    bench.workspace.playback.toggle()
    dialog = dialog_of(bench)
    assert not bench.player.is_playing
    assert not dialog.findChild(type(bench.button("submit")), "skip_confirm").isEnabled()
    assert not any(button.isChecked() for button in dialog.findChildren(QRadioButton))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    bench.settle()
    assert bench.work.skipped == []
    assert bench.is_clip_shown


@pytest.mark.parametrize(
    ("key", "reason"), list(zip(range(Qt.Key.Key_1, Qt.Key.Key_6), SkipReason, strict=True))
)
def test_a_skip_with_its_reason_brings_the_next_clip(
    bench: ClipPageBench, qtbot: QtBot, key: int, reason: SkipReason
) -> None:
    bench.open_role("desk")
    dialog = dialog_of(bench)
    qtbot.keyClick(dialog, Qt.Key(key))
    dialog.findChild(type(bench.button("submit")), "skip_confirm").click()
    bench.settle()
    assert bench.work.skipped == [reason]
    assert bench.work.held == a_lease(2)
    assert bench.page.window().focusWidget() is bench.field
