"""Verifiers of database logins: what PostgreSQL stores of a password (RFC 5803, SCRAM-SHA-256)."""

import base64
import hashlib
import hmac
import re
import secrets

_ROUNDS = 4096  # the password is a random key: more rounds would only make connecting slower
_SALT_BYTES = 16
_VERIFIER = re.compile(
    r"SCRAM-SHA-256\$[1-9][0-9]{3,5}:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}="
)


def scram_verifier(password: str) -> str:
    """The verifier of an ASCII password."""
    salt = secrets.token_bytes(_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, _ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ROUNDS}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def is_scram_verifier(text: str) -> bool:
    """Whether PostgreSQL takes it as a verifier of this program: it stores anything else as a password."""
    return _VERIFIER.fullmatch(text) is not None
