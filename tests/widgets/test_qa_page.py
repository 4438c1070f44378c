"""The spot check by keys and mouse."""

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.errors import NdaRequired, Unavailable
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.task import Verdict
from reviewer.stats.wer import diff_words
from reviewer.ui.jobs import Jobs
from reviewer.ui.page import StatusFacts
from reviewer.ui.preferences import Preferences
from reviewer.ui.qa.marked_text import MarkedText, Side
from reviewer.ui.qa.page import QaPage
from tests.fakes.player import FakePlayer
from tests.fakes.qa import FakeQa

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
THEIRS = "turn left at the next light"
MINE = "turn right at the next light please"


class Table:
    """The page with the session and the player behind it."""

    def __init__(self, session: FakeQa, jobs: Jobs, settle) -> None:
        self.session, self.player, self.settle = session, FakePlayer(), settle
        self.page = QaPage(session, lambda: self.player, jobs, Preferences())

    def take(self) -> None:
        self.page.empty.take.click()
        self.settle()

    def hear(self, frames: int = 32_000) -> None:
        self.page.playback.seek(0)
        self.page.playback.toggle()
        self.player.listen(frames)
        self.page.playback.pause()
        self.settle()

    def hand_in(self, text: str = MINE, *, heard: bool = True) -> None:
        if heard:
            self.hear()
        self.page.board.blind.editor.replace_text(text)
        self.page.board.blind.hand_in.click()
        self.settle()


@pytest.fixture
def build(themed, qtbot: QtBot, jobs: Jobs, settle):
    made: list[Table] = []

    def make(*texts: str, session: FakeQa | None = None) -> Table:
        table = Table(session or FakeQa(*texts), jobs, settle)
        made.append(table)
        qtbot.addWidget(table.page)
        table.page.resize(1280, 760)
        table.page.show()
        table.page.enter()
        settle()
        return table

    yield make
    for table in made:
        table.page.close_down()
        settle()


def test_an_empty_page_says_what_waits_and_what_to_do(build):
    page = build(THEIRS).page
    assert page.stage == "empty"
    assert page.empty.waiting.text() == "1 drawn and waiting"
    assert page.empty.take.isEnabled()


def test_taking_draws_claims_and_opens(build):
    table = build(THEIRS)
    table.take()
    assert table.page.stage == "blind"
    assert [name for name in table.session.calls if name != "waiting"] == ["draw", "claim", "open"]
    assert table.player.loaded is not None


def test_a_key_takes_the_next_check(build, qtbot: QtBot):
    table = build(THEIRS)
    qtbot.keyClick(table.page, Qt.Key.Key_N, CONTROL)
    table.settle()
    assert table.page.stage == "blind"


@pytest.mark.parametrize("height", [560, 640, 760, 1340])
@pytest.mark.parametrize("stage", ["blind", "compare"])
def test_waves_and_spectrogram_lie_over_nothing_else(build, qtbot: QtBot, height: int, stage: str):
    table = build("and so", "my fellow")
    table.take()
    if stage == "compare":
        table.hand_in()
    table.page.board.spectrogram.toggle()
    table.page.resize(1120, height)
    table.page.show()
    qtbot.waitExposed(table.page)
    QApplication.processEvents()
    board = table.page.board
    assert table.page.stage == stage
    spectrum = board.spectrogram.mapTo(board, QPoint(0, board.spectrogram.height()))
    assert board.spectrogram.isVisible()
    assert spectrum.y() <= board.play_bar.y()
    parts = [board.message, board.waves, board.play_bar, board.compare if stage == "compare" else board.blind]
    places = [QRect(part.mapTo(board, QPoint(0, 0)), part.size()) for part in parts if part.isVisible()]
    assert not any(one.intersects(other) for one, other in combinations(places, 2))
    assert all(place.bottom() <= board.height() for place in places)


def test_when_nothing_waits_the_page_says_so(build):
    table = build()
    table.take()
    assert table.page.stage == "empty"
    assert "Nothing waits" in table.page.empty.message.text
    assert "2 passed without one" in table.page.empty.message.text
    assert table.page.empty.take.isEnabled()


def test_the_button_keeps_the_keyboard_while_a_check_is_looked_for(build):
    table = build()
    table.page.empty.take.setFocus()
    table.take()
    assert table.page.focusWidget() is table.page.empty.take


def test_what_was_handed_in_is_nowhere_on_the_page_while_one_types(build):
    table = build(THEIRS)
    table.take()
    QApplication.processEvents()
    board = table.page.board
    assert board.compare.theirs.toPlainText() == ""
    assert board.blind.editor.text == ""


