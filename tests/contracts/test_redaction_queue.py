"""Redactions on the queue's server: who is kept out, when a clip is at rest, and what replaces what."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from reviewer.errors import ClipOnHold, ClipWithdrawn, LeaseLost, Refused
from reviewer.model.clip import ContentKind
from reviewer.model.hold import HoldReason
from reviewer.model.task import TaskKind, VerdictKind
from reviewer.queue.redaction_api import SealedText
from tests.contracts.queue_contract import ANN, BEN, LEASE_SECONDS, QUE, RULES, QueueSetting, new_key, sealed
from tests.fakes.clock import FakeClock


def renewed(texts: list[SealedText]) -> list[tuple[SealedText, SealedText]]:
    return [(one, replace(one, digest=b"new digest", sealed=b"new " + one.sealed)) for one in texts]


@pytest.fixture(scope="module")
def server(postgres: str) -> Iterator[Any]:
    from tests.fakes.postgres_server import TeamQueue, TeamServer

    server = TeamServer(postgres, RULES)
    yield TeamQueue(server)
    server.close()


class TestRedactionsOnAServer(QueueSetting):
    @pytest.fixture
    def queue(self, server: Any, clock: FakeClock) -> Iterator[Any]:
        server.server.clear()
        server.clock = clock
        yield server
        server.close()

    @pytest.fixture
    def clip(self, queue: Any) -> str:
        queue.add_clip("clip-1", passes=2)
        return "clip-1"

    def test_mark_keeps_the_clip_from_all_but_who_marked_it(self, queue: Any, clip: str) -> None:
        anns, bens = self.claimed(queue, ANN), self.claimed(queue, BEN)
        queue.mark_personal_data(anns, "mark", b"place")
        queue.mark_personal_data(anns, "mark", b"place")
        assert [(mark.id, mark.clip_id, mark.sealed) for mark in queue.open_marks()] == [
            ("mark", clip, b"place")
        ]
        assert queue.holds() == {clip: HoldReason.PERSONAL_DATA}
        queue.check_lease(anns)
        assert queue.renew(anns).token == anns.token
        with pytest.raises(LeaseLost):
            queue.check_lease(bens)
        assert self.claim(queue, BEN) is None
        self.submit(queue, anns, b"text")
        assert self.claim(queue, ANN) is None

    def test_decided_marks_are_empty_and_the_clip_goes_on_under_the_hold_it_had(
        self, queue: Any, clip: str
    ) -> None:
        anns = self.claimed(queue, ANN)
        queue.hold(clip, HoldReason.TECHNICAL)
        queue.mark_personal_data(anns, "one", b"place")
        queue.mark_personal_data(anns, "two", b"place")
        with pytest.raises(ClipOnHold):  # a lead's hold is one for everybody
            queue.check_lease(anns)
        queue.end_redaction(clip, ["one"])
        assert queue.holds() == {clip: HoldReason.PERSONAL_DATA}
        queue.end_redaction(clip, ["one", "two"])
        assert queue.holds() == {clip: HoldReason.TECHNICAL}
        assert queue.clips_in_redaction() == []
        assert queue.server.rows("SELECT DISTINCT sealed, is_open FROM personal_data_mark") == [
            {"sealed": b"", "is_open": False}
        ]

    def test_lead_s_hold_waits_for_the_redaction_and_its_end_does_not_end_it(
        self, queue: Any, clip: str
    ) -> None:
        assert queue.begin_redaction(clip)
        with pytest.raises(Refused, match="REDACTION_PENDING"):
            queue.end_hold(clip)
        queue.hold(clip, HoldReason.RESERVED)
        assert queue.holds() == {clip: HoldReason.PERSONAL_DATA}
        queue.end_hold(clip)
        assert queue.holds() == {clip: HoldReason.PERSONAL_DATA}
        queue.end_redaction(clip, [])
        assert queue.holds() == {}

    def test_clip_is_at_rest_when_late_work_has_come_or_its_lease_would_have_ended(
        self, queue: Any, clip: str, clock: FakeClock
    ) -> None:
        anns, bens = self.claimed(queue, ANN), self.claimed(queue, BEN)
        assert not queue.begin_redaction(clip)
        queue.keep_late_draft(anns, b"late", key=new_key())
        assert not queue.begin_redaction(clip)
        clock.advance(LEASE_SECONDS + 1)
        assert queue.begin_redaction(clip)
        with pytest.raises(LeaseLost):
            self.submit(queue, bens, b"text")

    def test_seals_are_replaced_once_and_only_if_they_are_all_there_is(
        self, queue: Any, clip: str, clock: FakeClock
    ) -> None:
        anns = self.claimed(queue, ANN)
        work = sealed(anns, b"text")
        queue.submit(anns, work)
        bens = self.claimed(queue, BEN)
        before = queue.sealed_texts(clip)
        queue.begin_redaction(clip)
        with pytest.raises(Refused, match="CLIP_CHANGED"):  # Ben's work may still come
            queue.replace_seals(clip, renewed(before))
        queue.keep_late_draft(bens, b"late", key="k")
        with pytest.raises(Refused, match="CLIP_CHANGED"):  # it has come
            queue.replace_seals(clip, renewed(before))
        assert queue.sealed_texts(clip)[0].sealed == b"text"
        both = renewed(queue.sealed_texts(clip))
        assert {(old.kind, old.name) for old, _ in both} == {
            (ContentKind.ANNOTATION, work.id),
            (ContentKind.LATE_DRAFT, f"{bens.task_id}:{BEN}"),
        }
        for _ in range(2):  # an answer that was lost
            queue.replace_seals(clip, both)
        assert {one.sealed for one in queue.sealed_texts(clip)} == {b"new text", b"new late"}
        assert queue.annotation(work.id).digest == b"new digest"
        with pytest.raises(Refused, match="CLIP_CHANGED"):  # its key is gone
            queue.keep_late_draft(bens, b"later", key="k")
        assert queue.submit(anns, work).is_repeated  # its answer was lost before
        assert queue.server.rows("SELECT * FROM resealing") == []

    def test_comments_get_new_seals_too(self, queue: Any) -> None:
        queue.add_clip("clip-2", passes=1)
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        self.decide(queue, self.checked(queue), VerdictKind.RETURNED, b"comment")
        queue.begin_redaction("clip-2")
        queue.replace_seals("clip-2", renewed(queue.sealed_texts("clip-2")))
        assert {one.sealed for one in queue.sealed_texts("clip-2")} == {
            b"new text", b"new blind", b"new comment",
        }  # fmt: skip
        again = queue.end_redaction("clip-2", []) or self.claim(queue, ANN)
        assert again.returned_annotation is not None

    def test_purged_clip_takes_no_mark_and_no_seals(self, queue: Any, clip: str) -> None:
        anns = self.claimed(queue, ANN)
        queue.mark_personal_data(anns, "mark", b"place")
        queue.withdraw_clip(clip, "personal_data")
        assert queue.open_marks() == []
        for act in (
            lambda: queue.mark_personal_data(anns, "more", b"place"),
            lambda: queue.begin_redaction(clip),
            lambda: queue.replace_seals(clip, []),
        ):
            with pytest.raises(ClipWithdrawn):
                act()

    def test_review_and_a_prefetched_task_end_too(self, queue: Any) -> None:
        queue.add_clip("clip-3", passes=1)
        self.submitted(queue, ANN)
        queue.draw(lambda _: True)
        review = queue.claim(QUE, frozenset({TaskKind.REVIEW}), key=new_key())
        queue.begin_redaction("clip-3")
        with pytest.raises(LeaseLost):
            queue.check_lease(review)
        for name in ("clip-4", "clip-5", "clip-6"):
            queue.add_clip(name, passes=1)
        self.claimed(queue, BEN)
        ahead = self.prefetched(queue, BEN)
        assert queue.begin_redaction(ahead.clip_id)  # nobody has seen it
        with pytest.raises(LeaseLost):
            queue.begin_prefetched(ahead)
