"""The spot check's presenter: asks the session on the job pool, tells what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from reviewer.model.annotation import Annotation
from reviewer.model.event import HeardRange
from reviewer.model.task import Check, Verdict
from reviewer.ui.desk.in_order import InOrder
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
    """One check at a time; what is asked for is done in that order."""

    taken = Signal(object)
    """Carries a Taken."""
    compared = Signal(object)
    """Carries a Comparison."""
    decided = Signal(object)
    """Carries the Verdict."""
    waiting_changed = Signal(object)
    """Carries a Waiting."""
    failed = Signal(object)
    """Carries the error."""
    unheard = Signal(object)
    """Carries the error when what was heard could not be logged: no log row, no playback."""

    def __init__(self, session: "QaSession", jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._in_order = InOrder(jobs, self)
        self._check: Check | None = None

    @property
    def check(self) -> Check | None:
        """The check in hand."""
        return self._check

    def look(self) -> None:
        """Asks how much waits."""
        session = self._session
        self._in_order.run(
            lambda: Waiting(session.waiting(), session.unwitnessed()),
            self.waiting_changed.emit,
            self.failed.emit,
        )

    def take(self) -> None:
        """Draws, then takes one's unfinished check or the next one."""
        self._in_order.run(self._draw_and_open, self._on_taken, self.failed.emit)

    def hand_in(self, text: str) -> None:
        """Keeps one's own version for good, then brings both."""
        check, session = self._check, self._session
        if check is None:
            return
        annotation = Annotation(
            text_verbatim=text,
            schema_version=session.schema.id,
            conventions_version=session.conventions.id,
        )
        self._in_order.run(
            lambda: session.hand_in_blind(check, annotation), self._on_compared, self.failed.emit
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

    @Slot(object)
    def heard(self, ranges: Sequence[HeardRange]) -> None:
        """Logs what reached the ear."""
        check, session = self._check, self._session
        if check is not None:
            clip_id = check.submission.clip_id
            self._in_order.run(lambda: session.heard(clip_id, ranges), failed=self.unheard.emit)

    def close_down(self) -> None:
        """Notes that the clip left the screen, if it is still there."""
        check, session = self._check, self._session
        self._check = None
        if check is not None:
            self._in_order.run(lambda: session.closed(check))

    def _draw_and_open(self) -> Taken:
        drawn = self._session.draw()
        check = self._session.claim()
        if check is None:
            return Taken(None, None, len(drawn.drawn), len(drawn.passed))
        opened = self._session.open(check)
        comparison = self._session.compare(check) if check.blind is not None else None
        return Taken(opened, comparison, len(drawn.drawn), len(drawn.passed))

    def _decide(self, verdict: Verdict, work: Callable[[], None]) -> None:
        self._in_order.run(work, lambda _none: self._on_decided(verdict), self.failed.emit)

    def _on_taken(self, taken: Taken) -> None:
        self._check = taken.opened.check if taken.opened is not None else None
        self.taken.emit(taken)
        self.look()

    def _on_compared(self, comparison: "Comparison") -> None:
        self._check = comparison.check
        self.compared.emit(comparison)

    def _on_decided(self, verdict: Verdict) -> None:
        self._check = None
        self.decided.emit(verdict)
        self.look()
