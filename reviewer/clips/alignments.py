"""The ``alignment`` table: when the words of an annotation are said, sealed under the clip's key."""

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass

from reviewer.clips.content import ClipContent, Resealer
from reviewer.db.connection import Database
from reviewer.errors import Damaged
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.clock import Clock, to_micros
from reviewer.model.hypothesis import Word
from reviewer.model.people import Keyring
from reviewer.transcript.aligned_texts import AlignedText


@dataclass(frozen=True, slots=True)
class Alignment:
    """The aligned texts of one annotation. ``is_complete``: all of its segments were given to an aligner."""

    annotation_id: str
    clip_id: str
    engine: str
    version: str
    texts: tuple[AlignedText, ...]
    is_complete: bool = True


class AlignmentRepository:
    """At most one alignment for each annotation; a later one replaces it.

    It is an object of its own, because an annotation holds what a person did, and the same work sent twice
    must have the same digest. The digest of the segments is bound into the seal: with another text it does
    not open.
    """

    def __init__(self, database: Database, content: ClipContent, clock: Clock) -> None:
        self._database = database
        self._content = content
        self._clock = clock

    def has_complete(self, annotation_id: str) -> bool:
        """Whether there is one of the whole annotation; nothing is unsealed."""
        query = "SELECT 1 FROM alignment WHERE annotation_id = ? AND is_complete = 1"
        return self._database.value(query, (annotation_id,)) is not None

    def known_among(self, annotation_ids: Collection[str]) -> frozenset[str]:
        """Those of these annotations that have one; nothing is unsealed."""
        rows = self._database.rows(
            "SELECT annotation_id FROM alignment WHERE annotation_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(annotation_ids)),),
        )
        return frozenset(row["annotation_id"] for row in rows)

    def add(self, keyring: Keyring, annotation: Annotation, alignment: Alignment) -> None:
        """Seals and keeps the alignment of an annotation. Raises Refused if the clip was purged."""
        self.keep(alignment, self.seal(keyring, annotation, alignment))

    def seal(self, keyring: Keyring, annotation: Annotation, alignment: Alignment) -> bytes:
        """The sealed words, to be kept in a later transaction. Raises Refused if the clip was purged."""
        name = _name(annotation, alignment.annotation_id, alignment.engine, alignment.version)
        words = {
            each.segment_id: [[word.text, word.start, word.end] for word in each.words]
            for each in alignment.texts
        }
        plain = json.dumps(words).encode()
        return self._content.seal(keyring, alignment.clip_id, ContentKind.HYPOTHESIS, name, plain)

    def keep(self, alignment: Alignment, sealed: bytes) -> None:
        """Writes what ``seal`` made."""
        self._database.execute(
            "INSERT OR REPLACE INTO alignment"
            " (annotation_id, clip_id, engine, version, sealed, made_at, is_complete)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                alignment.annotation_id, alignment.clip_id, alignment.engine, alignment.version, sealed,
                to_micros(self._clock.now()), alignment.is_complete,
            ),
        )  # fmt: skip

    def get(self, keyring: Keyring, annotation_id: str, annotation: Annotation) -> Alignment | None:
        """The alignment of an annotation; unseals, outside a transaction.

        Raises: Damaged, also when it was made for another text; Refused.
        """
        query = "SELECT * FROM alignment WHERE annotation_id = ?"
        for row in self._database.rows(query, (annotation_id,)):
            name = _name(annotation, annotation_id, row["engine"], row["version"])
            data = self._content.unseal(keyring, row["clip_id"], ContentKind.HYPOTHESIS, name, row["sealed"])
            return Alignment(
                annotation_id,
                row["clip_id"],
                row["engine"],
                row["version"],
                _texts(annotation, data),
                bool(row["is_complete"]),
            )
        return None

    def words_before(self, resealer: Resealer, work: Annotation, annotation_id: str) -> tuple[Word, ...]:
        """The words of an annotation in the transaction that replaces its clip's key; none without times."""
        query = "SELECT * FROM alignment WHERE annotation_id = ?"
        for row in self._database.rows(query, (annotation_id,)):
            name = _name(work, annotation_id, row["engine"], row["version"])
            try:
                texts = _texts(work, resealer.unseal(ContentKind.HYPOTHESIS, name, row["sealed"]))
            except Damaged:  # it can be made again, and must not keep anything else from being sealed
                self._database.execute("DELETE FROM alignment WHERE annotation_id = ?", (annotation_id,))
                return ()
            return tuple(word for each in texts for word in each.words)
        return ()

    def reseal(
        self,
        resealer: Resealer,
        annotation_id: str,
        texts: tuple[Annotation, Annotation],
        kept: Callable[[Word], bool],
    ) -> None:
        """Seals the words of an annotation that are ``kept`` under the next key, for its text as it is now.

        Args:
            texts: the annotation before the transaction, and after it.
        """
        before, after = texts
        query = "SELECT * FROM alignment WHERE annotation_id = ?"
        for row in self._database.rows(query, (annotation_id,)):
            facts = annotation_id, row["engine"], row["version"]
            data = resealer.unseal(ContentKind.HYPOTHESIS, _name(before, *facts), row["sealed"])
            words = {
                each.segment_id: [[word.text, word.start, word.end] for word in each.words if kept(word)]
                for each in _texts(before, data)
            }
            sealed = resealer.seal(ContentKind.HYPOTHESIS, _name(after, *facts), json.dumps(words).encode())
            self._database.execute(
                "UPDATE alignment SET sealed = ? WHERE annotation_id = ?", (sealed, annotation_id)
            )

    def delete_of_clip(self, clip_id: str) -> None:
        """Removes those of a purged clip."""
        self._database.execute("DELETE FROM alignment WHERE clip_id = ?", (clip_id,))


def _texts(annotation: Annotation, data: bytes) -> tuple[AlignedText, ...]:
    try:
        words = json.loads(data)
        return tuple(
            AlignedText(
                each.id,
                each.start,
                each.end,
                each.text,
                tuple(Word(text, start, end) for text, start, end in words[each.id]),
            )
            for each in annotation.segments
            if each.id in words
        )
    except (ValueError, TypeError) as error:
        raise Damaged("HYPOTHESIS_UNREADABLE") from error


def _name(annotation: Annotation, annotation_id: str, engine: str, version: str) -> str:
    """Binds the seal to the unsealed columns and to the text; the first part tells it from a hypothesis."""
    segments = [[each.id, each.start, each.end, each.text] for each in annotation.segments]
    digest = hashlib.sha256(json.dumps(segments).encode()).hexdigest()
    return json.dumps(["alignment", annotation_id, digest, engine, version])
