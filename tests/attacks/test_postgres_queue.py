"""Somebody with a real login of the queue's server sends SQL of their own.

Each attempt has to be refused without saying anything that its sender did not know, and nothing may have changed.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.benches.postgres_attacker import BENS_WORDS, AttackedTeam, attacked_team

NO_RIGHT = "42501"
NOT_LEASED = "RV001 NOT_LEASED"
NOT_ALLOWED = "RV001 NOT_ALLOWED"
UNREADABLE = ("Key (", "Failing row", "relation", "index", "constraint", "invalid input")


class Attempt(NamedTuple):
    name: str
    sql: str
    code: str = NO_RIGHT
    who: str = "mal"


_CLAIM = "SELECT reviewer.claim('mal', '{transcribe}', "
_SUBMIT = "SELECT reviewer.submit(%(mine_lease)s, {work}, repeat('d', 32)::bytea, 'sealed')"
_PREFETCHED = '{"is_prefetch": "true"}'
_FACTS = (
    "jsonb_build_object('id', 'a-new-one', 'task_id', %(mine_lease)s::jsonb ->> 'task_id', 'clip_id', 'clip-mine',"
    " 'author', 'mal', 'parent', NULL, 'schema_version', 'form-1', 'conventions_version', 'en-1')"
)


def submit(changes: str) -> str:
    """A submission of Mal's own work, with facts exchanged."""
    return _SUBMIT.format(work=f"{_FACTS} || {changes}")


def decide(changes: str, lease: str = "%(quentin_review)s") -> str:
    """A verdict of Quentin's about the review that he has, with facts exchanged."""
    return (
        f"SELECT reviewer.decide({lease}, jsonb_build_object('id', 'v-new', 'annotation_id',"
        " %(checked_work)s, 'kind', 'accepted', 'person_id', 'quentin', 'at', 1) || "
        f"{changes}, NULL)"
    )


def lease(name: str, json_changes: str) -> str:
    """A lease with fields exchanged."""
    return f"(%({name})s::jsonb || '{json_changes}')"


def renew(name: str, json_changes: str) -> str:
    return f"SELECT reviewer.renew({lease(name, json_changes)})"


def submit_under(key: str) -> str:
    """A submission of Mal's own work under another submission key."""
    return (
        f"SELECT reviewer.submit(%(mine_lease)s::jsonb || jsonb_build_object('submission_key', {key}),"
        f" {_FACTS}, repeat('d', 32)::bytea, 'sealed')"
    )


