"""A clip store that lives in memory."""

import io
from collections.abc import Callable, Sequence
from typing import BinaryIO

from reviewer.clips.store import NewObject
from reviewer.errors import Damaged, Refused
from reviewer.model.clip import ContentKind


class MemoryObject:
    """Satisfies ``reviewer.clips.store.NewObject``."""

    def __init__(self, keep: Callable[[bytes], None]) -> None:
        self.stream = io.BytesIO()
        self._keep = keep

    def reread(self) -> BinaryIO:
        return io.BytesIO(self.stream.getvalue())

    def sync(self) -> None:
        return None

    def keep(self) -> None:
        self._keep(self.stream.getvalue())

    def discard(self) -> None:
        return None


class MemoryClips:
    """Satisfies ``reviewer.clips.store.ClipStore``; once ``error`` is set, it is raised by writing."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, ContentKind], bytes] = {}
        self.error: Exception | None = None
        self.puts_before_error = 0

    def put(self, clip_id: str, kind: ContentKind, sealed: bytes) -> None:
        self._check(clip_id)
        self._objects[clip_id, kind] = bytes(sealed)

    def create(self, clip_id: str, kind: ContentKind) -> "MemoryObject":
        self._check(clip_id)
        return MemoryObject(lambda sealed: self._objects.__setitem__((clip_id, kind), sealed))

    def adopt(self, clip_id: str, kind: ContentKind, written_as: str) -> "MemoryObject":
        raise NotImplementedError

    def sync_new(self, objects: Sequence[NewObject]) -> None:
        for one in objects:
            one.sync()

    def sync_names(self) -> None:
        return None

    def open(self, clip_id: str, kind: ContentKind) -> BinaryIO:
        try:
            return io.BytesIO(self._objects[clip_id, kind])
        except KeyError as error:
            raise Damaged("CLIP_FILE_MISSING") from error

    def has(self, clip_id: str, kind: ContentKind) -> bool:
        return (clip_id, kind) in self._objects

    def remove(self, clip_id: str) -> None:
        self._objects = {place: data for place, data in self._objects.items() if place[0] != clip_id}

    def clip_ids(self) -> set[str]:
        return {clip_id for clip_id, _ in self._objects}

    def sweep(self, keep: set[str]) -> int:
        orphans = self.clip_ids() - keep
        for clip_id in orphans:
            self.remove(clip_id)
        return len(orphans)

    def _check(self, clip_id: str) -> None:
        if not clip_id.replace("-", "").replace("_", "").isalnum() or not clip_id.isascii():
            raise Refused("NOT_A_CLIP_ID")
        if self.error is not None:
            if self.puts_before_error == 0:
                raise self.error
            self.puts_before_error -= 1
