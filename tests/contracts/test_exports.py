"""Every export is remembered with the annotation that left, so that it can be recalled."""

from datetime import timedelta

import pytest

from reviewer.access.exports import ExportRecord, ExportRepository, ExportState
from reviewer.errors import Damaged, Refused
from tests.benches.capabilities import ANN, Capabilities
from tests.fakes.clock import START

LATER = START + timedelta(days=1)


@pytest.fixture
def exports(bench: Capabilities) -> ExportRepository:
    return ExportRepository(bench.database)


def items_of(bench: Capabilities, export_id: str) -> dict[str, str]:
    rows = bench.database.rows(
        "SELECT clip_id, annotation_id FROM export_item WHERE export_id = ?", (export_id,)
    )
    return {row["clip_id"]: row["annotation_id"] for row in rows}


def state_of(bench: Capabilities, export_id: str) -> ExportState:
    return ExportState(bench.database.value("SELECT state FROM export WHERE id = ?", (export_id,)))


def test_finished_export_names_the_annotation_of_each_clip_though_one_is_purged(
    bench: Capabilities, exports: ExportRepository
) -> None:
    exports.start("x1", ANN, ("nemo", "csv"), START)
    exports.finish("x1", {"c1": "a1", "c2": "a2"}, "0" * 64)
    bench.purge("c1")
    assert state_of(bench, "x1") is ExportState.FINISHED
    assert items_of(bench, "x1") == {"c1": "a1", "c2": "a2"}
    assert [record.clips for record in exports.exports_of({"c1"})] == [("c1",)]


def test_recall_lists_the_exports_of_the_clips_asked_for_and_only_those_clips(
    exports: ExportRepository,
) -> None:
    exports.start("late", ANN, ("nemo", "csv"), LATER)
    exports.start("early", ANN, ("csv",), START)
    exports.finish("late", {"c1": "a1", "c2": "a2", "c3": "a3"}, "0" * 64)
    exports.finish("early", {"c2": "a2"}, "0" * 64)
    assert exports.exports_of({"c1", "c2"}) == [
        ExportRecord("early", START, ("csv",), ("c2",)),
        ExportRecord("late", LATER, ("nemo", "csv"), ("c1", "c2")),
    ]
    assert exports.exports_of(set()) == []


@pytest.mark.parametrize("count", [499, 500, 501, 1201])
def test_recall_of_more_clips_than_one_statement_takes_finds_every_one(
    exports: ExportRepository, count: int
) -> None:
    exports.start("x1", ANN, ("csv",), START)
    exports.finish("x1", {"c3": "a3"}, "0" * 64)
    asked = {f"b{number:05}" for number in range(count)} | {"c3"}
    assert exports.exports_of(asked) == [ExportRecord("x1", START, ("csv",), ("c3",))]


@pytest.mark.parametrize("ending", ["never", "fail"])
def test_export_that_did_not_finish_is_not_recalled(
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
        exports.finish("x1", {"c1": "a1"}, "0" * 64)
    before = state_of(bench, "x1"), items_of(bench, "x1")
    with pytest.raises(Refused, match="NO_EXPORT"):
        exports.finish("x1", {"c2": "a2"}, "1" * 64)
    exports.fail("x1")
    assert (state_of(bench, "x1"), items_of(bench, "x1")) == before
    assert [record.id for record in exports.exports_of({"c1"})] == (["x1"] if first == "finish" else [])


def test_export_that_was_never_started_is_refused(exports: ExportRepository) -> None:
    with pytest.raises(Refused):
        exports.finish("x9", {"c1": "a1"}, "0" * 64)
    assert exports.exports_of({"c1"}) == []


def test_export_of_an_unknown_clip_leaves_the_export_unfinished(
    bench: Capabilities, exports: ExportRepository
) -> None:
    exports.start("x1", ANN, ("csv",), START)
    with pytest.raises(Damaged):
        exports.finish("x1", {"c1": "a1", "nowhere": "a9"}, "0" * 64)
    assert state_of(bench, "x1") is ExportState.STARTED
    assert items_of(bench, "x1") == {}
