"""Autosave: saves drafts shortly after a change, in order, and retries until they are on the disk."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from reviewer.errors import NotLeased, ReviewerError, Unavailable
from reviewer.transcript.history import History
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.messages import Message, message_for
from reviewer.ui.page import StatusFacts
from reviewer.ui.widgets.inline_message import InlineMessage

SAVE_AFTER_MS = 1200
PAUSE_MS = 400
RETRY_AFTER_MS = 500
LAST_RETRY_AFTER_MS = 3000
SaveDraft = Callable[[History, int], datetime]


@dataclass(frozen=True, slots=True)
class Draft:
    """Work with its undo history, and its revision, which only grows while the window is open."""

    history: History
    revision: int


def is_lost(error: Exception) -> bool:
    """Whether a rule refused, so that the clip must be removed from the screen; else a retry may help."""
    return isinstance(error, ReviewerError) and not isinstance(error, Unavailable)


class Autosave(QObject):
    """Saves at each pause, and at most 1.2 s after the first unsaved change, also during continuous typing.

    ``SaveDraft`` commits work under a revision and returns the time of the commit. One save runs at a time;
    what was changed meanwhile is due when it would have been without it. A failed save is retried, ever later
    up to 3 s, until it succeeds or the autosave is stopped; the newest work always wins.
    """

    saved = Signal(object)
    """Carries the datetime of the commit."""
    failed = Signal(object)
    """Carries the error; the text is kept and saving will be retried."""

    def __init__(
        self,
        executor: SerialExecutor,
        parent: QObject | None = None,
        *,
        save_after_ms: int = SAVE_AFTER_MS,
        pause_ms: int = PAUSE_MS,
        retry_after_ms: int = RETRY_AFTER_MS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._executor = executor
        self._save_after_ms, self._pause_ms, self._retry_after_ms = save_after_ms, pause_ms, retry_after_ms
        self._now = now
        self._save: SaveDraft = _save_nowhere
        self._revision = 0
        self._newest: Draft | None = None
        self._saving: tuple[Draft, ...] = ()
        self._first_change = self._last_change = self._not_before = 0.0
        self._failures = 0
        self._is_stopped = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save_now)

    def begin_clip(self, save: SaveDraft) -> None:
        """Starts with another clip; ``save`` is bound to its lease. A running save emits nothing."""
        self._save = save
        self._newest, self._saving, self._is_stopped = None, (), False
        self._failures, self._not_before = 0, 0.0

    @property
    def is_all_saved(self) -> bool:
        """Whether nothing is waiting to be saved or being saved."""
        return self._newest is None and not self._saving

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is saved: there is no clip, or its work was handed over."""
        return self._is_stopped

    def note(self, history: History) -> None:
        """Takes the newest work, to be saved."""
        self._last_change = self._now()
        if self._newest is None:
            self._first_change = self._last_change
        self._newest = self.numbered(history)
        self._wait()

    def numbered(self, history: History) -> Draft:
        """The work with the next revision."""
        self._revision += 1
        return Draft(history, self._revision)

    @Slot()
    def save_now(self) -> None:
        """Saves the newest work, if it is not saved yet, after a save that runs."""
        self._timer.stop()
        newest = self._newest
        if newest is None or self._is_stopped:
            return
        self._newest = None
        self._saving = (*self._saving, newest)
        save, since = self._save, self._first_change
        self._executor.run(
            lambda: save(newest.history, newest.revision),
            lambda moment: self._on_saved(save, newest, moment),
            lambda error: self._on_failed(save, newest, since, error),
        )

    def take_unsaved(self) -> Draft | None:
        """Stops, and returns what may not be on the disk; None if everything is, or it was stopped."""
        unsaved = None if self._is_stopped else self._newest or next(reversed(self._saving), None)
        self.stop()
        return unsaved

    def stop(self) -> None:
        """Stops saving: the work was handed over or lost."""
        self._is_stopped = True
        self._timer.stop()

    def resume(self) -> None:
        """Saves again after ``stop``: the hand-over failed."""
        self._is_stopped = False
        self._wait()

    def _wait(self) -> None:
        """Starts the timer for the newest work, unless a save runs: its end starts it."""
        if self._newest is None or self._saving or self._is_stopped:
            return
        due = min(
            self._first_change + self._save_after_ms / 1000,
            self._last_change + self._pause_ms / 1000,
        )
        due = max(due, self._not_before)
        self._timer.start(max(0, round((due - self._now()) * 1000)))

    def _after(self, done: Draft) -> tuple[Draft, ...]:
        return tuple(draft for draft in self._saving if draft.revision > done.revision)

    def _on_saved(self, save: SaveDraft, saved: Draft, moment: datetime) -> None:
        if save is not self._save:
            return
        self._saving = self._after(saved)
        self._failures, self._not_before = 0, 0.0
        if self._is_stopped:
            return
        self.saved.emit(moment)
        self._wait()

    def _on_failed(self, save: SaveDraft, unsaved: Draft, since: float, error: Exception) -> None:
        if save is not self._save:
            return
        self._saving = self._after(unsaved)
        if not self._saving:  # else newer work is being saved
            self._newest, self._first_change = self._newest or unsaved, since
        delay = min(self._retry_after_ms * 2**self._failures, LAST_RETRY_AFTER_MS)
        self._failures += 1
        self._not_before = self._now() + delay / 1000
        if self._is_stopped:
            return
        self._wait()
        self.failed.emit(error)


class SaveStatus:
    """Shows the result of each save; a successful one removes the message of a failed one."""

    def __init__(self, message: InlineMessage, tell: Callable[[StatusFacts], None]) -> None:
        self._message = message
        self._tell = tell
        self._is_failure_shown = False

    def show_saved(self, moment: datetime) -> None:
        self._tell(StatusFacts(saved=moment.astimezone().strftime("%H:%M:%S")))
        if self._is_failure_shown:
            self._message.clear()
        self._is_failure_shown = False

    def show_failed(self, error: Exception) -> None:
        self._message.show_message(_not_saved(error), "error")
        self._is_failure_shown = True
        self._tell(StatusFacts(saved=""))

    def begin_clip(self) -> None:
        """Starts with another clip: the status shown is not about it."""
        self._is_failure_shown = False
        self._tell(StatusFacts(saved=""))


def _not_saved(error: Exception) -> Message:
    known = message_for(error)
    sentence = QCoreApplication.translate("drafts", "Not saved yet: %s") % known.sentence
    hint = QCoreApplication.translate(
        "drafts", "Your text is kept in the window; saving is retried every few seconds. %s"
    )
    return Message(sentence, (hint % known.hint).strip())


def _save_nowhere(_history: History, _revision: int) -> datetime:
    raise NotLeased
