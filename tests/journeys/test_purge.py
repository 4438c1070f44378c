"""Purging: whose consent ended or whose time is over, all or nothing, and what it leaves."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reviewer.clips.alignments import Alignment
from reviewer.clips.draft_distances import DraftDistance
from reviewer.clips.draft_versions import StoredVersion
from reviewer.errors import NotAllowed, Refused, Unavailable
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.lead.withdrawals import Withdrawal
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.clip import ClipState
from reviewer.model.event import Action
from reviewer.model.held_back import HeldCode, HeldFind
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.redaction import Redaction, RedactionSource, RedactionState
from reviewer.session.due_purges import DuePurges
from reviewer.stats.wer import WordErrors
from tests.benches.lead import LeadBench, Replaced
from tests.benches.workspace import ANA, BEN, PASSPHRASE


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LeadBench]:
    made = LeadBench(tmp_path / "ws")
    yield made
    made.close()


def add_clip(bench: LeadBench, clip_id: str, **changes: Any) -> None:
    """A clip of the source ``source of <id>``."""
    hashes = KeyedHashes(bench.lead.keyring)
    bench.add_clip(clip_id, source_hash=hashes.of_source_id(f"source of {clip_id}"), **changes)


def state(bench: LeadBench) -> dict[str, list[dict[str, Any]]]:
    """Everything that a purge changes."""
    tables = (
        "clip",
        "queue_clip",
        "task",
        "annotation",
        "verdict",
        "hypothesis",
        "draft",
        "late_draft",
        "draft_version",
    )
    return {table: bench.unit.database.rows(f"SELECT * FROM {table}") for table in tables}


KEPT_ABOUT_A_PURGED_CLIP = {"queue_clip", "task", "annotation", "verdict"}
"""Who did what when: ids and states, the sealed work in them emptied."""


def rows_about(bench: LeadBench, clip_id: str) -> dict[str, int]:
    """How many rows name a clip, of every table that has a column for one."""
    found = bench.unit.database.rows(
        "SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND c.name = 'clip_id'"
    )
    counts = {
        row["name"]: bench.unit.database.value(
            f"SELECT count(*) FROM {row['name']} WHERE clip_id = ?",
            (clip_id,),
        )
        for row in found
    }
    return {table: count for table, count in counts.items() if count}


def with_everything(bench: LeadBench) -> None:
    """One clip with an accepted annotation, a hypothesis, a draft and a late draft; one with none."""
    add_clip(bench, "c1", passes=2)
    lease = bench.claim(BEN)
    bench.unit.queue.keep_late_draft(lease, b"sealed", key="late")
    bench.unit.drafts.save(lease.task_id, lease.person_id, "c1", "window", 1, b"sealed", bench.clock.now())
    version = StoredVersion("w1", "pause", b"sealed", bench.clock.now())
    bench.unit.versions.add(lease.task_id, lease.person_id, "c1", version)
    bench.unit.hypotheses.add(bench.lead.keyring, Hypothesis("h1", "c1", "manifest", "", "yes"))
    bench.unit.references.add(bench.lead.keyring, "c1", "a key of the lead's")
    span = (100, 200, PersonalDataKind.NAME, RedactionSource.LISTENER, RedactionState.PROPOSED)
    bench.unit.redactions.add(Redaction("r1", "c1", *span, lease.person_id, bench.clock.now()))
    find = HeldFind("c1", "", HeldCode.TEXT, "phone", 100, 200, bench.clock.now())
    bench.unit.held_finds.replace("c1", "", [find])
    assert bench.submit(ANA, "yes") == "c1"
    [work] = bench.unit.queue.annotations_of(bench.ids[ANA], 1)
    bench.unit.alignments.keep(Alignment(work.id, "c1", "engine", "1", ()), b"sealed")
    counted = (WordErrors(0, 1), WordErrors(0, 3))
    distance = DraftDistance(work.id, "h1", work.task_id, "c1", "engine", "1", False, *counted)
    bench.unit.draft_distances.add([distance])
    bench.accept_all()
    add_clip(bench, "c2")


def test_purge_erases_the_key_and_all_that_was_said_of_a_clip(bench: LeadBench) -> None:
    with_everything(bench)
    assert len(rows_about(bench, "c1").keys() - KEPT_ABOUT_A_PURGED_CLIP) == 9
    report = bench.purge().purge_clips(
        bench.lead, [Withdrawal("source of c1"), Withdrawal("unknown")], retention=False
    )
    assert (report.purged, report.unknown) == ((("c1", "consent_withdrawn"),), 1)
    after = state(bench)
    assert [row["wrapped_key"] is None for row in after["clip"]] == [True, False]
    assert [row["sealed"] for row in after["annotation"]] == [b""]
    assert after["draft_version"] == []
    assert rows_about(bench, "c1").keys() == KEPT_ABOUT_A_PURGED_CLIP
    assert (after["hypothesis"], after["draft"], bench.unit.queue.late_drafts()) == ([], [], [])
    assert bench.unit.queue.clip_state("c1") is ClipState.PURGED
    assert bench.unit.queue.clip_state("c2") is ClipState.READY
    assert {path.name.split(".")[0] for path in (bench.folder / "clips").iterdir()} == {"c2"}
    with pytest.raises(Refused):
        bench.unit.content.audio(bench.lead.keyring, "c1")


@pytest.mark.parametrize(("part", "method"), [("log", "record"), ("queue", "withdraw_clip")])
def test_purge_of_which_a_part_fails_changes_nothing(bench: LeadBench, part: str, method: str) -> None:
    with_everything(bench)

    def fail(*_arguments: Any) -> Any:
        raise Unavailable("DISK_FULL")

    unit = bench.replaced(**{part: Replaced(getattr(bench.unit, part), **{method: fail})})
    bench.end_retention("c1")
    before = state(bench)
    with pytest.raises(Unavailable):
        bench.purge(unit=unit).purge_clips(bench.lead, [], retention=True)
    assert state(bench) == before
    assert {path.name.split(".")[0] for path in (bench.folder / "clips").iterdir()} == {"c1", "c2"}


def test_withdrawal_stands_though_the_purge_after_it_fails(bench: LeadBench) -> None:
    add_clip(bench, "c1")

    def fail(*_arguments: Any) -> Any:
        raise Unavailable("DISK_FULL")

    unit = bench.replaced(queue=Replaced(bench.unit.queue, withdraw_clip=fail))
    with pytest.raises(Unavailable):
        bench.purge(unit=unit).purge_clips(bench.lead, [Withdrawal("source of c1")], retention=False)
    with pytest.raises(Refused, match="CONSENT_ENDED"):
        bench.access.openable("c1")
    assert DuePurges(bench.unit).purge(bench.lead) == ("c1",)
    assert bench.unit.queue.clip_state("c1") is ClipState.PURGED


def test_retention_purges_what_is_over_by_retention_or_by_consent(bench: LeadBench) -> None:
    for clip_id in ("c1", "c2", "c3", "c4"):
        add_clip(bench, clip_id)
    add_clip(bench, "c5", consent_withdrawn_at=bench.clock.now() + timedelta(hours=1))
    bench.end_retention("c1")
    bench.withdraw_consent("c2")
    bench.end_retention("c3")
    bench.withdraw_consent("c3")
    report = bench.purge().purge_clips(bench.lead, [], retention=True)
    assert dict(report.purged) == {"c1": "retention", "c2": "consent_withdrawn", "c3": "consent_withdrawn"}
    bench.clock.advance(3600)
    bench.end_retention("c4")
    report = bench.purge().purge_clips(bench.lead, [Withdrawal("source of c4")], retention=True)
    assert dict(report.purged) == {"c4": "consent_withdrawn", "c5": "consent_withdrawn"}


def test_second_purge_removes_files_that_an_interrupted_one_left(bench: LeadBench) -> None:
    add_clip(bench, "c1")
    left = {path.name: path.read_bytes() for path in (bench.folder / "clips").iterdir()}
    bench.purge().purge_clips(bench.lead, [Withdrawal("source of c1")], retention=False)
    for name, data in left.items():
        (bench.folder / "clips" / name).write_bytes(data)
    report = bench.purge().purge_clips(bench.lead, [Withdrawal("source of c1")], retention=False)
    assert report.purged == ()
    assert list((bench.folder / "clips").iterdir()) == []


def test_log_names_the_exports_that_contain_a_purged_clip(bench: LeadBench, tmp_path: Path) -> None:
    bench.agree()
    add_clip(bench, "c1")
    bench.submit(ANA, "yes")
    bench.accept_all()
    bench.run_export(tmp_path / "set")
    report = bench.purge().purge_clips(bench.lead, [Withdrawal("source of c1")], retention=False)
    (recall,) = report.recall
    (row,) = [row.event() for row in bench.unit.log.rows() if row.event().action == Action.PURGED]
    assert row.detail["exports"] == [recall.export]
    assert recall.clips == ("c1",)


def test_nobody_but_a_lead_purges(bench: LeadBench) -> None:
    add_clip(bench, "c1")
    ana = bench.sign_in.sign_in(ANA, PASSPHRASE)
    with pytest.raises(NotAllowed):
        bench.purge().purge_clips(ana, [Withdrawal("source of c1")], retention=True)
    assert bench.unit.clips.ids() == {"c1"}
