"""Replaces the workspace and log keys when somebody leaves: what they knew opens and signs nothing here."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from reviewer.clips.key_delivery import RECOVERY_ID, is_card_of
from reviewer.clips.keys import KEY_BYTES, unwrap_clip_key, wrap_clip_key
from reviewer.errors import Damaged, Refused
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity, Keyring, Person, PersonState, Role
from reviewer.session.unit_of_work import UnitOfWork

_BY_CODE = frozenset({Action.PERSON_ADDED, Action.PERSON_CODE})
_BY_PERSON = frozenset({Action.PERSON_ENROLLED, Action.PERSON_KEY, Action.PERSON_JOINED})


@dataclass(frozen=True, slots=True)
class Replacement:
    """New workspace and log keys, and the keys of clips under the new: clip id -> old and new wrap."""

    old: Keyring
    new: Keyring
    wrapped: Mapping[str, tuple[bytes, bytes]]


class KeyRotation:
    """Keys are wrapped again before the commit, which then writes everything at once or nothing.

    A process that is killed therefore leaves either all the old keys or all the new ones.
    """

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def prepare(self, keyring: Keyring) -> Replacement:
        """Wraps every clip's key under a new workspace key; writes nothing. Refused without the old."""
        old = self._unit.key_deliveries.current(keyring)
        if not old.opens_every_clip:
            raise Refused("WORKSPACE_KEY_NOT_HELD")
        new = replace(
            old,
            workspace_key=secrets.token_bytes(KEY_BYTES),
            log_key=secrets.token_bytes(KEY_BYTES),
            generation=old.generation + 1,
        )
        return Replacement(old, new, self._wrapped(old, new, {}))

    def commit(self, identity: Identity, prepared: Replacement) -> None:
        """Writes what was prepared, delivers the new keys and logs it. Needs a transaction.

        Clips that came in or whose key changed meanwhile are wrapped now. A key that does not open is left as
        it is: it opened nothing before.
        """
        unit = self._unit
        unit.require_transaction()
        if unit.key_deliveries.generation() != prepared.old.generation:
            prepared = self.prepare(identity.keyring)
        wrapped = self._wrapped(prepared.old, prepared.new, prepared.wrapped)
        unit.clips.replace_wrapped_keys({clip_id: new for clip_id, (_, new) in wrapped.items()})
        without = self.deliver(prepared.new, identity.person.id)
        damaged = len(unit.clips.ids()) - len(wrapped)
        detail: dict[str, DetailValue] = {
            "generation": prepared.new.generation,
            "clips": len(wrapped),
            "damaged": damaged,
            "without": without,
        }
        unit.log.replace_key(prepared.new.log_key, Event.by(identity, Action.KEYS_REPLACED, detail=detail))

    def deliver(self, keyring: Keyring, sender_id: str) -> list[str]:
        """Seals the keys for everybody with an account and for the recovery key. Needs a transaction.

        Returns: the people who cannot be given them because they registered no key, or one that the log
            does not have; they need a new code.
        """
        cards, without = recipients(self._unit)
        self._unit.key_deliveries.deliver(keyring, sender_id, cards, has_broker=self._unit.has_broker)
        return without

    def _wrapped(
        self, old: Keyring, new: Keyring, prepared: Mapping[str, tuple[bytes, bytes]]
    ) -> dict[str, tuple[bytes, bytes]]:
        wrapped = {}
        for clip_id, before in self._unit.clips.wrapped_keys().items():
            pair = prepared.get(clip_id)
            if pair is None or pair[0] != before:
                try:
                    key = unwrap_clip_key(old.workspace_key, clip_id, before)
                except Damaged:
                    continue
                pair = before, wrap_clip_key(new.workspace_key, clip_id, key)
            wrapped[clip_id] = pair
        return wrapped


def recipients(unit: UnitOfWork) -> tuple[dict[str, tuple[Role, bytes]], list[str]]:
    """Role and delivery card of everybody with an account and the recovery key, by id; and who has none."""
    cards: dict[str, tuple[Role, bytes]] = {}
    without = []
    for person in unit.people.all():
        if person.state is PersonState.REVOKED or unit.people.keyring(person.id) is None:
            continue  # who works in a folder of their own holds no key of this one
        card = unit.people.delivery_card(person.id)
        if is_card_of(card, _logged_key(unit, person)):
            cards[person.id] = (person.role, card)
        else:
            without.append(person.id)
    recovery = unit.recovery_keys.get()
    if recovery is not None and is_card_of(recovery.delivery_card, recovery.public_key):
        cards[RECOVERY_ID] = (Role.LEAD, recovery.delivery_card)
    return cards, without


def redeliver(unit: UnitOfWork, keyring: Keyring, sender_id: str) -> None:
    """Delivers the present keys again, because their sender may be about to get another signing key."""
    if keyring.generation > 1:
        KeyRotation(unit).deliver(keyring, sender_id)


def _logged_key(unit: UnitOfWork, person: Person) -> bytes:
    """The signing key that the log has for a person, from their enrolment, code or first sign-in."""
    found = b""
    for row in unit.log.about(person.id):
        event = row.event()
        key = event.detail.get("invitation_key" if event.action in _BY_CODE else "public_key")
        if isinstance(key, str) and event.action in _BY_CODE | _BY_PERSON:
            found = bytes.fromhex(key)
    return found
