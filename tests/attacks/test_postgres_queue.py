"""Somebody with a real login of the queue's server sends SQL of their own.

Each attempt has to be refused without saying anything that its sender did not know, and nothing may have
changed.
"""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from reviewer.lead.server_watch import LONGEST_TRANSACTION_SECONDS
from reviewer.model.people import Role
from reviewer.queue.limited_connection import ANSWER_SECONDS
from reviewer.queue.postgres_schema import add_login
from tests.benches.postgres_attacker import AGREEMENT, BENS_WORDS, AttackedTeam, attacked_team, send
from tests.fakes.postgres_server import PASSWORD

_ATTEMPTS = Path(__file__).with_name("postgres_attempts.sql")
_HEADING = re.compile(r"^-- (\w+): (.+) -> (.+)\n", re.MULTILINE)
# What PostgreSQL's own errors say of rows and of how things are stored; a refusal says none of it.
_TELLING = ("Key (", "Failing row", "relation", "index", "constraint", "invalid input")


class Attempt(NamedTuple):
    who: str
    name: str
    code: str
    sql: str


def attempts() -> list[Attempt]:
    """Every attempt of the file."""
    _, *parts = _HEADING.split(_ATTEMPTS.read_text(encoding="utf-8"))
    groups = zip(*(iter(parts),) * 4, strict=True)
    return [Attempt(who, name, code, re.sub(r"(?m)^--.*", "", sql)) for who, name, code, sql in groups]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttackedTeam]:
    with attacked_team(tmp_path_factory.mktemp("attacked")) as team:
        yield team


@pytest.fixture
def unchanged(team: AttackedTeam) -> Iterator[None]:
    before = team.dump()
    yield
    assert team.dump() == before


@contextmanager
def undone(team: AttackedTeam, who: str) -> Iterator[psycopg.Connection[Any]]:
    """A person's connection in a transaction that leaves nothing."""
    with closing(team.connection(who)) as connection, connection.transaction(force_rollback=True):
        yield connection


def code_of(connection: psycopg.Connection[Any], sql: str, **values: Any) -> str:
    return send(connection, sql, **values).code


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attempt", attempts(), ids=lambda attempt: f"{attempt.who}: {attempt.name}")
def test_attempt_is_refused_and_changes_nothing(team: AttackedTeam, attempt: Attempt) -> None:
    came = team.outcome(attempt.who, attempt.sql, **team.values)
    assert came.code == attempt.code, came.text
    assert BENS_WORDS.decode() not in came.text
    if came.code.startswith("RV001"):
        assert not any(word in came.text for word in _TELLING), came.text


def test_more_than_sixty_ways_are_tried() -> None:
    assert len({attempt.name for attempt in attempts()}) == len(attempts()) >= 60


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("who", ["mal", "quentin"])
def test_every_function_with_nothing_in_it_refuses_or_says_nothing(team: AttackedTeam, who: str) -> None:
    functions = team.team.rows(
        "SELECT proname AS name, pronargs AS n, has_function_privilege(?, oid, 'EXECUTE') AS is_granted"
        " FROM pg_proc WHERE pronamespace = 'reviewer'::regnamespace",
        f"person_{who}",
    )
    for each in functions:
        sql = f"SELECT * FROM reviewer.{each['name']}({', '.join(['NULL'] * each['n'])})"
        with undone(team, who) as connection:
            came = send(connection, sql)
        if not each["is_granted"]:
            assert came.code == "42501", sql
        elif came.error is not None:
            assert came.code.startswith("RV001"), f"{sql}: {came.text}"
        else:
            assert BENS_WORDS.decode() not in came.text, sql
    assert {each["is_granted"] for each in functions} == {True, False}


@pytest.mark.usefixtures("unchanged")
def test_key_of_a_colleague_gives_nothing_of_theirs(team: AttackedTeam) -> None:
    with undone(team, "mal") as connection:
        ((lease,),) = send(connection, "SELECT reviewer.claim('mal', '{transcribe}', 'key of ben')").rows
    assert (lease["person_id"], lease["clip_id"]) == ("mal", "clip-free-2")
    assert lease["submission_key"] != team.values["bens_free_key"]


