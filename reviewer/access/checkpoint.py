"""Signed checkpoints of the access log: its length, its Merkle root and the hash of its last row.

The form is that of C2SP tlog-checkpoint and signed-note (https://c2sp.org/tlog-checkpoint,
https://c2sp.org/signed-note): origin, size and root in base64, our own lines, an empty line, then one
signature line each of the log and of its witnesses. Checkpoints of earlier versions have no root: the hash of
the last row stands in its place, and there is no line ``head``.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from reviewer.access import signing
from reviewer.access.log_keys import Endorsement, are_linked
from reviewer.errors import Damaged
from reviewer.model.clock import to_iso

COSIGNATURES = "cosignatures"
"""Of a row about a witnessed checkpoint: the sum of the countersignatures that came with it."""
_NO_PREVIOUS = "none"
_NOTE = re.compile(
    r"(?P<signed>reviewer/(?P<log_id>[^\s+]+)\n(?P<size>[1-9][0-9]*)\n(?P<root>\S+)\n"
    r"(head (?P<head>\S+)\n)?time (?P<time>\S+)\nprevious (?P<previous>\S+)\n"
    r"key (?P<key>\S+)\n(?P<endorsed>(endorsed \S+ \S+\n)*)reason (?P<reason>[a-z_]+)\n)"
    r"\n— reviewer/(?P=log_id) (?P<signature>\S+)\n"
    r"(?P<cosignatures>(— [^\s+]+ \S+\n)*)"
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement that the log ``log_id`` had ``size`` rows, the last with hash ``head``.

    ``root`` is the Merkle root over all rows, empty in a checkpoint of an earlier version. ``previous`` is
    the SHA-256 of the note before it, empty for the first. ``public_key`` is the log's, and ``endorsements``
    lead from it to the log's first key. ``text`` is the note with the log's own signature; ``cosignatures``
    are the signature lines of others, which nobody has verified.
    """

    log_id: str
    size: int
    head: bytes
    made_at: datetime
    previous: bytes
    public_key: bytes
    reason: str
    text: str
    root: bytes = b""
    cosignatures: tuple[str, ...] = ()
    endorsements: tuple[Endorsement, ...] = ()

    @property
    def every_key(self) -> tuple[bytes, ...]:
        """The keys of the log until then, the newest first."""
        return self.public_key, *(each.by for each in self.endorsements)

    @property
    def signed_text(self) -> str:
        """The lines that are signed."""
        return self.text[: self.text.index("\n\n") + 1]

    @property
    def text_with_cosignatures(self) -> str:
        """The note with every signature line."""
        return self.text + "".join(f"{line}\n" for line in self.cosignatures)

    def digest(self) -> bytes:
        """SHA-256 of the note, by which the next one names it."""
        return hashlib.sha256(self.text.encode()).digest()


def write_checkpoint(
    log_key: bytes,
    log_id: str,
    size: int,
    head: bytes,
    made_at: datetime,
    previous: bytes,
    reason: str,
    *,
    root: bytes = b"",
    endorsements: tuple[Endorsement, ...] = (),
) -> Checkpoint:
    """Signs the present end of the log; without ``root`` in the form of earlier versions."""
    public_key = signing.public_key_of(log_key)
    lines = (
        f"reviewer/{log_id}",
        str(size),
        *((b64(root), f"head {b64(head)}") if root else (b64(head),)),
        f"time {to_iso(made_at)}",
        f"previous {b64(previous) if previous else _NO_PREVIOUS}",
        f"key {b64(public_key)}",
        *(f"endorsed {b64(each.by)} {b64(each.signature)}" for each in endorsements),
        f"reason {reason}",
    )
    signed = "".join(f"{line}\n" for line in lines)
    signature = _key_hash(log_id, public_key) + signing.sign(log_key, signed.encode())
    text = f"{signed}\n— reviewer/{log_id} {b64(signature)}\n"
    return Checkpoint(
        log_id, size, head, made_at, previous, public_key, reason, text, root, endorsements=endorsements
    )


def parse_checkpoint(text: str) -> Checkpoint:
    """Reads a note and checks the log's signature against the key inside it; cosignatures are only read.

    Changed line ends, as from a mail program, are corrected. Raises Damaged for an invalid note.
    """
    text = text.replace("\r\n", "\n").strip() + "\n"
    match = _NOTE.fullmatch(text)
    if match is None:
        raise Damaged("NOT_A_CHECKPOINT")
    try:
        made_at = datetime.fromisoformat(match["time"]).astimezone(UTC)
        public_key = unb64(match["key"], 32)
        previous = b"" if match["previous"] == _NO_PREVIOUS else unb64(match["previous"], 32)
        signature = unb64(match["signature"], 68)
        root = unb64(match["root"], 32)
        head = root if match["head"] is None else unb64(match["head"], 32)
        size = int(match["size"])
        endorsements = tuple(parse_endorsement(line) for line in match["endorsed"].splitlines())
    except ValueError as error:
        raise Damaged("NOT_A_CHECKPOINT") from error
    log_id = match["log_id"]
    is_signed = signing.verify(public_key, match["signed"].encode(), signature[4:])
    is_linked = are_linked(log_id, public_key, endorsements)
    if signature[:4] != _key_hash(log_id, public_key) or not is_signed or not is_linked:
        raise Damaged("CHECKPOINT_SIGNATURE_WRONG")
    return Checkpoint(
        log_id=log_id,
        size=size,
        head=head,
        made_at=made_at,
        previous=previous,
        public_key=public_key,
        reason=match["reason"],
        text=text[: match.start("cosignatures")],
        root=b"" if match["head"] is None else root,
        cosignatures=tuple(match["cosignatures"].splitlines()),
        endorsements=endorsements,
    )


def cosignatures_sum(text: str) -> str:
    """SHA-256 of countersignature lines, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse_endorsement(line: str) -> Endorsement:
    """The endorsement in a line ``endorsed KEY SIGNATURE``. Raises ValueError."""
    _, by, signature = line.split(" ")
    return Endorsement(unb64(by, 32), unb64(signature, 64))


def _key_hash(log_id: str, public_key: bytes) -> bytes:
    return signing.note_key_hash(f"reviewer/{log_id}", signing.NOTE_ED25519, public_key)


def b64(data: bytes) -> str:
    """Base64 as C2SP notes have it."""
    return base64.b64encode(data).decode()


def unb64(text: str, length: int) -> bytes:
    """The bytes of exactly this length; raises ValueError for any other text."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
    if len(data) != length or b64(data) != text:
        raise ValueError(text)
    return data
