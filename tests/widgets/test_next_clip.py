"""The next clip: prefetched while the present one is typed, shown when the work is handed over."""

import threading

import pytest
from PySide6.QtCore import QEvent, QObject
from pytestqt.qtbot import QtBot

from reviewer.errors import Damaged, LeaseLost, NdaRequired, Unavailable
from reviewer.model.task import SkipReason
from reviewer.ui.jobs import Jobs
from reviewer.ui.waveform.plot import WaveformPlot
from tests.benches.clip_page import ClipPageBench, Role


def calls_since(bench: ClipPageBench, name: str) -> list[str]:
    """What the session was asked for from the last call of this name on."""
    calls = bench.work.calls
    return calls[len(calls) - 1 - calls[::-1].index(name) :]


def numbers(bench: ClipPageBench) -> tuple[str | None, str | None]:
    """The tasks that are held and prefetched."""
    held, prefetched = bench.work.held, bench.work.prefetched
    return held.task_id if held else None, prefetched.task_id if prefetched else None


def test_with_a_clip_on_the_screen_the_next_one_is_prefetched_and_its_sound_worked_out(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role, count=3)
    assert calls_since(bench, "open") == ["open", "daily_counts", "prefetch"]
    assert numbers(bench) == ("task-1", "task-2")
    assert bench.player.prepared is bench.work.waiting["task-2"].samples


@pytest.fixture
def three(bench: ClipPageBench) -> ClipPageBench:
    """A desk with the first of three clips on it, the second prefetched."""
    return bench.open_role("desk", count=3)


def test_nothing_is_prefetched_before_the_first_clip_nor_dropped_after(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role, count=3, take=False)
    bench.close()
    assert not {"prefetch", "drop_prefetched"} & set(bench.work.calls)


def test_nothing_is_prefetched_while_other_work_is_under_way(
    bench: ClipPageBench, jobs: Jobs, qtbot: QtBot
) -> None:
    bench.open_role("desk", count=3, take=False)
    may_end = threading.Event()
    jobs.run(lambda _token: may_end.wait(30), lambda _result: None, lambda _error: None)
    bench.workspace.presenter.take_next()
    qtbot.waitUntil(lambda: bench.is_clip_shown and "daily_counts" in calls_since(bench, "open"))
    assert "prefetch" not in bench.work.calls
    may_end.set()
    bench.settle()
    assert bench.work.calls[-1] == "prefetch"


def test_the_next_clip_is_taken_only_when_the_work_is_on_the_disk_and_until_then_that_stays(
    three: ClipPageBench, qtbot: QtBot
) -> None:
    gate = three.work.gate("submit")
    three.prepare()
    three.page.submit()
    qtbot.waitUntil(three.work.begun["submit"].is_set)
    assert three.field.text == "hello there"
    assert three.player.loaded is not None
    gate.set()
    three.settle()
    assert calls_since(three, "submit")[:3] == ["submit", "claim", "open"]
    assert numbers(three) == ("task-2", None)
    assert (three.field.text, three.is_clip_shown) == ("", True)


def test_a_prefetched_clip_comes_with_the_hand_over_and_nothing_is_asked_for_again(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role, count=4, take=False)
    bench.work.opens_prefetched = True
    bench.click("claim")
    bench.finish("one")
    if role == "qa":
        bench.click("qa_accept")
    assert bench.is_clip_shown
    assert (bench.work.calls.count("claim"), bench.work.calls.count("open")) == (1, 1)
    assert bench.workspace.presenter.lease.task_id == "task-2"
    assert numbers(bench) == ("task-2", "task-3")


def test_the_next_clip_is_painted_before_the_session_is_asked_for_anything_else(bench: ClipPageBench) -> None:
    bench.open_role("desk", count=3)
    asked: list[list[str]] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and numbers(bench)[0] == "task-2":
                asked.append(calls_since(bench, "open"))
            return False

    watch = Watch()
    bench.workspace.view.findChild(WaveformPlot).surface.installEventFilter(watch)
    bench.finish()
    assert asked[0] == ["open"]


