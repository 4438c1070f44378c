"""The broker's own access log: a row for each key that was released or refused, and the nonces in them.

It is a log like that of a workspace (``access.audit_log``), in a file of its own and signed by the broker's
key, so ``reviewer audit verify --workspace FOLDER`` verifies it. A row of a request has its nonce as the
session: what was asked before is found in the log itself, also after a restart.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from reviewer.access import signing
from reviewer.access.audit_log import AuditLog
from reviewer.access.checkpoint import Checkpoint
from reviewer.access.log_chain import LogRow
from reviewer.broker.facts import Grant
from reviewer.broker.release import WINDOW, KeyRequest, SignedRequest
from reviewer.clips.keys import subkey
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.db.workspace_meta import WorkspaceMeta, has_meta, read_meta, write_meta
from reviewer.errors import Refused
from reviewer.model.clock import Clock, ForwardClock, to_micros
from reviewer.model.event import Action, DetailValue, Event
from reviewer.places import DATABASE_FILE


def broker_key(lead_signing_key: bytes) -> bytes:
    """The broker's private key; derived from its lead's, so that no file holds it."""
    return subkey(lead_signing_key, "broker")


def public_broker_key(lead_signing_key: bytes) -> bytes:
    """The public key of a lead's broker: 32 bytes."""
    return signing.public_key_of(broker_key(lead_signing_key))


class BrokerLog:
    """Rows of releases and refusals; a row is committed when its method returns."""

    def __init__(self, folder: Path, clock: Clock, signing_key: bytes) -> None:
        """Opens the log in ``folder``, or begins one.

        Raises: Refused (code BROKER_LOG_OF_ANOTHER) for the log of another broker; Unavailable; Damaged.
        """
        self.public_key = signing.public_key_of(signing_key)
        self.log_id = f"broker-{self.public_key.hex()[:16]}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._database = Database(folder / DATABASE_FILE)
        try:
            migrate(self._database)
            self._require_own()
            self._clock = ForwardClock.of(clock)
            self._log = AuditLog(self._database, self._clock, self.log_id, public_key=self.public_key)
            self._log.unlock(signing_key)
        except BaseException:
            self._database.close()
            raise

    @property
    def clock(self) -> Clock:
        """The clock that never runs behind the newest row."""
        return self._clock

    def machine_time(self) -> datetime:
        """By the machine's own clock: after one that was ahead is set right, ``clock`` is ahead for as long
        as it was wrong, and the requests of those whose clocks are right would all be refused."""
        return self._clock.of_machine.now()

    @contextmanager
    def fresh(self, request: KeyRequest) -> Iterator[None]:
        """One commit for a request that was never sent before. Raises Refused (code KEY_REQUEST_REPLAYED)."""
        with self._database.transaction():
            # It was answered within one window of its time, by a clock that may have been set since; its row
            # is not before that.
            since = request.at - WINDOW - timedelta(seconds=1)
            if self._log.has_session(request.person_id, request.nonce.hex(), since):
                raise Refused("KEY_REQUEST_REPLAYED")
            yield

    def released(self, signed: SignedRequest, grant: Grant) -> int:
        """Writes the row of a release; the key may leave once the transaction is committed."""
        detail = _of_request(signed) | {
            "nda": grant.acknowledgement_id,
            "generation": grant.generation,
            "stored_as": grant.stored_as,
            "until": to_micros(grant.lease.until),
        }
        return self._log.record(
            Event(
                Action.KEY_RELEASED,
                actor=grant.person.id,
                role=grant.person.role,
                session=signed.request.nonce.hex(),
                object=signed.request.clip_id,
                detail=detail,
            )
        )

    def refused(self, signed: SignedRequest, code: str) -> int:
        """Writes the row of a refused request whose signature is good."""
        request = signed.request
        return self._log.record(
            Event(
                Action.KEY_REFUSED,
                actor=request.person_id,
                session=request.nonce.hex(),
                object=request.clip_id,
                outcome="refused",
                reason=code,
                detail=_of_request(signed),
            )
        )

    def refused_unknown(self, code: str, digest: bytes) -> int:
        """Writes the row of a refused request that nobody's signature vouches for."""
        detail: dict[str, DetailValue] = {"request": digest.hex()}
        return self._log.record(Event(Action.KEY_REFUSED, outcome="refused", reason=code, detail=detail))

    def started(self, lead_id: str, workspace_id: str, listen: str) -> None:
        """Writes the first row of this run."""
        detail: dict[str, DetailValue] = {"workspace": workspace_id, "listen": listen}
        self._log.record(
            Event(Action.BROKER_STARTED, actor=lead_id, role="lead", detail=detail), seal="start"
        )

    def stopped(self, lead_id: str) -> None:
        """Writes the last row of this run, under a checkpoint."""
        self._log.record(Event(Action.BROKER_STOPPED, actor=lead_id, role="lead"), seal="stop")

    def rows(self) -> Iterator[LogRow]:
        """Every row, in order."""
        return self._log.rows()

    def newest_checkpoint(self) -> Checkpoint | None:
        """The last checkpoint; None before the first."""
        return self._log.newest_checkpoint()

    def has_end(self, size: int, root: bytes) -> bool:
        """Whether this log had so many rows under this Merkle root: it was neither cut nor put back."""
        try:
            return self._log.checkpoint_of(size).root == root
        except Refused:
            return False

    def seal_if_due(self) -> None:
        """Makes a checkpoint if it is time for one, so that idle time is sealed too."""
        self._log.seal_if_due()

    def close(self) -> None:
        """Drops the key and closes the file."""
        self._log.lock()
        self._database.close()

    def _require_own(self) -> None:
        own = WorkspaceMeta(self.log_id, self.public_key, self.log_id)
        with self._database.transaction():
            if not has_meta(self._database):
                write_meta(self._database, own)
        if read_meta(self._database) != own:
            raise Refused("BROKER_LOG_OF_ANOTHER")


def _of_request(signed: SignedRequest) -> dict[str, DetailValue]:
    """The details of a request, with its signature: whoever has the row can show who asked."""
    request = signed.request
    return {
        "task": request.task_id,
        "token": request.token,
        "purpose": request.purpose.value,
        "at": to_micros(request.at),
        "broker": request.broker.hex(),
        "signature": signed.signature.hex(),
    }
