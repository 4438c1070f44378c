"""``reviewer broker``: releases the keys of clips one by one, on a machine of the lead's."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsName, CommandSession, PassphraseFile, WorkspaceDir, signed_in
from reviewer.errors import Refused

if TYPE_CHECKING:
    from reviewer.broker.log import BrokerLog
    from reviewer.broker.service import BrokerServer, Listen, Network

LOG_FOLDER = "broker"


def broker(
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where to listen.")
    ] = "127.0.0.1:8443",
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate", metavar="FILE", help="The server's certificate (PEM).", show_default=False
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="The certificate's key (PEM).", show_default=False),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log",
            metavar="DIR",
            help="The broker's own access log; default: broker in the workspace.",
            show_default=False,
        ),
    ] = None,
    metrics_from: Annotated[
        list[str] | None,
        typer.Option(
            "--metrics-from",
            metavar="ADDRESS",
            help="An address or a network that may read /metrics, besides this machine; may be repeated.",
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Release the key of a leased clip to the person who has the lease, until stopped."""
    at, watchers = _listen(listen, certificate, key), _networks(metrics_from or [])
    with signed_in(workspace, as_name, passphrase_file) as work:
        _serve(work, at, log or work.workspace.path / LOG_FOLDER, watchers)


def _listen(address: str, certificate: Path | None, key: Path | None) -> "Listen":
    try:
        from reviewer.broker.service import Listen  # noqa: PLC0415
    except ImportError as error:
        raise Refused("BROKER_NOT_INSTALLED") from error
    return Listen.of(address, certificate, key)


def _networks(addresses: list[str]) -> "list[Network]":
    from reviewer.broker.service import network_of  # noqa: PLC0415 - loads the web server

    return [network_of(address) for address in addresses]


def _serve(work: CommandSession, at: "Listen", folder: Path, watchers: "list[Network]") -> None:
    from reviewer.broker.log import BrokerLog, broker_key  # noqa: PLC0415

    identity, workspace = work.person.identity, work.workspace
    workspace.release_facts(identity)  # refused before the broker's log is begun
    signing_key = broker_key(identity.keyring.signing_key)
    with closing(BrokerLog(folder, workspace.clock, signing_key)) as log:
        keeping = Keeping(work, log)
        server = _server(keeping, signing_key, watchers)
        where = f"{at.host}:{at.port}"
        end = work.person.lead.server_watch.last_end_of(log.log_id)
        if end is not None and not log.has_end(end.size, end.root):
            print(output.sentence("BROKER_LOG_BEHIND", seen=end.size), file=sys.stderr, flush=True)
        keeping.say_if_another_was_named()
        log.started(identity.person.id, workspace.workspace_id, where)
        print(output.sentence("BROKER_STARTED", address=where, key=log.public_key.hex()), flush=True)
        try:
            with _requests_on_stderr():
                server.run(at)
        finally:
            log.stopped(identity.person.id)


@contextmanager
def _requests_on_stderr() -> Iterator[None]:
    """One line for each request: time, status, ids and code."""
    logger, handler = logging.getLogger("reviewer.broker"), logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _server(keeping: "Keeping", signing_key: bytes, watchers: "list[Network]") -> "BrokerServer":
    from reviewer.broker.key_broker import KeyBroker  # noqa: PLC0415
    from reviewer.broker.metrics import Metrics, QueueMetrics  # noqa: PLC0415
    from reviewer.broker.service import BrokerServer  # noqa: PLC0415

    metrics = Metrics(time.monotonic())
    work = keeping.work
    facts = work.workspace.release_facts(work.person.identity)
    keys = KeyBroker(facts=facts, log=keeping.log, signing_key=signing_key, metrics=metrics)
    queue = QueueMetrics(work.person.lead.queue_figures)
    return BrokerServer(keys, metrics, queue=queue, metrics_from=watchers, every_minute=keeping)


@dataclass(slots=True)
class Keeping:
    """What a broker does each minute. What a lead must know is said once, on standard error."""

    work: CommandSession
    log: "BrokerLog"
    _said: set[str] = field(default_factory=set)

    def __call__(self) -> None:
        """Seals both logs if it is time, applies what QA confirmed, for which QA has no key, and watches the
        server of the queue."""
        self.log.seal_if_due()
        sessions, lead = self.work.workspace.sessions, self.work.person.lead
        sessions.seal_log()
        try:
            sessions.show_log()
        except Refused:
            self._say("BROKER_IN_A_COPY")
        self.say_if_another_was_named()
        lead.redactions.apply_all(self.work.person.identity)
        lead.server_watch.look(self.log.newest_checkpoint())

    def say_if_another_was_named(self) -> None:
        """It goes on: own folders ask the former broker until their people have signed in again."""
        named = self.work.person.lead.named_broker()
        if named and named != self.log.public_key.hex():
            self._say("BROKER_REPLACED", key=named)

    def _say(self, code: str, **parameters: str) -> None:
        sentence = output.sentence(code, **parameters)
        if sentence not in self._said:
            self._said.add(sentence)
            print(sentence, file=sys.stderr, flush=True)
