"""What is typed is on the disk a moment later, in order, whatever happens."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from reviewer.errors import LeaseLost, Unavailable
from reviewer.model.annotation import Annotation
from reviewer.model.event import HeardRange
from reviewer.ui.clip import autosave
from reviewer.ui.clip.autosave import Autosave
from reviewer.ui.clip.heard_log import HeardLog
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.jobs import Jobs
from tests.fakes.desk import NOON

Settle = Callable[[], None]


class Disk:
    """Keeps what was saved; ``gate`` closed makes a save wait, ``broken`` makes it fail."""

    def __init__(self) -> None:
        self.saved: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.broken: list[Exception] = []

    def save(self, annotation: Annotation) -> object:
        self.begun.set()
        assert self.gate.wait(5)
        if self.broken:
            raise self.broken.pop(0)
        self.saved.append(annotation.text_verbatim)
        return NOON + timedelta(seconds=len(self.saved))


@pytest.fixture
def owner(qapp: object) -> QObject:
    return QObject()


@pytest.fixture
def executor(jobs: Jobs, owner: QObject) -> SerialExecutor:
    return SerialExecutor(jobs, owner)


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    yield made
    made.gate.set()


@pytest.fixture
def keeper(disk: Disk, executor: SerialExecutor, owner: QObject) -> Autosave:
    made = Autosave(executor, owner)
    made.begin(disk.save)
    return made


def text(typed: str) -> Annotation:
    return Annotation(text_verbatim=typed)


def test_work_runs_in_the_order_of_asking(executor: SerialExecutor, settle: Settle) -> None:
    done: list[int] = []
    for number in range(30):
        executor.run(lambda number=number: done.append(number))
    settle()
    assert done == list(range(30))


def test_work_never_runs_two_at_a_time(executor: SerialExecutor, settle: Settle) -> None:
    busy = threading.Lock()
    clashes: list[int] = []

    def work() -> None:
        if not busy.acquire(blocking=False):
            clashes.append(1)
            return
        busy.release()

    for _ in range(30):
        executor.run(work)
    settle()
    assert not clashes


def test_work_that_fails_holds_up_nobody(executor: SerialExecutor, settle: Settle) -> None:
    failed: list[Exception] = []
    done: list[str] = []
    executor.run(lambda: 1 / 0, failed=failed.append)
    executor.run(lambda: "after", done.append)
    settle()
    assert isinstance(failed[0], ZeroDivisionError)
    assert done == ["after"]


def test_work_on_the_way_out_comes_after_all_that_was_asked_for(
    executor: SerialExecutor, disk: Disk, settle: Settle
) -> None:
    disk.gate.clear()
    executor.run(lambda: disk.save(text("older")))
    assert disk.begun.wait(5)
    threading.Timer(0.01, disk.gate.set).start()
    executor.run_here(lambda: disk.save(text("newest")))
    assert disk.saved == ["older", "newest"]
    settle()


def test_a_save_is_due_at_most_two_seconds_after_a_key(keeper: Autosave) -> None:
    keeper.note(text("a"))
    assert 0 < keeper._timer.remainingTime() <= 1500
    keeper.stop()


def test_typing_on_and_on_does_not_put_the_save_off(keeper: Autosave) -> None:
    keeper.note(text("a"))
    first = keeper._timer.remainingTime()
    for _ in range(1000):
        keeper.note(text("ab"))
    assert keeper._timer.remainingTime() <= first
    keeper.stop()


def test_the_newest_text_is_saved_when_the_time_comes(
    keeper: Autosave, disk: Disk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autosave, "SAVE_AFTER_MS", 1)
    with qtbot.waitSignal(keeper.saved) as saved:
        keeper.note(text("a"))
        keeper.note(text("ab"))
    assert disk.saved == ["ab"]
    assert saved.args == [NOON + timedelta(seconds=1)]
    assert keeper.is_all_saved


def test_what_is_typed_during_a_save_is_saved_next(
    keeper: Autosave, disk: Disk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autosave, "SAVE_AFTER_MS", 1)
    disk.gate.clear()
    keeper.note(text("a"))
    keeper.save_now()
    assert disk.begun.wait(5)
    keeper.note(text("ab"))
    keeper.note(text("abc"))
    assert not keeper.is_all_saved
    disk.gate.set()
    qtbot.waitUntil(lambda: keeper.is_all_saved)
    assert disk.saved == ["a", "abc"]


def test_a_save_that_fails_is_told_and_tried_again(
    keeper: Autosave, disk: Disk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autosave, "RETRY_AFTER_MS", 1)
    disk.broken = [Unavailable("The disk is full.")]
    told: list[Exception] = []
    keeper.failed.connect(told.append)
    with qtbot.waitSignal(keeper.saved):
        keeper.note(text("a"))
        keeper.save_now()
    assert [error.sentence for error in told] == ["The disk is full."]
    assert disk.saved == ["a"]


def test_a_retry_saves_the_newest_text_not_the_one_that_failed(
    keeper: Autosave, disk: Disk, settle: Settle
) -> None:
    disk.gate.clear()
    disk.broken = [Unavailable("The disk is full.")]
    keeper.note(text("a"))
    keeper.save_now()
    keeper.note(text("ab"))
    disk.gate.set()
    settle()
    keeper.save_now()
    settle()
    assert disk.saved == ["ab"]


def test_nothing_is_saved_after_the_stop(keeper: Autosave, disk: Disk, settle: Settle) -> None:
    keeper.note(text("a"))
    keeper.stop()
    keeper.save_now()
    keeper.note(text("ab"))
    settle()
    assert disk.saved == []
    assert not keeper._timer.isActive()


def test_a_save_under_way_at_the_stop_tells_nobody(keeper: Autosave, disk: Disk, settle: Settle) -> None:
    told: list[object] = []
    keeper.saved.connect(told.append)
    keeper.failed.connect(told.append)
    disk.gate.clear()
    keeper.note(text("a"))
    keeper.save_now()
    keeper.stop()
    disk.gate.set()
    settle()
    assert told == []


def test_after_a_failed_hand_in_saving_goes_on(
    keeper: Autosave, disk: Disk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autosave, "SAVE_AFTER_MS", 1)
    keeper.stop()
    keeper.note(text("a"))
    with qtbot.waitSignal(keeper.saved):
        keeper.go_on()
    assert disk.saved == ["a"]


def test_on_the_way_out_what_is_not_on_the_disk_is_given_back(keeper: Autosave) -> None:
    assert keeper.take_unsaved() is None
    keeper.go_on()
    keeper.note(text("a"))
    assert keeper.take_unsaved() == text("a")


def test_on_the_way_out_a_save_under_way_counts_as_not_saved(
    keeper: Autosave, disk: Disk, settle: Settle
) -> None:
    disk.gate.clear()
    keeper.note(text("a"))
    keeper.save_now()
    assert keeper.take_unsaved() == text("a")
    disk.gate.set()
    settle()


def test_work_that_was_handed_in_leaves_nothing_to_save(keeper: Autosave) -> None:
    keeper.note(text("a"))
    keeper.stop()
    assert keeper.take_unsaved() is None


def test_before_any_clip_nothing_is_saved(executor: SerialExecutor, owner: QObject, settle: Settle) -> None:
    keeper = Autosave(executor, owner)
    told: list[object] = []
    keeper.failed.connect(told.append)
    keeper.note(text("a"))
    keeper.save_now()
    settle()
    assert told == []


def test_a_save_of_the_clip_before_tells_nobody(keeper: Autosave, disk: Disk, settle: Settle) -> None:
    told: list[object] = []
    keeper.saved.connect(told.append)
    keeper.failed.connect(told.append)
    disk.gate.clear()
    keeper.note(text("of the clip before"))
    keeper.save_now()
    keeper.begin(Disk().save)
    disk.gate.set()
    settle()
    assert told == []
    assert keeper.is_all_saved


def test_nothing_of_the_clip_before_is_saved_as_this_one(keeper: Autosave, settle: Settle) -> None:
    other = Disk()
    keeper.note(text("of the clip before"))
    keeper.begin(other.save)
    keeper.save_now()
    settle()
    assert other.saved == []
    keeper.stop()


class Log:
    def __init__(self) -> None:
        self.rows: list[tuple[str, list[HeardRange]]] = []
        self.broken: list[Exception] = []

    def tell(self, clip_id: str, ranges: list[HeardRange]) -> None:
        if self.broken:
            raise self.broken.pop(0)
        self.rows.append((clip_id, list(ranges)))


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def heard_log(log: Log, executor: SerialExecutor, owner: QObject) -> HeardLog:
    made = HeardLog(log.tell, executor, owner)
    made.begin("clip-1")
    return made


def test_what_was_heard_is_logged_of_its_clip(heard_log: HeardLog, log: Log, settle: Settle) -> None:
    heard_log.note([HeardRange(0, 10)])
    settle()
    assert log.rows == [("clip-1", [HeardRange(0, 10)])]


def test_what_could_not_be_logged_is_logged_with_the_next(
    heard_log: HeardLog, log: Log, settle: Settle
) -> None:
    told: list[Exception] = []
    heard_log.failed.connect(told.append)
    log.broken = [Unavailable("The disk is full.")]
    heard_log.note([HeardRange(0, 10)])
    settle()
    heard_log.note([HeardRange(10, 20)])
    settle()
    assert len(told) == 1
    assert log.rows == [("clip-1", [HeardRange(0, 10), HeardRange(10, 20)])]


def test_what_could_not_be_logged_can_be_tried_again(heard_log: HeardLog, log: Log, settle: Settle) -> None:
    log.broken = [Unavailable("The disk is full.")]
    heard_log.note([HeardRange(0, 10)])
    settle()
    heard_log.retry()
    settle()
    assert log.rows == [("clip-1", [HeardRange(0, 10)])]


def test_nothing_is_logged_of_no_clip(heard_log: HeardLog, log: Log, settle: Settle) -> None:
    heard_log.end()
    heard_log.note([HeardRange(0, 10)])
    settle()
    assert log.rows == []


def test_a_failure_of_the_clip_before_is_not_told_of_this_one(
    heard_log: HeardLog, log: Log, settle: Settle
) -> None:
    told: list[Exception] = []
    heard_log.failed.connect(told.append)
    log.broken = [LeaseLost()]
    heard_log.note([HeardRange(0, 10)])
    heard_log.begin("clip-2")
    settle()
    assert told == []
