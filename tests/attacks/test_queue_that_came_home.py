"""A queue has moved home: what the owner of the server's database changed there stays unbelieved, and what
people handed in from folders of their own is as it was."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from reviewer.access.release_comparison import compare
from reviewer.access.verification import verify_file
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE, PROJECT_FILE
from reviewer.session.queue_login import login_name
from reviewer.session.team_files import ANSWER_FILE
from tests.benches.moving import admit, busy_workspace, moved, project_of, window
from tests.benches.own_folders import Office, clips_elsewhere, make_office, office_database
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench
from tests.fakes.clock import FakeClock

_ACCEPT = """
    DELETE FROM reviewer_data.verdict WHERE annotation_id
        = (SELECT annotation_id FROM reviewer_data.task WHERE id = %(task)s);
    INSERT INTO reviewer_data.verdict
        (id, task_id, clip_id, annotation_id, kind, person_id, token, at, signed)
        SELECT 'forged', t.id, t.clip_id, t.annotation_id, 'accepted', '', 1, 1, '' FROM reviewer_data.task t
        WHERE t.id = %(task)s;
    UPDATE reviewer_data.task SET state = 'done' WHERE clip_id = %(clip)s;
    UPDATE reviewer_data.task SET state = 'accepted' WHERE id = %(task)s;
    UPDATE reviewer_data.queue_clip SET state = 'final' WHERE clip_id = %(clip)s;
    INSERT INTO reviewer_data.final (clip_id, annotation_id, verdict_id)
        SELECT clip_id, annotation_id, 'forged' FROM reviewer_data.task WHERE id = %(task)s;
"""


@pytest.fixture
def database(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"home_{abs(hash(tmp_path))}"
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}".encode())
    monkeypatch.setenv("PGUSER", "postgres")
    host = str(conninfo_to_dict(postgres)["host"])
    return f"postgresql:///{name}?host={quote(host, safe='')}"


def close(bench: Bench) -> None:
    for name in list(bench.signed_in):
        bench.sign_out(name)
    bench.workspace.close()


def test_work_that_only_the_server_called_accepted_is_in_no_set_at_home(
    tmp_path: Path, database: str
) -> None:
    clock = FakeClock()
    folder = busy_workspace(tmp_path, clock)
    home = project_of(folder)
    moved(folder, clock, project_of(folder, database))
    admit(folder, clock, ANA, BEN, QUINN)
    team = window(folder, clock)
    team.submitted(BEN, "words on the server")
    team.reviewed(QUINN, "fourth words", VerdictKind.ACCEPTED)
    close(team)
    with closing(psycopg.connect(database, autocommit=True)) as owner:
        owner.execute("SET session_replication_role = replica")
        query = "SELECT id, clip_id FROM reviewer_data.task WHERE state = 'returned' AND kind = 'transcribe'"
        ((task, clip),) = owner.execute(query).fetchall()  # QA had returned it
        for statement in _ACCEPT.split(";")[:-1]:
            owner.execute(statement.encode(), {"task": task, "clip": clip})
    moved(folder, clock, home)
    desk = window(folder, clock)
    desk.reviewed(QUINN, "words on the server", VerdictKind.ACCEPTED)  # handed in there, accepted here
    lead = desk.person(LEAD)
    shown = lead.lead.preview_export(["nemo"])
    texts = {row.text for row in shown.rows}
    assert texts == {"hello there", "second word", "fourth words", "words on the server"}
    assert shown.left_out["verdict_not_signed"] == 1
    found = lead.lead.acceptances.without_verdict(lead.identity)
    assert [each[0] for each in found] == [clip]
    lead.lead.acceptances.vouch(lead.identity, found)
    assert "third words" in {row.text for row in lead.lead.preview_export(["nemo"]).rows}
    close(desk)
    finding = verify_file(folder / DATABASE_FILE)
    assert (finding.notice.code, finding.notice.parameters) == ("VERDICT_DIFFERS", {"verdict": "forged"})


CONTRACTOR, REVIEWER = "Amara Diallo", "Quentin Diallo"


@pytest.fixture
def office(postgres: str, tmp_path: Path) -> Iterator[Office]:
    """From their own folders somebody handed in two clips, and somebody else judged both."""
    with office_database(postgres) as address, clips_elsewhere(tmp_path) as place:
        rules = "[listening]\nheard_percent = 0\n[asr]\nhidden_share = 0.0\n"
        made = make_office(tmp_path, address, FakeClock(datetime.now(UTC)), place, rules)
        made.import_clips(3)
        made.lead.agree(LEAD)
        for name, role in ((CONTRACTOR, Role.CONTRACTOR), (REVIEWER, Role.QA)):
            made.admit(name, role).agree(name)
        made.start_broker()
        for text in ("one", "two"):
            made.windows[CONTRACTOR].submitted(CONTRACTOR, text)
        made.windows[CONTRACTOR].work(CONTRACTOR).deliver()
        made.windows[REVIEWER].reviewed(REVIEWER, "one", VerdictKind.ACCEPTED)
        made.windows[REVIEWER].reviewed(REVIEWER, "two", VerdictKind.RETURNED, "again")
        made.windows[REVIEWER].work(REVIEWER).deliver()
        for name, window in made.windows.items():
            window.sign_out(name)
        made.disconnect()
        yield made
        made.close()


def move(office: Office, text: str) -> Bench:
    """Moves the lead's workspace; its window in the new place."""
    close(office.lead)
    clock: FakeClock = office.clock  # type: ignore[assignment]
    assert moved(office.folder / "lead", clock, text).problem is None
    office.lead = window(office.folder / "lead", clock)
    return office.lead


