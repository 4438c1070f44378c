"""Adding people with a one-time code, and closing their accounts."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewer.access.ledger import Ledger
from reviewer.access.register import Register
from reviewer.access.rights import Act, require
from reviewer.clips.keys import KdfParameters, new_keyring, seal_keyring
from reviewer.db.connection import Database
from reviewer.errors import Refused
from reviewer.model.clock import Clock
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity, Person, PersonState, Role

CODE_HOURS = 72
_CODE_GROUPS = 4
_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 signs, none easily read as another: 80 bits in 16


@dataclass(frozen=True, slots=True)
class Invitation:
    """A person who may enrol: the code is shown once and kept nowhere."""

    person: Person
    code: str
    until: datetime


class People:
    """The lead's hand on the register."""

    def __init__(
        self,
        *,
        database: Database,
        register: Register,
        ledger: Ledger,
        clock: Clock,
        parameters: KdfParameters,
    ) -> None:
        self._database = database
        self._register = register
        self._ledger = ledger
        self._clock = clock
        self._parameters = parameters

    def all(self) -> list[Person]:
        """Everybody who was ever added, by name."""
        return self._register.all()

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
        until = self._clock.now() + timedelta(hours=CODE_HOURS)
        with self._database.transaction():
            self._register.invite(person, sealed, until)
            self._note(Action.PERSON_ADDED, identity, person)
        return Invitation(person, code, until)

    def revoke(self, identity: Identity, name: str) -> Person:
        """Closes an account: its keys are destroyed and it can do nothing more, in any window.

        Raises: NotAllowed; Refused for an unknown name, or for the last lead.
        """
        require(identity.person, Act.MANAGE_PEOPLE)
        person = self._register.by_name(name)
        if person is None or person.state is PersonState.REVOKED:
            raise Refused("There is no such account.", "See: reviewer people list.")
        if person.role is Role.LEAD and self._active_leads() < 2 and person.state is PersonState.ACTIVE:
            raise Refused("The last lead cannot be removed.", "Add another lead first.")
        with self._database.transaction():
            self._register.revoke(person.id)
            self._note(Action.PERSON_REVOKED, identity, person)
        return person

    def _active_leads(self) -> int:
        return sum(p.role is Role.LEAD and p.state is PersonState.ACTIVE for p in self._register.all())

    def _note(self, action: Action, identity: Identity, person: Person) -> None:
        detail = {"role": person.role.value}
        self._ledger.record(Event.by(identity, action, person.id, detail=detail))


def new_code() -> str:
    """A one-time code of 80 random bits in four groups, for reading aloud."""
    groups = ("".join(secrets.choice(_CODE_ALPHABET) for _ in range(4)) for _ in range(_CODE_GROUPS))
    return "-".join(groups)
