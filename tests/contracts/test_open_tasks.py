"""It is known in which window a task is open, and only that window can take the note back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reviewer.clips.open_tasks import OpenTask, OpenTasks
from tests.benches.capabilities import ANN, BEN, Capabilities, capabilities
from tests.fakes.clock import START

LATER = START + timedelta(seconds=15)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Capabilities]:
    with capabilities(tmp_path) as made:
        made.import_clip("c1")
        yield made


@pytest.fixture
def open_tasks(bench: Capabilities) -> OpenTasks:
    return OpenTasks(bench.database)


def test_task_has_no_window_until_one_opens_it_and_another_takes_it_over(open_tasks: OpenTasks) -> None:
    assert open_tasks.get("t1", ANN) is None
    open_tasks.seen("t1", ANN, "c1", "first", START)
    open_tasks.seen("t1", ANN, "c1", "second", LATER)
    assert open_tasks.get("t1", ANN) == OpenTask("second", LATER)


def test_window_that_lost_the_task_does_not_remove_the_note_of_the_one_that_has_it(
    open_tasks: OpenTasks,
) -> None:
    open_tasks.seen("t1", ANN, "c1", "second", LATER)
    open_tasks.left("t1", ANN, "first")
    assert open_tasks.get("t1", ANN) == OpenTask("second", LATER)
    open_tasks.left("t1", ANN, "second")
    assert open_tasks.get("t1", ANN) is None


def test_closing_a_window_leaves_every_task_of_it_and_none_of_another(open_tasks: OpenTasks) -> None:
    open_tasks.seen("t1", ANN, "c1", "first", START)
    open_tasks.seen("t2", ANN, "c1", "first", START)
    open_tasks.seen("t1", BEN, "c1", "second", START)
    open_tasks.left_all("first")
    assert open_tasks.get("t1", ANN) is None
    assert open_tasks.get("t2", ANN) is None
    assert open_tasks.get("t1", BEN) == OpenTask("second", START)
