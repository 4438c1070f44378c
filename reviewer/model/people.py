"""People, roles, keyrings, and the identity of a session."""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

SEALED_WITH_SECOND_SECRET = b"RVKR\x03"
_SECOND_SECRET_ID = slice(45, 61)


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

    @classmethod
    def invited_as(cls, name: str, role: Role) -> Self:
        """Somebody new, with an id of their own."""
        return cls(f"p{secrets.token_hex(6)}", " ".join(name.split()), role, PersonState.INVITED)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The secrets a passphrase unlocks; never printed, logged or pickled. All keys are 32 raw bytes.

    ``workspace_key`` wraps the keys of clips and is replaced when somebody is revoked; ``generation``
    counts these. ``hash_key`` makes keyed hashes and pseudonyms and never changes, so that a withdrawn source
    is found by its hash for ever; in keyrings made before there were generations it is the workspace key.

    Where a broker releases the keys of clips, only leads hold the workspace key. It is empty in the keyrings
    of others, and their ``hash_key`` serves one purpose (``clips.keys.draw_key``).
    """

    workspace_key: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)
    log_key: bytes = field(repr=False)
    qa_secret: bytes | None = field(repr=False, default=None)
    hash_key: bytes = field(repr=False, default=b"")
    generation: int = field(repr=False, default=1)

    def __post_init__(self) -> None:
        if not self.hash_key:
            object.__setattr__(self, "hash_key", self.workspace_key)

    @property
    def opens_every_clip(self) -> bool:
        """Whether it holds the workspace key; who does not asks a broker for the key of each clip."""
        return bool(self.workspace_key)


@dataclass(frozen=True, slots=True)
class Identity:
    """A person who is signed in, for one session."""

    person: Person
    session_id: str
    keyring: Keyring = field(repr=False)


def second_secret_id(sealed_keyring: bytes) -> bytes:
    """Which second secret a sealed keyring needs besides the passphrase; empty if it needs none."""
    if not sealed_keyring.startswith(SEALED_WITH_SECOND_SECRET):
        return b""
    return sealed_keyring[_SECOND_SECRET_ID]
