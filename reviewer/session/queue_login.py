"""The login with which a person's program connects to the server of a team's queue.

Its password is derived from the person's signing key, so nobody has to keep, send or type one. The server is
given a SCRAM verifier of it, in a request that the person signed and a lead hands in.
"""

import json
from dataclasses import dataclass

from reviewer.access import signing
from reviewer.access.log_chain import canonical, parse
from reviewer.access.scram import is_scram_verifier, scram_verifier
from reviewer.clips.keys import subkey
from reviewer.errors import Damaged, Refused
from reviewer.model.people import Identity, Person

_KIND = "reviewer-queue-login"


@dataclass(frozen=True, slots=True)
class QueueLogin:
    """Name and password on the server."""

    name: str
    password: str


def queue_login(identity: Identity, workspace_id: str) -> QueueLogin:
    """The login of a signed-in person; the same on every machine, and another in every workspace."""
    key = subkey(identity.keyring.signing_key, f"queue login {workspace_id}")
    return QueueLogin(login_name(identity.person), key.hex())


def login_name(person: Person) -> str:
    """The name of a person's login; logins are of the whole server, so it does not name anybody."""
    return f"person_{person.id}".lower()


def login_request(identity: Identity, workspace_id: str) -> bytes:
    """What a person gives their lead: the verifier of their password, signed, as JSON."""
    body = canonical({
        "v": 1, "kind": _KIND, "workspace": workspace_id, "person_id": identity.person.id,
        "verifier": scram_verifier(queue_login(identity, workspace_id).password),
    })  # fmt: skip
    signature = signing.sign(identity.keyring.signing_key, body)
    return json.dumps({"request": body.decode(), "signature": signature.hex()}, indent=1).encode() + b"\n"


def person_of_request(text: str) -> str:
    """The id of the person whose request this says it is. Raises Refused (code NOT_A_LOGIN_REQUEST)."""
    return _read(text)[1]["person_id"]


def verifier_of_request(text: str, person: Person, workspace_id: str) -> str:
    """The verifier of a request that this person signed for this workspace.

    Raises: Refused (code NOT_A_LOGIN_REQUEST, LOGIN_REQUEST_OF_ANOTHER).
    """
    signed, fields, signature = _read(text)
    whose = (fields["person_id"], fields["workspace"])
    if whose != (person.id, workspace_id) or not signing.verify(person.public_key, signed, signature):
        raise Refused("LOGIN_REQUEST_OF_ANOTHER")
    return fields["verifier"]


def _read(text: str) -> tuple[bytes, dict[str, str], bytes]:
    try:
        outer = json.loads(text)
        signed = outer["request"].encode()
        fields = parse(signed)
        wanted = ("kind", "workspace", "person_id", "verifier")
        values = {name: fields[name] for name in wanted}
        is_one = values["kind"] == _KIND and all(isinstance(value, str) for value in values.values())
        signature = bytes.fromhex(outer["signature"])
    except (ValueError, KeyError, TypeError, AttributeError, Damaged) as error:
        raise Refused("NOT_A_LOGIN_REQUEST") from error
    if not is_one or not is_scram_verifier(values["verifier"]):
        raise Refused("NOT_A_LOGIN_REQUEST")
    return signed, values, signature
