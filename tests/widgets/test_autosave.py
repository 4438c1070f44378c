"""What is typed is on the disk a moment later, in order, whatever happens; and so is what was heard."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from reviewer.errors import LeaseLost, NotLeased, Unavailable
from reviewer.model.event import HeardRange
from reviewer.model.task import Lease
from reviewer.transcript.history import History
from reviewer.ui.clip.autosave import RETRY_AFTER_MS, SAVE_AFTER_MS, Autosave, Draft
from reviewer.ui.clip.heard_log import HeardLog
from reviewer.ui.clip.lease_renewal import BEAT_EVERY_MS, LeaseRenewal
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.jobs import Jobs
from tests.fakes.clock import FakeClock
from tests.fakes.work_session import NOON, a_lease
from tests.fakes.work_session import typed as annotation_of

Settle = Callable[[], None]
MAX_AGE_MS = 2_000


def typed(text: str) -> History:
    return History.of(annotation_of(text))


class Disk:
    """Keeps the newest revision; ``gate`` closed makes a save wait, ``broken`` makes it fail."""

    def __init__(self) -> None:
        self.saved: list[str] = []
        self.kept, self.revision = "", 0
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.broken: list[Exception] = []

    def save(self, history: History, revision: int) -> datetime:
        self.begun.set()
        assert self.gate.wait(30)
        if self.broken:
            raise self.broken.pop(0)
        text = history.present.annotation.text_verbatim
        self.saved.append(text)
        if revision > self.revision:
            self.kept, self.revision = text, revision
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
def autosave(disk: Disk, executor: SerialExecutor, owner: QObject) -> Autosave:
    made = Autosave(executor, owner, save_after_ms=1, retry_after_ms=1)
    made.begin_clip(disk.save)
    return made


@pytest.fixture
def told(autosave: Autosave) -> list[object]:
    """The times and failures of saves that were told."""
    made: list[object] = []
    autosave.saved.connect(made.append)
    autosave.failed.connect(made.append)
    return made


@pytest.fixture
def saving(autosave: Autosave, disk: Disk) -> Autosave:
    """With the save of an ``a`` under way, until the disk's gate is opened."""
    disk.gate.clear()
    autosave.note(typed("a"))
    autosave.save_now()
    return autosave


# The executor


def test_jobs_run_in_the_order_of_asking(executor: SerialExecutor, settle: Settle) -> None:
    done: list[int] = []
    for number in range(30):
        executor.run(lambda number=number: done.append(number))
    settle()
    assert done == list(range(30))


def test_jobs_never_run_two_at_a_time(executor: SerialExecutor, settle: Settle) -> None:
    """Two that met would pass the barrier; each waits there for another a moment, in vain."""
    barrier = threading.Barrier(2)
    met: list[int] = []

    def work() -> None:
        try:
            met.append(barrier.wait(0.02))
        except threading.BrokenBarrierError:
            barrier.reset()

    for _ in range(10):
        executor.run(work)
    settle()
    assert met == []


def test_a_job_that_fails_holds_up_nobody(executor: SerialExecutor, settle: Settle) -> None:
    failed: list[Exception] = []
    done: list[str] = []
    executor.run(lambda: 1 / 0, failed=failed.append)
    executor.run(lambda: "after", done.append)
    settle()
    assert isinstance(failed[0], ZeroDivisionError)
    assert done == ["after"]


def test_the_last_save_at_lock_comes_after_all_that_was_asked_for(
    executor: SerialExecutor, disk: Disk, settle: Settle
) -> None:
    disk.gate.clear()
    executor.run(lambda: disk.save(typed("older"), 1))
    assert disk.begun.wait(30)
    threading.Timer(0.01, disk.gate.set).start()
    executor.run_here(lambda: disk.save(typed("newest"), 2))
    assert disk.saved == ["older", "newest"]
    settle()


def test_a_lock_does_not_wait_for_a_disk_that_hangs_and_the_older_draft_does_not_overtake(
    jobs: Jobs, owner: QObject, disk: Disk, settle: Settle
) -> None:
    executor = SerialExecutor(jobs, owner, patience_seconds=0.01)
    hangs, other = threading.Event(), Disk()

    def save_slowly() -> None:
        assert hangs.wait(30)
        other.save(typed("older"), 1)

    executor.run(save_slowly)
    executor.run_here(lambda: other.save(typed("newest"), 2))
    hangs.set()
    settle()
    assert other.saved == ["newest", "older"]
    assert other.kept == "newest"


# Drafts


def test_a_draft_is_never_older_than_promised() -> None:
    assert SAVE_AFTER_MS <= MAX_AGE_MS * 3 / 4


def test_typing_on_and_on_does_not_put_the_save_off(
    disk: Disk, executor: SerialExecutor, owner: QObject, qtbot: QtBot
) -> None:
    autosave = Autosave(executor, owner, save_after_ms=60)
    autosave.begin_clip(disk.save)
    keys = QTimer(owner)
    keys.timeout.connect(lambda: autosave.note(typed("a")))
    keys.start(1)
    qtbot.waitUntil(lambda: len(disk.saved) >= 2)
    keys.stop()
    autosave.stop()


