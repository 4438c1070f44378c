"""The ``export`` and ``export_item`` tables: which annotation of which clip was exported when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewer.db.connection import Database
from reviewer.errors import Refused
from reviewer.model.clock import from_micros, to_micros

_CLIPS_AT_ONCE = 500  # variables of one statement; SQLite takes 999 or more


class ExportState(StrEnum):
    """The state of an export."""

    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """A finished export; ``clips`` are the requested clips in it."""

    id: str
    made_at: datetime
    formats: tuple[str, ...]
    clips: tuple[str, ...]


class ExportRepository:
    """Every export that was ever started; its folder is not stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, export_id: str, person_id: str, formats: Sequence[str], at: datetime) -> None:
        """Records the start of an export."""
        self._database.execute(
            "INSERT INTO export (id, person_id, formats, state, made_at) VALUES (?, ?, ?, ?, ?)",
            (export_id, person_id, ",".join(formats), ExportState.STARTED, to_micros(at)),
        )

    def finish(self, export_id: str, items: Mapping[str, str], passport_sha256: str) -> None:
        """Records what was exported: the annotation of each clip, and the passport's digest.

        Raises Refused unless the export was started and is neither finished nor failed.
        """
        with self._database.transaction():
            if not self._end(export_id, ExportState.FINISHED, passport_sha256):
                raise Refused("NO_EXPORT", export=export_id)
            for clip_id, annotation_id in items.items():
                self._database.execute(
                    "INSERT INTO export_item (export_id, clip_id, annotation_id) VALUES (?, ?, ?)",
                    (export_id, clip_id, annotation_id),
                )

    def fail(self, export_id: str) -> None:
        """Records that an export failed; one that has ended stays as it is."""
        self._end(export_id, ExportState.FAILED, "")

    def exports_of(self, clip_ids: Collection[str]) -> list[ExportRecord]:
        """The finished exports that contain any of these clips, oldest first."""
        asked = sorted(clip_ids)
        found: dict[str, tuple[datetime, tuple[str, ...], list[str]]] = {}
        for start in range(0, len(asked), _CLIPS_AT_ONCE):
            some = asked[start : start + _CLIPS_AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = self._database.rows(
                "SELECT e.id, e.made_at, e.formats, i.clip_id FROM export_item i"  # noqa: S608 - question marks
                f" JOIN export e ON e.id = i.export_id WHERE i.clip_id IN ({marks})"
                " ORDER BY i.clip_id",
                some,
            )
            for row in rows:
                formats = tuple(row["formats"].split(","))
                entry = found.setdefault(row["id"], (from_micros(row["made_at"]), formats, []))
                entry[2].append(row["clip_id"])
        records = [
            ExportRecord(key, at, formats, tuple(clips)) for key, (at, formats, clips) in found.items()
        ]
        return sorted(records, key=lambda record: (record.made_at, record.id))

    def _end(self, export_id: str, state: ExportState, passport_sha256: str) -> bool:
        touched = self._database.execute(
            "UPDATE export SET state = ?, passport_sha256 = ? WHERE id = ? AND state = ?",
            (state, passport_sha256, export_id, ExportState.STARTED),
        )
        return bool(touched)
