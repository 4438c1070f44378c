"""The work session over a queue in the workspace's file and over one elsewhere, and the fake of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.model.task import TaskKind
from reviewer.queue.sqlite import SqliteQueue
from tests.benches.workspace import ANA, QUINN, Bench, make_bench
from tests.contracts.work_session_contract import WorkSessionContract, WorkSetting
from tests.fakes.remote_queue import Network
from tests.fakes.work_session import FakeDesk, FakeQa, a_lease, an_open_clip

DRAFTS = ("one", "two", "three", "four")


@pytest.fixture(params=["local queue", "remote queue"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    network = Network()
    make_queue = network if request.param == "remote queue" else SqliteQueue
    made = make_bench(tmp_path, drafts=DRAFTS, make_queue=make_queue)
    made.agree(ANA, QUINN)
    yield made
    made.workspace.close()
    network.close()


class TestTranscribing(WorkSessionContract):
    @pytest.fixture
    def setting(self, bench: Bench) -> WorkSetting:
        return WorkSetting(bench.work(ANA), TaskKind.TRANSCRIBE)


class TestReviewing(WorkSessionContract):
    @pytest.fixture
    def setting(self, bench: Bench) -> WorkSetting:
        for draft in DRAFTS:
            bench.submitted(ANA, f"the words of clip {draft}")
        bench.person(QUINN).qa.draw()
        return WorkSetting(bench.work(QUINN), TaskKind.REVIEW)


class TestFakeForTranscribing(WorkSessionContract):
    @pytest.fixture
    def setting(self) -> WorkSetting:
        clips = [an_open_clip(a_lease(number)) for number in range(1, 5)]
        work = FakeDesk(*clips).work
        work.opens_prefetched = True
        return WorkSetting(work, TaskKind.TRANSCRIBE)


class TestFakeForReviewing(WorkSessionContract):
    @pytest.fixture
    def setting(self) -> WorkSetting:
        work = FakeQa(*DRAFTS).work
        work.opens_prefetched = True
        return WorkSetting(work, TaskKind.REVIEW)
