"""The ``key_delivery`` table: new workspace keys, sealed for people who are not signed in.

A lead cannot change a keyring, which is sealed under a passphrase. So everybody has an X25519 key pair
derived from their signing key; when keys are replaced the lead seals the new ones to each public key
(ephemeral X25519, HKDF-SHA256, AES-256-GCM) and signs what was sealed.
"""

import secrets
import struct
from collections.abc import Mapping
from dataclasses import replace

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reviewer.clips import keys
from reviewer.db.connection import Database
from reviewer.errors import Damaged, Refused
from reviewer.model.people import Keyring, Role

RECOVERY_ID = "recovery"
"""The recovery key is given new keys as a person is; no person has this id."""
_GENERATION = "key_generation"
_PURPOSE = "key delivery"
_RELEASE = "clip key release"
_CARD_BYTES = 128
_NONCE_BYTES = 12


def delivery_card(keyring: Keyring) -> bytes:
    """What others need to seal keys for this person: X25519 and Ed25519 public key, and a signature (64)."""
    signer = Ed25519PrivateKey.from_private_bytes(keyring.signing_key)
    public = _private_key(keyring.signing_key).public_key().public_bytes_raw()
    return public + signer.public_key().public_bytes_raw() + signer.sign(_card_message(public))


def is_card_of(card: bytes, public_key: bytes) -> bool:
    """Whether a card was made by the holder of this signing key."""
    if len(card) != _CARD_BYTES or card[32:64] != public_key:
        return False
    return _verifies(public_key, _card_message(card[:32]), card[64:])


def seal_present_keys(keyring: Keyring, role: Role, card: bytes, *, has_broker: bool = False) -> bytes:
    """What this role may hold of ``keyring``, without its signing key, as only a card's owner opens it."""
    return _seal(keys.keys_for(role, keyring, has_broker=has_broker), card[:32])


def open_present_keys(keyring: Keyring, sealed: bytes) -> Keyring:
    """Keys that were sealed for the owner of ``keyring``, with their own signing key. Raises Damaged.

    The keys of clips and of the log are replaced, and the log knows its own: another hash key would be
    somebody's forgery. It is compared by what both forms of a keyring have of it.
    """
    opened = replace(_unseal(_private_key(keyring.signing_key), sealed), signing_key=keyring.signing_key)
    if keys.draw_key(opened) != keys.draw_key(keyring):
        raise Damaged("KEY_DELIVERY_DAMAGED")
    return opened


def can_receive(card: bytes) -> bool:
    """Whether keys can be sealed to a card: not where its X25519 key is a point of small order (RFC 7748)."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(card[:32]))
    except ValueError:
        return False
    return True


def seal_clip_key(card: bytes, clip_key: bytes, bound: bytes) -> bytes:
    """One clip's key as only the owner of a delivery card opens it, and only together with ``bound``."""
    return _sealed_to(card[:32], clip_key, _RELEASE, bound)


