"""The flow of a clip workspace: claim, open, work, hand over, next."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from reviewer.errors import (
    LeaseLost,
    NdaRequired,
    NotLeased,
    OpenElsewhere,
    ReviewerError,
    SubmissionConflict,
    Unavailable,
)
from reviewer.model.annotation import Annotation
from reviewer.model.task import DailyCounts, Lease, SkipReason
from reviewer.session.acts import HandIn, Skip, WorkAct
from reviewer.session.draft_versions import VersionReason, is_replaced
from reviewer.ui.clip.autosave import Autosave, SaveStatus, is_lost
from reviewer.ui.clip.background_alignment import BackgroundAlignment
from reviewer.ui.clip.contradiction_question import ContradictionQuestion
from reviewer.ui.clip.heard_log import HeardLog
from reviewer.ui.clip.issue_tracker import SubmissionIssueTracker
from reviewer.ui.clip.lease_renewal import LeaseRenewal
from reviewer.ui.clip.new_work import NewWork
from reviewer.ui.clip.next_clip import Claim, NextClip, claim_and_open, hand_over, set_aside
from reviewer.ui.clip.opening_retry import OpeningRetry
from reviewer.ui.clip.prefetch import Prefetch
from reviewer.ui.clip.sender import NetworkExecutor, Sender
from reviewer.ui.clip.serial_executor import NETWORK_PATIENCE_SECONDS, PATIENCE_SECONDS, SerialExecutor
from reviewer.ui.clip.states import ClipState, ClipStateMachine
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message, late_answer, message_for
from reviewer.ui.page import StatusFacts
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.position_memory import PositionMemory

if TYPE_CHECKING:
    from reviewer.session.draft_versions import DraftVersion
    from reviewer.session.open_clip import OpenClip
    from reviewer.session.work_session import WorkSession
    from reviewer.transcript.history import History
    from reviewer.ui.clip.clip_stack import ClipStack
    from reviewer.ui.clip.clip_view import ClipView
    from reviewer.ui.clip.empty_page import EmptyPage

T = TypeVar("T")
MakeAct = Callable[[Lease, Annotation], WorkAct]
_GONE = (LeaseLost, NotLeased, SubmissionConflict, OpenElsewhere)
"""Refusals of a hand-over after which the clip is somebody else's, or the work has ended."""


