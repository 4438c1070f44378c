"""A small workspace whose project names a broker: only the lead holds the workspace key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from reviewer.access import signing
from reviewer.broker.key_broker import KeyBroker
from reviewer.broker.log import BrokerLog, broker_key
from reviewer.broker.metrics import Metrics
from reviewer.broker.release import KeyPurpose, KeyRequest, read_answer, read_refusal
from reviewer.clips.key_delivery import open_clip_key
from reviewer.clips.keys import KdfParameters, open_keyring
from reviewer.clips.released_keys import ReleasedKey
from reviewer.errors import Refused, Unavailable
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity, Keyring
from reviewer.model.task import Lease
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, make_bench, same_codes

URL = "https://127.0.0.1:1"
TEAM = "\n[broker]\nurl = '{url}'\npublic_key = '{key}'\n"


@dataclass
class DirectKeys:
    """Satisfies ``ClipKeySource``: asks a broker without a network, or nobody while ``is_away``."""

    broker: Callable[[], KeyBroker]
    identity: Identity
    bench: Bench
    is_away: Callable[[], bool]

    def reach(self) -> None:
        if self.is_away():
            raise Unavailable("BROKER_AWAY")

    def clip_key(self, lease: Lease, facts: bytes = b"") -> ReleasedKey:
        self.reach()
        broker, keyring = self.broker(), self.identity.keyring
        purpose = KeyPurpose.PREFETCH if lease.is_prefetch else KeyPurpose.OPEN
        request = KeyRequest(
            self.identity.person.id,
            lease.clip_id,
            lease.task_id,
            lease.token,
            purpose,
            self.bench.clock.now(),
            broker.public_key,
            facts=facts,
        )
        signed = request.signed(keyring.signing_key)
        answered = broker.answer(signed.to_bytes())
        if answered.status != 200:
            raise Refused(read_refusal(answered.body, broker.public_key, signed.digest))
        answer = read_answer(answered.body, broker.public_key)
        key = open_clip_key(keyring.signing_key, answer.sealed, answer.bound())
        return ReleasedKey(answer.clip_id, key, answer.stored_as, answer.generation, answer.until)

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Team:
    """``bench`` is the window of those who work, ``office`` the lead's, on one clock and one file."""

    bench: Bench
    office: Bench
    folder: Path
    is_away: bool = False
    log: BrokerLog = field(init=False)
    broker: KeyBroker = field(init=False)

    def __post_init__(self) -> None:
        self.open_log(self.folder / "broker")
        self.bench.workspace._access._unsealing._make_source = self.keys_of

    def open_log(self, folder: Path) -> None:
        """From now on a broker with its log in this folder is asked."""
        lead = self.office.person(LEAD).identity
        key = broker_key(lead.keyring.signing_key)
        self.log = BrokerLog(folder, self.office.workspace.clock, key)
        self.log.started(lead.person.id, self.office.workspace.workspace_id, "test")
        self.broker = KeyBroker(
            facts=self.office.workspace.release_facts(lead),
            log=self.log,
            signing_key=key,
            metrics=Metrics(0.0),
        )

    def keys_of(self, identity: Identity) -> DirectKeys:
        return DirectKeys(lambda: self.broker, identity, self.bench, lambda: self.is_away)

    def keyring(self, name: str, secret: str = PASSPHRASE) -> Keyring:
        """What somebody's passphrase opens, as the file has it."""
        people = self.bench.workspace._unit.people
        person = people.by_name(name)
        return open_keyring(people.keyring(person.id), secret, person.id, person.role)

    def released(self) -> list[Event]:
        """The keys that left."""
        found = [row.event() for row in self.log.rows()]
        return [event for event in found if event.action is Action.KEY_RELEASED]

    def held(self) -> list[str]:
        """The clips whose keys are in the memory of those who work; also those that only seal."""
        released = self.bench.workspace._unit.content.released
        return [clip for _, clip in (*released._held, *released._retired)]

    def close(self) -> None:
        self.log.close()
        self.bench.workspace.close()
        self.office.workspace.close()


def make_team(folder: Path, **options: object) -> Team:
    """Ana, Ben and Quinn enrolled while the broker was named already, and have agreed."""
    bench = make_bench(folder, **options)  # type: ignore[arg-type]
    path, clock = bench.workspace.path, bench.clock
    key = broker_key(bench.person(LEAD).identity.keyring.signing_key)
    write_broker(path, URL, signing.public_key_of(key).hex())
    bench.sign_policy()
    bench.workspace.close()
    office, work = (
        Bench(
            open_workspace(path, clock=clock, parameters=KdfParameters.cheap(), make_queue=bench.make_queue),
            clock,
            make_queue=bench.make_queue,
        )
        for _ in range(2)
    )
    lead = office.person(LEAD).lead
    with same_codes():
        for name in (ANA, BEN, QUINN):
            office.workspace.enrol(name, lead.issue_code(name).code, PASSPHRASE)
    team = Team(work, office, folder)
    work.agree(ANA, BEN, QUINN)
    return team


def write_broker(path: Path, url: str, public_key: str, authority: str = "") -> None:
    """Writes the broker into a workspace's project file."""
    project = path / "project.toml"
    text = TEAM.format(url=url, key=public_key) + (f"authority = '{authority}'\n" if authority else "")
    project.write_text(project.read_text("utf-8") + text, "utf-8")
