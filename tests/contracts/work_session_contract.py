"""What a work session does, whatever the kind of task and wherever the queue is; the fake for widgets too."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from reviewer.errors import NotLeased, Refused
from reviewer.model.annotation import Annotation
from reviewer.model.event import HeardRange
from reviewer.model.task import Lease, SkipReason, TaskKind, VerdictKind
from reviewer.session.acts import Decide, HandIn, Release, Skip
from reviewer.session.draft_versions import VersionReason
from tests.benches.workspace import annotation


@dataclass
class WorkSetting:
    """A session with four tasks of one kind, which nobody else works on."""

    work: Any
    kind: TaskKind

    def heard(self) -> Lease:
        """Claims, opens and hears the next task."""
        lease = self.work.claim()
        opened = self.work.open(lease)
        self.work.heard(lease, [HeardRange(0, opened.samples.frames)])
        return lease

    def last_act(self, lease: Lease, typed: Annotation) -> HandIn | Decide:
        """What ends the work on a heard task as done; of a review the blind version goes before it."""
        if self.kind is TaskKind.TRANSCRIBE:
            return HandIn(lease, typed)
        receipt = self.work.submit(lease, typed)
        return Decide(replace(lease, blind_annotation=receipt.annotation_id), VerdictKind.ACCEPTED)

    def finish(self, lease: Lease, text: str = "the words of this clip") -> None:
        act = self.last_act(lease, annotation(text))
        if isinstance(act, HandIn):
            self.work.submit(act.lease, act.annotation)
        else:
            self.work.decide(act.lease, act.kind)
        self.work.close(lease)


class WorkSessionContract:
    """Inherited by one test class for each kind, queue and fake, which gives ``setting``."""

    def test_a_claimed_task_is_held_until_it_is_done(self, setting: WorkSetting) -> None:
        lease = setting.heard()
        assert lease.kind is setting.kind
        assert setting.work.resume() == lease
        assert setting.work.claim() == lease
        setting.finish(lease)
        assert setting.work.resume() is None
        assert setting.work.claim().task_id != lease.task_id

    def test_every_task_comes_once_and_then_nothing_waits(self, setting: WorkSetting) -> None:
        seen = []
        while setting.work.claim() is not None:
            lease = setting.heard()
            seen.append(lease.clip_id)
            setting.finish(lease)
        assert len(seen) == len(set(seen)) == 4

    def test_position_and_draft_are_there_again_after_the_clip_was_closed(self, setting: WorkSetting) -> None:
        lease = setting.work.claim()
        assert setting.work.open(lease).draft is None
        setting.work.save_position(lease, 100)
        setting.work.close(lease)
        again = setting.work.open(lease)
        assert (again.draft, again.position) == (None, 100)
        typed = annotation("half of it")
        saved_at = setting.work.save_draft(lease, typed, 1)
        setting.work.save_position(lease, 4000)
        setting.work.close(lease)
        again = setting.work.open(lease)
        assert (again.draft, again.position) == (typed, 4000)
        assert setting.work.save_draft(lease, annotation("all of it"), 2) >= saved_at

    def test_an_older_draft_never_overtakes_a_newer_one(self, setting: WorkSetting) -> None:
        lease = setting.work.claim()
        setting.work.open(lease)
        setting.work.save_draft(lease, annotation("newer"), 7)
        setting.work.save_draft(lease, annotation("older, after a time-out"), 6)
        setting.work.close(lease)
        setting.work.save_draft(lease, annotation("older, after the clip was closed"), 6)
        assert setting.work.open(lease).draft.text_verbatim == "newer"

    def test_nothing_is_saved_once_the_work_is_done(self, setting: WorkSetting) -> None:
        lease = setting.heard()
        setting.work.save_draft(lease, annotation("typed"), 1)
        setting.finish(lease)
        with pytest.raises(NotLeased):
            setting.work.save_draft(lease, annotation("a straggler"), 2)

    def test_what_was_heard_needs_an_open_clip(self, setting: WorkSetting) -> None:
        lease = setting.heard()
        setting.work.close(lease)
        with pytest.raises(Refused):
            setting.work.heard(lease, [HeardRange(0, 100)])
        setting.work.close(lease)

    def test_a_skipped_task_does_not_come_again(self, setting: WorkSetting) -> None:
        lease = setting.heard()
        setting.work.skip(lease, SkipReason.CANNOT_UNDERSTAND)
        setting.work.close(lease)
        assert setting.work.claim().clip_id != lease.clip_id

    def test_a_released_task_comes_again_with_its_draft(self, setting: WorkSetting) -> None:
        lease = setting.heard()
        setting.work.save_draft(lease, annotation("begun"), 1)
        setting.work.release(lease)
        setting.work.close(lease)
        assert setting.work.resume() is None
        again = setting.work.claim()
        assert again.task_id == lease.task_id
        assert setting.work.open(again).draft.text_verbatim == "begun"

    def test_a_submission_taken_back_is_held_again_with_its_text(self, setting: WorkSetting) -> None:
        if setting.kind is not TaskKind.TRANSCRIBE:
            with pytest.raises(Refused):
                setting.work.take_back()
            return
        lease = setting.heard()
        setting.finish(lease)
        at_hand = setting.work.claim()
        taken = setting.work.take_back()
        assert (taken.task_id, taken.token) == (lease.task_id, lease.token + 1)
        assert setting.work.resume() == taken
        assert setting.work.open(taken).draft.text_verbatim == "the words of this clip"
        setting.finish(taken, "better words of this clip")
        assert setting.work.claim().task_id == at_hand.task_id

    def test_versions_of_an_open_clip_come_back_newest_first(self, setting: WorkSetting) -> None:
        lease = setting.work.claim()
        setting.work.open(lease)
        for text in ("first", "second"):
            setting.work.keep_version(lease, annotation(text), VersionReason.REPLACED)
        assert [each.annotation.text_verbatim for each in setting.work.versions(lease)] == ["second", "first"]

    @pytest.mark.parametrize("is_dropped", [False, True])
    def test_handing_over_without_a_prefetched_clip_or_with_a_dropped_one_ends_the_task(
        self, setting: WorkSetting, is_dropped: bool
    ) -> None:
        lease = setting.heard()
        if is_dropped:
            assert setting.work.prefetch() is not None
            setting.work.drop_prefetched()
        assert setting.work.hand_over(setting.last_act(lease, annotation("done"))) is None
        assert setting.work.resume() is None
        following = setting.work.claim()
        assert following.task_id != lease.task_id
        assert setting.work.open(following).samples.frames > 0

    @pytest.mark.parametrize("how", ["done", "skip", "release"])
    def test_handing_over_ends_the_task_and_opens_the_prefetched_one(
        self, setting: WorkSetting, how: str
    ) -> None:
        lease = setting.heard()
        assert setting.work.prefetch() is not None
        acts = {
            "done": lambda: setting.last_act(lease, annotation("done")),
            "skip": lambda: Skip(lease, SkipReason.DISTRESSING),
            "release": lambda: Release(lease),
        }
        opened = setting.work.hand_over(acts[how]())
        assert opened.lease.task_id != lease.task_id
        assert not opened.lease.is_prefetch
        assert opened.samples.frames > 0
        setting.work.heard(opened.lease, [HeardRange(0, 100)])
        assert setting.work.claim().task_id == opened.lease.task_id
        assert setting.work.beat(opened.lease).task_id == opened.lease.task_id
