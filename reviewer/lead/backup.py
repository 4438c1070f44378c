"""Makes a backup of a workspace while people work, and keeps a list of later purges beside it."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reviewer.access.backups import BackupRecord
from reviewer.access.rights import Act, require
from reviewer.access.verification import verify_file
from reviewer.clips import keys
from reviewer.clips.backup_file import (
    BackupHeader,
    SealedKeyring,
    read_header,
    read_members,
    write_backup,
)
from reviewer.clips.key_delivery import RECOVERY_ID, seal_present_keys
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.files import NewFile, sync_folder
from reviewer.lead.key_rotation import recipients
from reviewer.model.clip import ContentKind
from reviewer.model.clock import to_iso
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity, PersonState, Role
from reviewer.places import DATABASE_FILE
from reviewer.session.backup_lists import list_purges
from reviewer.session.unit_of_work import UnitOfWork

_ATTEMPTS = 3
_CHUNK_BYTES = 1 << 20
_SNAPSHOT = ".backup-"


@dataclass(frozen=True, slots=True)
class BackupResult:
    """A backup that was written, read again and verified."""

    file: Path
    rows: int
    clips: int
    files: int
    missing: int = 0
    """Clips that have a key, and no file of their sound in the workspace's folder."""


class Backup:
    """Makes backups: one sealed file each, which only a passphrase of a lead or the recovery key opens."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def make(self, identity: Identity, target: Path) -> BackupResult:
        """Writes a backup; the file gets its name once everything in it was verified.

        The copy of the database is verified as by ``audit verify``, and the file is read back and compared.
        People can go on working.

        Raises: NotAllowed for anybody but a lead; Refused for a file inside the workspace or one that exists;
            Unavailable when the disk fails, or clips were purged during each of several attempts; Damaged for
            a workspace that does not verify.
        """
        require(identity.person, Act.BACK_UP)
        target = target.absolute()
        if target.is_dir():
            now = self._unit.clock.now()
            target /= f"reviewer-{now:%Y%m%d-%H%M%S}.backup"
        if target.parent.resolve().is_relative_to(self._unit.folder.resolve()):
            raise Refused("BACKUP_IN_WORKSPACE", file=target.name)
        if target.exists():
            raise Refused("BACKUP_EXISTS", file=target.name)
        backup_id = f"b{secrets.token_hex(8)}"
        try:
            result = self._made(identity, backup_id, target)
        except OSError as error:
            raise Unavailable("BACKUP_NOT_WRITTEN", problem=str(error.strerror or error)) from error
        with self._unit.transaction():
            self._unit.backups.add(BackupRecord(backup_id, str(target), self._unit.clock.now()))
            detail = {"rows": result.rows, "clips": result.clips}
            self._unit.log.record(Event.by(identity, Action.BACKED_UP, backup_id, detail=detail))
        if str(target) in list_purges(self._unit):
            raise Unavailable("PURGE_LIST_NOT_WRITTEN", file=target.name)
        return result

    def _made(self, identity: Identity, backup_id: str, target: Path) -> BackupResult:
        for _ in range(_ATTEMPTS):
            with self._snapshot() as snapshot, ExitStack() as stack:
                before, wanted = self._unit.log.head().size, self._wanted()
                self._unit.copy_database(snapshot)
                finding = verify_file(snapshot)
                if not finding.ok:
                    raise Damaged(finding.notice.code, **finding.notice.parameters)
                new = NewFile(target)
                stack.callback(new.discard)
                header, key = self._header(identity, backup_id)
                try:
                    digests = write_backup(new.stream, header, key, self._members(snapshot))
                except FileNotFoundError:
                    continue  # a clip was purged, or sealed again, while its files were copied
                if self._has_purged_since(before):
                    continue  # the copy of the database still has that clip's key
                new.sync()
                _verify(new.reread(), key, digests)
                new.keep()
                sync_folder(target.parent)
                clips = {_clip(name) for name in digests if name.startswith("clips/")}
                missing = len(wanted - digests.keys())
                return BackupResult(target, finding.rows, len(clips), len(digests), missing)
        raise Unavailable("BACKUP_CLIPS_CHANGED")

    def _wanted(self) -> set[str]:
        """The members with the sound of each clip that has a key."""
        content = self._unit.content
        names = self._unit.clips.all_stored_as() if content.has_files() else ()
        return {f"clips/{name}.{ContentKind.AUDIO}.sealed" for name in names}

    def _header(self, identity: Identity, backup_id: str) -> tuple[BackupHeader, bytes]:
        unit, key = self._unit, keys.new_clip_key()
        present = unit.key_deliveries.current(identity.keyring)
        sealed = {
            person.id: unit.people.keyring(person.id)
            for person in unit.people.all()
            if person.role is Role.LEAD and person.state is PersonState.ACTIVE
        }
        recovery = unit.recovery_keys.get()
        if recovery is not None:
            sealed[RECOVERY_ID] = recovery.keyring
        cards, _without = recipients(unit)
        keyrings = tuple(
            SealedKeyring(
                each, Role.LEAD, keyring, seal_present_keys(present, *cards[each]) if each in cards else b""
            )
            for each, keyring in sealed.items()
            if keyring is not None
        )
        wrapped = keys.wrap_clip_key(present.workspace_key, backup_id, key)
        made_at = to_iso(unit.clock.now())
        return BackupHeader(backup_id, unit.log.log_id, made_at, keyrings, wrapped), key

    def _members(self, snapshot: Path) -> Iterator[tuple[str, BinaryIO, int]]:
        folder = self._unit.folder
        yield from _opened(DATABASE_FILE, snapshot)
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if is_hidden or name.startswith(DATABASE_FILE) or path.is_symlink() or not path.is_file():
                continue
            yield from _opened(name, path)

    def _has_purged_since(self, size: int) -> bool:
        changed = {Action.PURGED, Action.REDACTION_APPLIED, Action.CLIP_REKEYED}
        return any(row.event().action in changed for row in self._unit.log.rows(since=size + 1))

    @contextmanager
    def _snapshot(self) -> Iterator[Path]:
        folder = self._unit.folder
        for left in folder.glob(f"{_SNAPSHOT}*"):  # of a backup that was killed
            shutil.rmtree(left, ignore_errors=True)
        own = folder / f"{_SNAPSHOT}{secrets.token_hex(8)}"
        own.mkdir(mode=0o700)
        try:
            yield own / DATABASE_FILE
        finally:
            shutil.rmtree(own, ignore_errors=True)


def unpack_backup(stream: BinaryIO, header: BackupHeader, key: bytes, folder: Path) -> None:
    """Writes the members of a backup into an empty folder. Raises Damaged, OSError."""
    for name, content in read_members(stream, header, key):
        parts = Path(name).parts
        if not parts or Path(name).is_absolute() or ".." in parts or ":" in name or "\\" in name:
            raise Damaged("BACKUP_DAMAGED")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            while data := content.read(_CHUNK_BYTES):
                file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _verify(stream: BinaryIO, key: bytes, digests: dict[str, str]) -> None:
    """Reads everything back from the disk, as a restore would."""
    with stream:
        stream.seek(0)
        names = []
        for name, content in read_members(stream, read_header(stream), key):
            while content.read(_CHUNK_BYTES):
                pass
            names.append(name)
    if set(names) != set(digests):
        raise Damaged("BACKUP_DAMAGED")


def _opened(name: str, path: Path) -> Iterator[tuple[str, BinaryIO, int]]:
    with path.open("rb") as stream:
        yield name, stream, os.fstat(stream.fileno()).st_size


def _clip(name: str) -> str:
    return name.removeprefix("clips/").split(".", 1)[0]