def open_clip_key(signing_key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """A clip's key that was sealed for the owner of a signing key. Raises Damaged."""
    try:
        clip_key = _opened(_private_key(signing_key), sealed, _RELEASE, bound)
    except (InvalidTag, ValueError) as error:
        raise Damaged("KEY_ANSWER_DAMAGED") from error
    if len(clip_key) != keys.KEY_BYTES:
        raise Damaged("KEY_ANSWER_DAMAGED")
    return clip_key


class KeyDeliveries:
    """How many times keys were replaced, and the newest keys for each person."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opened: dict[bytes, Keyring] = {}

    def generation(self) -> int:
        """1 in a new workspace, one more each time the workspace key was replaced."""
        value = self._database.value("SELECT value FROM meta WHERE key = ?", (_GENERATION,))
        try:
            return int(value or 1)
        except ValueError as error:
            raise Damaged("WORKSPACE_META") from error

    def current(self, keyring: Keyring) -> Keyring:
        """This keyring with the workspace's present keys, also in a session that began with earlier ones.

        Raises: Refused (code KEYS_REPLACED) when the person was not given them; Damaged.
        """
        generation = self.generation()
        if keyring.generation >= generation:
            return keyring
        opened = self._opened.get(keyring.signing_key)
        if opened is None or opened.generation < generation:
            opened = self._opened[keyring.signing_key] = self._open(keyring, generation)
        return opened

    def deliver(
        self,
        keyring: Keyring,
        sender_id: str,
        cards: Mapping[str, tuple[Role, bytes]],
        *,
        has_broker: bool = False,
    ) -> None:
        """Seals for everybody in ``cards`` what they may hold, instead of what was delivered before.

        Needs a transaction. ``sender_id`` is the lead whose keyring it is, or ``RECOVERY_ID``.
        """
        self._database.require_transaction()
        self._database.execute("DELETE FROM key_delivery")
        for person_id, (role, card) in cards.items():
            sealed = seal_present_keys(keyring, role, card, has_broker=has_broker)
            message = _signed(keyring.generation, card[:32], sealed)
            signature = Ed25519PrivateKey.from_private_bytes(keyring.signing_key).sign(message)
            self._database.insert(
                "key_delivery",
                {
                    "person_id": person_id,
                    "recipient": card[:32],
                    "generation": keyring.generation,
                    "sealed": sealed,
                    "sender_id": sender_id,
                    "signature": signature,
                },
            )
        self._database.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_GENERATION, str(keyring.generation)),
        )

    def remove(self, person_id: str) -> None:
        """Removes what was delivered to somebody who lost their keys."""
        self._database.execute("DELETE FROM key_delivery WHERE person_id = ?", (person_id,))

    def _open(self, keyring: Keyring, generation: int) -> Keyring:
        private = _private_key(keyring.signing_key)
        recipient = private.public_key().public_bytes_raw()
        row = self._database.row(
            "SELECT d.generation, d.sealed, d.signature,"
            " coalesce((SELECT public_key FROM person WHERE id = d.sender_id AND role = 'lead'),"
            " (SELECT public_key FROM recovery_key WHERE id = d.sender_id)) AS sender"
            " FROM key_delivery d WHERE d.recipient = ?",
            (recipient,),
        )
        if row is None:
            raise Refused("KEYS_REPLACED")
        message = _signed(row["generation"], recipient, row["sealed"])
        if row["generation"] != generation or not _verifies(row["sender"] or b"", message, row["signature"]):
            raise Damaged("KEY_DELIVERY_DAMAGED")
        opened = open_present_keys(keyring, row["sealed"])
        if opened.generation != generation:
            raise Damaged("KEY_DELIVERY_DAMAGED")
        return opened


def _private_key(signing_key: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(keys.subkey(signing_key, _PURPOSE))


def _seal(keyring: Keyring, recipient: bytes) -> bytes:
    plain = replace(keyring, signing_key=bytes(keys.KEY_BYTES))
    return _sealed_to(recipient, keys.pack_keyring(plain), _PURPOSE)


def _unseal(private: X25519PrivateKey, sealed: bytes) -> Keyring:
    try:
        return keys.unpack_keyring(_opened(private, sealed, _PURPOSE))
    except (InvalidTag, ValueError) as error:
        raise Damaged("KEY_DELIVERY_DAMAGED") from error


def _sealed_to(recipient: bytes, plain: bytes, purpose: str, bound: bytes = b"") -> bytes:
    """Ephemeral X25519 key, nonce, and the plain bytes, which open only together with ``bound``."""
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    key = _shared(
        ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient)), public, recipient, purpose
    )
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return public + nonce + AESGCM(key).encrypt(nonce, plain, public + recipient + bound)


def _opened(private: X25519PrivateKey, sealed: bytes, purpose: str, bound: bytes = b"") -> bytes:
    """Opens what ``_sealed_to`` made. Raises InvalidTag, ValueError."""
    recipient = private.public_key().public_bytes_raw()
    public, nonce, data = sealed[:32], sealed[32 : 32 + _NONCE_BYTES], sealed[32 + _NONCE_BYTES :]
    key = _shared(private.exchange(X25519PublicKey.from_public_bytes(public)), public, recipient, purpose)
    return AESGCM(key).decrypt(nonce, data, public + recipient + bound)


def _shared(secret: bytes, ephemeral: bytes, recipient: bytes, purpose: str) -> bytes:
    return keys.subkey(secret, f"{purpose} {ephemeral.hex()} {recipient.hex()}")


def _card_message(public: bytes) -> bytes:
    return b"reviewer delivery card\n" + public


def _signed(generation: int, recipient: bytes, sealed: bytes) -> bytes:
    return b"reviewer key delivery\n" + struct.pack(">Q", generation) + recipient + sealed


def _verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
