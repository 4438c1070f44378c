"""Adds people by a one-time enrolment code, sets their languages and skills, and revokes their accounts."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reviewer.access.people import shown_name
from reviewer.access.rights import Act, require
from reviewer.access.signed_facts import name_digest
from reviewer.access.signing import public_key_of
from reviewer.clips.key_delivery import delivery_card
from reviewer.clips.keys import KdfParameters, new_keyring, seal_keyring
from reviewer.errors import Refused, Unavailable
from reviewer.lead.kept_acceptances import keep_verdicts, verdicts_to_keep
from reviewer.lead.key_rotation import KeyRotation, redeliver
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.language_tags import language_tags
from reviewer.model.people import Identity, Keyring, Person, PersonState, Role, second_secret_id
from reviewer.model.routes import skill_names
from reviewer.session.delivery import Delivery, Outcome
from reviewer.session.drafts import Drafts
from reviewer.session.unit_of_work import UnitOfWork

CODE_HOURS = 72
_CODE_GROUPS = 4
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 characters, none easily misread: 80 bits in 16


@dataclass(frozen=True, slots=True)
class Invitation:
    """A person who may enrol until ``until``; the code is shown once and stored nowhere."""

    person: Person
    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class SealedInvitation:
    """An invitation with its keys, ready to be stored; ``detail`` is for its log row."""

    invitation: Invitation
    keyring: bytes = field(repr=False)
    card: bytes
    detail: dict[str, DetailValue]

    @property
    def person(self) -> Person:
        return self.invitation.person


class Invitations:
    """Makes enrolment codes, for new people and for those who lost their passphrase."""

    def __init__(self, unit: UnitOfWork, parameters: KdfParameters) -> None:
        self._unit = unit
        self._parameters = parameters

    def sealed(self, keyring: Keyring, person: Person) -> SealedInvitation:
        """Seals keys for a person under a new code; writes nothing."""
        code = new_code()
        own = new_keyring(person.role, keyring, has_broker=self._unit.has_broker)
        sealed = seal_keyring(own, code.replace("-", ""), person.id, person.role, self._parameters)
        until = self._unit.clock.now() + timedelta(hours=CODE_HOURS)
        detail: dict[str, DetailValue] = {
            "role": person.role.value,
            "invitation_key": public_key_of(own.signing_key).hex(),
        }
        return SealedInvitation(Invitation(person, code, until), sealed, delivery_card(own), detail)

    def put(self, made: SealedInvitation, *, is_new: bool) -> None:
        """Stores an invitation. Needs a transaction. Raises Refused for a name that is taken or empty.

        Somebody who has an account already keeps it with all their work, but not their own words: these
        open only with the signing key that is lost.
        """
        unit = self._unit
        unit.require_transaction()
        person = made.person
        if is_new:
            unit.people.invite(person, made.keyring, made.invitation.until)
        else:
            unit.people.invite_again(person.id, made.keyring, made.invitation.until)
            unit.key_deliveries.remove(person.id)
            unit.own_words.remove(person.id)
        unit.people.put_delivery_card(person.id, made.card)


class People:
    """Adds and revokes accounts, and sets the languages and skills of people."""

    def __init__(self, unit: UnitOfWork, parameters: KdfParameters) -> None:
        self._unit = unit
        self._invitations = Invitations(unit, parameters)

    def all(self) -> list[Person]:
        """Everybody who was ever added, by name."""
        return self._unit.people.all()

    def add(self, identity: Identity, name: str, role: Role) -> Invitation:
        """Invites a person; their keys are sealed under the code until they set a passphrase.

        Raises: NotAllowed; Refused for a name that is taken or empty, or a role this lead cannot give.
        """
        require(identity.person, Act.MANAGE_PEOPLE)
        unit = self._unit
        made = self._invitations.sealed(
            unit.key_deliveries.current(identity.keyring), Person.invited_as(name, role)
        )
        with unit.transaction():
            self._invitations.put(made, is_new=True)
            digest = name_digest(made.person.id, shown_name(name))
            detail = {**made.detail, "name_sha256": digest}
            unit.log.record(Event.by(identity, Action.PERSON_ADDED, made.person.id, detail=detail))
        return made.invitation

    def issue_code(self, identity: Identity, name: str) -> Invitation:
        """Issues a new code for somebody who lost their passphrase or did not use their code in time.

        Their passphrase opens nothing from now on. Their work, drafts and leases stay theirs; the agreement
        has to be signed again with the new key, and their own words are lost with the old one. Their login on
        a server follows from the old key: it is blocked first.

        Raises: NotAllowed; Refused for an unknown name, or one's own; Unavailable.
        """
        require(identity.person, Act.MANAGE_PEOPLE)
        unit = self._unit
        person = self._open_account(name)
        if person.id == identity.person.id:
            raise Refused("OWN_CODE")
        keyring = unit.key_deliveries.current(identity.keyring)
        made = self._invitations.sealed(keyring, person)
        unit.queue.block(person.id)
        with unit.transaction():
            self._invitations.put(made, is_new=False)
            unit.log.record(Event.by(identity, Action.PERSON_CODE, person.id, detail=made.detail))
            redeliver(unit, unit.key_deliveries.current(identity.keyring), identity.person.id)
        unit.people.forget_deleted()
        return made.invitation

    def revoke(self, identity: Identity, name: str) -> Person:
        """Revokes an account: its keys are destroyed, every window of it is refused, and the tasks leased
        to it are open again. The workspace key is replaced in the same commit.

        A server of the queue ends their login before that commit, so that none is left if this process is
        killed, and again after it. For somebody who is revoked already it is told again: it was perhaps
        away.

        Raises: NotAllowed; Refused for an unknown name, or for the last lead; Unavailable when the account is
            revoked here, and the server could not be told.
        """
        require(identity.person, Act.MANAGE_PEOPLE)
        unit = self._unit
        former = unit.people.by_name(name)
        if former and former.state is PersonState.REVOKED and not unit.queue.answers_at_once:
            self._end_work(identity, former)
            return former
        person = self._revocable(name)
        rotation = KeyRotation(unit)
        prepared = rotation.prepare(identity.keyring)
        if not unit.queue.answers_at_once:
            with suppress(Unavailable):  # said after the commit
                unit.queue.block(person.id)
        kept = verdicts_to_keep(unit, identity, person.id)  # they could sign others, with an earlier time
        with unit.transaction_with_queue():
            with unit.transaction():
                person = self._revocable(name)
                unit.people.revoke(person.id)
                detail: dict[str, DetailValue] = {"role": person.role.value}
                keep_verdicts(unit, identity, kept)
                unit.log.record(Event.by(identity, Action.PERSON_REVOKED, person.id, detail=detail))
                rotation.commit(identity, prepared)
            self._end_work(identity, person)
        unit.people.forget_deleted()
        return person

    def _end_work(self, identity: Identity, person: Person) -> None:
        """Stops answering somebody, and opens their tasks again."""
        unit = self._unit
        unit.queue.block(person.id)  # first: they could claim meanwhile
        for lease in unit.queue.leases():
            if lease.person_id == person.id:
                release_task(unit, identity, lease.task_id)

    def keychain_users(self) -> frozenset[str]:
        """The ids of those whose keyring needs a second secret."""
        people = self._unit.people
        return frozenset(p.id for p in people.all() if second_secret_id(people.keyring(p.id) or b""))

    def languages(self) -> dict[str, tuple[str, ...]]:
        """The languages of each person who has any set."""
        return self._unit.queue.languages()

    def set_languages(self, identity: Identity, name: str, languages: Sequence[str]) -> tuple[str, ...]:
        """Sets which languages' clips and reviews a person gets; none means every language.

        What they hold stays theirs until its lease ends.
        Raises: NotAllowed; Refused for an unknown name or what is not a language tag; Undelivered when the
            queue cannot be reached: it is sent with the lead's next act.
        """
        require(identity.person, Act.MANAGE_PEOPLE)
        tags = language_tags(languages)
        unit = self._unit
        person = self._open_account(name)

        def record(_answer: Outcome) -> None:
            detail: dict[str, DetailValue] = {"languages": list(tags)}
            unit.log.record(Event.by(identity, Action.PERSON_LANGUAGES, person.id, detail=detail))

        Delivery(unit, identity, Drafts(unit)).set_languages(person.id, tags, record)
        return tags

    def skills(self) -> dict[str, tuple[str, ...]]:
        """The skills of each person who has any."""
        return self._unit.queue.skills()

    def set_skills(self, identity: Identity, name: str, skills: Sequence[str]) -> tuple[str, ...]:
        """Sets the skills of a person, in place of those they have: nobody else gets what asks for one.

        What they hold stays theirs until its lease ends. Raises: as ``set_languages``, for names of skills.
        """
        require(identity.person, Act.MANAGE_PEOPLE)
        names = skill_names(skills)
        unit = self._unit
        person = self._open_account(name)

        def record(_answer: Outcome) -> None:
            detail: dict[str, DetailValue] = {"skills": list(names)}
            unit.log.record(Event.by(identity, Action.PERSON_SKILLS, person.id, detail=detail))

        Delivery(unit, identity, Drafts(unit)).set_skills(person.id, names, record)
        return names

    def active_leads(self) -> int:
        """How many leads can sign in."""
        return sum(p.role is Role.LEAD and p.state is PersonState.ACTIVE for p in self._unit.people.all())

    def _revocable(self, name: str) -> Person:
        person = self._open_account(name)
        is_active_lead = person.role is Role.LEAD and person.state is PersonState.ACTIVE
        if is_active_lead and self.active_leads() < 2:
            raise Refused("LAST_LEAD")
        return person

    def _open_account(self, name: str) -> Person:
        person = self._unit.people.by_name(name)
        if person is None or person.state is PersonState.REVOKED:
            raise Refused("NO_ACCOUNT")
        return person


def release_task(unit: UnitOfWork, identity: Identity, task_id: str) -> None:
    """Opens a task to all: ends its lease, or puts a held clip back into the queue."""
    detail: dict[str, DetailValue] = {"task": task_id, "by_lead": True}
    with unit.transaction_with_queue():
        unit.queue.lead_release(task_id)
        unit.log.record(Event.by(identity, Action.TASK_RELEASED, task_id, detail=detail))


def new_code() -> str:
    """A one-time code of 80 random bits in four groups, for reading aloud."""
    groups = ("".join(secrets.choice(CODE_ALPHABET) for _ in range(4)) for _ in range(_CODE_GROUPS))
    return "-".join(groups)
