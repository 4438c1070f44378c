"""How a queue draws and leases checks."""

import pytest

from reviewer.errors import ClipWithdrawn, LeaseLapsed, LeaseLost, Refused
from reviewer.model.clip import ClipState
from reviewer.model.task import Verdict
from tests.contracts.queue_setting import ANN, BEN, CEM, LEASE_SECONDS, QUE, QueueSetting


class QueueChecksContract(QueueSetting):
    """How a queue draws and leases checks."""

    def test_draw_sends_each_submission_to_a_check_or_to_accepted(self, queue):
        queue.add_clip("a", passes=1, sort_key=1)
        queue.add_clip("b", passes=1, sort_key=2)
        first, second = self.submitted(queue, ANN), self.submitted(queue, ANN)
        result = queue.draw(lambda submission_id: submission_id == first.id)
        assert (result.drawn, result.passed) == ([first.id], [second.id])
        assert queue.clip_state("a") is ClipState.REVIEWED
        assert queue.clip_state("b") is ClipState.FINAL
        assert (queue.state_of(first.id), queue.state_of(second.id)) == ("qa_pending", "accepted")

    def test_second_draw_finds_nothing_new(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        result = queue.draw(lambda _: True)
        assert (result.drawn, result.passed) == ([], [])

    def test_oldest_work_is_checked_first(self, queue, clock):
        for number in range(5):
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number)
        made = [self.submitted(queue, ANN) for _ in range(3)]
        clock.advance(60)
        made += [self.submitted(queue, ANN) for _ in range(2)]
        queue.draw(lambda _: True)
        assert [self.checked(queue, f"checker-{n}").submission for n in range(5)] == made

    def test_nobody_checks_their_own_work(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        assert queue.claim_check(ANN) is None

    def test_nobody_checks_a_clip_of_which_they_made_another_pass(self, queue):
        queue.add_clip("twice", passes=2)
        first = self.submitted(queue, ANN)
        self.submitted(queue, BEN)
        queue.draw(lambda submission_id: submission_id == first.id)
        assert queue.claim_check(BEN) is None
        assert self.checked(queue, CEM).submission == first

    def test_nobody_checks_a_clip_they_are_at_work_on(self, queue):
        queue.add_clip("twice", passes=2)
        self.submitted(queue, ANN)
        self.claimed(queue, BEN)
        queue.draw(lambda _: True)
        assert queue.claim_check(BEN) is None

    def test_nobody_checks_a_clip_whose_task_was_once_theirs(self, queue, clip):
        returned = self.sent_back(queue, ANN)
        queue.lead_release(returned.task_id)
        self.submitted(queue, BEN)
        queue.draw(lambda _: True)
        assert queue.claim_check(ANN) is None

    def test_nobody_transcribes_a_clip_they_checked(self, queue):
        queue.add_clip("twice", passes=2)
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        self.checked(queue, QUE)
        assert queue.claim(QUE) is None

    def test_a_check_that_is_out_goes_to_nobody_else(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        self.checked(queue, QUE)
        assert queue.claim_check(BEN) is None

    def test_own_unfinished_check_comes_first_with_the_blind_work(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = queue.keep_blind(self.checked(queue), b"blind")
        assert check.blind == b"blind"
        assert self.checked(queue) == check

    def test_lapsed_check_goes_on_without_the_blind_work_of_the_first_which_is_kept(self, queue, clip, clock):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        first = queue.keep_blind(self.checked(queue, QUE), b"blind of que")
        clock.advance(LEASE_SECONDS)
        assert self.checked(queue, BEN).blind is None
        assert [(late.person_id, late.sealed) for late in queue.late_drafts()] == [(QUE, b"blind of que")]
        with pytest.raises(LeaseLost):
            queue.decide(first, Verdict.ACCEPTED, None)
        with pytest.raises(LeaseLost):
            queue.keep_blind(first, b"more")

    def test_blind_work_that_lost_its_check_is_kept_the_newest_of_it(self, queue, clip, clock):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        first = self.checked(queue, QUE)
        clock.advance(LEASE_SECONDS)
        self.checked(queue, BEN)
        queue.keep_late_check(first, b"older")
        queue.keep_late_check(first, b"newer")
        (late,) = queue.late_drafts()
        assert (late.person_id, late.clip_id, late.sealed) == (QUE, clip, b"newer")

    def test_nothing_is_kept_of_a_check_of_a_clip_that_was_withdrawn(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.checked(queue, QUE)
        queue.withdraw_clip(clip, "consent")
        with pytest.raises(ClipWithdrawn):
            queue.keep_late_check(check, b"typed")
        assert queue.late_drafts() == []

    def test_second_blind_version_is_refused_and_the_first_stands(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = queue.keep_blind(self.checked(queue), b"first")
        with pytest.raises(Refused):
            queue.keep_blind(check, b"second")
        assert self.checked(queue).blind == b"first"

    def test_live_check_passes_and_a_lapsed_or_lost_one_does_not(self, queue, clip, clock):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.checked(queue, QUE)
        queue.require_check(check)
        clock.advance(LEASE_SECONDS)
        with pytest.raises(LeaseLapsed):
            queue.require_check(check)
        self.checked(queue, BEN)
        with pytest.raises(LeaseLost) as lost:
            queue.require_check(check)
        assert not isinstance(lost.value, LeaseLapsed)

    def test_accepted_work_is_final(self, queue, clip):
        submission = self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        queue.decide(self.checked(queue), Verdict.ACCEPTED, None)
        assert queue.clip_state(clip) is ClipState.FINAL
        assert queue.accepted() == [submission]
        assert queue.claim_check(BEN) is None

    def test_same_verdict_twice_is_one_and_another_is_refused(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.checked(queue)
        queue.decide(check, Verdict.ACCEPTED, None)
        queue.decide(check, Verdict.ACCEPTED, None)
        with pytest.raises(Refused):
            queue.decide(check, Verdict.RETURNED, b"no")
        assert queue.clip_state(clip) is ClipState.FINAL
