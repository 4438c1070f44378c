"""One clip's content, sealed and unsealed under its own key."""

import hashlib
import hmac
import io
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from reviewer.clips import keys
from reviewer.clips.former_keys import FormerKeys
from reviewer.clips.key_delivery import KeyDeliveries
from reviewer.clips.new_clip import NewClip
from reviewer.clips.released_keys import ReleasedKeys
from reviewer.clips.repository import ClipRepository
from reviewer.clips.seal import CHUNK_BYTES, SealContext, SealedReader, plain_bytes, seal, unseal
from reviewer.clips.store import ClipStore
from reviewer.db.connection import Database
from reviewer.db.team_folder import TeamFolder
from reviewer.errors import ClipKeyNotHeld, Damaged, Refused, Unavailable
from reviewer.model.clip import Clip, ContentKind
from reviewer.model.people import Keyring

_NEVER_TOO_LARGE = 16 << 20
_MOST_BYTES_A_SAMPLE = 4  # FLAC that compresses nothing has three and a frame's header


@dataclass(frozen=True, slots=True)
class ClipFiles:
    """What of a clip is in files: canonical FLAC, a long one's peaks, passages of speech once found."""

    flac: bytes
    peaks: bytes | None = None
    speech: bytes | None = None

    def by_kind(self) -> dict[ContentKind, bytes]:
        """The files there are."""
        files = {ContentKind.AUDIO: self.flac, ContentKind.PEAKS: self.peaks, ContentKind.SPEECH: self.speech}
        return {kind: data for kind, data in files.items() if data is not None}


@dataclass(frozen=True, slots=True)
class Resealer:
    """Seals content of one clip under its next key, in the transaction that replaces the key.

    Content is unsealed here inside a transaction, and by no other code: the row that allows it must have been
    committed before.
    """

    old: bytes = field(repr=False)
    new: bytes = field(repr=False)
    workspace_id: str
    clip_id: str

    def unseal(self, kind: ContentKind, name: str, sealed: bytes) -> bytes:
        """What was sealed under the old key. Raises Damaged."""
        return unseal(self.old, SealContext(self.workspace_id, self.clip_id, kind, name), sealed)

    def seal(self, kind: ContentKind, name: str, data: bytes) -> bytes:
        """Seals under the new key."""
        return seal(self.new, SealContext(self.workspace_id, self.clip_id, kind, name), data)

    def digest(self, data: bytes) -> bytes:
        """The keyed digest under the new key, as ``ClipContent.digest`` gives it from now on."""
        return digest_of(self.new, data)

    def digest_before(self, data: bytes) -> bytes:
        """The same under the old key, whatever a queue says that it was."""
        return digest_of(self.old, data)


@dataclass(frozen=True, slots=True)
class ClipKey:
    """A clip's key, the name of the files under it, and the generation of the workspace key around it."""

    key: bytes = field(repr=False)
    stored_as: str
    generation: int


@dataclass(frozen=True, slots=True)
class SealedAudio:
    """Where the sealed FLAC of a clip lies, and what opens it: for a worker process."""

    path: str
    key: bytes = field(repr=False)
    workspace_id: str


