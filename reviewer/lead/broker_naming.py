"""Names a broker in a workspace, and replaces every key that anybody but leads may know."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reviewer.access.policy import Difference
from reviewer.access.rights import Act
from reviewer.errors import Refused, Unavailable
from reviewer.files import write_atomically
from reviewer.lead.key_rotation import KeyRotation
from reviewer.lead.project_file import parse_project
from reviewer.lead.rekeying import KEPT, Rekeyed, Rekeying, first_naming
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.project import BrokerPlace
from reviewer.places import PROJECT_FILE
from reviewer.session.clip_access import ClipAccess
from reviewer.session.policy import WorkspacePolicy
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.untrusted_files import read_untrusted_text

AUTHORITY_FILE = "broker-authority.pem"
_TABLE = re.compile(r"^\[broker\][^\n]*\n(?:(?!\[)[^\n]*\n?)*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class BrokerNamed:
    """What was done: whether the workspace key was replaced, and how many clips got a new key."""

    has_new_workspace_key: bool
    clips: Rekeyed


class BrokerNaming:
    """The way from a workspace in which everybody enrolled holds the workspace key to one with a broker.

    The project file is written, then one commit names the broker in the log, signs the file, and replaces the
    workspace key: contractors and QA get the log's key alone. Then each clip gets a new key, in a commit of
    its own. If it is killed, the same call goes on where it was.
    """

    def __init__(self, unit: UnitOfWork, access: ClipAccess, policy: WorkspacePolicy, folder: Path) -> None:
        self._unit = unit
        self._access = access
        self._policy = policy
        self._folder = folder
        self._rekeying = Rekeying(unit)

    def name(
        self,
        identity: Identity,
        place: BrokerPlace,
        authority: bytes | None = None,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> BrokerNamed:
        """Names the broker, or another one, and replaces the keys that are still those from before.

        Args:
            place: its address and public key, which were checked; ``authority`` in it counts for nothing.
            authority: the authority of its certificate (PEM), if it is not one of the system's.
            progress: gets how many clips are done, and how many there were to do.

        With the queue elsewhere no key is replaced: the texts there are sealed under them. So a broker can be
        exchanged for another one there, and a first one cannot be named.

        Raises:
            Refused: NotAllowed; NdaRequired; POLICY_DIFFERS when another file waits for a signature;
                BROKER_QUEUE_ELSEWHERE for the first broker of a team whose queue is elsewhere.
            Unavailable: a file cannot be written.
        """
        self._access.allow(identity, Act.CHANGE_POLICY)
        self._access.require(identity, Act.MANAGE_PEOPLE, settings_may_differ=True)  # by an earlier run
        is_first = self._replaces_keys()
        place = BrokerPlace(place.url, place.public_key, AUTHORITY_FILE if authority else "")
        before = read_untrusted_text(self._folder / PROJECT_FILE)
        text = with_broker(before, place)
        self._require_nothing_else_waits()
        if is_first or text != before or self._has_other(authority) or self._policy.differences():
            with self._written(before, text, authority):
                self._commit(identity, place, replaces_keys=is_first)
        if self.only_exchanges:
            return BrokerNamed(has_new_workspace_key=False, clips=Rekeyed())
        return BrokerNamed(is_first, self._rekeying.rekey(identity, progress))

    @property
    def only_exchanges(self) -> bool:
        """Whether ``name`` only exchanges one broker for another and replaces no key, because the queue is
        elsewhere."""
        return not self._unit.queue.answers_at_once

    def _replaces_keys(self) -> bool:
        """Whether the workspace key has to be replaced. Raises Refused where it cannot be."""
        if first_naming(self._unit.log) is not None:
            return False
        if not self.only_exchanges:
            return True
        signed = self._policy.signed()
        if signed is None or not signed.sets("broker.url"):
            raise Refused("BROKER_QUEUE_ELSEWHERE")
        return False

    def _has_other(self, authority: bytes | None) -> bool:
        """Whether the certificate authority's file differs from the one in the folder."""
        file = self._folder / AUTHORITY_FILE
        return authority is not None and (not file.is_file() or file.read_bytes() != authority)

    def pending(self) -> int:
        """How many clips still have the key from before the broker was named."""
        return len(self._rekeying.pending())

    def _commit(self, identity: Identity, place: BrokerPlace, *, replaces_keys: bool) -> None:
        unit, rotation = self._unit, KeyRotation(self._unit)
        prepared = rotation.prepare(identity.keyring) if replaces_keys else None
        detail: dict[str, DetailValue] = {"url": place.url, "public_key": place.public_key}
        if not replaces_keys and first_naming(unit.log) is None:
            detail["keys"] = KEPT
        with unit.transaction():
            unit.log.record(Event.by(identity, Action.BROKER_NAMED, detail=detail))
            self._policy.apply(identity)
            if prepared is not None:
                rotation.commit(identity, prepared)
        unit.people.forget_deleted()

    def _require_nothing_else_waits(self) -> None:
        """Raises Refused if anything is unsigned but what an earlier call wrote before it was killed."""
        others = {each.file for each in self._policy.differences() if not _is_ours(each)}
        if others:
            raise Refused("POLICY_DIFFERS", files=", ".join(sorted(others)))

    @contextmanager
    def _written(self, before: str, text: str, authority: bytes | None) -> Iterator[None]:
        """Puts the files in place for the block; on an error the project file is restored."""
        try:
            if authority:
                write_atomically(self._folder / AUTHORITY_FILE, authority)
            write_atomically(self._folder / PROJECT_FILE, text.encode())
            try:
                yield
            except BaseException:
                write_atomically(self._folder / PROJECT_FILE, before.encode())
                raise
        except OSError as error:
            raise Unavailable("FILE_NOT_WRITTEN", file=PROJECT_FILE, problem=error.strerror or "") from error


def with_broker(text: str, place: BrokerPlace) -> str:
    """A project file's text with this broker in it, all else as it is. Raises Refused."""
    lines = [f'url = "{place.url}"', f'public_key = "{place.public_key}"']
    lines += [f'authority = "{place.authority}"'] if place.authority else []
    table = "\n".join(["[broker]", *lines]) + "\n"
    if parse_project(text).broker == place:
        return text
    kept = _TABLE.sub("", text)
    made = f"{kept.rstrip()}\n\n{table}"
    if parse_project(made).broker != place:
        raise Refused("SETTING_BAD_VALUE", setting="broker")
    return made


def _is_ours(each: Difference) -> bool:
    """Whether ``name`` writes this file, or this setting of the project file."""
    if each.file == AUTHORITY_FILE:
        return True
    return each.file == PROJECT_FILE and (not each.setting or each.setting.startswith("broker."))