@pytest.mark.usefixtures("unchanged")
def test_no_sql_of_ones_own_claims_a_task_without_its_skill(team: AttackedTeam) -> None:
    lee = team.people["lee"]
    with undone(team, "lee") as lead:
        send(lead, "SELECT reviewer.set_skills('ben', '{medical}', 'k')")
    with closing(team.connection("lee")) as lead:
        send(lead, "SELECT reviewer.set_clip_skill('{clip-free-2}', 'medical')")
    try:
        for act in ("claim", "claim_prefetch"):
            with undone(team, "mal") as mal:
                ((lease,),) = send(mal, f"SELECT reviewer.{act}('mal', '{{transcribe}}', 'own key')").rows
                assert lease is None, act
    finally:
        lee.set_clip_skill(["clip-free-2"], "")
        team.team.owner.execute("DELETE FROM queue_route WHERE skill = 'medical'")


@pytest.mark.parametrize("function", ["pg_advisory_lock", "pg_advisory_lock_shared"])
def test_no_advisory_lock_keeps_a_colleague_waiting(team: AttackedTeam, function: str) -> None:
    """Also where a superuser did not run the file that takes them away."""
    with (
        closing(team.connection("mal", user="postgres", password="")) as superuser,
        closing(team.connection("mal")) as mal,
        undone(team, "ben") as ben,
    ):
        superuser.execute(f"GRANT EXECUTE ON FUNCTION {function}(bigint) TO person_mal".encode())
        for key in ("hashtextextended('ben', 0)", "hashtextextended('ben', 5120)", "51205120"):
            assert code_of(mal, f"SELECT {function}({key})") == "no error"
        superuser.execute(f"REVOKE EXECUTE ON FUNCTION {function}(bigint) FROM person_mal".encode())
        claim = "SET lock_timeout = '2s'; SELECT reviewer.claim('ben', '{transcribe}', 'b')"
        assert code_of(ben, claim) == "no error"


def test_no_login_takes_an_advisory_lock_or_fills_the_disk_with_temporary_files(team: AttackedTeam) -> None:
    """The locks of all connections are in one table: nobody could work or connect while it is full."""
    functions = "SELECT oid::regprocedure::text FROM pg_proc WHERE proname ~ 'advisory'"
    with closing(team.connection("lee")) as lead:
        locks = send(lead, f"{functions} AND has_function_privilege(oid, 'EXECUTE')").rows
        assert (locks, len(send(lead, functions).rows) > 20) == ([], True)
        assert send(lead, "SHOW temp_file_limit").rows == [("1GB",)]


@pytest.mark.usefixtures("unchanged")
def test_transaction_that_stays_open_holds_up_its_own_clip_only(team: AttackedTeam) -> None:
    team.people["lee"].add_clip("clip-for-both", passes=1, sort_key=3)
    with undone(team, "mal") as mal, undone(team, "ben") as ben:
        ((held,),) = send(mal, "SET lock_timeout = 0; SELECT reviewer.claim('mal', '{transcribe}', 'm')").rows
        ((other,),) = send(ben, "SELECT reviewer.claim('ben', '{transcribe}', 'b')").rows
        assert held["clip_id"] != other["clip_id"]
        waits = "SAVEPOINT s; SET LOCAL lock_timeout = 50; SELECT reviewer.claim('ben', '{transcribe}', 'b2')"
        assert code_of(ben, waits) == "55P03", "a claim waits as long as its own lock_timeout says"
    team.people["lee"].withdraw_clip("clip-for-both", "test")
    team.team.owner.execute("DELETE FROM task WHERE clip_id = 'clip-for-both'")
    team.team.owner.execute("DELETE FROM queue_clip WHERE clip_id = 'clip-for-both'")


