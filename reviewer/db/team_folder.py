"""Whether a file is somebody's own folder of a team's workspace, and which policy it follows."""

from reviewer.db.connection import Database

_SERIAL = "team_policy"


class TeamFolder:
    """Whether this file is somebody's own folder of a team's workspace, and which policy it has."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def serial(self) -> int | None:
        """The number of the policy that this folder has; None in the lead's file."""
        value = self._database.value("SELECT value FROM meta WHERE key = ?", (_SERIAL,))
        return None if value is None else int(value)

    def is_own(self) -> bool:
        """Whether keys come from a broker only, and clips' facts with their leases."""
        return self.serial() is not None

    def follow(self, serial: int) -> None:
        """Records the policy whose files are here now."""
        self._database.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_SERIAL, str(serial)),
        )
