"""A lead's workspace whose queue and clips are elsewhere, and people with folders of their own."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reviewer import backends
from reviewer.access import signing
from reviewer.access.invitation import InvitationFile
from reviewer.access.policy import _hash_of
from reviewer.access.signed_verdict import sign_passed
from reviewer.access.verification import verify_file
from reviewer.broker.key_broker import KeyBroker
from reviewer.broker.log import BrokerLog, broker_key
from reviewer.broker.metrics import Metrics
from reviewer.clips.keys import KdfParameters
from reviewer.clips.store import LocalClipStore
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.clock import Clock
from reviewer.model.people import Role
from reviewer.places import DATABASE_FILE
from reviewer.session.joining import join_workspace
from reviewer.session.queue_login import login_name, login_request, verifier_of_request
from reviewer.session.team_files import ANSWER_FILE
from reviewer.workspace import make_workspace, open_workspace
from tests.benches.broker_team import URL, DirectKeys, write_broker
from tests.benches.shared_queue import new_database
from tests.benches.workspace import LEAD, PASSPHRASE, Bench, write_clips
from tests.fakes.clock import FakeClock
from tests.fakes.s3_servers import BUCKET, KEY_ID, SECRET, moto_server

CHEAP = KdfParameters.cheap()
IN_BUCKET = bool(os.environ.get("REVIEWER_BUCKET"))
"""Whether a service is started for the bucket, which takes seconds; else one folder stands for it."""
NO_BUCKET = '[clips]\nurl = "s3://bucket/sealed"\nendpoint = "http://127.0.0.1:1"\n'


@dataclass
class Office:
    """The lead's folder and everybody's own, each open in a window."""

    folder: Path
    clock: Clock
    lead: Bench
    windows: dict[str, Bench] = field(default_factory=dict)
    broker: KeyBroker | None = None
    database: str = ""
    _broker_log: BrokerLog | None = None

    def own_folder(self, name: str) -> Path:
        """Somebody's own folder."""
        return self.folder / name.split(maxsplit=1)[0].lower()

    def admit(self, name: str, role: Role) -> Bench:
        """Invites somebody, who joins in a folder of their own, and admits them; their window."""
        folders = self.lead.workspace.own_folders(self.lead.person(LEAD).identity)
        invitation, text = folders.invite(name, role)
        return self.join(name, invitation.code, text)

    def join(self, name: str, code: str, text: str) -> Bench:
        """Somebody who was invited joins in a folder of their own and is admitted; their window."""
        identity = self.lead.person(LEAD).identity
        folders, own = self.lead.workspace.own_folders(identity), self.own_folder(name)
        read = InvitationFile.read(text)
        join_workspace(own, read, code, PASSPHRASE, clock=self.clock, parameters=CHEAP)
        admitted = folders.admit((own / ANSWER_FILE).read_text("utf-8"))
        assert admitted is not None
        person, answer = admitted
        server = self.lead.workspace.queue_administration(identity)
        server.add_login(login_name(person), person, answer.verifier)
        return self.reopen(name)

    def reopen(self, name: str) -> Bench:
        """Somebody's own folder in a new window, in which nobody is signed in yet."""
        own = self.own_folder(name)
        if name in self.windows:
            self.windows.pop(name).workspace.close()
        opened = open_workspace(own, clock=self.clock, parameters=CHEAP)
        self.windows[name] = Bench(opened, self.clock)  # type: ignore[arg-type]
        self._lend_keys(self.windows[name])
        return self.windows[name]

    def import_clips(self, count: int) -> None:
        """Imports so many clips of a second into the bucket and the queue."""
        manifest = write_clips(self.folder / "in", self.clock, [""] * count)  # type: ignore[arg-type]
        report = self.lead.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
        assert report.accepted == count, report

    def start_broker(self) -> None:
        """Starts the lead's broker, which everybody with a folder of their own asks without a network."""
        identity = self.lead.person(LEAD).identity
        key = broker_key(identity.keyring.signing_key)
        if self._broker_log is not None:
            self._broker_log.close()
        log = BrokerLog(self.folder / "broker", self.clock, key)
        log.started(identity.person.id, self.lead.workspace.workspace_id, "test")
        facts = self.lead.workspace.release_facts(identity)
        self.broker = KeyBroker(facts=facts, log=log, signing_key=key, metrics=Metrics(0.0))
        self._broker_log = log
        for window in self.windows.values():
            self._lend_keys(window)

    def _lend_keys(self, window: Bench) -> None:
        broker = self.broker
        if broker is not None:
            window.workspace._access._unsealing._make_source = lambda identity: DirectKeys(
                lambda: broker, identity, window, lambda: False
            )

    def pass_undrawn(self) -> None:
        """What waits is accepted without a review, by a draw of the lead with a rate of 0: for a moment the
        policy says so."""
        identity, unit = self.lead.person(LEAD).identity, self.lead.workspace._unit
        self.sign_rate(0.0)
        self.sign_rate(1.0)
        unit.queue.draw(lambda _: False, sign_passed(identity, unit.workspace_id, 0.0, unit.clock.now))

    def sign_rate(self, rate: float) -> None:
        """The lead signs a policy with this rate of reviews, as if the project file said so."""
        policy, identity = self.lead.workspace.policy, self.lead.person(LEAD).identity
        signed = policy.signed()
        assert signed is not None
        settings = {**signed.settings, "queue.qa_rate": _hash_of(rate)}
        with self.lead.workspace._unit.transaction():
            policy._sign(identity, replace(signed, settings=settings), "apply")
        policy._opened = replace(policy._opened, settings=settings)  # the lead's window was opened again

    def apply_policy(self) -> None:
        """The lead signs the files as they are now and puts them on the server."""
        self.lead.workspace.close()
        self.lead = Bench(
            open_workspace(self.folder / "lead", clock=self.clock, parameters=CHEAP), self.clock
        )  # type: ignore[arg-type]
        self.lead.sign_policy()
        self.lead.workspace.own_folders(self.lead.person(LEAD).identity).publish()

    def sql(self, query: str, *values: object) -> list[Any]:
        """Runs a statement as the owner of the database; its rows."""
        return self._run((query, values))[-1]

    def sql_past_triggers(self, query: str, *values: object) -> list[Any]:
        """The same, with no trigger of the queue's."""
        return self._run(("SET session_replication_role = replica", ()), (query, values))[-1]

    def _run(self, *statements: tuple[str, tuple[object, ...]]) -> list[list[Any]]:
        import psycopg  # as in new_database

        with closing(psycopg.connect(self.database, autocommit=True)) as owner:
            cursors = [owner.execute(query, values) for query, values in statements]  # type: ignore[arg-type]
            return [cursor.fetchall() if cursor.description else [] for cursor in cursors]

    def close(self) -> None:
        """Closes every window, and the broker's log."""
        if self._broker_log is not None:
            self._broker_log.close()
        for window in (self.lead, *self.windows.values()):
            window.workspace.close()

    def close_verified(self) -> None:
        """The same; then every folder's log and tables verify."""
        self.close()
        for own in (self.folder / "lead", *(self.own_folder(name) for name in self.windows)):
            finding = verify_file(own / DATABASE_FILE)
            assert finding.ok, (own, finding.notice)

    def disconnect(self) -> None:
        """Leaves no connection open, when a test is over."""
        for window in (self.lead, *self.windows.values()):
            window.workspace._unit.queue.close()


