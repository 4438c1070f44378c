"""Makes a folder for somebody who works on a machine of their own, from a lead's invitation."""

import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from reviewer.access.audit_log import AuditLog
from reviewer.access.invitation import InvitationFile, JoinAnswer
from reviewer.access.people import PersonRepository
from reviewer.access.scram import scram_verifier
from reviewer.access.signed_facts import name_digest
from reviewer.access.signing import public_key_of
from reviewer.access.table_seal import MIGRATIONS, TableSeals
from reviewer.clips.key_delivery import delivery_card
from reviewer.clips.keys import KEY_BYTES, KdfParameters, open_keyring, seal_keyring
from reviewer.db.connection import Database
from reviewer.db.schema import migrate, migrations
from reviewer.db.team_folder import TeamFolder
from reviewer.db.workspace_meta import WorkspaceMeta, write_meta
from reviewer.errors import Refused, Unavailable, WrongPassphrase
from reviewer.files import new_folder, write_atomically
from reviewer.model.clock import Clock
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity, Keyring, Person, PersonState
from reviewer.places import DATABASE_FILE
from reviewer.session.queue_login import queue_login
from reviewer.session.sign_in import normal_code, require_strong
from reviewer.session.team_files import ANSWER_FILE, POLICY_FILE


@dataclass(frozen=True, slots=True)
class _NewFolder:
    """What the folder's first commit writes."""

    invitation: InvitationFile
    person: Person
    keyring: Keyring
    sealed: bytes
    log_id: str


def join_workspace(
    folder: Path,
    invitation: InvitationFile,
    code: str,
    passphrase: str,
    *,
    clock: Clock,
    parameters: KdfParameters,
) -> Person:
    """Makes the folder, or nothing; its signing key and the key of its log are new, and nobody else's.

    The answer for the lead lies in it as ``ANSWER_FILE``.

    Raises: Refused for a code that does not open the invitation (code INVITATION_CODE_WRONG), one that is
        over, a weak passphrase, or a folder that is not empty; Unavailable when it cannot be written.
    """
    require_strong(passphrase)
    if invitation.until <= clock.now():
        raise Refused("INVITATION_OVER")
    person, opened = invitation.person, _opened(invitation, code)
    own = [secrets.token_bytes(KEY_BYTES) for _ in range(2)]
    keyring = replace(opened, signing_key=own[0], log_key=own[1], generation=1)
    person = replace(person, state=PersonState.ACTIVE, public_key=public_key_of(keyring.signing_key))
    sealed = seal_keyring(keyring, passphrase, person.id, person.role, parameters)
    made = _NewFolder(invitation, person, keyring, sealed, f"l{secrets.token_hex(8)}")
    os.umask(0o077)
    try:
        with new_folder(folder) as beside:
            invitation.policy.write_to(beside)
            write_atomically(beside / POLICY_FILE, invitation.policy.text.encode())
            write_atomically(beside / ANSWER_FILE, _answer(made, opened.signing_key).encode())
            _write_database(beside / DATABASE_FILE, made, clock)
    except FileExistsError as error:
        raise Refused("WORKSPACE_FOLDER_NOT_EMPTY", folder=str(folder)) from error
    except OSError as error:
        raise Unavailable("FOLDER_NOT_WRITABLE", folder=str(folder), reason=str(error)) from error
    return person


def _opened(invitation: InvitationFile, code: str) -> Keyring:
    secret, invited = invitation.own_secret(normal_code(code)), invitation.person
    try:
        return open_keyring(invitation.keyring, secret, invited.id, invited.role)
    except WrongPassphrase as error:
        raise Refused("INVITATION_CODE_WRONG") from error


def _answer(made: _NewFolder, invitation_key: bytes) -> str:
    workspace_id, keyring = made.invitation.policy.workspace_id, made.keyring
    login = queue_login(Identity(made.person, "", keyring), workspace_id)
    answer = JoinAnswer(
        workspace_id=workspace_id,
        person_id=made.person.id,
        public_key=made.person.public_key,
        card=delivery_card(keyring),
        log_id=made.log_id,
        log_public_key=public_key_of(keyring.log_key),
        verifier=scram_verifier(login.password),
    )
    return answer.text(keyring.signing_key, invitation_key)


def _write_database(file: Path, made: _NewFolder, clock: Clock) -> None:
    policy, keyring, log_key = made.invitation.policy, made.keyring, made.keyring.log_key
    meta = WorkspaceMeta(policy.workspace_id, public_key_of(log_key), made.log_id)
    database = Database(file)
    try:
        migrate(database)
        with database.transaction():
            write_meta(database, meta)
            people = PersonRepository(database, clock)
            for lead in policy.leads:
                people.keep_lead(lead)
            people.add(made.person, made.sealed)
            people.put_delivery_card(made.person.id, delivery_card(keyring))
            TeamFolder(database).follow(policy.serial)
            log = AuditLog(database, clock, made.log_id)
            log.unlock(log_key)
            seals = TableSeals(database, log)
            log.record(_first_event(made, meta, len(migrations.applied(database.tables))))
            log.checkpoint("workspace_joined")
            seals.begin(log_key)
    finally:
        database.close()


def _first_event(made: _NewFolder, meta: WorkspaceMeta, migrated: int) -> Event:
    policy, person = made.invitation.policy, made.person
    detail: dict[str, DetailValue] = {
        "log_public_key": meta.log_public_key.hex(),
        "public_key": person.public_key.hex(),
        "name_sha256": name_digest(person.id, person.name),
        "invited_by": policy.signed_by,
        "team_log": policy.log_id,
        "serial": policy.serial,
        **policy.policy.to_detail(),
        MIGRATIONS: migrated,
    }
    return Event(
        Action.WORKSPACE_MADE,
        actor=person.id,
        role=person.role,
        object=meta.workspace_id,
        reason="joined",
        detail=detail,
    )