def test_work_that_is_refused_leaves_the_next_clip_where_it_is(three: ClipPageBench) -> None:
    three.work.errors["submit"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    three.finish("hello there")
    assert three.work.calls.count("claim") == 1
    assert three.field.text == "hello there"
    three.click("desk_message_retry")
    assert numbers(three)[0] == "task-2"
    assert three.field.text == ""


def test_the_clip_after_the_next_is_prefetched_in_its_turn_also_after_a_skip(bench: ClipPageBench) -> None:
    bench.open_role("desk", count=5)
    bench.workspace.presenter.skip(SkipReason.DISTRESSING)
    bench.settle()
    assert bench.is_clip_shown
    seen = [numbers(bench)]
    for _ in range(2):
        bench.finish()
        seen.append(numbers(bench))
    assert seen == [("task-2", "task-3"), ("task-3", "task-4"), ("task-4", None)]


def test_a_clip_that_cannot_be_prefetched_says_so_when_it_is_its_turn(three: ClipPageBench) -> None:
    three.work.errors["prefetch"] = [Damaged("CLIP_KEY_DAMAGED")]
    three.finish()
    assert three.message == ""
    three.work.errors["open"] = [Damaged("CLIP_KEY_DAMAGED")]
    three.finish()
    assert not three.is_clip_shown
    assert "does not verify" in three.message
    assert len(three.work.submitted) == 2
    three.click("give_back")
    assert three.work.skipped == [SkipReason.TECHNICAL]


@pytest.mark.parametrize("error", [NdaRequired(), Unavailable("PROGRAM_CLOSING"), LeaseLost()])
def test_what_goes_wrong_with_the_next_clip_disturbs_nobody(bench: ClipPageBench, error: Exception) -> None:
    bench.open_role("desk", count=3, take=False)
    bench.work.errors["prefetch"] = [error]
    bench.click("claim")
    bench.type("hello")
    assert bench.message == ""
    assert bench.player.prepared is None


def test_nothing_of_the_work_stays_when_the_next_clip_does_not_open(three: ClipPageBench) -> None:
    three.work.errors["open"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    three.finish("hello there")
    assert not three.is_clip_shown
    assert three.field.text == ""
    assert three.player.loaded is None
    three.click("claim")
    assert numbers(three)[0] == "task-2"
    assert len(three.work.submitted) == 1


def test_after_the_last_clip_the_desk_says_that_nothing_waits(bench: ClipPageBench) -> None:
    bench.open_role("desk", count=1)
    bench.finish()
    assert not bench.is_clip_shown
    assert bench.text_of("empty_title") == "No clips are waiting for you"
    assert bench.field.text == ""
    assert bench.button("claim").isEnabled()


def test_at_lock_what_was_prefetched_goes_back_and_its_sound_is_forgotten(
    bench: ClipPageBench, role: Role
) -> None:
    bench.open_role(role, count=3)
    bench.type("hello")
    bench.page.close_down()
    assert bench.player.prepared is None
    bench.settle()
    assert numbers(bench)[1] is None
    assert bench.work.calls[-1] == "drop_prefetched"


def test_locked_while_prefetching_it_goes_back_as_soon_as_that_is_over(
    bench: ClipPageBench, qtbot: QtBot
) -> None:
    bench.open_role("desk", count=3, take=False)
    gate = bench.work.gate("prefetch")
    bench.workspace.presenter.take_next()
    qtbot.waitUntil(bench.work.begun["prefetch"].is_set)
    bench.page.close_down()
    gate.set()
    bench.settle()
    assert numbers(bench)[1] is None
    assert bench.work.calls.index("prefetch") < bench.work.calls.index("drop_prefetched")
    assert bench.player.prepared is None


def test_when_the_agreement_ends_what_was_prefetched_goes_back(three: ClipPageBench, qtbot: QtBot) -> None:
    three.work.errors["submit"] = [NdaRequired()]
    with qtbot.waitSignal(three.page.agreement_requested):
        three.finish("hello there")
    assert numbers(three)[1] is None
    assert three.field.text == "hello there"
