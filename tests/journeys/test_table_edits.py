"""Every edit of a table by another program than this one is found; a whole journey raises no alarm."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from reviewer.access.verification import verify_file, verify_log
from reviewer.db.table_sums import store_sums, table_sums
from reviewer.errors import Damaged
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.task import SkipReason, VerdictKind
from reviewer.places import DATABASE_FILE
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, annotation, hear, make_bench, write_clips

FORM = '{"name":"default","version":"1","field":[]}'
EDITS = {
    "consent withdrawn is forgotten": "UPDATE clip SET consent_withdrawn_at = NULL",
    "consent was given earlier": "UPDATE clip SET consent_granted_at = consent_granted_at - 1",
    "retention is a century longer": "UPDATE clip SET purge_at = purge_at + 3153600000000000",
    "clip was recorded later": "UPDATE clip SET recorded_at = recorded_at + 1",
    "clip was imported earlier": "UPDATE clip SET imported_at = imported_at - 1",
    "clip is of another product": "UPDATE clip SET product = 'other'",
    "clip has another locale": "UPDATE clip SET locale = 'pl-PL'",
    "clip has another source": "UPDATE clip SET source_hash = source_hash || 'x'",
    "clip is of another speaker": "UPDATE clip SET speaker_hash = 'x'",
    "clip has other samples": "UPDATE clip SET samples_hash = samples_hash || 'x'",
    "clip is longer": "UPDATE clip SET frames = frames + 1",
    "clip plays slower": "UPDATE clip SET rate_hz = 4000",
    "clip loses its key": "UPDATE clip SET wrapped_key = NULL",
    "purged clip has a key again": "UPDATE clip SET wrapped_key = x'00' WHERE wrapped_key IS NULL",
    "clips are deleted": "DELETE FROM clip",
    "clip is added": "INSERT INTO clip (id, product, locale, rate_hz, channels,"
    " frames, recorded_at, consent_granted_at, consent_withdrawn_at, purge_at, imported_at, source_hash,"
    " speaker_hash, samples_hash, wrapped_key) SELECT 'c0', product, locale, rate_hz, channels, frames,"
    " recorded_at,"
    " consent_granted_at, consent_withdrawn_at, purge_at, imported_at, 's', speaker_hash, 'h', NULL"
    " FROM clip LIMIT 1",
    "hypothesis is another": "UPDATE hypothesis SET sealed = x'00'",
    "hypothesis is by another engine": "UPDATE hypothesis SET engine = 'other'",
    "hypotheses are deleted": "DELETE FROM hypothesis",
    "every clip is ready": "UPDATE queue_clip SET state = 'ready'",
    "quarantine is lifted": "UPDATE queue_clip SET state = 'ready' WHERE state IN ('quarantined', 'final')",
    "clip needs fewer passes": "UPDATE queue_clip SET passes = passes + 1",
    "clip is open longer": "UPDATE queue_clip SET open_until = 1",
    "clip has a reason": "UPDATE queue_clip SET reason = 'x'",
    "clip is on hold": "UPDATE queue_clip SET hold = 'technical'",
    "clip is distressing": "UPDATE queue_clip SET is_distressing = 1",
    "clip waits for another language": "UPDATE queue_clip SET route = 'pl-PL'",
    "task is accepted without review": "UPDATE task SET state = 'accepted' WHERE state != 'accepted'",
    "task is open again": "UPDATE task SET state = 'open' WHERE kind = 'transcribe'",
    "task is assigned": "UPDATE task SET assigned_to = 'p0'",
    "task is somebody's": "UPDATE task SET person_id = 'p0'",
    "lease is longer": "UPDATE task SET lease_until = lease_until + 1",
    "lease has another token": "UPDATE task SET token = token + 1",
    "task comes first": "UPDATE task SET priority = 9",
    "task has no work": "UPDATE task SET annotation_id = NULL",
    "task was taken back": "UPDATE task SET taken_back = 1",
    "task is drawn by another id": "UPDATE task SET draw_id = 'x'",
    "task is in another round": "UPDATE task SET round = round + 1",
    "skips are forgotten": "DELETE FROM task_refusal",
    "skip has another reason": "UPDATE task_refusal SET reason = 'language'",
    "skip is somebody else's": "UPDATE task_refusal SET person_id = 'p0'",
    "work is somebody else's": "UPDATE annotation SET author = 'p0'",
    "work has another text": "UPDATE annotation SET sealed = x'00'",
    "work is of another form": "UPDATE annotation SET schema_version = '0'",
    "work is of other conventions": "UPDATE annotation SET conventions_version = '0'",
    "work was made earlier": "UPDATE annotation SET made_at = made_at - 1",
    "work is deleted": "DELETE FROM annotation",
    "verdict is another": "UPDATE verdict SET kind = 'returned'",
    "verdict is somebody else's": "UPDATE verdict SET person_id = 'p0'",
    "verdict has another comment": "UPDATE verdict SET comment = x'00'",
    "verdict was given earlier": "UPDATE verdict SET at = at - 1",
    "verdicts are deleted": "DELETE FROM verdict",
    "final annotations are deleted": "DELETE FROM final",
    "person has another name": "UPDATE person SET name = 'x' WHERE name = 'Ana Kowalska'",
    "person is a lead": "UPDATE person SET role = 'lead'",
    "person is active again": "UPDATE person SET state = 'active'",
    "person has another signing key": "UPDATE person SET public_key = x'00'",
    "person has another keyring": "UPDATE person SET keyring = x'00'",
    "code is valid longer": "UPDATE person SET code_until = 1",
    "person was added earlier": "UPDATE person SET added_at = 1",
    "person is deleted": "DELETE FROM person WHERE role = 'qa'",
    "agreements are deleted": "DELETE FROM nda_acknowledgement",
    "agreement is somebody else's": "UPDATE nda_acknowledgement SET person_id = 'p0'",
    "agreement was signed later": "UPDATE nda_acknowledgement SET signed_at = signed_at + 1",
    "agreement has another text": "UPDATE nda_acknowledgement SET sha256 = 'x'",
    "export is forgotten": "DELETE FROM export",
    "export had failed": "UPDATE export SET state = 'failed'",
    "export was somebody else's": "UPDATE export SET person_id = 'p0'",
    "export has another passport": "UPDATE export SET passport_sha256 = 'x'",
    "clip was never exported": "DELETE FROM export_item",
    "exported work was another": "UPDATE export_item SET annotation_id = 'x'",
    "person has another language": "UPDATE person_language SET language = 'pl'",
    "person has a skill": "INSERT INTO person_skill SELECT person_id, 'medical' FROM person_language",
    "openings are not counted": "DELETE FROM activity",
    "skips are not counted": "UPDATE activity SET count = 0",
    "clip was heard longer": "UPDATE clip_heard SET frames = frames + 1",
    "withdrawal is forgotten": "DELETE FROM withdrawal",
    "queue has answered otherwise": "UPDATE queue_request SET answer = 'null'",
    "log has another key": f"UPDATE meta SET value = '{'0' * 64}' WHERE key = 'log_public_key'",
    "workspace has another id": "UPDATE meta SET value = 'w0' WHERE key = 'workspace_id'",
    "clip was opened by nobody": "DELETE FROM log_about",
    "row is of another person": "UPDATE log_index SET actor = 'p0'",
    "checkpoint is deleted": "DELETE FROM checkpoint",
    "form bears another's name": "UPDATE label_schema SET id = id || '0'",
    "form says something else": "UPDATE label_schema SET body = '{}'",
    "form is deleted": "DELETE FROM label_schema",
    "form is exchanged for one of its name": (
        f"UPDATE label_schema SET body = '{FORM}', sha256 = '{sha256(FORM.encode()).hexdigest()}'"
    ),
    "work waits to be sent": "INSERT INTO outbox VALUES (99, 'x', 'p0', 'submit', '{}', 0)",
    "sums are deleted": "DELETE FROM table_sum",
    "a sum is deleted": "DELETE FROM table_sum WHERE name = 'person'",
    "seal is deleted": "DELETE FROM table_seal",
    "seal is of an earlier row": "UPDATE table_seal SET size = size - 1",
    "seal is of another version": "UPDATE table_seal SET migrations = migrations + 1",
    "migration is added": "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
    " VALUES ('reviewer-2', 'm999', '')",
    "migration is forgotten": "DELETE FROM _sqlite_migrations WHERE name LIKE 'm017%'",
    "trigger on work is dropped": "DROP TRIGGER annotation_no_update",
    "trigger on the log is dropped": "DROP TRIGGER log_in_order",
    "index is dropped": "DROP INDEX task_pass",
    "index is added": "CREATE INDEX zz ON task (state)",
    "trigger is added": "CREATE TRIGGER zz AFTER UPDATE ON task BEGIN DELETE FROM verdict; END",
    "view is added": "CREATE VIEW zz AS SELECT * FROM clip",
    "table is added": "CREATE TABLE zz (a)",
    "table with a name like SQLite's own is added": "CREATE TABLE zz_sqlite (a)",
    "view with a name like SQLite's own is added": "CREATE VIEW zz_sqlite AS SELECT * FROM clip",
    "trigger of the next version is added": (
        "CREATE TRIGGER zz AFTER INSERT ON _sqlite_migrations BEGIN DELETE FROM verdict; END"
    ),
    "statistics of the planner are added": "ANALYZE",
    "column is added": "ALTER TABLE clip ADD COLUMN zz TEXT",
}


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Everything that writes rows has happened once."""
    folder = tmp_path_factory.mktemp("journey")
    bench = make_bench(folder, drafts=("turn left", "stop", "louder please", "next"))
    bench.agree(LEAD, ANA, BEN, QUINN)
    lead, ana = bench.person(LEAD).lead, bench.work(ANA)
    lead.set_languages(ANA, ["en"])
    lease = ana.claim()
    hear(ana, lease)
    ana.skip(lease, SkipReason.TECHNICAL)
    bench.submitted(ANA, "first try")
    lease = ana.take_back()
    ana.submit(lease, hear(ana, lease).draft.with_text("turn left"))
    ana.close(lease)
    bench.reviewed(QUINN, "turn right", VerdictKind.RETURNED, "listen again")
    lease = ana.claim()
    opened = hear(ana, lease)
    ana.save_draft(lease, annotation("half", frames=opened.clip.frames), 1)
    bench.clock.advance(86_400)  # the lease ends
    bench.sign_out(ANA)
    bench.submitted(BEN, "stop")
    bench.reviewed(QUINN, "stop", VerdictKind.ACCEPTED)
    lead.export(folder / "set", ["csv"])
    more = write_clips(
        folder / "more", bench.clock, ["", "", "", "", "call four one five five five five oh one"]
    )
    lead.import_manifest(more, IntakeOptions())
    lead.purge(["source-0003", "unknown"])
    bench.sign_out(QUINN)
    lead.revoke(QUINN)
    bench.sign_out(LEAD)
    bench.person(LEAD)
    yield bench
    bench.workspace.close()


