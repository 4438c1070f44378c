"""Replaces what the SQLite queue keeps of a clip under its old key."""

from dataclasses import replace

from reviewer.db.connection import Database
from reviewer.model.serialization import from_columns
from reviewer.model.task import SealedAnnotation
from reviewer.queue.api import Resealing


def reseal_clip(database: Database, clip_id: str, resealing: Resealing) -> list[SealedAnnotation]:
    """Seals annotations, comments and late drafts of a clip again; returns the annotations as they are now.

    Annotations are append-only: the trigger lets these two columns through while the clip is named in the
    table ``resealing``, which is empty whenever no transaction is open.
    """
    database.insert("resealing", {"clip_id": clip_id})
    done = []
    for row in database.rows("SELECT * FROM annotation WHERE clip_id = ? ORDER BY id", (clip_id,)):
        work = from_columns(SealedAnnotation, row)
        digest, sealed = resealing.annotation(work)
        database.execute(
            "UPDATE annotation SET digest = ?, sealed = ? WHERE id = ?", (digest, sealed, work.id)
        )
        done.append(replace(work, digest=digest, sealed=sealed))
    database.execute("DELETE FROM resealing WHERE clip_id = ?", (clip_id,))
    rows = database.rows(
        "SELECT id, comment FROM verdict WHERE clip_id = ? AND comment IS NOT NULL", (clip_id,)
    )
    for row in rows:
        comment = resealing.comment(row["id"], row["comment"])
        database.execute("UPDATE verdict SET comment = ? WHERE id = ?", (comment, row["id"]))
    for row in database.rows("SELECT * FROM late_draft WHERE clip_id = ?", (clip_id,)):
        sealed = resealing.late_draft(row["task_id"], row["person_id"], row["sealed"])
        database.execute("UPDATE late_draft SET sealed = ? WHERE id = ?", (sealed, row["id"]))
    return done
