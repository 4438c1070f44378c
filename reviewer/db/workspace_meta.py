"""The id of a workspace, and the public key of its access log."""

from dataclasses import dataclass

from reviewer.db.connection import Database
from reviewer.errors import Damaged


@dataclass(frozen=True, slots=True)
class WorkspaceMeta:
    """``log_public_key`` is raw Ed25519, 32 bytes."""

    workspace_id: str
    log_public_key: bytes


def has_meta(database: Database) -> bool:
    """Whether a file has been given its id: a new one has not."""
    return database.value("SELECT 1 FROM meta WHERE key = 'workspace_id'") is not None


def read_meta(database: Database) -> WorkspaceMeta:
    """Reads both; raises Damaged if they are missing."""
    rows = database.rows("SELECT key, value FROM meta")
    values = {row["key"]: row["value"] for row in rows}
    try:
        return WorkspaceMeta(values["workspace_id"], bytes.fromhex(values["log_public_key"]))
    except (KeyError, ValueError) as error:
        raise Damaged("WORKSPACE_META") from error


def write_meta(database: Database, meta: WorkspaceMeta) -> None:
    """Writes both into a new file, once."""
    for key, value in (
        ("workspace_id", meta.workspace_id),
        ("log_public_key", meta.log_public_key.hex()),
    ):
        database.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (key, value))
