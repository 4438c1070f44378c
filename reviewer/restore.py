"""Makes a workspace from a backup, and verifies it before anybody can work in it."""

import os
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from reviewer.access.backups import BackupRecord
from reviewer.access.checkpoint import Checkpoint
from reviewer.access.keychain import Keychain, SystemKeychain
from reviewer.access.purge_list import PurgeList
from reviewer.access.verification import verify_file
from reviewer.clips.backup_file import BackupHeader, read_header
from reviewer.clips.keys import KdfParameters
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.files import new_folder
from reviewer.lead.backup import unpack_backup
from reviewer.lead.withdrawals import Withdrawal
from reviewer.model.clock import Clock, to_iso
from reviewer.places import DATABASE_FILE
from reviewer.session.backup_lists import purge_list_of, read_list
from reviewer.session.second_secret import SecondSecrets
from reviewer.session.sign_in import normal_code, require_strong
from reviewer.untrusted_files import open_untrusted
from reviewer.workspace import Workspace, open_workspace

_MOST_BACKUP_BYTES = 1 << 50


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """What has happened since the backup was made, and who may open it.

    ``purged_list``: the clips purged since; by default the list that lies beside the backup. Without any list
    purged clips would come back, so restoring is refused unless ``without_purged_list`` is set.
    ``withdrawn``: consents withdrawn since. ``checkpoint``: one from later, kept elsewhere, which shows how
    many rows of the log are lost. ``recovery_key``: opens the backup in place of a lead's passphrase of that
    day; the lead, who may be a new one, then gets the passphrase that is given.
    """

    purged_list: Path | None = None
    without_purged_list: bool = False
    withdrawn: tuple[Withdrawal, ...] = ()
    checkpoint: Checkpoint | None = None
    recovery_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored: a backup of ``made_at`` whose log has ``rows`` rows; ``purged`` clips were purged.

    ``lost_rows``: rows that a later checkpoint counts and the backup lacks; None without a checkpoint. The
    list of purges was written at ``listed_at``, when the log had ``listed_rows``; None without a list.
    """

    made_at: str
    rows: int
    purged: int
    lost_rows: int | None
    listed_at: str | None = None
    listed_rows: int | None = None

    @property
    def unlisted_rows(self) -> int:
        """Rows of the log that neither the backup nor the list of purges covers: some may be purges."""
        known = self.listed_rows or self.rows
        return 0 if self.lost_rows is None else max(0, self.rows + self.lost_rows - known)

    def to_json(self) -> dict[str, object]:
        """The object that ``restore --json`` prints."""
        return asdict(self)


def restore_workspace(
    file: Path,
    folder: Path,
    lead: str,
    passphrase: str,
    options: RestoreOptions,
    *,
    clock: Clock | None = None,
    parameters: KdfParameters | None = None,
    keychain: Keychain | None = None,
) -> RestoreReport:
    """Makes a workspace from a backup, or nothing: it is unpacked and verified beside its place.

    Raises: Refused when the folder is not empty or the list of purges is missing; WrongPassphrase; Damaged
        when anything in the backup, or its list of purges, does not verify; Unavailable when the disk fails.
    """
    os.umask(0o077)
    listed = _purged_since(file, options)
    try:
        with open_untrusted(file, _MOST_BACKUP_BYTES) as stream, new_folder(folder) as beside:
            header = read_header(stream)
            if listed is not None:
                listed.require_backup(header.log_id, header.backup_id)
            key = _backup_key(header, passphrase, options, keychain or SystemKeychain())
            unpack_backup(stream, header, key, beside)
            rows, lost = _verified_rows(beside / DATABASE_FILE, options.checkpoint)
            with open_workspace(beside, clock=clock, parameters=parameters, keychain=keychain) as workspace:
                if listed is not None:
                    listed.require_key_of(workspace.log_keys(), rows)
                if options.recovery_key:
                    _let_in_again(workspace, options.recovery_key, lead, passphrase)
                person = workspace.sign_in(lead, passphrase)
                backup, lines = _record_of(file, header), listed.lines if listed else ()
                report = person.lead.finish_restore(backup, lines, options.withdrawn)
                workspace.sign_out(person)
    except FileExistsError as error:
        raise Refused("WORKSPACE_FOLDER_NOT_EMPTY", folder=str(folder)) from error
    except OSError as error:
        raise Unavailable("FOLDER_NOT_WRITABLE", folder=str(folder), reason=str(error)) from error
    return _with_list(RestoreReport(header.made_at, rows, len(report.purged), lost), listed)


def _with_list(made: RestoreReport, listed: PurgeList | None) -> RestoreReport:
    return replace(made, listed_at=to_iso(listed.made_at), listed_rows=listed.log_rows) if listed else made


def _record_of(file: Path, header: BackupHeader) -> BackupRecord:
    return BackupRecord(header.backup_id, str(file.absolute()), datetime.fromisoformat(header.made_at))


def _let_in_again(workspace: Workspace, recovery_key: str, lead: str, passphrase: str) -> None:
    """Gives a lead a new passphrase by the recovery key."""
    workspace.enrol(lead, workspace.recovery.recover(recovery_key, lead).code, passphrase)


def _backup_key(header: BackupHeader, passphrase: str, options: RestoreOptions, keychain: Keychain) -> bytes:
    """Raises the same as ``restore_workspace``, also for a weak new passphrase."""
    if options.recovery_key:
        require_strong(passphrase)
        return header.key(header.open_with_recovery_key(normal_code(options.recovery_key)))
    return header.key(header.open_keyring(passphrase, SecondSecrets(keychain).of))


def _purged_since(file: Path, options: RestoreOptions) -> PurgeList | None:
    listed = options.purged_list or purge_list_of(file)
    if options.purged_list is not None or os.path.lexists(listed):
        return read_list(listed)
    if not options.without_purged_list:
        raise Refused("BACKUP_WITHOUT_PURGED")
    return None


def _verified_rows(database: Path, checkpoint: Checkpoint | None) -> tuple[int, int | None]:
    """The rows of a restored log, and how many a checkpoint has more. Raises Damaged."""
    finding = verify_file(database)
    if finding.ok and checkpoint is not None:
        rows, finding = finding.rows, verify_file(database, checkpoint)
        if not finding.ok and finding.notice.code == "LOG_CUT":  # a backup is older than what came after it
            return rows, checkpoint.size - rows
    if not finding.ok:
        raise Damaged(finding.notice.code, **finding.notice.parameters)
    return finding.rows, None if checkpoint is None else 0
