"""A clip store that lives in memory."""

import io
from typing import BinaryIO

from reviewer.errors import Damaged, Refused
from reviewer.model.clip import ContentKind


class MemoryClips:
    """Satisfies ``reviewer.clips.store.ClipStore``; once ``error`` is set, ``put`` raises it."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, ContentKind], bytes] = {}
        self.error: Exception | None = None
        self.puts_before_error = 0

    def put(self, clip_id: str, kind: ContentKind, sealed: bytes) -> None:
        if not clip_id.replace("-", "").replace("_", "").isalnum() or not clip_id.isascii():
            raise Refused("NOT_A_CLIP_ID")
        if self.error is not None:
            if self.puts_before_error == 0:
                raise self.error
            self.puts_before_error -= 1
        self._objects[clip_id, kind] = bytes(sealed)

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
