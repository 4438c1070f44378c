"""Whether another window still has a task open is known from its beat and its process."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from reviewer.session import window
from tests.factories import NOON


@pytest.mark.parametrize(("seconds", "is_live"), [(0, True), (45, True), (46, False), (-1, False)])
def test_a_window_of_a_running_process_is_live_for_three_beats(seconds: int, *, is_live: bool) -> None:
    assert window.is_live(window.of_session("s"), NOON - timedelta(seconds=seconds), NOON) is is_live
    assert window.of_session("a") != window.of_session("b")


@pytest.mark.skipif(sys.platform == "win32", reason="there only the beat decides")
def test_a_window_of_a_process_that_ended_is_not_waited_for() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    name = window.of_session("s").replace(f".{os.getpid()}.", f".{ended.pid}.")
    assert not window.is_live(name, NOON, NOON)


def test_a_window_on_another_machine_is_known_by_its_beat_alone() -> None:
    name = f"s.{2**22 + 1}.00000000"
    assert window.is_live(name, NOON, NOON)
    assert not window.is_live(name, NOON - timedelta(minutes=1), NOON)
