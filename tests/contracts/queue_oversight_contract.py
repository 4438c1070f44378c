"""What a queue does for the lead."""

import pytest

from reviewer.errors import ClipWithdrawn, LeaseLost, Refused
from reviewer.model.clip import ClipState
from reviewer.model.clock import from_micros
from reviewer.model.task import SkipReason, Today, Verdict, WorkCounts
from tests.contracts.queue_setting import ANN, BEN, CEM, DEE, QUE, QueueSetting


class QueueOversightContract(QueueSetting):
    """What a queue does for the lead."""

    def test_counts_name_every_state(self, queue):
        queue.add_clip("a", passes=2, sort_key=1)
        queue.add_clip("b", passes=1, quarantined=True)
        self.claimed(queue, ANN)
        counts = queue.counts()
        assert counts.clips == {"in_review": 1, "quarantined": 1}
        assert counts.tasks == {"held_back": 1, "leased": 1, "open": 1}
        assert counts.late_drafts == 0

    def test_task_of_a_clip_that_waits_for_the_lead_is_not_counted_as_open(self, queue, clip):
        for person in (ANN, BEN, CEM):
            lease = self.claimed(queue, person)
            queue.skip(lease, SkipReason.TECHNICAL)
        assert queue.counts().tasks == {"held_back": 1}
        queue.lead_release(lease.task_id)
        assert queue.counts().tasks == {"open": 1}

    def test_task_of_a_purged_clip_is_not_counted_as_open(self, queue, clip):
        queue.withdraw_clip(clip, "retention")
        assert queue.counts().tasks == {"withdrawn": 1}

    def test_what_is_counted_as_open_is_what_a_newcomer_can_take(self, queue):
        queue.add_clip("private", passes=2, quarantined=True)
        queue.add_clip("a", passes=2, sort_key=1)
        queue.add_clip("b", passes=1, sort_key=2)
        taken = []
        while (lease := queue.claim(ANN)) is not None:
            taken.append(lease)
        assert queue.counts().tasks == {"held_back": 2, "leased": len(taken), "open": 1}
        assert queue.today(BEN, from_micros(0)).waiting == 1

    def test_today_counts_what_waits_what_was_done_and_what_came_back(self, queue, clock):
        for number in range(4):
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number)
        self.submitted(queue, ANN)
        clock.advance(86_400)
        midnight = clock.now()
        self.sent_back(queue, ANN)
        queue.skip(self.claimed(queue, BEN), SkipReason.TECHNICAL)
        self.claimed(queue, CEM)
        assert queue.today(ANN, midnight) == Today(waiting=2, submitted=1, returned=1)
        assert queue.today(BEN, midnight) == Today(waiting=1, submitted=0, returned=0)

    def test_work_of_each_person_is_counted(self, queue):
        for number in range(4):
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number)
        self.sent_back(queue, ANN)
        self.submitted(queue, ANN, b"better")
        queue.draw(lambda _: True)
        queue.decide(self.checked(queue), Verdict.ACCEPTED, None)
        self.submitted(queue, ANN)
        queue.draw(lambda _: False)
        queue.skip(self.claimed(queue, BEN), SkipReason.TECHNICAL)
        assert queue.work_by_person() == [
            WorkCounts(ANN, submitted=3, accepted=2, returned=1, skipped=0, checked=2),
            WorkCounts(BEN, skipped=1),
        ]

    def test_leases_show_who_has_what(self, queue, clip):
        lease = self.claimed(queue, ANN)
        assert queue.leases() == [lease]

    def test_assigned_task_comes_first_to_its_person_and_to_nobody_else(self, queue):
        queue.add_clip("first", passes=1, sort_key=1)
        queue.add_clip("second", passes=1, sort_key=2)
        task = self.claimed(queue, CEM)
        other = self.claimed(queue, CEM)
        queue.release(task)
        queue.release(other)
        queue.assign(other.task_id, BEN)
        assert self.claimed(queue, ANN).clip_id == "first"
        assert queue.claim(ANN) is None
        assert self.claimed(queue, BEN).clip_id == "second"

    def test_task_that_is_out_or_done_cannot_be_assigned(self, queue, clip):
        lease = self.claimed(queue, ANN)
        with pytest.raises(Refused):
            queue.assign(lease.task_id, BEN)
        queue.submit(lease, b"text", b"digest")
        with pytest.raises(Refused):
            queue.assign(lease.task_id, BEN)

    def test_task_cannot_be_assigned_to_somebody_who_had_the_clip(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.skip(lease, SkipReason.TECHNICAL)
        with pytest.raises(Refused):
            queue.assign(lease.task_id, ANN)

    def test_assigning_puts_a_held_clip_back_to_work(self, queue, clip):
        for person in (ANN, BEN, CEM):
            lease = self.claimed(queue, person)
            queue.skip(lease, SkipReason.TECHNICAL)
        queue.assign(lease.task_id, DEE)
        assert queue.clip_state(clip) is ClipState.READY
        assert self.claimed(queue, DEE).clip_id == clip

    def test_lead_takes_a_task_from_who_has_it_and_their_work_is_kept_late(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.lead_release(lease.task_id)
        with pytest.raises(LeaseLost):
            queue.submit(lease, b"typed", b"digest")
        assert [late.sealed for late in queue.late_drafts()] == [b"typed"]
        assert queue.claim(ANN) is None
        assert self.claimed(queue, BEN).clip_id == clip

    def test_lead_opens_returned_work_to_all(self, queue, clip):
        submission = self.sent_back(queue, ANN)
        queue.lead_release(submission.task_id)
        assert queue.claim(ANN) is None
        assert self.claimed(queue, BEN).returned_from is None

    def test_quarantined_clip_is_not_put_to_work(self, queue):
        queue.add_clip("open", passes=1)
        task = self.claimed(queue, ANN).task_id
        queue.add_clip("private", passes=1, quarantined=True)
        with pytest.raises(Refused):
            queue.lead_release(task + 1)
        assert queue.claim(BEN) is None

    def test_accepted_work_is_in_order_of_clip_and_pass(self, queue):
        queue.add_clip("b", passes=1, sort_key=1)
        queue.add_clip("a", passes=2, sort_key=2)
        for person in (ANN, ANN, BEN):
            self.submitted(queue, person)
        queue.draw(lambda _: False)
        assert [(one.clip_id, one.person_id) for one in queue.accepted()] == [
            ("a", ANN),
            ("a", BEN),
            ("b", ANN),
        ]

    def test_final_clips_are_marked_as_exported_and_others_are_not(self, queue):
        queue.add_clip("done", passes=1, sort_key=1)
        queue.add_clip("open", passes=1, sort_key=2)
        self.submitted(queue, ANN)
        queue.draw(lambda _: False)
        queue.mark_exported(["done", "open"])
        assert queue.clip_state("done") is ClipState.EXPORTED
        assert queue.clip_state("open") is ClipState.READY
        assert len(queue.accepted()) == 1

    def test_unknown_clip_and_task_are_refused(self, queue):
        with pytest.raises(Refused):
            queue.clip_state("nothing")
        with pytest.raises(Refused):
            queue.assign(99, ANN)

    def test_withdrawn_clip_is_given_to_nobody_and_leaves_a_tombstone(self, queue, clip):
        queue.withdraw_clip(clip, "consent withdrawn")
        assert queue.claim(ANN) is None
        assert queue.clip_state(clip) is ClipState.PURGED

    @pytest.mark.parametrize("act", ["check_lease", "renew", "release"])
    def test_lease_of_a_withdrawn_clip_ends(self, queue, clip, act):
        lease = self.claimed(queue, ANN)
        queue.withdraw_clip(clip, "consent withdrawn")
        with pytest.raises(ClipWithdrawn):
            getattr(queue, act)(lease)

    def test_work_on_a_withdrawn_clip_is_not_taken_in_nor_kept(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.withdraw_clip(clip, "consent withdrawn")
        with pytest.raises(ClipWithdrawn):
            queue.submit(lease, b"text", b"digest")
        with pytest.raises(ClipWithdrawn):
            queue.keep_late(lease, b"text")
        assert queue.late_drafts() == []

    def test_what_was_handed_in_on_a_withdrawn_clip_is_deleted(self, queue, clip):
        submission = self.sent_back(queue, ANN)
        queue.withdraw_clip(clip, "retention")
        assert queue.submission(submission.id).sealed == b""
        assert queue.comment_on(submission.id) is None
        assert queue.claim(ANN) is None

    def test_accepted_work_of_a_withdrawn_clip_is_not_exported(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: False)
        queue.withdraw_clip(clip, "retention")
        assert queue.accepted() == []

    def test_check_of_a_withdrawn_clip_ends(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.checked(queue)
        queue.withdraw_clip(clip, "retention")
        with pytest.raises(ClipWithdrawn):
            queue.decide(check, Verdict.ACCEPTED, None)
        assert queue.claim_check(QUE) is None
