"""Ed25519 signatures over raw bytes (RFC 8032)."""

from collections.abc import Callable
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NOTE_ED25519 = 0x01
NOTE_COSIGNATURE = 0x04
"""Kinds of signature in C2SP signed-note and tlog-cosignature."""


def note_key_hash(name: str, kind: int, public_key: bytes) -> bytes:
    """The four bytes by which a line of a signed note names its key (https://c2sp.org/signed-note)."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:4]


def public_key_of(signing_key: bytes) -> bytes:
    """The 32-byte public key of a 32-byte private key."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).public_key().public_bytes_raw()


def sign(signing_key: bytes, message: bytes) -> bytes:
    """The 64-byte signature of a message; deterministic."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).sign(message)


def signer(signing_key: bytes) -> Callable[[bytes], bytes]:
    """``sign`` for many messages with one key: reading the key takes as long as a signature."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).sign


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature verifies with this key; False for a malformed key or signature."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError, TypeError):  # a damaged column may hold text
        return False
    return True
