"""Replaces what the SQLite queue keeps of a clip under its old key."""

from collections.abc import Iterable

from reviewer.db.connection import Database
from reviewer.model.clip import ContentKind
from reviewer.model.task import draft_name
from reviewer.queue.redaction_api import SealedText


def sealed_texts(database: Database, clip_id: str) -> list[SealedText]:
    """The annotations, comments and late drafts of a clip."""
    found = [
        SealedText(ContentKind.ANNOTATION, row["id"], row["id"], row["digest"], row["sealed"])
        for row in database.rows("SELECT * FROM annotation WHERE clip_id = ? ORDER BY id", (clip_id,))
    ]
    rows = database.rows(
        "SELECT id, comment FROM verdict WHERE clip_id = ? AND comment IS NOT NULL", (clip_id,)
    )
    found += [SealedText(ContentKind.COMMENT, row["id"], row["id"], b"", row["comment"]) for row in rows]
    for row in database.rows("SELECT * FROM late_draft WHERE clip_id = ?", (clip_id,)):
        name = draft_name(row["task_id"], row["person_id"])
        found.append(SealedText(ContentKind.LATE_DRAFT, row["id"], name, b"", row["sealed"]))
    return found


def replace_seals(database: Database, clip_id: str, texts: Iterable[SealedText]) -> None:
    """Writes the new seals of a clip's texts, and the digests of its annotations.

    Annotations are append-only: the trigger lets these two columns through while the clip is named in the
    table ``resealing``, which is empty whenever no transaction is open.
    """
    database.insert("resealing", {"clip_id": clip_id})
    for text in texts:
        if text.kind is ContentKind.ANNOTATION:
            database.execute(
                "UPDATE annotation SET digest = ?, sealed = ? WHERE id = ?",
                (text.digest, text.sealed, text.id),
            )
        elif text.kind is ContentKind.COMMENT:
            database.execute("UPDATE verdict SET comment = ? WHERE id = ?", (text.sealed, text.id))
        else:
            database.execute("UPDATE late_draft SET sealed = ? WHERE id = ?", (text.sealed, text.id))
    database.execute("DELETE FROM resealing WHERE clip_id = ?", (clip_id,))
