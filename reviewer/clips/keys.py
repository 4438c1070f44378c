"""Keys: a keyring from a passphrase, a clip's key from the workspace's."""

import hmac
import secrets
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reviewer.errors import Damaged, Refused, WrongPassphrase
from reviewer.model.people import Keyring, Role, second_secret_id

KEY_BYTES = 32
_NONCE_BYTES = 12
_MAGIC = b"RVKR"
_WITH_SECOND_SECRET = 3
_VERSION = 2
_FIRST_VERSION = 1
_HEADER = struct.Struct(">4sBIII16s12s")  # magic, version, KiB, passes, lanes, salt, nonce
_SECRET_ID_BYTES = 16  # after the header, where a keyring needs a second secret
_GENERATION = struct.Struct(">I")
_WRAPPED_VERSION = b"\x01"
_WITHOUT_WORKSPACE_KEY = b"\x04"
"""Ends a keyring of this further form, so that earlier programs find no keyring in it."""
_BYTES_WITHOUT = {_GENERATION.size + count * KEY_BYTES + 1 for count in (3, 4)}
_DRAW = "hidden drafts"
# OWASP password storage cheat sheet: Argon2id with at least 19 MiB, two passes, one lane.
_FLOOR = (19 * 1024, 2, 1)
# Four times what is written (below): a manipulated file must not make sign-in use up the machine.
_CEILING = (512 * 1024, 12, 8)


@dataclass(frozen=True, slots=True)
class KdfParameters:
    """The Argon2id parameters (RFC 9106): the cost of one passphrase guess, about 0.3 s by default."""

    memory_kib: int = 128 * 1024
    passes: int = 3
    lanes: int = 2

    @classmethod
    def cheap(cls) -> Self:
        """The lowest accepted cost, for tests."""
        return cls(*_FLOOR)

    def require_sane(self) -> None:
        """Raises Refused below the minimum or above the maximum."""
        own = (self.memory_kib, self.passes, self.lanes)
        if any(have < least for have, least in zip(own, _FLOOR, strict=True)):
            raise Refused("KDF_TOO_WEAK")
        if any(have > most for have, most in zip(own, _CEILING, strict=True)):
            raise Refused("KDF_TOO_COSTLY")


def new_workspace_keyring() -> Keyring:
    """The keyring of the first lead: every key is new."""
    workspace_key, signing_key, log_key, qa_secret, hash_key = (
        secrets.token_bytes(KEY_BYTES) for _ in range(5)
    )
    return Keyring(workspace_key, signing_key, log_key, qa_secret, hash_key)


def new_keyring(role: Role, keyring: Keyring, *, has_broker: bool = False) -> Keyring:
    """A keyring for somebody else, with a new Ed25519 signing key and what their role may hold."""
    own = replace(keyring, signing_key=secrets.token_bytes(KEY_BYTES))
    return keys_for(role, own, has_broker=has_broker)


def keys_for(role: Role, keyring: Keyring, *, has_broker: bool) -> Keyring:
    """What of a lead's keyring somebody of this role may hold.

    A contractor never gets the QA secret. Where a broker releases the keys of clips, only leads get the
    workspace key.
    """
    secret = None if role is Role.CONTRACTOR else keyring.qa_secret
    if not has_broker or role is Role.LEAD:
        return replace(keyring, qa_secret=secret)
    return replace(keyring, qa_secret=secret, workspace_key=b"", hash_key=draw_key(keyring))


def draw_key(keyring: Keyring) -> bytes:
    """The key by which it is drawn which tasks hide their drafts; the same for everybody of a workspace."""
    return subkey(keyring.hash_key, _DRAW) if keyring.opens_every_clip else keyring.hash_key


def new_second_secret() -> bytes:
    """A second secret for one keyring, to be kept where a copy of the workspace does not go."""
    return secrets.token_bytes(KEY_BYTES)


def id_of_second_secret(second_secret: bytes) -> bytes:
    """The id under which a second secret is kept; it tells nothing of 32 random bytes."""
    return subkey(second_secret, "second secret id")[:_SECRET_ID_BYTES]


