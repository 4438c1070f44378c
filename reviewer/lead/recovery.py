"""The recovery key: printed once, it opens a workspace whose last lead lost the passphrase."""

import secrets

from reviewer.access.recovery_key import RecoveryKey
from reviewer.access.rights import Act, require
from reviewer.access.signing import public_key_of
from reviewer.clips.key_delivery import RECOVERY_ID, delivery_card
from reviewer.clips.keys import KdfParameters, burn_time, new_keyring, open_keyring, seal_keyring
from reviewer.errors import Refused, WrongPassphrase
from reviewer.lead.key_rotation import redeliver
from reviewer.lead.people import CODE_ALPHABET, Invitation, Invitations
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity, Keyring, Person, PersonState, Role
from reviewer.session.sign_in import normal_code
from reviewer.session.unit_of_work import UnitOfWork

_GROUPS = 8  # 160 bits


def new_recovery_key() -> str:
    """A recovery key in eight groups of four, for writing down."""
    return "-".join("".join(secrets.choice(CODE_ALPHABET) for _ in range(4)) for _ in range(_GROUPS))


def sealed_under(recovery_key: str, keyring: Keyring, parameters: KdfParameters) -> RecoveryKey:
    """A lead's keys, with a signing key of their own, sealed under the recovery key."""
    own = new_keyring(Role.LEAD, keyring)
    sealed = seal_keyring(own, normal_code(recovery_key), RECOVERY_ID, Role.LEAD, parameters)
    return RecoveryKey(sealed, public_key_of(own.signing_key), delivery_card(own))


class Recovery:
    """Tries and uses the recovery key; a lead replaces it."""

    def __init__(self, unit: UnitOfWork, parameters: KdfParameters) -> None:
        self._unit = unit
        self._parameters = parameters

    def exists(self) -> bool:
        """Whether this workspace has a recovery key."""
        return self._unit.recovery_keys.get() is not None

    def replace(self, identity: Identity) -> str:
        """Makes a new recovery key, which is returned and stored nowhere; the one before opens nothing.

        Raises NotAllowed for anybody but a lead.
        """
        require(identity.person, Act.MANAGE_PEOPLE)
        keyring = self._unit.key_deliveries.current(identity.keyring)
        recovery_key = new_recovery_key()
        made = sealed_under(recovery_key, keyring, self._parameters)
        with self._unit.transaction():
            self._unit.recovery_keys.put(made)
            redeliver(self._unit, self._unit.key_deliveries.current(identity.keyring), identity.person.id)
            detail = {"public_key": made.public_key.hex()}
            self._unit.log.record(Event.by(identity, Action.RECOVERY_KEY_MADE, detail=detail))
        self._unit.people.forget_deleted()
        return recovery_key

    def try_key(self, recovery_key: str) -> None:
        """Opens the stored keyring with what was written down. Raises Refused (code WRONG_RECOVERY_KEY)."""
        self._open(recovery_key)

    def recover(self, recovery_key: str, lead: str) -> Invitation:
        """Issues an enrolment code for a lead of this name, new or with a lost passphrase.

        Raises: Refused for another recovery key (code WRONG_RECOVERY_KEY), or for the name of somebody who
            is not a lead or was revoked (code NOT_A_LEAD).
        """
        try:
            keyring = self._open(recovery_key)
        except Refused:
            self._unit.log.record(Event(Action.ENROL_FAILED, outcome="refused", reason="recovery_key"))
            raise
        unit = self._unit
        person = unit.people.by_name(lead)
        if person is not None and (person.role is not Role.LEAD or person.state is PersonState.REVOKED):
            raise Refused("NOT_A_LEAD", name=person.name)
        invitations = Invitations(unit, self._parameters)
        made = invitations.sealed(keyring, person or Person.invited_as(lead, Role.LEAD))
        unit.log.unlock(keyring.log_key)
        try:
            with unit.transaction():
                invitations.put(made, is_new=person is None)
                action = Action.PERSON_ADDED if person is None else Action.PERSON_CODE
                unit.log.record(
                    Event(action, object=made.person.id, reason="recovery_key", detail=made.detail)
                )
                redeliver(unit, keyring, RECOVERY_ID)
                unit.log.checkpoint("recovery")
        finally:
            unit.log.lock()
        unit.people.forget_deleted()
        return made.invitation

    def _open(self, recovery_key: str) -> Keyring:
        stored = self._unit.recovery_keys.get()
        if stored is None:
            burn_time(recovery_key, self._parameters)
            raise Refused("NO_RECOVERY_KEY")
        try:
            keyring = open_keyring(stored.keyring, normal_code(recovery_key), RECOVERY_ID, Role.LEAD)
        except WrongPassphrase as error:
            raise Refused("WRONG_RECOVERY_KEY") from error
        return self._unit.key_deliveries.current(keyring)
