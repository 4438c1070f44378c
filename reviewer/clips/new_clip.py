"""The sealed files of a clip that is being imported or redacted, written a part at a time."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast

from reviewer.clips import keys
from reviewer.clips.seal import CHUNK_BYTES, SealContext, SealedReader, SealedWriter
from reviewer.clips.store import ClipStore, NewObject
from reviewer.errors import Unavailable
from reviewer.model.clip import ContentKind


class NewSealedObject:
    """One sealed object that is being written; its plain bytes are never on the disk."""

    def __init__(self, key: bytes, context: SealContext, created: NewObject) -> None:
        self._key = key
        self._context = context
        self._created = created
        with _translated():
            self._writer = SealedWriter(key, context, created.stream)

    def write(self, data: bytes) -> None:
        """Appends; raises Unavailable."""
        try:
            self._writer.write(data)
        except OSError as error:
            raise _not_written(error) from error

    def rewrite_start(self, data: bytes) -> None:
        """Replaces the first bytes, at most 64 KiB; raises Unavailable."""
        with _translated():
            self._writer.rewrite_start(data)

    def reread(self) -> BinaryIO:
        """What was written, from its beginning; nothing can be written afterwards. Raises Unavailable."""
        with _translated():
            self._writer.finish()
            stream = self._created.reread()
        return cast(
            "BinaryIO", io.BufferedReader(SealedReader(self._key, self._context, stream), CHUNK_BYTES)
        )

    def finish(self) -> None:
        """Writes the last of it; raises Unavailable."""
        with _translated():
            self._writer.finish()
            self._created.stream.flush()


class NewClip:
    """A new key of a clip and the files sealed under it, none of which has its name yet."""

    def __init__(
        self,
        store: ClipStore,
        workspace_id: str,
        clip_id: str,
        stored_as: str,
        *,
        sealed: tuple[bytes, Sequence[NewObject]] | None = None,
    ) -> None:
        """``sealed``: a key, and files that another process has sealed under it and finished."""
        self.key, written = sealed or (keys.new_clip_key(), ())
        self.files: list[NewObject] = list(written)
        self._store = store
        self._workspace_id = workspace_id
        self._clip_id = clip_id
        self._stored_as = stored_as
        self._writing: list[NewSealedObject] = []

    def create(self, kind: ContentKind) -> NewSealedObject:
        """Begins a file of this kind; raises Unavailable."""
        context = SealContext(self._workspace_id, self._clip_id, kind)
        file = self._store.create(self._stored_as, kind)
        self.files.append(file)
        made = NewSealedObject(self.key, context, file)
        self._writing.append(made)
        return made

    def write(self, kind: ContentKind, parts: Iterable[bytes]) -> None:
        """Writes a file of this kind; raises Unavailable."""
        made = self.create(kind)
        for part in parts:
            made.write(part)

    def finish(self) -> None:
        """Writes the last of all files; raises Unavailable."""
        for one in self._writing:
            one.finish()

    def keep(self) -> None:
        """Gives all files their names, which were synced before; raises Unavailable."""
        with _translated():
            for one in self.files:
                one.keep()

    def discard(self) -> None:
        """Removes the files that were not kept."""
        for one in self.files:
            one.discard()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _not_written(error) from error


def _not_written(error: OSError) -> Unavailable:
    return Unavailable("CLIP_NOT_WRITTEN", problem=str(error.strerror))
