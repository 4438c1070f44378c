"""Many clients on one server at the same time: no double claim, nobody twice on a clip, nothing lost.

Small unless the environment says otherwise: ``REVIEWER_RACE_CLIENTS``, ``REVIEWER_RACE_CLIPS``,
``REVIEWER_RACE_SEEDS`` and ``REVIEWER_RACE_LEASE_MS``.
"""

import os
import random
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from reviewer.errors import LeaseLost, Unavailable
from reviewer.model.people import Role
from reviewer.model.task import Lease, SkipReason
from reviewer.queue.postgres import PostgresQueue
from tests.contracts.queue_contract import RULES, TRANSCRIBE, new_key, sealed
from tests.fakes.postgres_server import OneConnection, TeamServer, running_server

CLIENTS = int(os.environ.get("REVIEWER_RACE_CLIENTS", "8"))
CLIPS = int(os.environ.get("REVIEWER_RACE_CLIPS", "40"))
SEEDS = int(os.environ.get("REVIEWER_RACE_SEEDS", "1"))
LEASE_SECONDS = float(os.environ.get("REVIEWER_RACE_LEASE_MS", "400")) / 1000
PASSES, SKIPS_TO_LEAD = 3, 3
UNSKILLED = "p0"
"""Every fifth clip asks for a skill that all others have."""
TO_THE_LAST_CLIP_SECONDS = 30 + CLIENTS * CLIPS / 50
ACTS = {
    "submit": 70,
    "submit twice": 10,
    "skip": 4,
    "release": 5,
    "renew": 4,
    "resume": 3,
    "leave": 1,
    "be late": 3,
}


@dataclass
class Told:
    """What the server told one client."""

    leases: list[Lease] = field(default_factory=list)
    receipts: dict[str, bytes] = field(default_factory=dict)  # annotation id -> what was handed in
    late: list[str] = field(default_factory=list)  # keys of late drafts
    ended: set[tuple[str, int]] = field(default_factory=set)  # leases that may end before their time
    done: Counter[str] = field(default_factory=Counter)


class Sender(OneConnection):
    """Sends an act again, as the outbox does, when a busy server did not answer in time."""

    def _call(self, form, function, values):
        while True:
            try:
                return super()._call(form, function, values)
            except Unavailable:
                time.sleep(0.1)