def test_the_newest_text_is_saved_when_the_time_comes(
    autosave: Autosave, disk: Disk, told: list[object], qtbot: QtBot
) -> None:
    autosave.note(typed("a"))
    autosave.note(typed("ab"))
    qtbot.waitUntil(lambda: bool(told))
    assert disk.saved == ["ab"]
    assert told == [NOON + timedelta(seconds=1)]
    assert autosave.is_all_saved


def test_what_is_typed_during_a_save_is_saved_next_under_a_higher_revision(
    saving: Autosave, disk: Disk, qtbot: QtBot
) -> None:
    assert disk.begun.wait(30)
    saving.note(typed("ab"))
    saving.note(typed("abc"))
    assert not saving.is_all_saved
    disk.gate.set()
    qtbot.waitUntil(lambda: saving.is_all_saved)
    assert disk.saved == ["a", "abc"]
    assert (disk.kept, disk.revision) == ("abc", 3)


def test_a_save_that_fails_is_told_and_tried_again_with_the_newest_text(
    saving: Autosave, disk: Disk, told: list[object], qtbot: QtBot
) -> None:
    disk.broken = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    saving.note(typed("ab"))
    disk.gate.set()
    qtbot.waitUntil(lambda: len(told) == 2)
    assert [isinstance(one, Unavailable) for one in told] == [True, False]
    assert disk.saved == ["ab"]


HOUR_MS = 3_600_000


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def slow(disk: Disk, executor: SerialExecutor, owner: QObject, clock: FakeClock) -> Autosave:
    """It saves after an hour of the clock, so what is saved in a test was due at once."""
    made = Autosave(executor, owner, save_after_ms=HOUR_MS, pause_ms=HOUR_MS, now=clock.monotonic)
    made.begin_clip(disk.save)
    return made


def test_a_pause_is_saved_before_the_time_comes(
    disk: Disk, executor: SerialExecutor, owner: QObject, qtbot: QtBot
) -> None:
    autosave = Autosave(executor, owner, save_after_ms=HOUR_MS, pause_ms=1)
    autosave.begin_clip(disk.save)
    autosave.note(typed("a"))
    qtbot.waitUntil(lambda: disk.saved == ["a"])


def test_what_waited_for_a_slow_disk_is_due_from_when_it_was_typed(
    slow: Autosave, disk: Disk, clock: FakeClock, qtbot: QtBot
) -> None:
    disk.gate.clear()
    slow.note(typed("a"))
    slow.save_now()
    assert disk.begun.wait(30)
    slow.note(typed("ab"))
    clock.advance(HOUR_MS / 1000)
    slow.note(typed("abc"))
    assert disk.saved == []  # one save at a time
    disk.gate.set()
    qtbot.waitUntil(lambda: disk.saved == ["a", "abc"])


def test_a_save_that_failed_is_tried_again_within_the_promised_time(
    executor: SerialExecutor, disk: Disk, owner: QObject, qtbot: QtBot
) -> None:
    assert SAVE_AFTER_MS + RETRY_AFTER_MS <= MAX_AGE_MS
    clock = FakeClock()
    autosave = Autosave(executor, owner, save_after_ms=0, pause_ms=0, retry_after_ms=1, now=clock.monotonic)
    autosave.begin_clip(disk.save)
    disk.broken = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")] * 3
    autosave.note(typed("a"))
    qtbot.waitUntil(lambda: autosave.is_all_saved)
    assert disk.saved == ["a"]


def test_keys_while_a_save_is_to_be_tried_again_do_not_hurry_it(
    executor: SerialExecutor, disk: Disk, owner: QObject, clock: FakeClock, qtbot: QtBot, settle: Settle
) -> None:
    autosave = Autosave(
        executor, owner, save_after_ms=0, pause_ms=0, retry_after_ms=HOUR_MS, now=clock.monotonic
    )
    autosave.begin_clip(disk.save)
    told: list[object] = []
    autosave.failed.connect(told.append)
    disk.broken = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    autosave.note(typed("a"))
    qtbot.waitUntil(lambda: bool(told))
    for _ in range(20):
        autosave.note(typed("ab"))
        settle()
    assert disk.saved == []
    autosave.stop()


def test_two_saves_that_were_asked_for_are_both_under_way_until_the_last_is_done(
    saving: Autosave, disk: Disk, settle: Settle
) -> None:
    assert disk.begun.wait(30)
    saving.note(typed("ab"))
    saving.save_now()
    disk.gate.set()
    settle()
    assert disk.saved == ["a", "ab"]
    assert saving.is_all_saved


def test_nothing_is_saved_after_the_stop_and_a_save_under_way_tells_nobody(
    saving: Autosave, disk: Disk, told: list[object], settle: Settle
) -> None:
    saving.stop()
    saving.save_now()
    saving.note(typed("ab"))
    disk.gate.set()
    settle()
    assert disk.saved == ["a"]
    assert told == []
    assert saving.take_unsaved() is None


