"""The interface of all pages."""

from dataclasses import dataclass
from datetime import timedelta

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from reviewer.ui.keymap.shortcut import Scope


@dataclass(frozen=True, slots=True)
class SendingFacts:
    """How much work is saved here and not sent, the time since when, and why, if sending failed.

    ``at_hand``: how many clips can be opened while the server is away, until which time; None where the
    project takes none along.
    """

    unsent: int
    since: str = ""
    problem: str = ""
    at_hand: int | None = None
    at_hand_until: str = ""


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What the status bar shows; None leaves a field as it is, an empty text clears it.

    ``waiting`` counts what this person may take; ``open_tasks`` what anybody may, for the lead.
    ``undrawn``, for QA, is shown beside ``waiting``: submissions from which reviews are still selected.
    ``log_problem``: why the server of the queue did not take this machine's access log.
    """

    saved: str | None = None
    waiting: int | None = None
    done_today: int | None = None
    unwitnessed: int | None = None
    sound: str | None = None
    open_tasks: int | None = None
    sending: SendingFacts | None = None
    log_problem: str | None = None
    undrawn: int = 0


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page to be shown, and what it shall open: for the desk, the id of a submission."""

    page_id: str
    item: str


class Page(QWidget):
    """A page of the sidebar; ``scope`` selects its shortcuts."""

    status_changed = Signal(object)
    """Carries StatusFacts."""
    agreement_requested = Signal()
    """Something was refused because the agreement is not signed; the window shows the agreement."""

    page_requested = Signal(object)
    """Carries a PageRequest."""

    scope = Scope.WINDOW
    first_focus: QWidget | None = None
    """Has the focus when the page is first shown, such as its list; else the first widget that takes it."""
    _was_shown = False
    _left_at: QWidget | None = None

    def is_at_work(self, within: timedelta) -> bool:  # noqa: ARG002 - pages that play answer
        """Whether playback started by a person no longer than ``within`` ago delays auto-lock."""
        return False

    def enter(self) -> None:
        """Called each time the page is shown."""

    def refresh_facts(self) -> None:
        """Called every minute while the page is shown: asks anew for the facts of the status bar."""

    def take_focus(self) -> None:
        """Moves the focus into a page that is shown: to where it was last, or to where work on it begins."""
        if not self.isVisible():
            return
        left_at, self._left_at = self._left_at, None
        last = left_at if left_at is not None and shiboken6.isValid(left_at) else self.focusWidget()
        if not self._was_shown:  # the stack of pages has given the focus to the first widget
            self._was_shown, last = True, self.first_focus or last
        if last is not None and _takes_focus(last):
            last.setFocus(Qt.FocusReason.OtherFocusReason)
        else:  # not by ``nextInFocusChain``: PySide takes ownership of what it returns, and deletes it twice
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self.focusNextPrevChild(True)
            self.clearFocus()  # where nothing on the page takes it

    def give_up_focus(self) -> None:
        """Remembers what has the focus, and takes it from there: a page that is hidden with it would pass it
        on to a button that nobody meant, and a screen reader would read that."""
        self._left_at = self.focusWidget()
        if self._left_at is not None:
            self._left_at.clearFocus()

    def open_item(self, item: str) -> None:
        """Opens what another page asked for; the page is shown."""

    def leave(self) -> None:
        """Called when another page is shown: playback stops, unsaved text is saved."""

    def keep_text(self) -> bool:
        """Saves unsaved text at once, before the window closes; False, and a message, if that fails."""
        return True

    def close_down(self) -> None:
        """Called once, at lock and at exit, before the page is deleted; must not block for long."""

    def more_keys(self) -> list[tuple[str, str]]:
        """Shortcuts that data defines (tags, choices): (key, what it does)."""
        return []


def _takes_focus(widget: QWidget) -> bool:
    by_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
    return by_tab and widget.isVisible() and widget.isEnabled()
