"""The job pool: once, on the GUI thread, never after a cancel."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import Refused
from reviewer.ui.jobs import CancelToken, Jobs

PATIENCE_SECONDS = 30


class Ear:
    """Remembers what it is told, and on which thread."""

    def __init__(self) -> None:
        self.results: list[object] = []
        self.failures: list[Exception] = []
        self.progress: list[object] = []
        self.threads: set[threading.Thread] = set()

    def done(self, result: object) -> None:
        self.threads.add(threading.current_thread())
        self.results.append(result)

    def failed(self, error: Exception) -> None:
        self.threads.add(threading.current_thread())
        self.failures.append(error)

    @property
    def is_silent(self) -> bool:
        return not (self.results or self.failures or self.progress)


class Gate:
    """Work that waits inside the pool until the test opens it."""

    def __init__(self, result: object = "through") -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.result = result

    def __call__(self, token: CancelToken) -> object:
        self.entered.set()
        assert self.opened.wait(PATIENCE_SECONDS)
        return self.result

    def wait_inside(self) -> None:
        assert self.entered.wait(PATIENCE_SECONDS)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def cancelled(jobs: Jobs, ear: Ear, settle) -> Callable[[Callable[[CancelToken], object]], None]:
    """Does a piece of work in a job that is cancelled while it runs, just before it."""

    def cancel_before(work: Callable[[CancelToken], object]) -> None:
        gate = Gate()

        def after_the_gate(token: CancelToken) -> object:
            gate(token)
            return work(token)

        job = jobs.run(after_the_gate, ear.done, ear.failed, progressed=ear.progress.append)
        gate.wait_inside()
        job.cancel()
        gate.opened.set()
        settle()

    return cancel_before


def test_work_is_done_on_another_thread_and_its_result_comes_once_on_the_gui_thread(
    jobs: Jobs, ear: Ear, settle
):
    jobs.run(lambda _token: threading.current_thread(), ear.done, ear.failed)
    settle()
    (worked_on,) = ear.results
    assert worked_on is not threading.current_thread()
    assert ear.threads == {threading.current_thread()}


def test_a_result_that_is_nothing_is_delivered_too(jobs: Jobs, ear: Ear, settle):
    jobs.run(lambda _token: None, ear.done, ear.failed)
    settle()
    assert ear.results == [None]


def refuse(_token: CancelToken) -> None:
    raise Refused("SIGNED_OUT")


def test_a_failure_comes_once_on_the_gui_thread(jobs: Jobs, ear: Ear, settle):
    jobs.run(refuse, ear.done, ear.failed)
    settle()
    assert [str(error) for error in ear.failures] == [str(Refused("SIGNED_OUT"))]
    assert ear.results == []
    assert ear.threads == {threading.current_thread()}


@pytest.mark.parametrize(
    "work", [lambda _token: 1, refuse, lambda token: token.report(1)], ids=["result", "failure", "progress"]
)
def test_a_job_that_is_cancelled_while_it_runs_delivers_nothing(
    cancelled, ear: Ear, work: Callable[[CancelToken], object]
):
    cancelled(work)
    assert ear.is_silent


def test_a_job_that_is_cancelled_after_it_ended_but_before_delivery_delivers_nothing(
    jobs: Jobs, ear: Ear, settle
):
    ended = threading.Event()

    def work(_token: CancelToken) -> int:
        ended.set()
        return 1

    job = jobs.run(work, ear.done, ear.failed)
    assert ended.wait(PATIENCE_SECONDS)
    job.cancel()
    settle()
    assert ear.is_silent


def test_a_job_that_is_cancelled_before_it_begins_does_no_work(jobs: Jobs, ear: Ear, settle):
    gates = [Gate() for _ in range(3)]
    for gate in gates:
        jobs.run(gate, ear.done, ear.failed)
    for gate in gates:
        gate.wait_inside()
    worked = threading.Event()
    late = jobs.run(lambda _token: worked.set(), ear.done, ear.failed)
    late.cancel()
    for gate in gates:
        gate.opened.set()
    settle()
    assert not worked.is_set()
    assert len(ear.results) == len(gates)


def test_work_can_ask_whether_it_is_still_wanted(cancelled):
    seen: list[bool] = []
    cancelled(lambda token: seen.append(token.is_cancelled))
    assert seen == [True]


def test_nothing_is_delivered_to_an_owner_that_is_gone(jobs: Jobs, ear: Ear, settle, qapp: QApplication):
    import shiboken6

    gate, owner = Gate(), QObject()
    jobs.run(gate, ear.done, ear.failed, owner=owner)
    gate.wait_inside()
    shiboken6.delete(owner)
    gate.opened.set()
    settle()
    assert ear.is_silent


def test_the_newest_progress_is_told_and_the_result_last(jobs: Jobs, ear: Ear, settle):
    order: list[object] = []

    def work(token: CancelToken) -> str:
        for step in range(1000):
            token.report(step)
        return "end"

    jobs.run(work, order.append, ear.failed, progressed=order.append)
    settle()
    assert order[-1] == "end"
    assert order[-2] == 999
    assert order[:-1] == sorted(order[:-1], key=int)


def test_closing_waits_for_the_threads_and_delivers_nothing(qapp: QApplication, ear: Ear):
    pool, gate = Jobs(), Gate()
    pool.run(gate, ear.done, ear.failed)
    gate.wait_inside()
    gate.opened.set()
    pool.close()
    qapp.processEvents()
    assert ear.is_silent
    assert not any(thread.name.startswith("job") for thread in threading.enumerate())


def test_a_closed_pool_takes_no_work(qapp: QApplication, ear: Ear):
    pool = Jobs()
    pool.close()
    job = pool.run(lambda _token: 1, ear.done, ear.failed)
    assert not job.is_running


def test_a_job_no_longer_runs_when_its_result_is_told(jobs: Jobs, ear: Ear, settle):
    states: list[bool] = []
    job = jobs.run(lambda _token: 1, lambda _r: states.append(job.is_running), ear.failed)
    assert job.is_running
    settle()
    assert states == [False]


def test_idle_is_told_at_once_when_nothing_is_under_way(jobs: Jobs):
    told: list[int] = []
    jobs.when_idle(lambda: told.append(1))
    assert told == [1]


def test_idle_waits_for_work_that_was_cancelled_but_still_runs(jobs: Jobs, ear: Ear, qtbot: QtBot):
    gate, told = Gate(), []
    job = jobs.run(gate, ear.done, ear.failed)
    gate.wait_inside()
    job.cancel()
    jobs.when_idle(lambda: told.append(1))
    assert told == []
    gate.opened.set()
    qtbot.waitUntil(lambda: told == [1])


def test_idle_waits_for_the_work_that_a_result_asks_for(jobs: Jobs, ear: Ear, settle):
    jobs.run(lambda _token: 1, lambda _r: jobs.run(lambda _t: 2, ear.done, ear.failed), ear.failed)
    settle()
    assert ear.results == [2]


def test_idle_is_told_to_one_after_the_other_while_it_lasts(jobs: Jobs, qtbot: QtBot):
    gate, told = Gate(), []
    job = jobs.run(gate, lambda _r: told.append("first"), lambda _e: None)
    gate.wait_inside()
    second = Gate()
    jobs.when_idle(lambda: jobs.run(second, lambda _r: told.append("second"), lambda _e: None))
    jobs.when_idle(lambda: told.append("idle"))
    gate.opened.set()
    qtbot.waitUntil(second.entered.is_set)
    assert told == ["first"]
    second.opened.set()
    qtbot.waitUntil(lambda: told == ["first", "second", "idle"])
    assert not job.is_running


def test_a_callback_that_raises_loses_nobody_else_s_result(jobs: Jobs, ear: Ear, settle, qtbot: QtBot):
    def clumsy(_result: object) -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        jobs.run(lambda _token: 1, clumsy, ear.failed)
        jobs.run(lambda _token: 2, ear.done, ear.failed)
        settle()
    assert [kind for kind, *_ in caught] == [ZeroDivisionError]
    assert ear.results == [2]


def test_many_jobs_from_one_widget_all_come_back(jobs: Jobs, ear: Ear, settle, qtbot: QtBot):
    owner = QWidget()
    qtbot.addWidget(owner)
    for number in range(200):
        jobs.run(lambda _token, n=number: n, ear.done, ear.failed, owner=owner)
    settle()
    assert sorted(ear.results, key=int) == list(range(200))


class Last:
    """Says on which thread its last reference was dropped, as a Qt object would be destroyed there."""

    def __init__(self, ended_on: set[threading.Thread]) -> None:
        self.ended_on = ended_on

    def __del__(self) -> None:
        self.ended_on.add(threading.current_thread())

    def done(self, _result: object) -> None:
        """Of no interest."""


def with_token(_last: Last, number: int, _token: CancelToken) -> int:
    return number


def test_what_only_a_job_holds_ends_on_the_gui_thread(jobs: Jobs, ear: Ear, settle):
    ended_on: set[threading.Thread] = set()
    for number in range(200):
        jobs.run(partial(with_token, Last(ended_on), number), Last(ended_on).done, ear.failed)
    settle()
    assert ended_on == {threading.main_thread()}


def test_job_that_hangs_with_a_server_holds_up_no_other_and_no_sign_out(
    jobs: Jobs, qtbot: QtBot, ear: Ear
) -> None:
    hanging, told = Gate(), []
    jobs.run(hanging, ear.done, ear.failed, is_on_network=True)
    hanging.wait_inside()
    for _ in range(4):
        jobs.run(lambda _token: "local", ear.done, ear.failed)
    jobs.when_idle(lambda: told.append("all"))
    jobs.when_idle(lambda: told.append("local"), but_network=True)
    qtbot.waitUntil(lambda: told == ["local"])
    assert ear.results == ["local"] * 4
    hanging.opened.set()
    qtbot.waitUntil(lambda: told == ["local", "all"])
    assert ear.results[-1] == "through"


def test_panic_of_a_library_is_a_failure_like_any_other(jobs: Jobs, ear: Ear, settle):
    class PanicException(BaseException):
        """No ``Exception``, as these libraries have it."""

    def panic(_token: CancelToken) -> None:
        raise PanicException("index out of bounds")

    jobs.run(panic, ear.done, ear.failed)
    settle()
    assert [str(error) for error in ear.failures] == ["PanicException: index out of bounds"]
