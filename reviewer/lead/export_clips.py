"""Says what happened to clips that leave the workspace while an export runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from reviewer.errors import Refused

_GONE = frozenset({"PURGED", "CLIP_WITHDRAWN"})


@contextmanager
def clips_stay() -> Iterator[None]:
    """Turns the refusal of a clip that was purged or withdrawn meanwhile into a refusal of the whole export.

    Raises: Refused (code EXPORT_CLIPS_CHANGED).
    """
    try:
        yield
    except Refused as error:
        if error.code not in _GONE:
            raise
        raise Refused("EXPORT_CLIPS_CHANGED") from error
