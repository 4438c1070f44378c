"""Taking clips in bulk stops at the project's limits, and the lead sees it."""

import time as time_module
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from reviewer.access.activity import ActivityCounts, Counted
from reviewer.access.audit_log import AuditLog
from reviewer.db.workspace_meta import read_meta
from reviewer.errors import NotAllowed
from reviewer.model.event import Action, HeardRange
from reviewer.model.project import WorkingHours
from reviewer.model.task import SkipReason
from reviewer.session.access_limits import LimitReached, PersonActivity
from reviewer.session.acts import Skip
from tests.benches.workspace import ANA, BEN, LEAD, Bench, hear, make_bench

PROJECT = "[queue]\nqa_rate = 1.0\nskips_to_lead = 99\n[asr]\nhidden_share = 0.0\n[limits]\n"
HOUR = 3600


@pytest.fixture
def bench_with(tmp_path: Path) -> Callable[..., Bench]:
    def made(limits: str, clips: int = 6) -> Bench:
        bench = make_bench(tmp_path, drafts=[""] * clips, project=PROJECT + limits)
        bench.agree(ANA, BEN, LEAD)
        return bench

    return made


def opens_and_skips(
    bench: Bench, name: str, times: int, reason: SkipReason = SkipReason.NOT_MY_LANGUAGE
) -> int:
    """Opens and skips one clip after the other; how many a limit let through."""
    work = bench.work(name)
    for done in range(times):
        try:
            lease = work.claim()
            hear(work, lease)
            work.skip(lease, reason)
            work.close(lease)
        except LimitReached:
            return done
    return times


def activity(bench: Bench, name: str) -> PersonActivity:
    found = bench.person(LEAD).lead.activity()
    return next(each for each in found if each.person.name == name)


def test_a_person_opens_so_many_clips_an_hour_and_then_none_until_the_hour_is_over(bench_with) -> None:
    bench = bench_with("opens_per_hour = 2")
    assert opens_and_skips(bench, ANA, 4) == 2
    opened = len(bench.events(Action.CLIP_OPENED, Action.CLIP_PREFETCHED))
    assert opens_and_skips(bench, ANA, 1) == 0
    assert len(bench.events(Action.CLIP_OPENED, Action.CLIP_PREFETCHED)) == opened == 2
    assert opens_and_skips(bench, BEN, 1) == 1, "the limit is each person's own"
    bench.clock.advance(HOUR + 1)
    assert opens_and_skips(bench, ANA, 1) == 1


def test_at_the_limit_of_an_hour_a_person_reads_in_how_many_minutes_they_may_go_on(bench_with) -> None:
    bench = bench_with("opens_per_hour = 3")
    assert opens_and_skips(bench, ANA, 1) == 1
    bench.clock.advance(20 * 60)
    assert opens_and_skips(bench, ANA, 4) == 2
    work = bench.work(ANA)
    with pytest.raises(LimitReached) as caught:
        work.open(work.claim())
    assert 35 <= caught.value.parameters["minutes"] <= 40
    bench.clock.advance(60 * (caught.value.parameters["minutes"] - 6))
    assert opens_and_skips(bench, ANA, 1) == 0
    bench.clock.advance(60 * 6)
    assert opens_and_skips(bench, ANA, 2) == 1


def test_a_clip_decrypted_in_advance_counts_when_it_is_and_not_again_when_it_is_shown(bench_with) -> None:
    bench = bench_with("opens_per_hour = 2")
    work = bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    assert work.prefetch() is not None
    assert activity(bench, ANA).opened_hour == 2
    work.skip(lease, SkipReason.NOT_MY_LANGUAGE)
    work.close(lease)
    shown = work.claim()
    work.open(shown)
    assert activity(bench, ANA).opened_hour == 2
    assert work.prefetch() is None, "nothing more is decrypted in advance"


def test_work_at_hand_opens_again_at_the_limit(bench_with) -> None:
    bench = bench_with("opens_per_hour = 1\nopens_without_hand_in = 1")
    work = bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    work.close(lease)
    assert work.open(work.resume()).clip.frames == 8000
    assert activity(bench, ANA).opened_hour == 1


def test_so_many_clips_without_a_hand_in_are_the_last_until_a_lead_lets_the_person_go_on(bench_with) -> None:
    bench = bench_with("opens_without_hand_in = 2")
    assert opens_and_skips(bench, ANA, 3) == 2
    bench.clock.advance(2 * HOUR)
    assert opens_and_skips(bench, ANA, 1) == 0
    assert activity(bench, ANA).unfinished == 2
    assert bench.person(LEAD).lead.overview().limited == (ANA,)
    bench.person(LEAD).lead.lift_limits(ANA)
    assert opens_and_skips(bench, ANA, 3) == 2
    [lifted] = bench.events(Action.LIMITS_LIFTED)
    assert lifted.detail["unfinished"] == 2


def test_a_hand_in_begins_the_count_of_unfinished_clips_anew(bench_with) -> None:
    bench = bench_with("opens_without_hand_in = 2")
    assert opens_and_skips(bench, ANA, 1) == 1
    bench.submitted(ANA, "hello")
    assert activity(bench, ANA).unfinished == 0
    assert opens_and_skips(bench, ANA, 3) == 2


