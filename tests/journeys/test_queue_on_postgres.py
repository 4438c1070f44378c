"""A workspace whose queue is on a PostgreSQL server: set up, worked on, exported, each by their login."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from reviewer.access.checkpoint import b64
from reviewer.access.verification import verify_file
from reviewer.errors import NdaRequired, Refused
from reviewer.model.event import Action
from reviewer.model.serialization import to_json
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.queue.postgres_connection import QueueAddress, QueueServer
from reviewer.session.queue_login import login_request, queue_login, verifier_of_request
from tests.benches.shared_queue import Team, make_team, new_database
from tests.benches.workspace import (
    ANA,
    BEN,
    LEAD,
    QUINN,
    annotation,
    claim_and_hear,
)
from tests.fakes.clock import FakeClock

DONE = annotation("hello there")


@pytest.fixture
def database(postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PGUSER", "postgres")
    return new_database(postgres)


@pytest.fixture
def team(tmp_path: Path, database: str) -> Iterator[Team]:
    made = make_team(tmp_path, database, FakeClock(), clips=4)
    yield made
    made.close()
    assert verify_file(tmp_path / "ws" / DATABASE_FILE).ok


def test_clip_goes_from_import_to_a_labelled_set_over_everybody_s_own_login(
    team: Team, tmp_path: Path
) -> None:
    for name in (ANA, QUINN):
        team.window(name).agree(name)
    team.window(ANA).submitted(ANA, "hello there")
    team.window(QUINN).reviewed(QUINN, "hello there", VerdictKind.ACCEPTED)
    lead = team.window(LEAD).person(LEAD).lead
    assert lead.overview().counts.clips == {"final": 1, "ready": 3}
    team.window(LEAD).agree(LEAD)
    lead.export(tmp_path / "set", ["nemo"])
    (rows,) = (tmp_path / "set").rglob("*.jsonl")
    assert "hello there" in rows.read_text(encoding="utf-8")
    assert lead.overview().counts.clips == {"exported": 1, "ready": 3}


def test_server_asks_for_the_agreement_itself(team: Team, database: str) -> None:
    ana = team.window(ANA)
    identity = ana.person(ANA).identity
    login = queue_login(identity, ana.workspace.workspace_id)
    with closing(QueueServer(QueueAddress.of(database).conninfo)) as own_program:
        own_program.connect_as(login.name, login.password)
        claim = ("claim", identity.person.id, ["transcribe"])
        with pytest.raises(NdaRequired):
            own_program.value(*claim, "before")
        ana.agree(ANA)
        ana.work(ANA).claim()
        assert own_program.value(*claim, "after")["person_id"] == identity.person.id


def test_revoked_person_is_answered_nothing_over_a_connection_that_is_open(team: Team, database: str) -> None:
    ana = team.window(ANA)
    ana.agree(ANA)
    lease = ana.work(ANA).claim()
    login = queue_login(ana.person(ANA).identity, ana.workspace.workspace_id)
    with closing(QueueServer(QueueAddress.of(database).conninfo)) as own_program:
        own_program.connect_as(login.name, login.password)
        own_program.value("renew", to_json(lease))
        team.window(LEAD).person(LEAD).lead.revoke(ANA)
        with pytest.raises(Refused) as refused:
            own_program.value("renew", to_json(lease))
        assert refused.value.code == "NO_LOGIN"
    assert team.window(LEAD).person(LEAD).lead.overview().leases == ()


def test_purged_clip_is_erased_on_the_server(team: Team, database: str) -> None:
    ana = team.window(ANA)
    ana.agree(ANA)
    annotation_id = ana.submitted(ANA, "hello there")
    team.window(LEAD).person(LEAD).lead.purge([f"source-000{number}" for number in range(4)])
    with psycopg.connect(database) as owner:
        rows = owner.execute(
            "SELECT id, sealed, (SELECT state FROM reviewer_data.queue_clip q"
            " WHERE q.clip_id = a.clip_id) FROM reviewer_data.annotation a"
        ).fetchall()
    assert rows == [(annotation_id, b"", "purged")]


def test_nobody_is_let_in_by_the_request_of_another(team: Team) -> None:
    ana, ben = team.window(ANA), team.window(BEN)
    request = login_request(ana.person(ANA).identity, ana.workspace.workspace_id).decode()
    other = ben.person(BEN).identity.person
    for forged in (request, request.replace(ana.person(ANA).identity.person.id, other.id)):
        with pytest.raises(Refused) as refused:
            verifier_of_request(forged, other, ben.workspace.workspace_id)
        assert refused.value.code == "LOGIN_REQUEST_OF_ANOTHER"


def test_work_waits_here_while_the_server_is_away_and_is_sent_once(team: Team, database: str) -> None:
    ana = team.window(ANA)
    ana.agree(ANA)
    work = ana.work(ANA)
    lease = claim_and_hear(work)
    name = str(conninfo_to_dict(database)["dbname"])
    with psycopg.connect(database, dbname="postgres", autocommit=True) as owner:
        stop = "ALTER DATABASE {} ALLOW_CONNECTIONS {}"
        owner.execute(stop.format(name, False).encode())
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert work.submit(lease, DONE).is_pending
        owner.execute(stop.format(name, True).encode())
    work.close(lease)
    team.clock.advance(60)
    work.claim()
    assert team.window(LEAD).person(LEAD).lead.overview().counts.tasks == {
        "leased": 1, "open": 2, "submitted": 1,
    }  # fmt: skip


def seen(team: Team) -> dict[str, tuple[str, int]]:
    """What the lead sees of everybody's log, by name."""
    lead = team.window(LEAD).person(LEAD).lead
    names = {person.id: person.name for person in lead.people()}
    return {names[each.person_id]: (each.state.value, each.size) for each in lead.server_watch.seen_logs()}


