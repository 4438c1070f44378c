"""The ``backup`` table: where backups were written, so that later purges can be listed beside them."""

from dataclasses import dataclass
from datetime import datetime

from reviewer.db.connection import Database
from reviewer.model.clock import from_micros, to_micros


@dataclass(frozen=True, slots=True)
class BackupRecord:
    """A backup that was made; ``file`` is an absolute path."""

    id: str
    file: str
    made_at: datetime


class BackupRepository:
    """Every backup that was ever made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, backup: BackupRecord) -> None:
        """Records a backup."""
        values = {"id": backup.id, "file": backup.file, "made_at": to_micros(backup.made_at)}
        self._database.insert("backup", values)

    def all(self) -> list[BackupRecord]:
        """All backups, oldest first."""
        rows = self._database.rows("SELECT id, file, made_at FROM backup ORDER BY made_at, rowid")
        return [BackupRecord(row["id"], row["file"], from_micros(row["made_at"])) for row in rows]
