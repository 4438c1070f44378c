"""A broker over the small workspace, asked directly or through a real server."""

import atexit
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from reviewer.broker.client import BrokerAddress, BrokerClient
from reviewer.broker.key_broker import Answered, KeyBroker
from reviewer.broker.log import BrokerLog, broker_key
from reviewer.broker.metrics import Metrics
from reviewer.broker.release import KeyPurpose, KeyRequest, SignedRequest, read_answer, read_refusal
from reviewer.broker.service import BrokerServer, Listen
from reviewer.clips.key_delivery import open_clip_key
from reviewer.clips.keys import KdfParameters
from reviewer.clips.released_keys import ReleasedKey
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity
from reviewer.model.task import Lease
from reviewer.places import DATABASE_FILE
from reviewer.workspace import open_workspace
from tests.benches.certificates import Certificates
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, make_bench
from tests.fakes.clock import FakeClock


@dataclass
class BrokerBench:
    """A workspace and its broker, on one fake clock."""

    bench: Bench
    folder: Path
    a_minute: int = 30
    unknown_a_minute: int = 20
    log: BrokerLog = field(init=False)
    broker: KeyBroker = field(init=False)
    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Starts the broker, with what an earlier one left."""
        lead = self.bench.person(LEAD).identity
        key = broker_key(lead.keyring.signing_key)
        self.log = BrokerLog(self.folder / "broker", self.bench.workspace.clock, key)
        self.metrics = Metrics(self.bench.clock.monotonic())
        self.broker = KeyBroker(
            facts=self.bench.workspace.release_facts(lead),
            log=self.log,
            signing_key=key,
            metrics=self.metrics,
            a_minute=self.a_minute,
            unknown_a_minute=self.unknown_a_minute,
        )

    def restart(self) -> None:
        """A new process of the broker, over the same files."""
        self.log.close()
        self.start()

    def close(self) -> None:
        self.log.close()
        self.bench.workspace.close()

    def identity(self, name: str) -> Identity:
        return self.bench.person(name).identity

    def claimed(self, name: str = ANA) -> Lease:
        """The next lease of somebody who has agreed."""
        return self.bench.work(name).claim()

    def request(self, name: str, lease: Lease, **changes: Any) -> KeyRequest:
        """What an honest workstation would ask, with what a test says changed."""
        request = KeyRequest(
            self.identity(name).person.id,
            lease.clip_id,
            lease.task_id,
            lease.token,
            KeyPurpose.PREFETCH if lease.is_prefetch else KeyPurpose.OPEN,
            self.bench.clock.now(),
            self.broker.public_key,
        )
        return replace(request, **changes)

    def signed(self, name: str, lease: Lease, **changes: Any) -> SignedRequest:
        """The same, signed by this person."""
        return self.request(name, lease, **changes).signed(self.identity(name).keyring.signing_key)

    def ask(self, name: str, lease: Lease, **changes: Any) -> Answered:
        """Asks the broker without a network."""
        return self.broker.answer(self.signed(name, lease, **changes).to_bytes())

    def code(self, name: str, lease: Lease, **changes: Any) -> str:
        """How the broker refuses, as it signed it; empty for a release."""
        signed = self.signed(name, lease, **changes)
        answered = self.broker.answer(signed.to_bytes())
        if answered.status == 200:
            return ""
        return read_refusal(answered.body, self.broker.public_key, signed.digest)

    def released(self, name: str, lease: Lease) -> ReleasedKey:
        """The key of a clip, as it arrives at an honest workstation."""
        signed = self.signed(name, lease)
        answered = self.broker.answer(signed.to_bytes())
        assert answered.status == 200, answered.code
        answer = read_answer(answered.body, self.broker.public_key)
        assert answer.is_for(signed)
        key = open_clip_key(self.identity(name).keyring.signing_key, answer.sealed, answer.bound())
        return ReleasedKey(answer.clip_id, key, answer.stored_as, answer.generation, answer.until)

    def key(self, name: str, lease: Lease) -> bytes:
        """The same, the key alone."""
        return self.released(name, lease).key

    def true_key(self, clip_id: str) -> bytes:
        """The key of a clip, by the workspace key."""
        return self.bench.workspace.release_facts(self.identity(LEAD)).clip_key(clip_id).key

    def events(self, *actions: Action) -> list[Event]:
        """What the broker's log holds, of these actions or all."""
        found = [row.event() for row in self.log.rows()]
        return [event for event in found if not actions or event.action in actions]

    @property
    def log_file(self) -> Path:
        return self.folder / "broker" / DATABASE_FILE

    def client(self, name: str, port: int, certificates: Certificates, **changes: Any) -> BrokerClient:
        """The workstation of somebody, over TLS."""
        url = f"https://127.0.0.1:{port}"
        address = BrokerAddress.of(url, self.broker.public_key.hex(), certificates.authority)
        return BrokerClient(replace(address, **changes), self.identity(name), self.bench.clock)

    @contextmanager
    def served(self, certificates: Certificates | None = None) -> Iterator[int]:
        """The broker behind a real server on loopback; gives the port."""
        files = (certificates.certificate, certificates.key) if certificates else (None, None)
        server = BrokerServer(self.broker, self.metrics).server(Listen("127.0.0.1", 0, *files))
        thread = threading.Thread(target=server.run, name="broker")
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                thread.join(0.01)
            yield server.servers[0].sockets[0].getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def make_broker_bench(folder: Path, **options: Any) -> BrokerBench:
    """A workspace where Ana, Ben and Quinn have agreed, and its broker; a copy of one made before."""
    pattern, now = _pattern()
    shutil.copytree(pattern, folder / "made")
    clock = FakeClock(now)
    opened = open_workspace(folder / "made" / "ws", clock=clock, parameters=KdfParameters.cheap())
    return BrokerBench(Bench(opened, clock), folder, **options)


@cache
def _pattern() -> tuple[Path, datetime]:
    """A folder that nothing but ``make_broker_bench`` copies, and the time at which it was left."""
    folder = Path(tempfile.mkdtemp(prefix="reviewer-broker-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    bench = make_bench(folder)
    bench.agree(ANA, BEN, QUINN)
    for name in (ANA, BEN, QUINN, LEAD):
        bench.sign_out(name)
    bench.workspace.close()
    return folder, bench.clock.now()
