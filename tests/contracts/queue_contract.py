"""What every queue does, whatever keeps it: the tests that each backend inherits."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from reviewer.errors import (
    ClipOnHold,
    ClipWithdrawn,
    LeaseLapsed,
    LeaseLost,
    NotLeased,
    Refused,
    SubmissionConflict,
)
from reviewer.model.clip import ClipState
from reviewer.model.clock import from_micros, to_micros
from reviewer.model.hold import HoldReason
from reviewer.model.project import QueueRules
from reviewer.model.task import (
    DailyCounts,
    FinalAnnotation,
    LateDraft,
    LateReason,
    LateState,
    Lease,
    SealedAnnotation,
    SkipReason,
    TaskKind,
    TaskState,
    Verdict,
    VerdictKind,
    WorkCounts,
)
from reviewer.queue.api import DrawResult, Queue, Receipt
from tests.factories import NOON
from tests.fakes.clock import FakeClock

RULES = QueueRules(passes=1, lease_minutes=30, lease_cap_minutes=240, skips_to_lead=3)
LEASE_SECONDS = 30 * 60
PREFETCH_SECONDS = 5 * 60
ANN, BEN, CEM, DEE, QUE = "ann", "ben", "cem", "dee", "que"
TRANSCRIBE = frozenset({TaskKind.TRANSCRIBE})
REVIEW = frozenset({TaskKind.REVIEW})
ADJUDICATE = frozenset({TaskKind.ADJUDICATE})


def new_key() -> str:
    """A key that no act had before."""
    return uuid4().hex


def sealed(lease: Lease, text: bytes, digest: bytes = b"") -> SealedAnnotation:
    """What a client hands in under a lease."""
    return SealedAnnotation(
        id=new_key(),
        task_id=lease.task_id,
        clip_id=lease.clip_id,
        author=lease.person_id,
        parent=lease.returned_annotation,
        schema_version="form-1",
        conventions_version="en-1",
        digest=digest or b"digest of " + text,
        sealed=text,
        made_at=lease.until,
    )


class QueueSetting:
    """The fixtures a backend overrides, and the steps the tests are told in."""

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    def queue(self, clock: FakeClock) -> Queue:
        raise NotImplementedError

    @pytest.fixture
    def clip(self, queue: Queue) -> str:
        queue.add_clip("clip-1", passes=1)
        return "clip-1"

    def claim(self, queue: Queue, person: str, kinds: frozenset[TaskKind] = TRANSCRIBE) -> Lease | None:
        return queue.claim(person, kinds, key=new_key())

    def claimed(self, queue: Queue, person: str, kinds: frozenset[TaskKind] = TRANSCRIBE) -> Lease:
        lease = self.claim(queue, person, kinds)
        assert lease is not None
        return lease

    def prefetch(self, queue: Queue, person: str) -> Lease | None:
        return queue.claim_prefetch(person, TRANSCRIBE, key=new_key())

    def prefetched(self, queue: Queue, person: str) -> Lease:
        lease = self.prefetch(queue, person)
        assert lease is not None
        return lease

    def submit(self, queue: Queue, lease: Lease, text: bytes, digest: bytes = b"") -> Receipt:
        return queue.submit(lease, sealed(lease, text, digest))

    def submitted(self, queue: Queue, person: str, text: bytes = b"text") -> SealedAnnotation:
        receipt = self.submit(queue, self.claimed(queue, person), text)
        return queue.annotation(receipt.annotation_id)

    def review(self, queue: Queue, person: str = QUE) -> Lease | None:
        """The review this person holds, or the next."""
        return queue.resume(person, REVIEW) or queue.claim(person, REVIEW, key=new_key())

    def checked(self, queue: Queue, person: str = QUE) -> Lease:
        lease = self.review(queue, person)
        assert lease is not None
        return lease

    def blind(self, queue: Queue, lease: Lease, text: bytes) -> Lease:
        receipt = self.submit(queue, lease, text)
        return replace(lease, blind_annotation=receipt.annotation_id)

    def decide(self, queue: Queue, lease: Lease, kind: VerdictKind, comment: bytes | None = None) -> Verdict:
        """Decides, after handing in a blind version if there is none yet."""
        if lease.blind_annotation is None:
            lease = self.blind(queue, lease, b"blind")
        verdict = self.verdict(lease, kind, comment)
        queue.decide(lease, verdict)
        return verdict

    def verdict(self, lease: Lease, kind: VerdictKind, comment: bytes | None = None) -> Verdict:
        return Verdict(
            id=new_key(),
            task_id=lease.task_id,
            clip_id=lease.clip_id,
            annotation_id=lease.reviewed_annotation,
            kind=kind,
            person_id=lease.person_id,
            at=lease.until,
            comment=comment,
        )

    def late(self, queue: Queue, clock: FakeClock) -> LateDraft:
        """Ann's lease ends, Ben takes the task, and Ann's work comes late."""
        self.lost = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        self.claimed(queue, BEN)
        queue.keep_late_draft(self.lost, b"late", key=self.lost.submission_key)
        (late,) = queue.late_drafts()
        return late

    def adopt(self, queue: Queue, late: LateDraft) -> Receipt:
        work = SealedAnnotation(
            id=f"a{late.id}",
            task_id=late.adopting_task,
            clip_id=late.clip_id,
            author=late.person_id,
            parent=None,
            schema_version="form-1",
            conventions_version="en-1",
            digest=b"digest",
            sealed=late.sealed,
            made_at=late.kept_at,
        )
        return queue.adopt_late_draft(late, work)

    def assert_not_adopted(self, queue: Queue, late: LateDraft, code: str) -> None:
        with pytest.raises(Refused) as refused:
            self.adopt(queue, late)
        assert refused.value.code == code

    def sent_back(self, queue: Queue, author: str) -> SealedAnnotation:
        work = self.submitted(queue, author)
        queue.draw(lambda _: True)
        self.decide(queue, self.checked(queue), VerdictKind.RETURNED, b"sealed comment")
        return work

    def do(self, queue: Queue, act: str, lease: Lease) -> None:
        """An act on a lease, by its name."""
        if act == "release":
            queue.release(lease, key=new_key())
        else:
            getattr(queue, act)(lease)

    def task_of(self, queue: Queue, clip: str) -> str:
        """The id of an open task of a clip."""
        leases = []
        while (lease := self.claim(queue, "finder")) is not None:
            leases.append(lease)
        for lease in leases:
            queue.release(lease, key=new_key())
        return next(lease.task_id for lease in leases if lease.clip_id == clip)


class QueueLeasesContract(QueueSetting):
    """How a queue hands out tasks and takes them back."""

    def test_empty_queue_gives_nothing(self, queue):
        assert self.claim(queue, ANN) is None

    def test_claim_leases_the_clip_for_the_time_of_the_rules(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        assert (lease.clip_id, lease.round, lease.person_id) == (clip, 1, ANN)
        assert lease.until == clock.now() + timedelta(minutes=30)
        assert queue.clip_state(clip) is ClipState.IN_REVIEW

    def test_leased_clip_is_not_given_to_anybody_else(self, queue, clip):
        self.claim(queue, ANN)
        assert self.claim(queue, BEN) is None

    def test_people_who_claim_at_once_are_not_given_the_same_clip(self, queue):
        for number in range(16):
            queue.add_clip(f"spread{number}", passes=2, sort_key=number, pass_spread=2**60)
        pairs = [(self.claimed(queue, ANN).clip_id, self.claimed(queue, BEN).clip_id) for _ in range(8)]
        assert not any(ann == ben for ann, ben in pairs)
        rest = [self.claimed(queue, ANN).clip_id for _ in range(8)]
        assert sorted(rest) == sorted(ben for _, ben in pairs)

    def test_higher_priority_comes_first_then_the_lower_sort_key(self, queue):
        queue.add_clip("late", passes=1, sort_key=2)
        queue.add_clip("early", passes=1, sort_key=1)
        queue.add_clip("urgent", passes=1, sort_key=3, priority=1)
        assert [self.claimed(queue, ANN).clip_id for _ in range(3)] == ["urgent", "early", "late"]

    def test_two_passes_of_a_clip_go_to_two_people(self, queue):
        queue.add_clip("twice", passes=2)
        assert self.claimed(queue, ANN).round == 1
        assert self.claim(queue, ANN) is None
        assert self.claimed(queue, BEN).round == 2

    def test_quarantined_clip_is_given_to_nobody(self, queue):
        queue.add_clip("private", passes=1, quarantined=True)
        assert self.claim(queue, ANN) is None
        assert queue.clip_state("private") is ClipState.QUARANTINED

    def test_clip_added_again_is_added_once(self, queue, clip):
        queue.add_clip(clip, passes=2, quarantined=True)
        assert (queue.counts().tasks, queue.clip_state(clip)) == ({"open": 1}, ClipState.READY)

    def test_every_lease_has_its_own_submission_key(self, queue):
        queue.add_clip("a", passes=1)
        queue.add_clip("b", passes=1)
        assert self.claimed(queue, ANN).submission_key != self.claimed(queue, ANN).submission_key

    def test_resume_finds_the_lease_after_a_crash(self, queue, clip):
        lease = self.claimed(queue, ANN)
        assert queue.resume(ANN, TRANSCRIBE) == lease
        assert queue.resume(BEN, TRANSCRIBE) is None

    def test_resume_finds_the_older_of_two_leases_of_different_kinds(self, queue, clip, clock):
        queue.add_clip("other", passes=1)
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        lease = self.claimed(queue, QUE)
        clock.advance(60)
        self.checked(queue, QUE)
        assert queue.resume(QUE, TRANSCRIBE | REVIEW) == lease

    def test_resume_begins_a_expired_lease_anew_when_nobody_took_it(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(10 * LEASE_SECONDS)
        resumed = queue.resume(ANN, TRANSCRIBE)
        assert resumed.until == clock.now() + timedelta(minutes=30)
        assert resumed.submission_key == lease.submission_key

    def test_expired_lease_goes_to_the_next_with_a_higher_token_and_a_new_key(self, queue, clip, clock):
        old = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        new = self.claimed(queue, BEN)
        assert new.clip_id == old.clip_id
        assert new.token > old.token
        assert new.submission_key != old.submission_key

    def test_expired_lease_is_not_offered_to_its_own_holder_as_a_new_claim(self, queue, clip, clock):
        self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        assert self.claim(queue, ANN) is None

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

    def test_renewing_revives_a_expired_lease_nobody_took(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS + 60)
        queue.renew(lease)
        queue.check_lease(lease)

    def test_live_lease_passes_the_check(self, queue, clip):
        queue.check_lease(self.claimed(queue, ANN))

    def test_expired_lease_fails_the_check(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        with pytest.raises(LeaseLapsed):
            queue.check_lease(lease)

    @pytest.mark.parametrize("act", ["check_lease", "renew", "release"])
    def test_lease_that_went_to_a_colleague_is_lost(self, queue, clip, clock, act):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        self.claim(queue, BEN)
        with pytest.raises(LeaseLost):
            self.do(queue, act, lease)

    def test_lease_of_another_person_is_not_leased_to_me(self, queue, clip):
        lease = self.claimed(queue, ANN)
        forged = Lease(**{name: getattr(lease, name) for name in Lease.__slots__} | {"person_id": BEN})
        with pytest.raises(NotLeased):
            queue.check_lease(forged)
        with pytest.raises(NotLeased):
            self.submit(queue, forged, b"text", b"digest")

    def test_lease_of_a_task_is_found_by_the_task_until_it_ends(self, queue, clip):
        lease = self.claimed(queue, ANN)
        assert queue.lease_of_task(lease.task_id) == lease
        queue.release(lease, key=new_key())
        assert queue.lease_of_task(lease.task_id) is None
        assert queue.lease_of_task("no task") is None

    def test_submitted_task_is_no_longer_leased(self, queue, clip):
        lease = self.claimed(queue, ANN)
        self.submit(queue, lease, b"text", b"digest")
        with pytest.raises(NotLeased):
            queue.check_lease(lease)
        assert queue.resume(ANN, TRANSCRIBE) is None

    def test_released_clip_is_open_to_all_also_to_who_released_it(self, queue, clip):
        queue.release(self.claimed(queue, ANN), key=new_key())
        assert queue.clip_state(clip) is ClipState.READY
        assert self.claimed(queue, ANN).clip_id == clip

    def test_skipped_clip_never_comes_back_to_who_skipped_it(self, queue, clip):
        queue.skip(self.claimed(queue, ANN), SkipReason.TECHNICAL, key=new_key())
        assert self.claim(queue, ANN) is None
        assert self.claimed(queue, BEN).clip_id == clip

    def test_third_skip_sends_the_clip_to_the_lead(self, queue, clip):
        for person in (ANN, BEN, CEM):
            queue.skip(self.claimed(queue, person), SkipReason.CANNOT_UNDERSTAND, key=new_key())
        assert queue.clip_state(clip) is ClipState.WITH_LEAD
        assert self.claim(queue, DEE) is None
        (held,) = queue.held()
        assert (held.clip_id, held.refusals) == (clip, 3)

    def test_expiries_count_like_skips(self, queue, clip, clock):
        queue.skip(self.claimed(queue, ANN), SkipReason.DISTRESSING, key=new_key())
        for person in (BEN, CEM):
            self.claimed(queue, person)
            clock.advance(LEASE_SECONDS)
        assert self.claim(queue, DEE) is None
        assert queue.clip_state(clip) is ClipState.WITH_LEAD

    def test_claim_goes_on_to_the_next_clip_when_one_goes_to_the_lead(self, queue, clip, clock):
        queue.add_clip("next", passes=1, sort_key=9)
        for person in (ANN, BEN):
            queue.skip(self.claimed(queue, person), SkipReason.TECHNICAL, key=new_key())
        self.claimed(queue, CEM)
        clock.advance(LEASE_SECONDS)
        assert self.claimed(queue, DEE).clip_id == "next"

    def test_work_on_a_clip_that_went_to_the_lead_is_late(self, queue, clip, clock):
        for person in (ANN, BEN):
            queue.skip(self.claimed(queue, person), SkipReason.TECHNICAL, key=new_key())
        lease = self.claimed(queue, CEM)
        clock.advance(LEASE_SECONDS)
        self.claim(queue, DEE)
        with pytest.raises(LeaseLost):
            self.submit(queue, lease, b"typed", b"digest")


class QueueCareContract(QueueSetting):
    """How a queue says that somebody found a clip distressing."""

    def test_every_later_lease_of_a_marked_clip_says_so(self, queue: Queue, clip: str) -> None:
        first = self.claimed(queue, ANN)
        assert (first.is_distressing, queue.is_distressing(clip)) == (False, False)
        for _ in range(2):  # marking it again changes nothing
            queue.mark_distressing(clip)
        queue.check_lease(first)  # it is still the same lease
        queue.skip(first, SkipReason.DISTRESSING, key=new_key())
        assert (self.claimed(queue, BEN).is_distressing, queue.is_distressing(clip)) == (True, True)

    def test_prefetch_lease_of_a_marked_clip_says_so(self, queue: Queue) -> None:
        for number in (1, 2, 3):
            queue.add_clip(f"c{number}", passes=1, sort_key=number)
        queue.mark_distressing("c2")
        self.claimed(queue, ANN)
        assert self.prefetched(queue, ANN).is_distressing

    def test_skip_of_a_marked_clip_is_not_among_a_persons_skips(self, queue: Queue, clip: str) -> None:
        queue.skip(self.claimed(queue, ANN), SkipReason.TECHNICAL, key=new_key())
        assert [each.skipped for each in queue.work_by_person()] == [1]
        queue.mark_distressing(clip)
        assert [each.skipped for each in queue.work_by_person()] == []

    def test_unknown_clip_is_not_distressing_and_cannot_be_marked(self, queue: Queue) -> None:
        assert not queue.is_distressing("nobody's")
        with pytest.raises(Refused, match="NO_CLIP"):
            queue.mark_distressing("nobody's")


class QueuePrefetchContract(QueueSetting):
    """How a queue keeps the next task for somebody who still works on the present one."""

    @pytest.fixture
    def four(self, queue):
        """Four clips in a row."""
        for number in range(1, 5):
            queue.add_clip(f"c{number}", passes=1, sort_key=number)

    def test_prefetch_lease_is_of_the_task_that_a_claim_would_give_next(self, queue, four):
        self.claimed(queue, ANN)
        lease = self.prefetched(queue, ANN)
        assert (lease.clip_id, lease.person_id, lease.is_prefetch) == ("c2", ANN, True)
        assert queue.clip_state("c2") is ClipState.IN_REVIEW

    def test_live_leases_are_the_full_ones_of_a_person_the_oldest_first(self, queue, four, clock):
        queue.add_clip("c5", passes=1, sort_key=5)
        queue.add_clip("c6", passes=1, sort_key=6)
        first = self.claimed(queue, ANN)
        clock.advance(1)
        second = self.claimed(queue, ANN)
        self.claimed(queue, BEN)
        self.prefetched(queue, ANN)
        assert queue.live_leases(ANN, TRANSCRIBE) == [first, second]
        assert queue.live_leases(ANN, REVIEW) == []
        self.submit(queue, first, b"text")
        assert queue.live_leases(ANN, TRANSCRIBE) == [second]
        queue.hold(second.clip_id, HoldReason.TECHNICAL)
        assert queue.live_leases(ANN, TRANSCRIBE) == []
        queue.end_hold(second.clip_id)
        clock.advance(RULES.lease_minutes * 60)
        assert queue.live_leases(ANN, TRANSCRIBE) == []

    def test_prefetch_lease_is_short(self, queue, four, clock):
        self.claimed(queue, ANN)
        assert self.prefetched(queue, ANN).until == clock.now() + timedelta(seconds=PREFETCH_SECONDS)

    def test_there_is_one_prefetch_lease_a_person(self, queue, four, clock):
        self.claimed(queue, ANN)
        first = self.prefetched(queue, ANN)
        clock.advance(60)
        again = self.prefetched(queue, ANN)
        assert again == replace(first, until=clock.now() + timedelta(seconds=PREFETCH_SECONDS))

    def test_task_ahead_is_not_given_to_anybody_else(self, queue, four):
        self.claimed(queue, ANN)
        self.prefetched(queue, ANN)
        assert [self.claimed(queue, BEN).clip_id for _ in range(2)] == ["c3", "c4"]
        assert self.claim(queue, BEN) is None

    def test_next_claim_turns_the_prefetch_lease_into_a_whole_one(self, queue, four, clock):
        self.claimed(queue, ANN)
        ahead = self.prefetched(queue, ANN)
        lease = self.claimed(queue, ANN)
        assert (lease.task_id, lease.is_prefetch) == (ahead.task_id, False)
        assert lease.token > ahead.token
        assert lease.submission_key != ahead.submission_key
        assert lease.until == clock.now() + timedelta(minutes=30)
        with pytest.raises(LeaseLost):
            queue.check_lease(ahead)

    def test_claim_takes_up_a_expired_prefetch_lease_that_nobody_took(self, queue, four, clock):
        self.claimed(queue, ANN)
        ahead = self.prefetched(queue, ANN)
        clock.advance(PREFETCH_SECONDS)
        assert self.claimed(queue, ANN).task_id == ahead.task_id

    def test_expired_prefetch_lease_goes_to_a_colleague_and_counts_as_no_expiry(self, queue, clock):
        for number in range(2):
            queue.add_clip(f"twice{number}", passes=2, sort_key=number)
        self.claimed(queue, ANN)
        ahead = self.prefetched(queue, ANN)
        assert ahead.clip_id == "twice1"
        clock.advance(PREFETCH_SECONDS)
        taken = [self.claimed(queue, BEN) for _ in range(2)]
        assert [lease.clip_id for lease in taken] == ["twice0", "twice1"]
        assert taken[1].task_id == ahead.task_id
        with pytest.raises(LeaseLost):
            queue.check_lease(ahead)
        # Nothing bars Ann from the other pass of a clip that she never heard.
        assert self.claimed(queue, ANN).clip_id == "twice1"

    def test_three_expired_prefetch_leases_do_not_send_a_clip_to_the_lead(self, queue, four, clock):
        self.claimed(queue, ANN)
        for person, colleague in ((ANN, BEN), (CEM, DEE), (BEN, ANN)):
            assert self.prefetched(queue, person).clip_id == "c2"
            clock.advance(PREFETCH_SECONDS)
            queue.release(self.claimed(queue, colleague), key=new_key())
        assert queue.clip_state("c2") is ClipState.READY

    @pytest.mark.parametrize("act", ["renew", "release"])
    def test_nothing_can_be_done_under_a_prefetch_lease_but_getting_ready(self, queue, four, act):
        self.claimed(queue, ANN)
        lease = self.prefetched(queue, ANN)
        queue.check_lease(lease)
        with pytest.raises(NotLeased):
            self.do(queue, act, lease)

    def test_nothing_is_handed_in_or_skipped_under_a_prefetch_lease(self, queue, four):
        self.claimed(queue, ANN)
        for lease in (self.prefetched(queue, ANN), replace(self.prefetched(queue, ANN), is_prefetch=False)):
            with pytest.raises(NotLeased):
                self.submit(queue, lease, b"text", b"digest")
            with pytest.raises(NotLeased):
                queue.skip(lease, SkipReason.TECHNICAL, key=new_key())

    def test_prefetch_lease_that_says_it_is_a_whole_one_is_refused(self, queue, four):
        self.claimed(queue, ANN)
        with pytest.raises(NotLeased):
            queue.check_lease(replace(self.prefetched(queue, ANN), is_prefetch=False))

    def test_renewing_the_present_lease_keeps_the_one_ahead(self, queue, four, clock):
        lease = self.claimed(queue, ANN)
        ahead = self.prefetched(queue, ANN)
        for _ in range(12):
            clock.advance(PREFETCH_SECONDS - 60)
            queue.renew(lease)
        queue.check_lease(ahead)

    def test_renewing_does_not_touch_the_prefetch_lease_of_a_colleague(self, queue, four, clock):
        lease = self.claimed(queue, ANN)
        self.claimed(queue, BEN)
        theirs = self.prefetched(queue, BEN)
        clock.advance(PREFETCH_SECONDS)
        queue.renew(lease)
        with pytest.raises(LeaseLost):
            queue.check_lease(theirs)

    def test_resume_gives_the_clip_that_was_worked_on_never_the_one_ahead(self, queue, four, clock):
        lease = self.claimed(queue, ANN)
        ahead = self.prefetched(queue, ANN)
        assert queue.resume(ANN, TRANSCRIBE) == lease
        self.submit(queue, lease, b"text", b"digest")
        assert queue.resume(ANN, TRANSCRIBE) is None
        assert self.prefetched(queue, ANN).task_id == ahead.task_id

    def test_given_back_it_is_open_to_all_and_nobody_had_it(self, queue, four):
        self.claimed(queue, ANN)
        ahead = self.prefetched(queue, ANN)
        assert queue.release_prefetched(ANN, key=new_key()) == ahead
        assert queue.clip_state("c2") is ClipState.READY
        assert self.claimed(queue, BEN).clip_id == "c2"
        assert queue.release_prefetched(ANN, key=new_key()) is None

    def test_given_back_it_may_come_to_the_same_person_again(self, queue, four):
        self.claimed(queue, ANN)
        self.prefetched(queue, ANN)
        queue.release_prefetched(ANN, key=new_key())
        assert self.claimed(queue, ANN).clip_id == "c2"

    def test_own_returned_work_comes_first_ahead_too_and_stays_one_s_own(self, queue, clock):
        queue.add_clip("mine", passes=1)
        returned = self.sent_back(queue, ANN)
        queue.add_clip("other", passes=1, priority=9)
        lease = self.prefetched(queue, ANN)
        assert (lease.clip_id, lease.returned_annotation) == ("mine", returned.id)
        clock.advance(10 * LEASE_SECONDS)
        assert self.claimed(queue, BEN).clip_id == "other"
        assert self.claim(queue, BEN) is None
        queue.release_prefetched(ANN, key=new_key())
        assert queue.daily_counts(ANN, TRANSCRIBE, clock.now()).returned == 1
        assert self.claimed(queue, ANN).returned_annotation == returned.id

    def test_prefetch_lease_comes_before_work_that_was_returned_meanwhile(self, queue, four):
        returned = self.submitted(queue, ANN)
        self.claimed(queue, ANN)
        assert self.prefetched(queue, ANN).clip_id == "c3"
        queue.draw(lambda _: True)
        self.decide(queue, self.checked(queue), VerdictKind.RETURNED, b"comment")
        assert [self.claimed(queue, ANN).clip_id for _ in range(2)] == ["c3", returned.clip_id]

    def test_task_assigned_to_somebody_stays_theirs_when_it_is_given_back(self, queue, four, clock):
        queue.assign(self.task_of(queue, "c4"), ANN)
        assert self.prefetched(queue, ANN).clip_id == "c4"
        clock.advance(PREFETCH_SECONDS)
        assert [self.claimed(queue, BEN).clip_id for _ in range(3)] == ["c1", "c2", "c3"]
        assert self.claim(queue, BEN) is None
        queue.release_prefetched(ANN, key=new_key())
        assert self.claim(queue, BEN) is None
        assert self.claimed(queue, ANN).clip_id == "c4"

    def test_last_open_task_is_not_taken_ahead(self, queue, clip):
        queue.add_clip("last", passes=1)
        self.claimed(queue, ANN)
        assert self.prefetch(queue, ANN) is None

    def test_one_open_task_is_left_for_each_colleague_at_work(self, queue, four):
        for person in (ANN, BEN):
            self.claimed(queue, person)
        queue.add_clip("c5", passes=1, sort_key=5)
        self.claimed(queue, CEM)
        assert self.prefetch(queue, ANN) is None
        queue.add_clip("c6", passes=1, sort_key=6)
        assert self.prefetched(queue, ANN).clip_id == "c4"
        assert self.prefetch(queue, BEN) is None

    def test_expired_lease_of_a_colleague_is_not_taken_ahead(self, queue, clip, clock):
        self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        for number in range(2):
            queue.add_clip(f"later{number}", passes=1, sort_key=9)
        assert self.prefetched(queue, BEN).clip_id == "later0"

    def test_clip_that_one_has_another_pass_of_is_not_taken_ahead(self, queue):
        queue.add_clip("twice", passes=3)
        self.claimed(queue, ANN)
        assert self.prefetch(queue, ANN) is None

    def test_task_ahead_counts_as_leased_and_still_waits_for_its_holder(self, queue, four, clock):
        self.claimed(queue, ANN)
        before = queue.daily_counts(ANN, TRANSCRIBE, clock.now()).waiting
        ahead = self.prefetched(queue, ANN)
        assert queue.daily_counts(ANN, TRANSCRIBE, clock.now()).waiting == before == 3
        assert queue.daily_counts(BEN, TRANSCRIBE, clock.now()).waiting == 2
        assert queue.counts().tasks == {"leased": 2, "open": 2}
        assert ahead in queue.leases()

    def test_lead_takes_a_prefetch_lease_and_bars_nobody(self, queue, four):
        self.claimed(queue, ANN)
        ahead = self.prefetched(queue, ANN)
        queue.lead_release(ahead.task_id)
        with pytest.raises(LeaseLost):
            queue.check_lease(ahead)
        assert self.claimed(queue, ANN).clip_id == "c2"

    def test_withdrawn_clip_ends_its_prefetch_lease(self, queue, four):
        self.claimed(queue, ANN)
        ahead = self.prefetched(queue, ANN)
        queue.withdraw_clip("c2", "consent")
        with pytest.raises(NotLeased):
            queue.check_lease(ahead)
        assert queue.release_prefetched(ANN, key=new_key()) is None
        assert self.prefetched(queue, ANN).clip_id == "c3"

    def test_prefetch_lease_of_a_clip_that_went_to_the_lead_makes_room_for_another(self, queue):
        for clip, passes in (("one", 1), ("many", 4), ("next", 1), ("last", 1)):
            queue.add_clip(clip, passes=passes)
        self.claimed(queue, ANN)
        assert self.prefetched(queue, ANN).clip_id == "many"
        for person in (BEN, CEM, "dee"):
            queue.skip(self.claimed(queue, person), SkipReason.CANNOT_UNDERSTAND, key=new_key())
        assert queue.clip_state("many") is ClipState.WITH_LEAD
        assert self.prefetched(queue, ANN).clip_id == "next"
        assert self.claimed(queue, ANN).clip_id == "next"


class QueueWorkContract(QueueSetting):
    """How a queue takes work in and sends it back."""

    def test_submitted_work_is_kept_as_it_came(self, queue, clip, clock):
        submission = self.submitted(queue, ANN, b"words")
        assert (submission.clip_id, submission.author, submission.sealed, submission.made_at) == (
            clip,
            ANN,
            b"words",
            clock.now(),
        )
        assert queue.clip_state(clip) is ClipState.REVIEWED
        assert queue.annotations_of(ANN, 5) == [submission]

    def test_clip_of_two_passes_is_reviewed_when_both_are_in(self, queue):
        queue.add_clip("twice", passes=2)
        self.submitted(queue, ANN)
        assert queue.clip_state("twice") is ClipState.IN_REVIEW
        self.submitted(queue, BEN)
        assert queue.clip_state("twice") is ClipState.REVIEWED

    def test_work_of_another_task_clip_author_or_key_than_its_lease_is_refused(self, queue, clip):
        queue.add_clip("other", passes=1, sort_key=9)
        lease, other = self.claimed(queue, ANN), self.claimed(queue, BEN)
        work = sealed(lease, b"text")
        for its_lease, forged in (
            (lease, replace(work, task_id=other.task_id)),
            (lease, replace(work, clip_id="other")),
            (lease, replace(work, author=BEN)),
            (replace(lease, submission_key=new_key()), work),
        ):
            with pytest.raises(NotLeased):
                queue.submit(its_lease, forged)

    def test_same_work_twice_is_one_submission(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        first = self.submit(queue, lease, b"sealed once", b"digest")
        clock.advance(60)
        second = self.submit(queue, lease, b"sealed again", b"digest")
        assert (second.annotation_id, second.submitted_at) == (first.annotation_id, first.submitted_at)
        assert (first.is_repeated, second.is_repeated) == (False, True)
        assert len(queue.annotations_of(ANN, 5)) == 1

    def test_same_key_with_other_work_is_refused_and_the_first_stands(self, queue, clip):
        lease = self.claimed(queue, ANN)
        self.submit(queue, lease, b"first", b"digest")
        queue.add_clip("other", passes=1)
        other = replace(self.claimed(queue, ANN), submission_key=lease.submission_key)
        for attempt in ((lease, b"second", b"other digest"), (other, b"first", b"digest")):
            with pytest.raises(SubmissionConflict):
                self.submit(queue, *attempt)
        assert [one.sealed for one in queue.annotations_of(ANN, 5)] == [b"first"]

    def test_same_work_twice_is_one_submission_even_after_the_task_went_on(self, queue, clip):
        lease = self.claimed(queue, ANN)
        first = self.submit(queue, lease, b"text", b"digest")
        queue.draw(lambda _: True)
        self.decide(queue, self.checked(queue), VerdictKind.RETURNED, b"why")
        self.claimed(queue, ANN)
        assert self.submit(queue, lease, b"text", b"digest").annotation_id == first.annotation_id

    def test_expired_lease_nobody_took_may_still_hand_in(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(100 * LEASE_SECONDS)
        assert self.submit(queue, lease, b"slow", b"digest").is_repeated is False

    def test_late_work_is_refused_and_can_be_kept(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        taken = self.claimed(queue, BEN)
        with pytest.raises(LeaseLost):
            self.submit(queue, lease, b"late", b"digest")
        queue.keep_late_draft(lease, b"late", key=lease.submission_key)
        (late,) = queue.late_drafts()
        assert (late.person_id, late.clip_id, late.sealed) == (ANN, clip, b"late")
        queue.check_lease(taken)

    def test_late_work_sent_again_is_kept_once_in_its_newest_form(self, queue, clip, clock):
        lease = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        self.claim(queue, BEN)
        queue.keep_late_draft(lease, b"older", key=lease.submission_key)
        queue.keep_late_draft(lease, b"newer", key=lease.submission_key)
        assert [late.sealed for late in queue.late_drafts()] == [b"newer"]

    def test_nobody_who_handed_in_a_late_draft_gets_the_clip_again(self, queue, clip, clock):
        self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        queue.release(self.claimed(queue, BEN), key=new_key())
        assert self.claim(queue, ANN) is None

    def test_adopted_draft_takes_the_pass_that_nobody_has_and_goes_to_a_review(self, queue, clip, clock):
        late = self.late(queue, clock)
        queue.release(queue.resume(BEN, TRANSCRIBE), key=new_key())
        (late,) = queue.late_drafts()
        assert (late.takes_pass, late.adopting_task) == (True, late.task_id)
        receipt = self.adopt(queue, late)
        assert queue.late_drafts() == []
        assert queue.state_of(receipt.annotation_id) == TaskState.QA_PENDING
        assert [work.sealed for work in queue.annotations_of(ANN, 5)] == [b"late"]
        assert queue.draw(lambda _: False) == DrawResult([], [])
        review = self.claimed(queue, QUE, REVIEW)
        assert review.reviewed_annotation == receipt.annotation_id
        self.decide(queue, review, VerdictKind.ACCEPTED)
        assert queue.final(clip).annotation_id == receipt.annotation_id

    def test_adopted_draft_is_another_pass_where_a_colleague_handed_in(self, queue, clip, clock):
        late = self.late(queue, clock)
        work = self.submit(queue, queue.resume(BEN, TRANSCRIBE), b"of ben").annotation_id
        queue.draw(lambda _: False)
        (late,) = queue.late_drafts()
        assert (late.takes_pass, late.handed_in, queue.clip_state(clip)) == (False, work, ClipState.FINAL)
        receipt = self.adopt(queue, late)
        assert queue.clip_state(clip) is ClipState.REVIEWED
        self.decide(queue, self.checked(queue), VerdictKind.ACCEPTED)
        assert queue.clip_state(clip) is ClipState.FINAL
        (passes,) = queue.passes_to_compare(9)
        assert [one.id for one in passes] == [work, receipt.annotation_id]

    def test_adopted_draft_is_rework_of_its_author_when_it_is_returned(self, queue, clip, clock):
        late = self.late(queue, clock)
        self.submit(queue, queue.resume(BEN, TRANSCRIBE), b"of ben")
        (late,) = queue.late_drafts()
        receipt = self.adopt(queue, late)
        self.decide(queue, self.checked(queue), VerdictKind.RETURNED, b"why")
        assert self.claimed(queue, ANN).returned_annotation == receipt.annotation_id

    def test_draft_is_adopted_once_however_often_it_is_asked(self, queue, clip, clock):
        late = self.late(queue, clock)
        clock.advance(LEASE_SECONDS)
        (late,) = queue.late_drafts()
        first, second = self.adopt(queue, late), self.adopt(queue, late)
        assert (first.annotation_id, second.is_repeated) == (second.annotation_id, True)
        assert [one.state for one in queue.late_drafts_of(ANN)] == [LateState.ADOPTED]
        assert queue.late_drafts_of(ANN)[0].annotation_id == first.annotation_id
        with pytest.raises(Refused) as refused:
            queue.dismiss_late_draft(late.id, LateReason.WRONG)
        assert refused.value.code == "LATE_DECIDED"

    def test_draft_is_not_adopted_while_a_colleague_has_the_task(self, queue, clip, clock):
        self.assert_not_adopted(queue, self.late(queue, clock), "TASK_LEASED")

    def test_draft_is_not_adopted_as_it_was_read_before_the_task_or_the_text_changed(
        self, queue, clip, clock
    ):
        late = self.late(queue, clock)
        held = queue.resume(BEN, TRANSCRIBE)
        queue.release(held, key=new_key())
        self.assert_not_adopted(queue, replace(late, takes_pass=False), "LATE_CHANGED")
        (free,) = queue.late_drafts()
        self.assert_not_adopted(queue, replace(free, sealed=b"older"), "LATE_CHANGED")

    def test_draft_of_somebody_whose_work_stands_is_not_adopted(self, queue, clip, clock):
        late = self.late(queue, clock)
        self.submit(queue, queue.resume(BEN, TRANSCRIBE), b"of ben")
        (late,) = queue.late_drafts()
        self.adopt(queue, late)
        queue.keep_late_draft(self.lost, b"even later", key=self.lost.submission_key)
        (again,) = queue.late_drafts()
        self.assert_not_adopted(queue, again, "LATE_HAS_PASS")

    def test_draft_of_a_review_or_of_another_clip_is_not_adopted(self, queue, clip, clock):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        lease = self.claimed(queue, QUE, REVIEW)
        clock.advance(LEASE_SECONDS)
        self.claimed(queue, DEE, REVIEW)
        queue.keep_late_draft(lease, b"review", key=lease.submission_key)
        (late,) = queue.late_drafts()
        self.assert_not_adopted(queue, late, "LATE_NOT_A_PASS")
        self.assert_not_adopted(queue, replace(late, id="nothing"), "NO_LATE_DRAFT")

    def test_draft_of_a_clip_that_was_adjudicated_or_is_on_hold_is_not_adopted(self, queue, clip, clock):
        late = self.late(queue, clock)
        self.submit(queue, queue.resume(BEN, TRANSCRIBE), b"of ben")
        queue.draw(lambda _: False)
        (late,) = queue.late_drafts()
        queue.hold(clip, HoldReason.TECHNICAL)
        with pytest.raises(ClipOnHold):
            self.adopt(queue, late)
        queue.end_hold(clip)
        queue.add_adjudication(clip)
        self.assert_not_adopted(queue, late, "LATE_ADJUDICATED")

    def test_dismissed_draft_stays_with_its_author_and_later_text_waits_again(self, queue, clip, clock):
        late = self.late(queue, clock)
        for _ in range(2):
            queue.dismiss_late_draft(late.id, LateReason.INCOMPLETE)
        assert (queue.late_drafts(), queue.counts().late_drafts) == ([], 0)
        (kept,) = queue.late_drafts_of(ANN)
        assert (kept.state, kept.reason, kept.sealed) == (LateState.DISMISSED, "incomplete", b"late")
        self.assert_not_adopted(queue, replace(late, takes_pass=False), "LATE_DECIDED")
        for attempt in (
            (late.id, LateReason.WRONG, "LATE_DECIDED"),
            ("x", LateReason.WRONG, "NO_LATE_DRAFT"),
        ):
            with pytest.raises(Refused) as refused:
                queue.dismiss_late_draft(*attempt[:2])
            assert refused.value.code == attempt[2]
        queue.keep_late_draft(self.lost, b"even later", key=self.lost.submission_key)
        assert [one.sealed for one in queue.late_drafts()] == [b"even later"]
        assert queue.late_drafts_of(BEN) == []

    def test_unknown_submission_is_refused(self, queue):
        with pytest.raises(Refused):
            queue.annotation("nothing")

    def test_returned_work_goes_to_its_author_first_and_names_what_came_back(self, queue, clip):
        queue.add_clip("other", passes=1, priority=5)
        queue.skip(self.claimed(queue, BEN), SkipReason.TECHNICAL, key=new_key())
        submission = self.sent_back(queue, ANN)
        assert queue.state_of(submission.id) == "returned"
        lease = self.claim(queue, ANN)
        assert lease.returned_annotation == submission.id
        assert queue.verdict_on(submission.id).comment == b"sealed comment"

    def test_returned_work_goes_to_nobody_else_while_it_waits_for_its_author(self, queue, clip):
        self.sent_back(queue, ANN)
        assert self.claim(queue, BEN) is None

    def test_returned_work_its_author_let_lapse_goes_to_a_colleague_blind(self, queue, clip, clock):
        self.sent_back(queue, ANN)
        self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        assert self.claimed(queue, BEN).returned_annotation is None

    def test_returned_work_released_by_its_author_waits_for_them_again(self, queue, clip):
        submission = self.sent_back(queue, ANN)
        queue.release(self.claimed(queue, ANN), key=new_key())
        assert self.claim(queue, BEN) is None
        assert self.claimed(queue, ANN).returned_annotation == submission.id

    def test_reworked_submission_is_drawn_anew(self, queue, clip):
        first = self.sent_back(queue, ANN)
        second = self.submitted(queue, ANN, b"better")
        assert queue.draw(lambda _: True).selected == [second.id]
        self.decide(queue, self.checked(queue), VerdictKind.ACCEPTED, None)
        assert queue.accepted() == [second]
        assert (queue.state_of(first.id), queue.state_of(second.id)) == ("returned", "accepted")


class QueueReviewsContract(QueueSetting):
    """How a queue draws, leases and decides reviews."""

    def test_draw_sends_each_submission_to_a_review_or_to_accepted(self, queue):
        queue.add_clip("a", passes=1, sort_key=1)
        queue.add_clip("b", passes=1, sort_key=2)
        first, second = self.submitted(queue, ANN), self.submitted(queue, ANN)
        result = queue.draw(lambda annotation_id: annotation_id == first.id)
        assert (result.selected, result.passed) == ([first.id], [second.id])
        assert queue.clip_state("a") is ClipState.REVIEWED
        assert queue.clip_state("b") is ClipState.FINAL
        assert (queue.state_of(first.id), queue.state_of(second.id)) == ("qa_pending", "accepted")

    def test_second_draw_finds_nothing_new(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        assert queue.undrawn() == 0
        result = queue.draw(lambda _: True)
        assert (result.selected, result.passed) == ([], [])

    def test_submissions_that_no_draw_has_dealt_with_are_counted(self, queue):
        for name in ("a", "b"):
            queue.add_clip(name, passes=1)
            self.submitted(queue, ANN)
        assert queue.undrawn() == 2
        queue.draw(lambda _: False)
        assert queue.undrawn() == 0

    def test_oldest_work_is_checked_first(self, queue, clock):
        for number in range(5):
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number)
        made = [self.submitted(queue, ANN) for _ in range(3)]
        clock.advance(60)
        made += [self.submitted(queue, ANN) for _ in range(2)]
        queue.draw(lambda _: True)
        assert [self.checked(queue, f"checker-{n}").reviewed_annotation for n in range(5)] == [
            one.id for one in made
        ]

    def test_nobody_checks_their_own_work(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        assert self.review(queue, ANN) is None

    def test_nobody_checks_a_clip_of_which_they_made_another_pass(self, queue):
        queue.add_clip("twice", passes=2)
        first = self.submitted(queue, ANN)
        self.submitted(queue, BEN)
        queue.draw(lambda annotation_id: annotation_id == first.id)
        assert self.review(queue, BEN) is None
        assert self.checked(queue, CEM).reviewed_annotation == first.id

    def test_nobody_checks_a_clip_they_are_at_work_on(self, queue):
        queue.add_clip("twice", passes=2)
        self.submitted(queue, ANN)
        self.claimed(queue, BEN)
        queue.draw(lambda _: True)
        assert self.review(queue, BEN) is None

    def test_nobody_checks_a_clip_whose_task_was_once_theirs(self, queue, clip):
        returned = self.sent_back(queue, ANN)
        queue.lead_release(returned.task_id)
        self.submitted(queue, BEN)
        queue.draw(lambda _: True)
        assert self.review(queue, ANN) is None

    def test_nobody_transcribes_a_clip_they_checked(self, queue):
        queue.add_clip("twice", passes=2)
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        self.checked(queue, QUE)
        assert self.claim(queue, QUE) is None

    def test_a_review_that_is_out_goes_to_nobody_else(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        self.checked(queue, QUE)
        assert self.review(queue, BEN) is None

    def test_own_unfinished_review_comes_first_with_the_blind_work(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.blind(queue, self.checked(queue), b"blind")
        assert queue.annotation(check.blind_annotation).sealed == b"blind"
        assert self.checked(queue).blind_annotation == check.blind_annotation

    def test_expired_review_goes_on_without_the_blind_version_of_the_first_which_stays(
        self, queue, clip, clock
    ):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        first = self.blind(queue, self.checked(queue, QUE), b"blind of que")
        clock.advance(LEASE_SECONDS)
        assert self.checked(queue, BEN).blind_annotation is None
        assert queue.annotation(first.blind_annotation).sealed == b"blind of que"
        with pytest.raises(LeaseLost):
            queue.decide(first, self.verdict(first, VerdictKind.ACCEPTED))

    def test_blind_work_that_lost_its_review_is_kept_the_newest_of_it(self, queue, clip, clock):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        first = self.checked(queue, QUE)
        clock.advance(LEASE_SECONDS)
        self.checked(queue, BEN)
        queue.keep_late_draft(first, b"older", key=first.submission_key)
        queue.keep_late_draft(first, b"newer", key=first.submission_key)
        (late,) = queue.late_drafts()
        assert (late.person_id, late.clip_id, late.sealed) == (QUE, clip, b"newer")

    def test_nothing_is_kept_of_a_review_of_a_clip_that_was_withdrawn(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.checked(queue, QUE)
        queue.withdraw_clip(clip, "consent")
        with pytest.raises(ClipWithdrawn):
            queue.keep_late_draft(check, b"typed", key=check.submission_key)
        assert queue.late_drafts() == []

    def test_second_blind_version_is_refused_and_the_first_stands(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.blind(queue, self.checked(queue), b"first")
        with pytest.raises(SubmissionConflict):
            self.blind(queue, check, b"second")
        assert self.checked(queue).blind_annotation == check.blind_annotation

    def test_nothing_is_decided_before_the_blind_version(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.checked(queue)
        with pytest.raises(Refused) as refused:
            queue.decide(check, self.verdict(check, VerdictKind.ACCEPTED))
        assert refused.value.code == "BLIND_FIRST"

    def test_live_review_passes_and_a_expired_or_lost_one_does_not(self, queue, clip, clock):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.checked(queue, QUE)
        queue.check_lease(check)
        clock.advance(LEASE_SECONDS)
        with pytest.raises(LeaseLapsed):
            queue.check_lease(check)
        self.checked(queue, BEN)
        with pytest.raises(LeaseLost) as lost:
            queue.check_lease(check)
        assert not isinstance(lost.value, LeaseLapsed)

    def test_accepted_work_is_final(self, queue, clip):
        submission = self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        self.decide(queue, self.checked(queue), VerdictKind.ACCEPTED, None)
        assert queue.clip_state(clip) is ClipState.FINAL
        assert queue.accepted() == [submission]
        assert self.review(queue, BEN) is None

    def test_same_verdict_twice_is_one_and_another_is_refused(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.blind(queue, self.checked(queue), b"blind")
        verdict = self.verdict(check, VerdictKind.ACCEPTED)
        queue.decide(check, verdict)
        queue.decide(check, verdict)
        for lease, other in (
            (check, self.verdict(check, VerdictKind.ACCEPTED)),
            (check, replace(verdict, kind=VerdictKind.RETURNED)),
            (replace(check, person_id=BEN), verdict),
        ):
            with pytest.raises(Refused) as refused:
                queue.decide(lease, other)
            assert refused.value.code == "DECIDED"
        assert queue.clip_state(clip) is ClipState.FINAL

    def test_same_verdict_under_an_older_token_is_refused(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        older = self.blind(queue, self.checked(queue, QUE), b"first")
        queue.release(older, key=new_key())
        newer = self.blind(queue, self.checked(queue, QUE), b"second")
        verdict = self.verdict(newer, VerdictKind.ACCEPTED)
        queue.decide(newer, verdict)
        with pytest.raises(Refused) as refused:
            queue.decide(older, verdict)
        assert refused.value.code == "DECIDED"

    def test_verdict_is_of_the_work_under_review_and_of_no_other(self, queue):
        for number in range(2):
            queue.add_clip(f"c{number}", passes=1, sort_key=number)
        first, second = self.submitted(queue, ANN), self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.blind(queue, self.checked(queue), b"blind")
        assert check.reviewed_annotation == first.id
        forged = replace(check, reviewed_annotation=second.id)
        with pytest.raises(NotLeased):
            queue.check_lease(forged)
        with pytest.raises(NotLeased):
            queue.decide(forged, self.verdict(forged, VerdictKind.ACCEPTED))
        for other in (forged, replace(check, person_id=BEN)):
            with pytest.raises(NotLeased):
                queue.decide(check, self.verdict(other, VerdictKind.ACCEPTED))

    def test_lease_names_its_own_annotations_whatever_its_bearer_wrote_into_it(self, queue, clip):
        work = self.sent_back(queue, ANN)
        lease = self.claimed(queue, ANN)
        queue.check_lease(lease)
        for forged in (replace(lease, returned_annotation=None), replace(lease, blind_annotation=work.id)):
            with pytest.raises(NotLeased):
                queue.check_lease(forged)

    def test_nobody_reviews_two_passes_of_one_clip(self, queue):
        queue.add_clip("twice", passes=2)
        self.submitted(queue, ANN)
        self.submitted(queue, BEN)
        queue.draw(lambda _: True)
        self.decide(queue, self.checked(queue, QUE), VerdictKind.ACCEPTED)
        assert self.review(queue, QUE) is None
        assert self.review(queue, "rex") is not None

    def test_expired_reviews_do_not_count_against_the_clip_nor_send_it_to_the_lead(self, queue, clock):
        queue.add_clip("twice", passes=2)
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        for reviewer in ("r1", "r2", "r3", "r4"):
            self.checked(queue, reviewer)
            clock.advance(LEASE_SECONDS)
        for person in (BEN, CEM, DEE):
            assert queue.clip_state("twice") is ClipState.IN_REVIEW
            lease = self.claimed(queue, person)
            queue.skip(lease, SkipReason.TECHNICAL, key=new_key())
        queue.lead_release(lease.task_id)
        assert self.review(queue, QUE) is not None
        assert queue.clip_state("twice") is ClipState.IN_REVIEW

    def test_work_without_review_has_a_verdict_too_and_is_final(self, queue, clip):
        work = self.submitted(queue, ANN)
        queue.draw(lambda _: False)
        verdict = queue.verdict_on(work.id)
        assert (verdict.kind, verdict.person_id) == (VerdictKind.PASSED, "")
        assert queue.final(clip) == FinalAnnotation(clip, work.id, verdict.id)

    def test_final_annotation_names_the_verdict_behind_it(self, queue, clip):
        work = self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        assert queue.final(clip) is None
        verdict = self.decide(queue, self.checked(queue), VerdictKind.ACCEPTED)
        assert queue.final(clip) == FinalAnnotation(clip, work.id, verdict.id)

    def test_accepted_with_fixes_makes_the_reviewer_s_version_stand(self, queue, clip):
        work = self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.blind(queue, self.checked(queue), b"fixed")
        self.decide(queue, check, VerdictKind.ACCEPTED_WITH_FIXES)
        assert [one.id for one in queue.accepted()] == [check.blind_annotation]
        assert queue.final(clip).annotation_id == check.blind_annotation
        assert queue.state_of(work.id) == "accepted"

    def test_export_gets_finished_clips_and_the_accepted_work_of_all_their_passes(self, queue):
        for number in range(3):
            queue.add_clip(f"c{number}", passes=2, sort_key=number)
        queue.add_clip("z", passes=1, sort_key=9)
        for _ in range(3):
            self.submitted(queue, ANN)
            self.submitted(queue, BEN)
        queue.draw(lambda _: False)
        assert queue.exportable() == ["c0", "c1", "c2"]
        work = queue.exportable_work(["c2", "c0", "z", "unknown"])
        assert [one.clip_id for one in work] == ["c2", "c2", "c0", "c0"]
        assert work[2:] + queue.exportable_work(["c1"]) + work[:2] == queue.accepted()
        queue.mark_exported(["c0"])
        assert queue.exportable_work(["c0"]) == work[2:]
        queue.withdraw_clip("c0", "legal")
        assert queue.exportable_work(["c0", "c1"]) == queue.exportable_work(["c1"])
        assert queue.exportable() == ["c1", "c2"]

    def test_what_is_accepted_or_final_is_told_for_many_at_once(self, queue, clip):
        work = self.submitted(queue, ANN)
        assert queue.accepted_among([work.id]) == {}
        queue.draw(lambda _: True)
        assert queue.accepted_among([work.id]) == {}
        check = self.blind(queue, self.checked(queue), b"fixed")
        assert queue.accepted_among([check.blind_annotation]) == {}
        assert queue.finals([clip]) == {}
        self.decide(queue, check, VerdictKind.ACCEPTED_WITH_FIXES)
        asked = [work.id, check.blind_annotation, "a-none"]
        assert queue.accepted_among(asked) == dict.fromkeys(asked[:2], clip)
        assert queue.finals([clip, "c-none"]) == {clip: check.blind_annotation}

    def test_passes_that_differ_are_adjudicated_by_somebody_who_had_neither(self, queue):
        queue.add_clip("twice", passes=2)
        for person in (ANN, BEN):
            self.submitted(queue, person)
        with pytest.raises(Refused):
            queue.add_adjudication("twice")
        queue.draw(lambda _: False)
        assert queue.final("twice") is None
        task = queue.add_adjudication("twice")
        assert queue.add_adjudication("twice") == task
        assert queue.clip_state("twice") is ClipState.REVIEWED
        assert [self.claim(queue, person, ADJUDICATE) for person in (ANN, BEN)] == [None, None]
        lease = self.claimed(queue, QUE, ADJUDICATE)
        receipt = self.submit(queue, lease, b"third")
        assert queue.final("twice").annotation_id == receipt.annotation_id
        assert queue.clip_state("twice") is ClipState.FINAL

    def test_accepted_passes_are_given_for_comparison_until_they_agree_or_are_adjudicated(self, queue):
        for clip_id in ("a", "b", "c"):
            queue.add_clip(clip_id, passes=2)
            works = [self.submitted(queue, person) for person in (ANN, BEN)]
            assert queue.passes_to_compare(9) == []
            queue.draw(lambda _: False)
            (passes,) = queue.passes_to_compare(9)
            assert [one.id for one in passes] == [one.id for one in works]
            assert queue.accepted_passes(clip_id) == passes
            if clip_id == "c":
                break
            queue.set_passes_agree(clip_id)
            queue.set_passes_agree(clip_id)
        assert queue.passes_to_compare(9, after="c") == []
        assert not queue.has_adjudication("c")
        queue.add_adjudication("c")
        assert queue.has_adjudication("c")
        assert queue.passes_to_compare(9) == []
        assert (queue.counts().undecided, queue.counts().adjudications) == (1, {"open": 1})

    def test_an_exported_clip_can_be_adjudicated_and_stays_exported(self, queue):
        queue.add_clip("twice", passes=2)
        for person in (ANN, BEN):
            self.submitted(queue, person)
        queue.draw(lambda _: False)
        queue.mark_exported(["twice"])
        queue.add_adjudication("twice")
        receipt = self.submit(queue, self.claimed(queue, QUE, ADJUDICATE), b"third")
        assert queue.final("twice").annotation_id == receipt.annotation_id
        assert queue.clip_state("twice") is ClipState.EXPORTED

    def test_several_passes_that_agree_are_made_final_by_whoever_compared_them(self, queue):
        queue.add_clip("twice", passes=2)
        first = self.submitted(queue, ANN)
        self.submitted(queue, BEN)
        queue.draw(lambda _: False)
        final = FinalAnnotation("twice", first.id, queue.verdict_on(first.id).id)
        queue.set_final(final)
        assert queue.final("twice") == final


class QueueLeadContract(QueueSetting):
    """What a queue does for the lead."""

    def test_counts_name_every_state(self, queue):
        queue.add_clip("a", passes=2, sort_key=1)
        queue.add_clip("b", passes=1, quarantined=True)
        self.claimed(queue, ANN)
        counts = queue.counts()
        assert counts.clips == {"in_review": 1, "quarantined": 1}
        assert counts.tasks == {"held_back": 1, "leased": 1, "open": 1}
        assert counts.late_drafts == 0

    def test_clips_in_quarantine_come_page_by_page(self, queue):
        for clip_id in ("c", "B", "a"):
            queue.add_clip(clip_id, passes=1, quarantined=True)
        queue.add_clip("b", passes=1)
        assert queue.quarantined(2) == ["B", "a"]
        assert queue.quarantined(2, after="a") == ["c"]
        assert queue.quarantined(2, after="c") == []

    def test_the_states_of_clips_are_told_of_those_that_are_known(self, queue):
        queue.add_clip("a", passes=1, quarantined=True)
        queue.add_clip("b", passes=1)
        queue.add_clip("c", passes=1)
        found = queue.clip_states(["b", "a", "nothing"])
        assert found == {"a": ClipState.QUARANTINED, "b": ClipState.READY}
        assert queue.clip_states([]) == {}

    def test_a_clip_leaves_quarantine_once_and_can_be_taken(self, queue):
        queue.add_clip("a", passes=2, quarantined=True)
        queue.add_clip("b", passes=1)
        assert queue.quarantined(10) == ["a"]
        queue.end_quarantine("a")
        assert queue.quarantined(10) == []
        assert queue.clip_state("a") is ClipState.READY
        assert len(queue.open_passes("a")) == 2
        for clip_id in ("a", "b"):
            with pytest.raises(Refused) as refused:
                queue.end_quarantine(clip_id)
            assert refused.value.code == "NOT_QUARANTINED"

    def test_open_passes_are_those_that_nobody_has(self, queue):
        queue.add_clip("a", passes=2)
        lease = self.claimed(queue, ANN)
        assert lease.task_id not in queue.open_passes("a")
        assert len(queue.open_passes("a")) == 1

    def test_task_of_a_clip_that_waits_for_the_lead_is_not_counted_as_open(self, queue, clip):
        for person in (ANN, BEN, CEM):
            lease = self.claimed(queue, person)
            queue.skip(lease, SkipReason.TECHNICAL, key=new_key())
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
        while (lease := self.claim(queue, ANN)) is not None:
            taken.append(lease)
        assert queue.counts().tasks == {"held_back": 2, "leased": len(taken), "open": 1}
        assert queue.daily_counts(BEN, TRANSCRIBE, from_micros(0)).waiting == 1

    def test_today_counts_what_waits_what_was_done_and_what_came_back(self, queue, clock):
        for number in range(4):
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number)
        self.submitted(queue, ANN)
        clock.advance(86_400)
        midnight = clock.now()
        self.sent_back(queue, ANN)
        queue.skip(self.claimed(queue, BEN), SkipReason.TECHNICAL, key=new_key())
        self.claimed(queue, CEM)
        assert queue.daily_counts(ANN, TRANSCRIBE, midnight) == DailyCounts(
            waiting=2, submitted=1, returned=1
        )
        assert queue.daily_counts(BEN, TRANSCRIBE, midnight) == DailyCounts(
            waiting=1, submitted=0, returned=0
        )

    def test_work_of_each_person_is_counted(self, queue):
        for number in range(4):
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number)
        self.sent_back(queue, ANN)
        self.submitted(queue, ANN, b"better")
        queue.draw(lambda _: True)
        self.decide(queue, self.checked(queue), VerdictKind.ACCEPTED, None)
        self.submitted(queue, ANN)
        queue.draw(lambda _: False)
        queue.skip(self.claimed(queue, BEN), SkipReason.TECHNICAL, key=new_key())
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
        queue.release(task, key=new_key())
        queue.release(other, key=new_key())
        queue.assign(other.task_id, BEN)
        assert self.claimed(queue, ANN).clip_id == "first"
        assert self.claim(queue, ANN) is None
        assert self.claimed(queue, BEN).clip_id == "second"

    def test_task_that_is_out_or_done_cannot_be_assigned(self, queue, clip):
        lease = self.claimed(queue, ANN)
        with pytest.raises(Refused):
            queue.assign(lease.task_id, BEN)
        self.submit(queue, lease, b"text", b"digest")
        with pytest.raises(Refused):
            queue.assign(lease.task_id, BEN)

    def test_task_cannot_be_assigned_to_somebody_who_had_the_clip(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.skip(lease, SkipReason.TECHNICAL, key=new_key())
        with pytest.raises(Refused):
            queue.assign(lease.task_id, ANN)

    def test_adjudication_is_assigned_to_whoever_did_not_have_the_clip_and_comes_to_nobody_else(self, queue):
        queue.add_clip("twice", passes=2)
        for person in (ANN, BEN):
            self.submitted(queue, person)
        queue.draw(lambda _: False)
        task = queue.add_adjudication("twice")
        assert queue.kind_of(task) is TaskKind.ADJUDICATE
        with pytest.raises(Refused) as refused:
            queue.assign(task, BEN)
        assert refused.value.code == "HAD_CLIP"
        queue.assign(task, QUE)
        assert self.claim(queue, DEE, ADJUDICATE) is None
        assert self.claimed(queue, QUE, ADJUDICATE).task_id == task

    def test_kind_of_a_task_is_told_and_of_none_refused(self, queue, clip):
        work = self.submitted(queue, ANN)
        assert queue.kind_of(work.task_id) is TaskKind.TRANSCRIBE
        queue.draw(lambda _: True)
        assert queue.kind_of(self.checked(queue).task_id) is TaskKind.REVIEW
        with pytest.raises(Refused) as refused:
            queue.kind_of("nothing")
        assert refused.value.code == "NO_TASK"

    def test_assigning_puts_a_held_clip_back_to_work(self, queue, clip):
        for person in (ANN, BEN, CEM):
            lease = self.claimed(queue, person)
            queue.skip(lease, SkipReason.TECHNICAL, key=new_key())
        queue.assign(lease.task_id, DEE)
        assert queue.clip_state(clip) is ClipState.READY
        assert self.claimed(queue, DEE).clip_id == clip

    def test_lead_takes_a_task_from_who_has_it_and_their_work_is_late(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.lead_release(lease.task_id)
        with pytest.raises(LeaseLost):
            self.submit(queue, lease, b"typed", b"digest")
        assert self.claim(queue, ANN) is None
        assert self.claimed(queue, BEN).clip_id == clip

    def test_lead_opens_returned_work_to_all(self, queue, clip):
        submission = self.sent_back(queue, ANN)
        queue.lead_release(submission.task_id)
        assert self.claim(queue, ANN) is None
        assert self.claimed(queue, BEN).returned_annotation is None

    def test_quarantined_clip_goes_to_nobody_in_any_way(self, queue):
        queue.add_clip("private", passes=1, quarantined=True)
        assert queue.waiting(TRANSCRIBE) == 0
        assert self.claim(queue, BEN) is None

    def test_accepted_work_is_in_order_of_clip_and_pass(self, queue):
        queue.add_clip("b", passes=1, sort_key=1)
        queue.add_clip("a", passes=2, sort_key=2)
        for person in (ANN, ANN, BEN):
            self.submitted(queue, person)
        queue.draw(lambda _: False)
        assert [(one.clip_id, one.author) for one in queue.accepted()] == [
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
            queue.assign("nothing", ANN)

    def test_withdrawn_clip_is_given_to_nobody_and_leaves_a_tombstone(self, queue, clip):
        queue.withdraw_clip(clip, "consent withdrawn")
        assert self.claim(queue, ANN) is None
        assert queue.clip_state(clip) is ClipState.PURGED

    @pytest.mark.parametrize("act", ["check_lease", "renew", "release"])
    def test_lease_of_a_withdrawn_clip_ends(self, queue, clip, act):
        lease = self.claimed(queue, ANN)
        queue.withdraw_clip(clip, "consent withdrawn")
        with pytest.raises(ClipWithdrawn):
            self.do(queue, act, lease)

    def test_work_on_a_withdrawn_clip_is_not_taken_in_nor_kept(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.withdraw_clip(clip, "consent withdrawn")
        with pytest.raises(ClipWithdrawn):
            self.submit(queue, lease, b"text", b"digest")
        with pytest.raises(ClipWithdrawn):
            queue.keep_late_draft(lease, b"text", key=lease.submission_key)
        assert queue.late_drafts() == []

    def test_what_was_handed_in_on_a_withdrawn_clip_is_deleted(self, queue, clip):
        submission = self.sent_back(queue, ANN)
        queue.withdraw_clip(clip, "retention")
        assert queue.annotation(submission.id).sealed == b""
        assert queue.verdict_on(submission.id).comment is None
        assert self.claim(queue, ANN) is None

    def test_accepted_work_of_a_withdrawn_clip_is_not_exported(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: False)
        queue.withdraw_clip(clip, "retention")
        assert queue.accepted() == []

    def test_review_of_a_withdrawn_clip_ends(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        check = self.checked(queue)
        queue.withdraw_clip(clip, "retention")
        with pytest.raises(ClipWithdrawn):
            self.decide(queue, check, VerdictKind.ACCEPTED, None)
        assert self.review(queue, QUE) is None


class QueueHoldContract(QueueSetting):
    """Clips on hold, and the list of all clips."""

    def test_clip_on_hold_goes_to_nobody_and_is_not_counted_as_open(self, queue, clip):
        queue.hold(clip, HoldReason.TECHNICAL)
        assert self.claim(queue, ANN) is None
        assert self.prefetch(queue, ANN) is None
        assert queue.counts().tasks == {"held_back": 1}
        assert queue.waiting(TRANSCRIBE) == 0
        assert queue.daily_counts(ANN, TRANSCRIBE, NOON).waiting == 0
        assert queue.holds() == {clip: HoldReason.TECHNICAL}

    def test_lease_of_a_clip_on_hold_passes_no_check_and_goes_on_after_it(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.hold(clip, HoldReason.TECHNICAL)
        for act in (queue.check_lease, queue.renew):
            with pytest.raises(ClipOnHold):
                act(lease)
        assert queue.resume(ANN, TRANSCRIBE) is None
        queue.end_hold(clip)
        queue.check_lease(lease)
        assert queue.resume(ANN, TRANSCRIBE).token == lease.token

    def test_what_was_typed_before_a_hold_can_still_be_submitted(self, queue, clip):
        lease = self.claimed(queue, ANN)
        queue.hold(clip, HoldReason.TECHNICAL)
        self.submit(queue, lease, b"typed")
        assert queue.clip_state(clip) is ClipState.REVIEWED

    def test_review_of_a_clip_on_hold_goes_to_nobody(self, queue, clip):
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        queue.hold(clip, HoldReason.RESERVED)
        assert self.review(queue) is None
        queue.end_hold(clip)
        assert self.review(queue) is not None

    def test_clip_on_hold_cannot_be_assigned_and_a_second_hold_changes_the_reason(self, queue, clip):
        queue.hold(clip, HoldReason.TECHNICAL)
        queue.hold(clip, HoldReason.RESERVED)
        assert queue.holds() == {clip: HoldReason.RESERVED}
        with pytest.raises(ClipOnHold):
            queue.assign(queue.open_passes(clip)[0], ANN)

    def test_only_a_hold_that_is_there_can_end_and_a_purged_clip_has_none(self, queue, clip):
        with pytest.raises(Refused) as refused:
            queue.end_hold(clip)
        assert refused.value.code == "NOT_ON_HOLD"
        queue.hold(clip, HoldReason.TECHNICAL)
        queue.withdraw_clip(clip, "retention")
        assert queue.holds() == {}
        with pytest.raises(ClipWithdrawn):
            queue.hold(clip, HoldReason.TECHNICAL)
        with pytest.raises(Refused):
            queue.hold("unknown", HoldReason.TECHNICAL)

    def test_list_says_who_has_and_did_a_clip_and_when(self, queue, clock):
        queue.add_clip("a", passes=2)
        queue.add_clip("b", passes=1, sort_key=1, quarantined=True)
        self.submitted(queue, ANN)
        self.claimed(queue, BEN)
        a, b = queue.listed()
        assert (a.clip_id, a.state, a.passes, a.done) == ("a", ClipState.IN_REVIEW, 2, 1)
        assert (a.has, a.did, a.assigned, a.refusals) == (BEN, ANN, "", "")
        assert a.changed_at == to_micros(clock.now())
        assert (b.clip_id, b.state, b.has, b.did, b.changed_at) == ("b", ClipState.QUARANTINED, "", "", 0)

    def test_one_clip_is_listed_as_among_all(self, queue, clock):
        for number in range(3):
            queue.add_clip(f"clip-{number}", passes=2)
        self.submitted(queue, ANN)
        queue.skip(self.claimed(queue, BEN), SkipReason.TECHNICAL, key=new_key())
        self.claimed(queue, CEM)
        queue.hold("clip-2", HoldReason.TECHNICAL)
        assert [queue.listed_clip(each.clip_id) for each in queue.listed()] == list(queue.listed())
        with pytest.raises(Refused) as refused:
            queue.listed_clip("nothing")
        assert refused.value.code == "NO_CLIP"

    def test_done_passes_are_those_that_stand_with_who_made_them_and_when(self, queue, clock):
        queue.add_clip("a", passes=2)
        first = self.submitted(queue, ANN)
        clock.advance(60)
        self.submitted(queue, BEN)
        when = to_micros(first.made_at)
        assert list(queue.done_passes()) == [("a", ANN, when), ("a", BEN, when + 60_000_000)]
        queue.take_back(ANN, first.id, key=new_key())
        assert [each.author for each in queue.done_passes()] == [BEN]

    def test_list_says_why_a_clip_was_skipped_and_that_a_lease_expired(self, queue, clip, clock):
        queue.skip(self.claimed(queue, ANN), SkipReason.TECHNICAL, key=new_key())
        self.claimed(queue, BEN)
        clock.advance(10 * 3600)
        assert next(iter(queue.listed())).has == ""
        self.claimed(queue, CEM)
        (listed,) = queue.listed()
        assert (listed.has, sorted(listed.refusals.split(","))) == (CEM, ["expiry", "technical"])

    def test_list_says_to_whom_a_clip_is_assigned_and_the_reason_of_a_hold(self, queue, clip):
        queue.assign(queue.open_passes(clip)[0], DEE)
        queue.hold(clip, HoldReason.INSTRUCTIONS)
        (listed,) = queue.listed()
        assert (listed.assigned, listed.hold) == (DEE, "instructions")

    def test_tasks_of_a_clip_are_its_passes_and_then_its_reviews(self, queue, clip):
        work = self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        tasks = queue.tasks_of(clip)
        assert [state for _, state in tasks] == [TaskState.QA_PENDING, TaskState.OPEN]
        assert tasks[0][0] == work.task_id


class QueueKeysContract(QueueSetting):
    """The same act under the same key is one act, with the same answer."""

    def test_claim_asked_again_gives_the_same_lease(self, queue):
        for number in range(3):
            queue.add_clip(f"c{number}", passes=1, sort_key=number)
        key = new_key()
        lease = queue.claim(ANN, TRANSCRIBE, key=key)
        assert queue.claim(ANN, TRANSCRIBE, key=key) == lease
        assert queue.counts().tasks == {"leased": 1, "open": 2}

    @pytest.mark.parametrize("act", ["claim", "claim_prefetch"])
    def test_delayed_duplicate_of_a_claim_leases_nothing(self, queue, clip, act):
        claim, key, empty = getattr(queue, act), new_key(), new_key()
        assert claim(ANN, REVIEW, key=empty) is None
        for number in range(3):
            queue.add_clip(f"c{number}", passes=1, sort_key=number)
        lease = claim(ANN, TRANSCRIBE, key=key)
        queue.lead_release(lease.task_id)
        assert claim(ANN, TRANSCRIBE, key=key) == lease
        assert claim(ANN, TRANSCRIBE, key=empty) is None
        assert queue.leases() == []
        with pytest.raises(LeaseLost):
            queue.check_lease(lease)

    def test_skip_asked_again_counts_once_and_is_no_error(self, queue, clip):
        lease, key = self.claimed(queue, ANN), new_key()
        for _ in range(3):
            queue.skip(lease, SkipReason.CANNOT_UNDERSTAND, key=key)
        assert queue.clip_state(clip) is ClipState.READY
        with pytest.raises(LeaseLost):
            queue.skip(lease, SkipReason.CANNOT_UNDERSTAND, key=new_key())

    def test_release_asked_again_takes_nothing_from_whoever_has_it_now(self, queue, clip):
        lease, key = self.claimed(queue, ANN), new_key()
        queue.release(lease, key=key)
        taken = self.claimed(queue, BEN)
        queue.release(lease, key=key)
        queue.check_lease(taken)

    def test_what_was_answered_is_known_for_a_week_and_then_forgotten(self, queue, clip, clock):
        lease, key = self.claimed(queue, ANN), new_key()
        queue.release(lease, key=key)
        queue.release(self.claimed(queue, BEN), key=new_key())
        clock.advance(6 * 24 * 3600)
        queue.release(lease, key=key)
        clock.advance(6 * 24 * 3600)
        queue.release(self.claimed(queue, CEM), key=new_key())
        with pytest.raises(LeaseLost):
            queue.release(lease, key=key)

    def test_claim_under_a_key_of_more_than_a_week_ago_is_a_new_one(self, queue, clip, clock):
        key = new_key()
        lease = queue.claim(ANN, TRANSCRIBE, key=key)
        queue.release(lease, key=new_key())
        clock.advance(8 * 24 * 3600)
        queue.release(self.claimed(queue, CEM), key=new_key())
        again = queue.claim(ANN, TRANSCRIBE, key=key)
        assert (again.task_id, again.token > lease.token) == (lease.task_id, True)
        assert again.submission_key != lease.submission_key
        assert queue.claim(ANN, TRANSCRIBE, key=key) == again

    def test_prefetched_task_is_begun_once_with_its_token_and_key(self, queue):
        for number in range(4):
            queue.add_clip(f"c{number}", passes=1, sort_key=number)
        self.claimed(queue, ANN)
        prefetched = self.prefetched(queue, ANN)
        begun = queue.begin_prefetched(prefetched)
        assert queue.begin_prefetched(prefetched) == begun
        assert (begun.token, begun.submission_key) == (prefetched.token, prefetched.submission_key)
        queue.check_lease(begun)
        with pytest.raises(NotLeased):
            queue.check_lease(prefetched)

    def test_prefetched_task_given_back_twice_is_given_back_once(self, queue):
        for number in range(4):
            queue.add_clip(f"c{number}", passes=1, sort_key=number)
        self.claimed(queue, ANN)
        prefetched, key = self.prefetched(queue, ANN), new_key()
        assert queue.release_prefetched(ANN, key=key) == prefetched
        assert queue.release_prefetched(ANN, key=key) == prefetched

    def test_no_task_is_handed_out_once_consent_or_retention_has_ended(self, queue, clock):
        queue.add_clip("ends", passes=3, open_until=clock.now() + timedelta(seconds=60))
        self.submitted(queue, CEM)
        queue.draw(lambda _: True)
        lease = self.claimed(queue, ANN)
        clock.advance(60)
        assert self.claim(queue, BEN) is None
        assert self.review(queue) is None
        assert queue.resume(ANN, TRANSCRIBE) is None
        assert queue.waiting(TRANSCRIBE | REVIEW) == 0
        assert queue.daily_counts(BEN, TRANSCRIBE, clock.now()).waiting == 0
        assert lease.clip_id == "ends"

    def test_moment_until_which_tasks_are_handed_out_can_be_moved_either_way(self, queue, clock):
        for clip in ("longer", "shorter"):
            queue.add_clip(clip, passes=1, open_until=clock.now() + timedelta(seconds=60))
        for _ in range(2):
            queue.keep_open_until("longer", clock.now() + timedelta(seconds=90))
            queue.keep_open_until("shorter", clock.now() + timedelta(seconds=30))
        clock.advance(60)
        assert self.claimed(queue, ANN).clip_id == "longer"
        assert self.claim(queue, BEN) is None
        clock.advance(30)
        assert queue.resume(ANN, TRANSCRIBE) is None


class QueueLanguagesContract(QueueSetting):
    """Whose clips come to whom."""

    def add(self, queue: Queue, *locales: str) -> None:
        for number, locale in enumerate(locales):
            queue.add_clip(f"{locale or 'none'}-{number}", passes=1, sort_key=number, locale=locale)

    def claimed_by(self, queue: Queue, person: str) -> list[str]:
        clips = []
        while (lease := self.claim(queue, person)) is not None:
            clips.append(lease.clip_id)
            self.submit(queue, lease, b"text")
        return clips

    def test_person_gets_only_clips_of_their_languages_and_of_none(self, queue: Queue) -> None:
        self.add(queue, "de-DE", "en-US", "", "en-GB", "en", "und")
        queue.set_languages(ANN, ["en-gb"], key=new_key())
        assert self.count(queue, ANN) == 4
        assert self.claimed_by(queue, ANN) == ["none-2", "en-GB-3", "en-4", "und-5"]
        assert self.count(queue, ANN) == 0

    def test_person_without_languages_gets_every_clip_in_order(self, queue: Queue) -> None:
        self.add(queue, "en-US", "de-DE", "en-GB", "cs-CZ")
        queue.set_languages(ANN, ["de"], key=new_key())
        queue.set_languages(ANN, [], key=new_key())
        assert self.claimed_by(queue, ANN) == ["en-US-0", "de-DE-1", "en-GB-2", "cs-CZ-3"]

    def test_languages_are_listed_in_their_usual_form(self, queue: Queue) -> None:
        assert queue.set_languages(ANN, ["EN-gb", "de", "DE"], key=new_key()) == ("de", "en-GB")
        assert queue.languages() == {ANN: ("de", "en-GB")}

    def test_invalid_tag_is_refused_and_changes_nothing(self, queue: Queue) -> None:
        queue.set_languages(ANN, ["de"], key=new_key())
        with pytest.raises(Refused, match="NOT_A_LANGUAGE"):
            queue.set_languages(ANN, ["en", "english"], key=new_key())
        assert queue.languages() == {ANN: ("de",)}

    def test_prefetch_gives_only_languages_of_the_person_and_leaves_one_of_them(self, queue: Queue) -> None:
        self.add(queue, "de-DE", "de-DE", "en-US", "en-US", "en-US", "de-DE")
        queue.set_languages(ANN, ["de"], key=new_key())
        self.claimed(queue, ANN)
        assert self.prefetched(queue, ANN).clip_id == "de-DE-1"
        queue.release_prefetched(ANN, key=new_key())
        self.submitted(queue, BEN)
        assert self.prefetch(queue, ANN) is None

    def test_expired_lease_goes_to_somebody_who_has_the_language(
        self, queue: Queue, clock: FakeClock
    ) -> None:
        self.add(queue, "de-DE")
        self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS)
        queue.set_languages(BEN, ["en"], key=new_key())
        queue.set_languages(CEM, ["de"], key=new_key())
        assert self.claim(queue, BEN) is None
        assert self.claimed(queue, CEM).clip_id == "de-DE-0"

    def test_lease_outlives_the_language(self, queue: Queue) -> None:
        self.add(queue, "de-DE", "de-DE")
        lease = self.claimed(queue, ANN)
        queue.set_languages(ANN, ["en"], key=new_key())
        assert queue.resume(ANN, TRANSCRIBE) == lease
        queue.renew(lease)
        self.submit(queue, lease, b"text")
        assert self.claim(queue, ANN) is None

    def test_skip_for_the_language_is_no_strike_and_goes_to_somebody_else(self, queue: Queue) -> None:
        self.add(queue, "de-DE")
        for person in (ANN, BEN, CEM):
            queue.skip(self.claimed(queue, person), SkipReason.NOT_MY_LANGUAGE, key=new_key())
        assert self.claim(queue, ANN) is None
        assert queue.held() == []
        queue.set_languages(DEE, ["de"], key=new_key())
        assert self.claimed(queue, DEE).clip_id == "de-DE-0"

    def test_skip_for_the_language_is_not_among_a_persons_skips(self, queue: Queue) -> None:
        self.add(queue, "de-DE", "de-DE")
        queue.skip(self.claimed(queue, ANN), SkipReason.NOT_MY_LANGUAGE, key=new_key())
        queue.skip(self.claimed(queue, ANN), SkipReason.TECHNICAL, key=new_key())
        self.claimed_by(queue, BEN)  # the clip is transcribed by somebody else in the end
        assert {each.person_id: each.skipped for each in queue.work_by_person()} == {ANN: 1, BEN: 0}

    def test_languages_that_are_sent_again_change_nothing(self, queue: Queue) -> None:
        key = new_key()
        queue.set_languages(ANN, ["de"], key=key)
        queue.set_languages(ANN, ["en"], key=new_key())
        assert queue.set_languages(ANN, ["de"], key=key) == ("de",)
        assert queue.languages() == {ANN: ("en",)}

    def test_clip_comes_to_whoever_has_its_macrolanguage(self, queue: Queue) -> None:
        self.add(queue, "cmn-Hans", "yue")
        queue.set_languages(ANN, ["zh"], key=new_key())
        assert self.claimed_by(queue, ANN) == ["cmn-Hans-0"]

    def test_lead_may_assign_a_clip_of_another_language(self, queue: Queue) -> None:
        self.add(queue, "de-DE")
        task = self.claimed(queue, BEN)
        queue.release(task, key=new_key())
        queue.set_languages(ANN, ["en"], key=new_key())
        queue.assign(task.task_id, ANN)
        assert self.count(queue, ANN) == 1
        assert self.claimed(queue, ANN).task_id == task.task_id

    def test_review_goes_to_a_reviewer_who_has_the_language(self, queue: Queue) -> None:
        self.add(queue, "de-DE", "en-US")
        self.claimed_by(queue, ANN)
        queue.draw(lambda _annotation: True)
        queue.set_languages(QUE, ["en"], key=new_key())
        assert self.count(queue, QUE, REVIEW) == 1
        self.decide(queue, self.checked(queue), VerdictKind.ACCEPTED)
        assert self.review(queue) is None

    def test_what_nobody_can_take_is_counted_by_language(self, queue: Queue) -> None:
        self.add(queue, "de-DE", "en-US", "cs-CZ", "cs-CZ", "und")
        queue.set_languages(ANN, ["en"], key=new_key())
        queue.set_languages(BEN, ["de"], key=new_key())
        assert self.untaken(queue, ANN, BEN) == {"cs-CZ": 2}
        queue.skip(self.claimed(queue, BEN), SkipReason.TECHNICAL, key=new_key())
        assert self.untaken(queue, ANN, BEN) == {"cs-CZ": 2, "de-DE": 1}
        assert self.untaken(queue) == {"cs-CZ": 2, "de-DE": 1, "en-US": 1, "und": 1}

    def count(self, queue: Queue, person: str, kinds: frozenset[TaskKind] = TRANSCRIBE) -> int:
        return queue.daily_counts(person, kinds, from_micros(0)).waiting

    def untaken(self, queue: Queue, *people: str) -> dict[str, int]:
        counts = queue.without_taker({TaskKind.TRANSCRIBE: people})
        return {each.locale: each.count for each in counts}


class QueueRoutingContract(QueueSetting):
    """Tasks that ask for a skill, and which tasks come first."""

    def clips_of(self, queue: Queue, person: str) -> list[str]:
        clips = []
        while (lease := self.claim(queue, person)) is not None:
            clips.append(lease.clip_id)
            self.submit(queue, lease, b"text")
        return clips

    def count(self, queue: Queue, person: str) -> int:
        return queue.daily_counts(person, TRANSCRIBE, from_micros(0)).waiting

    def test_task_that_asks_for_a_skill_comes_only_to_people_who_have_it(self, queue: Queue) -> None:
        queue.add_clip("plain", passes=1, sort_key=1, locale="de-DE")
        queue.add_clip("medical", passes=2, sort_key=0, locale="de-DE", skill="medical")
        queue.add_clip("english", passes=1, sort_key=2, locale="en-US", skill="medical")
        queue.set_skills(BEN, ["medical"], key=new_key())
        queue.set_languages(BEN, ["de"], key=new_key())
        assert (self.count(queue, ANN), self.count(queue, BEN)) == (1, 3)
        assert self.clips_of(queue, ANN) == ["plain"]
        assert self.clips_of(queue, BEN) == ["medical"]

    def test_skills_are_listed_in_their_usual_form_and_replaced(self, queue: Queue) -> None:
        found = queue.set_skills(ANN, ["Medical ", "code-switching", "medical"], key=new_key())
        assert found == ("code-switching", "medical")
        assert queue.skills() == {ANN: found}
        assert queue.set_skills(ANN, [], key=new_key()) == ()
        assert queue.skills() == {}

    @pytest.mark.parametrize("name", ["", "two words", "a+b", "-a", "a--b", "é", "x" * 33])
    def test_what_is_no_name_of_a_skill_is_refused_and_changes_nothing(self, queue: Queue, name: str) -> None:
        queue.set_skills(ANN, ["medical"], key=new_key())
        with pytest.raises(Refused, match="NOT_A_SKILL"):
            queue.set_skills(ANN, ["legal", name], key=new_key())
        assert queue.skills() == {ANN: ("medical",)}

    def test_skills_that_are_sent_again_change_nothing(self, queue: Queue) -> None:
        key = new_key()
        queue.set_skills(ANN, ["legal"], key=key)
        queue.set_skills(ANN, ["medical"], key=new_key())
        assert queue.set_skills(ANN, ["legal"], key=key) == ("legal",)
        assert queue.skills() == {ANN: ("medical",)}

    def test_clip_asks_for_a_skill_from_when_a_lead_says_so(self, queue: Queue) -> None:
        for number, clip in enumerate(("a", "b", "c")):
            queue.add_clip(clip, passes=1, sort_key=number, locale="en-US")
        queue.set_clip_skill(["a", "b"], "Medical")
        assert self.claimed(queue, ANN).clip_id == "c"
        assert [(row.skill, row.clip_id) for row in queue.listed()] == [
            ("medical", "a"), ("medical", "b"), ("", "c"),
        ]  # fmt: skip
        queue.set_clip_skill(["b"], "")
        assert self.claimed(queue, ANN).clip_id == "b"

    def test_lease_outlives_the_skill_and_an_expired_one_does_not(
        self, queue: Queue, clip: str, clock: FakeClock
    ) -> None:
        lease = self.claimed(queue, ANN)
        queue.set_clip_skill([clip], "medical")
        assert queue.renew(lease).token == lease.token
        clock.advance(LEASE_SECONDS)
        assert self.claim(queue, BEN) is None
        queue.set_skills(CEM, ["medical"], key=new_key())
        assert self.claimed(queue, CEM).clip_id == clip

    def test_prefetch_gives_no_task_without_its_skill(self, queue: Queue) -> None:
        for number in range(5):
            skill = "" if number == 0 else "medical"
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number, skill=skill)
        self.claimed(queue, ANN)
        assert self.prefetch(queue, ANN) is None
        queue.set_skills(ANN, ["medical"], key=new_key())
        assert self.prefetched(queue, ANN).clip_id == "clip-1"

    def test_review_asks_for_the_skill_too(self, queue: Queue) -> None:
        queue.add_clip("a", passes=1, skill="medical")
        queue.set_skills(ANN, ["medical"], key=new_key())
        self.submitted(queue, ANN)
        queue.draw(lambda _annotation: True)
        assert self.review(queue) is None
        queue.set_skills(QUE, ["medical"], key=new_key())
        self.decide(queue, self.checked(queue), VerdictKind.RETURNED)
        queue.set_skills(ANN, [], key=new_key())
        assert self.claimed(queue, ANN).clip_id == "a"  # own work that was returned

    def test_nobody_is_assigned_a_task_without_its_skill(self, queue: Queue) -> None:
        queue.add_clip("a", passes=1, skill="medical")
        (task,) = queue.open_passes("a")
        with pytest.raises(Refused, match="SKILL_MISSING"):
            queue.assign(task, ANN)
        queue.set_skills(ANN, ["medical"], key=new_key())
        queue.assign(task, ANN)
        assert self.claimed(queue, ANN).task_id == task

    def test_what_nobody_can_take_is_counted_by_skill(self, queue: Queue) -> None:
        queue.add_clip("a", passes=1, locale="de-DE")
        queue.add_clip("b", passes=2, locale="de-DE", skill="medical")
        queue.add_clip("c", passes=1, locale="de-DE", skill="legal")
        queue.set_skills(BEN, ["legal"], key=new_key())
        counts = queue.without_taker({TaskKind.TRANSCRIBE: [ANN, BEN]})
        assert [(each.locale, each.skill, each.count) for each in counts] == [("de-DE", "medical", 2)]

    def test_higher_priority_comes_first_in_every_route(self, queue: Queue) -> None:
        for number, locale in enumerate(("en-US", "de-DE", "en-US", "de-DE")):
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number, locale=locale)
        queue.set_priority(["clip-3", "clip-2"], 5)
        queue.set_priority(["clip-0"], -1)
        assert [row.priority for row in queue.listed()] == [-1, 0, 5, 5]
        assert self.clips_of(queue, ANN) == ["clip-2", "clip-3", "clip-1", "clip-0"]

    def test_review_has_the_priority_of_its_clip(self, queue: Queue) -> None:
        for number in range(2):
            queue.add_clip(f"clip-{number}", passes=1, sort_key=number)
        for _ in range(2):
            self.submitted(queue, ANN)
        queue.set_priority(["clip-1"], 3)
        queue.draw(lambda _annotation: True)
        assert self.checked(queue).clip_id == "clip-1"

    @pytest.mark.parametrize("priority", [-101, 101])
    def test_priority_out_of_range_is_refused(self, queue: Queue, clip: str, priority: int) -> None:
        with pytest.raises(Refused, match="NOT_A_PRIORITY"):
            queue.set_priority([clip], priority)

    def test_unknown_clip_is_refused_and_changes_nothing(self, queue: Queue, clip: str) -> None:
        with pytest.raises(Refused, match="NO_CLIP"):
            queue.set_priority([clip, "none"], 5)
        with pytest.raises(Refused, match="NO_CLIP"):
            queue.set_clip_skill([clip, "none"], "medical")
        assert [(row.skill, row.priority) for row in queue.listed()] == [("", 0)]


class QueueTakingBackContract(QueueSetting):
    """How an author gets a submission back, until a draw decides about it."""

    def take_back(self, queue: Queue, work: SealedAnnotation, person: str = ANN) -> Lease:
        return queue.take_back(person, work.id, key=new_key())

    def refused(self, queue: Queue, work: SealedAnnotation, person: str = ANN) -> bool:
        with pytest.raises(Refused) as refused:
            self.take_back(queue, work, person)
        return refused.value.code == "CANNOT_TAKE_BACK"

    def test_author_works_on_a_submission_again_under_a_new_token_and_key(self, queue, clip):
        first = self.claimed(queue, ANN)
        work = queue.annotation(self.submit(queue, first, b"text").annotation_id)
        lease = self.take_back(queue, work)
        assert (lease.task_id, lease.returned_annotation) == (first.task_id, work.id)
        assert lease.token > first.token
        assert lease.submission_key != first.submission_key
        queue.check_lease(lease)
        assert queue.clip_state(clip) is ClipState.IN_REVIEW

    def test_resubmission_replaces_what_was_taken_back_which_stays_stored(self, queue, clip, clock):
        work = self.submitted(queue, ANN)
        again = self.submit(queue, self.take_back(queue, work), b"better")
        assert [each.id for each in queue.annotations_of(ANN, 9)] == [again.annotation_id]
        assert queue.annotation(work.id) == work
        assert queue.draw(lambda _: False).passed == [again.annotation_id]
        assert [each.sealed for each in queue.accepted()] == [b"better"]
        counts = queue.daily_counts(ANN, TRANSCRIBE, clock.now() - timedelta(hours=1))
        assert counts.submitted == 1
        assert queue.work_by_person() == [WorkCounts(ANN, submitted=1, accepted=1)]

    def test_draw_decides_by_the_first_submission_however_often_work_is_taken_back(self, queue, clip):
        first = self.submitted(queue, ANN)
        work = first
        for text in (b"second", b"third"):
            receipt = self.submit(queue, self.take_back(queue, work), text)
            work = queue.annotation(receipt.annotation_id)
        asked = []
        assert queue.draw(lambda annotation_id: bool(asked.append(annotation_id))).passed == [work.id]
        assert asked == [first.id]

    def test_rework_after_a_verdict_is_drawn_by_itself(self, queue, clip):
        self.sent_back(queue, ANN)
        second = self.submitted(queue, ANN, b"better")
        asked = []
        queue.draw(lambda annotation_id: bool(asked.append(annotation_id)))
        assert asked == [second.id]

    @pytest.mark.parametrize("is_drawn", [True, False])
    def test_nothing_is_taken_back_after_the_draw_whatever_it_decided(self, queue, clip, is_drawn):
        work = self.submitted(queue, ANN)
        queue.draw(lambda _: is_drawn)
        assert self.refused(queue, work)

    def test_only_the_author_takes_work_back(self, queue, clip):
        assert self.refused(queue, self.submitted(queue, ANN), BEN)

    def test_what_was_replaced_is_not_taken_back_again(self, queue, clip):
        work = self.submitted(queue, ANN)
        self.submit(queue, self.take_back(queue, work), b"better")
        assert self.refused(queue, work)

    def test_nothing_is_taken_back_once_consent_or_retention_has_ended(self, queue, clock):
        queue.add_clip("ends", passes=1, open_until=clock.now() + timedelta(seconds=60))
        work = self.submitted(queue, ANN)
        clock.advance(60)
        assert self.refused(queue, work)

    def test_withdrawn_work_is_not_taken_back(self, queue, clip):
        work = self.submitted(queue, ANN)
        queue.withdraw_clip(clip, "consent")
        assert self.refused(queue, work)

    def test_taken_back_work_is_not_drawn_while_its_author_has_it(self, queue, clip):
        self.take_back(queue, self.submitted(queue, ANN))
        assert queue.draw(lambda _: True) == DrawResult([], [])

    @pytest.mark.parametrize("how", ["release", "expiry", "lead"])
    def test_work_that_was_taken_back_and_left_counts_as_submitted_again(self, queue, clip, clock, how):
        work = self.submitted(queue, ANN)
        lease = self.take_back(queue, work)
        if how == "release":
            queue.release(lease, key=new_key())
        elif how == "lead":
            queue.lead_release(lease.task_id)
        else:
            clock.advance(LEASE_SECONDS)
            assert self.claim(queue, BEN) is None  # nobody else gets it
            assert queue.waiting(TRANSCRIBE) == 0
        assert queue.draw(lambda _: True).selected == [work.id]
        with pytest.raises(LeaseLost):
            self.submit(queue, lease, b"too late")

    def test_expired_lease_nobody_drew_may_still_hand_in(self, queue, clip, clock):
        lease = self.take_back(queue, self.submitted(queue, ANN))
        clock.advance(LEASE_SECONDS)
        assert queue.resume(ANN, TRANSCRIBE).task_id == lease.task_id
        assert self.submit(queue, lease, b"better").annotation_id != lease.returned_annotation

    def test_taken_back_work_is_resumed_before_the_task_at_hand_which_stays_leased(self, queue, clip, clock):
        queue.add_clip("at-hand", passes=1, sort_key=2)
        work = self.submitted(queue, ANN)
        at_hand = self.claimed(queue, ANN)
        clock.advance(LEASE_SECONDS - 60)
        lease = self.take_back(queue, work)
        assert queue.resume(ANN, TRANSCRIBE) == lease
        queue.renew(lease)
        clock.advance(LEASE_SECONDS - 60)
        queue.check_lease(at_hand)  # renewed with the other
        self.submit(queue, lease, b"better")
        assert queue.resume(ANN, TRANSCRIBE).task_id == at_hand.task_id

    def test_take_back_asked_again_gives_the_same_lease(self, queue, clip):
        work, key = self.submitted(queue, ANN), new_key()
        lease = queue.take_back(ANN, work.id, key=key)
        assert queue.take_back(ANN, work.id, key=key) == lease
        self.submit(queue, lease, b"better")
        assert queue.take_back(ANN, work.id, key=key) == lease  # and leases nothing
        with pytest.raises(NotLeased):
            queue.check_lease(lease)


class QueueContract(
    QueueLanguagesContract,
    QueueLeasesContract,
    QueuePrefetchContract,
    QueueCareContract,
    QueueWorkContract,
    QueueReviewsContract,
    QueueLeadContract,
    QueueHoldContract,
    QueueKeysContract,
    QueueTakingBackContract,
    QueueRoutingContract,
):
    """All of it."""
