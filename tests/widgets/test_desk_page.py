"""What only the desk has: submit to the next clip, skip, returned work, a machine's draft."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QRadioButton, QTableView
from pytestqt.qtbot import QtBot

from reviewer.errors import Damaged, LeaseLost, Unavailable
from reviewer.labels.schema import Field, FieldKind, Schema
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.model.task import SkipReason
from reviewer.session.draft_versions import VersionReason
from reviewer.ui.clip.lease_renewal import LeaseRenewal
from reviewer.ui.desk.skip_dialog import SkipDialog
from reviewer.ui.desk.versions_dialog import VersionsDialog
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
    bench.press(Qt.Key.Key_7, CTRL | SHIFT)
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


# Versions


def versions_of(bench: ClipPageBench) -> list[tuple[str, str]]:
    return [(each.reason.value, each.annotation.text_verbatim) for each in bench.work.kept_versions]


def ask_for_versions(bench: ClipPageBench) -> VersionsDialog:
    bench.press(Qt.Key.Key_H, CTRL | SHIFT)
    return bench.page.findChild(VersionsDialog)


def test_an_earlier_version_is_looked_at_and_restored_and_the_present_one_is_kept(
    bench: ClipPageBench,
) -> None:
    bench.open_role("desk", draft=typed("hello there"))
    bench.work.keep_version(a_lease(1), typed("hello you two there"), VersionReason.PAUSE)
    bench.type(" my")
    dialog = ask_for_versions(bench)
    row = [dialog.rows.index(0, column).data() for column in range(1, 5)]
    assert row == ["4", "+2 −1", "while typing", "hello you two there"]
    assert dialog.findChild(QPlainTextEdit, "versions_preview").toPlainText() == "hello you two there"
    assert bench.work.drafts["task-1"].text_verbatim == bench.field.text  # saved before it was asked for
    now = bench.field.text
    dialog.findChild(QPushButton, "versions_restore").click()
    bench.save()
    assert bench.field.text == "hello you two there"
    assert bench.work.drafts["task-1"].text_verbatim == "hello you two there"
    assert versions_of(bench) == [("pause", "hello you two there"), ("restored", now)]


def test_a_version_says_its_answers_and_those_of_an_earlier_form(bench: ClipPageBench) -> None:
    bench.open_role("desk", draft=typed("hello there"))
    old = Schema("old", "1", "Old", (Field("mood", FieldKind.TEXT, "Which mood?"),))
    bench.work.forms = {"old@1": old}
    kept = replace(typed("hello"), labels={"speakers": "one"}, earlier={"old@1": {"mood": "low"}})
    bench.work.keep_version(a_lease(1), kept, VersionReason.PAUSE)
    answers = ask_for_versions(bench).findChild(QLabel, "versions_answers")
    assert answers.text() == "Speakers: One · earlier, Which mood? low"


def test_closing_the_versions_changes_nothing(bench: ClipPageBench) -> None:
    bench.open_role("desk", draft=typed("hello there"))
    bench.work.keep_version(a_lease(1), typed("hello"), VersionReason.PAUSE)
    ask_for_versions(bench).reject()
    bench.settle()
    assert bench.field.text == "hello there"
    assert "keep_version" in bench.work.calls
    assert bench.work.calls.count("keep_version") == 1


def test_without_a_version_the_dialog_says_when_there_will_be_one(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    dialog = ask_for_versions(bench)
    assert "about once a minute" in dialog.findChild(QTableView).accessibleDescription()
    assert not dialog.findChild(QPushButton, "versions_restore").isEnabled()


def test_versions_that_cannot_be_read_say_so(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    bench.work.errors["versions"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    assert ask_for_versions(bench) is None
    assert "could not be read" in bench.message


def test_text_that_is_replaced_at_once_is_kept_as_a_version_and_typing_is_not(bench: ClipPageBench) -> None:
    bench.open_role("desk", hypotheses=MACHINE)
    mine = "typed with care by a person"
    bench.type(mine)
    bench.settle()
    assert versions_of(bench) == []
    bench.press(Qt.Key.Key_M, CTRL | SHIFT)
    assert bench.field.text == "as heard by a machine"
    assert versions_of(bench) == [("replaced", mine)]


def test_versions_go_from_the_screen_with_the_clip(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    assert ask_for_versions(bench).isVisible()
    bench.work.errors["beat"] = [LeaseLost()]
    bench.page.findChild(LeaseRenewal).beat_now()
    bench.settle()
    assert bench.page.findChild(VersionsDialog) is None


def test_text_is_saved_when_the_page_closes_during_a_hand_over_that_fails(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    gate = bench.work.gate("skip")
    bench.work.errors["skip"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.type("hello")
    bench.workspace.presenter.skip(SkipReason.TECHNICAL)
    threading.Timer(0.05, gate.set).start()
    bench.page.close_down()
    assert bench.work.drafts["task-1"].text_verbatim == "hello"
    bench.settle()


def test_nothing_is_kept_of_a_clip_that_was_skipped_while_the_page_closed(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    gate = bench.work.gate("skip")
    bench.type("hello")
    bench.workspace.presenter.skip(SkipReason.TECHNICAL)
    threading.Timer(0.05, gate.set).start()
    bench.page.close_down()
    bench.settle()
    assert bench.work.drafts == {}