def seal_keyring(
    keyring: Keyring,
    secret: str,
    person_id: str,
    role: Role,
    parameters: KdfParameters,
    second_secret: bytes = b"",
) -> bytes:
    """Wraps a keyring under a passphrase; parameters and salt are inside, and authenticated.

    With a second secret (32 bytes) the keyring opens with both only, and names it by its id. The wrap is
    bound to person and role: somebody else's keyring does not open, nor one whose role was changed.
    Raises Refused for parameters below the minimum.
    """
    parameters.require_sane()
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(_NONCE_BYTES)
    version = _WITH_SECOND_SECRET if second_secret else _VERSION
    header = _HEADER.pack(
        _MAGIC, version, parameters.memory_kib, parameters.passes, parameters.lanes, salt, nonce
    )
    if second_secret:
        header += id_of_second_secret(second_secret)
    key = _with_second_secret(_stretch(secret, salt, parameters), second_secret)
    return header + AESGCM(key).encrypt(nonce, pack_keyring(keyring), _owner(header, person_id, role))


def open_keyring(blob: bytes, secret: str, person_id: str, role: Role, second_secret: bytes = b"") -> Keyring:
    """Unwraps a keyring; ``second_secret`` counts only for one that was sealed with it.

    A passphrase cannot be tried without the second secret. Raises: WrongPassphrase for another passphrase,
        second secret, person or role, or if anything was changed; Damaged when it is not a keyring or its
        cost is below the minimum.
    """
    try:
        magic, version, memory_kib, passes, lanes, salt, nonce = _HEADER.unpack_from(blob)
        parameters = KdfParameters(memory_kib, passes, lanes)
        parameters.require_sane()
    except (struct.error, Refused) as error:
        raise _not_a_keyring() from error
    if magic != _MAGIC or version not in {_FIRST_VERSION, _VERSION, _WITH_SECOND_SECRET}:
        raise _not_a_keyring()
    header = blob[: _HEADER.size] + second_secret_id(blob)
    key = _stretch(secret, salt, parameters)
    if version == _WITH_SECOND_SECRET:
        if not second_secret:
            raise WrongPassphrase
        key = _with_second_secret(key, second_secret)
    try:
        plain = AESGCM(key).decrypt(nonce, blob[len(header) :], _owner(header, person_id, role))
    except (InvalidTag, ValueError) as error:
        raise WrongPassphrase from error
    return _unpack_first(plain) if version == _FIRST_VERSION else unpack_keyring(plain)


def burn_time(secret: str, parameters: KdfParameters) -> None:
    """Takes as long as ``open_keyring``, for a name that does not exist."""
    _stretch(secret, secrets.token_bytes(16), parameters)


def new_clip_key() -> bytes:
    """A new key for one clip."""
    return secrets.token_bytes(KEY_BYTES)


def wrap_clip_key(workspace_key: bytes, clip_id: str, key: bytes) -> bytes:
    """Wraps a clip's key under the workspace's, bound to the clip."""
    return wrap_clip_keys(workspace_key, {clip_id: key})[clip_id]


def wrap_clip_keys(workspace_key: bytes, clip_keys: Mapping[str, bytes]) -> dict[str, bytes]:
    """The keys of many clips, each wrapped as by ``wrap_clip_key``."""
    cipher, wrapped = AESGCM(subkey(workspace_key, "clip keys")), {}
    for clip_id, key in clip_keys.items():
        nonce = secrets.token_bytes(_NONCE_BYTES)
        wrapped[clip_id] = _WRAPPED_VERSION + nonce + cipher.encrypt(nonce, key, clip_id.encode())
    return wrapped


def unwrap_clip_key(workspace_key: bytes, clip_id: str, wrapped: bytes) -> bytes:
    """The clip's key; raises Damaged when it was changed or belongs to another clip or workspace."""
    return unwrap_clip_keys(workspace_key, {clip_id: wrapped})[clip_id]


