"""Working time from the rows of the access log."""

from datetime import timedelta

from reviewer.access.working_time import working_times
from reviewer.model.event import HeardRange
from tests.benches.workspace import ANA, BEN, make_bench


def test_time_counts_from_opening_to_submission_and_idleness_up_to_the_cap(tmp_path):
    bench = make_bench(tmp_path)
    bench.agree(ANA, BEN)
    work = bench.work(ANA)
    bench.clock.advance(3_600)  # nothing is open: not work
    lease = work.claim()
    opened = work.open(lease)
    bench.clock.advance(120)
    work.heard(lease, [HeardRange(0, opened.clip.frames)])
    bench.clock.advance(600)  # away for longer than the cap
    work.close(lease)
    bench.clock.advance(60)  # closed again
    bench.work(BEN).claim()
    with bench.database() as database:
        times = working_times(database)
    assert times == {bench.person(ANA).identity.person.id: timedelta(seconds=120 + 300)}
    bench.workspace.close()
