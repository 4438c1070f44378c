"""The clip workspace as desk and QA share it: open, type, save, beat, hand over; and what can go wrong."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from reviewer.errors import (
    Damaged,
    LeaseLost,
    NdaRequired,
    NotAllowed,
    Notice,
    NotLeased,
    OpenElsewhere,
    Refused,
    SubmissionConflict,
    Unavailable,
)
from reviewer.model.annotation import Annotation, Flag, PersonalDataSpan, Segment
from reviewer.model.event import HeardRange
from reviewer.model.task import SkipReason
from reviewer.ui.clip.lease_renewal import LeaseRenewal
from reviewer.ui.clip.opening_retry import OpeningRetry
from reviewer.ui.clip.states import ClipState
from reviewer.ui.page import StatusFacts
from tests.benches.clip_page import ALT, CTRL, SHIFT, ClipPageBench, Role
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import FRAMES, FakeDesk, FakeQa, a_lease, an_open_clip, conventions_of, typed
from tests.refusals import shown_sentence_of


def beat(bench: ClipPageBench) -> None:
    """The next beat, without waiting five seconds for it."""
    bench.page.findChild(LeaseRenewal).beat_now()
    bench.settle()


# Opening


def test_at_the_start_nothing_is_claimed_unasked_and_coming_back_starts_nothing_again(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role, take=False)
    assert bench.workspace.presenter.state is ClipState.IDLE
    assert "2 waiting" in bench.text_of("empty_counts")
    bench.page.leave()
    bench.page.enter()
    bench.settle()
    assert bench.work.calls.count("resume") == 1
    assert "claim" not in bench.work.calls


def test_start_that_failed_is_repeated_by_itself_and_claims_nothing_new(
    bench: ClipPageBench, role: Role
) -> None:
    session = FakeQa("turn left") if role == "qa" else FakeDesk(an_open_clip(a_lease(1)))
    session.work.errors["resume"] = [Unavailable("QUEUE_UNREACHABLE")]
    bench.open(session, take=False)
    assert bench.workspace.presenter.state is ClipState.FAILED
    assert bench.text_of("empty_sentence").startswith("Waiting for the work queue: ")
    bench.page.findChild(OpeningRetry).ask_now()
    bench.settle()
    assert bench.workspace.presenter.state is ClipState.IDLE
    assert bench.work.calls.count("resume") == 2
    assert "claim" not in bench.work.calls


def test_at_the_start_the_clip_that_is_still_held_comes_back_with_its_draft(
    bench: ClipPageBench, role: Role
) -> None:
    draft = typed("half a sen", labels={"speakers": "two"}, flags=frozenset({Flag.UNUSABLE}))
    bench.open_role(role, take=False, draft=draft)
    bench.close()
    bench.work.held = next(iter(bench.work.waiting.values())).lease
    bench.open(bench.session, take=False)
    panel = bench.workspace.view.transcription
    assert bench.field.text == "half a sen"
    assert panel.form.labels == {"speakers": "two"}
    assert panel.flags.flags == {Flag.UNUSABLE}


@pytest.mark.parametrize("way", ["key", "button"])
def test_a_clip_is_taken_and_one_can_type_at_once(bench: ClipPageBench, role: Role, way: str) -> None:
    bench.open_role(role, take=False)
    if way == "key":
        bench.press(Qt.Key.Key_N, CTRL)
    else:
        bench.click("claim")
    assert bench.player.loaded is not None
    assert QApplication.focusWidget() is bench.field
    assert StatusFacts(waiting=2, done_today=0) in bench.facts
    assert all(facts.unwitnessed is None for facts in bench.facts)


def test_the_key_that_takes_a_clip_takes_none_while_one_is_open(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.press(Qt.Key.Key_N, CTRL)
    bench.workspace.presenter.take_next()
    bench.settle()
    assert bench.work.calls.count("claim") == 1


def test_an_empty_queue_says_what_to_do(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role, count=0)
    assert not bench.is_clip_shown
    assert "waiting" in bench.text_of("empty_title")
    assert "this page says" in bench.text_of("empty_sentence")
    assert bench.button("claim").hasFocus()


def test_a_clip_that_does_not_open_is_tried_again_by_the_same_button(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role, take=False)
    bench.work.errors["open"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.click("claim")
    assert (bench.is_clip_shown, bench.workspace.presenter.state) == (False, ClipState.FAILED)
    assert "could not be read or written" in bench.message
    bench.click("claim")
    assert bench.is_clip_shown
    assert bench.workspace.presenter.lease == bench.work.held


def test_the_second_window_of_one_person_is_told(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role, take=False)
    bench.work.errors["open"] = [OpenElsewhere()]
    bench.click("claim")
    assert not bench.is_clip_shown
    assert "another window" in bench.message


def test_without_an_agreement_the_window_is_asked_for_it(
    bench: ClipPageBench, role: Role, qtbot: QtBot
) -> None:
    bench.open_role(role, take=False)
    bench.work.errors["claim"] = [NdaRequired()]
    with qtbot.waitSignal(bench.page.agreement_requested):
        bench.press(Qt.Key.Key_N, CTRL)
    assert "non-disclosure" in bench.message


def test_a_clip_that_opens_after_the_page_was_closed_is_closed_again(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role, take=False)
    bench.workspace.presenter.take_next()
    bench.page.close_down()
    bench.settle()
    assert not bench.is_clip_shown
    assert bench.player.loaded is None
    assert bench.work.calls[-2:] == ["close", "release"]


# Typing


def test_what_is_typed_answered_and_flagged_is_saved_and_the_time_is_the_commit_s(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role)
    bench.type("hello")
    bench.answer()
    bench.press(Qt.Key.Key_4, CTRL | SHIFT)
    assert bench.saved == ""
    assert not bench.workspace.presenter.is_all_saved
    bench.save()
    draft = bench.work.drafts["task-1"]
    assert draft.text_verbatim == "hello"
    assert [(one.start, one.end) for one in draft.segments] == [(0, FRAMES)]
    assert draft.labels == {"speech_quality": "clear", "speakers": "one"}
    assert draft.flags == {Flag.PERSONAL_DATA}
    assert bench.saved == bench.work.now.astimezone().strftime("%H:%M:%S")


def test_every_save_of_a_window_has_a_higher_revision_also_of_the_next_clip(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role, count=3)
    bench.type("a")
    bench.save()
    bench.type("b")
    bench.save()
    bench.work.errors["beat"] = [LeaseLost()]
    beat(bench)
    bench.click("claim")
    bench.type("c")
    bench.save()
    revisions = bench.work.revisions
    assert len(revisions) == 4
    assert revisions == sorted(set(revisions))


def test_a_save_that_fails_says_so_keeps_the_text_and_is_tried_again(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role)
    bench.work.errors["save_draft"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.type("hello")
    bench.save()
    assert bench.message.startswith("Not saved yet: The workspace file could not be read or written.")
    assert "Check disk space" in bench.message
    assert bench.field.text == "hello"
    bench.save()
    assert bench.message == ""
    assert bench.work.drafts["task-1"].text_verbatim == "hello"


def test_while_a_save_hangs_one_goes_on_typing_and_the_last_letter_wins(
    bench: ClipPageBench, role: Role, qtbot: QtBot
) -> None:
    bench.open_role(role)
    gate = bench.work.gate("save_draft")
    bench.type("hello")
    bench.page.leave()
    qtbot.waitUntil(bench.work.begun["save_draft"].is_set)
    bench.type(" there")
    assert bench.field.text == "hello there"
    gate.set()
    bench.save()
    assert bench.work.drafts["task-1"].text_verbatim == "hello there"


def test_going_to_another_page_saves_and_stops_the_sound(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.type("hello")
    bench.workspace.playback.toggle()
    bench.page.leave()
    bench.settle()
    assert not bench.player.is_playing
    assert bench.work.drafts["task-1"].text_verbatim == "hello"


def test_undo_and_tags_work_while_typing(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.type("so")
    bench.press(Qt.Key.Key_1, ALT)
    assert bench.workspace.view.annotation.text_verbatim == "so [laugh] "
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.workspace.view.annotation.text_verbatim == "so"
    assert ("Alt+1", "[laugh]") in [(key, what.split("  ")[0]) for key, what in bench.page.more_keys()]


def test_one_key_goes_between_text_and_form(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.press(Qt.Key.Key_F9)
    assert QApplication.focusWidget().objectName() == "field_speech_quality_clear"
    bench.press(Qt.Key.Key_F9)
    assert QApplication.focusWidget() is bench.field


def test_the_conventions_of_the_clip_s_locale_are_checked_and_offered(
    bench: ClipPageBench, role: Role
) -> None:
    american = conventions_of("en-US")
    others = tuple(tag for tag in american.tags if tag.name != "laugh")
    bench.open_role(role, conventions=replace(american, tags=others))
    assert [button.isVisible() for button in bench.page.findChildren(QPushButton, "tag_breath")] == [True]
    assert not any(button.isVisible() for button in bench.page.findChildren(QPushButton, "tag_laugh"))
    bench.workspace.view.show_clip(an_open_clip(conventions=american))
    bench.press(Qt.Key.Key_1, ALT)
    assert bench.field.text == "[laugh] "


def test_segments_and_spans_of_an_annotation_are_shown_and_none_is_lost(
    bench: ClipPageBench, role: Role
) -> None:
    segments = (Segment("a", 0, 9_000, "who is it", "1"), Segment("b", 9_000, FRAMES, "me", "2"))
    draft = Annotation(segments, (PersonalDataSpan(5, 90),))
    bench.open_role(role, draft=draft)
    assert bench.field.text == "who is it"
    bench.type(" you")
    bench.answer()
    bench.save()
    saved = bench.work.drafts["task-1"]
    assert [one.text for one in saved.segments] == ["who is it you", "me"]
    assert saved.spans == draft.spans
    assert saved.labels == {"speech_quality": "clear", "speakers": "one"}


# Leaving


def test_closing_has_the_last_letter_on_the_disk_then_closes_the_clip_once_and_blanks_the_screen(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role)
    bench.type("hello")
    bench.listen(8_000)
    bench.page.close_down()
    assert bench.work.drafts["task-1"].text_verbatim == "hello"
    bench.page.close_down()
    bench.settle()
    assert bench.field.text == ""
    assert bench.player.is_closed
    assert bench.work.calls[-2:] == ["close", "drop_prefetched"]
    assert bench.work.calls.count("close") == 1
    assert bench.work.held is not None


def test_a_clip_of_which_nothing_was_done_goes_back_to_the_queue(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.page.close_down()
    bench.settle()
    assert bench.work.calls[-3:] == ["close", "release", "drop_prefetched"]


@pytest.mark.parametrize("touch", ["heard", "typed", "flagged", "draft"])
def test_a_clip_that_was_worked_on_is_kept_for_its_holder(
    bench: ClipPageBench, role: Role, touch: str
) -> None:
    bench.open_role(role, draft=typed("half") if touch == "draft" else None)
    if touch == "heard":
        bench.listen(8_000)
    if touch == "typed":
        bench.type("x")
    if touch == "flagged":
        bench.press(Qt.Key.Key_3, CTRL | SHIFT)
    bench.page.close_down()
    bench.settle()
    assert "release" not in bench.work.calls


def test_closing_with_a_full_disk_does_not_hang_or_raise(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.type("hello")
    bench.work.errors["save_draft"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.page.close_down()
    bench.settle()
    assert bench.work.drafts == {}
    assert "close" in bench.work.calls


# The beat


@pytest.mark.parametrize(
    "error",
    [
        LeaseLost(),
        NotLeased(),
        NotAllowed(),
        Refused("SIGNED_OUT"),
        Damaged("CLIP_KEY_DAMAGED"),
    ],
)
def test_when_a_rule_says_no_the_clip_leaves_the_screen_and_the_sound_stops_within_one_beat(
    bench: ClipPageBench, role: Role, error: Exception
) -> None:
    bench.open_role(role)
    bench.type("hello")
    bench.workspace.playback.toggle()
    bench.player.listen(8_000)
    bench.work.errors["beat"] = [error]
    beat(bench)
    assert not bench.is_clip_shown
    assert (bench.player.is_playing, bench.player.loaded) == (False, None)
    assert bench.field.text == ""
    assert bench.workspace.presenter.state is ClipState.FAILED
    assert bench.work.drafts["task-1"].text_verbatim == "hello"
    calls = bench.work.calls
    assert calls.index("heard") < calls.index("close")
    assert calls.index("save_draft") < calls.index("close")


def test_a_clip_that_nobody_typed_in_is_not_saved_and_leaves_without_a_draft(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role)
    bench.save()
    bench.work.errors["beat"] = [LeaseLost()]
    beat(bench)
    assert not bench.is_clip_shown
    assert "save_draft" not in bench.work.calls


def test_when_the_agreement_ends_the_clip_leaves_and_the_window_is_asked_for_it(
    bench: ClipPageBench, role: Role, qtbot: QtBot
) -> None:
    bench.open_role(role, count=3)
    bench.work.errors["beat"] = [NdaRequired()]
    with qtbot.waitSignal(bench.page.agreement_requested):
        beat(bench)
    assert not bench.is_clip_shown
    assert bench.work.prefetched is None


def test_what_was_typed_is_there_again_once_the_agreement_is_signed(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.type("hello")
    bench.work.errors["beat"] = [NdaRequired()]
    bench.work.errors["save_draft"] = [NdaRequired()]
    beat(bench)
    assert bench.field.text == ""
    bench.click("claim")
    assert bench.field.text == "hello"
    bench.save()
    assert bench.work.drafts["task-1"].text_verbatim == "hello"


def test_a_store_that_cannot_be_reached_for_a_while_disturbs_nobody(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.type("hello")
    bench.work.errors["beat"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    beat(bench)
    assert bench.is_clip_shown
    assert bench.message == "" or role == "qa"


def test_the_session_is_asked_every_few_seconds_about_the_clip_that_is_open_and_no_other(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role)
    before = bench.work.calls.count("beat")
    beat(bench)
    assert bench.work.calls.count("beat") == before + 1
    bench.page.close_down()
    beat(bench)
    assert bench.work.calls.count("beat") == before + 1


def test_a_lease_lost_at_a_save_says_that_the_text_was_kept(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.type("hello")
    bench.work.errors["save_draft"] = [LeaseLost()]
    bench.save()
    assert not bench.is_clip_shown
    assert "your text is kept" in bench.message
    assert bench.work.calls.count("save_draft") == 1


# Listening


@pytest.mark.parametrize("again", ["retry", "leaving"])
def test_what_cannot_be_logged_is_not_played_on_and_is_logged_at_the_next_try_or_when_the_clip_leaves(
    bench: ClipPageBench, role: Role, again: str
) -> None:
    bench.open_role(role)
    bench.work.errors["heard"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.workspace.playback.toggle()
    bench.player.listen(8_000)
    bench.workspace.playback.report_heard()
    bench.settle()
    assert not bench.player.is_playing
    assert "could not be read or written" in bench.message
    assert bench.work.heard_ranges == []
    if again == "retry":
        bench.click(f"{role}_message_retry")
    else:
        bench.page.close_down()
        bench.settle()
    assert bench.work.heard_ranges == [HeardRange(0, 8_000)]


def test_playing_works_while_typing(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    bench.type("so")
    bench.press(Qt.Key.Key_Space, CTRL)
    assert bench.player.is_playing
    bench.press(Qt.Key.Key_F4)
    assert not bench.player.is_playing
    assert bench.field.text == "so"


def test_without_sound_everything_else_goes_on(bench: ClipPageBench, role: Role) -> None:
    bench.player = FakePlayer(Notice("NO_OUTPUT_DEVICE"))
    bench.open_role(role)
    assert (
        bench.text_of("play_problem") == "No sound: no output device was found. Connect one, then press play."
    )
    bench.type("hello")
    bench.save()
    assert bench.work.drafts["task-1"].text_verbatim == "hello"


# Handing over


def test_the_last_text_and_what_was_heard_are_in_before_the_work_is_submitted(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role)
    bench.type("hello there")
    bench.answer()
    bench.workspace.playback.toggle()
    bench.player.listen(FRAMES)
    bench.submit()  # while it plays: the last of it was not reported yet
    calls = bench.work.calls
    assert calls.index("save_draft") < calls.index("submit")
    assert calls.index("heard") < calls.index("submit")
    assert "save_draft" not in calls[calls.index("submit") :]
    assert bench.work.heard_ranges == [HeardRange(0, FRAMES)]
    assert bench.saved == ""


def test_unfinished_work_says_what_is_missing_and_goes_there(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    bench.hear()
    bench.type("hello")
    bench.submit()
    assert "submit" not in bench.work.calls
    assert bench.message.startswith("2 things are missing.")
    assert QApplication.focusWidget().objectName() == "field_speech_quality_clear"
    bench.button("field_speech_quality_clear").click()
    assert bench.message.startswith("One thing is missing.")
    bench.button("field_speakers_one").click()
    assert bench.message == ""


def test_fixing_moves_the_cursor_nowhere(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    bench.answer()
    bench.submit()
    bench.field.setFocus()
    bench.type("the 3 of us")
    assert QApplication.focusWidget() is bench.field
    assert bench.field.text == "the 3 of us"


def test_a_missing_text_comes_first_and_a_wrong_word_is_selected(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    bench.workspace.view.transcription.form.focus_field()
    bench.submit()
    assert QApplication.focusWidget() is bench.field
    bench.type("the 3 of them")
    bench.submit()
    assert bench.field.textCursor().selectedText() == "3"


def test_what_is_missing_follows_the_text_after_a_pause(bench: ClipPageBench, qtbot: QtBot) -> None:
    bench.open_role("desk")
    bench.hear()
    bench.answer()
    bench.type("the 3 of them")
    bench.submit()
    assert bench.message.startswith("One thing is missing.")
    bench.type("we")  # in place of what is selected, the digit
    qtbot.waitUntil(lambda: bench.message == "")


def test_a_submission_that_fails_keeps_everything_and_can_be_tried_again(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role)
    bench.work.errors["submit"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.finish("hello there")
    assert bench.message.startswith("The workspace file could not be read or written.")
    assert bench.field.text == "hello there"
    bench.field.setFocus()
    bench.type(" again")
    bench.save()
    assert bench.work.drafts["task-1"].text_verbatim == "hello there again"
    bench.click(f"{role}_message_retry")
    assert [work.text_verbatim for work in bench.work.submitted] == ["hello there again"]


def test_submitting_twice_while_the_first_is_under_way_is_submitting_once(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role)
    bench.prepare()
    bench.page.submit()
    bench.page.submit()
    bench.settle()
    assert bench.work.calls.count("submit") == 1


@pytest.mark.parametrize("error", [LeaseLost(), SubmissionConflict(), NotLeased(), OpenElsewhere()])
def test_work_that_is_no_longer_ours_says_what_was_kept(
    bench: ClipPageBench, role: Role, error: Refused
) -> None:
    bench.open_role(role)
    bench.work.errors["submit"] = [error]
    bench.finish()
    assert not bench.is_clip_shown
    assert shown_sentence_of(error) in bench.message
    assert bench.field.text == ""
    assert bench.player.loaded is None
    assert bench.work.calls.count("claim") == 1


def test_while_work_is_submitted_nothing_of_it_changes_and_after_a_while_that_is_seen(
    bench: ClipPageBench, role: Role, qtbot: QtBot
) -> None:
    bench.open_role(role)
    gate = bench.work.gate("submit")
    bench.prepare()
    bench.page.submit()
    view = bench.workspace.view
    before = view.annotation
    qtbot.waitUntil(bench.work.begun["submit"].is_set)
    bench.type("more")
    view.transcription.flags.toggle(Flag.UNUSABLE)
    bench.button("field_speakers_two").click()
    bench.button("tag_laugh").click()
    assert (bench.field.text, view.annotation) == ("hello there", before)
    assert bench.button("field_speakers_one").isChecked()
    assert not bench.button("flag_unusable").isChecked()
    submit = bench.button("submit" if role == "desk" else "qa_submit")
    qtbot.waitUntil(lambda: not submit.isEnabled() and not view.transcription.form.isEnabled())
    gate.set()
    bench.settle()
    assert bench.work.submitted == [before]
    assert submit.isEnabled()


def test_locked_while_submitting_the_next_clip_is_not_shown(
    bench: ClipPageBench, role: Role, qtbot: QtBot
) -> None:
    bench.open_role(role)
    gate = bench.work.gate("submit")
    bench.prepare()
    bench.page.submit()
    qtbot.waitUntil(bench.work.begun["submit"].is_set)
    bench.page.close_down()
    gate.set()
    bench.settle()
    assert [work.text_verbatim for work in bench.work.submitted] == ["hello there"]
    assert bench.player.loaded is None
    assert bench.field.text == ""
    if role == "desk":
        assert bench.work.held is None


def test_the_empty_page_has_one_primary_button_and_every_control_of_a_clip_a_name_and_a_hint(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role)
    buttons = bench.workspace.stack.empty.findChildren(QPushButton)
    assert [b.objectName() for b in buttons if b.property("kind") == "primary"] == ["claim"]
    for button in bench.workspace.view.findChildren(QPushButton):
        assert all((button.objectName(), button.accessibleName(), button.toolTip())), button.text()


def test_a_renewed_lease_is_used_from_then_on(bench: ClipPageBench) -> None:
    session = FakeDesk(an_open_clip(a_lease(1)))
    renewed = replace(a_lease(1), until=a_lease(1).until.replace(hour=13))
    asked = []
    session.work.beat = lambda lease: asked.append(lease) or renewed  # type: ignore[method-assign]
    bench.open(session)
    for _ in range(2):
        beat(bench)
    assert asked == [a_lease(1), renewed]


def test_a_skip_that_fails_keeps_the_clip(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    bench.type("hello")
    bench.work.errors["skip"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.workspace.presenter.skip(SkipReason.TECHNICAL)
    bench.settle()
    assert bench.is_clip_shown
    assert bench.field.text == "hello"
    assert "could not be read or written" in bench.message
