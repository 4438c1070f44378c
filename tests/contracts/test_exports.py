"""Every export is remembered with the annotation that left, so that it can be recalled."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from reviewer.access.exports import ExportFolder, ExportRecord, ExportRepository, ExportState
from reviewer.errors import Damaged, Refused
from tests.benches.capabilities import ANN, Capabilities
from tests.fakes.clock import START

LATER = START + timedelta(days=1)
OUT = "/sets/first"


@pytest.fixture
def exports(bench: Capabilities) -> ExportRepository:
    return ExportRepository(bench.database)


def items_of(bench: Capabilities, export_id: str) -> dict[str, str]:
    rows = bench.database.rows(
        "SELECT clip_id, annotation_id FROM export_item WHERE export_id = ?", (export_id,)
    )
    return {row["clip_id"]: row["annotation_id"] for row in rows}


def intend(exports: ExportRepository, export_id: str, items: Mapping[str, str]) -> None:
    """The export says what it will write, and where."""
    exports.intend(ExportFolder(export_id, "/sets/.part", OUT, "marker", "2"), items)


def write(exports: ExportRepository, export_id: str, items: Mapping[str, str]) -> None:
    """An export from its intent to its end."""
    intend(exports, export_id, items)
    exports.folder_made(export_id)
    exports.finish(export_id, "0" * 64)
    exports.settle(export_id, LATER)


def state_of(bench: Capabilities, export_id: str) -> ExportState:
    return ExportState(bench.database.value("SELECT state FROM export WHERE id = ?", (export_id,)))


def test_finished_export_names_the_annotation_of_each_clip_though_one_is_purged(
    bench: Capabilities, exports: ExportRepository
) -> None:
    exports.start("x1", ANN, ("nemo", "csv"), START)
    write(exports, "x1", {"c1": "a1", "c2": "a2"})
    bench.purge("c1")
    assert state_of(bench, "x1") is ExportState.FINISHED
    assert items_of(bench, "x1") == {"c1": "a1", "c2": "a2"}
    assert [record.clips for record in exports.exports_of({"c1"})] == [("c1",)]


def test_recall_lists_the_exports_of_the_clips_asked_for_and_only_those_clips(
    exports: ExportRepository,
) -> None:
    exports.start("late", ANN, ("nemo", "csv"), LATER)
    exports.start("early", ANN, ("csv",), START)
    write(exports, "late", {"c1": "a1", "c2": "a2", "c3": "a3"})
    write(exports, "early", {"c2": "a2"})
    assert exports.exports_of({"c1", "c2"}) == [
        ExportRecord("early", START, ("csv",), ("c2",), out=OUT),
        ExportRecord("late", LATER, ("nemo", "csv"), ("c1", "c2"), out=OUT),
    ]
    assert exports.exports_of(set()) == []


@pytest.mark.parametrize("count", [499, 500, 501, 1201])
def test_recall_of_more_clips_than_one_statement_takes_finds_every_one(
    exports: ExportRepository, count: int
) -> None:
    exports.start("x1", ANN, ("csv",), START)
    write(exports, "x1", {"c3": "a3"})
    asked = {f"b{number:05}" for number in range(count)} | {"c3"}
    assert exports.exports_of(asked) == [ExportRecord("x1", START, ("csv",), ("c3",), out=OUT)]


@pytest.mark.parametrize("ending", ["never", "fail"])
def test_export_that_intended_nothing_is_not_recalled(
    bench: Capabilities, exports: ExportRepository, ending: str
) -> None:
    exports.start("x1", ANN, ("csv",), START)
    if ending == "fail":
        exports.fail("x1")
    assert exports.exports_of({"c1"}) == []
    assert items_of(bench, "x1") == {}


@pytest.mark.parametrize("first", ["finish", "fail"])
def test_export_that_has_ended_is_neither_finished_again_nor_made_a_failed_one(
    bench: Capabilities, exports: ExportRepository, first: str
) -> None:
    exports.start("x1", ANN, ("csv",), START)
    if first == "fail":
        exports.fail("x1")
    else:
        write(exports, "x1", {"c1": "a1"})
    before = state_of(bench, "x1"), items_of(bench, "x1")
    with pytest.raises(Refused, match="NO_EXPORT"):
        exports.finish("x1", "1" * 64)
    with pytest.raises(Refused, match="NO_EXPORT"):
        intend(exports, "x1", {"c2": "a2"})
    exports.fail("x1")
    assert (state_of(bench, "x1"), items_of(bench, "x1")) == before
    assert [record.id for record in exports.exports_of({"c1"})] == (["x1"] if first == "finish" else [])


def test_export_that_was_never_started_is_refused(exports: ExportRepository) -> None:
    with pytest.raises(Refused):
        write(exports, "x9", {"c1": "a1"})
    assert exports.exports_of({"c1"}) == []


def test_export_of_an_unknown_clip_leaves_the_export_unfinished(
    bench: Capabilities, exports: ExportRepository
) -> None:
    exports.start("x1", ANN, ("csv",), START)
    with pytest.raises(Damaged):
        write(exports, "x1", {"c1": "a1", "nowhere": "a9"})
    assert state_of(bench, "x1") is ExportState.STARTED
    assert items_of(bench, "x1") == {}


@pytest.mark.parametrize("is_made", [False, True])
@pytest.mark.parametrize("has_failed", [False, True])
def test_unfinished_export_is_recalled_until_it_is_known_that_nothing_is_left(
    exports: ExportRepository, is_made: bool, has_failed: bool
) -> None:
    exports.start("x1", ANN, ("csv",), START)
    intend(exports, "x1", {"c1": "a1", "c2": "a2"})
    if is_made:
        exports.folder_made("x1")
    if has_failed:
        exports.fail("x1")
    (record,) = exports.exports_of({"c2"})
    state = ExportState.FAILED if has_failed else ExportState.STARTED
    assert (record.clips, record.state, record.out) == (("c2",), state, OUT)
    assert [(left.export_id, left.is_made) for left in exports.unsettled()] == [("x1", is_made)]
    exports.settle("x1", LATER)
    assert exports.exports_of({"c2"}) == []
    assert exports.unsettled() == []


def test_unfinished_set_of_which_there_may_be_a_copy_is_recalled_for_ever(exports: ExportRepository) -> None:
    exports.start("x1", ANN, ("csv",), START)
    intend(exports, "x1", {"c1": "a1"})
    exports.settle("x1", LATER, may_exist=True)
    exports.settle("x1", LATER)
    assert [record.id for record in exports.exports_of({"c1"})] == ["x1"]


def test_export_that_runs_is_told_from_one_that_was_killed_by_its_lock(exports: ExportRepository) -> None:
    exports.start("x1", ANN, ("csv",), START)
    assert exports.running() == ["x1"]
    with exports.locked("x1") as is_mine, exports.locked("x1") as is_others:
        assert (is_mine, is_others) == (True, False)
    with exports.locked("x1") as is_mine:
        assert is_mine
    assert exports.fail("x1")
    assert not exports.fail("x1")
    assert exports.running() == []
