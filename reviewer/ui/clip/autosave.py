"""Autosave: saves drafts shortly after a change, in order, and retries until they are on the disk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from reviewer.errors import NotLeased, ReviewerError, Unavailable
from reviewer.model.annotation import Annotation
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.messages import Message, message_for
from reviewer.ui.page import StatusFacts
from reviewer.ui.widgets.inline_message import InlineMessage

SAVE_AFTER_MS = 1200
RETRY_AFTER_MS = 3000
SaveDraft = Callable[[Annotation, int], datetime]


@dataclass(frozen=True, slots=True)
class Draft:
    """An annotation and its revision, which only grows while the window is open."""

    annotation: Annotation
    revision: int


def is_lost(error: Exception) -> bool:
    """Whether a rule refused, so that the clip must be removed from the screen; else a retry may help."""
    return isinstance(error, ReviewerError) and not isinstance(error, Unavailable)


class Autosave(QObject):
    """Saves at most 1.2 s after the first unsaved change, so also during continuous typing.

    ``SaveDraft`` commits an annotation under a revision and returns the time of the commit. A failed save is
    retried until it succeeds or the autosave is stopped; the newest text always wins.
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
        retry_after_ms: int = RETRY_AFTER_MS,
    ) -> None:
        super().__init__(parent)
        self._executor = executor
        self._save_after_ms, self._retry_after_ms = save_after_ms, retry_after_ms
        self._save: SaveDraft = _save_nowhere
        self._revision = 0
        self._newest: Draft | None = None
        self._saving: Draft | None = None
        self._is_stopped = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save_now)

    def begin_clip(self, save: SaveDraft) -> None:
        """Starts with another clip; ``save`` is bound to its lease. A running save emits nothing."""
        self._save = save
        self._newest, self._saving, self._is_stopped = None, None, False

    @property
    def is_all_saved(self) -> bool:
        """Whether nothing is waiting to be saved or being saved."""
        return self._newest is None and self._saving is None

    def note(self, annotation: Annotation) -> None:
        """Takes the newest annotation, to be saved."""
        self._newest = self.numbered(annotation)
        if not self._timer.isActive() and self._saving is None and not self._is_stopped:
            self._timer.start(self._save_after_ms)

    def numbered(self, annotation: Annotation) -> Draft:
        """The annotation with the next revision."""
        self._revision += 1
        return Draft(annotation, self._revision)

    @Slot()
    def save_now(self) -> None:
        """Starts saving the newest text, if it is not saved yet."""
        self._timer.stop()
        newest = self._newest
        if newest is None or self._is_stopped:
            return
        self._newest, self._saving = None, newest
        save = self._save
        self._executor.run(
            lambda: save(newest.annotation, newest.revision),
            lambda moment: self._on_saved(save, moment),
            lambda error: self._on_failed(save, newest, error),
        )

    def take_unsaved(self) -> Draft | None:
        """Stops, and returns what may not be on the disk; None if everything is, or it was stopped."""
        unsaved = None if self._is_stopped else self._newest or self._saving
        self.stop()
        return unsaved

    def stop(self) -> None:
        """Stops saving: the work was handed over or lost."""
        self._is_stopped = True
        self._timer.stop()

    def resume(self) -> None:
        """Saves again after ``stop``: the hand-over failed."""
        self._is_stopped = False
        if self._newest is not None and self._saving is None:
            self._timer.start(self._save_after_ms)

    def _on_saved(self, save: SaveDraft, moment: datetime) -> None:
        if save is not self._save:
            return
        self._saving = None
        if self._is_stopped:
            return
        self.saved.emit(moment)
        if self._newest is not None:
            self._timer.start(self._save_after_ms)

    def _on_failed(self, save: SaveDraft, unsaved: Draft, error: Exception) -> None:
        if save is not self._save:
            return
        self._saving = None
        self._newest = self._newest or unsaved
        if self._is_stopped:
            return
        self._timer.start(self._retry_after_ms)
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


def _save_nowhere(_annotation: Annotation, _revision: int) -> datetime:
    raise NotLeased
