"""The ``former_key`` table: clips with a new key, of which the queue still keeps texts under the old one."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from reviewer.db.connection import Database, Row
from reviewer.model.clip import ContentKind
from reviewer.model.serialization import from_json, to_json


@dataclass(frozen=True, slots=True)
class NewSeal:
    """A text as the queue shall keep it; ``before`` is the SHA-256 of its seal under the old key.

    ``task_id`` and ``author`` are those of an annotation that was its author's, by a signature or a row;
    ``digest_before`` is that of its text under the old key, which verdicts name.
    """

    kind: ContentKind
    id: str
    name: str
    digest: bytes
    sealed: bytes
    before: bytes
    task_id: str = ""
    author: str = ""
    digest_before: bytes = b""

    def replaces(self, sealed: bytes) -> bool:
        """Whether this is what it was made from."""
        return sha256(sealed).digest() == self.before


@dataclass(frozen=True, slots=True)
class RemovedFrames:
    """The frames that were replaced for a redaction. ``is_text_open``: their words are not known."""

    redaction_id: str
    start: int
    end: int
    is_text_open: bool


@dataclass(frozen=True, slots=True)
class FormerKey:
    """A clip's old key, sealed under the new one, and what is to be told to the queue before it goes.

    ``stored_as`` is the name of the files under the old key.
    """

    clip_id: str
    stored_as: str
    sealed: bytes
    seals: tuple[NewSeal, ...]
    removed: tuple[RemovedFrames, ...]


class FormerKeys:
    """At most one a clip. It is sealed under the clip's key: with that one destroyed nothing opens it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, former: FormerKey) -> None:
        """Adds one, or what is to be told; in the transaction that replaces the key, or in a later one."""
        self._database.require_transaction()
        self._database.execute(
            "INSERT OR REPLACE INTO former_key (clip_id, stored_as, sealed, seals, removed)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                former.clip_id, former.stored_as, former.sealed, _many_to_json(former.seals),
                _many_to_json(former.removed),
            ),
        )  # fmt: skip

    def get(self, clip_id: str) -> FormerKey | None:
        """A clip's old key; None where the queue has nothing under it any more."""
        row = self._database.row("SELECT * FROM former_key WHERE clip_id = ?", (clip_id,))
        return None if row is None else _former(row)

    def clips(self) -> list[str]:
        """The clips that have one, by id."""
        rows = self._database.rows("SELECT clip_id FROM former_key ORDER BY clip_id")
        return [row["clip_id"] for row in rows]

    def delete(self, clip_id: str) -> None:
        """Overwrites the old key: what was sealed under it is unreadable. Nothing happens without one."""
        self._database.execute("DELETE FROM former_key WHERE clip_id = ?", (clip_id,))


def _former(row: Row) -> FormerKey:
    seals = from_json(tuple[NewSeal, ...], row["seals"])
    removed = from_json(tuple[RemovedFrames, ...], row["removed"])
    return FormerKey(row["clip_id"], row["stored_as"], row["sealed"], seals, removed)


def _many_to_json(values: Sequence[object]) -> str:
    return f"[{', '.join(map(to_json, values))}]"
