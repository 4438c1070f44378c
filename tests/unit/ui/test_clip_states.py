"""A clip workspace changes its state only as the table says."""

from itertools import product

import pytest

from reviewer.ui.clip.states import ClipState, ClipStateMachine

IDLE, CLAIMING, OPEN, HANDING_OVER, FAILED, CLOSED = ClipState
LEGAL = {
    (IDLE, CLAIMING),
    (IDLE, CLOSED),
    (CLAIMING, IDLE),  # nothing waits
    (CLAIMING, OPEN),
    (CLAIMING, FAILED),
    (CLAIMING, CLOSED),
    (OPEN, HANDING_OVER),
    (OPEN, FAILED),  # the beat said no
    (OPEN, CLOSED),
    (HANDING_OVER, IDLE),  # it was the last clip
    (HANDING_OVER, OPEN),  # the next one, or the same: it was refused, or goes on
    (HANDING_OVER, FAILED),
    (HANDING_OVER, CLOSED),
    (FAILED, CLAIMING),
    (FAILED, HANDING_OVER),  # a clip that does not open is given back
    (FAILED, CLOSED),
}
WAYS = {
    IDLE: (),
    CLAIMING: (CLAIMING,),
    OPEN: (CLAIMING, OPEN),
    HANDING_OVER: (CLAIMING, OPEN, HANDING_OVER),
    FAILED: (CLAIMING, FAILED),
    CLOSED: (CLOSED,),
}


@pytest.mark.parametrize(("before", "after"), list(product(ClipState, repeat=2)))
def test_only_what_the_table_says_can_follow(before: ClipState, after: ClipState) -> None:
    machine = ClipStateMachine()
    for step in WAYS[before]:
        machine.enter(step)
    if (before, after) in LEGAL:
        machine.enter(after)
        assert machine.is_in(after)
        return
    with pytest.raises(RuntimeError, match=f"from {before.value} to {after.value}"):
        machine.enter(after)
    assert machine.state is before
