"""A signed request for one clip's key and the signed answer: their canonical bytes, and what they must be.

Both are canonical JSON (``access.log_chain``): one byte form for each value, so that a repeated name, a space
or another order of the fields is refused. Ed25519 signs these bytes after a line that says what they are.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from reviewer.access import signing
from reviewer.access.log_chain import canonical, parse
from reviewer.errors import Damaged, Refused
from reviewer.model.clock import from_micros, to_micros

VERSION = 2
MOST_BYTES = 4096
WINDOW = timedelta(minutes=2)
"""How far the time of a request may be from the broker's."""
NONCE_BYTES = 16
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}", re.ASCII)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}", re.ASCII)
_MOST = 2**63 - 1
_REQUEST_FIELDS = frozenset(
    {"v", "person", "clip", "task", "token", "purpose", "nonce", "at", "broker", "facts"}
)
_ANSWER_FIELDS = frozenset(
    {"v", "request", "person", "clip", "task", "token", "generation", "stored_as", "until", "sealed"}
)
_REFUSAL_FIELDS = frozenset({"v", "request", "code"})


class KeyPurpose(StrEnum):
    """What a key is for: to open the clip, or to have it ready before it is opened."""

    OPEN = "open"
    PREFETCH = "prefetch"


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A request for a clip's key by a lease. ``broker`` is the public key of the broker that is asked.

    ``facts``: from a person's own folder, the digest (``access.clip_facts``) of what is known of the clip
    there.
    """

    person_id: str
    clip_id: str
    task_id: str
    token: int
    purpose: KeyPurpose
    at: datetime
    broker: bytes
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(NONCE_BYTES))
    facts: bytes = b""

    def fields(self) -> dict[str, str | int]:
        """As they are signed."""
        return {
            "v": VERSION,
            "person": self.person_id,
            "clip": self.clip_id,
            "task": self.task_id,
            "token": self.token,
            "purpose": self.purpose.value,
            "nonce": self.nonce.hex(),
            "at": to_micros(self.at),
            "broker": self.broker.hex(),
            "facts": self.facts.hex(),
        }

    def signed(self, signing_key: bytes) -> "SignedRequest":
        """This request, signed by the person."""
        return SignedRequest(self, signing.sign(signing_key, _message("request", self.fields())))


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request with its sender's Ed25519 signature."""

    request: KeyRequest
    signature: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 by which an answer names the request."""
        return digest_of(self.to_bytes())

    def to_bytes(self) -> bytes:
        """As it is sent."""
        return canonical({"request": self.request.fields(), "signature": self.signature.hex()})

    @classmethod
    def from_bytes(cls, body: bytes) -> Self:
        """Reads what ``to_bytes`` wrote, nothing else. Raises Refused (code KEY_REQUEST_MALFORMED)."""
        try:
            fields, signature = _parts(body, "request", _REQUEST_FIELDS)
            request = KeyRequest(
                _id(fields["person"]),
                _id(fields["clip"]),
                _id(fields["task"]),
                _number(fields["token"]),
                KeyPurpose(_text(fields["purpose"])),
                from_micros(_number(fields["at"])),
                _hex(fields["broker"], 32),
                _hex(fields["nonce"], NONCE_BYTES),
                _hex(fields["facts"], 32 if fields["facts"] else 0),
            )
        except (Damaged, ValueError) as error:
            raise Refused("KEY_REQUEST_MALFORMED") from error
        return cls(request, signature)

    def is_by(self, public_key: bytes) -> bool:
        """Whether the holder of this key signed it."""
        return signing.verify(public_key, _message("request", self.request.fields()), self.signature)


def require_meant(request: KeyRequest, broker: bytes, *now: datetime) -> None:
    """Raises Refused for a request that is meant for another broker, or is outside the time window by each of
    these clocks."""
    if request.broker != broker:
        raise Refused("KEY_REQUEST_OTHER_BROKER")
    if all(abs(each - request.at) > WINDOW for each in now):
        raise Refused("KEY_REQUEST_TIME")


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """A clip's key, sealed to the person. ``request`` is the digest of what is answered.

    ``generation`` is that of the workspace key, ``stored_as`` the name of the files that the key opens, and
    ``until`` the end of the lease: an honest workstation drops the key then.
    """

    request: bytes
    person_id: str
    clip_id: str
    task_id: str
    token: int
    generation: int
    stored_as: str
    until: datetime
    sealed: bytes = b""

    def bound(self) -> bytes:
        """The bytes to which the seal of the key is bound."""
        return _message(
            "clip key", {name: value for name, value in self._fields().items() if name != "sealed"}
        )

    def with_key(self, sealed: bytes) -> Self:
        """The same with the sealed key."""
        return replace(self, sealed=sealed)

    def signed(self, signing_key: bytes) -> bytes:
        """As it is sent, signed by the broker."""
        return _signed("answer", self._fields(), signing_key)

    def is_for(self, asked: SignedRequest) -> bool:
        """Whether this answers this request, and repeats what it asked for."""
        request = asked.request
        return (self.request, self.person_id, self.clip_id, self.task_id, self.token) == (
            asked.digest,
            request.person_id,
            request.clip_id,
            request.task_id,
            request.token,
        )

    def _fields(self) -> dict[str, str | int]:
        return {
            "v": VERSION,
            "request": self.request.hex(),
            "person": self.person_id,
            "clip": self.clip_id,
            "task": self.task_id,
            "token": self.token,
            "generation": self.generation,
            "stored_as": self.stored_as,
            "until": to_micros(self.until),
            "sealed": self.sealed.hex(),
        }


def refusal(request: bytes, code: str, signing_key: bytes) -> bytes:
    """A refusal as it is sent, signed by the broker; ``request`` is the digest of what is refused."""
    return _signed("refusal", {"v": VERSION, "request": request.hex(), "code": code}, signing_key)


def read_answer(body: bytes, broker: bytes) -> KeyAnswer:
    """Reads an answer that this broker signed. Raises Damaged for anything else."""
    try:
        fields = _verified(body, "answer", _ANSWER_FIELDS, broker)
        return KeyAnswer(
            _hex(fields["request"], 32),
            _id(fields["person"]),
            _id(fields["clip"]),
            _id(fields["task"]),
            _number(fields["token"]),
            _number(fields["generation"]),
            _id(fields["stored_as"]),
            from_micros(_number(fields["until"])),
            _hex(fields["sealed"], None),
        )
    except ValueError as error:
        raise Damaged("KEY_ANSWER_DAMAGED") from error


def read_refusal(body: bytes, broker: bytes, request: bytes) -> str:
    """The code of a refusal that this broker signed, of this request. Raises Damaged for anything else."""
    try:
        fields = _verified(body, "refusal", _REFUSAL_FIELDS, broker)
        if _hex(fields["request"], 32) != request or not _CODE.fullmatch(_text(fields["code"])):
            raise Damaged("KEY_ANSWER_DAMAGED")
    except ValueError as error:
        raise Damaged("KEY_ANSWER_DAMAGED") from error
    return _text(fields["code"])


def digest_of(body: bytes) -> bytes:
    """SHA-256 of the bytes that were sent."""
    return hashlib.sha256(body).digest()


def _message(kind: str, fields: Mapping[str, str | int]) -> bytes:
    return f"reviewer broker {kind}\n".encode() + canonical(fields)


def _signed(kind: str, fields: dict[str, str | int], signing_key: bytes) -> bytes:
    signature = signing.sign(signing_key, _message(kind, fields))
    return canonical({kind: fields, "signature": signature.hex()})


def _verified(body: bytes, kind: str, names: frozenset[str], public_key: bytes) -> dict[str, Any]:
    """The fields of a message with a good signature. Raises Damaged, ValueError."""
    fields, signature = _parts(body, kind, names)
    if not signing.verify(public_key, _message(kind, fields), signature):
        raise Damaged("KEY_ANSWER_DAMAGED")
    return fields


def _parts(body: bytes, kind: str, names: frozenset[str]) -> tuple[dict[str, Any], bytes]:
    """The fields and the signature of a message, whose bytes are canonical. Raises Damaged, ValueError."""
    if len(body) > MOST_BYTES:
        raise ValueError("too long")
    message = parse(body)
    fields = message.get(kind)
    if message.keys() != {kind, "signature"} or not isinstance(fields, dict) or fields.keys() != names:
        raise ValueError("not the fields")
    if _number(fields["v"]) != VERSION:
        raise ValueError("another version")
    return fields, _hex(message["signature"], 64)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004 - a wrong type is a wrong value here
    return value


def _id(value: object) -> str:
    if not _ID.fullmatch(_text(value)):
        raise ValueError("no id")
    return _text(value)


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST:
        raise ValueError("no number")
    return value


def _hex(value: object, length: int | None) -> bytes:
    text = _text(value)
    found = bytes.fromhex(text)
    if found.hex() != text or (length is not None and len(found) != length):
        raise ValueError("no bytes")
    return found
