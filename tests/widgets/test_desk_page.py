"""What only the desk has: submit to the next clip, skip, returned work, a machine's draft."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QRadioButton
from pytestqt.qtbot import QtBot

from reviewer.errors import Damaged, Unavailable
from reviewer.model.annotation import Annotation, Flag
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
    assert bench.text_of("notice_text") == "as heard by a machine"
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


# Taking back


def test_a_key_after_a_hand_in_brings_it_back_and_the_clip_at_hand_waits_with_what_was_typed(
    bench: ClipPageBench,
) -> None:
    bench.open_role("desk", count=3)
    bench.finish("hello there")
    bench.type("half a sen")
    bench.press(Qt.Key.Key_B, CTRL | SHIFT)
    assert bench.field.text == "hello there"
    assert bench.work.held.task_id == "task-1"
    assert "took this submission back" in bench.message
    assert bench.work.drafts["task-2"].text_verbatim == "half a sen"
    assert bench.work.calls.index("take_back") < bench.work.calls.index(
        "close", bench.work.calls.index("take_back")
    )
    bench.hear()
    bench.submit()
    assert bench.field.text == "half a sen"


def test_what_cannot_be_taken_back_says_so_and_the_clip_at_hand_stays_and_is_saved(
    bench: ClipPageBench,
) -> None:
    bench.open_role("desk")
    bench.type("half")
    bench.press(Qt.Key.Key_B, CTRL | SHIFT)
    assert "can no longer be taken back" in bench.message
    bench.type(" a sen")
    bench.save()
    assert (bench.field.text, bench.work.drafts["task-1"].text_verbatim) == ("half a sen", "half a sen")


def test_nothing_is_taken_back_while_the_clip_at_hand_cannot_be_saved(bench: ClipPageBench) -> None:
    bench.open_role("desk", count=3)
    bench.finish("hello there")
    bench.type("half")
    bench.work.errors["save_draft"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.press(Qt.Key.Key_B, CTRL | SHIFT)
    assert bench.field.text == "half"
    assert "take_back" not in bench.work.calls
    bench.workspace.presenter.retry()
    bench.settle()
    assert (bench.field.text, bench.work.drafts["task-2"].text_verbatim) == ("hello there", "half")


def test_the_last_clip_can_be_taken_back_when_no_other_waits(bench: ClipPageBench) -> None:
    bench.open_role("desk", count=1)
    bench.finish("hello there")
    assert not bench.is_clip_shown
    bench.press(Qt.Key.Key_B, CTRL | SHIFT)
    assert bench.field.text == "hello there"
