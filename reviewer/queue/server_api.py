"""What a team's server does beside handing out work: logins, witnessed logs, shared policy and facts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reviewer.model.clip import ClipFacts


@dataclass(frozen=True, slots=True)
class WitnessedLog:
    """The last state of a person's access log that a server saw: its size in rows, the signed note, and when.

    ``size`` is 0 for a person whose log it never saw. ``worked_at``: their last lease or submission there.
    ``unsent``: how much work had not been sent from their machine when they last reported it, and since when.
    """

    person_id: str
    log_id: str
    size: int
    note: str
    witnessed_at: datetime | None
    worked_at: datetime | None
    unsent: int = 0
    unsent_since: datetime | None = None


class WorkNotices(Protocol):
    """A connection on which a server announces that there may be new work, and nothing else."""

    def fileno(self) -> int:
        """The socket, which can be read when something came."""
        ...

    def has_come(self) -> bool:
        """Reads what came, without waiting. Raises Unavailable when the connection has ended."""
        ...

    def close(self) -> None: ...


class ServerQueue(Protocol):
    """A part of ``Queue``. In the workspace's own file there is no server, and nothing to do."""

    def connect_as(self, login: str, password: str) -> None:
        """Says who asks from now on, and sends nothing yet; the workspace's own file has no logins."""
        ...

    def close(self) -> None:
        """Ends the connections to a server, if there are any; the next call opens new ones."""
        ...

    def new_work_notices(self) -> WorkNotices | None:
        """Begins to listen for new work; None for a queue in the workspace's own file. Raises Unavailable."""
        ...

    # Witnessing

    def witnessed_size(self, log_id: str) -> int | None:
        """How many rows of a log of the person's the server saw last, 0 before the first; None where the
        queue is in the workspace's own file, which nobody else holds."""
        ...

    def witness(self, log_id: str, size: int, root: bytes, note: str, proof: Sequence[bytes]) -> None:
        """Shows the end of the person's log to the server, which keeps it.

        ``proof``: that it extends what the server saw last (RFC 6962). Raises Refused (code WITNESS_LOG_CUT,
        WITNESS_LOG_REWRITTEN) where it does not.
        """
        ...

    def tell_unsent(self, count: int, oldest_seconds: float) -> None:
        """Reports how much work on the person's machine is not sent yet, and the age of the oldest."""
        ...

    def witnessed_logs(self) -> list[WitnessedLog]:
        """What the server saw last of everybody, by person, for a lead."""
        ...

    # Folders of people's own

    def team_policies(self) -> list[str]:
        """The policy that each lead put there last, as the signed files; empty without a server.

        The caller checks who signed them, and which is the latest.
        """
        ...

    def put_team_policy(self, serial: int, signed: str) -> None:
        """Puts a lead's policy on the server, in place of their last one; nothing without a server."""
        ...

    def put_clip_facts(self, facts: Sequence[ClipFacts]) -> None:
        """Puts the facts of clips on the server, for a lead; nothing happens without a server."""
        ...

    def clip_facts(self, clip_id: str) -> ClipFacts | None:
        """The facts of a clip that the person has on a lease; None where the server has none, or without one.

        Raises NotLeased; ClipWithdrawn for one that they had and that was purged.
        """
        ...

    def purged_among(self, clip_ids: Collection[str]) -> list[str]:
        """Those of these clips that the person had on a lease and that were purged on the server."""
        ...

    def agreements_of(self, person_id: str) -> list[bytes]:
        """The agreements that a person showed to the server, each the signed record and its signature, newest
        first; for a lead."""
        ...

    def block(self, person_id: str) -> None:
        """Blocks a person on the server for good; does nothing in the workspace's own file."""
        ...
