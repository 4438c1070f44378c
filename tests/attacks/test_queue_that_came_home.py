"""What the owner of a server's database changed there stays unbelieved when the queue has moved home."""

from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from reviewer.access.verification import verify_file
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from tests.benches.moving import admit, busy_workspace, moved, project_of, window
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