def test_the_skip_that_needs_no_listening_is_counted_and_stops(bench_with) -> None:
    bench = bench_with("technical_skips_per_day = 2")
    work = bench.work(ANA)
    for _ in range(2):
        work.skip(work.claim(), SkipReason.TECHNICAL)
    lease = work.claim()
    with pytest.raises(LimitReached) as caught:
        work.skip(lease, SkipReason.TECHNICAL)
    assert caught.value.code == "LIMIT_TECHNICAL"
    with pytest.raises(LimitReached):
        work.hand_over(Skip(lease, SkipReason.TECHNICAL))
    hear(work, lease)
    work.skip(lease, SkipReason.NOT_MY_LANGUAGE)
    bench.clock.advance(24 * HOUR + 1)
    bench.work(ANA).skip(bench.work(ANA).claim(), SkipReason.TECHNICAL)


def test_a_clip_heard_a_hundred_times_does_not_open_again(bench_with) -> None:
    bench = bench_with("plays_per_clip = 3")
    work = bench.work(ANA)
    lease = work.claim()
    work.open(lease)
    for _ in range(599):
        work.heard(lease, [HeardRange(0, 8000)])
    work.close(lease)
    work.open(lease)
    work.heard(lease, [HeardRange(0, 8000), HeardRange(0, 8000, 50)])
    assert activity(bench, ANA).most_plays >= 600
    work.close(lease)
    with pytest.raises(LimitReached) as caught:
        work.open(lease)
    assert caught.value.code == "LIMIT_PLAYS"


def test_outside_the_working_hours_no_clip_opens_and_one_that_is_open_stays(bench_with) -> None:
    local = datetime(2026, 11, 2, 9, 0, tzinfo=UTC).astimezone()
    hours = f"{local - timedelta(hours=1):%H:%M}-{local + timedelta(hours=1):%H:%M}"
    bench = bench_with(f'working_hours = "{hours}"')
    work = bench.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    bench.clock.advance(2 * HOUR)
    work.beat(lease)
    assert opened.samples.frames == 8000
    with pytest.raises(LimitReached) as caught:
        bench.work(BEN).open(bench.work(BEN).claim())
    assert caught.value.code == "LIMIT_HOURS"


def test_the_lead_is_told_once_an_hour_and_nobody_else_may_look_or_lift(bench_with) -> None:
    bench = bench_with("opens_per_hour = 1")
    for _ in range(5):
        opens_and_skips(bench, ANA, 2)
    assert [event.reason for event in bench.events(Action.LIMIT_REACHED)] == ["LIMIT_OPENS"]
    assert activity(bench, ANA).limits_day == 1
    for attempt in (bench.person(ANA).lead.activity, lambda: bench.person(ANA).lead.lift_limits(ANA)):
        with pytest.raises(NotAllowed):
            attempt()


def test_the_counts_are_those_of_the_log(bench_with) -> None:
    bench = bench_with("opens_per_hour = 3")
    opens_and_skips(bench, ANA, 4)
    bench.submitted(BEN, "hello")
    bench.person(LEAD).lead.lift_limits(ANA)
    with bench.database() as database:
        kept = [database.rows(f"SELECT * FROM {table}") for table in ("activity", "clip_heard")]
        for table in ("activity", "clip_heard"):
            database.execute(f"DELETE FROM {table}")
        log = AuditLog(database, bench.clock, read_meta(database).log_id)
        counts = ActivityCounts(database)
        for row in list(log.rows()):
            counts.note(row.event(), row.at())
        again = [database.rows(f"SELECT * FROM {table}") for table in ("activity", "clip_heard")]
    assert all(kept)
    assert kept == again


def test_a_purged_clip_is_no_longer_counted_as_heard(bench_with) -> None:
    bench = bench_with("opens_per_hour = 9", 1)
    bench.submitted(ANA, "hello")
    assert activity(bench, ANA).most_plays == 1.0
    bench.person(LEAD).lead.purge(["source-0000"])
    with bench.database() as database:
        assert database.rows("SELECT * FROM clip_heard") == []
    assert activity(bench, ANA).most_plays == 0.0


def test_nought_is_no_limit(bench_with) -> None:
    bench = bench_with(
        "opens_per_hour = 0\nopens_without_hand_in = 0\ntechnical_skips_per_day = 0\nplays_per_clip = 0"
    )
    assert opens_and_skips(bench, ANA, 6, SkipReason.TECHNICAL) == 6
    with bench.database() as database:
        counted = ActivityCounts(database).count(
            bench.person(ANA).identity.person.id, Counted.TECHNICAL, bench.clock.now() - timedelta(hours=1)
        )
    assert counted == 6


def test_nobody_moves_the_working_hours_by_the_time_zone_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    night = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)  # 02:30 in Berlin, 14:30 in Auckland
    parsed = WorkingHours.parse("06:00-22:00 Europe/Berlin")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time_module.tzset()
    try:
        assert WorkingHours.parse("06:00-22:00").include(night)
        assert not parsed.include(night)
        assert parsed.include(datetime(2026, 7, 2, 4, 0, tzinfo=UTC))
    finally:
        monkeypatch.undo()
        time_module.tzset()
    assert str(parsed) == "06:00-22:00 Europe/Berlin"


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [("06:00-22:00", "06:00", "22:00"), ("22:00-06:00", "23:30", "06:00"), ("08:30-17:00", "08:30", "08:29")],
)
def test_working_hours_begin_with_their_first_minute_and_may_go_past_midnight(hours, inside, outside) -> None:
    today = datetime.now().astimezone().replace(second=0, microsecond=0)

    def at(text: str) -> datetime:
        clock = time.fromisoformat(text)
        return today.replace(hour=clock.hour, minute=clock.minute)

    parsed = WorkingHours.parse(hours)
    assert parsed.include(at(inside))
    assert not parsed.include(at(outside))
    assert str(parsed) == hours
