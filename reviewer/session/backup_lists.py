"""Lists of purged and redacted clips beside the backups that have them whole: a restore purges them."""

from collections.abc import Sequence
from pathlib import Path

from reviewer.files import write_atomically
from reviewer.session.unit_of_work import UnitOfWork

_SUFFIX = ".purged"
_NAMED = "="


def list_purges(unit: UnitOfWork) -> list[str]:
    """Writes the purged clips beside every backup that can be reached; returns those that cannot.

    A redacted clip stands there with the name of its files: a backup in which it has another one holds what
    was removed. A list holds ids, which say nothing to anybody without the workspace.
    """
    redacted = (f"{clip}{_NAMED}{name}" for clip, name in unit.clips.redacted())
    content = "".join(f"{line}\n" for line in (*sorted(unit.clips.purged()), *redacted)).encode()
    missing = []
    for backup in unit.backups.all():
        file = Path(backup.file)
        try:
            if not file.exists():
                raise FileNotFoundError(backup.file)
            write_atomically(purge_list_of(file), content)
        except OSError:
            missing.append(backup.file)
    return missing


def to_purge(unit: UnitOfWork, lines: Sequence[str]) -> list[str]:
    """The clips of such a list that a restored workspace has as they were before."""
    found = []
    for line in lines:
        clip, _, name = line.partition(_NAMED)
        if not name or (unit.clips.has(clip) and unit.clips.stored_as(clip) != name):
            found.append(clip)
    return found


def purge_list_of(backup: Path) -> Path:
    """The list of later purges beside a backup, whether it is there or not."""
    return backup.with_name(backup.name + _SUFFIX)
