"""The ``alignment`` table: when the words of an annotation are said, sealed under the clip's key."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from reviewer.clips.content import ClipContent, Resealer
from reviewer.db.connection import Database
from reviewer.errors import Damaged
from reviewer.model.clip import ContentKind
from reviewer.model.clock import Clock, to_micros
from reviewer.model.hypothesis import Word
from reviewer.model.people import Keyring


@dataclass(frozen=True, slots=True)
class Alignment:
    """The words of one annotation with their frames; those that the aligner does not know are missing."""

    annotation_id: str
    clip_id: str
    engine: str
    version: str
    words: tuple[Word, ...]


class AlignmentRepository:
    """At most one alignment for each annotation; a later one replaces it."""

    def __init__(self, database: Database, content: ClipContent, clock: Clock) -> None:
        self._database = database
        self._content = content
        self._clock = clock

    def has(self, annotation_id: str) -> bool:
        """Whether there is one; nothing is unsealed."""
        found = self._database.value("SELECT 1 FROM alignment WHERE annotation_id = ?", (annotation_id,))
        return found is not None

    def add(self, keyring: Keyring, alignment: Alignment) -> None:
        """Keeps an alignment. Raises Refused if the clip is unknown or was purged."""
        name = _name(alignment.annotation_id, alignment.engine, alignment.version)
        words = _to_bytes(alignment.words)
        sealed = self._content.seal(keyring, alignment.clip_id, ContentKind.HYPOTHESIS, name, words)
        self._database.execute(
            "INSERT OR REPLACE INTO alignment VALUES (?, ?, ?, ?, ?, ?)",
            (
                alignment.annotation_id, alignment.clip_id, alignment.engine, alignment.version, sealed,
                to_micros(self._clock.now()),
            ),
        )  # fmt: skip

    def get(self, keyring: Keyring, annotation_id: str) -> Alignment | None:
        """The alignment of an annotation; unseals, outside a transaction. Raises Damaged, Refused."""
        rows = self._database.rows(
            "SELECT clip_id, engine, version, sealed FROM alignment WHERE annotation_id = ?", (annotation_id,)
        )
        for row in rows:
            name = _name(annotation_id, row["engine"], row["version"])
            data = self._content.unseal(keyring, row["clip_id"], ContentKind.HYPOTHESIS, name, row["sealed"])
            return Alignment(annotation_id, row["clip_id"], row["engine"], row["version"], _words(data))
        return None

    def reseal_clip(
        self, clip_id: str, resealer: Resealer, change: Callable[[tuple[Word, ...]], tuple[Word, ...]]
    ) -> dict[str, tuple[Word, ...]]:
        """Seals a clip's alignments under its next key, with the words that ``change`` leaves.

        In the transaction that replaces the key. Returns the words of each annotation as they were.
        """
        rows = self._database.rows(
            "SELECT annotation_id, engine, version, sealed FROM alignment WHERE clip_id = ?", (clip_id,)
        )
        found = {}
        for row in rows:
            name = _name(row["annotation_id"], row["engine"], row["version"])
            words = _words(resealer.unseal(ContentKind.HYPOTHESIS, name, row["sealed"]))
            sealed = resealer.seal(ContentKind.HYPOTHESIS, name, _to_bytes(change(words)))
            self._database.execute(
                "UPDATE alignment SET sealed = ? WHERE annotation_id = ?", (sealed, row["annotation_id"])
            )
            found[row["annotation_id"]] = words
        return found

    def delete_of_clip(self, clip_id: str) -> None:
        """Removes those of a purged clip."""
        self._database.execute("DELETE FROM alignment WHERE clip_id = ?", (clip_id,))


def _to_bytes(words: tuple[Word, ...]) -> bytes:
    return json.dumps([[word.text, word.start, word.end] for word in words]).encode()


def _words(data: bytes) -> tuple[Word, ...]:
    try:
        return tuple(Word(text, start, end) for text, start, end in json.loads(data))
    except (ValueError, TypeError) as error:
        raise Damaged("HYPOTHESIS_UNREADABLE") from error


def _name(annotation_id: str, engine: str, version: str) -> str:
    """Binds the seal to the unsealed columns; the first part tells it from a hypothesis."""
    return json.dumps(["alignment", annotation_id, engine, version])
