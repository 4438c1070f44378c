"""The tables of exports: which annotation of which clip was exported when, and where it was written."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewer.db.connection import Database
from reviewer.errors import Refused
from reviewer.files import locked_file
from reviewer.model.clock import from_micros, to_micros

_CLIPS_AT_ONCE = 500  # variables of one statement; SQLite takes 999 or more
# A started or failed export counts until it is known that nothing of it was left, or for ever.
_MAY_EXIST = "(e.state = 'finished' OR f.may_exist = 1 OR (f.export_id IS NOT NULL AND f.settled_at IS NULL))"


class ExportState(StrEnum):
    """The state of an export."""

    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """An export of which a set exists, or may exist if it is not finished; ``clips`` are the requested ones.

    ``out`` is where the set was or would have been, empty for exports of earlier versions.
    """

    id: str
    made_at: datetime
    formats: tuple[str, ...]
    clips: tuple[str, ...]
    state: ExportState = ExportState.FINISHED
    out: str = ""


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """The folder in which an export writes plain files; see ``formats.output_folder.PlannedFolder``."""

    export_id: str
    folder: str
    out: str
    marker: str
    parent: str
    state: ExportState = ExportState.STARTED
    is_made: bool = False


class ExportRepository:
    """Every export that was ever started, with the clips and the folder it began to write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def locked(self, export_id: str) -> AbstractContextManager[bool]:
        """A lock that the process of an export holds while it runs; False if another one holds it."""
        return locked_file(self._database.path.with_name(f"{export_id}.export"))

    def start(self, export_id: str, person_id: str, formats: Sequence[str], at: datetime) -> None:
        """Records the start of an export."""
        self._database.execute(
            "INSERT INTO export (id, person_id, formats, state, made_at) VALUES (?, ?, ?, ?, ?)",
            (export_id, person_id, ",".join(formats), ExportState.STARTED, to_micros(at)),
        )

    def intend(self, folder: ExportFolder, items: Mapping[str, str]) -> None:
        """Records the annotation of each clip that will be written, and where, before anything is.

        Raises Refused unless the export was started and is neither finished nor failed.
        """
        with self._database.transaction():
            if self._state(folder.export_id) != ExportState.STARTED:
                raise Refused("NO_EXPORT", export=folder.export_id)
            self.add_items(folder.export_id, items)
            names = ("export_id", "folder", "out", "marker", "parent")
            self._database.insert("export_folder", {name: getattr(folder, name) for name in names})

    def add_items(self, export_id: str, items: Mapping[str, str]) -> None:
        """Records further clips, before anything of them is written. Needs a transaction."""
        self._database.insert_all(
            "export_item",
            [{"export_id": export_id, "clip_id": c, "annotation_id": a} for c, a in items.items()],
        )

    def folder_made(self, export_id: str) -> None:
        """Records that the folder exists: from now on it may hold plain files."""
        self._database.execute("UPDATE export_folder SET is_made = 1 WHERE export_id = ?", (export_id,))

    def finish(self, export_id: str, passport_sha256: str) -> None:
        """Records that the set is complete, and the passport's digest.

        Raises Refused unless the export was started and is neither finished nor failed.
        """
        if not self._end(export_id, ExportState.FINISHED, passport_sha256):
            raise Refused("NO_EXPORT", export=export_id)

    def fail(self, export_id: str) -> bool:
        """Records that an export failed; returns False, and changes nothing, if it has ended already."""
        return self._end(export_id, ExportState.FAILED, "")

    def settle(self, export_id: str, at: datetime, *, may_exist: bool = False) -> None:
        """Records that no unfinished files are left to look for.

        ``may_exist``: they were not removed here, and may have been copied or moved.
        """
        self._database.execute(
            "UPDATE export_folder SET settled_at = ?, may_exist = ?"
            " WHERE export_id = ? AND settled_at IS NULL",
            (to_micros(at), may_exist, export_id),
        )

    def unsettled(self) -> list[ExportFolder]:
        """The folders in which unfinished files may be left, oldest first."""
        rows = self._database.rows(
            "SELECT f.*, e.state FROM export_folder f JOIN export e ON e.id = f.export_id"
            " WHERE f.settled_at IS NULL ORDER BY e.made_at, e.id"
        )
        return [
            ExportFolder(
                row["export_id"],
                row["folder"],
                row["out"],
                row["marker"],
                row["parent"],
                ExportState(row["state"]),
                bool(row["is_made"]),
            )
            for row in rows
        ]

    def running(self) -> list[str]:
        """The exports that have not ended, including those whose process was killed."""
        rows = self._database.rows("SELECT id FROM export WHERE state = 'started' ORDER BY made_at, id")
        return [row["id"] for row in rows]

    def exports_of(self, clip_ids: Collection[str]) -> list[ExportRecord]:
        """The exports that contain any of these clips and of which a set may exist, oldest first."""
        asked = sorted(clip_ids)
        found: dict[str, tuple[datetime, tuple[str, ...], ExportState, str]] = {}
        clips: dict[str, list[str]] = {}
        for start in range(0, len(asked), _CLIPS_AT_ONCE):
            some = asked[start : start + _CLIPS_AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = self._database.rows(
                "SELECT e.id, e.made_at, e.formats, e.state, f.out, i.clip_id FROM export_item i"  # noqa: S608 - question marks
                " JOIN export e ON e.id = i.export_id LEFT JOIN export_folder f ON f.export_id = e.id"
                f" WHERE i.clip_id IN ({marks}) AND {_MAY_EXIST} ORDER BY i.clip_id",
                some,
            )
            for row in rows:
                formats = tuple(row["formats"].split(","))
                made_at, state = from_micros(row["made_at"]), ExportState(row["state"])
                found[row["id"]] = (made_at, formats, state, row["out"] or "")
                clips.setdefault(row["id"], []).append(row["clip_id"])
        records = [
            ExportRecord(key, at, formats, tuple(clips[key]), state, out)
            for key, (at, formats, state, out) in found.items()
        ]
        return sorted(records, key=lambda record: (record.made_at, record.id))

    def _state(self, export_id: str) -> str | None:
        found: str | None = self._database.value("SELECT state FROM export WHERE id = ?", (export_id,))
        return found

    def _end(self, export_id: str, state: ExportState, passport_sha256: str) -> bool:
        touched = self._database.execute(
            "UPDATE export SET state = ?, passport_sha256 = ? WHERE id = ? AND state = ?",
            (state, passport_sha256, export_id, ExportState.STARTED),
        )
        return bool(touched)
