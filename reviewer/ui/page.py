"""What the window asks of every page in its stack."""

from dataclasses import dataclass
from datetime import timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from reviewer.ui.keymap.shortcut import Scope


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What the status bar shows; None leaves a slot as it is, an empty text clears it."""

    saved: str | None = None
    waiting: int | None = None
    done_today: int | None = None
    unwitnessed: int | None = None
    sound: str | None = None


class Page(QWidget):
    """A screen of the sidebar. ``scope`` picks its rows of the key table."""

    status_changed = Signal(object)
    """Carries StatusFacts."""
    agreement_requested = Signal()
    """Something was refused because the agreement is not signed (NdaRequired); the window shows it."""

    scope = Scope.WINDOW

    def is_at_work(self, within: timedelta) -> bool:  # noqa: ARG002 - pages that play answer
        """Whether something plays that a person started no longer than ``within`` ago: no reason to lock."""
        return False

    def enter(self) -> None:
        """Called each time the page comes to the front."""

    def leave(self) -> None:
        """Called when another page comes to the front: sound stops, unsaved typing is saved."""

    def close_down(self) -> None:
        """Called once, at lock and at exit, before the page is thrown away; must not block for long."""

    def more_keys(self) -> list[tuple[str, str]]:
        """Keys that are not in the table because data defines them (tags, choices): (key, what it does)."""
        return []
