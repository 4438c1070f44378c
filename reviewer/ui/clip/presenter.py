"""The flow of the desk: claim, open, listen and type, hand in, next."""

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from reviewer.errors import NdaRequired, ReviewerError
from reviewer.model.annotation import Annotation
from reviewer.model.task import Lease, SkipReason
from reviewer.ui.clip.autosave import GONE, Autosave, SaveNotice
from reviewer.ui.clip.daily_counts import DailyCountsLoader
from reviewer.ui.clip.heard_log import HeardLog
from reviewer.ui.clip.issue_tracker import IssueTracker
from reviewer.ui.clip.lease_renewal import LeaseRenewal
from reviewer.ui.clip.prefetch import Ahead, Turn, hand_over, take_turn
from reviewer.ui.clip.serial_executor import SerialExecutor
from reviewer.ui.desk.view import DeskView
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import message_for
from reviewer.ui.page import StatusFacts
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.position_memory import PositionMemory

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.desk.session import DeskSession, OpenClip


class DeskPresenter(QObject):
    """One clip at a time. Every call to the desk is a job, and they run in the order of asking."""

    status_changed = Signal(object)
    """Carries StatusFacts."""
    agreement_requested = Signal()

    def __init__(
        self,
        desk: "DeskSession",
        playback: PlaybackController,
        view: DeskView,
        jobs: Jobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._playback = playback
        self._view = view
        self._executor = SerialExecutor(jobs, self)
        self._ahead = Ahead(desk, self._executor, jobs, playback)
        self._day = DailyCountsLoader(desk, self._executor, view.empty, self.status_changed.emit)
        self._lease: Lease | None = None
        self._is_open = False
        self._is_busy = False
        self._is_over = False
        self._is_touched = False
        self._keeper = Autosave(self._executor, self)
        self._save_notice = SaveNotice(view.board.message, self.status_changed.emit)
        self._keeper.saved.connect(self._save_notice.say_saved)
        self._keeper.failed.connect(self._on_save_failed)
        self._retry: Callable[[], None] = self.take_next
        self._heartbeat = LeaseRenewal(desk.renew, self._executor, self)
        self._heartbeat.lost.connect(self._on_lease_lost)
        self._heard_log = HeardLog(desk.heard, self._executor, self)
        self._heard_log.failed.connect(self._on_not_logged)
        playback.heard_due.connect(self._heard_log.note)
        self._mending = IssueTracker(desk, playback, view.board, self)
        self._position_memory = PositionMemory(playback, view.board, self)
        playback.state_changed.connect(self._on_sound_changed)
        view.board.annotation_changed.connect(self._on_annotation_changed)

    @property
    def is_all_saved(self) -> bool:
        """Whether nothing typed waits to be saved."""
        return self._keeper.is_all_saved

    def start(self) -> None:
        """Goes on with the clip that this person still holds; claims nothing new unasked."""
        self._set_busy(is_busy=True)
        self._executor.run(partial(take_turn, self._desk, self._desk.resume), self._on_resumed)

    @Slot()
    def take_next(self) -> None:
        """Claims and opens the next clip, or the one that is held but did not open."""
        if self._is_open or self._is_busy or self._is_over:
            return
        self._set_busy(is_busy=True)
        self._executor.run(partial(take_turn, self._desk, self._desk.claim), self._on_turn)

    @Slot()
    def submit(self) -> None:
        """Hands the work in; if something is missing, says what, and goes there."""
        lease = self._lease
        if lease is None or not self._is_open or self._is_busy:
            return
        if not self._mending.is_mended():
            return
        self._keeper.save_now()
        self._retry = self.submit
        self._end_with(partial(self._desk.submit, lease, self._view.board.annotation))

    @Slot(object)
    def skip(self, reason: SkipReason) -> None:
        """Gives the clip back, also one that did not open."""
        if self._lease is not None and not self._is_busy:
            self._end_with(partial(self._desk.skip, self._lease, reason))

    def pause(self) -> None:
        """Another page comes to the front: sound stops, what is typed goes to the disk."""
        self._playback.pause()
        self._position_memory.keep()
        self._keeper.save_now()

    @Slot()
    def retry(self) -> None:
        """Tries again what the message on the screen is about."""
        self._retry()

    def close_down(self) -> None:
        """The way out: what is typed is on the disk when this returns; the rest is told on the pool.

        A clip of which nothing was heard and nothing typed goes back to the queue for whoever comes first.
        """
        if self._is_over:
            return
        self._is_over = True
        self._heartbeat.stop()
        self._playback.pause()
        lease, is_untouched = self._lease, not self._is_touched and not self._playback.coverage.heard
        unsaved = self._keeper.take_unsaved()
        if lease is not None and unsaved is not None:
            # A lost lease keeps the text as a late draft; a full disk cannot be helped behind a lock.
            with suppress(ReviewerError):
                self._executor.run_here(partial(self._desk.save_draft, lease, unsaved))
        self._position_memory.keep()
        self._position_memory.end()
        self._playback.close()
        if lease is not None and self._is_open:
            self._executor.run(partial(self._desk.closed, lease))
            if is_untouched and not self._is_busy:
                self._executor.run(partial(self._desk.release, lease))
        self._ahead.give_back()
        self._view.board.clear()

    # What comes back from the desk

    def _on_resumed(self, turn: Turn) -> None:
        self._on_turn(turn, self._view.show_ready)

    def _on_turn(self, turn: Turn, show_empty: "Callable[[], None] | None" = None) -> None:
        self._lease = turn.lease or self._lease
        if turn.error is not None:
            self._on_not_opened(turn.error)
        elif turn.clip is not None:
            self._on_opened(turn.clip)
        else:
            self._set_busy(is_busy=False)
            (show_empty or self._view.show_nothing_waits)()
            self._day.look()

    def _on_not_opened(self, error: Exception) -> None:
        self._set_busy(is_busy=False)
        if isinstance(error, GONE):
            self._lease = None
        self._view.show_failure(message_for(error), may_give_back=self._lease is not None)
        self._ask_for_agreement(error)

    def _on_opened(self, clip: "OpenClip") -> None:
        if self._is_over:
            self._executor.run(partial(self._desk.closed, clip.lease))
            if clip.draft is None:
                self._executor.run(partial(self._desk.release, clip.lease))
            return
        self._lease = clip.lease
        self._is_open = True
        self._keeper.begin(partial(self._desk.save_draft, clip.lease))
        self._heard_log.begin(clip.lease.clip_id)
        self._playback.load(clip.samples, clip.speech, clip.heard)
        self._view.show_clip(clip)
        self._mending.begin(clip)
        keep = partial(self._desk.keep_place, clip.lease)
        self._position_memory.begin(lambda frame: self._executor.run(partial(keep, frame)), clip.position)
        self._set_busy(is_busy=False)
        self._view.paint_now()
        self._heartbeat.start(clip.lease)
        self._is_touched = clip.draft is not None
        self.status_changed.emit(StatusFacts(saved=""))
        self._day.look()
        self._ahead.begin()

    def _on_ended(self, turn: Turn) -> None:
        ended = self._leave_clip(has_next=turn.clip is not None)
        self._on_turn(turn)
        self._tell_closed(ended)

    def _on_not_ended(self, error: Exception) -> None:
        self._set_busy(is_busy=False)
        if isinstance(error, GONE):
            self._on_lost(error)
            return
        self._keeper.go_on()
        if self._is_open:
            self._view.board.message.show_error(error)
        else:
            self._view.show_failure(message_for(error), may_give_back=True)
        self._ask_for_agreement(error)

    def _on_lost(self, error: Exception) -> None:
        self._tell_closed(self._leave_clip())
        self._view.show_failure(message_for(error))
        self._day.look()

    def _on_save_failed(self, error: Exception) -> None:
        if isinstance(error, GONE):
            self._on_lost(error)
        else:
            self._save_notice.say_failed(error)

    @Slot(object)
    def _on_lease_lost(self, _error: Exception) -> None:
        """It shows at the next save too; saving now keeps the text as a late draft."""
        if self._is_open and not self._is_busy:
            self._keeper.note(self._view.board.annotation)
            self._keeper.save_now()

    @Slot(object)
    def _on_not_logged(self, error: Exception) -> None:
        """No log row, no playback."""
        self._playback.pause()
        self._retry = self._heard_log.retry
        self._view.board.message.show_error(error)

    # What the user does

    @Slot(object)
    def _on_annotation_changed(self, annotation: Annotation) -> None:
        if self._is_open and not self._is_busy:
            self._is_touched = True
            self._keeper.note(annotation)
            self._mending.look_again()

    @Slot()
    def _on_sound_changed(self) -> None:
        sound = self.tr("No sound") if self._playback.problem else self.tr("Sound ready")
        self.status_changed.emit(StatusFacts(sound=sound if self._is_open else ""))

    # Steps

    def _end_with(self, work: "Callable[[], object]") -> None:
        """Sound stops, drafts stop, then the work goes; in this order on the pool too."""
        self._playback.pause()
        self._keeper.stop()
        self._set_busy(is_busy=True)
        self._executor.run(partial(hand_over, self._desk, work), self._on_ended, self._on_not_ended)

    def _leave_clip(self, *, has_next: bool = False) -> Lease | None:
        """Takes the clip off the desk, and off the screen if none takes its place; gives its lease."""
        left = self._lease if self._is_open else None
        self._heartbeat.stop()
        self._keeper.stop()
        self._position_memory.end()
        self._mending.end()
        if has_next:
            self._playback.unload_for_next()
        else:
            self._playback.unload()
        self._heard_log.end()
        self._save_notice.forget()
        self._lease, self._is_open = None, False
        if not has_next:
            self._view.board.clear()
        self.status_changed.emit(StatusFacts(saved="", sound=""))
        return left

    def _tell_closed(self, lease: Lease | None) -> None:
        if lease is not None:
            self._executor.run(partial(self._desk.closed, lease))

    def _ask_for_agreement(self, error: Exception) -> None:
        if isinstance(error, NdaRequired):
            self._ahead.give_back()
            self.agreement_requested.emit()

    def _set_busy(self, *, is_busy: bool) -> None:
        self._is_busy = is_busy
        self._view.show_busy(is_busy=is_busy)