@contextmanager
def office_database(postgres: str) -> Iterator[str]:
    """A new database; the environment has what a client of a bucket asks for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGUSER", "postgres")
        patch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        yield new_database(postgres)


@contextmanager
def clips_elsewhere(folder: Path) -> Iterator[str]:
    """The part of a project file that names a bucket: a service, or one folder that stands for it."""
    if IN_BUCKET:
        with moto_server() as endpoint:
            place = f'[clips]\nurl = "s3://{BUCKET}/sealed"\nregion = "eu-central-1"\n'
            yield f'{place}endpoint = "{endpoint}"\n'
        return
    shared = folder / "lead" / backends.CLIPS_FOLDER
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backends, "clip_store", lambda *_place: LocalClipStore(shared))
        yield NO_BUCKET


@contextmanager
def office_elsewhere(folder: Path, postgres: str, rules: str = "", *, passes: int = 1) -> Iterator[Office]:
    """An office at the present time, whose queue is in a new database and whose clips are in a bucket."""
    with office_database(postgres) as database, clips_elsewhere(folder) as bucket:
        yield make_office(folder, database, FakeClock(datetime.now(UTC)), bucket, rules, passes=passes)


def make_office(
    folder: Path, database: str, clock: Clock, bucket: str = NO_BUCKET, rules: str = "", *, passes: int = 1
) -> Office:
    """A lead with a login on the server; the broker is that of the lead, at an address where nobody is."""
    settings = folder / "project.toml"
    queue = f'[queue]\nqa_rate = 1.0\npasses = {passes}\nurl = "{database}"\n'
    settings.write_text(f"{queue}{bucket}{rules}", encoding="utf-8")
    path = folder / "lead"
    make_workspace(path, LEAD, PASSPHRASE, settings, clock=clock, parameters=CHEAP)
    made = Bench(open_workspace(path, clock=clock, parameters=CHEAP), clock)  # type: ignore[arg-type]
    key = broker_key(made.person(LEAD).identity.keyring.signing_key)
    write_broker(path, URL, signing.public_key_of(key).hex())
    made.sign_out(LEAD)
    made.sign_policy()
    made.workspace.close()
    lead = Bench(open_workspace(path, clock=clock, parameters=CHEAP), clock)  # type: ignore[arg-type]
    office = Office(folder, clock, lead, database=database)
    workspace, identity = office.lead.workspace, office.lead.person(LEAD).identity
    server = workspace.queue_administration(identity)
    server.set_up()
    request = login_request(identity, workspace.workspace_id).decode()
    verifier = verifier_of_request(request, identity.person, workspace.workspace_id)
    server.add_login(login_name(identity.person), identity.person, verifier)
    return office
