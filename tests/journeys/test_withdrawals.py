"""Withdrawals: remembered for sources that are not here yet, due on their day, and never lost on the way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reviewer.errors import Refused, Unavailable
from reviewer.lead.intake_report import IntakeOptions
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.lead.purge import PurgeReport
from reviewer.lead.withdrawals import Withdrawal, read_withdrawals, record_withdrawals
from reviewer.model.clip import ClipState
from reviewer.model.clock import to_iso
from reviewer.model.event import Action, Event
from reviewer.session.due_purges import DuePurges
from tests.benches.lead import LeadBench, Replaced
from tests.factories import a_keyring
from tests.journeys.test_intake import Imports, a_line, codes, imports  # noqa: F401 - a fixture
from tests.journeys.test_purge import add_clip

DAY = timedelta(days=1)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LeadBench]:
    made = LeadBench(tmp_path / "ws")
    yield made
    made.close()


def withdraw(bench: LeadBench, *withdrawals: Withdrawal) -> PurgeReport:
    return bench.purge().purge_clips(bench.lead, withdrawals, retention=False)


def recorded(bench: LeadBench) -> list[tuple[str, str, str]]:
    """Object, source and date of each withdrawal in the log."""
    events = [row.event() for row in bench.unit.log.rows()]
    return [
        (event.object, str(event.detail["source"]), str(event.detail["at"]))
        for event in events
        if event.action == Action.WITHDRAWAL
    ]


def test_clip_of_a_source_that_withdrew_before_it_came_is_refused(imports: Imports) -> None:  # noqa: F811
    report = withdraw(imports.bench, Withdrawal("source-1"))
    assert (report.purged, report.unknown) == ((), 1)
    assert codes(imports.run(a_line(1), a_line(2))) == ["WITHDRAWN", "accepted"]
    assert imports.decoder.asked == ["2.wav"]
    assert withdraw(imports.bench, Withdrawal("source-1")).unknown == 1


def test_dry_run_says_so_too_and_a_purged_source_comes_back_as_withdrawn(
    imports: Imports,  # noqa: F811
) -> None:
    imports.run(a_line(1))
    assert len(withdraw(imports.bench, Withdrawal("source-1")).purged) == 1
    assert codes(imports.run(a_line(1), options=IntakeOptions(dry_run=True))) == ["WITHDRAWN"]


def test_withdrawal_while_a_clip_is_being_decoded_keeps_it_out(imports: Imports) -> None:  # noqa: F811
    class Meanwhile(type(imports.decoder)):  # type: ignore[misc]
        def decode(self, *arguments: object) -> object:
            withdraw(imports.bench, Withdrawal("source-1"))
            return super().decode(*arguments)

    assert codes(imports.run(a_line(1), decoder=Meanwhile())) == ["WITHDRAWN"]
    assert (imports.sealed(), imports.unit.clips.ids()) == (set(), set())


@pytest.mark.parametrize("sent", ["source-1", "  source-1\u00a0", "source-1\t"])
def test_spaces_around_an_id_make_no_other_source(imports: Imports, sent: str) -> None:  # noqa: F811
    imports.run(a_line(1))
    assert len(withdraw(imports.bench, Withdrawal(sent)).purged) == 1


@pytest.mark.parametrize(
    ("here", "sent"),
    [
        ("source-1", "Source‑1"),
        ("source-1", "source-1.wav"),
        ("0012", "12"),
        ("0012", "12.0"),
        ("12", "00012"),
    ],
)
def test_a_list_whose_ids_were_changed_on_their_way_says_so(
    imports: Imports,  # noqa: F811
    here: str,
    sent: str,
) -> None:
    imports.run(a_line(1, source_id=here))
    report = withdraw(imports.bench, Withdrawal(sent), Withdrawal("source-3"))
    assert (report.purged, report.unknown, report.similar) == ((), 2, (sent,))
    assert report.to_json()["similar"] == [sent]


def test_a_number_that_lost_its_zeros_after_it_was_withdrawn_is_refused(imports: Imports) -> None:  # noqa: F811
    assert not imports.unit.withdrawals.is_any_recorded()
    withdraw(imports.bench, Withdrawal("0012"), Withdrawal("14"))
    assert imports.unit.withdrawals.is_any_recorded()
    report = imports.run(
        *(a_line(at, source_id=each) for at, each in enumerate(("12", "13", "0014", "a12"), 1))
    )
    assert codes(report) == ["WITHDRAWN", "accepted", "WITHDRAWN", "accepted"]


def test_composed_and_decomposed_letters_are_the_same_source() -> None:
    hashes = KeyedHashes(a_keyring())
    assert hashes.of_source_id("Zo\u00eb") == hashes.of_source_id("Zoe\u0308")
    assert hashes.of_source_id("zo\u00eb") != hashes.of_source_id("Zo\u00eb")


def test_source_with_an_invisible_character_is_refused_at_import_because_no_list_could_name_it(
    imports: Imports,  # noqa: F811
) -> None:
    assert codes(imports.run(a_line(1, source_id="source\u200b1"))) == ["BAD_VALUE"]


def test_withdrawals_and_their_log_rows_are_one_commit_and_written_once(bench: LeadBench) -> None:
    add_clip(bench, "c1")
    hashes = KeyedHashes(bench.lead.keyring)
    known, unknown = hashes.of_source_id("source of c1"), hashes.of_source_id("nobody")
    now = to_iso(bench.clock.now())
    for _ in range(2):
        withdraw(bench, Withdrawal("source of c1"), Withdrawal("nobody"), Withdrawal("nobody"))
        bench.clock.advance(60)
    assert recorded(bench) == [("c1", known, now), (unknown, unknown, now)]
    ((list_id, sources),) = [(each.list_id, each.sources) for each in bench.unit.withdrawals.unknown()]
    assert (list_id[0], sources) == ("w", 1)
    assert bench.unit.withdrawals.among([known]).keys() == {known}
    withdraw(bench, Withdrawal("nobody else"), Withdrawal("and another"))
    assert [each.sources for each in bench.unit.withdrawals.unknown()] == [2, 1]


def test_a_list_of_which_one_row_cannot_be_logged_is_not_recorded(bench: LeadBench) -> None:
    add_clip(bench, "c1")
    log, written = bench.unit.log, list[Event]()

    def record(event: Event) -> int:
        if written:
            raise Unavailable("WORKSPACE_FILE_FAILED")
        written.append(event)
        return log.record(event)

    unit = replace(bench.unit, log=Replaced(log, record=record))
    with pytest.raises(Unavailable):
        record_withdrawals(unit, bench.lead, [Withdrawal("source of c1"), Withdrawal("nobody")])
    assert len(written) == 1
    assert (recorded(bench), bench.unit.clips.get("c1").consent_withdrawn_at) == ([], None)
    assert list(bench.unit.withdrawals.unknown()) == []


def test_dated_withdrawal_is_due_on_its_day_and_nothing_is_handed_out_after_it(bench: LeadBench) -> None:
    add_clip(bench, "c1", passes=2)
    at = bench.clock.now() + DAY
    report = withdraw(bench, Withdrawal("source of c1", at), Withdrawal("source of c1", at + DAY))
    assert (report.purged, report.later) == ((), (("c1", at),))
    due = DuePurges(bench.unit)
    bench.clock.advance(86_399)
    assert due.purge(bench.lead) == ()
    assert bench.claim("Ana Kowalska") is not None
    bench.clock.advance(1)
    assert bench.claim("Ben Okafor") is None
    with pytest.raises(Refused, match="CONSENT_ENDED"):
        bench.access.openable("c1")
    assert due.purge(bench.lead) == ("c1",)
    assert bench.unit.queue.clip_state("c1") is ClipState.PURGED


def test_earlier_date_stands_and_a_later_one_changes_nothing(bench: LeadBench) -> None:
    add_clip(bench, "c1")
    now = bench.clock.now()
    for days in (5, 9, 3, 3):
        withdraw(bench, Withdrawal("source of c1", now + days * DAY))
    assert bench.unit.clips.get("c1").consent_withdrawn_at == now + 3 * DAY
    assert len(recorded(bench)) == 2
    assert withdraw(bench, Withdrawal("source of c1")).purged == (("c1", "consent_withdrawn"),)


def test_manifests_earlier_date_is_kept(bench: LeadBench) -> None:
    add_clip(bench, "c1", consent_withdrawn_at=bench.clock.now() + DAY)
    withdraw(bench, Withdrawal("source of c1", bench.clock.now() + 2 * DAY))
    assert bench.unit.clips.get("c1").consent_withdrawn_at == bench.clock.now() + DAY


def test_source_with_a_future_date_is_imported_until_that_day(imports: Imports) -> None:  # noqa: F811
    bench = imports.bench
    at = bench.clock.now() + DAY
    withdraw(bench, Withdrawal("source-1", at), Withdrawal("source-2", at))
    (row,) = imports.run(a_line(1)).rows
    assert bench.unit.clips.get(row.clip).consent_withdrawn_at == at
    assert [each.sources for each in bench.unit.withdrawals.unknown()] == [1]
    bench.clock.advance(86_400)
    assert codes(imports.run(a_line(2))) == ["WITHDRAWN"]
    assert DuePurges(bench.unit).purge(bench.lead) == (row.clip,)


def test_list_may_have_a_date_for_each_source(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(
        "Source ID;Withdrawn At;Note\none;2026-12-24;x\ntwo;;\nthree;2026-12-24T01:00:00+02:00;\n",
        encoding="utf-8",
    )
    assert read_withdrawals(tmp_path / "list") == (
        Withdrawal("one", datetime(2026, 12, 24, tzinfo=UTC)),
        Withdrawal("two"),
        Withdrawal("three", datetime(2026, 12, 23, 23, tzinfo=UTC)),
    )
    (tmp_path / "list").write_text('{"source_id": "one", "consent_withdrawn_at": null}\n', encoding="utf-8")
    assert read_withdrawals(tmp_path / "list") == (Withdrawal("one"),)


@pytest.mark.parametrize(
    ("heading", "value", "is_to_come"),
    [
        ("date", "2027-05-01", True),
        ("Datum", "31.12.2026", True),
        ("ends", "2026-12-24T01:00:00Z", True),
        ("date", "5/1/2026", False),
        ("requested", "2026-11-01", False),
        ("date", "1.12.2026", False),  # or the 12th of January
        ("number", "99-99-2030", False),
    ],
)
def test_list_with_a_day_to_come_in_a_further_column_is_refused_whole(
    tmp_path: Path, heading: str, value: str, is_to_come: bool
) -> None:
    path, now = tmp_path / "list.csv", datetime(2026, 11, 30, tzinfo=UTC)
    path.write_text(f"source_id,{heading},withdrawn_at\none,{value},2026-11-01\n", encoding="utf-8")
    assert len(read_withdrawals(path, now)) == 1
    path.write_text(f"source_id,{heading}\none,2026-01-01\ntwo,{value}\n", encoding="utf-8")
    if not is_to_come:
        assert len(read_withdrawals(path, now)) == 2
        return
    with pytest.raises(Refused) as caught:
        read_withdrawals(path, now)
    parameters = caught.value.parameters
    assert (parameters["lines"], parameters["problem"].code) == ("3", "WITHDRAWAL_TO_COME")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("withdrawn", "no"),
        ("Withdrawn?", "FALSE"),
        ("opted out", "0"),
        ("status", "active"),
        ("Consent status", "granted"),
        ("consent", "yes"),
        ("withdrawn on", "2031-01-01"),
        ("withdrawal possible until", "2026-01-01"),
        ("widerrufen", "nein"),
        ("Einwilligung", "Ja"),
        ("отозвано", "нет"),
        ("सहमति", "हाँ"),
        ("Zustand", "aktiv"),
        ("revocado", "0"),
        ("Action", "keep"),
        ("decision", "stays"),
        ("Wunsch", "behalten"),
        *((heading, "2031-01-01") for heading in ("Revoked on", "opt-out", "Opted out since")),
        *((heading, "pending") for heading in ("state", "active", "opt-in", "opted in", "consent_status")),
    ],
)
def test_list_whose_further_column_may_say_no_is_refused_whole(
    tmp_path: Path, heading: str, value: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"source_id,{heading}\nsource-1,{value}\n", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_withdrawals(path)
    problem = caught.value.parameters["problem"]
    assert (problem.code, problem.parameters["column"]) == ("WITHDRAWAL_IN_DOUBT", heading)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("withdrawn", "Yes"),
        ("status", "withdrawn"),
        ("Revoked", "x"),
        ("note", "no"),
        ("consent_product", "windows"),
        *((heading, "2026-05-01") for heading in ("Revoked on", "opt-out date", "Date of withdrawal")),
        *(("withdrawn", day) for day in ("01.05.2026", "5/1/2026", "2026-05-01 10:00:00+00")),
        *((heading, "no") for heading in ("locale", "language", "Country", "draft", "reason")),
        *(("status", said) for said in ("consent withdrawn", "Löschung")),
        ("request", "deletion"),
        ("number", "1"),
        ("Abgemeldet", "x"),
        ("action", "delete"),
        *(("status", value) for value in ("revoked", "opted out", "opt-out", "ended")),
        *(("withdrawn", value) for value in ("y", "true", "1", "")),
        *((heading, "no") for heading in ("notes", "comment", "comments", "remark", "remarks")),
    ],
)
def test_further_columns_that_agree_or_say_something_else_are_passed_over(
    tmp_path: Path, heading: str, value: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"source_id,{heading}\nsource-1,{value}\n", encoding="utf-8")
    now = datetime(2026, 11, 30, tzinfo=UTC)
    assert [each.source_id for each in read_withdrawals(path, now)] == ["source-1"]


def test_a_day_that_may_be_to_come_with_day_and_month_exchanged_is_in_doubt(tmp_path: Path) -> None:
    path, now = tmp_path / "list.csv", datetime(2026, 11, 30, tzinfo=UTC)
    path.write_text("source_id,revoked on\none,5/12/2026\n", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_withdrawals(path, now)
    assert caught.value.parameters["problem"].code == "WITHDRAWAL_IN_DOUBT"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("24.12.2026", datetime(2026, 12, 24, tzinfo=UTC)),
        ("1.5.2026", datetime(2026, 5, 1, tzinfo=UTC)),
        ("2026-05-01 10:00+02", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("2026-05-01 10:00:00.5 UTC", datetime(2026, 5, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-05-01T10:00:00.0000000Z", datetime(2026, 5, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_date_may_be_written_as_databases_and_spreadsheets_do(
    tmp_path: Path, written: str, at: datetime
) -> None:
    (tmp_path / "list.csv").write_text(f"source_id;withdrawn_at\none;{written}\n", encoding="utf-8")
    assert read_withdrawals(tmp_path / "list.csv") == (Withdrawal("one", at),)


def test_ids_that_are_numbers_may_be_numbers_in_json(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    for text in (
        '[{"source_id": 41}, {"source_id": "b"}]',
        '[41, "b"]',
        '{"source_id": 41}\n{"source_id": "b"}',
    ):
        path.write_text(text, encoding="utf-8")
        assert [each.source_id for each in read_withdrawals(path)] == ["41", "b"]


@pytest.mark.parametrize(
    ("heading", "ticked"),
    [
        ("withdrawn", "yes"),
        ("Revoked", "x"),
        ("status", "withdrawn"),
        ("opted out", "1"),
        ("Zurückgezogen", "X"),
        ("behalten", "✓"),
        ("取り消し", "☑"),
    ],
)
def test_a_column_that_is_ticked_for_some_refuses_the_list(tmp_path: Path, heading: str, ticked: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"source_id,{heading}\none,{ticked}\ntwo,\n", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_withdrawals(path)
    parameters = caught.value.parameters
    assert (parameters["lines"], parameters["problem"].code) == ("3", "WITHDRAWAL_IN_DOUBT")  # type: ignore[union-attr]
    path.write_text(
        f'{{"source_id": "one", "{heading}": "{ticked}"}}\n{{"source_id": "two"}}\n', encoding="utf-8"
    )
    with pytest.raises(Refused):
        read_withdrawals(path)


def test_of_two_dates_the_earlier_counts(tmp_path: Path) -> None:
    path, early = tmp_path / "list.csv", datetime(2031, 1, 1, tzinfo=UTC)
    text = (
        "source_id,Consent withdrawn at,withdrawn_at\none,2031-01-01,2031-02-01\ntwo,2031-03-01,2031-01-01\n"
    )
    path.write_text(text, encoding="utf-8")
    assert read_withdrawals(path) == (Withdrawal("one", early), Withdrawal("two", early))


def test_a_number_is_no_date(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text('{"source_id": "one", "withdrawn_at": 20310101}\n', encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_withdrawals(path)
    assert caught.value.parameters["problem"].code == "TABLE_BAD_DATE"


def test_a_column_of_zeros_and_ones_refuses_the_list(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("source_id,Einverstanden\none,1\ntwo,0\n", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_withdrawals(path)
    assert caught.value.parameters["problem"].code == "WITHDRAWAL_IN_DOUBT"
    assert caught.value.parameters["lines"] == "2, 3"
    path.write_text("source_id,minutes\none,12\ntwo,0\n", encoding="utf-8")
    assert len(read_withdrawals(path)) == 2


def test_remarks_and_dates_may_be_there_for_some(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "source_id,withdrawn_at,note,ticket\none,2026-01-01,phoned,T-12\ntwo,,,\n", encoding="utf-8"
    )
    assert [each.source_id for each in read_withdrawals(path)] == ["one", "two"]


@pytest.mark.parametrize(
    "date",
    ["12/24/2026", "24.13.2026", "2026-13-01", "2026-12-24T01:00:00", "soon", "0001-01-01T00:00:00+14:00"],
)
def test_date_that_cannot_be_read_refuses_the_whole_list(tmp_path: Path, date: str) -> None:
    (tmp_path / "list").write_text(f"source_id,withdrawn_at\none,\ntwo,{date}\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_withdrawals(tmp_path / "list")
    problem = refused.value.parameters["problem"]
    assert (refused.value.parameters["lines"], problem.code) == ("3", "TABLE_BAD_DATE")  # type: ignore[union-attr]