def unwrap_clip_keys(workspace_key: bytes, wrapped: Mapping[str, bytes]) -> dict[str, bytes]:
    """The keys of many clips, as ``unwrap_clip_key`` gives each."""
    cipher, found = AESGCM(subkey(workspace_key, "clip keys")), {}
    for clip_id, data in wrapped.items():
        if data[:1] != _WRAPPED_VERSION:
            raise _bad_clip_key()
        nonce, sealed = data[1 : 1 + _NONCE_BYTES], data[1 + _NONCE_BYTES :]
        try:
            found[clip_id] = cipher.decrypt(nonce, sealed, clip_id.encode())
        except (InvalidTag, ValueError) as error:
            raise _bad_clip_key() from error
    return found


def subkey(key: bytes, purpose: str) -> bytes:
    """Derives a key for one purpose: HKDF-SHA256 (RFC 5869)."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"reviewer " + purpose.encode()).derive(key)


def normal_passphrase(typed: str) -> str:
    """NIST SP 800-63B: normalised, so that the same passphrase from two keyboards is equal."""
    return unicodedata.normalize("NFKC", typed)


def keyed_hash(key: bytes, data: bytes) -> str:
    """HMAC-SHA256 in hex: equal data is recognised, but cannot be guessed without the key."""
    return hmac.digest(key, data, "sha256").hex()


def _stretch(secret: str, salt: bytes, parameters: KdfParameters) -> bytes:
    typed = normal_passphrase(secret).encode("utf-8", "surrogatepass")
    kdf = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=parameters.passes,
        lanes=parameters.lanes,
        memory_cost=parameters.memory_kib,
    )
    return subkey(kdf.derive(typed), "keyring")


def _with_second_secret(key: bytes, second_secret: bytes) -> bytes:
    """Both are 32 bytes and random to whoever lacks one, so their join is a key for HKDF."""
    return subkey(key + second_secret, "keyring with second secret") if second_secret else key


def _owner(header: bytes, person_id: str, role: Role) -> bytes:
    return header + role.encode() + b"\x00" + person_id.encode()


def pack_keyring(keyring: Keyring) -> bytes:
    """A keyring as plain bytes, to be sealed at once."""
    workspace_key = (keyring.workspace_key,) if keyring.opens_every_clip else ()
    keys = (keyring.hash_key, *workspace_key, keyring.signing_key, keyring.log_key)
    if any(len(key) != KEY_BYTES for key in (*keys, keyring.qa_secret or keyring.log_key)):
        raise ValueError("every key of a keyring has 32 bytes")
    form = b"" if keyring.opens_every_clip else _WITHOUT_WORKSPACE_KEY
    return _GENERATION.pack(keyring.generation) + b"".join(keys) + (keyring.qa_secret or b"") + form


def unpack_keyring(plain: bytes) -> Keyring:
    """Reads what ``pack_keyring`` wrote; raises Damaged."""
    if len(plain) < _GENERATION.size:
        raise _not_a_keyring()
    (generation,) = _GENERATION.unpack_from(plain)
    if len(plain) in _BYTES_WITHOUT and plain.endswith(_WITHOUT_WORKSPACE_KEY):
        hash_key, signing_key, log_key, *secret = _split(plain[_GENERATION.size : -1])
        return Keyring(b"", signing_key, log_key, secret[0] if secret else None, hash_key, generation)
    hash_key = plain[_GENERATION.size : _GENERATION.size + KEY_BYTES]
    first = _unpack_first(plain[_GENERATION.size + KEY_BYTES :])
    return replace(first, hash_key=hash_key, generation=generation)


def _unpack_first(plain: bytes) -> Keyring:
    parts = _split(plain)
    if len(plain) not in {3 * KEY_BYTES, 4 * KEY_BYTES}:
        raise _not_a_keyring()
    workspace_key, signing_key, log_key, *qa_secret = parts
    return Keyring(workspace_key, signing_key, log_key, qa_secret[0] if qa_secret else None)


def _split(plain: bytes) -> list[bytes]:
    return [plain[start : start + KEY_BYTES] for start in range(0, len(plain), KEY_BYTES)]


def _bad_clip_key() -> Damaged:
    return Damaged("CLIP_KEY_DAMAGED")


def _not_a_keyring() -> Damaged:
    return Damaged("KEYRING_DAMAGED")
