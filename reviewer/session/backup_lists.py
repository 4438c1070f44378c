"""Lists of purged and redacted clips beside the backups that have them whole: a restore purges them."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from reviewer.access.backups import BackupRecord
from reviewer.access.purge_list import MOST_BYTES, PurgeList, parse_purge_list, write_purge_list
from reviewer.errors import ReviewerError
from reviewer.files import write_atomically
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.untrusted_files import read_untrusted_text

_SUFFIX = ".purged"
_NAMED = "="


def list_purges(unit: UnitOfWork) -> list[str]:
    """Writes a list of purged clips beside every backup that can be reached; returns the backups that cannot.

    A redacted clip is listed with the name of its present files: a backup in which they have another name
    still has what was removed. The list holds only ids, which mean nothing without the workspace.
    """
    missing = []
    # Of several backups that had the same name, only the last is still there.
    by_file = {backup.file: backup for backup in unit.backups.all()}
    for backup in by_file.values():
        try:
            if not Path(backup.file).exists():
                raise FileNotFoundError(backup.file)
            _write(unit, backup)
        except OSError:
            missing.append(backup.file)
    return missing


def read_list(file: Path) -> PurgeList:
    """A list of purges. Raises Refused for a file that cannot be read, Damaged for one that was edited."""
    return parse_purge_list(read_untrusted_text(file, MOST_BYTES))


def to_purge(unit: UnitOfWork, lines: Sequence[str]) -> list[str]:
    """The clips on such a list that a restored workspace still has as they were."""
    found = []
    for line in lines:
        clip, _, name = line.partition(_NAMED)
        if not name or (unit.clips.has(clip) and unit.clips.stored_as(clip) != name):
            found.append(clip)
    return found


def purge_list_of(backup: Path) -> Path:
    """The list of later purges beside a backup, whether it is there or not."""
    return backup.with_name(backup.name + _SUFFIX)


def _write(unit: UnitOfWork, backup: BackupRecord) -> None:
    """Writes the list, and keeps the lines of a genuine list that is there: a restored workspace may not
    know all of them."""
    file = purge_list_of(Path(backup.file))
    lines = dict.fromkeys(sorted(unit.clips.purged()))
    lines |= dict.fromkeys(f"{clip}{_NAMED}{name}" for clip, name in unit.clips.redacted())
    with suppress(ReviewerError):  # none there, or one that was edited
        before = read_list(file)
        before.require_backup(unit.log.log_id, backup.id)
        before.require_key_of(unit.log.keys(), 0)
        lines |= dict.fromkeys(before.lines)
    text = write_purge_list(unit.log, backup.id, unit.clock.now(), lines)
    write_atomically(file, text.encode())