def test_server_keeps_the_ends_of_logs_and_tells_who_has_gone_silent(team: Team) -> None:
    ana = team.window(ANA)
    ana.agree(ANA)
    team.clock.advance(600)
    ana.workspace.sessions.seal_log()
    ana.workspace.sessions.show_log()
    state, rows = seen(team)[ANA]
    assert (state, rows > 0, seen(team)[BEN]) == ("seen", True, ("idle", 0))
    assert any("server" in event.detail for event in ana.events(Action.CHECKPOINT_WITNESSED))
    own = "UPDATE reviewer_data.witnessed_checkpoint SET size = 1"
    with psycopg.connect(team.database) as owner, pytest.raises(psycopg.errors.RaiseException):
        owner.execute(own)
    with psycopg.connect(team.database) as owner:  # she worked an hour later, and showed nothing
        owner.execute(
            "ALTER TABLE reviewer_data.witnessed_checkpoint DISABLE TRIGGER USER;"
            " UPDATE reviewer_data.witnessed_checkpoint SET at = at - 7200000000"
        )
    ana.work(ANA).claim()
    assert seen(team)[ANA][0] == "silent"


def test_lead_sees_how_old_the_oldest_unsent_work_of_each_person_is(team: Team) -> None:
    ana, lead = team.window(ANA), team.window(LEAD).person(LEAD).lead
    ana.agree(ANA)
    work = ana.work(ANA)
    lease = claim_and_hear(work)
    work.sending.begin(lambda: None)
    work.submit(lease, DONE)  # stored, and not sent
    team.clock.advance(90)
    ana.workspace.sessions.show_log()
    assert lead.queue_figures().unsent == 1
    assert lead.queue_figures().oldest_unsent >= 90
    assert [
        (each.unsent, each.unsent_since is None) for each in lead.server_watch.seen_logs() if each.unsent
    ] == [(1, False)]
    work.sending.send()
    ana.workspace.sessions.show_log()
    assert (lead.queue_figures().unsent, lead.queue_figures().oldest_unsent) == (0, 0)


def test_log_that_was_cut_or_rewritten_is_refused_by_the_server(team: Team) -> None:
    ana = team.window(ANA)
    ana.agree(ANA)
    team.clock.advance(600)
    ana.workspace.sessions.seal_log()
    ana.workspace.sessions.show_log()
    size, log_id = seen(team)[ANA][1], ana.workspace._unit.log.log_id
    login = queue_login(ana.person(ANA).identity, ana.workspace.workspace_id)
    with closing(QueueServer(QueueAddress.of(team.database).conninfo)) as own_program:
        own_program.connect_as(login.name, login.password)
        root = b"r" * 32
        for rows, its_root, proof, code in (
            (size - 1, root, [], "WITNESS_LOG_CUT"),
            (size, root, [], "WITNESS_LOG_REWRITTEN"),
            (size + 1, root, [b"p" * 32, b"q" * 32], "WITNESS_LOG_REWRITTEN"),
            (size + 1, root, [], "WITNESS_LOG_REWRITTEN"),
            (size + 1, b"short", [], "NOT_A_CHECKPOINT"),
        ):
            note = f"reviewer/{log_id}\n{rows}\n{b64(its_root)}\nhead {b64(root)}\n"
            with pytest.raises(Refused) as refused:
                own_program.value("witness", log_id, rows, its_root, note, proof)
            assert refused.value.code == code
    assert seen(team)[ANA] == ("seen", size)
