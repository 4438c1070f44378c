"""A lead signs other settings while a window is open: nothing goes on under the former ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.model.event import Action
from reviewer.model.hold import ListenReason
from reviewer.model.task import Lease, SkipReason, VerdictKind
from reviewer.places import PROJECT_FILE
from tests.benches.workspace import ANA, LEAD, PROJECT, QUINN, Bench, annotation, hear, make_bench

OPENED_BEFORE = "POLICY_OPENED_BEFORE"
STRICTER = {
    "the agreement counts for a day": "nda_days = 1\n" + PROJECT,
    "fewer clips an hour": PROJECT + "[limits]\nopens_per_hour = 1\n",
    "working hours": PROJECT + "[limits]\nworking_hours = '01:00-02:00 UTC'\n",
    "all is to be heard": PROJECT + "[listening]\nheard_percent = 100\n",
    "rows are to be witnessed": PROJECT + "[log]\nunwitnessed_rows = 1\n",
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path)
    made.agree(ANA, LEAD, QUINN)
    yield made
    made.workspace.close()


def sign_elsewhere(bench: Bench, settings: str) -> None:
    """What a lead does with ``reviewer policy apply``."""
    (bench.workspace.path / PROJECT_FILE).write_text(settings, encoding="utf-8")
    other = bench.another_window()
    other.sign_policy()
    other.workspace.close()


def opened(bench: Bench) -> Lease:
    lease = bench.work(ANA).claim()
    hear(bench.work(ANA), lease)
    return lease


@pytest.mark.parametrize("settings", STRICTER.values(), ids=STRICTER)
def test_window_under_former_settings_opens_keeps_and_hands_in_nothing(bench: Bench, settings: str) -> None:
    work = bench.work(ANA)
    lease = opened(bench)
    rows = len(bench.events())
    sign_elsewhere(bench, settings)
    for act in (
        lambda: work.submit(lease, annotation("typed under the former settings")),
        lambda: work.skip(lease, SkipReason.KNOWN_SPEAKER),
        lambda: work.open(lease),
        work.claim,
        work.prefetch,
        work.history,
        lambda: work.beat(lease),
    ):
        with pytest.raises(Refused, match=OPENED_BEFORE):
            act()
    (away,) = bench.events(Action.CLIP_PUT_AWAY)
    assert (away.object, away.reason) == (lease.clip_id, OPENED_BEFORE)
    new = {event.action for event in bench.events()[rows:]}
    assert not new & {Action.CLIP_OPENED, Action.CLIP_PREFETCHED, Action.TEXT_OPENED, Action.SUBMITTED}


def test_what_was_typed_is_kept_and_goes_on_in_a_window_that_is_opened_again(bench: Bench) -> None:
    work = bench.work(ANA)
    lease = opened(bench)
    sign_elsewhere(bench, STRICTER["all is to be heard"])
    with pytest.raises(Refused, match=OPENED_BEFORE):
        work.beat(lease)
    work.save_draft(lease, annotation("the last words"), revision=1)
    bench.sign_out(ANA)
    again = bench.another_window()
    resumed = again.work(ANA).claim()
    assert again.work(ANA).open(resumed).draft.text_verbatim == "the last words"
    again.workspace.close()


def test_task_can_be_put_back_under_former_settings(bench: Bench) -> None:
    lease = opened(bench)
    sign_elsewhere(bench, STRICTER["fewer clips an hour"])
    bench.work(ANA).release(lease)
    assert len(bench.events(Action.TASK_RELEASED)) == 1


def test_lead_listens_to_and_exports_nothing_under_former_settings(bench: Bench, tmp_path: Path) -> None:
    bench.submitted(ANA, "accepted words")
    bench.reviewed(QUINN, "accepted words", VerdictKind.ACCEPTED)
    lead, clip_id = bench.person(LEAD), opened(bench).clip_id
    sign_elsewhere(bench, "[intake]\nproducts = ['swiftkey']\n" + PROJECT)
    for act in (
        lambda: lead.lead.export(tmp_path / "set", ["csv"]),
        lambda: lead.lead.clip_list.open(lead.identity, clip_id, ListenReason.AUDIT),
    ):
        with pytest.raises(Refused, match=OPENED_BEFORE):
            act()
    assert not (tmp_path / "set").exists()


def test_a_file_that_asks_nothing_of_anybody_stops_no_work(bench: Bench) -> None:
    lease = opened(bench)
    sign_elsewhere(bench, "# a remark\n" + PROJECT)
    assert bench.work(ANA).beat(lease)
    assert bench.work(ANA).submit(lease, annotation("words"))
