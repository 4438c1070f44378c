"""Copies of signed agreements: everything that is needed to verify one without the workspace."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewer.access import signing
from reviewer.access.log_chain import link_hash, parse
from reviewer.errors import Damaged
from reviewer.model.event import Action

FORMAT = "reviewer agreement copy 1"


@dataclass(frozen=True, slots=True)
class SignedAgreement:
    """A signed agreement as its signer gets it; ``json`` verifies with ``verify_copy``."""

    title: str
    version: str
    locale: str
    text: str
    name: str
    signed_at: datetime
    statement: str
    sha256: str
    json: Mapping[str, Any]


def verify_copy(copy: Mapping[str, Any]) -> dict[str, Any]:
    """Checks a copy on its own; returns the fields of its record.

    Checked are the hash of the text, the signature of the record by the signer's key, and that the row of the
    access log names both and is signed by the log's key.

    Raises Damaged (code AGREEMENT_COPY_DAMAGED) when anything does not match.
    """
    try:
        record = str(copy["record"]).encode()
        fields = parse(record)
        row = {name: bytes.fromhex(copy["log_row"][name]) for name in ("prev", "hash", "signature")}
        body = str(copy["log_row"]["body"]).encode()
        said = parse(body)
        is_whole = (
            copy["format"] == FORMAT
            and hashlib.sha256(str(copy["text"]).encode()).hexdigest() == fields["sha256"]
            and signing.verify(bytes.fromhex(fields["public_key"]), record, bytes.fromhex(copy["signature"]))
            and link_hash(row["prev"], body) == row["hash"]
            and signing.verify(bytes.fromhex(copy["log_public_key"]), row["hash"], row["signature"])
            and (said["action"], said["object"]) == (Action.NDA_ACCEPTED, fields["id"])
            and (said["actor"], said["log_id"]) == (fields["person_id"], fields["log_id"])
            and said["detail"].get("record", hashlib.sha256(record).hexdigest())
            == hashlib.sha256(record).hexdigest()
        )
    except (KeyError, ValueError, TypeError, AttributeError, Damaged) as error:
        raise Damaged("AGREEMENT_COPY_DAMAGED") from error
    if not is_whole:
        raise Damaged("AGREEMENT_COPY_DAMAGED")
    return fields
