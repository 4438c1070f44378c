"""The queue on PostgreSQL keeps the contract, each person over a database login of their own."""

import select
from contextlib import closing
from hashlib import sha256

import psycopg
import pytest
from hypothesis import settings

from reviewer.errors import Refused, Unavailable
from reviewer.model.people import Role
from reviewer.model.task import TaskKind
from tests.contracts.queue_contract import RULES, QueueContract
from tests.contracts.test_queue_machine import QueueMachine
from tests.fakes.clock import FakeClock
from tests.fakes.postgres_server import PASSWORD, TeamQueue, TeamServer


@pytest.fixture(scope="session")
def team(postgres):
    """A queue on the server, for all tests."""
    server = TeamServer(postgres, RULES)
    queue = PostgresQueueMachine.team = TeamQueue(server)
    yield queue
    queue.close()
    server.close()


class TestPostgresQueue(QueueContract):
    @pytest.fixture
    def queue(self, team, clock):
        team.server.clear()
        team.clock = clock
        return team


class PostgresQueueMachine(QueueMachine):
    team = None

    def make_queue(self):
        self.team.server.clear()
        self.team.clock = self.clock
        return self.team

    def rows(self, query, *values):
        return self.team.server.rows(query, *values)

    def teardown(self):
        """The server is kept for the next example."""


@pytest.mark.usefixtures("team")
class TestPostgresQueueMachine(PostgresQueueMachine.TestCase):
    settings = settings(max_examples=6, stateful_step_count=40, deadline=None)


def read_until_the_end(notices):
    """What the server said last comes before its end."""
    for _ in range(10):
        assert select.select([notices], [], [], 10)[0]
        assert not notices.has_come()


def test_contractor_hears_of_a_lead_s_work_and_that_the_server_is_gone(team):
    team.server.clear()
    with closing(team.server.queue("tess", Role.CONTRACTOR)) as queue:
        notices = queue.new_work_notices()
        assert not notices.has_come()
        team.add_clip("new", passes=1)
        assert select.select([notices], [], [], 10)[0]
        assert notices.has_come()
        assert not notices.has_come()
        team.server.owner.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'person_tess'"
        )
        with pytest.raises(Unavailable):
            read_until_the_end(notices)


def test_nobody_hears_of_a_colleague_s_work(team):
    team.server.clear()
    team.clock = FakeClock()
    team.add_clip("c", passes=1)
    team.server.login("tess", Role.CONTRACTOR)
    heard = []
    with psycopg.connect(
        team.server.uri, user="person_tess", password=PASSWORD, autocommit=True
    ) as connection:
        connection.add_notify_handler(heard.append)
        connection.execute("LISTEN reviewer_new_work")
        lease = team.claim("ben", frozenset({TaskKind.TRANSCRIBE}), key="claim")
        team.release(lease, key="release")
        connection.execute("SELECT 1")
        assert heard == []
        team.lead_release(lease.task_id)
        connection.execute("SELECT 1")
        assert [notice.payload for notice in heard] == [""]


@pytest.mark.parametrize("act", ["claim", "claim_prefetch"])
def test_usual_claim_or_prefetch_takes_the_short_way(team, act):
    """It makes the submission key from the caller's own key; the slower search draws a random one."""
    team.server.clear()
    team.clock = FakeClock()
    for number in range(3):
        team.add_clip(f"c{number}", passes=1)
    lease = getattr(team, act)("ben", frozenset({TaskKind.TRANSCRIBE}), key="the caller's")
    made = sha256(f"{lease.task_id}/{lease.token - 1}/the caller's".encode()).hexdigest()
    assert lease.submission_key == made[:32]
    assert lease.is_prefetch == (act == "claim_prefetch")


@pytest.fixture
def two_an_hour(team):
    team.server.clear()
    team.clock = FakeClock()
    team.server.owner.execute("UPDATE rules SET leases_per_hour = 2")
    for number in range(6):
        team.add_clip(f"c{number}", passes=1)
    yield
    team.server.owner.execute("UPDATE rules SET leases_per_hour = 0")


@pytest.mark.usefixtures("two_an_hour")
def test_server_says_when_the_limit_of_an_hour_lets_the_next_clip_through(team):
    kinds = frozenset({TaskKind.TRANSCRIBE})
    first = team.claim("ben", kinds, key="1")
    team.release(first, key="2")
    team.clock.advance(10 * 60)
    ahead = team.claim_prefetch("ben", kinds, key="3")
    assert team.claim_prefetch("ben", kinds, key="4").task_id == ahead.task_id  # it is theirs already
    team.begin_prefetched(ahead)
    team.clock.advance(61)
    for act in (team.claim, team.claim_prefetch):
        with pytest.raises(Refused) as refused:
            act("ben", kinds, key="5")
        assert (refused.value.code, refused.value.parameters) == ("LIMIT_OPENS", {"limit": 2, "minutes": 49})
    team.clock.advance(49 * 60)
    assert team.claim_prefetch("ben", kinds, key="6") is not None


def test_acts_keep_one_plan_of_each_statement(team):
    """Otherwise PostgreSQL plans some anew for every call, which was half of a prefetch's time."""
    acts = ("claim", "claim_prefetch", "begin_prefetched", "submit", "release", "skip", "renew")
    found = team.server.rows(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'reviewer'::regnamespace"
        " AND 'plan_cache_mode=force_generic_plan' = ANY (proconfig)"
    )
    assert set(acts) <= {row["proname"] for row in found}


@pytest.mark.usefixtures("two_an_hour")
def test_limit_that_a_lead_lifted_stops_nobody_on_the_server(team):
    kinds = frozenset({TaskKind.TRANSCRIBE})
    for key in ("1", "2"):
        team.release(team.claim("ben", kinds, key=key), key=f"release {key}")
    with pytest.raises(Refused, match="LIMIT_OPENS"):
        team.claim("ben", kinds, key="3")
    team.lift_limits("ann", "of somebody else")
    with pytest.raises(Refused, match="LIMIT_OPENS"):
        team.claim("ben", kinds, key="4")
    team.clock.advance(1)
    team.lift_limits("ben", "signed")
    for key in ("5", "6"):
        team.clock.advance(1)
        team.release(team.claim("ben", kinds, key=key), key=f"release {key}")
    with pytest.raises(Refused, match="LIMIT_OPENS"):  # from then on the limit is what it was
        team.claim("ben", kinds, key="7")


@pytest.mark.usefixtures("two_an_hour")
def test_lifting_also_begins_the_count_of_unfinished_clips_anew(team):
    kinds = frozenset({TaskKind.TRANSCRIBE})
    team.server.owner.execute("UPDATE rules SET leases_per_hour = 0, leases_without_hand_in = 1")
    try:
        team.release(team.claim("ben", kinds, key="1"), key="2")
        with pytest.raises(Refused, match="LIMIT_UNFINISHED"):
            team.claim("ben", kinds, key="3")
        team.clock.advance(1)
        team.lift_limits("ben", "signed")
        assert team.claim("ben", kinds, key="4") is not None
    finally:
        team.server.owner.execute("UPDATE rules SET leases_without_hand_in = 0")