def places(office: Office) -> tuple[str, str]:
    """The project file as it is, and with the queue at home."""
    text = (office.folder / "lead" / PROJECT_FILE).read_text("utf-8")
    lines = text.splitlines(keepends=True)
    return text, "".join(line for line in lines if not line.startswith('url = "postgresql'))


def admit_again(office: Office, name: str) -> Bench:
    """By the answer that they gave when they joined."""
    identity = office.lead.person(LEAD).identity
    folders = office.lead.workspace.own_folders(identity)
    admitted = folders.admit((office.own_folder(name) / ANSWER_FILE).read_text("utf-8"))
    assert admitted is not None
    person, answer = admitted
    server = office.lead.workspace.queue_administration(identity)
    server.add_login(login_name(person), person, answer.verifier)
    folders.publish()
    return office.reopen(name)


def test_work_of_own_folders_verifies_at_home_and_after_a_second_move_out(office: Office) -> None:
    away, home = places(office)
    file, own = office.folder / "lead" / DATABASE_FILE, [office.own_folder(name) for name in office.windows]
    for text, submitted in ((home, 2), (away, 2), (home, 3)):
        lead = move(office, text)
        finding = verify_file(file)
        assert finding.ok, finding.notice
        assert compare([office.folder / "broker"], [file.parent, *own]).differences == ()
        shown = lead.person(LEAD).lead.preview_export(["nemo"])
        assert [row.text for row in shown.rows] == ["one"]
        assert sum(shown.left_out.values()) == 2
        (person,) = lead.person(LEAD).lead.overview().people
        assert (person.work.submitted, person.work.accepted) == (submitted, 1)
        if text == away:
            window = admit_again(office, CONTRACTOR)
            office.start_broker()
            window.submitted(CONTRACTOR, "two again")  # what was returned to her
            window.work(CONTRACTOR).deliver()
            window.sign_out(CONTRACTOR)
    rows = [each.detail.get("annotations", ()) for each in lead.events(Action.WORK_BROUGHT)]
    assert len({annotation for row in rows for annotation in row}) == 5  # two of them reviews


def test_work_of_own_folders_that_is_changed_at_home_shows(office: Office) -> None:
    close(move(office, places(office)[1]))
    file = office.folder / "lead" / DATABASE_FILE
    kept = "SELECT sql FROM sqlite_schema WHERE name = 'annotation_no_update'"
    newest = "SELECT max(id) FROM annotation"
    with closing(sqlite3.connect(file)) as connection, connection:
        ((trigger,),) = connection.execute(kept).fetchall()
        connection.execute("DROP TRIGGER annotation_no_update")
        connection.execute(f"UPDATE annotation SET digest = zeroblob(32) WHERE id = ({newest})")
        connection.execute(trigger)
    assert verify_file(file).notice.code == "ANNOTATION_DIFFERS"


def test_work_that_nobody_signed_is_named_at_home(office: Office) -> None:
    address = office.lead.workspace.project.queue.url
    with closing(psycopg.connect(address, autocommit=True)) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE reviewer_data.annotation SET author = (SELECT person_id FROM reviewer_data.person_login"
            " WHERE kinds <> '{transcribe}' LIMIT 1) WHERE task_id IN (SELECT id FROM reviewer_data.task"
            " WHERE kind = 'transcribe')"
        )
    close(move(office, places(office)[1]))
    assert verify_file(office.folder / "lead" / DATABASE_FILE).notice.code == "ANNOTATION_NOT_IN_LOG"
