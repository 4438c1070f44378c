"""One clip's content, sealed and unsealed under its own key."""

import hashlib
import hmac
import io
from collections.abc import Callable
from typing import BinaryIO, cast

from reviewer.clips import keys
from reviewer.clips.key_delivery import KeyDeliveries
from reviewer.clips.repository import ClipRepository
from reviewer.clips.seal import CHUNK_BYTES, SealContext, SealedReader, seal, unseal
from reviewer.clips.store import ClipStore
from reviewer.db.connection import Database
from reviewer.errors import Damaged, Refused
from reviewer.model.clip import Clip, ContentKind
from reviewer.model.people import Keyring


class ClipContent:
    """Combines store, clip keys and seal; every call needs a keyring, and none is kept.

    Unsealing inside a transaction raises RuntimeError: the log row before it could still be rolled back.

    Several objects of one kind are distinguished by ``name``, which is bound into the seal: the
    annotation's id for annotations, the verdict's for comments, task id and author for drafts; id,
    engine and version for hypotheses.
    """

    def __init__(
        self, workspace_id: str, store: ClipStore, clips: ClipRepository, database: Database
    ) -> None:
        self._workspace_id = workspace_id
        self._store = store
        self._clips = clips
        self._database = database
        self._deliveries = KeyDeliveries(database)

    def seal(self, keyring: Keyring, clip_id: str, kind: ContentKind, name: str, data: bytes) -> bytes:
        """Seals content of a clip; raises Refused if the clip was purged."""
        return seal(self._key(keyring, clip_id), self._context(clip_id, kind, name), data)

    def unseal(self, keyring: Keyring, clip_id: str, kind: ContentKind, name: str, sealed: bytes) -> bytes:
        """Unseals content of this clip, kind and name; raises Damaged, or Refused if the clip was purged."""
        self._database.require_no_transaction()
        return unseal(self._key(keyring, clip_id), self._context(clip_id, kind, name), sealed)

    def audio(self, keyring: Keyring, clip_id: str) -> BinaryIO:
        """A seekable stream over the clip's canonical FLAC; the caller closes it. Raises Damaged, Refused."""
        return self._open(keyring, clip_id, ContentKind.AUDIO)

    def peaks(self, keyring: Keyring, clip_id: str) -> BinaryIO:
        """A seekable stream over the clip's peaks; the caller closes it. Raises Damaged, Refused."""
        return self._open(keyring, clip_id, ContentKind.PEAKS)

    def speech(self, keyring: Keyring, clip_id: str) -> bytes | None:
        """The clip's passages of speech as written at import, if it has any. Raises Damaged, Refused."""
        self._database.require_no_transaction()
        key = self._key(keyring, clip_id)
        if not self._store.has(clip_id, ContentKind.SPEECH):
            return None
        with self._store.open(clip_id, ContentKind.SPEECH) as stream:
            return unseal(key, self._context(clip_id, ContentKind.SPEECH), stream.read())

    def digest(self, keyring: Keyring, clip_id: str, data: bytes) -> bytes:
        """HMAC-SHA256 under the clip's key: identifies content, and reveals nothing without the key."""
        key = keys.subkey(self._key(keyring, clip_id), "digest")
        return hmac.digest(key, data, hashlib.sha256)

    def add(
        self,
        keyring: Keyring,
        clip: Clip,
        flac: bytes,
        peaks: bytes,
        in_transaction: Callable[[], None],
        *,
        speech: bytes | None = None,
    ) -> None:
        """Imports a clip: sealed files first, then its row and ``in_transaction`` in one commit.

        Raises Refused (code DUPLICATE) for a clip that was imported before. If anything is raised, also by
        ``in_transaction``, no file is left.
        """
        if self._clips.has(clip.id):
            raise Refused("DUPLICATE")
        key = keys.new_clip_key()
        plain = {ContentKind.AUDIO: flac, ContentKind.PEAKS: peaks, ContentKind.SPEECH: speech}
        contents = {
            kind: seal(key, self._context(clip.id, kind), data)
            for kind, data in plain.items()
            if data is not None
        }
        try:
            self._put_missing(clip.id, contents)
            with self._database.transaction():
                # In this transaction: before it the workspace key may be replaced.
                self._clips.add(clip, self._wrap(keyring, clip.id, key))
                in_transaction()
                # Another process may have swept since the files were written; in this transaction none can.
                self._put_missing(clip.id, contents)
        except BaseException:
            # Ctrl-C may come just after the commit: then the clip is imported, and its files must stay.
            if not self._clips.has(clip.id):
                self._store.remove(clip.id)
            raise

    def sweep(self) -> int:
        """Removes what a killed import or a purge left behind; returns the number of clips or files removed.

        It holds the write lock, so that no clip is added between listing and removal. Must not be called
        inside a transaction.
        """
        with self._database.transaction():
            swept = self._store.sweep(self._clips.ids())
        self._clips.truncate_wal()
        return swept

    def destroy(self, clip_id: str) -> None:
        """Destroys the clip's key, which makes everything sealed under it unreadable, then its files.

        Inside a transaction use ``ClipRepository.destroy_key`` and ``sweep`` after the commit.
        """
        self._clips.destroy_key(clip_id)
        self._store.remove(clip_id)
        self._clips.truncate_wal()

    def _put_missing(self, clip_id: str, contents: dict[ContentKind, bytes]) -> None:
        for kind, sealed in contents.items():
            if not self._store.has(clip_id, kind):
                self._store.put(clip_id, kind, sealed)

    def _open(self, keyring: Keyring, clip_id: str, kind: ContentKind) -> BinaryIO:
        self._database.require_no_transaction()
        key = self._key(keyring, clip_id)
        stream = self._store.open(clip_id, kind)
        try:
            reader = SealedReader(key, self._context(clip_id, kind), stream)
        except Damaged:
            stream.close()
            raise
        return cast("BinaryIO", io.BufferedReader(reader, CHUNK_BYTES))

    def _key(self, keyring: Keyring, clip_id: str) -> bytes:
        while True:
            current = self._deliveries.current(keyring)
            try:
                return keys.unwrap_clip_key(current.workspace_key, clip_id, self._clips.wrapped_key(clip_id))
            except Damaged:
                if self._deliveries.generation() == current.generation:
                    raise  # else the workspace key was replaced between the two reads

    def _wrap(self, keyring: Keyring, clip_id: str, key: bytes) -> bytes:
        return keys.wrap_clip_key(self._deliveries.current(keyring).workspace_key, clip_id, key)

    def _context(self, clip_id: str, kind: ContentKind, name: str = "") -> SealContext:
        return SealContext(self._workspace_id, clip_id, kind, name)
