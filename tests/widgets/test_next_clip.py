"""The next clip on the desk: made ready while the present one is typed, shown when the work is handed in."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.desk.listen import Heard
from reviewer.desk.session import OpenClip
from reviewer.errors import Damaged, LeaseLost, NdaRequired, Unavailable
from reviewer.model.annotation import Flag
from reviewer.model.task import Lease, SkipReason
from reviewer.ui.jobs import Jobs
from reviewer.ui.waveform.plot import WavePlot
from tests.fakes.desk import FakeDesk, a_lease, an_open_clip
from tests.widgets.test_desk_page import CTRL, Bench, Settle


class SlowDesk(FakeDesk):
    """A desk that prepares, or takes work in, only when it is let."""

    def __init__(self, *clips: OpenClip, waits_in: str) -> None:
        super().__init__(*clips)
        self.may_go = threading.Event()
        self.has_begun = threading.Event()
        self._waits_in = waits_in

    def prepare(self, lease: Lease) -> Heard:
        self._wait("prepare")
        return super().prepare(lease)

    def submit(self, lease: Lease, annotation: object) -> object:
        self._wait("submit")
        return super().submit(lease, annotation)  # type: ignore[arg-type]

    def _wait(self, name: str) -> None:
        if name == self._waits_in:
            self.has_begun.set()
            assert self.may_go.wait(5)


@pytest.fixture
def bench(
    themed: QApplication, qtbot: QtBot, settle: Settle, jobs: Jobs, show: Callable[[QWidget], None]
) -> Iterator[Bench]:
    made = Bench(qtbot, settle, jobs, show)
    yield made
    made.page.close_down()
    settle()


def clips(count: int) -> list[OpenClip]:
    return [an_open_clip(a_lease(number)) for number in range(1, count + 1)]


def hand_in_slowly(bench: Bench) -> SlowDesk:
    """Hands "hello there" in at a desk that does not end with it before it ``may_go``."""
    desk = SlowDesk(*clips(3), waits_in="submit")
    bench.open(desk)
    bench.type("hello there")
    bench.answer()
    bench.hear()
    bench.page.presenter.submit()
    return desk


def calls_since(bench: Bench, name: str) -> list[str]:
    """What the desk was asked for from the last call of this name on."""
    calls = bench.desk.calls
    return calls[len(calls) - 1 - calls[::-1].index(name) :]


def test_with_a_clip_on_the_screen_the_next_one_is_made_ready(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)))
    assert calls_since(bench, "open") == ["open", "today", "unwitnessed", "claim_ahead", "prepare"]
    assert bench.desk.ahead == a_lease(2)
    assert bench.desk.held == a_lease(1)


def test_nothing_is_made_ready_before_the_first_clip(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)), take=False)
    assert "claim_ahead" not in bench.desk.calls


def test_nothing_is_made_ready_while_other_work_is_under_way(bench: Bench, jobs: Jobs, qtbot: QtBot) -> None:
    bench.open(FakeDesk(*clips(3)), take=False)
    may_end = threading.Event()
    jobs.run(lambda _token: may_end.wait(5), lambda _result: None, lambda _error: None)
    bench.page.presenter.take_next()
    qtbot.waitUntil(lambda: "unwitnessed" in calls_since(bench, "open") if bench.is_clip_shown else False)
    assert "claim_ahead" not in bench.desk.calls
    may_end.set()
    bench.settle()
    assert bench.desk.calls[-2:] == ["claim_ahead", "prepare"]


def test_too_little_work_makes_nothing_ready(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(2)))
    assert bench.desk.calls[-1] == "claim_ahead"
    bench.finish()
    assert bench.desk.held == a_lease(2)


def test_the_next_clip_is_taken_only_when_the_work_is_on_the_disk(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)))
    bench.finish()
    assert calls_since(bench, "submit")[:3] == ["submit", "claim", "open"]
    assert "closed" in calls_since(bench, "submit")
    assert bench.desk.held == a_lease(2)
    assert bench.desk.ahead is None


def test_while_work_is_being_handed_in_it_stays_on_the_screen(bench: Bench, qtbot: QtBot) -> None:
    desk = hand_in_slowly(bench)
    qtbot.waitUntil(desk.has_begun.is_set)
    assert bench.field.text == "hello there"
    assert bench.player.loaded is not None
    desk.may_go.set()
    bench.settle()
    assert bench.field.text == ""
    assert bench.is_clip_shown


def test_the_next_clip_is_painted_before_the_desk_is_asked_for_anything_else(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)))
    asked: list[list[str]] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and bench.desk.held == a_lease(2):
                asked.append(calls_since(bench, "open"))
            return False

    watch = Watch()
    bench.page.view.board.waves.findChild(WavePlot).surface.installEventFilter(watch)
    bench.finish()
    assert asked[0] == ["open"]


def test_work_that_is_refused_leaves_the_next_clip_where_it_is(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)))
    bench.desk.errors["submit"] = [Unavailable("The disk is full.")]
    bench.finish("hello there")
    assert bench.desk.calls.count("claim") == 1
    assert bench.field.text == "hello there"
    assert bench.message.startswith("The disk is full.")
    bench.click("desk_message_retry")
    assert bench.desk.held == a_lease(2)
    assert bench.field.text == ""


def test_work_that_came_too_late_shows_no_next_clip_unasked(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)))
    bench.desk.errors["submit"] = [LeaseLost()]
    bench.finish("hello there")
    assert not bench.is_clip_shown
    assert "your text is kept" in bench.message
    assert bench.desk.calls.count("claim") == 1


def test_a_skip_goes_on_to_the_clip_that_is_ready(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(4)))
    bench.page.presenter.skip(SkipReason.DISTRESSING)
    bench.settle()
    assert bench.desk.held == a_lease(2)
    assert bench.is_clip_shown
    assert bench.desk.ahead == a_lease(3)


def test_a_clip_that_cannot_be_prepared_says_so_when_it_is_its_turn(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)))
    bench.desk.errors["prepare"] = [Damaged("This clip does not verify.")]
    bench.finish()
    assert bench.message == ""
    assert bench.is_clip_shown
    bench.desk.errors["open"] = [Damaged("This clip does not verify.")]
    bench.finish()
    assert not bench.is_clip_shown
    assert "does not verify" in bench.message
    assert len(bench.desk.submitted) == 2
    bench.click("give_back")
    assert bench.desk.skipped == [SkipReason.TECHNICAL]


@pytest.mark.parametrize("error", [NdaRequired(), Unavailable("The disk is slow."), LeaseLost()])
def test_what_goes_wrong_with_the_next_clip_disturbs_nobody(bench: Bench, error: Exception) -> None:
    desk = FakeDesk(*clips(3))
    desk.errors["claim_ahead"] = [error]
    bench.open(desk)
    bench.type("hello")
    assert bench.message == ""
    assert "prepare" not in desk.calls


def test_nothing_of_the_work_handed_in_stays_when_the_next_clip_does_not_open(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)))
    bench.desk.errors["open"] = [Unavailable("The disk is slow.")]
    bench.finish("hello there")
    assert not bench.is_clip_shown
    assert bench.field.text == ""
    assert bench.player.loaded is None
    assert [done.text_verbatim for done in bench.desk.submitted] == ["hello there"]
    bench.click("next_clip")
    assert bench.desk.held == a_lease(2)
    assert len(bench.desk.submitted) == 1


def test_after_the_last_clip_the_desk_says_that_nothing_waits(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(1)))
    bench.finish()
    assert not bench.is_clip_shown
    assert bench.text_of("empty_title") == "Nothing waits for you"
    assert bench.field.text == ""
    assert bench.page.findChild(QPushButton, "next_clip").isEnabled()


def test_on_the_way_out_what_was_made_ready_goes_back(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)))
    bench.type("hello")
    bench.page.close_down()
    bench.settle()
    assert bench.desk.ahead is None
    assert bench.desk.held == a_lease(1)
    assert bench.desk.calls[-1] == "give_back_ahead"


def test_a_desk_without_a_clip_has_nothing_to_give_back(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)), take=False)
    bench.page.close_down()
    bench.settle()
    assert "give_back_ahead" not in bench.desk.calls


def test_locked_while_preparing_it_goes_back_as_soon_as_that_is_over(bench: Bench, qtbot: QtBot) -> None:
    desk = SlowDesk(*clips(3), waits_in="prepare")
    bench.open(desk, take=False)
    bench.page.presenter.take_next()
    qtbot.waitUntil(desk.has_begun.is_set)
    bench.page.close_down()
    desk.may_go.set()
    bench.settle()
    assert desk.ahead is None
    assert desk.calls.index("prepare") < desk.calls.index("give_back_ahead")


def test_locked_while_handing_in_the_next_clip_is_not_shown(bench: Bench, qtbot: QtBot) -> None:
    desk = hand_in_slowly(bench)
    qtbot.waitUntil(desk.has_begun.is_set)
    bench.page.close_down()
    desk.may_go.set()
    bench.settle()
    assert [done.text_verbatim for done in desk.submitted] == ["hello there"]
    assert bench.player.loaded is None
    assert desk.held is None
    assert desk.ahead is None


def test_when_the_agreement_ends_what_was_made_ready_goes_back(bench: Bench, qtbot: QtBot) -> None:
    bench.open(FakeDesk(*clips(3)))
    bench.desk.errors["submit"] = [NdaRequired()]
    with qtbot.waitSignal(bench.page.agreement_requested):
        bench.finish("hello there")
    assert bench.desk.ahead is None
    assert bench.field.text == "hello there"


def test_the_clip_after_the_next_is_made_ready_in_its_turn(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(5)))
    seen = []
    for _ in range(3):
        bench.finish()
        seen.append((bench.desk.held, bench.desk.ahead))
    assert seen == [(a_lease(2), a_lease(3)), (a_lease(3), a_lease(4)), (a_lease(4), None)]


def test_the_key_that_takes_a_clip_still_takes_none_while_one_is_open(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)))
    bench.press(Qt.Key.Key_N, CTRL)
    assert bench.desk.calls.count("claim") == 1


def test_the_sound_of_the_next_clip_is_worked_out_ahead(bench: Bench) -> None:
    following = clips(3)
    bench.open(FakeDesk(*following))
    assert bench.player.prepared is following[1].samples
    bench.finish()
    assert bench.player.loaded is following[1].samples
    assert bench.player.prepared is None


def test_on_the_way_out_nothing_is_kept_of_the_sound_worked_out(bench: Bench) -> None:
    bench.open(FakeDesk(*clips(3)))
    assert bench.player.prepared is not None
    bench.page.close_down()
    assert bench.player.prepared is None


def test_a_clip_prepared_too_late_is_not_worked_out(bench: Bench, qtbot: QtBot) -> None:
    desk = SlowDesk(*clips(3), waits_in="prepare")
    bench.open(desk, take=False)
    bench.page.presenter.take_next()
    qtbot.waitUntil(desk.has_begun.is_set)
    bench.page.close_down()
    desk.may_go.set()
    bench.settle()
    assert "prepare" in desk.calls
    assert bench.player.prepared is None


def test_while_work_is_handed_in_nothing_of_it_changes(bench: Bench, qtbot: QtBot) -> None:
    desk = hand_in_slowly(bench)
    before = bench.page.view.board.annotation
    qtbot.waitUntil(desk.has_begun.is_set)
    bench.type("more")
    bench.page.view.board.flags.toggle(Flag.UNUSABLE)
    bench.page.findChild(QPushButton, "field_speakers_two").click()
    bench.page.findChild(QPushButton, "tag_laugh").click()
    assert bench.field.text == "hello there"
    assert bench.page.view.board.annotation == before
    assert bench.page.view.board.form.labels == before.labels
    assert bench.page.findChild(QPushButton, "field_speakers_one").isChecked()
    assert not bench.page.findChild(QPushButton, "flag_unusable").isChecked()
    desk.may_go.set()
    bench.settle()
    assert desk.submitted == [before]


def test_handing_in_that_takes_long_greys_the_form_until_it_is_over(bench: Bench, qtbot: QtBot) -> None:
    desk = hand_in_slowly(bench)
    button = bench.page.findChild(QPushButton, "submit")
    assert button.isEnabled()
    qtbot.waitUntil(lambda: not button.isEnabled())
    assert not bench.page.view.board.form.isEnabled()
    desk.may_go.set()
    bench.settle()
    assert button.isEnabled()
    assert bench.page.view.board.form.isEnabled()
