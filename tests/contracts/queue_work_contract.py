"""How a queue takes work in and sends it back."""

import pytest

from reviewer.errors import LeaseLost, Refused, SubmissionConflict
from reviewer.model.clip import ClipState
from reviewer.model.task import SkipReason, Verdict
from tests.contracts.queue_setting import ANN, BEN, LEASE_SECONDS, QueueSetting


class QueueWorkContract(QueueSetting):
    """How a queue takes work in and sends it back."""

    def test_submitted_work_is_kept_as_it_came(self, queue, clip, clock):
        submission = self.submitted(queue, ANN, b"words")
        assert (submission.clip_id, submission.person_id, submission.sealed, submission.submitted_at) == (
            clip,
            ANN,
            b"words",
            clock.now(),
        )
        assert queue.clip_state(clip) is ClipState.REVIEWED
        assert queue.submissions_of(ANN, 5) == [submission]

    def test_clip_of_two_passes_is_reviewed_when_both_are_in(self, queue):
        queue.add_clip("twice", passes=2)
        self.submitted(queue, ANN)
        assert queue.clip_state("twice") is ClipState.IN_REVIEW
        self.submitted(queue, BEN)
        assert queue.clip_state("twice") is ClipState.REVIEWED

    def test_same_work_twice_is_one_submission(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        first = queue.submit(lease, b"sealed once", b"digest")
        clock.advance(60)
        second = queue.submit(lease, b"sealed again", b"digest")
        assert (second.submission_id, second.submitted_at) == (first.submission_id, first.submitted_at)
        assert (first.repeated, second.repeated) == (False, True)
        assert len(queue.submissions_of(ANN, 5)) == 1

    def test_same_key_with_other_work_is_refused_and_the_first_stands(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.submit(lease, b"first", b"digest")
        with pytest.raises(SubmissionConflict):
            queue.submit(lease, b"second", b"other digest")
        assert [one.sealed for one in queue.submissions_of(ANN, 5)] == [b"first"]

    def test_same_work_twice_is_one_submission_even_after_the_task_went_on(self, queue, clip):
        lease = self.claimed(queue, ANN)
        first = queue.submit(lease, b"text", b"digest")
        queue.draw(lambda _: True)
        queue.decide(self.checked(queue), Verdict.RETURNED, b"why")
        self.claimed(queue, ANN)
        assert queue.submit(lease, b"text", b"digest").submission_id == first.submission_id

    def test_lapsed_lease_nobody_took_may_still_hand_in(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(100 * LEASE_SECONDS)
        assert queue.submit(lease, b"slow", b"digest").repeated is False

    def test_late_work_is_refused_and_kept(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        taken = self.claimed(queue, BEN)
        with pytest.raises(LeaseLost):
            queue.submit(lease, b"late", b"digest")
        (late,) = queue.late_drafts()
        assert (late.person_id, late.clip_id, late.sealed) == (ANN, clip, b"late")
        queue.check_lease(taken)

    def test_late_work_sent_again_is_kept_once_in_its_newest_form(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        queue.claim(BEN)
        queue.keep_late(lease, b"older")
        queue.keep_late(lease, b"newer")
        assert [late.sealed for late in queue.late_drafts()] == [b"newer"]

    def test_nobody_who_handed_in_a_late_draft_gets_the_clip_again(self, queue, clip, clock):
        self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        queue.release(self.claimed(queue, BEN))
        assert queue.claim(ANN) is None

    def test_unknown_submission_is_refused(self, queue):
        with pytest.raises(Refused):
            queue.submission("nothing")

    def test_returned_work_goes_to_its_author_first_and_names_what_came_back(self, queue, clip):
        queue.add_clip("other", passes=1, priority=5)
        queue.skip(self.claimed(queue, BEN), SkipReason.TECHNICAL)
        submission = self.sent_back(queue, ANN)
        assert queue.state_of(submission.id) == "returned"
        lease = queue.claim(ANN)
        assert lease.returned_from == submission.id
        assert queue.comment_on(submission.id) == b"sealed comment"

    def test_returned_work_goes_to_nobody_else_while_it_waits_for_its_author(self, queue, clip):
        self.sent_back(queue, ANN)
        assert queue.claim(BEN) is None

    def test_returned_work_its_author_let_lapse_goes_to_a_colleague_blind(self, queue, clip, clock):
        self.sent_back(queue, ANN)
        self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        assert self.claimed(queue, BEN).returned_from is None

    def test_returned_work_released_by_its_author_waits_for_them_again(self, queue, clip):
        submission = self.sent_back(queue, ANN)
        queue.release(self.claimed(queue, ANN))
        assert queue.claim(BEN) is None
        assert self.claimed(queue, ANN).returned_from == submission.id

    def test_reworked_submission_is_drawn_anew(self, queue, clip):
        first = self.sent_back(queue, ANN)
        second = self.submitted(queue, ANN, b"better")
        assert queue.draw(lambda _: True).drawn == [second.id]
        queue.decide(self.checked(queue), Verdict.ACCEPTED, None)
        assert queue.accepted() == [second]
        assert (queue.state_of(first.id), queue.state_of(second.id)) == ("returned", "accepted")
