"""Batches are synced ahead, committed in order, and discarded whatever happens."""

from dataclasses import dataclass, field
from threading import Event

import pytest

from reviewer.lead.batches import Batches


@dataclass
class Disk:
    """What was done with which batch; ``held`` makes the sync of a batch wait."""

    done: list[tuple[str, list[int]]] = field(default_factory=list)
    held: dict[int, Event] = field(default_factory=dict)
    failing: tuple[str, int] = ("", 0)

    def sync(self, batch: list[int]) -> None:
        if batch[0] in self.held:
            assert self.held[batch[0]].wait(30)
        self._do("sync", batch)

    def commit(self, batch: list[int]) -> None:
        assert ("sync", batch) in self.done
        self._do("commit", batch)

    def discard(self, batch: list[int]) -> None:
        if batch:
            self.done.append(("discard", batch))

    def all_of(self, what: str) -> list[int]:
        return [item for act, batch in self.done for item in batch if act == what]

    def _do(self, what: str, batch: list[int]) -> None:
        if self.failing == (what, batch[0]):
            raise OSError("no space")
        self.done.append((what, batch))


def batches(disk: Disk, seconds: float = 60.0) -> Batches[int]:
    return Batches(disk.sync, disk.commit, disk.discard, most=2, seconds=seconds)


@pytest.fixture
def disk() -> Disk:
    return Disk()


def test_all_are_committed_in_order_and_then_discarded(disk: Disk) -> None:
    with batches(disk) as some:
        for item in range(7):
            some.add(item)
        some.finish()
    assert disk.all_of("commit") == disk.all_of("discard") == list(range(7))
    assert all(len(batch) <= 2 for _, batch in disk.done)


def test_more_can_be_added_while_a_batch_is_synced_and_none_is_committed_before(disk: Disk) -> None:
    disk.held[0] = Event()
    with batches(disk) as some:
        for item in range(3):
            some.add(item)
        assert disk.all_of("commit") == []
        disk.held[0].set()
        some.finish()
    assert disk.all_of("commit") == [0, 1, 2]


def test_a_batch_does_not_wait_for_more_when_its_time_is_up(disk: Disk) -> None:
    with batches(disk, seconds=0.0) as some:
        for item in range(3):
            some.add(item)
        assert disk.all_of("commit")[:1] == [0]


@pytest.mark.parametrize("what", ["sync", "commit"])
def test_after_a_failure_nothing_later_is_committed_and_all_is_discarded(disk: Disk, what: str) -> None:
    disk.failing = (what, 2)
    with batches(disk) as some:
        with pytest.raises(OSError, match="no space"):  # noqa: PT012 - any of them may be the one
            for item in range(7):
                some.add(item)
            some.finish()
        some.finish()
    assert disk.all_of("commit") == [0, 1]
    assert sorted(disk.all_of("discard")) == list(range(len(disk.all_of("discard"))))
    assert len(disk.all_of("discard")) >= 4


def test_what_was_not_finished_is_discarded(disk: Disk) -> None:
    with batches(disk) as some:
        for item in range(3):
            some.add(item)
    assert sorted(disk.all_of("discard")) == [0, 1, 2]
