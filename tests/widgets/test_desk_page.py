"""The whole desk over a session in memory: claim, open, type, hand in, next; and all that can go wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import Damaged, LeaseLost, NdaRequired, Refused, SubmissionConflict, Unavailable
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.event import HeardRange
from reviewer.model.task import SkipReason
from reviewer.ui.desk.empty_desk import EmptyDesk
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.desk.skip_dialog import SkipDialog
from reviewer.ui.inline import InlineMessage
from reviewer.ui.jobs import Jobs
from reviewer.ui.page import StatusFacts
from reviewer.ui.preferences import Preferences
from reviewer.ui.theme import GAP_PX
from reviewer.ui.transcript.text_edit import TextField
from tests.fakes.desk import FakeDesk, a_lease, an_open_clip, returned
from tests.fakes.player import FakePlayer

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Settle = Callable[[], None]


class Bench:
    """A desk page with its fakes, and hands to work it."""

    def __init__(self, qtbot: QtBot, settle: Settle, jobs: Jobs, show: Callable[[QWidget], None]) -> None:
        self._qtbot, self._settle, self._jobs, self._show = qtbot, settle, jobs, show
        self.player = FakePlayer()
        self.facts: list[StatusFacts] = []

    def open(self, desk: FakeDesk, *, take: bool = True) -> "Bench":
        self.desk = desk
        self.page = DeskPage(desk, lambda: self.player, self._jobs, Preferences())
        self.page.status_changed.connect(self.facts.append)
        self.page.resize(1152, 735)
        self._show(self.page)
        self.page.enter()
        self._settle()
        if take:
            self.press(Qt.Key.Key_N, CTRL)
        return self

    @property
    def field(self) -> TextField:
        return self.page.findChild(TextField)

    @property
    def is_clip_shown(self) -> bool:
        return self.page.view.currentWidget() is self.page.view.board

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(QApplication.focusWidget() or self.page, key, modifiers)
        self._settle()

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.field, text)

    def click(self, name: str) -> None:
        self._qtbot.mouseClick(self.page.findChild(QPushButton, name), Qt.MouseButton.LeftButton)
        self._settle()

    def answer(self) -> None:
        for name in ("field_speech_quality_clear", "field_speakers_one"):
            self.page.findChild(QPushButton, name).click()

    def finish(self, text: str = "hello there") -> None:
        self.type(text)
        self.answer()
        self.hear()
        self.press(Qt.Key.Key_Return, CTRL)

    def hear(self) -> None:
        """Listens to the whole clip, however much of it was heard before."""
        self.page.playback.seek(0)
        self.listen(self.player.frames)

    def listen(self, frames: int) -> None:
        self.page.playback.toggle()
        self.player.listen(frames)
        self.page.playback.pause()
        self._settle()

    def save(self) -> None:
        self.page.presenter._keeper.save_now()
        self._settle()

    def settle(self) -> None:
        self._settle()

    def text_of(self, name: str) -> str:
        found = self.page.findChild(QWidget, name)
        return found.text() if isinstance(found, QLabel) else found.toPlainText()

    @property
    def message(self) -> str:
        name = "desk_message" if self.is_clip_shown else "empty_message"
        return self.page.findChild(InlineMessage, name).text

    @property
    def saved(self) -> str:
        return [facts.saved for facts in self.facts if facts.saved is not None][-1]


@pytest.fixture
def bench(
    themed: QApplication, qtbot: QtBot, settle: Settle, jobs: Jobs, show: Callable[[QWidget], None]
) -> Iterator[Bench]:
    made = Bench(qtbot, settle, jobs, show)
    yield made
    made.page.close_down()
    settle()


def two_clips() -> FakeDesk:
    return FakeDesk(an_open_clip(a_lease(1)), an_open_clip(a_lease(2)))


# Coming in


def test_at_the_start_nothing_is_claimed_unasked(bench: Bench) -> None:
    bench.open(two_clips(), take=False)
    assert "claim" not in bench.desk.calls
    assert bench.text_of("empty_title") == "Your desk is free"
    assert "2 waiting" in bench.text_of("empty_today")


def test_at_the_start_the_clip_that_is_still_held_comes_back_with_its_draft(bench: Bench) -> None:
    desk = FakeDesk(
        an_open_clip(draft=Annotation("half a sen", {"speakers": "two"}, frozenset({Flag.UNUSABLE})))
    )
    desk.held = a_lease()
    bench.open(desk, take=False)
    board = bench.page.view.board
    assert bench.is_clip_shown
    assert bench.field.text == "half a sen"
    assert board.form.labels == {"speakers": "two"}
    assert board.flags.flags == {Flag.UNUSABLE}


def test_coming_back_to_the_page_starts_nothing_again(bench: Bench) -> None:
    bench.open(two_clips(), take=False)
    bench.page.leave()
    bench.page.enter()
    bench.settle()
    assert bench.desk.calls.count("resume") == 1


def test_a_clip_is_taken_by_key_and_one_can_type_at_once(bench: Bench) -> None:
    bench.open(two_clips())
    assert bench.desk.calls[:4] == ["resume", "today", "unwitnessed", "claim"]
    assert bench.player.loaded is not None
    assert QApplication.focusWidget() is bench.field


def test_a_clip_is_taken_by_button(bench: Bench) -> None:
    bench.open(two_clips(), take=False)
    bench.click("next_clip")
    assert bench.is_clip_shown


def test_an_empty_queue_says_what_to_do(bench: Bench) -> None:
    bench.open(FakeDesk())
    assert not bench.is_clip_shown
    assert bench.text_of("empty_title") == "Nothing waits for you"
    assert "ask your lead" in bench.text_of("empty_sentence")


def test_the_status_tells_what_waits_and_what_has_no_witness(bench: Bench) -> None:
    bench.open(two_clips())
    assert StatusFacts(waiting=2, done_today=0) in bench.facts
    assert StatusFacts(unwitnessed=3) in bench.facts


# Typing


def test_what_is_typed_is_saved_and_the_time_is_the_commit_s(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello")
    bench.save()
    assert bench.desk.drafts[1].text_verbatim == "hello"
    assert bench.saved == bench.desk.now.astimezone().strftime("%H:%M:%S")


def test_nothing_is_called_saved_before_the_commit(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello")
    assert bench.saved == ""
    assert not bench.page.presenter.is_all_saved


def test_answers_and_flags_are_drafts_too(bench: Bench) -> None:
    bench.open(two_clips())
    bench.answer()
    bench.press(Qt.Key.Key_4, CTRL | SHIFT)
    bench.save()
    draft = bench.desk.drafts[1]
    assert draft.labels == {"speech_quality": "clear", "speakers": "one"}
    assert draft.flags == {Flag.PERSONAL_DATA}


def test_drafts_say_which_form_and_conventions_they_were_made_under(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("x")
    bench.save()
    draft = bench.desk.drafts[1]
    assert draft.schema_version == bench.desk.schema.id
    assert draft.conventions_version == bench.desk.conventions.id


def test_a_save_that_fails_says_so_and_keeps_the_text(bench: Bench) -> None:
    bench.open(two_clips())
    bench.desk.errors["save_draft"] = [Unavailable("The disk is full.", "Free some space.")]
    bench.type("hello")
    bench.save()
    assert bench.message.startswith("Not saved yet: The disk is full.")
    assert "Free some space." in bench.message
    assert bench.field.text == "hello"
    bench.save()
    assert bench.message == ""
    assert bench.desk.drafts[1].text_verbatim == "hello"


def test_going_to_another_page_saves_and_stops_the_sound(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello")
    bench.page.playback.toggle()
    bench.page.leave()
    bench.settle()
    assert not bench.player.is_playing
    assert bench.desk.drafts[1].text_verbatim == "hello"


def test_closing_has_the_last_letter_on_the_disk_before_it_returns(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello")
    bench.page.close_down()
    assert bench.desk.drafts[1].text_verbatim == "hello"


def test_closing_takes_text_and_picture_off_the_screen_and_closes_the_clip(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello")
    bench.listen(8_000)
    bench.page.close_down()
    bench.settle()
    assert bench.field.text == ""
    assert bench.player.is_closed
    assert bench.desk.calls[-2:] == ["closed", "give_back_ahead"]
    assert bench.desk.held is not None


def test_a_clip_of_which_nothing_was_done_goes_back_to_the_queue(bench: Bench) -> None:
    bench.open(two_clips())
    bench.page.close_down()
    bench.settle()
    assert bench.desk.calls[-3:] == ["closed", "release", "give_back_ahead"]
    assert bench.desk.held is None


@pytest.mark.parametrize("touch", ["heard", "typed", "flagged", "draft"])
def test_a_clip_that_was_worked_on_is_kept_for_its_holder(bench: Bench, touch: str) -> None:
    draft = Annotation("half") if touch == "draft" else None
    bench.open(FakeDesk(an_open_clip(draft=draft)))
    if touch == "heard":
        bench.listen(8_000)
    if touch == "typed":
        bench.type("x")
    if touch == "flagged":
        bench.press(Qt.Key.Key_3, CTRL | SHIFT)
    bench.page.close_down()
    bench.settle()
    assert "release" not in bench.desk.calls
    assert bench.desk.held is not None


def test_closing_twice_is_closing_once(bench: Bench) -> None:
    bench.open(two_clips())
    bench.page.close_down()
    bench.page.close_down()
    bench.settle()
    assert bench.desk.calls.count("closed") == 1


def test_closing_with_a_full_disk_does_not_hang_or_raise(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello")
    bench.desk.errors["save_draft"] = [Unavailable("The disk is full.")]
    bench.page.close_down()
    assert bench.desk.drafts == {}


def test_undo_and_tags_work_while_typing(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("so")
    bench.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert bench.page.view.board.annotation.text_verbatim == "so [laugh] "
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.page.view.board.annotation.text_verbatim == "so"


def test_one_key_goes_between_text_and_form(bench: Bench) -> None:
    bench.open(two_clips())
    bench.press(Qt.Key.Key_F9)
    assert QApplication.focusWidget().objectName() == "field_speech_quality_clear"
    bench.press(Qt.Key.Key_F9)
    assert QApplication.focusWidget() is bench.field


# What comes with a clip


def test_returned_work_shows_the_comment_and_begins_with_the_earlier_text(bench: Bench) -> None:
    bench.open(FakeDesk(an_open_clip(returned=returned("Listen to the end.", "hello there"))))
    assert bench.text_of("notice_says") == "Returned by QA: Listen to the end."
    assert "hello there" in bench.text_of("notice_text")
    assert bench.field.text == "hello there"


def test_a_draft_of_returned_work_is_newer_than_what_was_handed_in(bench: Bench) -> None:
    clip = an_open_clip(returned=returned(text="old"), draft=Annotation("new"))
    bench.open(FakeDesk(clip))
    assert bench.field.text == "new"


def test_a_machine_s_draft_is_offered_and_put_in_only_when_asked(bench: Bench) -> None:
    bench.open(FakeDesk(an_open_clip(asr_draft="as heard by a machine")))
    assert bench.text_of("notice_text") == "as heard by a machine"
    assert bench.field.text == ""
    bench.press(Qt.Key.Key_M, CTRL | SHIFT)
    assert bench.field.text == "as heard by a machine"
    assert bench.page.view.board.annotation.text_verbatim == "as heard by a machine"


def test_the_next_clip_has_nothing_of_the_one_before(bench: Bench) -> None:
    bench.open(FakeDesk(an_open_clip(a_lease(1), asr_draft="x y"), an_open_clip(a_lease(2))))
    bench.finish()
    board = bench.page.view.board
    assert bench.field.text == ""
    assert board.form.labels == {}
    assert not board.notice.isVisible()
    assert bench.player.position == 0


# Handing in


def test_finished_work_is_handed_in_and_the_next_clip_opens(bench: Bench) -> None:
    bench.open(two_clips())
    bench.finish("hello there")
    assert [work.text_verbatim for work in bench.desk.submitted] == ["hello there"]
    assert bench.desk.submitted[0].labels == {"speech_quality": "clear", "speakers": "one"}
    assert bench.desk.held == a_lease(2)
    assert bench.is_clip_shown


def test_the_last_text_is_on_the_disk_before_it_is_handed_in(bench: Bench) -> None:
    bench.open(two_clips())
    bench.finish()
    calls = bench.desk.calls
    assert calls.index("save_draft") < calls.index("submit")
    assert "save_draft" not in calls[calls.index("submit") :]


def test_what_was_heard_is_logged_before_the_work_is_handed_in_and_closed(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello there")
    bench.answer()
    bench.page.playback.toggle()
    bench.player.listen(32_000)
    bench.press(Qt.Key.Key_Return, CTRL)  # while it plays: the last of it was not told yet
    calls = bench.desk.calls
    assert calls.index("heard") < calls.index("submit") < calls.index("closed")
    assert bench.desk.heard_ranges == [HeardRange(0, 32_000)]


def test_unfinished_work_says_what_is_missing_and_goes_there(bench: Bench) -> None:
    bench.open(two_clips())
    bench.hear()
    bench.type("hello")
    bench.press(Qt.Key.Key_Return, CTRL)
    assert "submit" not in bench.desk.calls
    assert bench.message.startswith("2 things are missing.")
    assert QApplication.focusWidget().objectName() == "field_speech_quality_clear"


def test_what_is_mended_is_no_longer_called_missing(bench: Bench) -> None:
    bench.open(two_clips())
    bench.hear()
    bench.type("hello")
    bench.press(Qt.Key.Key_Return, CTRL)
    bench.page.findChild(QPushButton, "field_speech_quality_clear").click()
    assert bench.message.startswith("One thing is missing. Speakers")
    bench.page.findChild(QPushButton, "field_speakers_one").click()
    assert bench.message == ""


def test_mending_moves_the_cursor_nowhere(bench: Bench) -> None:
    bench.open(two_clips())
    bench.answer()
    bench.press(Qt.Key.Key_Return, CTRL)
    bench.field.setFocus()
    bench.type("the 3 of us")
    assert QApplication.focusWidget() is bench.field
    assert bench.field.text == "the 3 of us"


def test_a_missing_text_comes_first(bench: Bench) -> None:
    bench.open(two_clips())
    bench.page.view.board.form.focus_field()
    bench.press(Qt.Key.Key_Return, CTRL)
    assert QApplication.focusWidget() is bench.field


def test_a_wrong_word_is_selected(bench: Bench) -> None:
    bench.open(two_clips())
    bench.answer()
    bench.field.setFocus()
    bench.type("the 3 of them")
    bench.press(Qt.Key.Key_Return, CTRL)
    assert bench.field.textCursor().selectedText() == "3"


def test_a_clip_without_speech_needs_nothing_else_but_to_be_heard(bench: Bench) -> None:
    bench.open(two_clips())
    bench.hear()
    bench.press(Qt.Key.Key_1, CTRL | SHIFT)
    bench.click("submit")
    assert bench.desk.submitted[0].flags == {Flag.NO_SPEECH}


def test_words_under_the_flag_no_speech_are_asked_about_not_handed_in(bench: Bench) -> None:
    bench.open(two_clips())
    bench.field.setFocus()
    bench.type("the end")
    bench.press(Qt.Key.Key_1, CTRL | SHIFT)
    bench.click("submit")
    assert bench.desk.submitted == []
    assert "no speech is set, but" in bench.page.view.board.message.text
    bench.press(Qt.Key.Key_1, CTRL | SHIFT)
    bench.answer()
    bench.hear()
    bench.click("submit")
    assert [done.text_verbatim for done in bench.desk.submitted] == ["the end"]


def test_a_hand_in_that_fails_keeps_everything_and_can_be_tried_again(bench: Bench) -> None:
    bench.open(two_clips())
    bench.desk.errors["submit"] = [Unavailable("The disk is full.")]
    bench.finish("hello there")
    assert bench.message.startswith("The disk is full.")
    assert bench.field.text == "hello there"
    bench.click("desk_message_retry")
    assert [work.text_verbatim for work in bench.desk.submitted] == ["hello there"]


def test_after_a_hand_in_that_failed_typing_is_saved_again(bench: Bench) -> None:
    bench.open(two_clips())
    bench.desk.errors["submit"] = [Refused("Not now.")]
    bench.finish("hello there")
    bench.field.setFocus()
    bench.type(" again")
    bench.save()
    assert bench.desk.drafts[1].text_verbatim == "hello there again"


def test_a_second_submit_while_the_first_is_under_way_is_one(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello there")
    bench.answer()
    bench.hear()
    bench.page.presenter.submit()
    bench.page.presenter.submit()
    bench.settle()
    assert bench.desk.calls.count("submit") == 1


@pytest.mark.parametrize("error", [LeaseLost(), SubmissionConflict()])
def test_work_that_is_no_longer_ours_says_what_was_kept(bench: Bench, error: Refused) -> None:
    bench.open(two_clips())
    bench.desk.errors["submit"] = [error]
    bench.finish()
    assert not bench.is_clip_shown
    assert error.sentence in bench.message
    assert bench.field.text == ""
    assert bench.player.loaded is None


def test_a_lease_lost_at_a_save_says_that_the_text_was_kept(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello")
    bench.desk.errors["save_draft"] = [LeaseLost()]
    bench.save()
    assert not bench.is_clip_shown
    assert "your text is kept" in bench.message


def test_a_lease_lost_at_the_heartbeat_saves_the_text_first(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello")
    bench.desk.errors["renew"] = [LeaseLost()]
    bench.desk.errors["save_draft"] = [LeaseLost()]
    bench.page.presenter._heartbeat.beat()
    bench.settle()
    assert bench.desk.calls[-4:] != []
    assert "save_draft" in bench.desk.calls
    assert not bench.is_clip_shown
    assert "your text is kept" in bench.message


def test_a_heartbeat_that_cannot_reach_the_store_disturbs_nobody(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello")
    bench.desk.errors["renew"] = [Unavailable("Busy.")]
    bench.page.presenter._heartbeat.beat()
    bench.settle()
    assert bench.is_clip_shown
    assert bench.message == ""


def test_the_lease_is_renewed_every_minute_while_a_clip_is_open(bench: Bench) -> None:
    bench.open(two_clips())
    timer = bench.page.presenter._heartbeat._timer
    assert timer.isActive()
    assert timer.interval() == 60_000


# Opening


def test_a_clip_that_does_not_open_can_be_given_back(bench: Bench) -> None:
    desk = two_clips()
    desk.errors["open"] = [Damaged("This clip does not verify.")]
    bench.open(desk)
    assert not bench.is_clip_shown
    assert "does not verify" in bench.message
    bench.click("give_back")
    assert bench.desk.skipped == [SkipReason.TECHNICAL]
    assert bench.is_clip_shown


def test_a_clip_that_does_not_open_is_tried_again_by_the_same_button(bench: Bench) -> None:
    desk = two_clips()
    desk.errors["open"] = [Unavailable("The disk is slow.")]
    bench.open(desk)
    bench.click("next_clip")
    assert bench.is_clip_shown
    assert bench.desk.held == a_lease(1)


def test_without_an_agreement_the_window_is_asked_for_it(bench: Bench, qtbot: QtBot) -> None:
    desk = two_clips()
    desk.errors["claim"] = [NdaRequired()]
    bench.open(desk, take=False)
    with qtbot.waitSignal(bench.page.agreement_requested):
        bench.press(Qt.Key.Key_N, CTRL)
    assert "non-disclosure" in bench.message


def test_a_clip_that_opens_after_the_page_was_closed_is_closed_again(bench: Bench) -> None:
    bench.open(two_clips(), take=False)
    bench.page.presenter.take_next()
    bench.page.close_down()
    bench.settle()
    assert not bench.is_clip_shown
    assert bench.player.loaded is None
    assert bench.desk.held is None


# Listening


def test_what_cannot_be_logged_is_not_played_on(bench: Bench) -> None:
    bench.open(two_clips())
    bench.desk.errors["heard"] = [Unavailable("The log cannot be written.")]
    bench.page.playback.toggle()
    bench.player.listen(8_000)
    bench.page.playback.report_heard()
    bench.settle()
    assert not bench.player.is_playing
    assert "cannot be written" in bench.message
    bench.click("desk_message_retry")
    assert bench.desk.heard_ranges == [HeardRange(0, 8_000)]


def test_without_sound_everything_else_goes_on(bench: Bench) -> None:
    bench.player = FakePlayer("No sound here. Install libportaudio2.")
    bench.open(two_clips())
    assert bench.text_of("play_problem") == "No sound here. Install libportaudio2."
    bench.finish()
    assert "must be heard" in bench.message  # typed work waits for sound; the clip can be given back
    bench.page.presenter.skip(SkipReason.TECHNICAL)
    bench.settle()
    assert bench.desk.skipped == [SkipReason.TECHNICAL]


def test_playing_works_while_typing(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("so")
    bench.press(Qt.Key.Key_Space, CTRL)
    assert bench.player.is_playing
    bench.press(Qt.Key.Key_F4)
    assert not bench.player.is_playing
    assert bench.field.text == "so"


# Skipping


def dialog_of(bench: Bench) -> SkipDialog:
    bench.press(Qt.Key.Key_K, CTRL | SHIFT)
    return bench.page.findChild(SkipDialog)


def test_a_skip_needs_a_reason(bench: Bench) -> None:
    bench.open(two_clips())
    dialog = dialog_of(bench)
    assert not dialog.findChild(QPushButton, "skip_confirm").isEnabled()
    assert not any(button.isChecked() for button in dialog.findChildren(QRadioButton))
    dialog.reject()


def test_enter_skips_nothing(bench: Bench, qtbot: QtBot) -> None:
    bench.open(two_clips())
    dialog = dialog_of(bench)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    bench.settle()
    assert bench.desk.skipped == []
    assert bench.is_clip_shown


def test_a_skip_with_its_reason_brings_the_next_clip(bench: Bench, qtbot: QtBot) -> None:
    bench.open(two_clips())
    dialog = dialog_of(bench)
    qtbot.keyClick(dialog, Qt.Key.Key_4)
    dialog.findChild(QPushButton, "skip_confirm").click()
    bench.settle()
    assert bench.desk.skipped == [SkipReason.DISTRESSING]
    assert bench.desk.held == a_lease(2)
    assert bench.page.window().focusWidget() is bench.field


def test_the_question_stops_the_sound(bench: Bench) -> None:
    bench.open(two_clips())
    bench.page.playback.toggle()
    dialog = dialog_of(bench)
    assert not bench.player.is_playing
    dialog.reject()


def test_a_skip_that_fails_keeps_the_clip(bench: Bench) -> None:
    bench.open(two_clips())
    bench.type("hello")
    bench.desk.errors["skip"] = [Unavailable("The disk is full.")]
    bench.page.presenter.skip(SkipReason.TECHNICAL)
    bench.settle()
    assert bench.is_clip_shown
    assert bench.field.text == "hello"
    assert "disk is full" in bench.message


# The room


@pytest.mark.parametrize("size", [(844, 536), (1152, 735), (1800, 1000), (2400, 1400)])
def test_everything_has_its_place_at_every_size(bench: Bench, size: tuple[int, int]) -> None:
    bench.open(FakeDesk(an_open_clip(asr_draft="a machine's text"), an_open_clip(a_lease(2))))
    bench.page.resize(*size)
    QApplication.processEvents()
    assert (bench.page.width(), bench.page.height()) == size
    board = bench.page.view.board
    for name in ("waveform", "play_bar", "notice", "transcript", "tag_palette", "side", "skip", "submit"):
        part = board.findChild(QWidget, name)
        place = part.geometry()
        assert part.isVisible(), name
        assert board.rect().contains(place), name
        assert place.height() >= min(part.minimumSizeHint().height(), part.maximumHeight()), name


@pytest.mark.parametrize(
    ("width", "is_beside_the_waves"), [(1152, False), (1463, False), (1464, True), (2424, True)]
)
def test_in_a_wide_window_the_form_has_a_column_of_its_own(
    bench: Bench, width: int, is_beside_the_waves: bool
) -> None:
    bench.open(two_clips())
    bench.page.resize(width, 900)
    QApplication.processEvents()
    board = bench.page.view.board
    side, waves = board.findChild(QWidget, "side").geometry(), board.waves.geometry()
    assert (waves.right() < side.left()) is is_beside_the_waves
    assert (side.top() == waves.top()) is is_beside_the_waves


def test_the_form_finds_back_when_the_window_is_made_narrow_again(bench: Bench) -> None:
    bench.open(two_clips())
    board = bench.page.view.board
    side = board.findChild(QWidget, "side")
    before = side.geometry()
    for size in ((2424, 1300), (bench.page.width(), bench.page.height())):
        bench.page.resize(*size)
        QApplication.processEvents()
    assert side.geometry() == before


def test_try_again_stands_in_line_with_the_other_buttons(bench: Bench) -> None:
    bench.open(two_clips())
    board = bench.page.view.board
    board.message.show_error(Unavailable("The disk is full.", "Free some space."))
    QApplication.processEvents()

    def bottom(name: str) -> int:
        button = board.findChild(QPushButton, name)
        return button.mapTo(board, button.rect().bottomLeft()).y()

    assert bottom("desk_message_retry") == bottom("skip") == bottom("submit")


@pytest.mark.parametrize(("height", "is_shown"), [(655, False), (735, True)])
def test_in_a_low_window_the_text_has_the_room_of_the_tags_meanings(
    bench: Bench, height: int, is_shown: bool
) -> None:
    bench.open(two_clips())
    bench.page.resize(1152, height)
    QApplication.processEvents()
    assert bench.page.findChild(QLabel, "tag_meaning_laugh").isVisible() is is_shown
    button = bench.page.findChild(QPushButton, "tag_laugh")
    assert button.x() == 40 + GAP_PX  # right behind its key, with a meaning and without


def test_neither_problems_nor_messages_move_anything(bench: Bench) -> None:
    bench.open(two_clips())
    board = bench.page.view.board

    def places() -> list[object]:
        parts = (board.waves, board.play_bar, board.editor, board.palette_of_tags, board.form, board.flags)
        return [part.geometry() for part in parts]

    before = places()
    bench.type("the 3 of them [lauhg] ")
    bench.press(Qt.Key.Key_Return, CTRL)
    bench.desk.errors["save_draft"] = [Unavailable("The disk is full.", "Free some space.")]
    bench.type("x")
    bench.save()
    assert places() == before


def test_every_control_has_a_name_and_a_hint(bench: Bench) -> None:
    bench.open(two_clips())
    for button in bench.page.view.board.findChildren(QPushButton):
        assert button.objectName(), button.text()
        assert button.accessibleName(), button.objectName()
        assert button.toolTip(), button.objectName()


def test_the_empty_desk_has_one_primary_button(bench: Bench) -> None:
    bench.open(FakeDesk(), take=False)
    buttons = bench.page.findChild(EmptyDesk).findChildren(QPushButton)
    assert [b.objectName() for b in buttons if b.property("kind") == "primary"] == ["next_clip"]


def test_the_list_of_keys_has_the_tags(bench: Bench) -> None:
    bench.open(FakeDesk(), take=False)
    assert ("Alt+1", "[laugh]") in [(key, what.split("  ")[0]) for key, what in bench.page.more_keys()]


def test_a_renewed_lease_is_used_from_then_on(bench: Bench) -> None:
    desk = two_clips()
    renewed = replace(a_lease(1), until=a_lease(1).until.replace(hour=13))
    asked = []
    desk.renew = lambda lease: asked.append(lease) or renewed  # type: ignore[method-assign]
    bench.open(desk)
    for _ in range(2):
        bench.page.presenter._heartbeat.beat()
        bench.settle()
    assert asked == [a_lease(1), renewed]
