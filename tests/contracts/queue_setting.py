"""People, rules and steps that every part of the queue contract uses."""

import pytest

from reviewer.model.project import QueueRules
from reviewer.model.task import Check, Lease, Submission, Verdict
from reviewer.queue.queue import Queue
from tests.fakes.clock import FakeClock

RULES = QueueRules(passes=1, lease_minutes=30, lease_cap_minutes=240, skips_to_lead=3)
LEASE_SECONDS = 30 * 60
ANN, BEN, CEM, DEE, QUE = "ann", "ben", "cem", "dee", "que"


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

    def claimed(self, queue: Queue, person: str) -> Lease:
        lease = queue.claim(person)
        assert lease is not None
        return lease

    def submitted(self, queue: Queue, person: str, text: bytes = b"text") -> Submission:
        receipt = queue.submit(self.claimed(queue, person), text, b"digest of " + text)
        return queue.submission(receipt.submission_id)

    def checked(self, queue: Queue, person: str = QUE) -> Check:
        check = queue.claim_check(person)
        assert check is not None
        return check

    def sent_back(self, queue: Queue, author: str) -> Submission:
        submission = self.submitted(queue, author)
        queue.draw(lambda _: True)
        queue.decide(self.checked(queue), Verdict.RETURNED, b"sealed comment")
        return submission