def test_a_whole_journey_raises_no_alarm(journey: Bench) -> None:
    assert verify_file(journey.workspace.path / DATABASE_FILE).notice.code == "LOG_VERIFIES"


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_by_another_program_is_found(journey: Bench, tmp_path: Path, edit: str) -> None:
    file = copied(journey, tmp_path)
    meta = journey.workspace._meta
    assert verify_log(file, meta.log_id, meta.log_public_key).ok
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        before = "\n".join(connection.iterdump())
        _edit(connection, edit)
        assert "\n".join(connection.iterdump()) != before
    finding = verify_log(file, meta.log_id, meta.log_public_key)
    assert not finding.ok


SAID = {
    "UPDATE clip SET purge_at = purge_at + 1": "CLIP_DATES_DIFFER",
    "UPDATE clip SET consent_withdrawn_at = NULL": "CLIP_DATES_DIFFER",
    "DELETE FROM clip": "CLIP_DATES_DIFFER",
    "UPDATE person SET name = name || 'x'": "PERSON_DIFFERS",
    "UPDATE person SET role = 'lead'": "PERSON_DIFFERS",
    "UPDATE task SET state = 'open', priority = 1": "TABLES_DIFFER",
}


@pytest.mark.parametrize("edit", SAID)
def test_the_finding_says_what_differs(journey: Bench, tmp_path: Path, edit: str) -> None:
    file = copied(journey, tmp_path)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        _edit(connection, edit)
    assert verify_file(file).notice.code == SAID[edit]


