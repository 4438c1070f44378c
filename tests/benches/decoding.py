"""Decoding processes that outlive a decoder: of the import of a clip, the start of one takes longest."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from reviewer.audio.decode import decoder
from reviewer.audio.decode.host import DecodeJob, ForkingHost
from reviewer.model.project import DecodeLimits


class LentHost:
    """A ``ForkingHost`` that goes to the next decoder, with its process, when this one is closed."""

    needs_name = ForkingHost.needs_name

    def __init__(self, idle: list[ForkingHost]) -> None:
        self._idle = idle
        self._host: ForkingHost | None = None

    def start(self) -> None:
        self._lent().start()

    def start_decoding(
        self, path: Path, source: int, limits: DecodeLimits
    ) -> AbstractContextManager[DecodeJob]:
        return self._lent().start_decoding(path, source, limits)

    def give_ahead(self, source: int) -> None:
        self._lent().give_ahead(source)

    def drop_ahead(self) -> None:
        self._lent().drop_ahead()

    def close(self) -> None:
        host, self._host = self._host, None
        if host is not None:
            host._leave_fork()  # no decoder gets the fork that had files of another
            self._idle.append(host)

    def _lent(self) -> ForkingHost:
        if self._host is None:
            self._host = self._idle.pop() if self._idle else ForkingHost()
        return self._host


@contextmanager
def lent_processes() -> Iterator[None]:
    """Inside, each decoder that would start a process borrows one; all end afterwards."""
    idle: list[ForkingHost] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoder, "ForkingHost", lambda: LentHost(idle))
        yield
    for host in idle:
        host.close()