def test_after_a_submission_that_failed_saving_goes_on(autosave: Autosave, disk: Disk, qtbot: QtBot) -> None:
    autosave.stop()
    autosave.note(typed("a"))
    with qtbot.waitSignal(autosave.saved):
        autosave.resume()
    assert disk.saved == ["a"]


def test_at_lock_what_is_not_on_the_disk_for_certain_is_given_back(
    autosave: Autosave, disk: Disk, settle: Settle
) -> None:
    assert autosave.take_unsaved() is None
    autosave.resume()
    waiting = typed("a")
    autosave.note(waiting)
    assert autosave.take_unsaved() == Draft(waiting, 1)
    autosave.resume()
    disk.gate.clear()
    autosave.save_now()
    assert autosave.take_unsaved() == Draft(waiting, 1)  # its save is under way
    disk.gate.set()
    settle()


def test_before_any_clip_nothing_is_saved(executor: SerialExecutor, owner: QObject, settle: Settle) -> None:
    autosave = Autosave(executor, owner)
    told: list[object] = []
    autosave.failed.connect(told.append)
    autosave.note(typed("a"))
    autosave.save_now()
    settle()
    assert told == []


def test_of_the_clip_before_nothing_is_told_and_nothing_is_saved_as_this_one(
    saving: Autosave, disk: Disk, told: list[object], settle: Settle
) -> None:
    other = Disk()
    saving.note(typed("of it too"))
    saving.begin_clip(other.save)
    saving.save_now()
    disk.gate.set()
    settle()
    assert told == []
    assert other.saved == []
    assert saving.is_all_saved
    saving.stop()


# What was heard


class Log:
    def __init__(self) -> None:
        self.rows: list[tuple[str, list[HeardRange]]] = []
        self.broken: list[Exception] = []

    def add(self, lease: Lease, ranges: list[HeardRange]) -> None:
        if self.broken:
            raise self.broken.pop(0)
        self.rows.append((lease.clip_id, list(ranges)))


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def heard_log(log: Log, executor: SerialExecutor, owner: QObject) -> HeardLog:
    made = HeardLog(log.add, executor, owner)
    made.begin_clip(a_lease(1))
    return made


@pytest.mark.parametrize("again", ["next", "retry", "end_clip"])
def test_what_could_not_be_logged_is_logged_again_and_its_failure_told_once(
    heard_log: HeardLog, log: Log, settle: Settle, again: str
) -> None:
    told: list[Exception] = []
    heard_log.failed.connect(told.append)
    log.broken = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    heard_log.note([HeardRange(0, 10)])
    settle()
    if again == "next":
        heard_log.note([HeardRange(10, 20)])
    else:
        getattr(heard_log, again)()
    settle()
    assert len(told) == 1
    more = [HeardRange(10, 20)] if again == "next" else []
    assert log.rows == [("clip-1", [HeardRange(0, 10), *more])]


def test_nothing_is_logged_of_no_clip(heard_log: HeardLog, log: Log, settle: Settle) -> None:
    heard_log.end_clip()
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
    heard_log.begin_clip(a_lease(2))
    settle()
    assert told == []


# The beat


def test_a_beat_is_asked_again_and_again_but_never_before_the_last_was_answered(
    executor: SerialExecutor, owner: QObject, qtbot: QtBot, settle: Settle
) -> None:
    assert BEAT_EVERY_MS <= 5_000
    gate, asked = threading.Event(), []

    def beat(lease: Lease) -> Lease:
        asked.append(lease)
        assert gate.wait(30)
        return lease

    renewal = LeaseRenewal(beat, executor, owner, every_ms=1)
    renewal.begin_lease(a_lease(1))
    qtbot.waitUntil(lambda: len(asked) == 1)
    for _ in range(5):
        renewal.beat_now()
    gate.set()
    qtbot.waitUntil(lambda: len(asked) >= 3)
    renewal.end_lease()
    settle()
    count = len(asked)
    renewal.beat_now()
    settle()
    assert len(asked) == count


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        (NotLeased(), True),
        (LeaseLost(), True),
        (Unavailable("PROGRAM_CLOSING"), False),
    ],
)
def test_only_a_rule_that_says_no_ends_the_work(
    executor: SerialExecutor, owner: QObject, settle: Settle, error: Exception, is_told: bool
) -> None:
    def beat(_lease: Lease) -> Lease:
        raise error

    told: list[Exception] = []
    renewal = LeaseRenewal(beat, executor, owner)
    renewal.refused.connect(told.append)
    renewal.begin_lease(a_lease(1))
    renewal.beat_now()
    settle()
    renewal.beat_now()
    renewal.begin_lease(a_lease(2))  # the answer about the last one is not about this one
    settle()
    renewal.end_lease()
    assert told == ([error] if is_told else [])
