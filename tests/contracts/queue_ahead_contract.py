"""How a queue keeps the next task for somebody who still works on the present one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reviewer.errors import LeaseLost, NotLeased
from reviewer.model.clip import ClipState
from reviewer.model.task import SkipReason, Verdict
from tests.contracts.queue_setting import ANN, BEN, CEM, DEE, LEASE_SECONDS, QueueSetting

AHEAD_SECONDS = 5 * 60


class QueueAheadContract(QueueSetting):
    """How a queue keeps the next task for somebody who still works on the present one."""

    @pytest.fixture
    def four(self, queue):
        """Four clips in a row."""
        for number in range(1, 5):
            queue.add_clip(f"c{number}", passes=1, sort_key=number)

    def ahead(self, queue, person):
        lease = queue.claim_ahead(person)
        assert lease is not None
        return lease

    def test_lease_ahead_is_of_the_task_that_a_claim_would_give_next(self, queue, four):
        self.claimed(queue, ANN)
        lease = self.ahead(queue, ANN)
        assert (lease.clip_id, lease.person_id, lease.is_ahead) == ("c2", ANN, True)
        assert queue.clip_state("c2") is ClipState.IN_REVIEW

    def test_lease_ahead_is_short(self, queue, four, clock):
        self.claimed(queue, ANN)
        assert self.ahead(queue, ANN).until == clock.now() + timedelta(seconds=AHEAD_SECONDS)

    def test_there_is_one_lease_ahead_a_person(self, queue, four, clock):
        self.claimed(queue, ANN)
        first = self.ahead(queue, ANN)
        clock.advance(60)
        again = self.ahead(queue, ANN)
        assert again == replace(first, until=clock.now() + timedelta(seconds=AHEAD_SECONDS))

    def test_task_ahead_is_not_given_to_anybody_else(self, queue, four):
        self.claimed(queue, ANN)
        self.ahead(queue, ANN)
        assert [self.claimed(queue, BEN).clip_id for _ in range(2)] == ["c3", "c4"]
        assert queue.claim(BEN) is None

    def test_next_claim_turns_the_lease_ahead_into_a_whole_one(self, queue, four, clock):
        self.claimed(queue, ANN)
        ahead = self.ahead(queue, ANN)
        lease = self.claimed(queue, ANN)
        assert (lease.task_id, lease.is_ahead) == (ahead.task_id, False)
        assert lease.token > ahead.token
        assert lease.submission_key != ahead.submission_key
        assert lease.until == clock.now() + timedelta(minutes=30)
        with pytest.raises(LeaseLost):
            queue.check_lease(ahead)

    def test_claim_takes_up_a_lapsed_lease_ahead_that_nobody_took(self, queue, four, clock):
        self.claimed(queue, ANN)
        ahead = self.ahead(queue, ANN)
        clock.advance(AHEAD_SECONDS)
        assert self.claimed(queue, ANN).task_id == ahead.task_id

    def test_lapsed_lease_ahead_goes_to_a_colleague_and_counts_as_no_expiry(self, queue, clock):
        for number in range(2):
            queue.add_clip(f"twice{number}", passes=2, sort_key=number)
        self.claimed(queue, ANN)
        ahead = self.ahead(queue, ANN)
        assert ahead.clip_id == "twice1"
        clock.advance(AHEAD_SECONDS)
        taken = [self.claimed(queue, BEN) for _ in range(2)]
        assert [lease.clip_id for lease in taken] == ["twice0", "twice1"]
        assert taken[1].task_id == ahead.task_id
        with pytest.raises(LeaseLost):
            queue.check_lease(ahead)
        # Nothing bars Ann from the other pass of a clip that she never heard.
        assert self.claimed(queue, ANN).clip_id == "twice1"

    def test_three_lapsed_leases_ahead_do_not_send_a_clip_to_the_lead(self, queue, four, clock):
        self.claimed(queue, ANN)
        for person, colleague in ((ANN, BEN), (CEM, DEE), (BEN, ANN)):
            assert self.ahead(queue, person).clip_id == "c2"
            clock.advance(AHEAD_SECONDS)
            queue.release(self.claimed(queue, colleague))
        assert queue.clip_state("c2") is ClipState.READY

    @pytest.mark.parametrize("act", ["renew", "release"])
    def test_nothing_can_be_done_under_a_lease_ahead_but_getting_ready(self, queue, four, act):
        self.claimed(queue, ANN)
        lease = self.ahead(queue, ANN)
        queue.check_lease(lease)
        with pytest.raises(NotLeased):
            getattr(queue, act)(lease)

    def test_nothing_is_handed_in_or_skipped_under_a_lease_ahead(self, queue, four):
        self.claimed(queue, ANN)
        for lease in (self.ahead(queue, ANN), replace(self.ahead(queue, ANN), is_ahead=False)):
            with pytest.raises(NotLeased):
                queue.submit(lease, b"text", b"digest")
            with pytest.raises(NotLeased):
                queue.skip(lease, SkipReason.TECHNICAL)

    def test_lease_ahead_that_says_it_is_a_whole_one_is_refused(self, queue, four):
        self.claimed(queue, ANN)
        with pytest.raises(NotLeased):
            queue.check_lease(replace(self.ahead(queue, ANN), is_ahead=False))

    def test_renewing_the_present_lease_keeps_the_one_ahead(self, queue, four, clock):
        lease = self.claimed(queue, ANN)
        ahead = self.ahead(queue, ANN)
        for _ in range(12):
            clock.advance(AHEAD_SECONDS - 60)
            queue.renew(lease)
        queue.check_lease(ahead)

    def test_renewing_does_not_touch_the_lease_ahead_of_a_colleague(self, queue, four, clock):
        lease = self.claimed(queue, ANN)
        self.claimed(queue, BEN)
        theirs = self.ahead(queue, BEN)
        clock.advance(AHEAD_SECONDS)
        queue.renew(lease)
        with pytest.raises(LeaseLost):
            queue.check_lease(theirs)

    def test_resume_gives_the_clip_that_was_worked_on_never_the_one_ahead(self, queue, four, clock):
        lease = self.claimed(queue, ANN)
        ahead = self.ahead(queue, ANN)
        assert queue.resume(ANN) == lease
        queue.submit(lease, b"text", b"digest")
        assert queue.resume(ANN) is None
        assert self.ahead(queue, ANN).task_id == ahead.task_id

    def test_given_back_it_is_open_to_all_and_nobody_had_it(self, queue, four):
        self.claimed(queue, ANN)
        ahead = self.ahead(queue, ANN)
        assert queue.release_ahead(ANN) == ahead
        assert queue.clip_state("c2") is ClipState.READY
        assert self.claimed(queue, BEN).clip_id == "c2"
        assert queue.release_ahead(ANN) is None

    def test_given_back_it_may_come_to_the_same_person_again(self, queue, four):
        self.claimed(queue, ANN)
        self.ahead(queue, ANN)
        queue.release_ahead(ANN)
        assert self.claimed(queue, ANN).clip_id == "c2"

    def test_own_returned_work_comes_first_ahead_too_and_stays_one_s_own(self, queue, clock):
        queue.add_clip("mine", passes=1)
        returned = self.sent_back(queue, ANN)
        queue.add_clip("other", passes=1, priority=9)
        lease = self.ahead(queue, ANN)
        assert (lease.clip_id, lease.returned_from) == ("mine", returned.id)
        clock.advance(10 * LEASE_SECONDS)
        assert self.claimed(queue, BEN).clip_id == "other"
        assert queue.claim(BEN) is None
        queue.release_ahead(ANN)
        assert queue.today(ANN, clock.now()).returned == 1
        assert self.claimed(queue, ANN).returned_from == returned.id

    def test_lease_ahead_comes_before_work_that_was_returned_meanwhile(self, queue, four):
        returned = self.submitted(queue, ANN)
        self.claimed(queue, ANN)
        assert self.ahead(queue, ANN).clip_id == "c3"
        queue.draw(lambda _: True)
        queue.decide(self.checked(queue), Verdict.RETURNED, b"comment")
        assert [self.claimed(queue, ANN).clip_id for _ in range(2)] == ["c3", returned.clip_id]

    def test_task_assigned_to_somebody_stays_theirs_when_it_is_given_back(self, queue, four, clock):
        queue.assign(4, ANN)
        assert self.ahead(queue, ANN).clip_id == "c4"
        clock.advance(AHEAD_SECONDS)
        assert [self.claimed(queue, BEN).clip_id for _ in range(3)] == ["c1", "c2", "c3"]
        assert queue.claim(BEN) is None
        queue.release_ahead(ANN)
        assert queue.claim(BEN) is None
        assert self.claimed(queue, ANN).clip_id == "c4"

    def test_last_open_task_is_not_taken_ahead(self, queue, clip):
        queue.add_clip("last", passes=1)
        self.claimed(queue, ANN)
        assert queue.claim_ahead(ANN) is None

    def test_one_open_task_is_left_for_each_colleague_at_work(self, queue, four):
        for person in (ANN, BEN):
            self.claimed(queue, person)
        queue.add_clip("c5", passes=1, sort_key=5)
        self.claimed(queue, CEM)
        assert queue.claim_ahead(ANN) is None
        queue.add_clip("c6", passes=1, sort_key=6)
        assert self.ahead(queue, ANN).clip_id == "c4"
        assert queue.claim_ahead(BEN) is None

    def test_lapsed_lease_of_a_colleague_is_not_taken_ahead(self, queue, clip, clock):
        self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        for number in range(2):
            queue.add_clip(f"later{number}", passes=1, sort_key=9)
        assert self.ahead(queue, BEN).clip_id == "later0"

    def test_clip_that_one_has_another_pass_of_is_not_taken_ahead(self, queue):
        queue.add_clip("twice", passes=3)
        self.claimed(queue, ANN)
        assert queue.claim_ahead(ANN) is None

    def test_task_ahead_counts_as_leased_and_still_waits_for_its_holder(self, queue, four, clock):
        self.claimed(queue, ANN)
        before = queue.today(ANN, clock.now()).waiting
        ahead = self.ahead(queue, ANN)
        assert queue.today(ANN, clock.now()).waiting == before == 3
        assert queue.today(BEN, clock.now()).waiting == 2
        assert queue.counts().tasks == {"leased": 2, "open": 2}
        assert ahead in queue.leases()

    def test_lead_takes_a_lease_ahead_and_bars_nobody(self, queue, four):
        self.claimed(queue, ANN)
        ahead = self.ahead(queue, ANN)
        queue.lead_release(ahead.task_id)
        with pytest.raises(LeaseLost):
            queue.check_lease(ahead)
        assert self.claimed(queue, ANN).clip_id == "c2"

    def test_withdrawn_clip_ends_its_lease_ahead(self, queue, four):
        self.claimed(queue, ANN)
        ahead = self.ahead(queue, ANN)
        queue.withdraw_clip("c2", "consent")
        with pytest.raises(NotLeased):
            queue.check_lease(ahead)
        assert queue.release_ahead(ANN) is None
        assert self.ahead(queue, ANN).clip_id == "c3"

    def test_lease_ahead_of_a_clip_that_went_to_the_lead_makes_room_for_another(self, queue):
        for clip, passes in (("one", 1), ("many", 4), ("next", 1), ("last", 1)):
            queue.add_clip(clip, passes=passes)
        self.claimed(queue, ANN)
        assert self.ahead(queue, ANN).clip_id == "many"
        for person in (BEN, CEM, "dee"):
            queue.skip(self.claimed(queue, person), SkipReason.CANNOT_UNDERSTAND)
        assert queue.clip_state("many") is ClipState.WITH_LEAD
        assert self.ahead(queue, ANN).clip_id == "next"
        assert self.claimed(queue, ANN).clip_id == "next"
