"""The ``clip_reference`` table: the lead's own key of a clip, sealed under the clip's key."""

import json
from collections.abc import Collection

from reviewer.clips.content import ClipContent, Resealer
from reviewer.db.connection import Database
from reviewer.errors import Damaged
from reviewer.model.clip import ContentKind
from reviewer.model.people import Keyring


class ReferenceRepository:
    """At most one reference for each clip, given back in exports and shown nowhere else."""

    def __init__(self, database: Database, content: ClipContent) -> None:
        self._database = database
        self._content = content

    def add(self, keyring: Keyring, clip_id: str, reference: str) -> None:
        """Seals the reference of an imported clip. Raises Refused if the clip is unknown or was purged."""
        sealed = self._content.seal(keyring, clip_id, ContentKind.REFERENCE, "", reference.encode())
        self._database.insert("clip_reference", {"clip_id": clip_id, "sealed": sealed})

    def known_among(self, clip_ids: Collection[str]) -> frozenset[str]:
        """Those of these clips that have one; nothing is unsealed."""
        rows = self._database.rows(
            "SELECT clip_id FROM clip_reference WHERE clip_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(clip_ids)),),
        )
        return frozenset(row["clip_id"] for row in rows)

    def of_clip(self, keyring: Keyring, clip_id: str) -> str:
        """The clip's reference, empty if it has none; unseals, outside a transaction.

        Raises Damaged, or Refused if the clip was purged.
        """
        sealed = self._sealed(clip_id)
        if sealed is None:
            return ""
        data = self._content.unseal(keyring, clip_id, ContentKind.REFERENCE, "", sealed)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise Damaged("REFERENCE_UNREADABLE", clip=clip_id) from error

    def reseal_clip(self, clip_id: str, resealer: Resealer) -> None:
        """Seals it under the clip's next key, in the transaction that replaces the key. Raises Damaged."""
        sealed = self._sealed(clip_id)
        if sealed is None:
            return
        data = resealer.unseal(ContentKind.REFERENCE, "", sealed)
        self._database.execute(
            "UPDATE clip_reference SET sealed = ? WHERE clip_id = ?",
            (resealer.seal(ContentKind.REFERENCE, "", data), clip_id),
        )

    def delete_of_clip(self, clip_id: str) -> None:
        """Removes that of a purged clip."""
        self._database.execute("DELETE FROM clip_reference WHERE clip_id = ?", (clip_id,))

    def _sealed(self, clip_id: str) -> bytes | None:
        found: bytes | None = self._database.value(
            "SELECT sealed FROM clip_reference WHERE clip_id = ?", (clip_id,)
        )
        return found
