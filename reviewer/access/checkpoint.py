"""Signed checkpoints of the audit log: its length and last hash, and which are kept elsewhere.

The form follows C2SP signed-note and tlog-checkpoint (https://c2sp.org/signed-note): origin, size, head in
base64, our own lines, an empty line, one signature line with a four-byte key hash. The head is a chain hash,
not a Merkle root.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from reviewer.access import signing
from reviewer.errors import Damaged
from reviewer.model.clock import to_iso

_NO_PREVIOUS = "none"
_NOTE = re.compile(
    r"(?P<signed>reviewer/(?P<log_id>[^\s+]+)\n(?P<size>[1-9][0-9]*)\n(?P<head>\S+)\n"
    r"time (?P<time>\S+)\nprevious (?P<previous>\S+)\nkey (?P<key>\S+)\nreason (?P<reason>[a-z_]+)\n)"
    r"\n— reviewer/(?P=log_id) (?P<signature>\S+)\n"
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement that the log ``log_id`` had ``size`` rows, the last with hash ``head``.

    ``previous`` is the SHA-256 of the note before it, empty for the first; ``public_key`` is the log's.
    """

    log_id: str
    size: int
    head: bytes
    made_at: datetime
    previous: bytes
    public_key: bytes
    reason: str
    text: str

    def digest(self) -> bytes:
        """SHA-256 of the note, by which the next one names it."""
        return hashlib.sha256(self.text.encode()).digest()


def write_checkpoint(
    log_key: bytes, log_id: str, size: int, head: bytes, made_at: datetime, previous: bytes, reason: str
) -> Checkpoint:
    """Signs the present end of the log."""
    public_key = signing.public_key_of(log_key)
    lines = (
        f"reviewer/{log_id}",
        str(size),
        _b64(head),
        f"time {to_iso(made_at)}",
        f"previous {_b64(previous) if previous else _NO_PREVIOUS}",
        f"key {_b64(public_key)}",
        f"reason {reason}",
    )
    signed = "".join(f"{line}\n" for line in lines)
    signature = _key_hash(log_id, public_key) + signing.sign(log_key, signed.encode())
    text = f"{signed}\n— reviewer/{log_id} {_b64(signature)}\n"
    return Checkpoint(log_id, size, head, made_at, previous, public_key, reason, text)


def parse_checkpoint(text: str) -> Checkpoint:
    """Reads a note and checks its signature against the key inside it.

    Changed line ends, as from a mail program, are corrected. Raises Damaged for an invalid note.
    """
    text = text.replace("\r\n", "\n").strip() + "\n"
    match = _NOTE.fullmatch(text)
    if match is None:
        raise Damaged("NOT_A_CHECKPOINT")
    try:
        made_at = datetime.fromisoformat(match["time"]).astimezone(UTC)
        public_key = _unb64(match["key"], 32)
        previous = b"" if match["previous"] == _NO_PREVIOUS else _unb64(match["previous"], 32)
        signature = _unb64(match["signature"], 68)
        head = _unb64(match["head"], 32)
        size = int(match["size"])
    except ValueError as error:
        raise Damaged("NOT_A_CHECKPOINT") from error
    log_id = match["log_id"]
    is_signed = signing.verify(public_key, match["signed"].encode(), signature[4:])
    if signature[:4] != _key_hash(log_id, public_key) or not is_signed:
        raise Damaged("CHECKPOINT_SIGNATURE_WRONG")
    return Checkpoint(log_id, size, head, made_at, previous, public_key, match["reason"], text)


def _key_hash(log_id: str, public_key: bytes) -> bytes:
    # C2SP signed-note: SHA-256(key name | LF | 0x01 for Ed25519 | public key), first four bytes.
    return hashlib.sha256(f"reviewer/{log_id}\n".encode() + b"\x01" + public_key).digest()[:4]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str, length: int) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
    if len(data) != length or _b64(data) != text:
        raise ValueError(text)
    return data
