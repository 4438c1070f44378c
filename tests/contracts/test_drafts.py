"""A draft is never overtaken by an older one, whatever order they arrive in."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.clips.drafts import StoredDraft
from tests.benches.capabilities import ANN, BEN, Capabilities, capabilities
from tests.fakes.clock import START

LATER = START + timedelta(minutes=1)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Capabilities]:
    with capabilities(tmp_path) as made:
        made.import_clip("c1")
        made.import_clip("c2")
        yield made


def save(bench: Capabilities, revision: int, sealed: bytes, window: str = "window-1") -> bool:
    return bench.drafts.save("t1", ANN, "c1", window, revision, sealed, START)


def test_draft_is_read_as_it_was_saved(bench: Capabilities) -> None:
    assert bench.drafts.save("t1", ANN, "c1", "window-1", 7, b"sealed", LATER)
    assert bench.drafts.get("t1", ANN) == StoredDraft("window-1", 7, b"sealed", LATER)


def test_new_window_begins_its_own_revisions(bench: Capabilities) -> None:
    assert save(bench, 40, b"before the restart", window="window-1")
    assert save(bench, 1, b"after the restart", window="window-2")
    assert bench.drafts.window_of("t1", ANN) == "window-2"


def test_drafts_of_other_people_and_tasks_are_left_alone(bench: Capabilities) -> None:
    assert save(bench, 5, b"ann")
    assert bench.drafts.save("t1", BEN, "c1", "window-1", 1, b"ben", START)
    assert bench.drafts.save("t2", ANN, "c2", "window-1", 1, b"another task", START)
    bench.drafts.delete("t1", ANN)
    assert bench.drafts.get("t1", ANN) is None
    assert [found.sealed for key in (("t1", BEN), ("t2", ANN)) if (found := bench.drafts.get(*key))] == [
        b"ben",
        b"another task",
    ]


def test_save_inside_a_transaction_that_fails_leaves_the_draft_before_it(bench: Capabilities) -> None:
    save(bench, 1, b"kept")

    def save_and_fail() -> None:
        with bench.database.transaction():
            save(bench, 2, b"rolled back")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        save_and_fail()
    stored = bench.drafts.get("t1", ANN)
    assert (stored.revision, stored.sealed) == (1, b"kept")


@given(order=st.lists(st.integers(0, 12), min_size=1, max_size=25))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_saves_in_any_order_leave_the_newest_revision(bench: Capabilities, order: list[int]) -> None:
    """Of two of one revision the later is taken: the position may have moved."""
    bench.drafts.delete("t1", ANN)
    newest = -1
    for arrival, revision in enumerate(order):
        was_taken = save(bench, revision, f"{revision} at {arrival}".encode())
        assert was_taken is (revision >= newest)
        newest = max(newest, revision)
    last_of_newest = max(place for place, revision in enumerate(order) if revision == newest)
    sealed = f"{newest} at {last_of_newest}".encode()
    assert bench.drafts.get("t1", ANN) == StoredDraft("window-1", newest, sealed, START)