def test_own_messages_do_not_show_what_a_function_does_inside(team: AttackedTeam) -> None:
    said: list[str] = []
    with closing(team.connection("mal")) as connection:
        connection.add_notice_handler(lambda notice: said.append(str(notice.message_detail)))
        send(
            connection, "SET client_min_messages = log; SET debug_print_plan = on; SET debug_print_parse = on"
        )
        send(connection, "SELECT reviewer.state_of(%(handed_in_work)s)", **team.values)
    shown = " ".join(said)
    assert "PLANNEDSTMT" in shown, "the plan of the person's own statement is shown"
    assert "annotation" not in shown.replace("annotation-clip-handed_in", "")
    assert "person_login" not in shown


def test_flood_of_connections_is_one_person_s_own(team: AttackedTeam) -> None:
    def flood() -> None:
        for _ in range(13):
            stack.enter_context(closing(team.connection("mal")))

    with ExitStack() as stack:
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            flood()
        assert team.outcome("ben", "SELECT * FROM reviewer.versions()").code == "no error"


@pytest.mark.parametrize(
    "how", [{"dbname": "postgres"}, {"dbname": "template1"}, {"replication": "database"}]
)
def test_login_reaches_one_database_and_no_replication(team: AttackedTeam, how: dict[str, str]) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba.conf entry|permission denied"):
        team.connection("mal", **how)


def test_password_of_another_does_not_open_a_login(team: AttackedTeam) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        team.connection("ben", password="guessed")


