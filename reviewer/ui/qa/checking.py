"""The spot check's presenter: asks the session on the job pool, tells what came of it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from reviewer.errors import ReviewerError
from reviewer.model.annotation import Annotation
from reviewer.model.event import HeardRange
from reviewer.model.task import Check, Verdict
from reviewer.ui.clip.autosave import GONE, Autosave
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.jobs import Jobs

if TYPE_CHECKING:
    from reviewer.qa.session import Comparison, OpenCheck, QaSession


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of asking for a check: the clip, both versions if mine was handed in before, or nothing."""

    opened: "OpenCheck | None"
    comparison: "Comparison | None"
    drawn: int
    passed: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """For the status bar."""

    checks: int
    unwitnessed: int


class Checking(QObject):
    """One check at a time; what is asked for is done in that order.

    ``keeper`` saves what is typed; its signals tell of each save.
    """

    taken = Signal(object)
    """Carries a Taken."""
    compared = Signal(object)
    """Carries a Comparison."""
    decided = Signal(object)
    """Carries the Verdict."""
    waiting_changed = Signal(object)
    """Carries a Waiting."""
    failed = Signal(object)
    """Carries the error. No check is in hand any more when it was lost to a colleague or withdrawn."""
    unheard = Signal(object)
    """Carries the error when what was heard could not be logged: no log row, no playback."""

    def __init__(self, session: "QaSession", jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._executor = SerialExecutor(jobs, self)
        self._check: Check | None = None
        self._is_over = False
        self.keeper = Autosave(self._executor, self)
        self.keeper.failed.connect(self._on_save_failed)

    @property
    def check(self) -> Check | None:
        """The check in hand."""
        return self._check

    def look(self) -> None:
        """Asks how much waits."""
        session = self._session
        self._executor.run(
            lambda: Waiting(session.waiting(), session.unwitnessed()),
            self.waiting_changed.emit,
            self.failed.emit,
        )

    def take(self) -> None:
        """Draws, then takes one's unfinished check or the next one."""
        self._executor.run(self._draw_and_open, self._on_taken, self.failed.emit)

    def hand_in(self, text: str) -> None:
        """Keeps one's own version for good, then brings both."""
        check, session = self._check, self._session
        if check is None:
            return
        annotation = self._annotation(text)
        self.keeper.save_now()
        self.keeper.stop()
        self._executor.run(
            lambda: session.hand_in_blind(check, annotation), self._on_compared, self._on_not_handed_in
        )

    def accept(self, comment: str) -> None:
        """Accepts the work."""
        check, session = self._check, self._session
        if check is not None:
            self._decide(Verdict.ACCEPTED, lambda: session.accept(check, comment))

    def send_back(self, comment: str) -> None:
        """Returns the work with a comment."""
        check, session = self._check, self._session
        if check is not None:
            self._decide(Verdict.RETURNED, lambda: session.send_back(check, comment))

    @Slot(str)
    def note(self, text: str) -> None:
        """Takes what is typed so far, to be saved."""
        if self._check is not None:
            self.keeper.note(self._annotation(text))

    def keep_place(self, frame: int) -> None:
        """Keeps where the clip is, for when it is opened again."""
        if self._check is not None:
            self._executor.run(partial(self._session.keep_place, self._check, frame))

    @Slot(object)
    def heard(self, ranges: Sequence[HeardRange]) -> None:
        """Logs what reached the ear."""
        check, session = self._check, self._session
        if check is not None:
            clip_id = check.submission.clip_id
            self._executor.run(lambda: session.heard(clip_id, ranges), failed=self.unheard.emit)

    def close_down(self) -> None:
        """The way out: what is typed is on the disk when this returns; then the clip left the screen."""
        self._is_over = True
        check, unsaved = self._check, self.keeper.take_unsaved()
        if check is not None and unsaved is not None:
            # A lost check keeps the text as a late draft; a full disk cannot be helped behind a lock.
            with suppress(ReviewerError):
                self._executor.run_here(partial(self._session.save_draft, check, unsaved))
        self._put_away()

    def _draw_and_open(self) -> Taken:
        drawn = self._session.draw()
        check = self._session.claim()
        if check is None:
            return Taken(None, None, len(drawn.drawn), len(drawn.passed))
        opened = self._session.open(check)
        comparison = self._session.compare(check) if check.blind is not None else None
        return Taken(opened, comparison, len(drawn.drawn), len(drawn.passed))

    def _decide(self, verdict: Verdict, work: Callable[[], None]) -> None:
        self._executor.run(work, lambda _none: self._on_decided(verdict), self._on_not_done)

    def _annotation(self, text: str) -> Annotation:
        return Annotation(
            text_verbatim=text,
            schema_version=self._session.schema.id,
            conventions_version=self._session.conventions.id,
        )

    def _put_away(self) -> None:
        check, session = self._check, self._session
        self._check = None
        self.keeper.stop()
        if check is not None:
            self._executor.run(lambda: session.closed(check))

    def _on_taken(self, taken: Taken) -> None:
        self._check = taken.opened.check if taken.opened is not None else None
        if self._is_over:
            self._put_away()
            return
        if self._check is not None and taken.comparison is None:
            self.keeper.begin(partial(self._session.save_draft, self._check))
        self.taken.emit(taken)
        self.look()

    def _on_compared(self, comparison: "Comparison") -> None:
        self._check = comparison.check
        self.compared.emit(comparison)

    def _on_not_handed_in(self, error: Exception) -> None:
        self.keeper.go_on()
        self._on_not_done(error)

    def _on_not_done(self, error: Exception) -> None:
        if isinstance(error, GONE):
            self._put_away()
        self.failed.emit(error)

    @Slot(object)
    def _on_save_failed(self, error: Exception) -> None:
        if isinstance(error, GONE):
            self._on_not_done(error)

    def _on_decided(self, verdict: Verdict) -> None:
        self._check = None
        self.decided.emit(verdict)
        self.look()