class HeldKeys:
    """The keys of a batch of clips: each is unwrapped once, and dropped with the batch."""

    def __init__(
        self, content: "ClipContent", keyring: Keyring, held: Mapping[str, tuple[str, bytes]]
    ) -> None:
        self._content = content
        self._keyring = keyring
        self._held = held

    def audio(self, clip_id: str) -> bytes:
        """The clip's canonical FLAC. Raises Damaged, Refused."""
        if clip_id in self._held:
            name, key = self._held[clip_id]
            with suppress(Damaged):  # else a redaction may have replaced key and files meanwhile
                return self._content.audio_under(key, name, clip_id)
        with self._content.audio(self._keyring, clip_id) as stream:
            return stream.read()

    def sealed_audio(self, clip_id: str) -> SealedAudio | None:
        """What a worker process needs to unseal the clip's FLAC; None if it can only be done here."""
        if clip_id not in self._held:
            return None
        name, key = self._held[clip_id]
        return self._content.sealed_audio(key, name)

    def unseal(self, clip_id: str, kind: ContentKind, name: str, sealed: bytes) -> tuple[bytes, bytes]:
        """The plain bytes and their keyed digest. Raises Damaged, Refused."""
        if clip_id in self._held:
            with suppress(Damaged):
                plain = self._content.unseal_under(self._held[clip_id][1], clip_id, kind, name, sealed)
                return plain, digest_of(self._held[clip_id][1], plain)
        return self._content.unseal_with_digest(self._keyring, clip_id, kind, name, sealed)


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
        self._copies: dict[str, tuple[str, dict[ContentKind, bytes]]] = {}
        self._clips = clips
        self._database = database
        self._deliveries = KeyDeliveries(database)
        self.released = ReleasedKeys()
        self._added_keys: dict[str, bytes] = {}

    def seal(self, keyring: Keyring, clip_id: str, kind: ContentKind, name: str, data: bytes) -> bytes:
        """Seals content of a clip; raises Refused if the clip was purged, or its key is not here."""
        key = self._key(keyring, clip_id, for_sealing=True)
        return seal(key, self._context(clip_id, kind, name), data)

    def unseal(self, keyring: Keyring, clip_id: str, kind: ContentKind, name: str, sealed: bytes) -> bytes:
        """Unseals content of this clip, kind and name; raises Damaged, or Refused if the clip was purged."""
        return self.unseal_with_digest(keyring, clip_id, kind, name, sealed)[0]

    def unseal_with_digest(
        self, keyring: Keyring, clip_id: str, kind: ContentKind, name: str, sealed: bytes
    ) -> tuple[bytes, bytes]:
        """The same with its keyed digest, both under the key with which it was sealed.

        That is the clip's former key for what a queue elsewhere has not replaced yet.
        """
        self._database.require_no_transaction()
        key, context = self._key(keyring, clip_id), self._context(clip_id, kind, name)
        try:
            plain = unseal(key, context, sealed)
        except Damaged:
            former = self._former_key(key, clip_id)
            if former is None:
                raise
            key, plain = former, unseal(former, context, sealed)
        return plain, digest_of(key, plain)

    def _former_key(self, key: bytes, clip_id: str) -> bytes | None:
        found = FormerKeys(self._database).get(clip_id)
        return (
            None
            if found is None
            else unseal(key, self._context(clip_id, ContentKind.FORMER_KEY), found.sealed)
        )

    def hold_keys(self, keyring: Keyring, clip_ids: Collection[str]) -> HeldKeys:
        """The keys of a batch of clips, without those that cannot be unwrapped; outside a transaction."""
        self._database.require_no_transaction()
        found = self._clips.keys_of(clip_ids)
        wrapped = {clip_id: key for clip_id, (_, key) in found.items()}
        workspace_key = self._workspace_key(keyring)
        try:
            unwrapped = keys.unwrap_clip_keys(workspace_key, wrapped)
        except Damaged:  # one of them; or the workspace key is being replaced
            unwrapped = {}
        return HeldKeys(self, keyring, {each: (found[each][0], key) for each, key in unwrapped.items()})

    def clip_key(self, keyring: Keyring, clip_id: str) -> ClipKey:
        """The key itself, for the broker that releases it; after its row, and so outside a transaction.

        Raises Refused if the clip was purged, Damaged.
        """
        self._database.require_no_transaction()
        while True:
            name, generation = self._clips.stored_as(clip_id), self._deliveries.generation()
            key = self._key(keyring, clip_id)
            if (self._clips.stored_as(clip_id), self._deliveries.generation()) == (name, generation):
                return ClipKey(key, name, generation)

    def audio_under(self, key: bytes, stored_as: str, clip_id: str) -> bytes:
        """The canonical FLAC of a file under a held key. Raises Damaged."""
        self._database.require_no_transaction()
        with self._store.open(stored_as, ContentKind.AUDIO) as stream:
            return unseal(key, self._context(clip_id, ContentKind.AUDIO), self._whole(stream, clip_id))

    def sealed_audio(self, key: bytes, stored_as: str) -> SealedAudio | None:
        """The file that a held key opens; None where objects are in no files of this machine."""
        path = self._store.local_path(stored_as, ContentKind.AUDIO)
        return None if path is None else SealedAudio(path, key, self._workspace_id)

    def has_files(self) -> bool:
        """Whether sealed sound is in files of this machine, which another process can open."""
        return self._store.has_files

    def unseal_under(self, key: bytes, clip_id: str, kind: ContentKind, name: str, sealed: bytes) -> bytes:
        """Content under a held key. Raises Damaged."""
        self._database.require_no_transaction()
        return unseal(key, self._context(clip_id, kind, name), sealed)

    def audio(self, keyring: Keyring, clip_id: str) -> BinaryIO:
        """A seekable stream over the clip's canonical FLAC; the caller closes it. Raises Damaged, Refused."""
        return self._open(keyring, clip_id, ContentKind.AUDIO)

    def take_copies(self, clip_id: str) -> None:
        """Copies a clip's sealed objects into memory, until ``drop_copies``. Raises Damaged, Unavailable.

        Only its sound has to be there: who may only read from a bucket is not told what else there is.
        """
        name = self._clips.stored_as(clip_id)
        copies: dict[ContentKind, bytes] = {}
        for kind in (ContentKind.AUDIO, ContentKind.PEAKS, ContentKind.SPEECH):
            try:
                with self._store.open(name, kind) as stream:
                    copies[kind] = self._whole(stream, clip_id)
            except (Damaged, Unavailable):
                if kind is ContentKind.AUDIO:
                    raise
        self._copies[clip_id] = name, copies

    def drop_copies(self, clip_id: str) -> None:
        """Forgets the copies of a clip, if there are any."""
        self._copies.pop(clip_id, None)

    def _copies_of(self, name: str, clip_id: str) -> dict[ContentKind, bytes] | None:
        """The copies in memory of the objects with this name."""
        found = self._copies.get(clip_id)
        return found[1] if found is not None and found[0] == name else None

    def has_audio(self, clip_id: str) -> bool:
        """Whether a clip's sealed sound is in its store, without reading it. Raises Unavailable."""
        return self._store.has(self._clips.stored_as(clip_id), ContentKind.AUDIO)

    def audio_bytes(self, clip_id: str) -> int:
        """The size of the clip's canonical FLAC; nothing is unsealed for it. Raises Damaged, Refused."""
        with self._store.open(self._clips.stored_as(clip_id), ContentKind.AUDIO) as stream:
            return plain_bytes(stream.seek(0, io.SEEK_END))

    def peaks(self, keyring: Keyring, clip_id: str) -> BinaryIO:
        """A seekable stream over a long clip's peaks; the caller closes it. Raises Damaged, Refused."""
        return self._open(keyring, clip_id, ContentKind.PEAKS)

    def speech(self, keyring: Keyring, clip_id: str) -> bytes | None:
        """The clip's passages of speech, if they were found already. Raises Damaged, Refused."""
        self._database.require_no_transaction()
        key = self._key(keyring, clip_id)
        name = self._clips.stored_as(clip_id)
        copies = self._copies_of(name, clip_id)
        if copies is not None and ContentKind.SPEECH not in copies:
            return None
        if copies is None and not self._store.has(name, ContentKind.SPEECH):
            return None
        with self._sealed(name, clip_id, ContentKind.SPEECH) as stream:
            return unseal(key, self._context(clip_id, ContentKind.SPEECH), self._whole(stream, clip_id))

    def keep_speech(self, keyring: Keyring, clip_id: str, stored_as: str, passages: bytes) -> None:
        """Keeps what was found in the sound ``stored_as``. Raises Refused, Unavailable.

        Whoever finds them at the same time finds the same. If the sound was replaced or the clip purged
        meanwhile, the file belongs to nothing, and goes with the next ``sweep``.
        """
        if self._copies_of(stored_as, clip_id) is not None:
            return  # the store may be away: whoever opens it next finds them again
        sealed = self.seal(keyring, clip_id, ContentKind.SPEECH, "", passages)
        self._store.put(stored_as, ContentKind.SPEECH, sealed)

    def digest(self, keyring: Keyring, clip_id: str, data: bytes) -> bytes:
        """HMAC-SHA256 under the clip's key: identifies content, and reveals nothing without the key."""
        return digest_of(self._key(keyring, clip_id, for_sealing=True), data)

    def new_files(self, clip_id: str) -> NewClip:
        """The sealed files of a clip to be imported, under a new key; whoever made them discards them.

        May be called on any thread: it needs no database.
        """
        return NewClip(self._store, self._workspace_id, clip_id, clip_id)

    def sync_new(self, clips: Iterable[NewClip]) -> None:
        """Finishes files and brings them to the disk, by one flush where possible. Raises Unavailable."""
        clips = list(clips)
        for new in clips:
            new.finish()
        self._store.sync_new([file for new in clips for file in new.files])

    @contextmanager
    def adding(self, keyring: Keyring) -> Iterator[Callable[[Sequence[tuple[Clip, NewClip]]], None]]:
        """One commit that imports any number of clips, whose files are written and synced.

        Yields a function to call with them, which raises Refused (code DUPLICATE) if one was imported before.
        Whatever else is written in the block is committed with them. If anything is raised, none is imported
        and no file is left.
        """
        added: dict[str, NewClip] = {}

        def add(clips: Sequence[tuple[Clip, NewClip]]) -> None:
            fresh = {clip.id: new.key for clip, new in clips}
            # In this transaction: before it the workspace key may be replaced.
            wrapped = keys.wrap_clip_keys(self._workspace_key(keyring), fresh)
            self._clips.add_all([(clip, wrapped[clip.id]) for clip, _ in clips])
            self._added_keys |= fresh
            added.update({clip.id: new for clip, new in clips})

        try:
            with self._database.transaction():
                yield add
                for new in added.values():
                    new.keep()  # in this transaction no other process can sweep
                self._store.sync_names()
        except BaseException:
            # Ctrl-C may come just after the commit: then the clips are imported, and their files must stay.
            for clip_id in added:
                if not self._clips.has(clip_id):
                    self._store.remove(clip_id)
            raise
        finally:
            self._added_keys.clear()

    def replace(
        self,
        keyring: Keyring,
        clip_id: str,
        *,
        instead_of: str,
        files: ClipFiles,
        in_transaction: Callable[["Resealer"], None],
        is_swept: bool = True,
    ) -> None:
        """Replaces a clip's sound and key: new files first, then one commit with ``in_transaction``.

        ``in_transaction`` seals again whatever else is sealed under the old key. Wherever it is killed,
        either the old clip or the new one is whole; the files of the other are removed by the next ``sweep``,
        which runs here at the end.

        Args:
            instead_of: ``ClipRepository.stored_as`` of the sound from which ``files`` were made.
            is_swept: False where the caller remembers the old files, and calls ``remove_former``.

        Raises: Refused (code CLIP_CHANGED, PURGED); then nothing has changed.
        """
        self._replace(keyring, clip_id, instead_of, files, in_transaction)
        if is_swept:
            self.sweep()

    def remove_former(self, clip_id: str, stored_as: str) -> None:
        """Removes the files that a clip had before, if they are there. Raises Unavailable."""
        if self._clips.stored_as(clip_id) != stored_as:
            self._store.remove(stored_as)

    def rekey(self, keyring: Keyring, clip_id: str, in_transaction: Callable[["Resealer"], None]) -> None:
        """Seals a clip as it is under a new key, as ``replace`` does; its old files are removed at once."""
        name = self._clips.stored_as(clip_id)
        files = ClipFiles(
            self._read(keyring, clip_id, ContentKind.AUDIO),
            self._read(keyring, clip_id, ContentKind.PEAKS)
            if self._store.has(name, ContentKind.PEAKS)
            else None,
            self.speech(keyring, clip_id),
        )
        self._replace(keyring, clip_id, name, files, in_transaction)
        self._store.remove(name)

    def _read(self, keyring: Keyring, clip_id: str, kind: ContentKind) -> bytes:
        with self._open(keyring, clip_id, kind) as stream:
            return stream.read()

    def _replace(
        self,
        keyring: Keyring,
        clip_id: str,
        instead_of: str,
        files: ClipFiles,
        in_transaction: Callable[["Resealer"], None],
    ) -> None:
        old = self._key(keyring, clip_id)
        name = f"{clip_id}-{secrets.token_hex(4)}"  # two who do this at once do not write the same files
        with ExitStack() as until_done:
            new = NewClip(self._store, self._workspace_id, clip_id, name)
            until_done.callback(new.discard)
            for kind, data in files.by_kind().items():
                new.write(kind, [data])
            self.sync_new([new])
            try:
                with self._database.transaction():
                    wrapped = self._wrap(keyring, clip_id, new.key)
                    self._clips.replace_key(clip_id, wrapped, stored_as=name, instead_of=instead_of)
                    in_transaction(Resealer(old, new.key, self._workspace_id, clip_id))
                    new.keep()
                    self._store.sync_names()
            except BaseException:
                if self._clips.stored_as(clip_id) != name:
                    self._store.remove(name)
                raise

    def sweep(self) -> int:
        """Removes what a killed import or a purge left behind; returns the number of clips or files removed.

        It holds the write lock, so that no clip is added between listing and removal. Must not be called
        inside a transaction. In an own folder of a team it removes nothing: what is stored is the team's,
        and the clips here are few of them.
        """
        if TeamFolder(self._database).is_own():
            return 0
        with self._database.transaction():
            swept = self._store.sweep(self._clips.all_stored_as())
            self._clips.note_swept()
        self._clips.truncate_wal()
        return swept

    def _open(self, keyring: Keyring, clip_id: str, kind: ContentKind) -> BinaryIO:
        self._database.require_no_transaction()
        name = self._clips.stored_as(clip_id)
        try:
            return self._open_as(name, keyring, clip_id, kind)
        except Damaged:
            if self._clips.stored_as(clip_id) == name:
                raise
            return self._open(keyring, clip_id, kind)  # a redaction replaced key and files meanwhile

    def _open_as(self, name: str, keyring: Keyring, clip_id: str, kind: ContentKind) -> BinaryIO:
        key = self._key(keyring, clip_id)
        stream = self._sealed(name, clip_id, kind)
        try:
            reader = SealedReader(key, self._context(clip_id, kind), stream)
        except Damaged:
            stream.close()
            raise
        return cast("BinaryIO", io.BufferedReader(reader, CHUNK_BYTES))

    def _sealed(self, name: str, clip_id: str, kind: ContentKind) -> BinaryIO:
        copies = self._copies_of(name, clip_id)
        return (
            self._store.open(name, kind) if copies is None or kind not in copies else io.BytesIO(copies[kind])
        )

    def _whole(self, stream: BinaryIO, clip_id: str) -> bytes:
        """A sealed object, unless a store says that it is larger than anything of this clip can be.

        What is read a chunk at a time needs no such check: its end is verified first. Raises Damaged.
        """
        size = stream.seek(0, io.SEEK_END)
        if size > _NEVER_TOO_LARGE:
            clip = self._clips.get(clip_id)
            if plain_bytes(size) > _NEVER_TOO_LARGE + clip.frames * clip.channels * _MOST_BYTES_A_SAMPLE:
                raise Damaged("SEALED_OBJECT_DAMAGED")
        stream.seek(0)
        return stream.read()

    def _key(self, keyring: Keyring, clip_id: str, *, for_sealing: bool = False) -> bytes:
        if clip_id in self._added_keys:  # in the transaction that adds it
            return self._added_keys[clip_id]
        while True:
            current = self._deliveries.current(keyring)
            if not current.opens_every_clip:
                return self._released_key(keyring, clip_id, for_sealing=for_sealing)
            try:
                return keys.unwrap_clip_key(current.workspace_key, clip_id, self._clips.wrapped_key(clip_id))
            except Damaged:
                if self._deliveries.generation() == current.generation:
                    raise  # else the workspace key was replaced between the two reads

    def _released_key(self, keyring: Keyring, clip_id: str, *, for_sealing: bool) -> bytes:
        self._clips.wrapped_key(clip_id)  # a purged one says so
        found = self.released.find(keyring, clip_id, may_be_retired=for_sealing)
        if found is None:
            raise ClipKeyNotHeld(clip_id)
        if found.stored_as != self._clips.stored_as(clip_id):
            raise Refused("CLIP_CHANGED", clip=clip_id)
        return found.key

    def _workspace_key(self, keyring: Keyring) -> bytes:
        current = self._deliveries.current(keyring)
        if not current.opens_every_clip:
            raise Refused("WORKSPACE_KEY_NOT_HELD")
        return current.workspace_key

    def _wrap(self, keyring: Keyring, clip_id: str, key: bytes) -> bytes:
        return keys.wrap_clip_key(self._workspace_key(keyring), clip_id, key)

    def _context(self, clip_id: str, kind: ContentKind, name: str = "") -> SealContext:
        return SealContext(self._workspace_id, clip_id, kind, name)


def digest_of(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256 under a subkey of a clip's key."""
    return hmac.digest(keys.subkey(key, "digest"), data, hashlib.sha256)
