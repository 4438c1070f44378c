"""The id of a workspace, and id and public key of the access log in this file."""

from dataclasses import dataclass

from reviewer.db.connection import Database
from reviewer.errors import Damaged


@dataclass(frozen=True, slots=True)
class WorkspaceMeta:
    """Content is sealed for ``workspace_id``, the log is signed for ``log_id``.

    A workspace of an earlier version has one id for both; everybody's folder of a team has the workspace id
    of the team and a log of its own. ``log_public_key`` is raw Ed25519, 32 bytes.
    """

    workspace_id: str
    log_public_key: bytes
    log_id: str


def has_meta(database: Database) -> bool:
    """Whether a file has been given its id: a new one has not."""
    return database.value("SELECT 1 FROM meta WHERE key = 'workspace_id'") is not None


def read_meta(database: Database) -> WorkspaceMeta:
    """Reads all three; raises Damaged if one is missing."""
    rows = database.rows("SELECT key, value FROM meta")
    values = {row["key"]: row["value"] for row in rows}
    try:
        log_public_key = bytes.fromhex(values["log_public_key"])
        return WorkspaceMeta(values["workspace_id"], log_public_key, values["log_id"])
    except (KeyError, ValueError) as error:
        raise Damaged("WORKSPACE_META") from error


def write_meta(database: Database, meta: WorkspaceMeta) -> None:
    """Writes all three into a new file, once."""
    for key, value in (
        ("workspace_id", meta.workspace_id),
        ("log_public_key", meta.log_public_key.hex()),
        ("log_id", meta.log_id),
    ):
        database.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (key, value))
