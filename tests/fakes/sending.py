"""The sending of a queue in the workspace's own file: there is nothing to send."""

from collections.abc import Callable

from reviewer.model.task import Lease
from reviewer.session.sending import SendingRound, Unsent


class NoSending:
    """Stands for ``reviewer.session.sending.Sending``."""

    is_needed = False

    def begin(self, wake: Callable[[], None]) -> None: ...

    def end(self) -> None: ...

    def reach(self, lease: Lease | None) -> None: ...

    def unsent(self) -> Unsent:
        return Unsent()

    def send(self) -> SendingRound:
        return SendingRound(Unsent())
