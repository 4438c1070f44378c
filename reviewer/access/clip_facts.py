"""Facts of clips that a lead signed: what folders of people's own believe of the queue's server.

Ed25519 signs the clip's id with all that is said of it, so facts of one clip are none of another's.
``serial`` is how many rows the lead's log had: later facts have a higher one.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from reviewer.access import signing
from reviewer.access.log_chain import canonical
from reviewer.errors import Damaged
from reviewer.model.clip import ClipFacts
from reviewer.model.clock import to_micros
from reviewer.model.people import Identity

_WHAT = b"reviewer clip facts\n"
_SIGNED = b"reviewer signed clip facts\n"


def facts_digest(facts: ClipFacts) -> bytes:
    """SHA-256 of the facts of a clip and of its drafts, without who signed them and when."""
    fields = {
        "id": facts.id,
        "stored_as": facts.stored_as,
        "product": facts.product,
        "locale": facts.locale,
        "rate_hz": facts.rate_hz,
        "channels": facts.channels,
        "frames": facts.frames,
        "recorded_at": _moment(facts.recorded_at),
        "consent_granted_at": _moment(facts.consent_granted_at),
        "consent_withdrawn_at": _moment(facts.consent_withdrawn_at),
        "purge_at": _moment(facts.purge_at),
        "imported_at": _moment(facts.imported_at),
        "drafts": [
            [one.id, one.engine, one.version, hashlib.sha256(one.sealed).hexdigest()] for one in facts.drafts
        ],
    }
    return hashlib.sha256(_WHAT + canonical(fields)).digest()


def signed_facts(
    lead: Identity, workspace_id: str, serial: int, unsigned: Iterable[ClipFacts]
) -> list[ClipFacts]:
    """Signs facts as a lead who is signed in; reads the key once for all of them."""
    sign = signing.signer(lead.keyring.signing_key)
    by = [replace(each, serial=serial, signed_by=lead.person.id) for each in unsigned]
    return [replace(each, signature=sign(_message(each, workspace_id))) for each in by]


def require_signed(facts: ClipFacts, clip_id: str, workspace_id: str, leads: Mapping[str, bytes]) -> None:
    """Raises Damaged unless these are the facts of this clip, signed by one of these leads.

    The codes: CLIP_FACTS_NOT_SIGNED where no lead known here signed them; CLIP_FACTS_CHANGED.
    """
    public_key = leads.get(facts.signed_by)
    if not facts.signature or public_key is None:
        raise Damaged("CLIP_FACTS_NOT_SIGNED", clip=clip_id)
    is_signed = signing.verify(public_key, _message(facts, workspace_id), facts.signature)
    if facts.id != clip_id or not is_signed:
        raise Damaged("CLIP_FACTS_CHANGED", clip=clip_id)


def _message(facts: ClipFacts, workspace_id: str) -> bytes:
    fields = {
        "v": 1,
        "workspace": workspace_id,
        "by": facts.signed_by,
        "serial": facts.serial,
        "facts": facts_digest(facts).hex(),
    }
    return _SIGNED + canonical(fields)


def _moment(at: datetime | None) -> int | str:
    return "" if at is None else to_micros(at)
