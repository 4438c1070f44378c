"""Finding a text in one's own work of today."""

from reviewer.model.event import Action
from reviewer.session.text_search import FoundWork
from reviewer.transcript.find import Query
from tests.benches.workspace import ANA, BEN, Bench


def test_own_submissions_of_today_that_contain_a_text_are_found_newest_first(bench: Bench) -> None:
    bench.agree(ANA, BEN)
    first = bench.submitted(ANA, "so we went there so")
    bench.submitted(ANA, "nothing of it")
    bench.submitted(BEN, "so Ben went")
    found = bench.work(ANA).search_today(Query("SO"))
    assert [(each.annotation_id, each.count, each.excerpt) for each in found] == [
        (first, 2, "so we went there so")
    ]
    assert isinstance(found[0], FoundWork)


def test_every_text_that_is_searched_is_logged_found_or_not(bench: Bench) -> None:
    bench.agree(ANA)
    ids = [bench.submitted(ANA, text) for text in ("so", "no")]
    bench.work(ANA).search_today(Query("so"))
    told = bench.events(Action.TEXT_OPENED)
    assert sorted(event.detail["annotations"][0] for event in told) == sorted(ids)
    assert {event.detail["purpose"] for event in told} == {"search"}


def test_work_of_yesterday_is_neither_searched_nor_logged(bench: Bench) -> None:
    bench.agree(ANA)
    bench.submitted(ANA, "so")
    bench.clock.advance(24 * 60 * 60)
    assert bench.work(ANA).search_today(Query("so")) == []
    assert not bench.events(Action.TEXT_OPENED)