def test_what_was_edited_stays_found_after_more_work(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    file = bench.workspace.path / DATABASE_FILE
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE queue_clip SET passes = passes + 1")
    bench.agree(ANA)
    bench.submitted(ANA, "turn left")
    finding = verify_file(file)
    assert (finding.notice.code, finding.notice.parameters) == ("TABLES_DIFFER", {"names": "queue_clip"})
    bench.workspace.close()


def test_sums_that_were_edited_too_are_never_signed_again(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    with bench.database() as other, other.transaction():
        other.execute("UPDATE queue_clip SET passes = passes + 1")
        store_sums(other.raw(), table_sums(other.raw()))
    window = bench.another_window()
    window.agree(ANA)
    assert verify_file(window.workspace.path / DATABASE_FILE).notice.code == "TABLE_SEAL_WRONG"
    for each in (window, bench):
        each.workspace.close()


def test_a_seal_that_was_removed_is_missed_and_never_made_again(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    with bench.database() as old, old.transaction():
        old.execute("DELETE FROM table_seal")
        old.execute("DELETE FROM table_sum")
    bench.agree(ANA)
    assert verify_file(bench.workspace.path / DATABASE_FILE).notice.code == "TABLE_SEAL_MISSING"
    bench.workspace.close()


def test_a_failed_statement_leaves_no_change_in_the_sums(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    with bench.workspace._database.transaction():
        with pytest.raises(sqlite3.IntegrityError):
            bench.workspace._database.execute("UPDATE person SET name_key = 'same'")
        bench.agree(ANA)
    assert verify_file(bench.workspace.path / DATABASE_FILE).ok
    bench.workspace.close()


def copied(bench: Bench, folder: Path) -> Path:
    file = folder / "copy.db"
    with closing(sqlite3.connect(bench.workspace.path / DATABASE_FILE)) as source:
        source.execute("VACUUM INTO ?", (str(file),))
    return file


def _edit(connection: sqlite3.Connection, edit: str) -> None:
    """Without the triggers and constraints that would be in the way; they are put back."""
    for pragma in ("foreign_keys=OFF", "ignore_check_constraints=ON"):
        connection.execute(f"PRAGMA {pragma}")
    if not edit.startswith(("UPDATE", "DELETE", "INSERT")):
        connection.execute(edit)
        return
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(edit)
    for _, sql in triggers:
        connection.execute(sql)


def test_a_file_whose_rows_do_not_fit_their_sums_is_not_migrated(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    file = bench.workspace.path / DATABASE_FILE
    bench.workspace.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm017%'")
    with pytest.raises(Damaged, match="TABLES_DIFFER"):
        bench.another_window()
