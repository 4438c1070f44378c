"""A clip comes in whole or not at all, and what is destroyed stays unreadable."""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import pytest

from reviewer.clips.content import ClipContent, ClipFiles, Resealer
from reviewer.clips.repository import ClipRepository
from reviewer.clips.store import ClipStore, LocalClipStore
from reviewer.db.connection import Database
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.model.clip import ContentKind
from tests.benches.clips import add_clip
from tests.factories import a_clip, a_keyring
from tests.fakes.store import MemoryClips, MemoryObject

KEYRING = a_keyring()
FLAC = b"fLaC" + bytes(range(256)) * 600
PEAKS = b"peaks" * 1000
SPEECH = b"where they speak in "


@dataclass
class Room:
    database: Database
    store: ClipStore
    catalogue: ClipRepository
    vault: ClipContent

    def add(self, clip_id: str = "c1", **changes: object) -> None:
        """A clip of that id, of a source and a sound of its own."""
        facts = {"id": clip_id, "source_hash": f"source {clip_id}", "samples_hash": f"samples {clip_id}"}
        clip, speech = a_clip(**facts | changes), SPEECH + clip_id.encode()
        add_clip(self.vault, KEYRING, clip, FLAC, PEAKS, lambda: None, speech=speech)

    def destroy(self) -> None:
        """Destroys the key of ``c1``, and removes its files, as a purge does."""
        self.catalogue.destroy_key("c1")
        self.vault.sweep()


