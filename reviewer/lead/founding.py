"""Making a workspace and its first lead."""

import secrets
from dataclasses import replace
from pathlib import Path

from reviewer.access.checkpoint import Checkpoints
from reviewer.access.ledger import Ledger
from reviewer.access.register import Register
from reviewer.access.signing import public_key_of
from reviewer.clips.keys import KdfParameters, new_keyring, seal_keyring
from reviewer.db.connection import Database
from reviewer.db.migrations import migrate
from reviewer.model.clock import Clock
from reviewer.model.event import Action, Event
from reviewer.model.people import Person, PersonState, Role


def found(file: Path, lead: str, passphrase: str, clock: Clock, parameters: KdfParameters) -> None:
    """Makes the database, the first lead and their keys, and the first row of the access log."""
    person = Person(f"p{secrets.token_hex(6)}", " ".join(lead.split()), Role.LEAD, PersonState.ACTIVE)
    keyring = new_keyring(
        Role.LEAD,
        workspace_key=secrets.token_bytes(32),
        log_key=secrets.token_bytes(32),
        qa_secret=secrets.token_bytes(32),
    )
    sealed = seal_keyring(keyring, passphrase, person.id, person.role, parameters)
    person = replace(person, public_key=public_key_of(keyring.signing_key))
    database = Database(file)
    try:
        migrate(database)
        log_id = f"w{secrets.token_hex(8)}"
        log_public_key = public_key_of(keyring.log_key).hex()
        with database.transaction():
            for key, value in (("workspace_id", log_id), ("log_public_key", log_public_key)):
                database.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (key, value))
            Register(database, clock).add(person, sealed)
            ledger = Ledger(database, clock, log_id)
            ledger.unlock(keyring.log_key)
            ledger.record(
                Event(
                    Action.WORKSPACE_MADE,
                    actor=person.id,
                    role=person.role,
                    object=log_id,
                    detail={"log_public_key": log_public_key},
                )
            )
            Checkpoints(database, ledger, clock).make("workspace_made")
    finally:
        database.close()
