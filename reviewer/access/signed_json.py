"""Files that somebody signed: a canonical JSON body, and an Ed25519 signature over its bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reviewer.access import signing
from reviewer.access.log_chain import canonical, parse
from reviewer.errors import Damaged


@dataclass(frozen=True, slots=True)
class SignedJson:
    """A signed body, as bytes and parsed; ``also`` holds the fields beside it that the signature does not
    cover."""

    body: bytes
    fields: Mapping[str, Any]
    signature: bytes
    also: Mapping[str, Any]

    def is_by(self, public_key: bytes) -> bool:
        """Whether the holder of this key signed it."""
        return signing.verify(public_key, self.body, self.signature)


def write_signed(fields: Mapping[str, Any], signing_key: bytes, **also: str) -> str:
    """The text of a file; ``fields`` has its ``kind``."""
    body = canonical(fields)
    signature = signing.sign(signing_key, body)
    return json.dumps({"signed": body.decode(), "signature": signature.hex(), **also}, indent=1) + "\n"


def read_signed(text: str, kind: str) -> SignedJson:
    """Reads a file of a kind; who signed it is for the caller to check. Raises ValueError."""
    try:
        outer = json.loads(text)
        body = outer["signed"].encode()
        fields = parse(body)
        signature = bytes.fromhex(outer["signature"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Damaged) as error:
        raise ValueError(kind) from error
    if fields.get("kind") != kind or fields.get("v") != 1:
        raise ValueError(kind)
    return SignedJson(body, fields, signature, outer)