DATABASE = [
    Attempt("read a table", "SELECT * FROM reviewer_data.annotation"),
    Attempt("read the meta table by its type", "SELECT (NULL::reviewer_data.task).*", NO_RIGHT),
    Attempt("copy a table out", "COPY reviewer_data.task TO STDOUT"),
    Attempt("copy into a program", "COPY (SELECT 1) TO PROGRAM 'id'"),
    Attempt("copy a file of the server's", "CREATE TEMP TABLE f (l text); COPY f FROM '/etc/passwd'"),
    Attempt("write a table", "INSERT INTO reviewer_data.test_clock VALUES (1)"),
    Attempt("move the clock", "UPDATE reviewer_data.test_clock SET at = 0"),
    Attempt("unblock oneself", "UPDATE reviewer_data.person_login SET is_blocked = false"),
    Attempt("lock a table", "BEGIN; LOCK TABLE reviewer_data.task"),
    Attempt("truncate a table", "TRUNCATE reviewer_data.task CASCADE"),
    Attempt("drop the trigger", "DROP TRIGGER annotation_is_kept ON reviewer_data.annotation"),
    Attempt("call an inner function", "SELECT reviewer_data.now_micros()"),
    Attempt("erase a clip by an inner function", "SELECT reviewer_data.erase_clip('clip-bens', 'x')"),
    Attempt("explain an inner query", "EXPLAIN ANALYZE SELECT * FROM reviewer_data.task"),
    Attempt("read statistics of columns", "SELECT 1 / count(*) FROM pg_stats WHERE schemaname ~ 'reviewer'", "22012"),
    Attempt("read passwords", "SELECT * FROM pg_authid"),
    Attempt("read a file", "SELECT pg_read_file('PG_VERSION')"),
    Attempt("list a folder", "SELECT pg_ls_dir('.')"),
    Attempt("read pg_hba.conf", "SELECT * FROM pg_hba_file_rules"),
    Attempt("import a file", "SELECT lo_import('/etc/passwd')"),
    Attempt("make a large object", "SELECT lo_from_bytea(0, 'x')"),
    Attempt("make an empty large object", "SELECT lo_create(0)"),
    Attempt("make a temporary table", "CREATE TEMP TABLE person_login AS SELECT 1"),
    Attempt("make a temporary function", "CREATE FUNCTION pg_temp.caller() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    Attempt(
        "shadow an operator",
        "CREATE OPERATOR pg_temp.= (leftarg = text, rightarg = text, procedure = textne)",
    ),
    Attempt("make a table in public", "CREATE TABLE public.t (x int)"),
    Attempt("make a function beside the queue's", "CREATE FUNCTION reviewer.x() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    Attempt("replace a function", "CREATE OR REPLACE FUNCTION reviewer.final_count() RETURNS bigint LANGUAGE sql AS 'SELECT 1'"),
    Attempt("make a schema", "CREATE SCHEMA mine"),
    Attempt("reach another server", "CREATE FOREIGN DATA WRAPPER mine"),
    Attempt("make a database", "CREATE DATABASE mine"),
    Attempt("make a role", "CREATE ROLE mine"),
    Attempt("become the owner", "SET ROLE queue_owner"),
    Attempt("become a colleague", "SET ROLE person_ben"),
    Attempt("become QA", "SET ROLE reviewer_qa"),
    Attempt("become a lead", "SET SESSION AUTHORIZATION person_lee"),
    Attempt("join the leads", "GRANT reviewer_lead TO person_mal"),
    Attempt("lend one's login to a colleague", "GRANT person_mal TO person_ben"),
    Attempt("lift the limit of connections", "ALTER ROLE person_mal CONNECTION LIMIT 1000"),
    Attempt("become superuser", "ALTER ROLE person_mal SUPERUSER"),
    Attempt("change a colleague's password", "ALTER ROLE person_ben PASSWORD 'x'"),
    Attempt("shorten a colleague's locks", "ALTER ROLE person_ben SET lock_timeout = 1"),
    Attempt("shorten everybody's locks", "ALTER DATABASE team SET lock_timeout = 1"),
    Attempt("change the server", "ALTER SYSTEM SET fsync = off"),
    Attempt("switch triggers off", "SET session_replication_role = replica"),
    Attempt("resolve names as columns", "DO 'BEGIN END'; SET plpgsql.variable_conflict = use_column"),
    Attempt("load a library", "LOAD 'auto_explain'", "42501"),
    Attempt("end a colleague's session", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'person_ben'"),
    Attempt("prepare a transaction that outlives the session", "BEGIN; SELECT 1; PREPARE TRANSACTION 'x'", "55000"),
    Attempt("set the function's search path", "ALTER FUNCTION reviewer.versions() SET search_path = pg_temp"),
]  # fmt: skip

QUEUE = [
    Attempt("claim as a colleague", "SELECT reviewer.claim('ben', '{transcribe}', 'k')", NOT_LEASED),
    Attempt("claim with a colleague's key, as them", "SELECT reviewer.claim('ben', '{transcribe}', 'key of ben')", NOT_LEASED),
    Attempt("claim without an agreement", "SELECT reviewer.claim('nell', '{transcribe}', 'k')", "RV001 NDA_REQUIRED", "nell"),
    Attempt("prefetch without an agreement", "SELECT reviewer.claim_prefetch('nell', '{transcribe}', 'k')", "RV001 NDA_REQUIRED", "nell"),
    Attempt("claim a review", "SELECT reviewer.claim('mal', '{review}', 'k')", NOT_ALLOWED),
    Attempt("claim a pass as QA", "SELECT reviewer.claim('quentin', '{transcribe}', 'k')", NOT_ALLOWED, "quentin"),
    Attempt("claim with nothing as a key", _CLAIM + "NULL)", NOT_ALLOWED),
    Attempt("claim with an endless key", _CLAIM + "repeat(md5(random()::text), 1000))", NOT_ALLOWED),
    Attempt("claim in an old snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ; " + _CLAIM + "'k')", NOT_ALLOWED),
    Attempt("claim in a serializable transaction", "BEGIN ISOLATION LEVEL SERIALIZABLE; " + _CLAIM + "'k')", NOT_ALLOWED),
    Attempt("resume a colleague's work", "SELECT reviewer.resume('ben', '{transcribe}')", NOT_LEASED),
    Attempt("renew a colleague's lease", "SELECT reviewer.renew(%(bens_lease)s)", NOT_LEASED),
    Attempt("renew a colleague's lease as one's own", renew("bens_lease", '{"person_id": "mal"}'), NOT_LEASED),
    Attempt("guess a token", renew("bens_lease", '{"person_id": "mal", "token": 0}'), "RV001 LEASE_LOST"),
    Attempt("a token ahead of its time", renew("mine_lease", '{"token": 2}'), NOT_LEASED),
    Attempt("a token that is no number", renew("mine_lease", '{"token": "1 or 1"}'), NOT_LEASED),
    Attempt("a token beyond every number", renew("mine_lease", '{"token": 1e400}'), NOT_LEASED),
    Attempt("a token that is an object", renew("mine_lease", '{"token": {"a": [1]}}'), NOT_LEASED),
    Attempt("no lease but a list", "SELECT reviewer.renew('[1, 2]')", NOT_LEASED),
    Attempt("no lease but nothing", "SELECT reviewer.renew(NULL)", NOT_LEASED),
    Attempt("names twice in a lease", "SELECT reviewer.renew(replace(%(bens_lease)s, '}', ', \"person_id\": \"mal\"}')::jsonb)", NOT_LEASED),
    Attempt("open a lease as a prefetched one", f"SELECT reviewer.check_lease({lease('mine_lease', _PREFETCHED)})", NOT_LEASED),
    Attempt("open another's text with one's lease", "SELECT reviewer.check_lease(%(mine_lease)s::jsonb || jsonb_build_object('returned_annotation', %(done_work)s))", NOT_LEASED),
    Attempt("begin a colleague's lease", "SELECT reviewer.begin_prefetched(%(bens_lease)s)", NOT_LEASED),
    Attempt("release a colleague's lease", "SELECT reviewer.release(%(bens_lease)s, 'k')", NOT_LEASED),
    Attempt("skip a colleague's lease", "SELECT reviewer.skip(%(bens_lease)s, 'technical', 'k')", NOT_LEASED),
    Attempt("skip for an invented reason", "SELECT reviewer.skip(%(mine_lease)s, 'bored', 'k')", NOT_ALLOWED),
    Attempt("skip for no reason", "SELECT reviewer.skip(%(mine_lease)s, NULL, 'k')", NOT_ALLOWED),
    Attempt("submit for a colleague", "SELECT reviewer.submit(%(bens_lease)s, '{}', 'd', 's')", NOT_LEASED),
    Attempt("submit in a colleague's name", submit("'{\"author\": \"ben\"}'"), NOT_LEASED),
    Attempt("submit to another clip", submit("'{\"clip_id\": \"clip-bens\"}'"), NOT_LEASED),
    Attempt("submit with a colleague's key", submit_under("%(bens_free_key)s"), NOT_LEASED),
    Attempt("submit under the key of work that is in", submit_under("%(done_lease)s::jsonb ->> 'submission_key'"), "RV001 SUBMISSION_CONFLICT"),
    Attempt("submit under an id that exists", submit("jsonb_build_object('id', %(done_work)s)"), "RV001 SUBMISSION_CONFLICT"),
    Attempt("submit with a colleague's work as parent", submit("jsonb_build_object('parent', %(done_work)s)"), NOT_ALLOWED),
    Attempt("submit with a parent that is not there", submit("'{\"parent\": \"nobody\"}'"), NOT_ALLOWED),
    Attempt("submit without an id", submit("'{\"id\": null}'"), NOT_ALLOWED),
    Attempt("submit without a version", submit("'{\"schema_version\": null}'"), NOT_ALLOWED),
    Attempt("submit under an endless id", submit("jsonb_build_object('id', repeat(md5(random()::text), 1000))"), NOT_ALLOWED),
    Attempt("submit nothing", _SUBMIT.format(work=_FACTS).replace("'sealed'", "''"), NOT_ALLOWED),
    Attempt("submit NULL", _SUBMIT.format(work=_FACTS).replace("'sealed'", "NULL"), NOT_ALLOWED),
    Attempt("submit without a digest", _SUBMIT.format(work=_FACTS).replace("repeat('d', 32)::bytea", "NULL"), NOT_ALLOWED),
    Attempt("submit 80 MB", _SUBMIT.format(work=_FACTS).replace("'sealed'", "repeat('x', 80000000)::bytea"), NOT_ALLOWED),
    Attempt("submit a gigabyte", _SUBMIT.format(work=_FACTS).replace("'sealed'", "repeat('x', 1100000000)::bytea"), "54000"),
    Attempt("submit to a purged clip", "SELECT reviewer.submit(%(purged_lease)s, '{}', 'd', 's')", "RV001 CLIP_WITHDRAWN"),
    Attempt("take a colleague's work back", "SELECT reviewer.take_back('mal', %(done_work)s, 'k')", "RV001 CANNOT_TAKE_BACK"),
    Attempt("take work back as its author", "SELECT reviewer.take_back('ben', %(done_work)s, 'k')", NOT_LEASED),
    Attempt("renew work on a held clip", "SELECT reviewer.renew(%(held_lease)s)", "RV001 CLIP_ON_HOLD"),
    Attempt("open a held clip", "SELECT reviewer.check_lease(%(held_lease)s)", "RV001 CLIP_ON_HOLD"),
    Attempt("open a purged clip", "SELECT reviewer.check_lease(%(purged_lease)s)", "RV001 CLIP_WITHDRAWN"),
    Attempt("decide as a contractor", "SELECT reviewer.decide(%(quentin_review)s, '{}', NULL)"),
    Attempt("draw as a contractor", "SELECT reviewer.draw_one(%(mine_lease)s::jsonb ->> 'task_id', %(handed_in_work)s, false)"),
    Attempt("keep a late draft for a lease never had", "SELECT reviewer.keep_late_draft(%(bens_lease)s::jsonb || '{\"person_id\": \"mal\"}', 'x', 'k')", NOT_LEASED),
    Attempt("keep a late draft with a forged token", "SELECT reviewer.keep_late_draft(%(mine_lease)s::jsonb || '{\"token\": 7}', 'x', 'k')", NOT_LEASED),
    Attempt("keep a late draft of a purged clip", "SELECT reviewer.keep_late_draft(%(purged_lease)s, 'x', 'k')", "RV001 CLIP_WITHDRAWN"),
    Attempt("keep an empty late draft", "SELECT reviewer.keep_late_draft(%(mine_lease)s, NULL, 'k')", NOT_ALLOWED),
    Attempt("keep a late draft of 80 MB", "SELECT reviewer.keep_late_draft(%(mine_lease)s, repeat('x', 80000000)::bytea, 'k')", NOT_ALLOWED),
    Attempt("keep a flood of late drafts", "SELECT reviewer.keep_late_draft(%(mine_lease)s, 'x', 'k' || n) FROM generate_series(1, 100) n", NOT_ALLOWED),
    Attempt("sign another agreement", "SELECT reviewer.sign_agreement('of my own', 'x', NULL)", NOT_ALLOWED, "nell"),
    Attempt("sign with nothing", "SELECT reviewer.sign_agreement('agreement-1', NULL, NULL)", NOT_ALLOWED, "nell"),
    Attempt("read a colleague's work", "SELECT * FROM reviewer.annotation(%(done_work)s)", "RV001 NO_ANNOTATION"),
    Attempt("read the state of a colleague's work", "SELECT reviewer.state_of(%(done_work)s)", "RV001 NO_ANNOTATION"),
    Attempt("list a colleague's work", "SELECT * FROM reviewer.annotations_of('ben', 10)", NOT_ALLOWED),
    Attempt("list a colleague's late drafts", "SELECT * FROM reviewer.late_drafts_of('ben')", NOT_ALLOWED),
    Attempt("count a colleague's day", "SELECT reviewer.daily_counts('ben', '{transcribe}', 0)", NOT_ALLOWED),
    Attempt("count the reviews that wait", "SELECT reviewer.waiting('{review}')", NOT_ALLOWED),
    Attempt("see whether a clip is there", "SELECT reviewer.clip_state('clip-bens')", "RV001 NO_CLIP"),
    Attempt("see whether another is not there", "SELECT reviewer.clip_state('clip-nowhere')", "RV001 NO_CLIP"),
    Attempt("withdraw a live clip", "SELECT reviewer.withdraw_clip('clip-bens', 'retention')", "RV001 NO_CLIP"),
    Attempt("withdraw a clip that is not there", "SELECT reviewer.withdraw_clip('clip-nowhere', 'retention')", "RV001 NO_CLIP"),
    Attempt("withdraw one's own live clip", "SELECT reviewer.withdraw_clip('clip-mine', 'retention')", NOT_ALLOWED),
    Attempt("withdraw a clip that is due for an invented reason", "SELECT reviewer.withdraw_clip('clip-due', repeat('x', 100000))", NOT_ALLOWED),
    Attempt("mark a colleague's clip", "SELECT reviewer.mark_distressing('clip-bens')", "RV001 NO_CLIP"),
    Attempt("mark a clip that is not there", "SELECT reviewer.mark_distressing('clip-nowhere')", "RV001 NO_CLIP"),
    Attempt("set rules", "SELECT reviewer.set_rules(1, 1, 1, 1)"),
    Attempt("add a clip", "SELECT reviewer.add_clip('c', 1, 0, 0, 'ready', NULL, '[\"en\", \"en\", \"\", \"\"]')"),
    Attempt("assign a task to oneself", "SELECT reviewer.assign(%(bens_lease)s::jsonb ->> 'task_id', 'mal')"),
    Attempt("take other languages", "SELECT reviewer.set_languages('mal', '[]', 'k')"),
    Attempt("hold a clip", "SELECT reviewer.hold('clip-bens', 'technical')"),
    Attempt("keep a clip open", "SELECT reviewer.keep_open_until('clip-due', 9000000000000000)"),
    Attempt("read every lease", "SELECT * FROM reviewer.leases()"),
    Attempt("read the list of clips", "SELECT * FROM reviewer.listed()"),
    Attempt("explain a function of the leads'", "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM reviewer.listed()"),
    Attempt("prepare a function of the leads'", "PREPARE x AS SELECT * FROM reviewer.listed(); EXECUTE x"),
    Attempt("a lone surrogate as a name", "SELECT reviewer.claim('mal', '{transcribe}', ('\"\\ud800\"'::jsonb) ->> 0)", "22P02"),
    Attempt("NUL in a lease", "SELECT reviewer.renew('{\"person_id\": \"mal\\u0000\"}')", "22P05"),
    Attempt("a name that looks the same", "SELECT reviewer.claim(U&'m\\0430l', '{transcribe}', 'k')", NOT_LEASED),
    Attempt("a name with what is invisible", "SELECT reviewer.claim(U&'mal\\200B', '{transcribe}', 'k')", NOT_LEASED),
]  # fmt: skip

QA = [
    Attempt("read a text before one's own version", "SELECT * FROM reviewer.annotation(%(checked_work)s)", "RV001 NO_ANNOTATION"),
    Attempt("read what a colleague checks", "SELECT * FROM reviewer.annotation(%(checking_work)s)", "RV001 NO_ANNOTATION"),
    Attempt("read work that nobody checks", "SELECT * FROM reviewer.annotation(%(done_work)s)", "RV001 NO_ANNOTATION"),
    Attempt("decide before one's own version", decide("'{}'"), "RV001 BLIND_FIRST"),
    Attempt("decide about another's review", decide("'{}'", lease("quinn_review", '{"person_id": "quentin"}')), NOT_LEASED),
    Attempt("decide as a colleague", decide("'{}'", "%(quinn_review)s"), NOT_LEASED),
    Attempt("decide about other work", decide("jsonb_build_object('annotation_id', %(done_work)s)"), NOT_LEASED),
    Attempt("decide in a colleague's name", decide("'{\"person_id\": \"quinn\"}'"), NOT_LEASED),
    Attempt("decide without a kind", decide("'{\"kind\": null}'"), NOT_LEASED),
    Attempt("decide without a selection", decide("'{\"kind\": \"passed\"}'"), NOT_LEASED),
    Attempt("decide at no time", decide("'{\"at\": \"yesterday\"}'"), "RV001 BLIND_FIRST"),
    Attempt("pass a lead's decision off", "SELECT reviewer.set_final('clip-done', %(done_work)s, 'v')"),
    Attempt("adopt a late draft", "SELECT reviewer.adopt_late_draft('x', 'x', 'x', '{}', 'x', 'x')"),
    Attempt("read every late draft", "SELECT * FROM reviewer.late_drafts()"),
    Attempt("read every accepted text", "SELECT * FROM reviewer.accepted()"),
    Attempt("adjudicate a clip that is not final", "SELECT reviewer.add_adjudication('clip-bens')", "RV001 CLIP_NOT_FINAL"),
    Attempt("call a clip's passes equal that is not final", "SELECT reviewer.set_passes_agree('clip-bens')", "RV001 CLIP_NOT_FINAL"),
    Attempt("become a lead from QA", "SET ROLE reviewer_lead"),
    Attempt("withdraw a live clip as QA", "SELECT reviewer.withdraw_clip('clip-checked', 'retention')", NOT_ALLOWED),
]  # fmt: skip
QA = [attempt._replace(who="quentin") for attempt in QA]
ATTEMPTS = [*DATABASE, *QUEUE, *QA]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttackedTeam]:
    with attacked_team(tmp_path_factory.mktemp("attacked")) as team:
        yield team


@pytest.fixture
def unchanged(team: AttackedTeam) -> Iterator[None]:
    before = team.dump()
    yield
    assert team.dump() == before


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: f"{attempt.who}: {attempt.name}")
def test_attempt_is_refused_and_changes_nothing(team: AttackedTeam, attempt: Attempt) -> None:
    came = team.outcome(attempt.who, attempt.sql, **team.values)
    assert came.code == attempt.code, came.text
    assert BENS_WORDS.decode() not in came.text
    if came.code.startswith("RV001"):
        assert not any(word in came.text for word in UNREADABLE), came.text


def test_at_least_sixty_ways_are_tried() -> None:
    assert len({attempt.name for attempt in ATTEMPTS}) == len(ATTEMPTS) >= 60