class Client:
    """A person at work: claims, and then does what the seed says, until nobody has anything to do."""

    def __init__(self, uri: str, person_id: str, seed: int, over: threading.Event) -> None:
        self.uri, self.person_id, self.over = uri, person_id, over
        self.rng = random.Random(f"{seed} {person_id}")
        self.told = Told()
        self.had: dict[str, str] = {}  # clip -> the task of it that was not given back

    def work(self) -> Told:
        with self.connected() as self.queue, self.connected() as self.second:
            while not self.over.is_set():
                lease = self.claim()
                if lease is None:
                    self.over.wait(LEASE_SECONDS / 10)
                    continue
                act = self.rng.choices(list(ACTS), list(ACTS.values()))[0]
                self.told.done[act] += 1
                try:
                    getattr(self, act.replace(" ", "_"))(lease)
                except LeaseLost:
                    self.told.done["lost a lease"] += 1
        return self.told

    @contextmanager
    def connected(self):
        queue = PostgresQueue(Sender(self.uri, f"person_{self.person_id}"))
        try:
            yield queue
        finally:
            queue.close()

    def claim(self) -> Lease | None:
        """The next lease: prefetched, or claimed, sometimes twice under one key."""
        if self.rng.random() < 0.1 and self.prefetch() == "begun":
            return self.told.leases[-1]
        key, lease = new_key(), None
        if self.rng.random() < 0.05:
            lease, again = self.at_the_same_time(
                lambda queue: queue.claim(self.person_id, TRANSCRIBE, key=key)
            )
            assert lease == again
        else:
            lease = self.queue.claim(self.person_id, TRANSCRIBE, key=key)
        if lease is not None:
            self.given(lease)
        return lease

    def prefetch(self) -> str:
        """Prefetches, and then begins it, gives it back, or leaves it for the next claim."""
        lease = self.queue.claim_prefetch(self.person_id, TRANSCRIBE, key=new_key())
        if lease is None:
            return ""
        what = self.rng.choice(["begun", "given back", "left"])
        self.told.ended.add((lease.task_id, lease.token))
        self.told.done[f"prefetch {what}"] += 1
        if what == "begun":
            try:
                self.given(self.queue.begin_prefetched(lease))
                self.told.ended.discard((lease.task_id, lease.token))
            except LeaseLost:
                return ""
        elif what == "given back":
            self.queue.release_prefetched(self.person_id, key=new_key())
        return what

    def given(self, lease: Lease) -> None:
        assert lease.person_id == self.person_id
        assert self.had.setdefault(lease.clip_id, lease.task_id) == lease.task_id
        self.told.leases.append(lease)

    def at_the_same_time(self, call):
        """The same call over two connections."""
        with ThreadPoolExecutor(1) as other:
            answer = other.submit(call, self.second)
            return call(self.queue), answer.result()

    def submit(self, lease: Lease) -> None:
        work = self.made(lease)
        try:
            receipt = self.queue.submit(lease, work)
        except LeaseLost:
            self.keep_late(lease, work.sealed)
            raise
        assert (receipt.annotation_id, receipt.is_repeated) == (work.id, False)
        self.told.receipts[work.id] = work.digest

    def submit_twice(self, lease: Lease) -> None:
        work = self.made(lease)
        try:
            receipts = self.at_the_same_time(lambda queue: queue.submit(lease, work))
        except LeaseLost:
            self.keep_late(lease, work.sealed)
            raise
        assert {receipt.annotation_id for receipt in receipts} == {work.id}
        assert sorted(receipt.is_repeated for receipt in receipts) == [False, True]
        self.told.receipts[work.id] = work.digest

    def made(self, lease: Lease):
        return sealed(lease, f"{lease.task_id} {lease.token}".encode())

    def keep_late(self, lease: Lease, text: bytes) -> None:
        key = new_key()
        self.queue.keep_late_draft(lease, text, key=key)
        self.told.late.append(key)

    def skip(self, lease: Lease) -> None:
        self.told.ended.add((lease.task_id, lease.token))
        self.queue.skip(lease, SkipReason.TECHNICAL, key=new_key())

    def release(self, lease: Lease) -> None:
        key = new_key()
        self.told.ended.add((lease.task_id, lease.token))
        self.queue.release(lease, key=key)
        self.queue.release(lease, key=key)
        self.had.pop(lease.clip_id)

    def renew(self, lease: Lease) -> None:
        self.submit(self.queue.renew(lease))

    def resume(self, lease: Lease) -> None:
        resumed = self.queue.resume(self.person_id, TRANSCRIBE)
        self.submit(resumed or lease)

    def leave(self, lease: Lease) -> None:
        """Leaves the clip on the desk and takes another."""

    def be_late(self, lease: Lease) -> None:
        time.sleep(LEASE_SECONDS * self.rng.uniform(0.9, 1.6))
        self.submit(lease)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("race"), max(100, 2 * CLIENTS + 20)) as uri:
        team = TeamServer(uri, RULES)
        lease = int(LEASE_SECONDS * 1_000_000)
        team.owner.execute(
            "UPDATE rules SET lease_micros = %s, cap_micros = %s, prefetch_micros = %s, skips_to_lead = %s",
            (lease, lease * 20, lease // 2, SKIPS_TO_LEAD),
        )
        for number in range(CLIENTS):
            team.login(f"p{number}", Role.CONTRACTOR)
        yield team
        team.close()


def race(server: TeamServer, seed: int) -> list[Told]:
    """Lets every client work until each clip has its passes or waits for a lead."""
    server.clear()
    server.owner.execute(
        "SELECT reviewer.add_clip('clip-' || lpad(n::text, 6, '0'), %s, 0, n, 'ready', NULL, %s,"
        " CASE n %% 5 WHEN 0 THEN 'medical' ELSE '' END) FROM generate_series(1, %s) n",
        (PASSES, '["und", "", "", ""]', CLIPS),
    )
    server.owner.execute(
        "INSERT INTO person_skill SELECT person_id, 'medical' FROM person_login WHERE person_id <> %s",
        (UNSKILLED,),
    )
    over = threading.Event()
    clients = [Client(server.uri, f"p{number}", seed, over) for number in range(CLIENTS)]
    until = time.monotonic() + TO_THE_LAST_CLIP_SECONDS
    with ThreadPoolExecutor(CLIENTS) as people:
        working = [people.submit(client.work) for client in clients]
        try:
            while is_left(server) and time.monotonic() < until and not any(one.done() for one in working):
                time.sleep(LEASE_SECONDS / 4)
        finally:
            over.set()
    return [one.result() for one in working]


def is_left(server: TeamServer) -> bool:
    return bool(
        server.rows(
            "SELECT 1 FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id"
            " WHERE t.state IN ('open', 'leased') AND q.state <> 'with_lead' LIMIT 1"
        )
    )


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
@pytest.mark.timeout(4 * TO_THE_LAST_CLIP_SECONDS)
def test_every_clip_gets_its_passes_by_different_people_or_waits_for_a_lead(server, seed):
    told = race(server, seed)
    assert not is_left(server)

    given = {
        (row["task_id"], row["token"]): row["person_id"] for row in server.rows("SELECT * FROM lease_given")
    }
    of_whom = {(lease.task_id, lease.token, lease.person_id) for one in told for lease in one.leases}
    assert len({lease[:2] for lease in of_whom}) == len(of_whom)  # no lease was told to two people
    assert all(given[task, token] == person for task, token, person in of_whom)

    assert not server.rows(
        "SELECT 1 FROM lease_given g JOIN task t ON t.id = g.task_id JOIN queue_route r ON r.route = t.route"
        " WHERE r.skill <> '' AND g.person_id = ?",
        UNSKILLED,
    )

    ended = {lease for one in told for lease in one.ended}
    for before, after in pairwise(server.rows("SELECT * FROM lease_given ORDER BY task_id, token")):
        if before["task_id"] == after["task_id"] and (before["task_id"], before["token"]) not in ended:
            assert after["at"] - before["at"] >= LEASE_SECONDS * 1_000_000  # no double claim

    receipts = {work: digest for one in told for work, digest in one.receipts.items()}
    kept = {row["id"]: row["digest"] for row in server.rows("SELECT id, digest FROM annotation")}
    assert kept == receipts  # nothing lost, nothing twice
    late = {row["key"] for row in server.rows("SELECT key FROM late_draft")}
    assert late == {key for one in told for key in one.late}

    authors: dict[str, list[str]] = {}
    for row in server.rows("SELECT clip_id, author FROM annotation"):
        authors.setdefault(row["clip_id"], []).append(row["author"])
    for row in server.rows("SELECT clip_id, person_id FROM task_refusal"):
        assert row["person_id"] not in authors.get(row["clip_id"], [])
    for clip in server.rows("SELECT q.clip_id, q.state, refusals(q.clip_id) AS refused FROM queue_clip q"):
        whose = authors.get(clip["clip_id"], [])
        assert len(whose) == len(set(whose)) <= PASSES
        if clip["state"] == "with_lead":
            assert clip["refused"] >= SKIPS_TO_LEAD
        else:
            assert (clip["state"], len(whose)) == ("reviewed", PASSES)
    done = sum((one.done for one in told), Counter())
    assert {"submit", "submit twice"} <= done.keys()
    states = Counter(row["state"] for row in server.rows("SELECT state FROM queue_clip"))
    sys.stdout.write(
        f"\nseed {seed}: {dict(states)} {dict(done)}, {len(late)} late drafts, {len(given)} leases\n"
    )
