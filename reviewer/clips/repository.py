"""The ``clip`` table: the facts of each clip, and its wrapped key."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from reviewer.db.connection import Database, Row
from reviewer.errors import Damaged, Refused
from reviewer.model.clip import Clip, ClipFacts
from reviewer.model.clip_list import StoredClip
from reviewer.model.clock import from_micros, to_micros
from reviewer.model.serialization import from_columns, to_columns

_UNSWEPT = "unswept"


class PurgeReason(StrEnum):
    """Why a clip must be destroyed."""

    CONSENT_ENDED = "consent_withdrawn"
    RETENTION_ENDED = "retention"
    PERSONAL_DATA = "personal_data"
    REPLACED = "replaced"
    """A corrected line of a manifest came for a clip in quarantine."""


class ClipRepository:
    """Every clip that was ever imported; of a purged one only the key and sealed content are gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, clip: Clip, wrapped_key: bytes) -> None:
        """Adds a clip with its wrapped key; raises the same as ``add_all``."""
        self.add_all([(clip, wrapped_key)])

    def add_all(self, clips: Sequence[tuple[Clip, bytes]]) -> None:
        """Adds clips, each with its wrapped key; several only in a transaction.

        Raises Refused (code DUPLICATE) when the id, the source or the samples of one were imported before.
        """
        rows = [to_columns(clip) | {"wrapped_key": wrapped_key} for clip, wrapped_key in clips]
        try:
            self._database.insert_all("clip", rows)
        except sqlite3.IntegrityError as error:
            raise Refused("DUPLICATE") from error

    def keep(self, facts: ClipFacts) -> None:
        """In somebody's own folder: keeps a clip as the team has it now; its key comes from a broker.

        Its wrapped key is empty, which is not the same as none: that says that it was purged.

        Raises: Damaged (code CLIP_FACTS_OLD) for facts from before those that are here.
        """
        given = {"wrapped_key": b"", "stored_as": facts.stored_as, "facts_serial": facts.serial}
        row = to_columns(facts.clip()) | given
        kept = self._database.row("SELECT * FROM clip WHERE id = ?", (facts.id,))
        if kept == row:
            return
        if kept is not None and kept["facts_serial"] > facts.serial:
            raise Damaged("CLIP_FACTS_OLD", clip=facts.id)
        with self._database.transaction():
            if not self.has(facts.id):
                self._database.insert("clip", row)
            sets = ", ".join(f"{name} = :{name}" for name in row)
            self._database.execute(f"UPDATE clip SET {sets} WHERE id = :id", row)  # noqa: S608 - columns

    def forget(self, clip_id: str) -> None:
        """In somebody's own folder: only the id of a clip that was purged is left."""
        self._database.execute(
            "UPDATE clip SET wrapped_key = NULL, product = '', locale = 'und', rate_hz = 1, channels = 1,"
            " frames = 1, recorded_at = 0, consent_granted_at = 0, consent_withdrawn_at = NULL, purge_at = 0,"
            " imported_at = 0, stored_as = '' WHERE id = ?",
            (clip_id,),
        )

    def facts_without_drafts(self, clip_ids: Collection[str]) -> list[ClipFacts]:
        """What others' own folders need of these clips, without purged ones."""
        return [
            ClipFacts.of(from_columns(Clip, row), row["stored_as"] or row["id"])
            for row in self._rows_of(clip_ids)
            if row["wrapped_key"] is not None
        ]

    def get(self, clip_id: str) -> Clip:
        """A clip's facts; raises Refused for an unknown clip."""
        return from_columns(Clip, self._row(clip_id))

    def has(self, clip_id: str) -> bool:
        """Whether a clip of this id was ever imported."""
        return bool(self._database.value("SELECT 1 FROM clip WHERE id = ?", (clip_id,)))

    def wrapped_key(self, clip_id: str) -> bytes:
        """The clip's wrapped key; raises Refused for an unknown clip, or (code PURGED) a purged one."""
        wrapped: bytes | None = self._row(clip_id)["wrapped_key"]
        if wrapped is None:
            raise Refused("PURGED")
        return wrapped

    def many(self, clip_ids: Collection[str]) -> dict[str, Clip]:
        """The facts of these clips, without those that are unknown."""
        return {row["id"]: from_columns(Clip, row) for row in self._rows_of(clip_ids)}

    def speakers_of(self, clip_ids: Collection[str]) -> dict[str, str]:
        """The keyed hash of the speaker of each of these clips, empty where nobody knows who speaks."""
        rows = self._database.rows(
            "SELECT id, speaker_hash FROM clip WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(clip_ids)),),
        )
        return {row["id"]: row["speaker_hash"] for row in rows}

    def openable(self, clip_ids: Collection[str], now: datetime) -> frozenset[str]:
        """Those of these clips that have a key, and whose consent and retention have not ended."""
        rows = self._database.rows(
            "SELECT id FROM clip WHERE id IN (SELECT value FROM json_each(?1)) AND wrapped_key IS NOT NULL"
            " AND purge_at > ?2 AND (consent_withdrawn_at IS NULL OR consent_withdrawn_at > ?2)",
            (json.dumps(list(clip_ids)), to_micros(now)),
        )
        return frozenset(row["id"] for row in rows)

    def keys_of(self, clip_ids: Collection[str]) -> dict[str, tuple[str, bytes]]:
        """The name of the files and the wrapped key of these clips, without those that were purged."""
        rows = self._database.rows(
            "SELECT id, iif(stored_as = '', id, stored_as) AS name, wrapped_key FROM clip"
            " WHERE id IN (SELECT value FROM json_each(?)) AND wrapped_key IS NOT NULL",
            (json.dumps(list(clip_ids)),),
        )
        return {row["id"]: (row["name"], row["wrapped_key"]) for row in rows}

    def wrapped_keys(self) -> dict[str, bytes]:
        """The wrapped key of each clip that has one."""
        rows = self._database.rows("SELECT id, wrapped_key FROM clip WHERE wrapped_key IS NOT NULL")
        return {row["id"]: row["wrapped_key"] for row in rows}

    def replace_wrapped_keys(self, wrapped: Mapping[str, bytes]) -> None:
        """Replaces the wrapped keys of clips that were not purged. Needs a transaction."""
        self._database.require_transaction()
        for clip_id, key in wrapped.items():
            self._database.execute(
                "UPDATE clip SET wrapped_key = ? WHERE id = ? AND wrapped_key IS NOT NULL", (key, clip_id)
            )

    def stored_as(self, clip_id: str) -> str:
        """The name of the clip's files, another one for each key. Raises Refused for an unknown clip."""
        name: str = self._row(clip_id)["stored_as"]
        return name or clip_id

    def replace_key(self, clip_id: str, wrapped_key: bytes, *, stored_as: str, instead_of: str) -> None:
        """Overwrites the clip's key and the name of its files; the old key is destroyed.

        Raises Refused (code CLIP_CHANGED) if its files have not the name ``instead_of`` any more, or it was
        purged.
        """
        touched = self._database.execute(
            "UPDATE clip SET wrapped_key = ?, stored_as = ?"
            " WHERE id = ? AND iif(stored_as = '', id, stored_as) = ? AND wrapped_key IS NOT NULL",
            (wrapped_key, stored_as, clip_id, instead_of),
        )
        if not touched:
            raise Refused("CLIP_CHANGED", clip=clip_id)

    def all_stored_as(self) -> set[str]:
        """The names of the files of every clip whose key exists."""
        rows = self._database.rows(
            "SELECT iif(stored_as = '', id, stored_as) AS name FROM clip WHERE wrapped_key IS NOT NULL"
        )
        return {row["name"] for row in rows}

    def of_source(self, source_hash: str) -> str | None:
        """The clip of a source, for a withdrawal."""
        found: str | None = self._database.value("SELECT id FROM clip WHERE source_hash = ?", (source_hash,))
        return found

    def of_sources(self, source_hashes: Collection[str]) -> dict[str, str]:
        """The clip of each of these sources that was imported before; a purged one still counts."""
        return self._clip_by("source_hash", source_hashes)

    def of_many_samples(self, samples_hashes: Collection[str]) -> dict[str, str]:
        """The clip of each of these samples that were imported before."""
        return self._clip_by("samples_hash", samples_hashes)

    def destroy_key(self, clip_id: str) -> None:
        """Destroys the clip's key: its content becomes unreadable; raises Refused for an unknown clip."""
        touched = self._database.execute("UPDATE clip SET wrapped_key = NULL WHERE id = ?", (clip_id,))
        if not touched:
            raise Refused("NO_SUCH_CLIP", clip=clip_id)
        self._database.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, '1')", (_UNSWEPT,))

    def are_files_left(self) -> bool:
        """Whether a key was destroyed since files without a key were last removed."""
        return self._database.value("SELECT 1 FROM meta WHERE key = ?", (_UNSWEPT,)) is not None

    def note_swept(self) -> None:
        """Records that no file without a key is left."""
        self._database.execute("DELETE FROM meta WHERE key = ?", (_UNSWEPT,))

    def free_source(self, clip_id: str) -> None:
        """Lets the source and the samples of a purged clip be imported once more."""
        self._database.execute(
            "UPDATE clip SET source_hash = 'replaced ' || id, samples_hash = 'replaced ' || id"
            " WHERE id = ? AND wrapped_key IS NULL",
            (clip_id,),
        )

    def truncate_wal(self) -> None:
        """Removes destroyed keys from the write-ahead log; must be called after the commit."""
        self._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def ids(self) -> set[str]:
        """The clips whose key still exists."""
        rows = self._database.rows("SELECT id FROM clip WHERE wrapped_key IS NOT NULL")
        return {row["id"] for row in rows}

    def listed(self) -> dict[str, StoredClip]:
        """What the list of all clips needs of each, purged ones too, by id."""
        rows = self._database.rows(
            "SELECT id, product, locale, CAST(frames AS REAL) / rate_hz AS seconds, imported_at FROM clip"
        )
        return {
            row["id"]: (row["product"], row["locale"], row["seconds"], row["imported_at"]) for row in rows
        }

    def due_for_purge(self, now: datetime) -> dict[str, PurgeReason]:
        """The clips whose consent or retention is over and whose key still exists, the longest overdue first.

        Where both are over, the reason is consent.
        """
        return {clip_id: reason for clip_id, reason, _ in self.purge_times(now)}

    def purge_times(self, by: datetime) -> list[tuple[str, PurgeReason, datetime]]:
        """The clips that ``due_for_purge`` has, in its order, each with its reason and when that ended."""
        rows = self._database.rows(
            "SELECT id, has_no_consent, iif(has_no_consent, consent_withdrawn_at, purge_at) AS ended FROM"
            " (SELECT *, coalesce(consent_withdrawn_at <= :by, 0) AS has_no_consent FROM clip"
            " WHERE wrapped_key IS NOT NULL AND (purge_at <= :by OR consent_withdrawn_at <= :by))"
            " ORDER BY min(purge_at, coalesce(consent_withdrawn_at, purge_at)), id",
            {"by": to_micros(by)},
        )
        reasons = PurgeReason.RETENTION_ENDED, PurgeReason.CONSENT_ENDED
        return [(row["id"], reasons[row["has_no_consent"]], from_micros(row["ended"])) for row in rows]

    def withdraw(self, clip_id: str, at: datetime) -> None:
        """Ends consent for a clip ``at``, unless it ends earlier already."""
        self._database.execute(
            "UPDATE clip SET consent_withdrawn_at = min(coalesce(consent_withdrawn_at, ?1), ?1)"
            " WHERE id = ?2",
            (to_micros(at), clip_id),
        )

    def keep_until(self, clip_id: str, until: datetime) -> None:
        """Moves the end of a clip's retention."""
        self._database.execute("UPDATE clip SET purge_at = ? WHERE id = ?", (to_micros(until), clip_id))

    def purged(self) -> list[str]:
        """The clips whose key was destroyed."""
        rows = self._database.rows("SELECT id FROM clip WHERE wrapped_key IS NULL ORDER BY id")
        return [row["id"] for row in rows]

    def redacted(self) -> list[tuple[str, str]]:
        """The clips whose sound was replaced, each with the present name of its files."""
        rows = self._database.rows(
            "SELECT id, stored_as FROM clip WHERE wrapped_key IS NOT NULL AND stored_as != ''"
            " AND id IN (SELECT clip_id FROM redaction WHERE state = 'applied') ORDER BY id"
        )
        return [(row["id"], row["stored_as"]) for row in rows]

    def _clip_by(self, column: str, hashes: Collection[str]) -> dict[str, str]:
        rows = self._database.rows(
            f"SELECT {column} AS hash, id FROM clip"  # noqa: S608 - one of two names
            f" WHERE {column} IN (SELECT value FROM json_each(?))",
            (json.dumps(list(hashes)),),
        )
        return {row["hash"]: row["id"] for row in rows}

    def _rows_of(self, clip_ids: Collection[str]) -> list[Row]:
        return self._database.rows(
            "SELECT * FROM clip WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(clip_ids)),)
        )

    def _row(self, clip_id: str) -> Row:
        row = self._database.row("SELECT * FROM clip WHERE id = ?", (clip_id,))
        if row is None:
            raise Refused("NO_SUCH_CLIP", clip=clip_id)
        return row
