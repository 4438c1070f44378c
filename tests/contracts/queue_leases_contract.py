"""How a queue hands out tasks and takes them back."""

from datetime import timedelta

import pytest

from reviewer.errors import LeaseLapsed, LeaseLost, NotLeased, Refused
from reviewer.model.clip import ClipState
from reviewer.model.task import Lease, SkipReason
from tests.contracts.queue_setting import ANN, BEN, CEM, DEE, LEASE_SECONDS, QueueSetting


class QueueLeasesContract(QueueSetting):
    """How a queue hands out tasks and takes them back."""

    def test_empty_queue_gives_nothing(self, queue):
        assert queue.claim(ANN) is None

    def test_claim_leases_the_clip_for_the_time_of_the_rules(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        assert (lease.clip_id, lease.pass_number, lease.person_id) == (clip, 1, ANN)
        assert lease.until == clock.now() + timedelta(minutes=30)
        assert queue.clip_state(clip) is ClipState.IN_REVIEW

    def test_leased_clip_is_not_given_to_anybody_else(self, queue, clip):
        queue.claim(ANN)
        assert queue.claim(BEN) is None

    def test_higher_priority_comes_first_then_the_lower_sort_key(self, queue):
        queue.add_clip("late", passes=1, sort_key=2)
        queue.add_clip("early", passes=1, sort_key=1)
        queue.add_clip("urgent", passes=1, sort_key=3, priority=1)
        assert [self.claimed(queue, ANN).clip_id for _ in range(3)] == ["urgent", "early", "late"]

    def test_two_passes_of_a_clip_go_to_two_people(self, queue):
        queue.add_clip("twice", passes=2)
        assert self.claimed(queue, ANN).pass_number == 1
        assert queue.claim(ANN) is None
        assert self.claimed(queue, BEN).pass_number == 2

    def test_quarantined_clip_is_given_to_nobody(self, queue):
        queue.add_clip("private", passes=1, quarantined=True)
        assert queue.claim(ANN) is None
        assert queue.clip_state("private") is ClipState.QUARANTINED

    def test_same_clip_is_not_added_twice(self, queue, clip):
        with pytest.raises(Refused):
            queue.add_clip(clip, passes=1)

    def test_every_lease_has_its_own_submission_key(self, queue):
        queue.add_clip("a", passes=1)
        queue.add_clip("b", passes=1)
        assert self.claimed(queue, ANN).submission_key != self.claimed(queue, ANN).submission_key

    def test_resume_finds_the_lease_after_a_crash(self, queue, clip):
        lease = self.claimed(queue, ANN)
        assert queue.resume(ANN) == lease
        assert queue.resume(BEN) is None

    def test_resume_begins_a_lapsed_lease_anew_when_nobody_took_it(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(10 * LEASE_SECONDS)
        resumed = queue.resume(ANN)
        assert resumed.until == clock.now() + timedelta(minutes=30)
        assert resumed.submission_key == lease.submission_key

    def test_lapsed_lease_goes_to_the_next_with_a_higher_token_and_a_new_key(self, queue, clip, clock):
        old = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        new = self.claimed(queue, BEN)
        assert new.clip_id == old.clip_id
        assert new.token > old.token
        assert new.submission_key != old.submission_key

    def test_lapsed_lease_is_not_offered_to_its_own_holder_as_a_new_claim(self, queue, clip, clock):
        self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        assert queue.claim(ANN) is None

    def test_renewing_moves_the_end_of_a_lease(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(600)
        assert queue.renew(lease).until == clock.now() + timedelta(minutes=30)

    def test_renewing_stops_at_the_cap(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        begun = clock.now()
        for _ in range(23):
            clock.advance(600)
            renewed = queue.renew(lease)
        assert renewed.until == begun + timedelta(minutes=240)
        clock.advance(600)
        with pytest.raises(LeaseLapsed):
            queue.renew(lease)

    def test_renewing_revives_a_lapsed_lease_nobody_took(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS + 60)
        queue.renew(lease)
        queue.check_lease(lease)

    def test_live_lease_passes_the_check(self, queue, clip):
        queue.check_lease(self.claimed(queue, ANN))

    def test_lapsed_lease_fails_the_check(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        with pytest.raises(LeaseLapsed):
            queue.check_lease(lease)

    @pytest.mark.parametrize("act", ["check_lease", "renew", "release"])
    def test_lease_that_went_to_a_colleague_is_lost(self, queue, clip, clock, act):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        queue.claim(BEN)
        with pytest.raises(LeaseLost):
            getattr(queue, act)(lease)

    def test_lease_of_another_person_is_not_leased_to_me(self, queue, clip):
        lease = self.claimed(queue, ANN)
        forged = Lease(**{name: getattr(lease, name) for name in Lease.__slots__} | {"person_id": BEN})
        with pytest.raises(NotLeased):
            queue.check_lease(forged)
        with pytest.raises(NotLeased):
            queue.submit(forged, b"text", b"digest")

    def test_submitted_task_is_no_longer_leased(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.submit(lease, b"text", b"digest")
        with pytest.raises(NotLeased):
            queue.check_lease(lease)
        assert queue.resume(ANN) is None

    def test_released_clip_is_open_to_all_also_to_who_released_it(self, queue, clip):
        queue.release(self.claimed(queue, ANN))
        assert queue.clip_state(clip) is ClipState.READY
        assert self.claimed(queue, ANN).clip_id == clip

    def test_skipped_clip_never_comes_back_to_who_skipped_it(self, queue, clip):
        queue.skip(self.claimed(queue, ANN), SkipReason.TECHNICAL)
        assert queue.claim(ANN) is None
        assert self.claimed(queue, BEN).clip_id == clip

    def test_third_skip_sends_the_clip_to_the_lead(self, queue, clip):
        for person in (ANN, BEN, CEM):
            queue.skip(self.claimed(queue, person), SkipReason.CANNOT_UNDERSTAND)
        assert queue.clip_state(clip) is ClipState.WITH_LEAD
        assert queue.claim(DEE) is None
        (held,) = queue.held()
        assert (held.clip_id, held.refusals) == (clip, 3)

    def test_expiries_count_like_skips(self, queue, clip, clock):
        queue.skip(self.claimed(queue, ANN), SkipReason.DISTRESSING)
        for person in (BEN, CEM):
            self.claimed(queue, person)
            clock.advance(LEASE_SECONDS)
        assert queue.claim(DEE) is None
        assert queue.clip_state(clip) is ClipState.WITH_LEAD

    def test_claim_goes_on_to_the_next_clip_when_one_goes_to_the_lead(self, queue, clip, clock):
        queue.add_clip("next", passes=1, sort_key=9)
        for person in (ANN, BEN):
            queue.skip(self.claimed(queue, person), SkipReason.TECHNICAL)
        self.claimed(queue, CEM)
        clock.advance(LEASE_SECONDS)
        assert self.claimed(queue, DEE).clip_id == "next"

    def test_work_on_a_clip_that_went_to_the_lead_is_kept_late(self, queue, clip, clock):
        for person in (ANN, BEN):
            queue.skip(self.claimed(queue, person), SkipReason.TECHNICAL)
        lease = self.claimed(queue, CEM)
        clock.advance(LEASE_SECONDS)
        queue.claim(DEE)
        with pytest.raises(LeaseLost):
            queue.submit(lease, b"typed", b"digest")
        assert [late.sealed for late in queue.late_drafts()] == [b"typed"]
