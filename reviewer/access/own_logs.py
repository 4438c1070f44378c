"""The logs of people who work in a folder of their own."""

from collections.abc import Mapping

from reviewer.access.audit_log import AuditLog
from reviewer.db.connection import Database
from reviewer.model.event import Action


class OwnLogs:
    """The ``own_log`` table of the lead's file: the logs of people's own folders, admitted by a lead."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, log_id: str, person_id: str, public_key: bytes) -> None:
        """Adds a log with the key that signs it; a person has another for each folder they joined with."""
        row = {"log_id": log_id, "person_id": person_id, "public_key": public_key}
        self._database.insert("own_log", row)

    def keys(self) -> Mapping[str, tuple[str, bytes]]:
        """Log -> person and public key."""
        rows = self._database.rows("SELECT log_id, person_id, public_key FROM own_log")
        return {row["log_id"]: (row["person_id"], row["public_key"]) for row in rows}


def newest_logs(log: AuditLog) -> dict[str, str]:
    """Person -> the log of the folder with which they joined last, as rows of the lead's log say."""
    joined = (row.event() for row in log.of_action(Action.PERSON_JOINED))
    return {event.object: str(event.detail.get("log_id", "")) for event in joined}
