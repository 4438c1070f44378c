"""The states of a clip workspace, and which may follow which."""

from enum import Enum


class ClipState(Enum):
    """What a clip workspace is doing."""

    IDLE = "idle"
    """No clip, and none was requested."""
    CLAIMING = "claiming"
    """A lease is being claimed and its clip opened."""
    OPEN = "open"
    """A clip is shown and can be worked on."""
    HANDING_OVER = "handing_over"
    """The clip is being submitted, skipped or decided; nothing can be changed."""
    FAILED = "failed"
    """No clip is shown; the reason is."""
    CLOSED = "closed"
    """The page was closed: lock or exit."""


FOLLOWS: dict[ClipState, frozenset[ClipState]] = {
    ClipState.IDLE: frozenset({ClipState.CLAIMING, ClipState.CLOSED}),
    ClipState.CLAIMING: frozenset({ClipState.IDLE, ClipState.OPEN, ClipState.FAILED, ClipState.CLOSED}),
    ClipState.OPEN: frozenset({ClipState.HANDING_OVER, ClipState.FAILED, ClipState.CLOSED}),
    ClipState.HANDING_OVER: frozenset({ClipState.IDLE, ClipState.OPEN, ClipState.FAILED, ClipState.CLOSED}),
    ClipState.FAILED: frozenset({ClipState.CLAIMING, ClipState.HANDING_OVER, ClipState.CLOSED}),
    ClipState.CLOSED: frozenset(),
}
"""The transition table: any other transition is a bug."""


class ClipStateMachine:
    """Holds the state; ``enter`` is the only way to change it, and follows the table."""

    def __init__(self) -> None:
        self._state = ClipState.IDLE

    @property
    def state(self) -> ClipState:
        return self._state

    def is_in(self, *states: ClipState) -> bool:
        """Whether the state is one of these."""
        return self._state in states

    def enter(self, state: ClipState) -> None:
        """Changes the state. Raises RuntimeError where the table has no such transition."""
        if state not in FOLLOWS[self._state]:
            raise RuntimeError(f"a clip workspace cannot go from {self._state.value} to {state.value}")
        self._state = state
