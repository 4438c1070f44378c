"""The turn serves writers in the order in which they came, and gets over those who die in the line."""

import multiprocessing
import os
import signal
import struct
import threading

import pytest

from reviewer.db.write_lock import WriteLock

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and fcntl")
CONTEXT = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


def waits_in_line(path, number, served):
    turn = WriteLock(path)
    with turn:
        served.put(number)
    turn.close()


def holds_until_killed(path, held):
    with WriteLock(path):
        held.set()
        signal.pause()


def until(condition) -> None:
    """Lets other processes run until something they do is seen; the suite's own limit ends a hang."""
    while not condition():
        os.sched_yield()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "workspace.db.turn"


@pytest.fixture
def line_up(path):
    """Starts processes one by one, each only when the one before stands in line."""
    opened = []

    def tickets_drawn():
        return struct.unpack("<Q", os.pread(opened[0], 8, 0))[0]

    def start(count, served):
        opened.append(os.open(path, os.O_RDONLY))
        workers = []
        for number in range(count):
            before = tickets_drawn()
            worker = CONTEXT.Process(target=waits_in_line, args=(path, number, served))
            worker.start()
            until(lambda before=before: tickets_drawn() > before)
            workers.append(worker)
        return workers

    yield start
    for descriptor in opened:  # not before: closing one drops this process's locks
        os.close(descriptor)


def test_processes_are_served_in_the_order_in_which_they_came(path, line_up):
    served = CONTEXT.SimpleQueue()
    turn = WriteLock(path)
    with turn:
        workers = line_up(6, served)
    assert [served.get() for _ in workers] == list(range(6))
    for worker in workers:
        worker.join()
    turn.close()


def test_killed_holder_gives_its_turn_up(path, line_up):
    held = CONTEXT.Event()
    holder = CONTEXT.Process(target=holds_until_killed, args=(path, held))
    holder.start()
    held.wait()
    served = CONTEXT.SimpleQueue()
    turn = WriteLock(path)
    workers = line_up(2, served)
    os.kill(holder.pid, signal.SIGKILL)
    assert [served.get() for _ in workers] == [0, 1]
    for worker in [holder, *workers]:
        worker.join()
    turn.close()


def test_process_killed_in_the_line_holds_nobody_up_and_lets_nobody_past(path, line_up):
    served = CONTEXT.SimpleQueue()
    turn = WriteLock(path)
    with turn:
        workers = line_up(3, served)
        os.kill(workers[0].pid, signal.SIGKILL)
        workers[0].join()
        assert served.empty()
    assert [served.get() for _ in workers[1:]] == [1, 2]
    for worker in workers[1:]:
        worker.join()
    turn.close()


def test_stopped_process_in_the_line_delays_the_others_but_for_a_while(path, line_up):
    served = CONTEXT.SimpleQueue()
    turn = WriteLock(path)
    with turn:
        workers = line_up(2, served)
        os.kill(workers[0].pid, signal.SIGSTOP)
    try:
        assert served.get() == 1
    finally:
        os.kill(workers[0].pid, signal.SIGCONT)
    assert served.get() == 0
    for worker in workers:
        worker.join()
    turn.close()


def test_threads_of_a_process_are_served_in_the_order_in_which_they_came(path):
    turn, served = WriteLock(path), []

    def work(number):
        with turn:
            served.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    with turn:
        for number, thread in enumerate(threads):
            thread.start()
            until(lambda number=number: turn.waiting() == number + 1)
    for thread in threads:
        thread.join()
    assert served == list(range(8))
    turn.close()


def test_asking_twice_in_one_thread_is_an_error_and_not_a_deadlock(path):
    first, second = WriteLock(path), WriteLock(path)
    with first, pytest.raises(RuntimeError):
        second.__enter__()
    with second:
        pass
    first.close()
    second.close()


def test_closing_one_turn_leaves_the_line_of_the_other(path, line_up):
    """POSIX drops a process's locks when any descriptor of the file closes; there must be only one."""
    served = CONTEXT.SimpleQueue()
    first, second = WriteLock(path), WriteLock(path)
    with first:
        workers = line_up(1, served)
        second.close()
        second.close()
        WriteLock(path).close()
        assert served.empty()
    assert served.get() == 0
    workers[0].join()
    first.close()


def test_spoilt_turn_file_is_begun_anew(path):
    path.write_bytes(b"\xff" * 3)
    turn = WriteLock(path)
    with turn:
        pass
    with turn:
        pass
    turn.close()


def test_turn_file_is_for_its_owner_only(path):
    turn = WriteLock(path)
    assert path.stat().st_mode & 0o777 == 0o600
    turn.close()


def test_file_system_without_locks_leaves_the_order_to_sqlite(path, monkeypatch):
    def refuse(*_arguments):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.lockf", refuse)
    turn, served = WriteLock(path), []
    for number in range(2):
        with turn:
            served.append(number)
    assert served == [0, 1]
    turn.close()


def test_platform_without_fcntl_has_turns_among_threads(path, monkeypatch):
    monkeypatch.setattr("reviewer.db.write_lock.fcntl", None)
    turn, inside, most = WriteLock(path), [], []

    def work():
        for _ in range(50):
            with turn:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert not path.exists()
    turn.close()


def test_error_inside_a_turn_gives_it_up(path):
    turn = WriteLock(path)
    with pytest.raises(ZeroDivisionError), turn:
        raise ZeroDivisionError
    with turn:
        pass
    turn.close()


@pytest.mark.parametrize(
    "numbers",
    [
        (1 << 63, 0, 0),
        ((1 << 64) - 1, (1 << 64) - 1, 0),
        (10_000_000_000, 0, 4_000_000),
        (0, 5, 0),
        ((1 << 61) + 1, 1 << 61, (1 << 64) - 1),
    ],
)
def test_numbers_that_no_line_of_writers_made_keep_nobody_from_writing(path, numbers):
    path.write_bytes(struct.pack("<QQQ", *numbers))
    turn, served = WriteLock(path), CONTEXT.Queue()
    with turn:
        worker = CONTEXT.Process(target=waits_in_line, args=(path, 7, served))
        worker.start()
    assert served.get(timeout=20) == 7
    worker.join()
    turn.close()
