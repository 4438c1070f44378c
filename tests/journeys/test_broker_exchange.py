"""Another broker in a team that works, with the queue on a server: no key changes, and all hear of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviewer.broker.client import BrokerAddress
from reviewer.cli import policy as policy_commands
from reviewer.cli.main import run
from reviewer.errors import Unavailable
from reviewer.lead.broker_naming import AUTHORITY_FILE
from reviewer.lead.rekeying import first_naming
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Role
from reviewer.workspace import open_workspace
from tests.benches.broker_team import URL
from tests.benches.own_folders import CHEAP, Office, office_elsewhere
from tests.benches.workspace import LEAD, PASSPHRASE, Bench, make_bench

pytest.importorskip("obstore")
ANA = "Amara Diallo"
OTHER, KEY = "https://broker.example:9443", "ab" * 32
PEM = "-----BEGIN CERTIFICATE-----\nof another authority\n"


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    file.write_text(PEM, encoding="utf-8")
    return file


Command = Callable[..., int]


@pytest.fixture
def broker_command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Office], Command]:
    """Runs ``reviewer policy broker`` in the lead's folder."""
    monkeypatch.setenv("REVIEWER_PASSPHRASE", PASSPHRASE)

    def of(office: Office) -> Command:
        office.lead.workspace.close()
        where = ("--workspace", str(office.folder / "lead"), "--as", LEAD)
        return lambda *options: run(["policy", "broker", *map(str, options), *where])

    return of


@pytest.fixture
def office(postgres: str, tmp_path: Path) -> Iterator[Office]:
    """A contractor has a folder of her own; the broker was named in the file before she was admitted."""
    with office_elsewhere(tmp_path, postgres) as made:
        made.import_clips(2)
        made.lead.agree(LEAD)
        window = made.admit(ANA, Role.CONTRACTOR)
        window.person(ANA)
        window.sign_out(ANA)
        yield made
        made.close()


def reopened(office: Office) -> Bench:
    office.lead = Bench(
        open_workspace(office.folder / "lead", clock=office.clock, parameters=CHEAP), office.clock
    )  # type: ignore[arg-type]
    return office.lead


def test_another_broker_reaches_folders_of_peoples_own_and_no_key_is_replaced(
    office: Office, authority: Path, broker_command: Callable[[Office], Command]
) -> None:
    window = office.windows[ANA]
    keys = office.lead.workspace._unit.clips.wrapped_keys()
    assert window.workspace.project.broker.url == URL
    ask = broker_command(office)
    assert ask(OTHER, "--public-key", KEY, "--authority", authority) == 2  # without --yes
    assert ask(OTHER, "--public-key", KEY, "--authority", authority, "--yes") == 0
    assert ask(OTHER, "--public-key", KEY, "--authority", authority, "--yes") == 0  # the same again
    lead = reopened(office)
    assert lead.workspace._unit.clips.wrapped_keys() == keys
    (row,) = lead.events(Action.BROKER_NAMED)
    assert row.detail == {"url": OTHER, "public_key": KEY, "keys": "kept"}
    assert lead.events(Action.CLIP_REKEYED) == []
    assert first_naming(lead.workspace._unit.log) is None  # a queue that comes home gets new keys
    with pytest.raises(Exception, match="POLICY_OPENED_BEFORE"):
        window.person(ANA)  # what is read at opening counts from the next one on
    own = office.reopen(ANA)
    own.person(ANA)
    address = BrokerAddress.of_place(own.workspace.project.broker, own.workspace.path)
    assert (address.host, address.port, address.public_key.hex()) == ("broker.example", 9443, KEY)
    assert address.authority == own.workspace.path / AUTHORITY_FILE
    assert address.authority.read_text("utf-8") == PEM
    assert lead.person(LEAD).lead.verify_log().ok


def test_authority_alone_is_exchanged(
    office: Office, authority: Path, broker_command: Callable[[Office], Command]
) -> None:
    ask = broker_command(office)
    assert ask(OTHER, "--public-key", KEY, "--authority", authority, "--yes") == 0
    authority.write_text(PEM + "renewed\n", encoding="utf-8")
    assert ask(OTHER, "--public-key", KEY, "--authority", authority, "--yes") == 0
    office.windows.pop(ANA).workspace.close()
    for _ in range(2):  # the first sign-in follows
        own = office.reopen(ANA)
        try:
            own.person(ANA)
        except Exception:  # noqa: BLE001 - it has to be opened once more
            continue
    assert (own.workspace.path / AUTHORITY_FILE).read_text("utf-8") == PEM + "renewed\n"


def test_command_that_was_killed_before_the_server_had_it_sends_it_when_it_comes_again(
    office: Office, broker_command: Callable[[Office], Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = broker_command(office)

    def away(*_given: object) -> None:
        raise Unavailable("QUEUE_UNREACHABLE")

    with monkeypatch.context() as patch:
        patch.setattr(policy_commands, "publish_policy", away)
        assert ask(OTHER, "--public-key", KEY, "--yes") == 3
    queue = reopened(office).workspace._unit.queue
    office.lead.person(LEAD)
    before = queue.team_policies()
    office.lead.sign_out(LEAD)
    assert broker_command(office)(OTHER, "--public-key", KEY, "--yes") == 0
    reopened(office).person(LEAD)
    after = office.lead.workspace._unit.queue.team_policies()
    assert len(after) == 1
    assert after != before
    assert len(office.lead.events(Action.BROKER_NAMED)) == 1


def test_first_broker_of_a_team_is_not_named_on_a_server(
    office: Office, broker_command: Callable[[Office], Command]
) -> None:
    project = office.folder / "lead" / "project.toml"
    project.write_text(project.read_text("utf-8").partition("[broker]")[0], "utf-8")
    office.apply_policy()
    assert broker_command(office)(OTHER, "--public-key", KEY, "--yes") == 2
    assert OTHER not in project.read_text("utf-8")
    assert reopened(office).events(Action.BROKER_NAMED) == []


def test_keys_are_replaced_at_home_after_a_broker_was_only_exchanged(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    bench.agree(LEAD)
    identity, unit = bench.person(LEAD).identity, bench.workspace._unit
    place = bench.workspace.project.broker
    detail: dict[str, DetailValue] = {"url": URL, "public_key": KEY, "keys": "kept"}
    unit.log.record(Event.by(identity, Action.BROKER_NAMED, detail=detail))
    named = bench.workspace.broker_naming.name(identity, type(place)(OTHER, KEY))
    assert (named.has_new_workspace_key, named.clips.done) == (True, 3)
    bench.workspace.close()
