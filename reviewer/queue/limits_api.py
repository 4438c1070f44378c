"""What a queue does for limits on taking, which a server counts by itself."""

from typing import Protocol


class LimitingQueue(Protocol):
    """A part of ``Queue``; the same holds as there."""

    def lift_limits(self, person_id: str, signed: str) -> None:
        """Lets somebody whom the limits on taking stopped go on, for a lead.

        In the workspace's own file nothing happens: its log counts. ``signed``: the same for the person's own
        folder (``access/lifted_limits.py``).
        """
        ...

    def limits_lifted(self) -> str:
        """What a lead signed when they lifted the caller's limits last; empty where nobody did."""
        ...

    def end_long_transactions(self, seconds: int) -> int:
        """Ends connections of people's logins that keep a transaction open for longer, for a lead; how many.

        Nothing is ended where the server's owner may not, or without a server.
        """
        ...
