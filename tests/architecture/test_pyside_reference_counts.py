"""PySide6 6.12.0 loses a reference to True or None at each call on Python 3.10 and 3.11, and then aborts."""

import sys

import pytest
from PySide6 import QtCore

_CALLS = 20_000
# Other threads and caches of the interpreter may come and go by a few; the fault takes one a call.
_SLACK = 500


class _Bell(QtCore.QObject):
    rung = QtCore.Signal(bool)
    silent = QtCore.Signal()

    @QtCore.Slot(bool)
    def hear(self, loud: bool) -> None:
        self.heard = loud


@pytest.fixture
def bell(qapp: QtCore.QCoreApplication) -> _Bell:
    bell = _Bell()
    bell.rung.connect(bell.hear)
    return bell


def test_installed_pyside_is_older_than_the_one_that_loses_references() -> None:
    assert QtCore.__version_info__[:2] < (6, 12)


def test_emitting_true_keeps_the_references_to_true(bell: _Bell) -> None:
    before = sys.getrefcount(True)
    for _ in range(_CALLS):
        bell.rung.emit(True)
    assert sys.getrefcount(True) > before - _SLACK
    assert bell.heard is True


def test_emitting_keeps_the_references_to_none(bell: _Bell) -> None:
    before = sys.getrefcount(None)
    for _ in range(_CALLS):
        bell.silent.emit()
    assert sys.getrefcount(None) > before - _SLACK


def test_calls_that_return_nothing_keep_the_references_to_none(bell: _Bell) -> None:
    before = sys.getrefcount(None)
    for _ in range(_CALLS):
        bell.setObjectName("bell")
    assert sys.getrefcount(None) > before - _SLACK


def test_calls_that_return_a_truth_keep_the_references_to_it(bell: _Bell) -> None:
    before = sys.getrefcount(False)
    for _ in range(_CALLS):
        bell.signalsBlocked()
    assert sys.getrefcount(False) > before - _SLACK
