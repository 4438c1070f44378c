"""A stream for libsndfile, whose callbacks swallow errors."""

import io
from typing import Any, BinaryIO

from reviewer.errors import ReviewerError, Unavailable


class ErrorKeepingStream:
    """Reads from another stream; what goes wrong meanwhile is kept, and told by ``complain``."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._error: ReviewerError | None = None

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        try:
            part = self._stream.read(len(view))
        except ReviewerError as error:
            self._error = error
            return 0
        except OSError as error:
            self._error = Unavailable("A clip could not be read.", f"Check the disk ({error.strerror}).")
            return 0
        view[: len(part)] = part
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def close(self) -> None:
        self._stream.close()

    def complain(self) -> None:
        """Raise what went wrong since this was asked last."""
        error, self._error = self._error, None
        if error is not None:
            raise error
