"""Pausing the garbage collector, on several threads at once."""

import gc
from contextlib import ExitStack

import pytest

from reviewer.garbage_collection import is_paused, without_collection


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_as_before_once_the_last_of_several_overlapping_pauses_ends(was_on: bool) -> None:
    before = gc.isenabled()
    first, second = ExitStack(), ExitStack()
    try:
        gc.enable() if was_on else gc.disable()
        first.enter_context(without_collection())
        second.enter_context(without_collection())
        first.close()
        assert is_paused()
        assert not gc.isenabled()
        second.close()
        assert not is_paused()
        assert gc.isenabled() is was_on
    finally:
        gc.enable() if before else gc.disable()
