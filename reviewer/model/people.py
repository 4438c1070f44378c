"""People, roles, keyrings, and the identity of a session."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """A person's role; exactly one each."""

    CONTRACTOR = "contractor"
    QA = "qa"
    LEAD = "lead"


class PersonState(StrEnum):
    """The state of a person's account."""

    INVITED = "invited"
    ACTIVE = "active"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Person:
    """An account of this workspace. ``public_key`` is raw Ed25519, 32 bytes, empty while invited."""

    id: str
    name: str
    role: Role
    state: PersonState = PersonState.ACTIVE
    public_key: bytes = b""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The secrets a passphrase unlocks; never printed, logged or pickled. All keys are 32 raw bytes."""

    workspace_key: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)
    log_key: bytes = field(repr=False)
    qa_secret: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Identity:
    """A person who is signed in, for one session."""

    person: Person
    session_id: str
    keyring: Keyring = field(repr=False)
