"""Qt objects that hold each other are destroyed on the GUI thread alone."""

import gc
import threading

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from reviewer.garbage_collection import without_collection
from reviewer.ui.garbage_collector import GarbageCollector


class _Held(QObject):
    """Holds itself, so only the collector ends it; says on which thread that was."""

    def __init__(self, ended_on: list[threading.Thread]) -> None:
        super().__init__()
        self.itself = self
        self.ended_on = ended_on

    def __del__(self) -> None:
        self.ended_on.append(threading.current_thread())


@pytest.fixture
def parent(qtbot: QtBot) -> QObject:
    return QObject()


def allocate_much() -> None:
    for _ in range(20):
        _kept = [[] for _ in range(gc.get_threshold()[0] + 1)]


def test_another_thread_that_allocates_much_collects_nothing(parent: QObject) -> None:
    GarbageCollector(parent)
    ended_on: list[threading.Thread] = []
    _Held(ended_on)
    thread = threading.Thread(target=allocate_much)
    thread.start()
    thread.join()
    assert ended_on == []


def test_it_is_collected_in_the_event_loop_of_this_thread(parent: QObject, qtbot: QtBot) -> None:
    GarbageCollector(parent)
    ended_on: list[threading.Thread] = []
    _Held(ended_on)
    _kept = [[] for _ in range(gc.get_threshold()[0] + 1)]
    qtbot.waitUntil(lambda: len(ended_on) == 1)
    assert ended_on == [threading.main_thread()]


def test_nothing_is_collected_before_python_would(parent: QObject) -> None:
    collector = GarbageCollector(parent)
    gc.collect()
    ended_on: list[threading.Thread] = []
    _Held(ended_on)
    collector.collect()
    assert ended_on == []


def test_nothing_is_collected_while_another_thread_makes_many_rows(parent: QObject) -> None:
    collector = GarbageCollector(parent)
    ended_on: list[threading.Thread] = []
    _Held(ended_on)
    _kept = [[] for _ in range(gc.get_threshold()[0] + 1)]
    with without_collection():
        collector.collect()
        assert ended_on == []
    collector.collect()
    assert ended_on == [threading.main_thread()]
