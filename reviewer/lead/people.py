"""Adds people by a one-time enrolment code, sets their languages, and revokes their accounts."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from reviewer.access.rights import Act, require
from reviewer.access.signed_facts import name_digest
from reviewer.clips.keys import KdfParameters, new_keyring, seal_keyring
from reviewer.errors import Refused
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.language_tags import language_tags
from reviewer.model.people import Identity, Person, PersonState, Role
from reviewer.session.delivery import Delivery, Outcome
from reviewer.session.drafts import Drafts
from reviewer.session.unit_of_work import UnitOfWork

CODE_HOURS = 72
_CODE_GROUPS = 4
_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 characters, none easily misread: 80 bits in 16


@dataclass(frozen=True, slots=True)
class Invitation:
    """A person who may enrol until ``until``; the code is shown once and stored nowhere."""

    person: Person
    code: str
    until: datetime


class People:
    """Adds and revokes accounts, and sets the languages of people."""

    def __init__(self, unit: UnitOfWork, parameters: KdfParameters) -> None:
        self._unit = unit
        self._parameters = parameters

    def all(self) -> list[Person]:
        """Everybody who was ever added, by name."""
        return self._unit.people.all()

    def add(self, identity: Identity, name: str, role: Role) -> Invitation:
        """Invites a person; their keys are sealed under the code until they set a passphrase.

        Raises: NotAllowed; Refused for a name that is taken or empty, or a role this lead cannot give.
        """
        require(identity.person, Act.MANAGE_PEOPLE)
        code = new_code()
        person = Person(f"p{secrets.token_hex(6)}", " ".join(name.split()), role, PersonState.INVITED)
        own = identity.keyring
        keyring = new_keyring(
            role, workspace_key=own.workspace_key, log_key=own.log_key, qa_secret=own.qa_secret
        )
        sealed = seal_keyring(keyring, code.replace("-", ""), person.id, role, self._parameters)
        until = self._unit.clock.now() + timedelta(hours=CODE_HOURS)
        with self._unit.transaction():
            added = self._unit.people.invite(person, sealed, until)
            digest = name_digest(added.id, added.name)
            self._record(Action.PERSON_ADDED, identity, person, {"name_sha256": digest})
        return Invitation(person, code, until)

    def revoke(self, identity: Identity, name: str) -> Person:
        """Revokes an account: its keys are destroyed, every window of it is refused, and the tasks leased
        to it are open again.

        Raises: NotAllowed; Refused for an unknown name, or for the last lead.
        """
        require(identity.person, Act.MANAGE_PEOPLE)
        unit = self._unit
        with unit.transaction_with_queue():
            with unit.transaction():
                person = unit.people.by_name(name)
                if person is None or person.state is PersonState.REVOKED:
                    raise Refused("NO_ACCOUNT")
                is_active_lead = person.role is Role.LEAD and person.state is PersonState.ACTIVE
                if is_active_lead and self._active_leads() < 2:
                    raise Refused("LAST_LEAD")
                unit.people.revoke(person.id)
                self._record(Action.PERSON_REVOKED, identity, person)
            for lease in unit.queue.leases():
                if lease.person_id == person.id:
                    release_task(unit, identity, lease.task_id)
        return person

    def languages(self) -> dict[str, tuple[str, ...]]:
        """The languages of each person who has any set."""
        return self._unit.queue.languages()

    def set_languages(self, identity: Identity, name: str, languages: Sequence[str]) -> tuple[str, ...]:
        """Sets which languages' clips and reviews a person gets; none means every language.

        What they hold stays theirs until its lease ends.
        Raises: NotAllowed; Refused for an unknown name or for what is no language tag; Undelivered when the
            queue cannot be reached: it is sent with the lead's next act.
        """
        require(identity.person, Act.MANAGE_PEOPLE)
        tags = language_tags(languages)
        unit = self._unit
        person = unit.people.by_name(name)
        if person is None or person.state is PersonState.REVOKED:
            raise Refused("NO_ACCOUNT")

        def record(_answer: Outcome) -> None:
            detail: dict[str, DetailValue] = {"languages": list(tags)}
            unit.log.record(Event.by(identity, Action.PERSON_LANGUAGES, person.id, detail=detail))

        Delivery(unit, identity, Drafts(unit)).set_languages(person.id, tags, record)
        return tags

    def _active_leads(self) -> int:
        return sum(p.role is Role.LEAD and p.state is PersonState.ACTIVE for p in self._unit.people.all())

    def _record(
        self,
        action: Action,
        identity: Identity,
        person: Person,
        more: Mapping[str, DetailValue] = MappingProxyType({}),
    ) -> None:
        detail = {"role": person.role.value, **more}
        self._unit.log.record(Event.by(identity, action, person.id, detail=detail))


def release_task(unit: UnitOfWork, identity: Identity, task_id: str) -> None:
    """Opens a task to all: ends its lease, or puts a held clip back into the queue."""
    detail: dict[str, DetailValue] = {"task": task_id, "by_lead": True}
    with unit.transaction_with_queue():
        unit.queue.lead_release(task_id)
        unit.log.record(Event.by(identity, Action.TASK_RELEASED, task_id, detail=detail))


def new_code() -> str:
    """A one-time code of 80 random bits in four groups, for reading aloud."""
    groups = ("".join(secrets.choice(_CODE_ALPHABET) for _ in range(4)) for _ in range(_CODE_GROUPS))
    return "-".join(groups)
