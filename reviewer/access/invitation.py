"""The two files of joining a team: a lead's invitation, and the answer of whoever joined.

The invitation is signed by the lead and holds no secret that opens without the enrolment code. Its keyring is
sealed under the code together with a digest of all else in the file, so that nobody who lacks the code can
put other files or another lead's keys around it. The answer is signed with the new key of the person, and
with the key that only the code opens.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Self

from reviewer.access import signing
from reviewer.access.log_chain import canonical
from reviewer.access.scram import is_scram_verifier
from reviewer.access.signed_json import read_signed, write_signed
from reviewer.access.team_policy import TeamPolicy
from reviewer.errors import Damaged, Refused
from reviewer.model.clock import from_micros, to_micros
from reviewer.model.people import Identity, Person, PersonState, Role

_INVITATION = "reviewer-invitation"
_ANSWER = "reviewer-joined"
_LOG_ID = re.compile(r"l[0-9a-f]{16}")
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class InvitationFile:
    """What a new folder needs: the team's signed policy, the person, and their sealed keyring."""

    policy: TeamPolicy
    person: Person
    until: datetime
    keyring: bytes = field(repr=False)

    @staticmethod
    def secret(code: str, policy_text: str, person: Person, until: datetime) -> str:
        """What seals the keyring of an invitation: the code in canonical form, and all else in the file."""
        bound = canonical({"policy": policy_text, "person": _person(person), "until": to_micros(until)})
        return f"{code} {sha256(bound).hexdigest()}"

    def own_secret(self, code: str) -> str:
        """What opens this keyring."""
        return self.secret(code, self.policy.text, self.person, self.until)

    def text(self, identity: Identity) -> str:
        """The file, signed by the lead who invites."""
        fields = {
            "v": 1,
            "kind": _INVITATION,
            "policy": self.policy.text,
            "person": _person(self.person),
            "until": to_micros(self.until),
            "keyring": self.keyring.hex(),
        }
        return write_signed(fields, identity.keyring.signing_key)

    @classmethod
    def read(cls, text: str) -> Self:
        """Checks policy and signature. Raises Refused: as ``TeamPolicy.read``; NOT_AN_INVITATION;
        INVITATION_CHANGED when the lead who signed the policy did not sign all of it."""
        try:
            signed = read_signed(text, _INVITATION)
            fields = signed.fields
            person_id, name, role = (str(each) for each in fields["person"])
            person = Person(person_id, name, Role(role), PersonState.INVITED)
            until, keyring = from_micros(int(fields["until"])), bytes.fromhex(fields["keyring"])
            policy = TeamPolicy.read(str(fields["policy"]))
        except (ValueError, KeyError, TypeError, Damaged) as error:
            raise Refused("NOT_AN_INVITATION") from error
        if person.role is Role.LEAD:  # no lead joins by one: their keys are in the one folder
            raise Refused("NOT_AN_INVITATION")
        keys = {each.id: each.public_key for each in policy.leads}
        if not signed.is_by(keys[policy.signed_by]):
            raise Refused("INVITATION_CHANGED")
        return cls(policy, person, until, keyring)


@dataclass(frozen=True, slots=True)
class JoinAnswer:
    """Who joined: their keys, their folder's log, and the verifier of their login on the queue's server.

    ``card`` holds the public keys to which keys are sealed for them.
    """

    workspace_id: str
    person_id: str
    public_key: bytes
    card: bytes
    log_id: str
    log_public_key: bytes
    verifier: str

    def text(self, signing_key: bytes, invitation_key: bytes) -> str:
        """The file, signed with the new key and with that of the invitation (both private)."""
        fields = self._fields()
        by_code = signing.sign(invitation_key, canonical(fields)).hex()
        return write_signed(fields, signing_key, invitation_signature=by_code)

    @classmethod
    def read(cls, text: str) -> "SignedAnswer | None":
        """The answer in a file, for which its own key vouches; None for a file of another kind.

        Raises: Refused (code JOIN_ANSWER_CHANGED).
        """
        try:
            signed = read_signed(text, _ANSWER)
        except ValueError:
            return None
        try:
            fields = signed.fields
            texts = [str(fields[name]) for name in ("workspace", "person_id", "log_id", "verifier")]
            keys = [bytes.fromhex(fields[name]) for name in ("public_key", "card", "log_public_key")]
            by_code = bytes.fromhex(signed.also["invitation_signature"])
        except (ValueError, KeyError, TypeError, Damaged) as error:
            raise Refused("JOIN_ANSWER_CHANGED") from error
        is_formed = _LOG_ID.fullmatch(texts[2]) and len(keys[2]) == _KEY_BYTES and is_scram_verifier(texts[3])
        if not signed.is_by(keys[0]) or not is_formed:
            raise Refused("JOIN_ANSWER_CHANGED")
        answer = cls(texts[0], texts[1], keys[0], keys[1], texts[2], keys[2], texts[3])
        return SignedAnswer(answer, signed.body, by_code)

    def _fields(self) -> dict[str, Any]:
        return {
            "v": 1,
            "kind": _ANSWER,
            "workspace": self.workspace_id,
            "person_id": self.person_id,
            "public_key": self.public_key.hex(),
            "card": self.card.hex(),
            "log_id": self.log_id,
            "log_public_key": self.log_public_key.hex(),
            "verifier": self.verifier,
        }


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """An answer as it was read, with the signature by the invitation's key."""

    answer: JoinAnswer
    body: bytes
    by_code: bytes

    def require_invited_by(self, invitation_key: bytes) -> None:
        """Raises Refused (code JOIN_ANSWER_NOT_INVITED) unless the answer was signed with the invitation's
        key."""
        if not signing.verify(invitation_key, self.body, self.by_code):
            raise Refused("JOIN_ANSWER_NOT_INVITED")


def _person(person: Person) -> list[str]:
    return [person.id, person.name, person.role.value]
