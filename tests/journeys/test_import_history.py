"""Past imports as the access log has them."""

from pathlib import Path

import pytest

from reviewer.errors import Refused, Unavailable
from reviewer.lead.import_history import UNFINISHED
from reviewer.lead.intake_report import IntakeOptions, ReportRow
from reviewer.model.event import Action, Event
from reviewer.privacy.manifest_row import Outcome, RefusalCode
from tests.benches.workspace import LEAD, Bench, make_bench, write_clips


@pytest.fixture
def bench(tmp_path: Path):
    made = make_bench(tmp_path, drafts=())
    made.agree(LEAD)
    yield made
    made.workspace.close()


@pytest.fixture
def manifest(bench: Bench, tmp_path: Path) -> Path:
    """Three clips, the second without its file."""
    made = write_clips(
        tmp_path / "in", bench.clock, ["a draft", "", "call four one five five five two six seven one"]
    )
    (tmp_path / "in" / "clip1.wav").unlink()
    return made


def test_every_import_and_check_is_listed_with_its_counts_and_lines(bench: Bench, manifest: Path) -> None:
    lead = bench.person(LEAD).lead
    lead.import_manifest(manifest, IntakeOptions(dry_run=True))
    bench.clock.advance(60)
    lead.import_manifest(manifest, IntakeOptions())
    again, check = lead.past_imports()
    assert (again.is_dry_run, check.is_dry_run) == (False, True)
    for past in (again, check):
        assert (past.lines, past.accepted, past.refused, past.quarantined) == (3, 1, 1, 1)
        assert (past.outcome, past.person_id) == ("ok", lead.identity.person.id)
    report = lead.report_of_import(again.id)
    assert [(row.line, row.outcome, row.code) for row in report.rows] == [
        (1, Outcome.ACCEPTED, None),
        (2, Outcome.REFUSED, RefusalCode.UNDECODABLE),
        (3, Outcome.QUARANTINED, RefusalCode.PII_FLAGGED),
    ]
    assert all(row.clip for row in report.rows if row.outcome is not Outcome.REFUSED)
    assert not any(row.audio for row in report.rows)
    assert lead.report_of_import(check.id).rows == ()
    with pytest.raises(Refused):
        lead.report_of_import("i0")


def test_a_row_of_an_earlier_version_is_about_one_line(bench: Bench, manifest: Path) -> None:
    signed_in = bench.person(LEAD)
    signed_in.lead.import_manifest(manifest, IntakeOptions())
    (past,) = signed_in.lead.past_imports()
    detail = {"import": past.id, "line": 7}
    event = Event.by(signed_in.identity, Action.CLIP_IMPORTED, "c0123456789abcdef", detail=detail)
    bench.workspace._unit.log.record(event)
    *_, row = signed_in.lead.report_of_import(past.id).rows
    assert (row.line, row.clip, row.outcome) == (7, "c0123456789abcdef", Outcome.ACCEPTED)


def test_lines_of_one_import_are_not_among_those_of_another(bench: Bench, manifest: Path) -> None:
    lead = bench.person(LEAD).lead
    for _ in range(2):
        lead.import_manifest(manifest, IntakeOptions())
        bench.clock.advance(60)
    second, first = lead.past_imports()
    assert [row.code for row in lead.report_of_import(second.id).rows] == [
        RefusalCode.DUPLICATE, RefusalCode.UNDECODABLE, RefusalCode.DUPLICATE,
    ]  # fmt: skip
    assert len(lead.report_of_import(first.id).rows) == 3


def test_an_import_without_an_end_is_unfinished(bench: Bench, manifest: Path) -> None:
    lead = bench.person(LEAD).lead
    log, record = lead._unit.log, lead._unit.log.record

    def fails_at_the_end(event) -> None:
        if event.action is Action.IMPORT_ENDED:
            raise Unavailable("WORKSPACE_FILE_FAILED", problem="disk")
        record(event)

    object.__setattr__(log, "record", fails_at_the_end)
    with pytest.raises(Unavailable):
        lead.import_manifest(manifest, IntakeOptions())
    object.__setattr__(log, "record", record)
    (past,) = lead.past_imports()
    assert (past.outcome, past.lines, past.accepted) == (UNFINISHED, 3, 0)


def test_rows_arrive_one_by_one_and_are_those_of_the_report(bench: Bench, manifest: Path) -> None:
    arrived: list[ReportRow] = []
    report = bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions(), arrived=arrived.append)
    assert sorted(arrived, key=lambda row: row.line) == list(report.rows)