def test_typing_goes_into_the_editor_at_once(build, qtbot: QtBot):
    table = build(THEIRS)
    table.take()
    qtbot.keyClicks(table.page.board.blind.editor.focusProxy(), "turn")
    assert table.page.board.blind.editor.text == "turn"


def test_handing_in_shows_both_versions(build):
    table = build(THEIRS)
    table.take()
    table.hand_in()
    compare = table.page.board.compare
    assert table.page.stage == "compare"
    assert (compare.theirs.toPlainText(), compare.mine.toPlainText()) == (THEIRS, MINE)


def test_one_s_own_version_is_kept_under_form_and_conventions(build):
    table = build(THEIRS)
    table.take()
    table.hand_in()
    kept = table.session.mine["s1"]
    assert kept.text_verbatim == MINE
    assert kept.schema_version == table.session.schema.id
    assert kept.conventions_version == table.session.conventions.id


def test_a_key_hands_in(build, qtbot: QtBot):
    table = build(THEIRS)
    table.take()
    qtbot.keyClick(table.page.board.blind.editor.focusProxy(), Qt.Key.Key_Return, CONTROL)
    table.settle()
    assert table.page.stage == "compare"


def test_the_words_that_differ_are_marked_on_both_sides(build):
    table = build(THEIRS)
    table.take()
    table.hand_in()
    compare = table.page.board.compare
    assert compare.theirs.marked == ("left",)
    assert compare.mine.marked == ("right", "please")


def test_the_figures_say_how_much_differs(build):
    table = build(THEIRS)
    table.take()
    table.hand_in()
    assert table.page.board.compare.figures.text() == "2 of 7 words differ · WER 28.6 % against my version"


def test_equal_versions_are_called_equal(build):
    table = build(THEIRS)
    table.take()
    table.hand_in(THEIRS)
    assert table.page.board.compare.figures.text() == "Word for word the same."


def test_labels_and_flags_that_were_handed_in_are_shown(build):
    table = build(THEIRS)
    table.session.theirs["s1"] = Annotation(THEIRS, flags=frozenset({Flag.PERSONAL_DATA}))
    table.take()
    table.hand_in()
    assert "personal data" in table.page.board.compare.labels.text()


def test_accepting_needs_no_comment(build):
    table = build(THEIRS)
    table.take()
    table.hand_in()
    table.page.board.compare.accept.click()
    table.settle()
    assert table.session.verdicts == [(Verdict.ACCEPTED, "")]
    assert table.page.stage == "empty"
    assert "Accepted" in table.page.empty.message.text


def test_work_goes_back_only_with_a_comment(build):
    table = build(THEIRS)
    table.take()
    table.hand_in()
    compare = table.page.board.compare
    assert not compare.send_back.isEnabled()
    compare.comment.setText("   ")
    assert not compare.send_back.isEnabled()
    compare.comment.setText("Listen again.")
    compare.send_back.click()
    table.settle()
    assert table.session.verdicts == [(Verdict.RETURNED, "Listen again.")]


@pytest.mark.parametrize(
    ("key", "verdict"), [(Qt.Key.Key_A, Verdict.ACCEPTED), (Qt.Key.Key_R, Verdict.RETURNED)]
)
def test_verdicts_have_keys(build, qtbot: QtBot, key: Qt.Key, verdict: Verdict):
    table = build(THEIRS)
    table.take()
    table.hand_in()
    table.page.board.compare.comment.setText("Good work.")
    qtbot.keyClick(table.page, key, CONTROL | SHIFT)
    table.settle()
    assert [made for made, _ in table.session.verdicts] == [verdict]


def test_nothing_of_the_last_clip_stays(build):
    table = build(THEIRS)
    table.take()
    table.hand_in()
    table.page.board.compare.accept.click()
    table.settle()
    QApplication.processEvents()
    board = table.page.board
    left = (board.compare.theirs, board.compare.mine)
    assert [part.toPlainText() for part in left] == ["", ""]
    assert board.blind.editor.text == ""
    assert table.player.loaded is None


def test_a_check_whose_own_version_is_handed_in_goes_on_at_the_comparison(build):
    table = build(THEIRS)
    table.take()
    table.hand_in()
    table.page.close_down()
    again = build(session=table.session)
    again.take()
    assert again.page.stage == "compare"
    assert again.page.board.compare.mine.toPlainText() == MINE


