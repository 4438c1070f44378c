"""People who work in a folder of their own: their invitations, and what they answer."""

import secrets
from dataclasses import replace
from datetime import timedelta

from reviewer.access.invitation import InvitationFile, JoinAnswer, SignedAnswer
from reviewer.access.people import shown_name
from reviewer.access.rights import Act, require
from reviewer.access.signed_facts import name_digest
from reviewer.access.signing import public_key_of
from reviewer.access.team_policy import MOST_LEXICON_BYTES, TeamPolicy, verified
from reviewer.clips.key_delivery import is_card_of
from reviewer.clips.keys import KEY_BYTES, KdfParameters, new_keyring, seal_keyring
from reviewer.errors import Refused
from reviewer.lead.people import CODE_HOURS, Invitation, new_code
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity, Person, PersonState, Role
from reviewer.model.project import Project
from reviewer.session.policy import WorkspacePolicy
from reviewer.session.sign_in import SignIn, normal_code
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.lexicon import LEXICON_FOLDER, lexicon_texts

_PAGE = 50
_INVITED = frozenset({Action.PERSON_ADDED, Action.PERSON_CODE})


class OwnFolders:
    """People who work in folders of their own, for a lead who is signed in.

    They get neither the workspace key nor the key of this log.
    """

    def __init__(
        self,
        identity: Identity,
        unit: UnitOfWork,
        sign_in: SignIn,
        policy: WorkspacePolicy,
        project: Project,
        parameters: KdfParameters,
    ) -> None:
        self._identity = identity
        self._unit = unit
        self._sign_in = sign_in
        self._policy = policy
        self._project = project
        self._parameters = parameters

    def invite(self, name: str, role: Role) -> tuple[Invitation, str]:
        """Adds somebody who joins in a folder of their own; gives the invitation and the text of its file.

        Raises: NotAllowed; Refused for a name that is taken or empty, a lead (code JOIN_NOT_LEAD), a project
            without server, bucket or broker (code JOIN_NEEDS), or files that wait for a signature.
        """
        person = Person.invited_as(shown_name(name), role)
        return self._invited(person, Action.PERSON_ADDED)

    def invite_again(self, name: str) -> tuple[Invitation, str]:
        """Issues a new code and file for somebody with an account; what they had before opens nothing any
        more.

        Their login on the server, which is derived from their old key, is blocked first.

        Raises: as ``invite``; Refused for an unknown name; Unavailable.
        """
        person = self._unit.people.by_name(name)
        if person is None or person.state is PersonState.REVOKED:
            raise Refused("NO_ACCOUNT")
        self._sign_in.require(self._identity)
        require(self._identity.person, Act.MANAGE_PEOPLE)
        self._unit.queue.block(person.id)
        return self._invited(person, Action.PERSON_CODE)

    def _invited(self, person: Person, action: Action) -> tuple[Invitation, str]:
        self._require(person.role)
        unit, identity = self._unit, self._identity
        code, until = new_code(), unit.clock.now() + timedelta(hours=CODE_HOURS)
        own = new_keyring(person.role, unit.key_deliveries.current(identity.keyring), has_broker=True)
        own = replace(own, log_key=secrets.token_bytes(KEY_BYTES), generation=1)
        policy = self.team_policy()
        secret = InvitationFile.secret(normal_code(code), policy.text, person, until)
        sealed = seal_keyring(own, secret, person.id, person.role, self._parameters)
        detail: dict[str, DetailValue] = {
            "role": person.role.value,
            "invitation_key": public_key_of(own.signing_key).hex(),
            "own_folder": True,
        }
        with unit.transaction():
            if action is Action.PERSON_ADDED:
                unit.people.invite(person, None, until)
                detail["name_sha256"] = name_digest(person.id, person.name)
            else:
                unit.people.invite_again(person.id, None, until)
                unit.key_deliveries.remove(person.id)
                unit.own_words.remove(person.id)
            unit.log.record(Event.by(identity, action, person.id, detail=detail))
        unit.people.forget_deleted()
        made = InvitationFile(policy, person, until, sealed)
        return Invitation(person, code, until), made.text(identity)

    def team_policy(self) -> TeamPolicy:
        """The policy as it was signed last, with the lexicon as it is, for people on machines of their own.

        Raises Refused, also (code LEXICON_TOO_LARGE) for more words than travel with it.
        """
        self._policy.require_signed()
        row, unit = self._policy.signed_row(), self._unit
        if row is None:
            raise Refused("TEAM_POLICY_ROW")
        return TeamPolicy.signed(
            self._identity,
            unit.workspace_id,
            row=row,
            log_public_key=unit.log.keys().at(row.seq),
            serial=unit.log.head().size,
            folder=unit.folder,
            leads=self._leads(),
            lexicon=lexicon_texts(unit.folder / LEXICON_FOLDER, MOST_LEXICON_BYTES),
        )

    def missing_place(self) -> str | None:
        """The setting without which nobody can work on another machine; None where nothing is missing."""
        project = self._project
        places = (
            ("[queue] url", project.queue),
            ("[clips] url", project.clips),
            ("[broker] url", project.broker),
        )
        return next((what for what, place in places if not place.url), None)

    def publish(self) -> None:
        """Puts the policy as it was signed last, with all leads, and the facts of every clip on the server.

        Whoever is not enrolled now is blocked there. Without a server nothing happens.

        Raises: NotAllowed; Refused, also (code POLICY_BEHIND_SERVER) where the server has another policy that
            folders hold to be later, as after a backup was restored: that one stays; Unavailable.
        """
        self._sign_in.require(self._identity)
        require(self._identity.person, Act.CHANGE_POLICY)
        if not self._project.queue.url:
            return
        unit, policy = self._unit, self.team_policy()
        for person in unit.people.all():
            if person.state is not PersonState.ACTIVE:
                unit.queue.block(person.id)  # a server that was away when they were revoked
        clips = sorted(unit.clips.ids())
        for start in range(0, len(clips), _PAGE):
            unit.publish_facts(self._identity, clips[start : start + _PAGE])
        there = self._policies_there()
        latest = max(there, key=lambda each: each.serial, default=None)
        if latest is None or latest.lexicon != policy.lexicon:
            detail: dict[str, DetailValue] = {"files": sorted(policy.lexicon or ())}
            unit.log.record(Event.by(self._identity, Action.LEXICON_PUBLISHED, detail=detail))
            policy = self.team_policy()  # the row makes its serial later than that of the words before
        if any(each.serial >= policy.serial and not each.says_as(policy) for each in there):
            raise Refused("POLICY_BEHIND_SERVER", rows=policy.serial, there=latest.serial if latest else 0)
        unit.queue.put_team_policy(policy.serial, policy.text)

    def _policies_there(self) -> list[TeamPolicy]:
        """The policies on the server that a present lead signed; no other can keep a folder from following
        this one for long."""
        unit = self._unit
        keys = {lead.id: lead.public_key for lead in self._leads()}
        return verified(unit.queue.team_policies(), unit.workspace_id, keys)[0]

    def _leads(self) -> list[Person]:
        people = self._unit.people.all()
        return [p for p in people if p.role is Role.LEAD and p.state is PersonState.ACTIVE]

    def admit(self, text: str) -> tuple[Person, JoinAnswer] | None:
        """Takes the answer of somebody who joined: activates their account, and registers the log of their
        folder.

        The same answer again changes nothing.

        Returns: None for a file of another kind.

        Raises: NotAllowed; Refused (code JOIN_ANSWER_CHANGED, JOIN_ANSWER_NOT_INVITED, INVITATION_OVER).
        """
        self._sign_in.require(self._identity)
        require(self._identity.person, Act.MANAGE_PEOPLE)
        signed = JoinAnswer.read(text)
        if signed is None:
            return None
        answer, unit = signed.answer, self._unit
        with unit.transaction():
            if unit.own_logs.keys().get(answer.log_id) != (answer.person_id, answer.log_public_key):
                self._take(signed)
            person = unit.people.by_id(answer.person_id)
        if person is None or (person.state, person.public_key) != (PersonState.ACTIVE, answer.public_key):
            raise Refused("JOIN_ANSWER_NOT_INVITED")
        return person, answer

    def _take(self, signed: SignedAnswer) -> None:
        answer, unit = signed.answer, self._unit
        is_for_us = answer.workspace_id == unit.workspace_id and is_card_of(answer.card, answer.public_key)
        # Whose log it is goes by its id: nobody has one that is somebody else's, or the team's.
        if not is_for_us or answer.log_id in {unit.log.log_id, *unit.own_logs.keys()}:
            raise Refused("JOIN_ANSWER_NOT_INVITED")
        signed.require_invited_by(self._invitation_key(answer.person_id))
        unit.people.activate(answer.person_id, answer.public_key, None)
        unit.people.put_delivery_card(answer.person_id, answer.card)
        unit.own_logs.add(answer.log_id, answer.person_id, answer.log_public_key)
        detail: dict[str, DetailValue] = {
            "public_key": answer.public_key.hex(),
            "log_id": answer.log_id,
            "log_public_key": answer.log_public_key.hex(),
        }
        event = Event.by(self._identity, Action.PERSON_JOINED, answer.person_id, detail=detail)
        unit.log.record(event, seal="person_joined")

    def _invitation_key(self, person_id: str) -> bytes:
        """The public key of somebody's newest invitation to a folder of their own; empty without one."""
        rows = [row.event() for row in self._unit.log.about(person_id)]
        newest = next((event for event in reversed(rows) if event.action in _INVITED), None)
        if newest is None or not newest.detail.get("own_folder"):
            return b""
        return bytes.fromhex(str(newest.detail["invitation_key"]))

    def _require(self, role: Role) -> None:
        self._sign_in.require(self._identity)
        require(self._identity.person, Act.MANAGE_PEOPLE)
        if role is Role.LEAD:
            raise Refused("JOIN_NOT_LEAD")
        missing = self.missing_place()
        if missing is not None:
            raise Refused("JOIN_NEEDS", what=missing)
