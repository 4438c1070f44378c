"""Sees to it that what is typed is on the disk a moment later."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from reviewer.errors import LeaseLost, NotLeased, SubmissionConflict
from reviewer.model.annotation import Annotation
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.inline import InlineMessage
from reviewer.ui.messages import Message, message_for
from reviewer.ui.page import StatusFacts

Save = Callable[[Annotation], datetime]
SAVE_AFTER_MS = 1200
RETRY_AFTER_MS = 3000
GONE = (LeaseLost, NotLeased, SubmissionConflict)
"""Errors after which there is nothing left to save to: the work is somebody else's, or over."""


class Autosave(QObject):
    """Saves at most 1.2 s after the first key that is not saved yet, so also while typing goes on and on.

    ``Save`` commits an annotation and gives the moment of the commit. A save that failed is tried again until
    it goes through or the keeper is told to stop; the newest text always wins.
    """

    saved = Signal(object)
    """Carries the datetime of the commit."""
    failed = Signal(object)
    """Carries the error; what was typed is still here and will be tried again."""

    def __init__(self, executor: SerialExecutor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executor = executor
        self._save: Save = _save_nowhere
        self._newest: Annotation | None = None
        self._saving: Annotation | None = None
        self._is_stopped = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save_now)

    def begin(self, save: Save) -> None:
        """Another clip; ``save`` is bound to its lease. What is under way for the last tells nobody."""
        self._save = save
        self._newest, self._saving, self._is_stopped = None, None, False

    @property
    def is_all_saved(self) -> bool:
        """Whether nothing waits and nothing is on its way."""
        return self._newest is None and self._saving is None

    def note(self, annotation: Annotation) -> None:
        """Takes the newest state of what is typed."""
        self._newest = annotation
        if not self._timer.isActive() and self._saving is None and not self._is_stopped:
            self._timer.start(SAVE_AFTER_MS)

    @Slot()
    def save_now(self) -> None:
        """Puts the newest text on its way to the disk, if it is not there yet."""
        self._timer.stop()
        newest = self._newest
        if newest is None or self._is_stopped:
            return
        self._newest, self._saving = None, newest
        save = self._save
        self._executor.run(
            lambda: save(newest),
            lambda moment: self._on_saved(save, moment),
            lambda error: self._on_failed(save, newest, error),
        )

    def take_unsaved(self) -> Annotation | None:
        """Stops, and gives what is not on the disk for certain; None when all is, or it was stopped."""
        unsaved = None if self._is_stopped else self._newest or self._saving
        self.stop()
        return unsaved

    def stop(self) -> None:
        """Saves nothing any more: the work was handed in, given back or lost."""
        self._is_stopped = True
        self._timer.stop()

    def go_on(self) -> None:
        """Saves again after a ``stop``: handing in did not work."""
        self._is_stopped = False
        if self._newest is not None and self._saving is None:
            self._timer.start(SAVE_AFTER_MS)

    def _on_saved(self, save: Save, moment: datetime) -> None:
        if save is not self._save:
            return
        self._saving = None
        if self._is_stopped:
            return
        self.saved.emit(moment)
        if self._newest is not None:
            self._timer.start(SAVE_AFTER_MS)

    def _on_failed(self, save: Save, unsaved: Annotation, error: Exception) -> None:
        if save is not self._save:
            return
        self._saving = None
        self._newest = self._newest or unsaved
        if self._is_stopped:
            return
        self._timer.start(RETRY_AFTER_MS)
        self.failed.emit(error)


class SaveNotice:
    """Says what became of a save; a later one that went through takes back what an earlier one said."""

    def __init__(self, message: InlineMessage, tell: Callable[[StatusFacts], None]) -> None:
        self._message = message
        self._tell = tell
        self._is_shown = False

    def say_saved(self, moment: datetime) -> None:
        self._tell(saved_at(moment))
        if self._is_shown:
            self._message.clear()
        self._is_shown = False

    def say_failed(self, error: Exception) -> None:
        self._message.show_message(not_saved(error), "error")
        self._is_shown = True
        self._tell(StatusFacts(saved=""))

    def forget(self) -> None:
        """Another clip: what is on the screen is not about a save of it."""
        self._is_shown = False


def saved_at(moment: datetime) -> StatusFacts:
    """What the status bar says of a save."""
    return StatusFacts(saved=moment.astimezone().strftime("%H:%M:%S"))


def not_saved(error: Exception) -> Message:
    """What to say of a save that failed and will be tried again."""
    known = message_for(error)
    sentence = QCoreApplication.translate("drafts", "Not saved yet: %s") % known.sentence
    hint = QCoreApplication.translate(
        "drafts", "Your text is still here and is tried again every few seconds. %s"
    )
    return Message(sentence, (hint % known.hint).strip())


def _save_nowhere(_annotation: Annotation) -> datetime:
    raise NotLeased