def test_a_failed_hand_in_keeps_what_was_typed(build):
    table = build(THEIRS)
    table.take()
    table.session.errors["hand_in_blind"] = [Unavailable("The disk is full.")]
    table.hand_in()
    assert table.page.stage == "blind"
    assert table.page.board.blind.editor.text == MINE
    assert table.page.board.blind.hand_in.isEnabled()
    assert "disk is full" in table.page.board.message.text


def test_a_failed_verdict_can_be_tried_again(build):
    table = build(THEIRS)
    table.take()
    table.hand_in()
    table.session.errors["accept"] = [Unavailable("The disk is full.")]
    table.page.board.compare.accept.click()
    table.settle()
    assert table.page.stage == "compare"
    table.page.board.compare.accept.click()
    table.settle()
    assert table.session.verdicts == [(Verdict.ACCEPTED, "")]


def test_without_a_live_agreement_the_window_is_asked_to_show_it(build, qtbot: QtBot):
    table = build(THEIRS)
    table.session.errors["draw"] = [NdaRequired()]
    with qtbot.waitSignal(table.page.agreement_requested):
        table.take()


def test_what_was_heard_is_logged_when_the_sound_stops(build):
    table = build(THEIRS)
    table.take()
    table.page.playback.toggle()
    table.player.listen(800)
    table.page.playback.toggle()
    table.settle()
    assert [(part.start, part.end) for part in table.session.heard_ranges] == [(0, 800)]


def test_what_cannot_be_logged_is_not_played_on(build):
    table = build(THEIRS)
    table.take()
    table.session.errors["heard"] = [Unavailable("The log cannot be written.")]
    table.page.playback.toggle()
    table.player.listen(800)
    table.page.playback.report_heard()
    table.settle()
    assert not table.player.is_playing
    assert "log cannot be written" in table.page.board.message.text


def test_going_to_another_screen_stops_the_sound(build):
    table = build(THEIRS)
    table.take()
    table.page.playback.toggle()
    table.page.leave()
    assert not table.player.is_playing


def test_closing_down_tells_what_was_heard_then_closes_the_clip(build):
    table = build(THEIRS)
    table.take()
    table.page.playback.toggle()
    table.player.listen(800)
    table.page.close_down()
    table.settle()
    assert table.session.calls[-2:] == ["heard", "closed"]
    assert table.player.is_closed


def test_a_key_types_a_tag(build, qtbot: QtBot):
    table = build(THEIRS)
    table.take()
    tag = table.session.conventions.tags[0]
    assert tag.key == "Alt+1"
    qtbot.keyClick(table.page.board.blind.editor.focusProxy(), Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert tag.name in table.page.board.blind.editor.text


def test_tags_are_in_the_table_of_keys_while_one_types(build):
    table = build(THEIRS)
    assert table.page.more_keys() == []
    table.take()
    assert "Alt+1" in dict(table.page.more_keys())


def test_the_status_bar_is_told_what_waits(build, qtbot: QtBot):
    table = build(THEIRS)
    facts: list[StatusFacts] = []
    table.page.status_changed.connect(facts.append)
    table.page.enter()
    table.settle()
    assert StatusFacts(waiting=1, unwitnessed=4) in facts


@pytest.mark.parametrize("side", list(Side))
def test_marks_are_seen_without_colour(themed, qtbot: QtBot, side: Side):
    view = MarkedText(side, "m", "m")
    qtbot.addWidget(view)
    view.show_text("a" if side is Side.THEIRS else "b", diff_words("a", "b"))
    cursor = QTextCursor(view.document())
    cursor.movePosition(QTextCursor.MoveOperation.Right)
    shape = cursor.charFormat()
    struck, underlined = shape.fontStrikeOut(), shape.underlineStyle()
    assert struck == (side is Side.THEIRS)
    assert (underlined is QTextCharFormat.UnderlineStyle.SingleUnderline) == (side is Side.MINE)


def test_marks_stand_right_after_letters_outside_the_basic_plane(themed, qtbot: QtBot):
    view = MarkedText(Side.MINE, "m", "m")
    qtbot.addWidget(view)
    view.show_text("😀 b", diff_words("😀 a", "😀 b"))
    cursor = QTextCursor(view.document())
    cursor.setPosition(3)
    cursor.movePosition(QTextCursor.MoveOperation.Right)
    assert cursor.charFormat().underlineStyle() is QTextCharFormat.UnderlineStyle.SingleUnderline
    cursor.setPosition(2)
    assert cursor.charFormat().underlineStyle() is QTextCharFormat.UnderlineStyle.NoUnderline
