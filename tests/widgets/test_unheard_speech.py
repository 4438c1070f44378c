"""Work on speech that was not heard: the desk and the spot check say so, show where, and take it back."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.desk.coverage import Lack, Unheard
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.model.project import ListeningRules
from reviewer.model.task import SkipReason, Verdict
from reviewer.ui.jobs import Jobs
from tests.fakes.desk import FakeDesk, a_lease, an_open_clip
from tests.fakes.qa import FakeQa
from tests.widgets.test_desk_page import CTRL, SHIFT, Bench
from tests.widgets.test_qa_page import THEIRS, Table

SPEECH = (Span(4_000, 12_000), Span(20_000, 28_000))


@pytest.fixture
def bench(
    themed: QApplication,
    qtbot: QtBot,
    settle: Callable[[], None],
    jobs: Jobs,
    show: Callable[[QWidget], None],
) -> Iterator[Bench]:
    made = Bench(qtbot, settle, jobs, show)
    yield made
    made.page.close_down()
    settle()


class Shown:
    """The stretches that the board wants marked, the newest last."""

    def __init__(self, board: QWidget) -> None:
        self.spans: list[tuple[Span, ...]] = []
        board.unheard_changed.connect(self.spans.append)


def ready(bench: Bench, **changes: object) -> Shown:
    """A clip with two passages of speech, typed and answered, nothing heard."""
    clips = [an_open_clip(a_lease(number), speech=SPEECH, **changes) for number in (1, 2)]
    bench.open(FakeDesk(*clips))
    shown = Shown(bench.page.view.board)
    bench.type("hello there")
    bench.answer()
    bench.field.setFocus()
    return shown


def listen(bench: Bench, start: int, end: int) -> None:
    bench.page.playback.seek(start)
    bench.listen(end - start)


def test_unheard_speech_is_said_with_the_key_and_marked_and_the_cursor_stays(bench: Bench) -> None:
    shown = ready(bench)
    bench.press(Qt.Key.Key_Return, CTRL)
    assert bench.desk.submitted == []
    assert bench.message == (
        "One thing is missing. 1.0 s of speech were not heard yet. Ctrl+F8 plays the next of it."
    )
    assert shown.spans[-1] == SPEECH
    assert QApplication.focusWidget() is bench.field


def test_what_is_heard_is_taken_back_piece_by_piece(bench: Bench) -> None:
    shown = ready(bench)
    bench.press(Qt.Key.Key_Return, CTRL)
    listen(bench, 4_000, 12_000)
    assert "0.5 s of speech" in bench.message
    assert shown.spans[-1] == SPEECH[1:]
    listen(bench, 19_000, 29_000)
    assert bench.message == ""
    assert shown.spans[-1] == ()
    bench.press(Qt.Key.Key_Return, CTRL)
    assert len(bench.desk.submitted) == 1


def test_only_the_speech_must_be_heard(bench: Bench) -> None:
    ready(bench)
    for span in SPEECH:
        listen(bench, span.start, span.end)
    bench.press(Qt.Key.Key_Return, CTRL)
    assert len(bench.desk.submitted) == 1


def test_what_was_heard_before_a_lock_need_not_be_heard_again(bench: Bench) -> None:
    ready(bench, heard=(HeardRange(0, 12_000),))
    listen(bench, 20_000, 28_000)
    bench.press(Qt.Key.Key_Return, CTRL)
    assert len(bench.desk.submitted) == 1


def test_what_was_heard_before_counts_on_the_screen_and_is_not_logged_again(bench: Bench) -> None:
    ready(bench, heard=(HeardRange(4_000, 12_000),))
    assert bench.page.playback.coverage.percent == 50
    bench.page.playback.report_heard()
    bench.settle()
    assert bench.desk.heard_ranges == []


def test_the_lead_may_ask_for_nothing(bench: Bench) -> None:
    desk = FakeDesk(an_open_clip(speech=SPEECH))
    desk.listening_rules = ListeningRules(heard_percent=0)
    bench.open(desk)
    bench.type("hello there")
    bench.answer()
    bench.press(Qt.Key.Key_Return, CTRL)
    assert len(bench.desk.submitted) == 1


def test_a_clip_answered_by_a_flag_asks_for_a_little_of_it_and_marks_nothing(bench: Bench) -> None:
    bench.open(FakeDesk(an_open_clip(speech=SPEECH)))
    shown = Shown(bench.page.view.board)
    bench.press(Qt.Key.Key_1, CTRL | SHIFT)
    bench.click("submit")
    assert bench.message == "One thing is missing. 2.0 s more of this clip must be heard first."
    assert not any(shown.spans)
    bench.hear()
    bench.click("submit")
    assert len(bench.desk.submitted) == 1


def test_other_missing_things_come_first(bench: Bench) -> None:
    bench.open(FakeDesk(an_open_clip(speech=SPEECH)))
    bench.answer()
    bench.press(Qt.Key.Key_Return, CTRL)
    assert bench.message.startswith("2 things are missing. Type what is said")
    assert QApplication.focusWidget() is bench.field


def test_a_refusal_by_the_log_is_shown_and_keeps_the_clip(bench: Bench) -> None:
    ready(bench)
    for span in SPEECH:
        listen(bench, span.start, span.end)
    bench.desk.errors["submit"] = [Unheard(Lack(16_000, 16_000, SPEECH))]
    bench.press(Qt.Key.Key_Return, CTRL)
    assert bench.is_clip_shown
    assert bench.message.startswith("1.0 s of speech were not heard yet.")
    assert bench.field.text == "hello there"


def test_a_skip_that_is_refused_says_why_and_keeps_the_clip(bench: Bench) -> None:
    ready(bench)
    bench.desk.errors["skip"] = [Unheard(Lack(48_000, 16_000))]
    bench.page.presenter.skip(SkipReason.DISTRESSING)
    bench.settle()
    assert bench.is_clip_shown
    assert bench.message.startswith("3.0 s more of this clip must be heard first.")


# The spot check


@pytest.fixture
def table(themed: QApplication, qtbot: QtBot, jobs: Jobs, settle: Callable[[], None]) -> Iterator[Table]:
    """A check of a clip with two passages of speech at the comparison, nothing heard."""
    session = FakeQa(THEIRS)
    session.speech = SPEECH
    session.listening_rules = ListeningRules(reason_seconds=1)
    table = Table(session, jobs, settle)
    qtbot.addWidget(table.page)
    table.page.resize(1280, 760)
    table.page.show()
    table.page.enter()
    settle()
    table.take()
    table.hand_in(heard=False)
    yield table
    table.page.close_down()
    settle()


def test_qa_cannot_accept_what_they_did_not_hear(table: Table) -> None:
    shown, compare = Shown(table.page.board), table.page.board.compare
    compare.accept.click()
    table.settle()
    assert table.session.verdicts == []
    assert table.page.board.message.text == (
        "1.0 s of speech were not heard yet. Ctrl+F8 plays the next of it."
    )
    assert shown.spans[-1] == SPEECH
    assert compare.accept.isEnabled()
    assert compare.comment.isEnabled()


def test_qa_accepts_once_it_was_heard(table: Table) -> None:
    shown, compare = Shown(table.page.board), table.page.board.compare
    compare.accept.click()
    table.hear(30_000)
    assert table.page.board.message.text == ""
    assert shown.spans[-1] == ()
    compare.accept.click()
    table.settle()
    assert table.session.verdicts == [(Verdict.ACCEPTED, "")]


def test_qa_returns_work_after_a_little_of_it(table: Table) -> None:
    compare = table.page.board.compare
    compare.comment.setText("Another clip's text.")
    compare.send_back.click()
    table.settle()
    assert table.session.verdicts == []
    assert table.page.board.message.text == (
        "1.0 s more of this clip must be heard first. Any part of the clip counts, at any speed."
    )
    table.hear(16_000)
    compare.send_back.click()
    table.settle()
    assert table.session.verdicts == [(Verdict.RETURNED, "Another clip's text.")]


def test_what_qa_heard_is_in_the_log_before_the_verdict(table: Table) -> None:
    table.page.playback.toggle()
    table.player.listen(30_000)
    table.page.board.compare.accept.click()
    table.settle()
    calls = table.session.calls
    assert calls.index("heard") < calls.index("accept")