def test_blocked_login_does_nothing_more_over_any_connection(team: AttackedTeam) -> None:
    renew = "SELECT reviewer.renew(%(rexes_lease)s)"
    with (
        closing(team.connection("rex")) as plain,
        closing(team.connection("rex")) as old,
        closing(team.connection("rex")) as altering,
    ):
        assert code_of(plain, renew, **team.values) == "no error"
        send(old, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM reviewer.versions()")
        send(altering, "BEGIN; ALTER ROLE person_rex PASSWORD 'of my own'")
        team.people["lee"].block("rex")
        before = team.dump()
        for connection in (plain, old, altering):
            assert code_of(connection, renew, **team.values) in ("57P01", "None")
        with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
            team.connection("rex")
        assert team.dump() == before


def test_transaction_that_somebody_keeps_open_is_ended_whatever_they_set(team: AttackedTeam) -> None:
    """Every timeout of a role or a session is one that the login raises again."""
    with closing(team.connection("mal")) as idle, closing(team.connection("ben")) as working:
        for setting in ("idle_in_transaction_session_timeout", "statement_timeout", "lock_timeout"):
            assert code_of(idle, f"SET {setting} = 0") == "no error"
        assert code_of(working, "SELECT reviewer.versions()") == "no error"
        assert code_of(idle, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT now()") == "no error"
        time.sleep(1.1)
        assert team.people["lee"].end_long_transactions(300) == 0
        assert team.people["lee"].end_long_transactions(1) == 1
        assert code_of(idle, "SELECT 1") in ("57P01", "None")
        assert code_of(working, "SELECT reviewer.versions()") == "no error"  # no transaction is open there
    assert ANSWER_SECONDS < LONGEST_TRANSACTION_SECONDS <= 60  # no act of the program is ended
    query = "REVOKE pg_read_all_stats FROM queue_owner"
    team.superuser.execute(query)  # as before 00_superuser.sql: none is seen, and nothing fails
    try:
        with closing(team.connection("mal")) as idle:
            code_of(idle, "BEGIN; SELECT now()")
            time.sleep(1.1)
            assert team.people["lee"].end_long_transactions(1) == 0
    finally:
        team.superuser.execute("GRANT pg_read_all_stats TO queue_owner")


@pytest.mark.parametrize(
    ("who", "role", "sql", "codes"),
    [
        ("cat", Role.CONTRACTOR, "SELECT reviewer.resume('cat', '{transcribe}')", ("RV001 NO_LOGIN",)),
        ("cat", Role.CONTRACTOR, "SELECT reviewer.waiting('{transcribe}')", ("RV001 NO_LOGIN",)),
        ("cue", Role.QA, "SELECT * FROM reviewer.to_draw()", ("42501",)),
        ("cue", Role.QA, "SELECT * FROM reviewer.passes_to_compare(9, '')", ("42501",)),
        ("lou", Role.LEAD, "SELECT reviewer.set_rules(1, 1, 1, 1)", ("42501",)),
        ("lou", Role.LEAD, "SELECT * FROM reviewer.listed()", ("42501",)),
    ],
)
def test_blocked_login_is_refused_also_where_its_connections_cannot_be_ended(
    team: AttackedTeam, who: str, role: Role, sql: str, codes: tuple[str, ...]
) -> None:
    team.team.login(who, role)
    team.superuser.execute("REVOKE pg_signal_backend FROM queue_owner")
    try:
        with closing(team.connection(who)) as connection:
            assert code_of(connection, sql.replace("set_rules(1, 1, 1, 1)", "counts()")) == "no error"
            team.people["lee"].block(who)
            assert code_of(connection, sql) in codes
    finally:
        team.superuser.execute("GRANT pg_signal_backend TO queue_owner")


def test_login_that_was_replaced_is_let_in_no_more(team: AttackedTeam) -> None:
    team.team.login("lea", Role.LEAD)
    with closing(team.connection("lea")) as connection:
        assert code_of(connection, "SELECT reviewer.counts()") == "no error"
        add_login(team.team.owner, "person_lea_new", "lea", Role.LEAD, PASSWORD)
        assert code_of(connection, "SELECT reviewer.counts()") == "42501"
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        team.connection("lea")


def test_nobody_draws_what_they_handed_in_before_they_came_to_qa(team: AttackedTeam) -> None:
    team.team.login("pia", Role.QA)
    draw = "SELECT reviewer.draw_one((%(pias_lease)s::jsonb) ->> 'task_id', %(pias_work)s, false)"
    with undone(team, "pia") as connection:
        listed = send(connection, "SELECT annotation_id FROM reviewer.to_draw()").rows
        assert (team.values["pias_work"],) not in listed
        assert (team.values["done_work"],) in listed
        assert send(connection, draw, **team.values).rows == [(False,)]


def test_who_draws_everything_to_accepted_is_recorded(team: AttackedTeam) -> None:
    draw = "SELECT reviewer.draw_one((%(done_lease)s::jsonb) ->> 'task_id', %(done_work)s, false)"
    team.team.login("dan", Role.LEAD)
    with undone(team, "dan") as connection:
        assert send(connection, draw, **team.values).rows == [(True,)]
        assert [
            row[:4] for row in send(connection, "SELECT * FROM reviewer.draws()").rows if row[3] == "dan"
        ] == [(team.values["done_work"], team.values["done_work"], False, "dan")]


def test_verdict_is_not_dated_before_its_lease(team: AttackedTeam) -> None:
    blind = (
        "SELECT reviewer.submit(%(quentin_review)s, %(facts)s::jsonb || jsonb_build_object("
        "'author', 'quentin', 'clip_id', 'clip-checked', 'task_id', %(quentin_review)s::jsonb ->> 'task_id'),"
        " repeat('d', 32)::bytea, 'sealed')"
    )
    started = team.team.rows(
        "SELECT lease_started AS at FROM task WHERE id = ?", team.values["quentin_review"]["task_id"]
    )
    with undone(team, "quentin") as connection:
        assert code_of(connection, blind, **team.values) == "no error"
        decide = "SELECT reviewer.decide(%(quentin_review)s, %(verdict)s, NULL)"
        assert code_of(connection, decide, **team.values) == "no error"
        read = "SELECT at FROM reviewer.verdict_on(%(checked_work)s)"
        assert send(connection, read, **team.values).rows == [(started[0]["at"],)]


def test_draft_that_was_decided_about_is_not_exchanged(team: AttackedTeam) -> None:
    keep = "SELECT reviewer.keep_late_draft(%(handed_in_lease)s, {}, {})"
    assert team.outcome("mal", keep.format("'typed'", "'late'"), **team.values).code == "no error"
    ((draft,),) = team.outcome("mal", "SELECT id FROM reviewer.late_drafts_of('mal')").rows
    assert team.outcome("lee", f"SELECT reviewer.dismiss_late_draft('{draft}', 'wrong')").code == "no error"
    assert (
        team.outcome("mal", keep.format("'other'", f"'{draft}'"), **team.values).code == "RV001 NOT_ALLOWED"
    )
    assert [row["sealed"] for row in team.team.rows("SELECT sealed FROM late_draft")] == [b"typed"]


def test_agreement_that_was_signed_is_kept_as_evidence(team: AttackedTeam) -> None:
    again = f"SELECT reviewer.sign_agreement('{AGREEMENT}', 'something else', NULL)"
    assert team.outcome("ben", again).code == "no error"
    kept = team.team.rows("SELECT evidence FROM agreement_signed WHERE person_id = 'ben'")
    assert [row["evidence"] for row in kept] == [b"x"]


def test_flood_of_requests_costs_only_who_sends_it(team: AttackedTeam) -> None:
    owner = team.team.owner
    with owner.transaction(force_rollback=True):
        owner.execute(
            "INSERT INTO request (person_id, key, at)"
            " SELECT 'mal', 'flood ' || n, n FROM generate_series(1, 20500) n"
        )
        owner.execute("SELECT reviewer_data.forget_requests('mal', 1)")
        rows = owner.execute("SELECT person_id, count(*), max(at) FROM request GROUP BY 1").fetchall()
    assert ("mal", 20000) in [row[:2] for row in rows]
    assert "ben" in [row[0] for row in rows]


def test_long_texts_of_one_login_do_not_fill_the_disk(team: AttackedTeam) -> None:
    """A quarter of a gigabyte a day; short texts are held by the limits on taking."""
    owner = team.team.owner
    keep = (
        "INSERT INTO late_draft (id, task_id, clip_id, person_id, key, sealed, kept_at, state)"
        " SELECT 'filled ' || n, task_id, clip_id, 'mal', 'filled ' || n, {}, now_micros(), 'dismissed'"
        " FROM generate_series(%s::int, %s::int) n, (SELECT id AS task_id, clip_id FROM task LIMIT 1) t"
    )
    submit = (
        "SELECT reviewer.submit(%(lease)s, %(facts)s::jsonb || jsonb_build_object('clip_id', %(clip)s::text,"
        " 'author', %(who)s::text, 'task_id', %(lease)s::jsonb ->> 'task_id'), 'd',"
        " repeat('x', %(n)s)::bytea)"
    )

    def sent(who: str, lease: str, length: int) -> str:
        with undone(team, who) as connection:
            values = {"lease": team.values[lease], "facts": team.values["facts"], "who": who, "n": length}
            return code_of(connection, submit, clip=team.values[lease]["clip_id"], **values)

    owner.execute(keep.format("repeat('x', 16777216)::bytea"), (1, 1))
    try:
        owner.execute(keep.format("(SELECT sealed FROM late_draft WHERE id = 'filled 1')"), (2, 14))
        assert sent("mal", "mine_lease", 16_777_216) == "no error"
        owner.execute(keep.format("(SELECT sealed FROM late_draft WHERE id = 'filled 1')"), (15, 16))
        assert sent("mal", "mine_lease", 65_537) == "RV001 NOT_ALLOWED"
        assert sent("mal", "mine_lease", 65_536) == "no error"
        assert sent("ben", "bens_lease", 16_777_216) == "no error"
        owner.execute("UPDATE late_draft SET kept_at = kept_at - 86400000000 WHERE person_id = 'mal'")
        assert sent("mal", "mine_lease", 65_537) == "no error"
    finally:
        owner.execute("DELETE FROM late_draft WHERE id ~ '^filled'")
