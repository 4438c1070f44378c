"""The ``label_schema`` table: every label form that was ever in force in the workspace."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from reviewer.db.connection import Database
from reviewer.errors import Damaged, Refused
from reviewer.labels.schema import Schema, schema_from_json
from reviewer.model.clock import Clock, from_micros, to_micros

_EDITION_LETTERS = 8


@dataclass(frozen=True, slots=True)
class KeptSchema:
    """A form, since when it is kept, and the SHA-256 of its canonical JSON."""

    schema: Schema
    kept_at: datetime
    sha256: str


class LabelSchemas:
    """Append-only. A form is known by what it says: two that differ have different ids, whatever their lead
    named them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def keep(self, schema: Schema) -> Schema:
        """Keeps a form, unless it is kept already; returns it with the id that it has in this workspace."""
        body = schema.to_json()
        digest = sha256(body.encode()).hexdigest()
        known = self._id_of(digest)
        if known is None:
            with self._database.transaction():
                known = self._id_of(digest) or self._add(schema, digest, body)
        return replace(schema, edition=known.removeprefix(schema.id).removeprefix("+"))

    def all(self) -> dict[str, KeptSchema]:
        """Every kept form by its id, the oldest first. Raises Damaged."""
        return {row["id"]: _read(row) for row in self._rows()}

    def forms(self) -> dict[str, Schema]:
        """Every kept form by its id, for its wording alone: damaged ones are left out."""
        found = {}
        for row in self._rows():
            with suppress(Damaged):
                found[str(row["id"])] = _read(row).schema
        return found

    def digests(self) -> dict[str, str]:
        """The SHA-256 of every kept form, hexadecimal, by its id."""
        return {str(row["id"]): str(row["sha256"]) for row in self._rows()}

    def _rows(self) -> list[dict[str, Any]]:
        return self._database.rows("SELECT id, body, kept_at, sha256 FROM label_schema ORDER BY kept_at, id")

    def _id_of(self, digest: str) -> str | None:
        found = self._database.value("SELECT id FROM label_schema WHERE sha256 = ?", (digest,))
        return None if found is None else str(found)

    def _add(self, schema: Schema, digest: str, body: str) -> str:
        taken = self._database.value("SELECT 1 FROM label_schema WHERE id = ?", (schema.id,))
        schema_id = schema.id if taken is None else f"{schema.id}+{digest[:_EDITION_LETTERS]}"
        self._database.execute(
            "INSERT INTO label_schema (sha256, id, body, kept_at) VALUES (?, ?, ?, ?)",
            (digest, schema_id, body, to_micros(self._clock.now())),
        )
        return schema_id


def _read(row: Mapping[str, Any]) -> KeptSchema:
    schema_id, body, digest = row["id"], row["body"], row["sha256"]
    if sha256(body.encode()).hexdigest() != digest:
        raise Damaged("LABEL_SCHEMA_CHANGED", schema=schema_id)
    try:
        schema = schema_from_json(body, schema_id)
    except (Refused, ValueError) as error:
        raise Damaged("LABEL_SCHEMA_CHANGED", schema=schema_id) from error
    edition = schema_id.removeprefix(schema.id).removeprefix("+")
    return KeptSchema(replace(schema, edition=edition), from_micros(row["kept_at"]), digest)
