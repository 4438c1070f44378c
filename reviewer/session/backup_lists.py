"""Lists of purged clips beside the backups that still have them, so that a restore purges them again."""

from pathlib import Path

from reviewer.files import write_atomically
from reviewer.session.unit_of_work import UnitOfWork

_SUFFIX = ".purged"


def list_purges(unit: UnitOfWork) -> list[str]:
    """Writes the purged clips beside every backup that can be reached; returns those that cannot.

    A list holds ids, which say nothing to anybody without the workspace. It only grows.
    """
    content = "".join(f"{clip}\n" for clip in sorted(unit.clips.purged())).encode()
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


def purge_list_of(backup: Path) -> Path:
    """The list of later purges beside a backup, whether it is there or not."""
    return backup.with_name(backup.name + _SUFFIX)
