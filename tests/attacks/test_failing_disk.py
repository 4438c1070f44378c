"""A disk that fails at the end of an export, and names that no disk can have."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reviewer.access.exports import ExportState
from reviewer.errors import Unavailable
from tests.benches.lead import LeadBench, Replaced


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LeadBench]:
    made = LeadBench(tmp_path / "ws")
    made.agree()
    yield made
    made.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "sets").mkdir()
    return tmp_path / "sets" / "first"


def test_disk_that_fails_after_the_commit_does_not_make_a_failure_of_a_set(
    bench: LeadBench, out: Path
) -> None:
    """Otherwise a lead is told that nothing was written, and voices in clear stay in the folder."""
    bench.accepted("c1", "yes")

    def settle(*_given: Any, **_options: Any) -> None:
        raise Unavailable("WORKSPACE_FILE_FAILED", problem="disk I/O error")

    unit = bench.replaced(exports=Replaced(bench.unit.exports, settle=settle))
    assert bench.export(unit=unit).export_set(bench.lead, out, ("nemo",)).clips == 1
    assert [row for row in bench.acts() if row[0] == "export.ended"] == [("export.ended", "ok", "")]
    assert [each.state for each in bench.unit.exports.unsettled()] == [ExportState.FINISHED]


def test_export_that_ended_well_is_not_said_to_have_failed(bench: LeadBench, out: Path) -> None:
    bench.accepted("c1", "yes")

    def interrupted(*_given: Any, **_options: Any) -> None:
        raise KeyboardInterrupt

    unit = bench.replaced(exports=Replaced(bench.unit.exports, settle=interrupted))
    with pytest.raises(KeyboardInterrupt):
        bench.export(unit=unit).export_set(bench.lead, out, ("nemo",))
    assert [row[1] for row in bench.acts() if row[0] == "export.ended"] == ["ok"]


@pytest.mark.parametrize("name", ["a" * 256, "a\0b"])
def test_name_that_no_folder_can_have_is_said_before_anything_is_unsealed(
    bench: LeadBench, out: Path, name: str
) -> None:
    bench.accepted("c1", "yes")
    with pytest.raises(Unavailable, match="SET_NOT_WRITTEN"):
        bench.run_export(out.with_name(name) if "\0" not in name else Path(f"{out.parent}/{name}"))
    assert not any(row[0].startswith("export") for row in bench.acts())
    assert list(out.parent.iterdir()) == []
