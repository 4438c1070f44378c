"""That a lead lifted somebody's limits, signed for the folder in which this person works."""

from collections.abc import Iterable
from datetime import datetime

from reviewer.access.signed_json import read_signed, write_signed
from reviewer.errors import Damaged
from reviewer.model.clock import from_micros, to_micros
from reviewer.model.people import Identity

_KIND = "reviewer-limits-lifted"


def sign_lifting(identity: Identity, workspace_id: str, person_id: str, at: datetime) -> str:
    """What the queue's server keeps for the person's own folder, signed by a lead."""
    fields = {
        "v": 1,
        "kind": _KIND,
        "workspace": workspace_id,
        "person": person_id,
        "at": to_micros(at),
        "by": identity.person.id,
    }
    return write_signed(fields, identity.keyring.signing_key)


def lifted_at(text: str, workspace_id: str, person_id: str, leads: Iterable[bytes]) -> datetime | None:
    """When one of these leads, by their public keys, lifted this person's limits; None for anything else."""
    try:
        signed = read_signed(text, _KIND)
        is_theirs = (signed.fields["workspace"], signed.fields["person"]) == (workspace_id, person_id)
        at = from_micros(signed.fields["at"])
    except (ValueError, KeyError, Damaged):
        return None
    return at if is_theirs and any(signed.is_by(key) for key in leads) else None