@pytest.fixture(params=["memory", "local"])
def room(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Room:
    store = MemoryClips() if request.param == "memory" else LocalClipStore(tmp_path / "clips")
    catalogue = ClipRepository(database)
    return Room(database, store, catalogue, ClipContent("w1", store, catalogue, database))


def test_a_clip_that_came_in_is_heard_seen_and_read(room: Room) -> None:
    room.add()
    with room.vault.audio(KEYRING, "c1") as stream:
        assert stream.read() == FLAC
        stream.seek(100_000)
        assert stream.read(50) == FLAC[100_000:100_050]
    assert room.vault.peaks(KEYRING, "c1").read() == PEAKS
    assert room.vault.speech(KEYRING, "c1") == SPEECH + b"c1"
    assert room.catalogue.get("c1") == a_clip(source_hash="source c1", samples_hash="samples c1")


def test_a_clip_from_before_passages_were_kept_has_none(room: Room) -> None:
    add_clip(room.vault, KEYRING, a_clip(), FLAC, PEAKS, lambda: None)
    assert room.vault.speech(KEYRING, "c1") is None


def test_the_row_of_the_clip_is_there_when_the_rest_of_the_transaction_runs(room: Room) -> None:
    seen: list[bool] = []
    add_clip(room.vault, KEYRING, a_clip(), FLAC, PEAKS, lambda: seen.append(room.catalogue.has("c1")))
    assert seen == [True]


@pytest.mark.parametrize(
    "error",
    [
        Refused("SIGNED_OUT"),
        Unavailable("PROGRAM_CLOSING"),
        KeyboardInterrupt(),
        ZeroDivisionError(),
    ],
)
def test_a_transaction_that_fails_leaves_no_file_and_no_row(room: Room, error: BaseException) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        add_clip(room.vault, KEYRING, a_clip(), FLAC, PEAKS, fail)
    assert room.store.clip_ids() == set()
    assert not room.catalogue.has("c1")


@pytest.mark.parametrize("same", ["source_hash", "samples_hash"])
def test_a_duplicate_is_refused_and_leaves_no_file(room: Room, same: str) -> None:
    room.add()
    with pytest.raises(Refused, match="DUPLICATE"):
        room.add("c2", **{same: getattr(room.catalogue.get("c1"), same)})
    assert room.store.clip_ids() == {"c1"}
    room.add("c2")
    assert room.store.clip_ids() == {"c1", "c2"}


def test_a_clip_of_a_known_id_does_not_touch_the_one_that_is_there(room: Room) -> None:
    room.add()
    with pytest.raises(Refused):
        add_clip(
            room.vault, KEYRING, a_clip(source_hash="x", samples_hash="y"), b"other", b"other", lambda: None
        )
    with room.vault.audio(KEYRING, "c1") as stream:
        assert stream.read() == FLAC


def test_a_clip_that_was_destroyed_does_not_come_in_again_and_leaves_no_file(room: Room) -> None:
    room.add()
    room.destroy()
    with pytest.raises(Refused):
        room.add()
    assert room.store.clip_ids() == set()


@pytest.mark.parametrize("puts", [0, 1])
def test_a_store_that_fails_leaves_nothing_of_the_clip(database: Database, puts: int) -> None:
    store = MemoryClips()
    store.error, store.puts_before_error = Unavailable("WORKSPACE_FILE_FAILED", problem="disk full"), puts
    catalogue = ClipRepository(database)
    with pytest.raises(Unavailable):
        add_clip(ClipContent("w1", store, catalogue, database), KEYRING, a_clip(), FLAC, PEAKS, lambda: None)
    assert store.clip_ids() == set()
    assert not catalogue.has("c1")


class InterruptedAfterCommit:
    """A database in which Ctrl-C comes just after a commit."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.database.transaction():
            yield
        raise KeyboardInterrupt

    def value(self, sql: str, parameters: tuple[object, ...]) -> object:
        return self.database.value(sql, parameters)


def test_an_interrupt_just_after_the_commit_leaves_the_clip_its_files(room: Room) -> None:
    vault = ClipContent("w1", room.store, room.catalogue, InterruptedAfterCommit(room.database))
    with pytest.raises(KeyboardInterrupt):
        add_clip(vault, KEYRING, a_clip(), FLAC, PEAKS, lambda: None)
    assert room.vault.peaks(KEYRING, "c1").read() == PEAKS


def test_a_sweep_by_another_process_between_files_and_row_loses_nothing(
    database: Database, tmp_path: Path
) -> None:
    store = LocalClipStore(tmp_path / "clips")
    vault = ClipContent("w1", store, ClipRepository(database), database)
    with ExitStack() as until_done:
        new = vault.new_files("c1")
        until_done.callback(new.discard)
        for kind, part in ((ContentKind.AUDIO, FLAC), (ContentKind.PEAKS, PEAKS)):
            new.write(kind, [part])
        new.finish()
        assert store.sweep(set()) == 2
        with vault.adding(KEYRING) as add:
            add([(a_clip(), new)])
    assert vault.peaks(KEYRING, "c1").read() == PEAKS
    with vault.audio(KEYRING, "c1") as stream:
        assert stream.read() == FLAC
    assert not list((tmp_path / "clips").glob(".*"))


class ImportedMeanwhile(MemoryClips):
    """A store in which another process imports a clip between the look of a sweep and its removal."""

    def __init__(self, importer: Thread) -> None:
        super().__init__()
        self.importer, self.has_files = importer, Event()

    def create(self, clip_id: str, kind: ContentKind) -> MemoryObject:
        if kind is ContentKind.PEAKS:
            self.has_files.set()
        return super().create(clip_id, kind)

    def sweep(self, keep: set[str]) -> int:
        self.importer.start()
        assert self.has_files.wait(30)
        self.importer.join(0.1)
        return super().sweep(keep)


def test_no_clip_comes_in_between_the_look_of_a_sweep_and_its_removal(database: Database) -> None:
    with closing(Database(database.path)) as other:
        importer = Thread(target=lambda: add_clip(imports, KEYRING, a_clip(), FLAC, PEAKS))
        store = ImportedMeanwhile(importer)
        imports = ClipContent("w1", store, ClipRepository(other), other)
        vault = ClipContent("w1", store, ClipRepository(database), database)
        vault.sweep()
        importer.join()
    assert vault.peaks(KEYRING, "c1").read() == PEAKS


def test_sweep_removes_the_files_of_a_killed_import_and_of_a_destroyed_key(room: Room) -> None:
    room.add()
    room.add("c2")
    room.catalogue.destroy_key("c2")
    room.store.put("c9", ContentKind.AUDIO, b"sealed by a process that was killed")
    assert room.vault.sweep() == 2
    assert room.store.clip_ids() == {"c1"}


def test_what_is_sealed_for_a_clip_comes_back(room: Room) -> None:
    room.add()
    sealed = room.vault.seal(KEYRING, "c1", ContentKind.ANNOTATION, "7", b"what somebody typed")
    assert b"typed" not in sealed
    assert room.vault.unseal(KEYRING, "c1", ContentKind.ANNOTATION, "7", sealed) == b"what somebody typed"


@pytest.mark.parametrize(
    ("clip_id", "kind", "name"),
    [
        ("c2", ContentKind.ANNOTATION, "7"),
        ("c1", ContentKind.DRAFT, "7"),
        ("c1", ContentKind.ANNOTATION, "8"),
    ],
)
def test_work_does_not_open_in_the_place_of_other_work(
    room: Room, clip_id: str, kind: ContentKind, name: str
) -> None:
    room.add()
    room.add("c2")
    sealed = room.vault.seal(KEYRING, "c1", ContentKind.ANNOTATION, "7", b"what somebody typed")
    with pytest.raises(Damaged):
        room.vault.unseal(KEYRING, clip_id, kind, name, sealed)


@pytest.mark.parametrize(
    ("clip_id", "kind", "place"),
    [
        ("c2", ContentKind.AUDIO, ContentKind.AUDIO),
        ("c1", ContentKind.PEAKS, ContentKind.AUDIO),
        ("c2", ContentKind.SPEECH, ContentKind.SPEECH),
    ],
)
def test_content_of_another_clip_or_kind_in_the_place_of_this_one_is_damage(
    room: Room, clip_id: str, kind: ContentKind, place: ContentKind
) -> None:
    room.add()
    room.add("c2")
    with room.store.open(clip_id, kind) as stream:
        sealed = stream.read()
    assert SPEECH not in sealed
    room.store.put("c1", place, sealed)
    with pytest.raises(Damaged):
        (room.vault.audio if place is ContentKind.AUDIO else room.vault.speech)(KEYRING, "c1")


def test_neither_a_keyring_nor_a_vault_of_another_workspace_opens_anything(room: Room) -> None:
    room.add()
    with pytest.raises(Damaged):
        room.vault.peaks(a_keyring(workspace_key=b"v" * 32), "c1")
    with pytest.raises(Damaged):
        ClipContent("w2", room.store, room.catalogue, room.database).peaks(KEYRING, "c1")


def test_the_digest_is_the_same_for_the_same_work_on_the_same_clip(room: Room) -> None:
    room.add()
    room.add("c2")
    digest = room.vault.digest(KEYRING, "c1", b"text")
    assert digest == room.vault.digest(KEYRING, "c1", b"text")
    assert digest != room.vault.digest(KEYRING, "c1", b"text.")
    assert digest != room.vault.digest(KEYRING, "c2", b"text")
    assert digest != hashlib.sha256(b"text").digest()


def test_after_the_key_is_destroyed_nothing_of_the_clip_opens(room: Room) -> None:
    room.add()
    sealed = room.vault.seal(KEYRING, "c1", ContentKind.ANNOTATION, "7", b"what somebody typed")
    room.destroy()
    for attempt in (
        lambda: room.vault.audio(KEYRING, "c1"),
        lambda: room.vault.peaks(KEYRING, "c1"),
        lambda: room.vault.speech(KEYRING, "c1"),
        lambda: room.vault.digest(KEYRING, "c1", b"text"),
        lambda: room.vault.unseal(KEYRING, "c1", ContentKind.ANNOTATION, "7", sealed),
        lambda: room.vault.seal(KEYRING, "c1", ContentKind.DRAFT, "7", b"more"),
    ):
        with pytest.raises(Refused, match="PURGED"):
            attempt()
    assert room.store.clip_ids() == set()


def test_a_destroyed_key_does_not_stay_in_a_write_ahead_file(room: Room) -> None:
    room.database.value("PRAGMA journal_mode=WAL")
    room.add()
    wrapped = room.catalogue.wrapped_key("c1")
    folder = room.database.path.parent
    assert any(wrapped in file.read_bytes() for file in folder.iterdir() if file.is_file())
    room.destroy()
    assert not any(wrapped in file.read_bytes() for file in folder.iterdir() if file.is_file())


def test_nothing_is_unsealed_inside_a_transaction(room: Room) -> None:
    """A row that can still be rolled back is no row: no clip is open before its row is there for good."""
    room.add()
    sealed = room.vault.seal(KEYRING, "c1", ContentKind.ANNOTATION, "7", b"what somebody typed")
    for unseal in (
        lambda: room.vault.audio(KEYRING, "c1"),
        lambda: room.vault.peaks(KEYRING, "c1"),
        lambda: room.vault.speech(KEYRING, "c1"),
        lambda: room.vault.unseal(KEYRING, "c1", ContentKind.ANNOTATION, "7", sealed),
    ):
        with room.database.transaction(), pytest.raises(RuntimeError):
            unseal()


NEW_FILES = ClipFiles(b"fLaC without", b"flat peaks", b"less speech")


def replace_clip(
    room: Room, clip_id: str = "c1", *, in_transaction: Callable[[Resealer], None] = lambda _resealer: None
) -> None:
    stored_as = room.catalogue.stored_as(clip_id)
    room.vault.replace(KEYRING, clip_id, instead_of=stored_as, files=NEW_FILES, in_transaction=in_transaction)


def test_a_replaced_clip_reads_as_the_new_one_under_a_new_key(room: Room) -> None:
    room.add()
    room.add("c2")
    digest, wrapped = room.vault.digest(KEYRING, "c1", b"text"), room.catalogue.wrapped_key("c1")
    replace_clip(room)
    with room.vault.audio(KEYRING, "c1") as stream:
        assert stream.read() == NEW_FILES.flac
    assert room.vault.peaks(KEYRING, "c1").read() == NEW_FILES.peaks
    assert room.vault.speech(KEYRING, "c1") == NEW_FILES.speech
    assert room.vault.digest(KEYRING, "c1", b"text") != digest
    assert room.catalogue.wrapped_key("c1") != wrapped
    assert room.store.clip_ids() == {room.catalogue.stored_as("c1"), "c2"}


def test_what_was_sealed_before_is_sealed_again_in_the_same_commit(room: Room) -> None:
    room.add()
    old = room.vault.seal(KEYRING, "c1", ContentKind.DRAFT, "t1", b"typed")
    new: list[bytes] = []

    def reseal(resealer: Resealer) -> None:
        plain = resealer.unseal(ContentKind.DRAFT, "t1", old)
        new.append(resealer.seal(ContentKind.DRAFT, "t1", plain + b" again"))

    replace_clip(room, in_transaction=reseal)
    assert room.vault.unseal(KEYRING, "c1", ContentKind.DRAFT, "t1", new[0]) == b"typed again"
    with pytest.raises(Damaged):
        room.vault.unseal(KEYRING, "c1", ContentKind.DRAFT, "t1", old)


def test_a_replacement_that_fails_leaves_the_clip_as_it_was_and_no_file(room: Room) -> None:
    room.add()

    def fail(_resealer: Resealer) -> None:
        raise Unavailable("DISK_FULL")

    with pytest.raises(Unavailable):
        replace_clip(room, in_transaction=fail)
    with room.vault.audio(KEYRING, "c1") as stream:
        assert stream.read() == FLAC
    assert room.store.clip_ids() == {"c1"}


def test_of_two_replacements_of_the_same_sound_only_the_first_happens(room: Room) -> None:
    room.add()
    with pytest.raises(Refused) as refused:
        replace_clip(room, in_transaction=lambda _resealer: replace_twice(room))
    assert refused.value.code == "CLIP_CHANGED"
    with room.vault.audio(KEYRING, "c1") as stream:
        assert stream.read() == FLAC


def replace_twice(room: Room) -> None:
    """As another window does that began with the same files."""
    room.catalogue.replace_key("c1", b"wrapped", stored_as="c1-other", instead_of="c1")


def test_a_replaced_clip_can_be_replaced_and_destroyed(room: Room) -> None:
    room.add()
    replace_clip(room)
    replace_clip(room)
    room.destroy()
    assert room.store.clip_ids() == set()
    with pytest.raises(Refused):
        room.vault.audio(KEYRING, "c1")


def test_a_purged_clip_is_not_replaced(room: Room) -> None:
    room.add()
    room.destroy()
    with pytest.raises(Refused):
        replace_clip(room)
    assert room.store.clip_ids() == set()


class _Boundless(io.RawIOBase):
    """An object of a terabyte, as a store says."""

    def __init__(self) -> None:
        self.place = self.given = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = (offset, self.place + offset, (1 << 40) + offset)[whence]
        return self.place

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        self.given += len(buffer)
        assert self.given < 1 << 20, "it is read into memory"
        return len(buffer)


def test_object_that_is_larger_than_its_clip_can_be_is_not_read(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.add()
    monkeypatch.setattr(type(room.store), "open", lambda *_: io.BufferedReader(_Boundless()))
    for read in (
        lambda: room.vault.audio(KEYRING, "c1").read(),
        lambda: room.vault.peaks(KEYRING, "c1").read(),
        lambda: room.vault.speech(KEYRING, "c1"),
        lambda: room.vault.hold_keys(KEYRING, ["c1"]).audio("c1"),
        lambda: room.vault.take_copies("c1"),
    ):
        with pytest.raises(Damaged):
            read()