class ClipPresenter(QObject):
    """One clip at a time. Every call to the session is a job; jobs run in the order of the requests.

    ``claim`` returns the next lease; a page may do more in it than the session alone.
    """

    status_changed = Signal(object)
    """Carries StatusFacts."""
    agreement_requested = Signal()
    clip_opened = Signal(object)
    """Carries the OpenClip that is shown now."""
    clip_left = Signal()
    """The clip was removed from the screen."""
    nothing_waits = Signal()
    """The queue had no clip for this person."""
    handed_over = Signal(object)
    """Carries the WorkAct that was committed; the next clip, if any, is shown."""

    def __init__(
        self,
        work: "WorkSession",
        playback: PlaybackController,
        stack: "ClipStack",
        jobs: Jobs,
        claim: Claim | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._playback = playback
        self._stack = stack
        self._claim = claim or work.claim
        self._state = ClipStateMachine()
        self._lease: Lease | None = None
        self._is_touched = False
        self._last_noted = Annotation()
        self._unsaved: tuple[str, History] | None = None
        self._retry: Callable[[], None] = self.take_next
        patience = NETWORK_PATIENCE_SECONDS if work.sending.is_needed else PATIENCE_SECONDS
        self._executor = SerialExecutor(jobs, self, patience_seconds=patience)
        self._network = NetworkExecutor(jobs, self) if work.sending.is_needed else self._executor
        beside = NetworkExecutor(jobs, self) if work.asks_broker else self._network
        self._opening_retry = OpeningRetry(jobs, self)
        self._ask_again: Callable[[], None] = self.take_next
        self._new_work = NewWork(work, jobs, self)
        self._sender = Sender(work.sending, jobs, self)
        self._prefetch = Prefetch(work, beside, jobs, playback, self._sender.send_now, self._sender.count)
        self._autosave = Autosave(self._executor, self)
        self._save_status = SaveStatus(stack.view.message, self.status_changed.emit)
        self._renewal = LeaseRenewal(work.beat, self._executor, self)
        self._heard_log = HeardLog(work.heard, self._executor, self)
        self._position = PositionMemory(playback, stack.view, self)
        self._issues = SubmissionIssueTracker(work.schema, work.listening_rules, playback, stack.view, self)
        self._question = ContradictionQuestion(stack.view)
        self._alignment = BackgroundAlignment(work, stack.view.transcription, jobs, self)
        self._connect()

    @property
    def state(self) -> ClipState:
        """What the workspace is doing."""
        return self._state.state

    @property
    def lease(self) -> Lease | None:
        """The lease of the clip that is open, or did not open."""
        return self._lease

    @property
    def is_all_saved(self) -> bool:
        """Whether all text is saved."""
        return self._autosave.is_all_saved

    @property
    def _view(self) -> "ClipView":
        return self._stack.view

    @property
    def _empty(self) -> "EmptyPage":
        return self._stack.empty

    # Requests of the user

    def start(self) -> None:
        """Continues with the clip that this person still has on lease; claims no new one."""
        self._sender.begin()
        self._resume()

    @Slot()
    def take_next(self) -> None:
        """Claims and opens the next clip, or the leased one that did not open."""
        if self._state.is_in(ClipState.IDLE, ClipState.FAILED):
            self._begin_claim(self.take_next)
            self._executor.run(partial(claim_and_open, self._work, self._claim), self._on_next)

    def submit(self, make_act: MakeAct) -> None:
        """Submits the work; if something is missing, shows it and moves there."""
        if not self._state.is_in(ClipState.OPEN) or not self._issues.is_ready():
            return
        if self._question.is_clear(self._view.annotation, lambda: self.submit(make_act)):
            self._autosave.save_now()
            self._hand_over(make_act, retry=lambda: self.submit(make_act))

    def hand_over(self, make_act: MakeAct) -> None:
        """Ends the work on the open clip, or on one that did not open, and continues with the next."""
        self._hand_over(make_act, retry=lambda: self.hand_over(make_act))

    def submit_and_stay(
        self, step: Callable[[Lease, Annotation], tuple[Lease, T]], done: Callable[[T], None]
    ) -> None:
        """Submits work without required fields, and keeps the clip open.

        Certain personal data is refused, contradictions are asked about.

        Args:
            step: submits, on the pool; returns the lease to continue with, and a result.
            done: gets the result, on the GUI thread.
        """
        again = partial(self.submit_and_stay, step, done)
        if self._state.is_in(ClipState.OPEN):
            if not self._issues.is_ready(only_personal_data=True):
                return
            if not self._question.is_clear(self._view.annotation, again):
                return
            self._autosave.save_now()
        if self._begin_hand_over(again):
            assert self._lease is not None
            work = partial(step, self._lease, self._view.annotation)
            self._executor.run(work, lambda kept: self._on_stayed(done, *kept), self._on_refused)

    def take_back(self, annotation_id: str | None = None) -> None:
        """Opens one of this person's submissions again, or the last.

        The clip at hand is saved first and stays leased: it is the next one.
        """
        claim = partial(self._work.take_back, annotation_id)
        if self._state.is_in(ClipState.IDLE, ClipState.FAILED):
            self._retry = lambda: self.take_back(annotation_id)
            self._begin_claim(self.take_next)  # a request that is stored is sent, and its clip resumed
            self._executor.run(partial(claim_and_open, self._work, claim), self._on_taken_back)
        elif self._state.is_in(ClipState.OPEN) and self._lease is not None:
            self._position.keep()
            unsaved = self._autosave.take_unsaved()
            step = partial(set_aside, self._work, self._lease, unsaved, claim)
            if self._begin_hand_over(lambda: self.take_back(annotation_id)):
                self._executor.run(step, self._on_set_aside, self._on_refused)

    def read_versions(self, show: "Callable[[list[DraftVersion]], None]") -> None:
        """Reads the kept versions of the open clip, after its newest text was saved."""
        lease = self._lease
        if not self._state.is_in(ClipState.OPEN) or lease is None:
            return

        def show_if_open(versions: "list[DraftVersion]") -> None:
            is_open = self._state.is_in(ClipState.OPEN)
            if is_open and self._lease is not None and self._lease.task_id == lease.task_id:
                show(versions)

        self._autosave.save_now()
        self._executor.run(partial(self._work.versions, lease), show_if_open, self._view.message.show_error)

    @Slot(object)
    def restore(self, annotation: Annotation) -> None:
        """Makes a kept version the present work, as one change; the present one is kept as a version."""
        if self._state.is_in(ClipState.OPEN):
            self._keep_version(self._view.annotation, VersionReason.RESTORED)
            self._last_noted = annotation
            self._view.replace_annotation(annotation)

    def skip(self, reason: SkipReason) -> None:
        """Skips the clip, also one that did not open."""
        self.hand_over(lambda lease, _annotation: Skip(lease, reason))

    def run(self, step: Callable[[Lease], T], done: Callable[[T], None]) -> None:
        """Runs a step for the open clip on the pool, in order; errors are shown like those of a hand-over."""
        was_saving = not self._autosave.is_stopped  # it was not where the work is submitted already

        def stay(result: T) -> None:
            if was_saving and not self._state.is_in(ClipState.CLOSED):
                self._autosave.resume()
            self._on_stayed(done, lease, result)

        if self._begin_hand_over(lambda: self.run(step, done)):
            assert self._lease is not None
            lease = self._lease
            self._executor.run(partial(step, lease), stay, self._on_refused)

    def refresh_counts(self) -> None:
        """Fetches waiting and finished work, for the status bar and the empty page."""
        if not self._state.is_in(ClipState.CLOSED):
            self._network.run(self._work.daily_counts, self._on_counts)

    def pause(self) -> None:
        """Another page is shown: stops the sound and saves the draft."""
        self._playback.pause()
        self._position.keep()
        self._autosave.save_now()

    def keep_text(self) -> bool:
        """Saves the newest text on this thread; False, with a message, if the disk does not take it."""
        lease, unsaved = self._lease, self._autosave.take_unsaved()
        if lease is None or unsaved is None:
            return True
        try:
            self._executor.run_here(partial(self._work.save_draft, lease, unsaved.history, unsaved.revision))
        except Unavailable as error:
            self._autosave.resume()
            self._save_status.show_failed(error)
            return False
        except ReviewerError:
            return True  # a rule refused: the session keeps what may be kept
        return True

    @Slot()
    def retry(self) -> None:
        """Retries the operation that the message is about."""
        self._retry()

    def close_down(self) -> None:
        """Closes the workspace: the text is on the disk when this returns; the pool does the rest.

        A clip without heard parts and text goes back to the queue, for anybody.
        """
        if self._state.is_in(ClipState.CLOSED):
            return
        was_open = self._state.is_in(ClipState.OPEN)
        was_on_screen = was_open or (self._state.is_in(ClipState.HANDING_OVER) and self._stack.is_clip_shown)
        is_untouched = was_open and not self._is_touched and not self._playback.coverage.heard
        self._state.enter(ClipState.CLOSED)
        self._opening_retry.end()
        self._new_work.end()
        lease, unsaved = self._lease, self._autosave.take_unsaved()
        if unsaved is None and was_on_screen and not was_open and self._is_touched:
            # The hand-over under way may fail: then this is the draft; else it is refused.
            unsaved = self._autosave.numbered(self._view.history)
        self._renewal.end_lease()
        self._alignment.end_clip()
        self._playback.pause()
        if lease is not None and unsaved is not None:
            # A lost lease keeps the text as a late draft; a full disk cannot be helped behind a lock.
            save = partial(self._work.save_draft, lease, unsaved.history, unsaved.revision)
            with suppress(ReviewerError):
                self._executor.run_here(save)
        self._position.keep()
        self._position.end_clip()
        self._playback.close()
        self._heard_log.end_clip()
        if lease is not None and was_on_screen:
            self._executor.run(partial(self._work.close, lease))
            if is_untouched:
                self._executor.run(partial(self._work.release, lease))
        self._executor.run(self._work.give_back_along, lambda _none: self._sender.send_last())
        self._prefetch.drop()
        self._sender.end()
        self._unsaved = None
        self._view.clear()

    # Results from the session

    def _on_resumed(self, found: NextClip) -> None:
        self._on_next(found, self._stack.show_ready)

    def _on_next(self, found: NextClip, show_empty: Callable[[], None] | None = None) -> None:
        if self._state.is_in(ClipState.CLOSED):
            self._give_back(found)
            return
        self._lease = found.lease or self._lease
        if found.error is not None:
            self._on_not_opened(found.error)
        elif found.clip is not None:
            self._on_opened(found.clip)
        else:
            self._enter(ClipState.IDLE)
            self._lease = None
            if show_empty is not None:
                show_empty()
            else:
                self._stack.show_nothing_waits()
                self.nothing_waits.emit()
                self._new_work.begin()
            self.refresh_counts()

    def _on_not_opened(self, error: Exception) -> None:
        self._enter(ClipState.FAILED)
        if isinstance(error, _GONE):
            self._lease = None
        reach = partial(self._work.sending.reach, self._lease)
        awaited = self._opening_retry.begin(error, reach, self._ask_again)
        self._stack.show_failure(message_for(error), awaited=awaited, may_give_back=self._lease is not None)
        self._ask_for_agreement(error)

    def _on_opened(self, clip: "OpenClip") -> None:
        lease = self._lease = clip.lease
        self._autosave.begin_clip(partial(self._work.save_draft, lease))
        if self._unsaved is not None and self._unsaved[0] == lease.task_id and clip.blind is None:
            unsaved = self._unsaved[1]
            clip = replace(clip, draft=unsaved.present.annotation, draft_history=unsaved)
            self._autosave.note(unsaved)
        self._unsaved = None
        self._heard_log.begin_clip(lease)
        self._playback.load(clip.samples, clip.speech, clip.heard, is_held=clip.is_distressing)
        self._stack.show_clip(clip)
        self._issues.begin_clip(clip.conventions, clip.clip.locale)
        self._question.begin_clip(clip)
        self._alignment.begin_clip(clip)
        keep = partial(self._work.save_position, lease)
        self._position.begin_clip(lambda frame: self._executor.run(partial(keep, frame)), clip.position)
        self._enter(ClipState.OPEN)
        self._last_noted = self._view.annotation
        self._is_touched = clip.draft is not None or clip.blind is not None
        self._stack.paint_now()
        self._renewal.begin_lease(lease)
        self._save_status.begin_clip()
        self.clip_opened.emit(clip)
        if clip.is_distressing:
            self._warn()
        self.refresh_counts()
        self._prefetch.begin_clip()

    def _on_handed_over(self, act: WorkAct, found: NextClip) -> None:
        if self._state.is_in(ClipState.CLOSED):
            self._give_back(found)
            return
        if isinstance(act, HandIn):
            self._view.transcription.remember_labels(act.annotation.labels)
        self._leave_clip(has_next=found.clip is not None)  # the session has closed it
        self._on_next(found)
        self.handed_over.emit(act)

    def _on_set_aside(self, found: NextClip) -> None:
        if not self._state.is_in(ClipState.CLOSED):
            self._leave_clip(has_next=found.clip is not None)  # the session has closed it
        self._on_taken_back(found)

    def _on_taken_back(self, found: NextClip) -> None:
        self._on_next(found)
        if self._state.is_in(ClipState.OPEN):
            sentence = self.tr("You took this submission back: submit it again when it is right.")
            self._view.message.show_message(
                Message(sentence, self.tr("If you leave it, it stays as it was."))
            )

    def _on_stayed(self, done: Callable[[T], None], lease: Lease, result: T) -> None:
        if self._state.is_in(ClipState.CLOSED):
            return
        self._lease = lease
        self._renewal.begin_lease(lease)
        self._is_touched = True
        self._save_status.begin_clip()
        self._enter(ClipState.OPEN)
        done(result)

    def _on_refused(self, error: Exception) -> None:
        if self._state.is_in(ClipState.CLOSED):
            return
        if isinstance(error, _GONE):
            self._on_lost(error)
        elif self._stack.is_clip_shown:
            self._enter(ClipState.OPEN)
            self._autosave.resume()
            self._view.message.show_error(error)
            self._ask_for_agreement(error)
        else:
            self._on_not_opened(error)

    def _on_lost(self, error: Exception) -> None:
        """A rule refused: removes the clip from the screen and stops the sound.

        Without an agreement nothing is saved: the text is kept here until the same clip opens again.
        """
        if isinstance(error, NdaRequired) and self._lease is not None and self._is_touched:
            self._unsaved = self._lease.task_id, self._view.history
        self._close(self._leave_clip())
        self._enter(ClipState.FAILED)
        self._stack.show_failure(message_for(error))
        self._ask_for_agreement(error)
        self.refresh_counts()

    def _on_save_failed(self, error: Exception) -> None:
        if not is_lost(error):
            self._save_status.show_failed(error)
        elif self._state.is_in(ClipState.OPEN):
            self._on_lost(error)

    @Slot(object)
    def _on_beat_refused(self, error: Exception) -> None:
        """Saves the text once more: the session keeps it, as a late draft if the lease was lost."""
        if not self._state.is_in(ClipState.OPEN):
            return
        if self._lease is not None and self._is_touched:
            draft = self._autosave.numbered(self._view.history)
            self._executor.run(partial(self._work.save_draft, self._lease, draft.history, draft.revision))
        self._on_lost(error)

    @Slot(object)
    def _on_work_refused(self, error: Exception) -> None:
        """Work that was handed in before came too late, or was not taken; the session has kept it."""
        stack = self._stack
        line = stack.view.message if stack.is_clip_shown else stack.empty.message
        line.show_message(late_answer(error), "warn")

    @Slot(object)
    def _on_not_logged(self, error: Exception) -> None:
        """No log row, no playback."""
        self._playback.pause()
        self._retry = self._heard_log.retry
        self._view.message.show_error(error)

    @Slot(object)
    def _on_annotation_changed(self, annotation: Annotation) -> None:
        if self._state.is_in(ClipState.OPEN):
            self._is_touched = True
            if is_replaced(self._last_noted, annotation):
                self._keep_version(self._last_noted, VersionReason.REPLACED)
            self._last_noted = annotation
            self._autosave.note(self._view.history)
            self._issues.look_again()

    @Slot()
    def _on_sound_changed(self) -> None:
        sound = self.tr("No sound") if self._playback.problem else self.tr("Sound ready")
        self.status_changed.emit(StatusFacts(sound=sound if self._stack.is_clip_shown else ""))

    @Slot()
    def _warn(self) -> None:
        """Before a distressing clip plays."""
        sentence = self.tr("Somebody found this clip distressing.")
        skip = self.tr("You can skip it without listening; that is never held against you.")
        play = self.tr("Press play once more to hear it.")
        hint = skip if self._playback.is_held else f"{play} {skip}"
        self._view.message.show_message(Message(sentence, hint), "warn")

    # Steps

    def _keep_version(self, annotation: Annotation, reason: VersionReason) -> None:
        if self._lease is not None:
            keep = partial(self._work.keep_version, self._lease, annotation, reason)
            self._executor.run(keep)  # a failure costs a version, not the text

    def _hand_over(self, make_act: MakeAct, retry: Callable[[], None]) -> None:
        if self._begin_hand_over(retry):
            assert self._lease is not None
            act = make_act(self._lease, self._view.annotation)
            step = partial(hand_over, self._work, act, self._claim)
            self._executor.run(step, partial(self._on_handed_over, act), self._on_refused)

    def _begin_hand_over(self, retry: Callable[[], None]) -> bool:
        """Stops sound and autosave, then hands the work over; in this order on the pool too."""
        if self._lease is None or not self._state.is_in(ClipState.OPEN, ClipState.FAILED):
            return False
        self._retry = retry
        self._playback.pause()
        self._playback.report_heard()
        self._autosave.stop()
        self._enter(ClipState.HANDING_OVER)
        return True

    def _leave_clip(self, *, has_next: bool = False) -> Lease | None:
        """Removes the clip from the screen, unless another replaces it at once; returns its lease."""
        left = self._lease if self._stack.is_clip_shown else None
        self._renewal.end_lease()
        self._autosave.stop()
        self._position.end_clip()
        self._issues.end_clip()
        self._question.end_clip()
        self._alignment.end_clip()
        if has_next:
            self._playback.unload_for_next()
        else:
            self._playback.unload()
        self._heard_log.end_clip()
        self._save_status.begin_clip()
        self._lease = None
        if not has_next:
            self._view.clear()
            self.clip_left.emit()
        self.status_changed.emit(StatusFacts(sound=""))
        return left

    def _give_back(self, found: NextClip) -> None:
        """Gives back a clip that opened after the page was closed."""
        if found.clip is not None:
            self._close(found.clip.lease)
            if found.clip.draft is None and found.clip.blind is None:
                self._executor.run(partial(self._work.release, found.clip.lease))

    def _close(self, lease: Lease | None) -> None:
        if lease is not None:
            self._executor.run(partial(self._work.close, lease))

    def _on_counts(self, counts: DailyCounts) -> None:
        self._empty.show_counts(counts)
        if self._stack.is_clip_shown:
            self._view.facts.show_number(counts.submitted + 1)
        self.status_changed.emit(
            StatusFacts(waiting=counts.waiting, undrawn=counts.undrawn, done_today=counts.submitted)
        )

    def _on_new_work(self, counts: DailyCounts) -> None:
        self._stack.show_ready()
        self._on_counts(counts)

    def _ask_for_agreement(self, error: Exception) -> None:
        if isinstance(error, NdaRequired):
            self._prefetch.drop()
            self.agreement_requested.emit()

    def _resume(self) -> None:
        if self._state.is_in(ClipState.IDLE, ClipState.FAILED):
            self._begin_claim(self._resume)
            self._executor.run(partial(claim_and_open, self._work, self._work.resume), self._on_resumed)

    def _begin_claim(self, again: Callable[[], None]) -> None:
        """``again``: what is done by itself once what was away is back."""
        self._ask_again = again
        self._enter(ClipState.CLAIMING)

    def _enter(self, state: ClipState) -> None:
        self._state.enter(state)
        self._new_work.end()
        if state in (ClipState.CLAIMING, ClipState.HANDING_OVER, ClipState.FAILED):
            self._opening_retry.pause()
        else:
            self._ask_again = self.take_next
            self._opening_retry.end()
        self._stack.show_busy(is_busy=self._state.is_in(ClipState.CLAIMING, ClipState.HANDING_OVER))

    def _connect(self) -> None:
        self._autosave.saved.connect(self._save_status.show_saved)
        self._autosave.failed.connect(self._on_save_failed)
        self._new_work.found.connect(self._on_new_work)
        self._sender.status_changed.connect(self.status_changed)
        self._sender.refused.connect(self._on_work_refused)
        self._sender.lease_lost.connect(self._renewal.beat_now)
        self._sender.came_back.connect(self._opening_retry.ask_now)
        self._sender.came_back.connect(self._prefetch.ask_again)
        self._opening_retry.answered.connect(self._sender.send_now)
        self._renewal.refused.connect(self._on_beat_refused)
        self._heard_log.failed.connect(self._on_not_logged)
        self._playback.play_held.connect(self._warn)
        self._playback.heard_due.connect(self._heard_log.note)
        self._playback.state_changed.connect(self._on_sound_changed)
        self._view.annotation_changed.connect(self._on_annotation_changed)
