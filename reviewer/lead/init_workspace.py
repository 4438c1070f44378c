"""Creates a workspace's database, its first lead and their keys."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reviewer.access.audit_log import AuditLog
from reviewer.access.people import PersonRepository
from reviewer.access.policy import Policy
from reviewer.access.recovery_key import RecoveryKey, RecoveryKeyRepository
from reviewer.access.signed_facts import name_digest
from reviewer.access.signing import public_key_of
from reviewer.access.table_seal import MIGRATIONS, TableSeals
from reviewer.clips.keys import KdfParameters, new_workspace_keyring, seal_keyring
from reviewer.db.connection import Database
from reviewer.db.schema import migrate, migrations
from reviewer.db.workspace_meta import WorkspaceMeta, write_meta
from reviewer.labels.schema import load_schema
from reviewer.lead.project_file import parse_project
from reviewer.lead.recovery import new_recovery_key, sealed_under
from reviewer.model.clock import Clock
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Person, PersonState, Role
from reviewer.places import own_or_resource
from reviewer.session.locale_conventions import LocaleConventions


def init_workspace(
    file: Path, lead: str, passphrase: str, clock: Clock, parameters: KdfParameters, policy: Policy
) -> str:
    """Creates the database with its first lead, their keys and the first log row.

    The row signs ``policy``, the files that decide here. What is left after an error is not a database to
    use: the caller fills a folder that nobody knows yet. Returns: the recovery key.
    """
    person = Person(f"p{secrets.token_hex(6)}", " ".join(lead.split()), Role.LEAD, PersonState.ACTIVE)
    keyring = new_workspace_keyring()
    recovery_key = new_recovery_key()
    recovery = sealed_under(recovery_key, keyring, parameters)
    sealed = seal_keyring(keyring, passphrase, person.id, person.role, parameters)
    person = replace(person, public_key=public_key_of(keyring.signing_key))
    workspace_id, log_id = f"w{secrets.token_hex(8)}", f"l{secrets.token_hex(8)}"
    log_public_key = public_key_of(keyring.log_key)
    database = Database(file)
    try:
        migrate(database)
        with database.transaction():
            write_meta(database, WorkspaceMeta(workspace_id, log_public_key, log_id))
            person = PersonRepository(database, clock).add(person, sealed)
            RecoveryKeyRepository(database, clock).put(recovery)
            log = AuditLog(database, clock, log_id)
            log.unlock(keyring.log_key)
            seals = TableSeals(database, log)
            signed = _signed(policy, database)
            for event in _first_events(person, workspace_id, log_public_key, recovery, signed):
                log.record(event)
            log.checkpoint("workspace_made")
            seals.begin(keyring.log_key)
    finally:
        database.close()
    return recovery_key


def require_project(text: str, name: str, folder: Path) -> None:
    """Refuses a project file whose label form or conventions are neither in ``folder`` nor built in.

    No workspace could be opened with them. Raises Refused, also for a text that is no project file.
    """
    project = parse_project(text, name)
    load_schema(own_or_resource(folder, "schemas", project.schema))
    LocaleConventions.of_workspace(folder, project.conventions)


def _signed(policy: Policy, database: Database) -> dict[str, DetailValue]:
    return {**policy.to_detail(), MIGRATIONS: len(migrations.applied(database.tables))}


def _first_events(
    lead: Person,
    workspace_id: str,
    log_public_key: bytes,
    recovery: RecoveryKey,
    signed: Mapping[str, DetailValue],
) -> tuple[Event, Event]:
    made = {
        "log_public_key": log_public_key.hex(),
        "public_key": lead.public_key.hex(),
        "name_sha256": name_digest(lead.id, lead.name),
        **signed,
    }
    by_recovery = {"public_key": recovery.public_key.hex()}
    return (
        Event(Action.WORKSPACE_MADE, actor=lead.id, role=lead.role, object=workspace_id, detail=made),
        Event(Action.RECOVERY_KEY_MADE, detail=by_recovery),
    )
