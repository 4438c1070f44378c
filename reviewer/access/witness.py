"""Witnesses: others who remember a log's checkpoints, and countersign only one that extends the last they
saw.

A file given to a witness holds consistency proofs (``old SIZE`` and base64 hashes, as in the request of C2SP
tlog-witness), an empty line, and the checkpoint. A countersignature has the form of C2SP tlog-cosignature:
Ed25519 over ``cosignature/v1``, a time and the checkpoint's lines (https://c2sp.org/tlog-cosignature).
"""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reviewer.access import signing
from reviewer.access.checkpoint import Checkpoint, b64, parse_checkpoint, unb64
from reviewer.access.merkle import is_consistent
from reviewer.errors import Damaged, Refused
from reviewer.model.clock import from_micros, to_micros

_PROOF = re.compile(r"old (0|[1-9][0-9]{0,18})\n((?:[A-Za-z0-9+/]{43}=\n)*)\n")
_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)")
_LATEST = 250_000_000_000
"""No witness signs in the year 9892 or later, and a date has no room for much more."""


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The public key of a witness, written as C2SP does: ``name+hash+base64``."""

    name: str
    public_key: bytes

    def __str__(self) -> str:
        encoded = b64(bytes([signing.NOTE_COSIGNATURE]) + self.public_key)
        return f"{self.name}+{self._hash().hex()}+{encoded}"

    def _hash(self) -> bytes:
        return signing.note_key_hash(self.name, signing.NOTE_COSIGNATURE, self.public_key)

    def cosigned_at(self, checkpoint: Checkpoint) -> datetime | None:
        """When this witness countersigned the checkpoint; None if no line of it verifies."""
        for line in checkpoint.cosignatures:
            _, name, text = line.split(" ")
            try:
                data = unb64(text, 76)
            except ValueError:
                continue
            seconds = int(struct.unpack(">Q", data[4:12])[0])
            message = _message(checkpoint, seconds)
            is_ours = name == self.name and data[:4] == self._hash()
            if is_ours and seconds < _LATEST and signing.verify(self.public_key, message, data[12:]):
                return from_micros(seconds * 1_000_000)
        return None


def parse_witness_key(text: str) -> WitnessKey:
    """Reads the text of a ``WitnessKey``; raises Refused for anything else."""
    match = _KEY.fullmatch(text.strip())
    try:
        data = unb64(match[3], 33) if match else b""
    except ValueError:
        data = b""
    key = WitnessKey(match[1] if match else "", data[1:])
    if str(key) != text.strip():  # also for a key of another kind, or with another hash
        raise Refused("NOT_A_WITNESS_KEY")
    return key


def cosign(checkpoint: Checkpoint, name: str, signing_key: bytes, at: datetime) -> Checkpoint:
    """The checkpoint with one more signature line."""
    key = WitnessKey(name, signing.public_key_of(signing_key))
    seconds = to_micros(at) // 1_000_000
    signature = signing.sign(signing_key, _message(checkpoint, seconds))
    key_hash = signing.note_key_hash(name, signing.NOTE_COSIGNATURE, key.public_key)
    line = f"— {name} {b64(key_hash + struct.pack('>Q', seconds) + signature)}"
    return replace(checkpoint, cosignatures=(*checkpoint.cosignatures, line))


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint for a witness, with a proof for each size that the witness may have seen last."""

    checkpoint: Checkpoint
    proofs: Mapping[int, tuple[bytes, ...]]

    def text(self) -> str:
        """The file; ``parse_submission`` reads it, and ``--checkpoint`` takes it too."""
        blocks = (
            "".join([f"old {size}\n", *(f"{b64(each)}\n" for each in proof), "\n"])
            for size, proof in sorted(self.proofs.items())
        )
        return "".join(blocks) + self.checkpoint.text_with_cosignatures

    def require_extends(self, seen: Checkpoint | None) -> None:
        """Checks that the new end provably extends what the witness saw last, if it saw the log before.

        Raises: Refused for a checkpoint without a root, or a file without the proof that is needed; Damaged
        when
            the log was cut, rewritten or replaced.
        """
        new = self.checkpoint
        if not new.root:
            raise Refused("WITNESS_NO_ROOT")
        if seen is None:
            return
        if new.log_id != seen.log_id or seen.public_key not in new.every_key:
            raise Damaged("WITNESS_OTHER_KEY")
        if new.size < seen.size:
            raise Damaged("WITNESS_LOG_CUT", rows=new.size, seen=seen.size)
        proof = () if new.size == seen.size else self.proofs.get(seen.size)
        if proof is None:
            raise Refused("WITNESS_NO_PROOF", seen=seen.size)
        if not is_consistent(seen.size, seen.root, new.size, new.root, proof):
            raise Damaged("WITNESS_LOG_REWRITTEN", rows=new.size, seen=seen.size)


def parse_submission(text: str) -> Submission:
    """Reads a file for a witness, or a plain checkpoint. Raises Damaged."""
    text = text.replace("\r\n", "\n").lstrip()
    proofs: dict[int, tuple[bytes, ...]] = {}
    while match := _PROOF.match(text):
        try:
            proofs[int(match[1])] = tuple(unb64(line, 32) for line in match[2].split())
        except ValueError as error:
            raise Damaged("NOT_A_CHECKPOINT") from error
        text = text[match.end() :]
    return Submission(parse_checkpoint(text), proofs)


def _message(checkpoint: Checkpoint, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{checkpoint.signed_text}".encode()
